//! Device management (6.2): devices, device information, random numbers.

use std::ffi::c_char;

use gmt0018_sys::{DEVICEINFO, Handle, Rv};

use crate::entry::entry;
use crate::world::{World, with_session};

/// Opens the default store: `$GMT0018_SOFT_DIR`, else a system or user data directory; it is made
/// when it is missing.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_OpenDevice(device: *mut Handle) -> Rv {
    entry!(|caller| {
        caller.wants(device)?;
        caller.write(device, World::current()?.open_default_device()?)
    })
}

/// Opens the store in a directory, or a card registered under that name.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_OpenDeviceWithPath(
    path: *mut c_char,
    device: *mut Handle,
) -> Rv {
    entry!(|caller| {
        caller.wants(device)?;
        let path = caller.path(path)?;
        caller.write(device, World::current()?.open_device_at(&path)?)
    })
}

/// Opens a store by its directory or by any file in it: the store is its own configuration.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_OpenDeviceWithConf(
    device: *mut Handle,
    file: *const c_char,
) -> Rv {
    entry!(|caller| {
        caller.wants(device)?;
        let mut path = caller.path(file)?;
        if path.is_file() {
            path.pop();
        }
        caller.write(device, World::current()?.open_device_at(&path)?)
    })
}

/// Closes a device handle; the last handle of a card closes its sessions.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_CloseDevice(device: Handle) -> Rv {
    entry!(|_caller| World::current()?.close_device(device))
}

/// What the card says about itself.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GetDeviceInfo(session: Handle, info: *mut DEVICEINFO) -> Rv {
    entry!(|caller| {
        let said = with_session(session, |session| Ok(session.device_info()))?;
        caller.write(
            info,
            DEVICEINFO {
                IssuerName: said.issuer_name,
                DeviceName: said.device_name,
                DeviceSerial: said.device_serial,
                DeviceVersion: said.device_version,
                StandardVersion: said.standard_version,
                AsymAlgAbility: said.asymmetric,
                SymAlgAbility: said.symmetric,
                HashAlgAbility: said.hash,
                BufferSize: said.buffer_size,
            },
        )
    })
}

/// Random bytes, any number of them but 0.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GenerateRandom(
    session: Handle,
    length: u32,
    random: *mut u8,
) -> Rv {
    entry!(|caller| {
        caller.wants(random)?;
        with_session(session, |session| {
            caller.output_in_chunks(random, length, |chunk| session.random(chunk))
        })
    })
}
