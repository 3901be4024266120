//! `gmt0018 decrypt`.

use gmt0018::KeyIndex;
use gmt0018::gmt0018_sys::error_code::SDR_ENCDATAERR;
use gmt0018::sm2_signing::{Ciphertext, EncodingError};
use serde::Serialize;
use sm_soft::encryption;
use zeroize::Zeroizing;

use super::{sm2_input, sm4_gcm};
use crate::{
    arguments::{DecryptArguments, Order},
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    new_file::{Readers, must_not_exist, write_new},
    output::{self, Output},
    password, private_key,
};

/// The plaintext itself is never in it.
#[derive(Serialize)]
struct Report {
    output: String,
    bytes: usize,
    /// `null` for a key in a file.
    key_index: Option<u32>,
    /// `null` when software did it.
    device: Option<DeviceReport>,
}

pub(crate) fn run(arguments: &DecryptArguments, output: Output) -> Result<Exit, Error> {
    if let (Some(key), Some(target)) = (&arguments.sm4_key, &arguments.output) {
        return sm4_gcm::decrypt(key, &arguments.file, target, output);
    }
    if let Some(path) = &arguments.output {
        must_not_exist(path)?;
    }
    let ciphertext = parse(&sm2_input::read(&arguments.file)?, arguments.order)
        .map_err(|cause| Error::not_a_ciphertext(&arguments.file, &cause))?;
    let (plaintext, device) = match (arguments.key_index, &arguments.private_key) {
        (Some(number), _) => on_card(number, &ciphertext, arguments, output)?,
        (None, Some(path)) => {
            let key = private_key::read(path, arguments.pem.pem_password_file.as_deref(), output)?;
            let plaintext = encryption::decrypt(&key, &ciphertext)
                .map_err(|cause| Error::sm2_encryption("nothing was decrypted", &cause))?;
            (plaintext, None)
        }
        (None, None) => {
            return Err(Error::options(
                "there is no key to decrypt with",
                "pass --key-index, --private-key or --sm4-key",
            ));
        }
    };
    let Some(path) = &arguments.output else {
        if output::stdout_is_terminal() && !is_text(&plaintext) {
            return Err(Error::bytes_to_terminal("a plaintext that is no text"));
        }
        output.data(&plaintext)?;
        return Ok(Exit::Ok);
    };
    write_new(path, &plaintext, Readers::Owner)?;
    let report = Report {
        output: path.display().to_string(),
        bytes: plaintext.len(),
        key_index: arguments.key_index,
        device,
    };
    output.result(&report, &format!("wrote {}", report.output))?;
    Ok(Exit::Ok)
}

/// A ciphertext in hex digits or bytes, as DER or as its parts: their first byte is 04, and that of DER is 30.
fn parse(bytes: &[u8], order: Order) -> Result<Ciphertext, EncodingError> {
    let decoded;
    let text = bytes.trim_ascii();
    let bytes = if text.iter().all(u8::is_ascii_hexdigit) {
        decoded = base16ct::mixed::decode_vec(text)
            .map_err(|_| EncodingError::Hex { what: "ciphertext" })?;
        &decoded
    } else {
        bytes
    };
    match (bytes.first(), order) {
        (Some(0x30), _) => Ciphertext::from_der(bytes),
        (_, Order::C1c3c2) => Ciphertext::from_c1c3c2(bytes),
        (_, Order::C1c2c3) => Ciphertext::from_c1c2c3(bytes),
    }
}

type Decrypted = (Zeroizing<Vec<u8>>, Option<DeviceReport>);

fn on_card(
    number: u32,
    ciphertext: &Ciphertext,
    arguments: &DecryptArguments,
    output: Output,
) -> Result<Decrypted, Error> {
    let card = Card::open(&arguments.device, Unnamed::Store, output)?;
    let session = card.session()?;
    let index = KeyIndex::new(number);
    let what = format!("cannot decrypt with key index {number}");
    let failed = |cause| Error::key(number, what.clone(), cause);
    // Before the password: nobody types one for a key that is not there.
    session.encryption_public_key(index).map_err(failed)?;
    let pin = password::of_card_key(&arguments.password, output)?;
    session.keep_access(index, pin.as_ref()).map_err(failed)?;
    let plaintext = session
        .sm2_decrypt(index, ciphertext)
        .map_err(|cause| match &cause {
            gmt0018::Error::Call(call) if call.code().value() == SDR_ENCDATAERR => {
                Error::ciphertext_refused(&what, call)
            }
            _ => failed(cause),
        })?;
    Ok((plaintext, Some(card.report())))
}

/// Whether a terminal shows it and does nothing else.
fn is_text(bytes: &[u8]) -> bool {
    let harmless = |character: char| !character.is_control() || "\t\r\n".contains(character);
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(harmless))
}

#[cfg(test)]
mod tests {
    use gmt0018::sm2_signing::PublicKey;

    use super::*;

    #[test]
    fn the_form_of_a_ciphertext_shows() {
        let ciphertext = Ciphertext::new(PublicKey::from_bytes(&[0xab; 64]), [2; 32], vec![3; 40]);
        let read = |bytes: &[u8], order| {
            assert_eq!(parse(bytes, order).as_ref(), Ok(&ciphertext));
            let digits = base16ct::upper::encode_string(bytes);
            let text = format!(" {digits}\r\n");
            assert_eq!(parse(text.as_bytes(), order).as_ref(), Ok(&ciphertext));
        };
        read(&ciphertext.to_c1c3c2(), Order::C1c3c2);
        read(&ciphertext.to_c1c2c3(), Order::C1c2c3);
        read(&ciphertext.to_der(), Order::C1c3c2);
        read(&ciphertext.to_der(), Order::C1c2c3);
        for bad in [&b""[..], b"0", b"0400", b"30", &[4], &[0x30], &[0; 200]] {
            assert!(parse(bad, Order::C1c3c2).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_terminal_is_given_text_only() {
        assert!(is_text("一\tline\r\n".as_bytes()));
        assert!(!is_text(b"\x1b[2J"));
        assert!(!is_text(b"\xff"));
        assert!(!is_text("\u{9b}2J".as_bytes()));
    }
}
