//! Symmetric operations (6.5): SM4 in one call or in parts.

pub(crate) mod authenticated;
pub(crate) mod external;
pub(crate) mod mac;

use gmt0018_softcard::{CardError, Direction, Mode};
use gmt0018_sys::{Handle, Rv};

use crate::algorithm;
use crate::caller::Caller;
use crate::entry::entry;
use crate::key::key_handle;
use crate::world::with_session;

/// Encrypts; the IV becomes the chaining value.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_Encrypt(
    session: Handle,
    key: Handle,
    algorithm: u32,
    iv: *mut u8,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    let text = Text {
        input: data,
        length,
        output,
        output_length,
    };
    entry!(|caller| one_shot(
        caller,
        session,
        Direction::Encrypt,
        key,
        algorithm,
        iv,
        &text
    ))
}

/// Decrypts; the IV becomes the chaining value.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_Decrypt(
    session: Handle,
    key: Handle,
    algorithm: u32,
    iv: *mut u8,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    let text = Text {
        input: data,
        length,
        output,
        output_length,
    };
    entry!(|caller| one_shot(
        caller,
        session,
        Direction::Decrypt,
        key,
        algorithm,
        iv,
        &text
    ))
}

/// Starts an encryption in parts.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_EncryptInit(
    session: Handle,
    key: Handle,
    algorithm: u32,
    iv: *mut u8,
    iv_length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let (mode, iv) = (algorithm::cipher(algorithm)?, caller.short(iv, iv_length)?);
            session.cipher_init(Direction::Encrypt, key_handle(key)?, mode, iv)
        })
    })
}

/// Encrypts a part; ECB and CBC keep back what does not fill a block.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_EncryptUpdate(
    session: Handle,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    let text = Text {
        input: data,
        length,
        output,
        output_length,
    };
    entry!(|caller| update(caller, session, Direction::Encrypt, &text))
}

/// Ends an encryption; nothing is left to be written, as nothing is padded.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_EncryptFinal(
    session: Handle,
    _output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    entry!(|caller| finish(caller, session, Direction::Encrypt, output_length))
}

/// Starts a decryption in parts.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_DecryptInit(
    session: Handle,
    key: Handle,
    algorithm: u32,
    iv: *mut u8,
    iv_length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let (mode, iv) = (algorithm::cipher(algorithm)?, caller.short(iv, iv_length)?);
            session.cipher_init(Direction::Decrypt, key_handle(key)?, mode, iv)
        })
    })
}

/// Decrypts a part; ECB and CBC keep back what does not fill a block.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_DecryptUpdate(
    session: Handle,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    let text = Text {
        input: data,
        length,
        output,
        output_length,
    };
    entry!(|caller| update(caller, session, Direction::Decrypt, &text))
}

/// Ends a decryption; nothing is left to be written, as nothing is padded.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_DecryptFinal(
    session: Handle,
    _output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    entry!(|caller| finish(caller, session, Direction::Decrypt, output_length))
}

/// Data in and out of a call.
struct Text {
    input: *const u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
}

fn one_shot(
    caller: &Caller,
    session: Handle,
    direction: Direction,
    key: Handle,
    algorithm: u32,
    iv: *mut u8,
    text: &Text,
) -> Result<(), CardError> {
    with_session(session, |session| {
        let mode = algorithm::cipher(algorithm)?;
        let mut chain = chain(caller, mode, iv)?;
        let input = caller.input(text.input, text.length)?;
        if caller.asked_length(text.output, text.output_length, input.len())? {
            return Ok(());
        }
        let output = session.cipher(direction, key_handle(key)?, mode, &mut chain, input)?;
        if mode != Mode::Ecb {
            caller.write_bytes(iv, &chain)?;
        }
        caller.output(text.output, text.output_length, &output)
    })
}

fn update(
    caller: &Caller,
    session: Handle,
    direction: Direction,
    text: &Text,
) -> Result<(), CardError> {
    with_session(session, |session| {
        session.cipher_output_length(direction, 0)?;
        let input = caller.input(text.input, text.length)?;
        let needed = session.cipher_output_length(direction, input.len())?;
        if caller.asked_length(text.output, text.output_length, needed)? {
            return Ok(());
        }
        let output = session.cipher_update(direction, input)?;
        caller.output(text.output, text.output_length, &output)
    })
}

fn finish(
    caller: &Caller,
    session: Handle,
    direction: Direction,
    output_length: *mut u32,
) -> Result<(), CardError> {
    with_session(session, |session| {
        session.cipher_output_length(direction, 0)?;
        caller.wants(output_length)?;
        session.cipher_finish(direction)?;
        caller.write(output_length, 0)
    })
}

/// The IV; ECB has none and its pointer is not looked at.
fn chain(caller: &Caller, mode: Mode, iv: *const u8) -> Result<[u8; 16], CardError> {
    if mode == Mode::Ecb {
        Ok([0; 16])
    } else {
        caller.array(iv)
    }
}
