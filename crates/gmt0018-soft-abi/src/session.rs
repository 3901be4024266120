//! Sessions and the access rights that live in them (6.2).

use gmt0018_sys::{Handle, Rv};

use crate::entry::entry;
use crate::world::{World, with_session};

/// Opens a session.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_OpenSession(device: Handle, session: *mut Handle) -> Rv {
    entry!(|caller| {
        caller.wants(session)?;
        caller.write(session, World::current()?.open_session(device)?)
    })
}

/// Closes a session with its keys, rights and contexts.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_CloseSession(session: Handle) -> Rv {
    entry!(|_caller| World::current()?.close_session(session))
}

/// Gets the right to use the private keys at an index in this session.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GetPrivateKeyAccessRight(
    session: Handle,
    index: u32,
    password: *mut u8,
    length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.acquire_access_right(index, caller.password(password, length)?)
        })
    })
}

/// The same with a key type, 1 for RSA and 2 for ECC.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GetPrivateKeyAccessRight_Ex(
    session: Handle,
    index: u32,
    key_type: u32,
    password: *mut u8,
    length: u32,
) -> Rv {
    entry!(|caller| {
        if key_type == RSA {
            return Err(gmt0018_softcard::CardError::NotSupported);
        }
        with_session(session, |session| {
            session.acquire_access_right(index, caller.password(password, length)?)
        })
    })
}

/// Gives the right back.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ReleasePrivateKeyAccessRight(
    session: Handle,
    index: u32,
) -> Rv {
    entry!(|_caller| with_session(session, |session| session.release_access_right(index)))
}

/// Gets the right to use a key-encryption key: granted where there is one, as they have no password.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GetKEKAccessRight(
    session: Handle,
    index: u32,
    _password: *mut u8,
    _length: u32,
) -> Rv {
    entry!(|_caller| with_session(session, |session| session.acquire_kek_access_right(index)))
}

/// Another vendor's spelling of `SDF_GetKEKAccessRight`.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GetKekAccessRight(
    session: Handle,
    index: u32,
    _password: *mut u8,
    _length: u32,
) -> Rv {
    entry!(|_caller| with_session(session, |session| session.acquire_kek_access_right(index)))
}

/// Gives the right to a key-encryption key back.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ReleaseKEKAccessRight(session: Handle, index: u32) -> Rv {
    entry!(|_caller| with_session(session, |session| session.acquire_kek_access_right(index)))
}

const RSA: u32 = 1;
