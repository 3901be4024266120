//! Files under an SM4 key: GCM, written as nonce ‖ ciphertext ‖ tag, and read piece by piece.

use std::path::Path;

use serde::Serialize;
use sm_soft::{
    cipher::{Aead, AeadMode, Direction, Sm4Key},
    random,
};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    exit::Exit,
    input,
    new_file::{NewFile, Readers},
    output::Output,
};

#[derive(Serialize)]
struct Report {
    output: String,
    /// Of the file that was written.
    bytes: u64,
    mode: &'static str,
}

pub(super) fn encrypt(
    key: &Path,
    source: &Path,
    target: &Path,
    output: Output,
) -> Result<Exit, Error> {
    let what = "nothing was encrypted";
    let failed = |cause| Error::sm4(what, &cause);
    let key = read_key(key)?;
    let mut nonce = [0; NONCE];
    random::fill(&mut nonce).map_err(|cause| Error::random(what, &cause))?;
    let mut aead = start(Direction::Encrypt, &key, &nonce).map_err(failed)?;
    let mut file = Target::create(target, Readers::Usual)?;
    file.write(&nonce)?;
    input::stream_with_bar(source, output, |part| {
        file.write(&aead.update(part).map_err(failed)?)
    })?;
    file.write(aead.finish().map_err(failed)?.as_bytes())?;
    file.keep(output)
}

pub(super) fn decrypt(
    key: &Path,
    source: &Path,
    target: &Path,
    output: Output,
) -> Result<Exit, Error> {
    let failed = |cause| Error::sm4("nothing was decrypted", &cause);
    let key = read_key(key)?;
    let mut file = Target::create(target, Readers::Owner)?;
    let mut aead = None;
    // What may still be the nonce, at the beginning, or the tag, at the end.
    let mut held = Vec::new();
    let mut plain = Zeroizing::new(vec![0; input::PIECE]);
    input::stream_with_bar(source, output, |part| {
        held.extend_from_slice(part);
        if aead.is_none() && held.len() >= NONCE {
            let nonce: Vec<u8> = held.drain(..NONCE).collect();
            aead = Some(start(Direction::Decrypt, &key, &nonce).map_err(failed)?);
        }
        let Some(aead) = &mut aead else { return Ok(()) };
        let ready = held.len().saturating_sub(TAG);
        aead.update_into(&held[..ready], &mut plain)
            .map_err(failed)?;
        file.write(&plain[..ready])?;
        held.drain(..ready);
        Ok(())
    })?;
    let Some(aead) = aead.filter(|_| held.len() == TAG) else {
        return Err(Error::too_short_for_gcm(source));
    };
    // Until now the file has a temporary name, and it is removed if the tag is wrong.
    aead.verify(&held).map_err(failed)?;
    file.keep(output)
}

fn start(direction: Direction, key: &Sm4Key, nonce: &[u8]) -> Result<Aead, sm_soft::cipher::Error> {
    Aead::new(AeadMode::Gcm, direction, key, nonce, &[], None, TAG)
}

/// 16 bytes, or 32 hex digits.
fn read_key(path: &Path) -> Result<Sm4Key, Error> {
    let bytes = input::key_file(path)?;
    let text = bytes.trim_ascii();
    let mut decoded = Zeroizing::new([0; 16]);
    let key = match (bytes.len(), text.len()) {
        (16, _) => bytes.as_slice(),
        (_, 32) => base16ct::mixed::decode(text, decoded.as_mut_slice()).unwrap_or_default(),
        _ => &[],
    };
    Sm4Key::from_slice(key).map_err(|_| Error::not_an_sm4_key(path))
}

/// The file that is written, and how long it is so far.
struct Target<'a> {
    file: NewFile,
    path: &'a Path,
    bytes: u64,
}

impl<'a> Target<'a> {
    fn create(path: &'a Path, readers: Readers) -> Result<Self, Error> {
        Ok(Self {
            file: NewFile::create(path, readers)?,
            path,
            bytes: 0,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn keep(self, output: Output) -> Result<Exit, Error> {
        let Self { file, path, bytes } = self;
        file.keep()?;
        let report = Report {
            output: path.display().to_string(),
            bytes,
            mode: "sm4-gcm",
        };
        output.result(&report, &format!("wrote {}", report.output))?;
        Ok(Exit::Ok)
    }
}

const NONCE: usize = 12;
const TAG: usize = 16;
