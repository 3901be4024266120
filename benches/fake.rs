//! A card whose signature costs nothing: what is left of a call's time is the wrapper's.

#![expect(unsafe_code, reason = "a function table holds C functions")]
#![expect(non_snake_case, reason = "the functions have the names of GM/T 0018")]

use std::ptr;

use gmt0018::{
    Device, Dialect, Module,
    gmt0018_sys::{ECCSignature, ECCrefPublicKey, Functions, Handle, Rv},
};

/// A device of which every call succeeds at once.
pub(crate) fn device() -> Device {
    let module = Module::from_functions("fake card", functions());
    module
        .device(&Dialect::STANDARD)
        .expect("the fake device opens")
}

fn functions() -> Functions {
    Functions {
        SDF_OpenDevice: Some(SDF_OpenDevice),
        SDF_CloseDevice: Some(close),
        SDF_OpenSession: Some(SDF_OpenSession),
        SDF_CloseSession: Some(close),
        SDF_GetPrivateKeyAccessRight: Some(SDF_GetPrivateKeyAccessRight),
        SDF_ReleasePrivateKeyAccessRight: Some(SDF_ReleasePrivateKeyAccessRight),
        SDF_ExportSignPublicKey_ECC: Some(SDF_ExportSignPublicKey_ECC),
        SDF_InternalSign_ECC: Some(SDF_InternalSign_ECC),
        ..Functions::default()
    }
}

unsafe extern "C" fn SDF_OpenDevice(device: *mut Handle) -> Rv {
    // SAFETY: the caller passes a place for a handle.
    unsafe { device.write(ptr::without_provenance_mut(1)) };
    0
}

unsafe extern "C" fn SDF_OpenSession(_: Handle, session: *mut Handle) -> Rv {
    // SAFETY: the caller passes a place for a handle.
    unsafe { session.write(ptr::without_provenance_mut(2)) };
    0
}

unsafe extern "C" fn close(_: Handle) -> Rv {
    0
}

unsafe extern "C" fn SDF_GetPrivateKeyAccessRight(_: Handle, _: u32, _: *mut u8, _: u32) -> Rv {
    0
}

unsafe extern "C" fn SDF_ReleasePrivateKeyAccessRight(_: Handle, _: u32) -> Rv {
    0
}

unsafe extern "C" fn SDF_ExportSignPublicKey_ECC(
    _: Handle,
    _: u32,
    key: *mut ECCrefPublicKey,
) -> Rv {
    let some = ECCrefPublicKey {
        bits: 256,
        x: number(1),
        y: number(2),
    };
    // SAFETY: the caller passes a place for a public key.
    unsafe { key.write(some) };
    0
}

unsafe extern "C" fn SDF_InternalSign_ECC(
    _: Handle,
    _: u32,
    _: *mut u8,
    _: u32,
    signature: *mut ECCSignature,
) -> Rv {
    let some = ECCSignature {
        r: number(3),
        s: number(4),
    };
    // SAFETY: the caller passes a place for a signature.
    unsafe { signature.write(some) };
    0
}

/// A small number in a 64-byte field, big-endian.
const fn number(value: u8) -> [u8; 64] {
    let mut field = [0; 64];
    field[63] = value;
    field
}
