//! CBC-MAC with SM4.

use gmt0018_sys::{Handle, Rv};

use crate::algorithm;
use crate::entry::entry;
use crate::key::key_handle;
use crate::world::with_session;

/// CBC-MAC of 16 bytes; the IV becomes the MAC. As in `SoftSDF`, an identifier of SM3 asks for HMAC-SM3 of 32 bytes, and the
/// IV is not looked at.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_CalculateMAC(
    session: Handle,
    key: Handle,
    algorithm: u32,
    iv: *mut u8,
    data: *mut u8,
    length: u32,
    mac: *mut u8,
    mac_length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            if algorithm::hmac_sm3(algorithm).is_ok() {
                let data = caller.input(data, length)?;
                if caller.asked_length(mac, mac_length, HMAC)? {
                    return Ok(());
                }
                let computed = session.hmac(key_handle(key)?, data)?;
                return caller.output(mac, mac_length, &computed);
            }
            algorithm::mac(algorithm)?;
            let mut chain = caller.array(iv)?;
            let data = caller.input(data, length)?;
            if caller.asked_length(mac, mac_length, BLOCK)? {
                return Ok(());
            }
            let computed = session.mac(key_handle(key)?, &mut chain, data)?;
            caller.write_bytes(iv, &chain)?;
            caller.output(mac, mac_length, &computed)
        })
    })
}

/// Starts a CBC-MAC in parts.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_CalculateMACInit(
    session: Handle,
    key: Handle,
    algorithm: u32,
    iv: *mut u8,
    iv_length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            algorithm::mac(algorithm)?;
            session.mac_init(key_handle(key)?, caller.short(iv, iv_length)?)
        })
    })
}

/// Absorbs a part.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_CalculateMACUpdate(
    session: Handle,
    data: *mut u8,
    length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_mac()?;
            session.mac_update(caller.input(data, length)?)
        })
    })
}

/// Ends a CBC-MAC: 16 bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_CalculateMACFinal(
    session: Handle,
    mac: *mut u8,
    mac_length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.expect_mac()?;
            if caller.asked_length(mac, mac_length, BLOCK)? {
                return Ok(());
            }
            caller.output(mac, mac_length, &session.mac_finish()?)
        })
    })
}

const BLOCK: usize = 16;
const HMAC: usize = 32;
