//! Hash operations (6.6): SM3 and HMAC-SM3.

use gmt0018_sys::{ECCrefPublicKey, Handle, Rv};

use crate::algorithm;
use crate::entry::entry;
use crate::key::key_handle;
use crate::world::with_session;

/// Starts SM3; with a public key and a user id the card absorbs Z first.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_HashInit(
    session: Handle,
    algorithm: u32,
    public_key: *mut ECCrefPublicKey,
    id: *mut u8,
    id_length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            algorithm::sm3(algorithm)?;
            if public_key.is_null() && id_length == 0 {
                return session.hash_init(None);
            }
            let public_key = caller.public_key(public_key)?;
            let id = caller.optional_input(id, id_length)?;
            session.hash_init(Some((&public_key, id)))
        })
    })
}

/// Absorbs a part of the message.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_HashUpdate(session: Handle, data: *mut u8, length: u32) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_hash()?;
            session.hash_update(caller.input(data, length)?)
        })
    })
}

/// Ends the hash: 32 bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_HashFinal(
    session: Handle,
    hash: *mut u8,
    length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_hash()?;
            if caller.asked_length(hash, length, 32)? {
                return Ok(());
            }
            caller.output(hash, length, &session.hash_finish()?)
        })
    })
}

/// Starts HMAC-SM3 with a session key.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_HMACInit(session: Handle, key: Handle, algorithm: u32) -> Rv {
    entry!(|_caller| {
        with_session(session, |session| {
            algorithm::hmac_sm3(algorithm)?;
            session.hmac_init(key_handle(key)?)
        })
    })
}

/// Starts HMAC-SM3 with a key given in plain.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalKeyHMACInit(
    session: Handle,
    algorithm: u32,
    key: *mut u8,
    length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            algorithm::hmac_sm3(algorithm)?;
            session.external_hmac_init(caller.input(key, length)?)
        })
    })
}

/// Absorbs a part of the message.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_HMACUpdate(session: Handle, data: *mut u8, length: u32) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_hmac()?;
            session.hmac_update(caller.input(data, length)?)
        })
    })
}

/// Ends the HMAC: 32 bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_HMACFinal(
    session: Handle,
    mac: *mut u8,
    length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_hmac()?;
            if caller.asked_length(mac, length, 32)? {
                return Ok(());
            }
            caller.output(mac, length, &session.hmac_finish()?)
        })
    })
}
