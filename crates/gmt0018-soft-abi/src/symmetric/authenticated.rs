//! Authenticated encryption: SM4-GCM and SM4-CCM.

use gmt0018_softcard::AeadMode;
use gmt0018_sys::{Handle, Rv};

use crate::algorithm;
use crate::entry::entry;
use crate::key::key_handle;
use crate::world::with_session;

/// Encrypts and authenticates. The tag has the length that `tag_length` points to if the mode takes
/// it, else 16 bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_AuthEnc(
    session: Handle,
    key: Handle,
    algorithm: u32,
    nonce: *mut u8,
    nonce_length: u32,
    associated: *mut u8,
    associated_length: u32,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
    tag: *mut u8,
    tag_length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let mode = algorithm::aead(algorithm)?;
            let nonce = caller.short_input(nonce, nonce_length)?;
            let associated = caller.optional_input(associated, associated_length)?;
            let data = caller.optional_input(data, length)?;
            let wanted = tag_size(mode, caller.read(tag_length)?);
            if tag.is_null() || (output.is_null() && !data.is_empty()) {
                caller.write_length(output_length, data.len())?;
                return caller.write_length(tag_length, wanted);
            }
            caller.wants(output_length)?;
            let key = key_handle(key)?;
            let (sealed, computed) = session.seal(key, mode, nonce, associated, data, wanted)?;
            caller.optional_output(output, output_length, &sealed)?;
            caller.output(tag, tag_length, computed.as_bytes())
        })
    })
}

/// Verifies and decrypts; nothing is written unless the tag is right. The tag's length comes by
/// value: a pointer in its place is refused as absurd.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_AuthDec(
    session: Handle,
    key: Handle,
    algorithm: u32,
    nonce: *mut u8,
    nonce_length: u32,
    associated: *mut u8,
    associated_length: u32,
    tag: *mut u8,
    tag_length: u32,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let mode = algorithm::aead(algorithm)?;
            let tag = caller.tag(tag, tag_length)?;
            let nonce = caller.short_input(nonce, nonce_length)?;
            let associated = caller.optional_input(associated, associated_length)?;
            let data = caller.optional_input(data, length)?;
            caller.wants(output_length)?;
            if output.is_null() && !data.is_empty() {
                return caller.write_length(output_length, data.len());
            }
            let opened = session.open(key_handle(key)?, mode, nonce, associated, data, tag)?;
            caller.optional_output(output, output_length, &opened)
        })
    })
}

/// Starts an authenticated encryption in parts; `length` is the total length of the data.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_AuthEncInit(
    session: Handle,
    key: Handle,
    algorithm: u32,
    nonce: *mut u8,
    nonce_length: u32,
    associated: *mut u8,
    associated_length: u32,
    length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let mode = algorithm::aead(algorithm)?;
            let nonce = caller.short_input(nonce, nonce_length)?;
            let associated = caller.optional_input(associated, associated_length)?;
            session.seal_init(key_handle(key)?, mode, nonce, associated, length)
        })
    })
}

/// Encrypts a part; the output is as long as the input.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_AuthEncUpdate(
    session: Handle,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_sealing()?;
            let data = caller.input(data, length)?;
            if caller.asked_length(output, output_length, data.len())? {
                return Ok(());
            }
            caller.output(output, output_length, &session.seal_update(data)?)
        })
    })
}

/// Ends an authenticated encryption: no more data, and a tag of 16 bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_AuthEncFinal(
    session: Handle,
    _output: *mut u8,
    output_length: *mut u32,
    tag: *mut u8,
    tag_length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_sealing()?;
            caller.wants(output_length)?;
            if caller.asked_length(tag, tag_length, MAX_TAG)? {
                return caller.write(output_length, 0);
            }
            let computed = session.seal_finish()?;
            caller.write(output_length, 0)?;
            caller.output(tag, tag_length, computed.as_bytes())
        })
    })
}

/// Starts an authenticated decryption in parts; `length` is the total length of the data.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_AuthDecInit(
    session: Handle,
    key: Handle,
    algorithm: u32,
    nonce: *mut u8,
    nonce_length: u32,
    associated: *mut u8,
    associated_length: u32,
    tag: *mut u8,
    tag_length: u32,
    length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let mode = algorithm::aead(algorithm)?;
            let tag = caller.tag(tag, tag_length)?;
            let nonce = caller.short_input(nonce, nonce_length)?;
            let associated = caller.optional_input(associated, associated_length)?;
            session.open_init(key_handle(key)?, mode, nonce, associated, tag, length)
        })
    })
}

/// Decrypts a part. The interface gives plaintext out before the tag is checked: it must not be
/// used before `SDF_AuthDecFinal` succeeded.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_AuthDecUpdate(
    session: Handle,
    data: *mut u8,
    length: u32,
    output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_opening()?;
            let data = caller.input(data, length)?;
            if caller.asked_length(output, output_length, data.len())? {
                return Ok(());
            }
            caller.output(output, output_length, &session.open_update(data)?)
        })
    })
}

/// Ends an authenticated decryption: no more data, and the verdict on the tag.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_AuthDecFinal(
    session: Handle,
    _output: *mut u8,
    output_length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_opening()?;
            caller.wants(output_length)?;
            session.open_finish()?;
            caller.write(output_length, 0)
        })
    })
}

/// The tag length to make: what the caller asks for if the mode takes it, else 16; callers leave
/// the field uninitialised.
fn tag_size(mode: AeadMode, asked: u32) -> usize {
    match (mode, asked) {
        (AeadMode::Gcm, 4 | 8 | 12..=16) | (AeadMode::Ccm, 4 | 6 | 8 | 10 | 12 | 14) => {
            usize::try_from(asked).unwrap_or(MAX_TAG)
        }
        _ => MAX_TAG,
    }
}

const MAX_TAG: usize = 16;
