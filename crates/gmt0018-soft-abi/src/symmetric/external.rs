//! SM4 with a key given in plain (6.8, for verification and debugging).

use gmt0018_softcard::{CardError, Direction, Mode};
use gmt0018_sys::{Handle, Rv};

use super::{Text, chain};
use crate::algorithm;
use crate::caller::Caller;
use crate::entry::entry;
use crate::world::with_session;

/// Encrypts with a key given in plain.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalKeyEncrypt(
    session: Handle,
    algorithm: u32,
    key: *mut u8,
    key_length: u32,
    iv: *mut u8,
    iv_length: u32,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    let key = Bytes(key, key_length);
    let iv = Bytes(iv, iv_length);
    let text = Text {
        input: data,
        length,
        output,
        output_length,
    };
    entry!(|caller| external(
        caller,
        session,
        Direction::Encrypt,
        algorithm,
        key,
        iv,
        &text
    ))
}

/// Decrypts with a key given in plain.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalKeyDecrypt(
    session: Handle,
    algorithm: u32,
    key: *mut u8,
    key_length: u32,
    iv: *mut u8,
    iv_length: u32,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    let key = Bytes(key, key_length);
    let iv = Bytes(iv, iv_length);
    let text = Text {
        input: data,
        length,
        output,
        output_length,
    };
    entry!(|caller| external(
        caller,
        session,
        Direction::Decrypt,
        algorithm,
        key,
        iv,
        &text
    ))
}

/// Starts an encryption in parts with a key given in plain.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalKeyEncryptInit(
    session: Handle,
    algorithm: u32,
    key: *mut u8,
    key_length: u32,
    iv: *mut u8,
    iv_length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let (mode, iv) = (algorithm::cipher(algorithm)?, caller.short(iv, iv_length)?);
            let key = caller.short_input(key, key_length)?;
            session.external_cipher_init(Direction::Encrypt, key, mode, iv)
        })
    })
}

/// Starts a decryption in parts with a key given in plain.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalKeyDecryptInit(
    session: Handle,
    algorithm: u32,
    key: *mut u8,
    key_length: u32,
    iv: *mut u8,
    iv_length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let (mode, iv) = (algorithm::cipher(algorithm)?, caller.short(iv, iv_length)?);
            let key = caller.short_input(key, key_length)?;
            session.external_cipher_init(Direction::Decrypt, key, mode, iv)
        })
    })
}

/// Counted bytes.
struct Bytes(*const u8, u32);

fn external(
    caller: &Caller,
    session: Handle,
    direction: Direction,
    algorithm: u32,
    key: Bytes,
    iv: Bytes,
    text: &Text,
) -> Result<(), CardError> {
    with_session(session, |session| {
        let mode = algorithm::cipher(algorithm)?;
        if mode != Mode::Ecb && iv.1 != 16 {
            return Err(CardError::Argument("an SM4 IV has 16 bytes"));
        }
        let mut chain = chain(caller, mode, iv.0)?;
        let key = caller.short_input(key.0, key.1)?;
        let input = caller.input(text.input, text.length)?;
        if caller.asked_length(text.output, text.output_length, input.len())? {
            return Ok(());
        }
        let output = session.external_cipher(direction, key, mode, &mut chain, input)?;
        caller.output(text.output, text.output_length, &output)
    })
}
