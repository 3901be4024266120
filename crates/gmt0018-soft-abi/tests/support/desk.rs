//! What every test of the C interface starts from: a card in memory and an open session.

use std::ffi::CString;
use std::ptr;

use gmt0018_soft::card::{PublicKey, Role, SecretKey};
use gmt0018_soft::{EphemeralCard, functions};
use gmt0018_sys::{ECCSignature, ECCrefPrivateKey, ECCrefPublicKey, Functions, Handle, SDR_OK};

/// Calls a function of a table and returns its code as the standard writes it.
macro_rules! call {
    ($table:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        let function = $table.$name.expect(stringify!($name));
        // SAFETY: the pointers that the test passes are null or point to variables and buffers of
        // the test that are long enough for the call.
        unsafe { function($($argument),*) }.cast_unsigned()
    }};
}

/// Calls a function and expects `SDR_OK`.
macro_rules! ok {
    ($table:expr, $name:ident($($argument:expr),* $(,)?)) => {
        assert_eq!(call!($table, $name($($argument),*)), gmt0018_sys::SDR_OK, stringify!($name))
    };
}

pub(crate) use {call, ok};

/// A card with keys at index 1 and a KEK at index 8, a device and a session on it.
pub(crate) struct Desk {
    pub(crate) f: Functions,
    pub(crate) card: EphemeralCard,
    pub(crate) device: Handle,
    pub(crate) session: Handle,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let card = EphemeralCard::new().unwrap();
        let key = SecretKey::from_bytes(&SIGNING_KEY).unwrap();
        card.card()
            .import_key(1, Role::Sign, key, PASSWORD)
            .unwrap();
        let key = SecretKey::from_bytes(&ENCRYPTION_KEY).unwrap();
        card.card()
            .import_key(1, Role::Encrypt, key, PASSWORD)
            .unwrap();
        card.card().import_kek(8, &KEK).unwrap();
        let f = functions();
        let device = open_device(&f, card.path());
        let session = open_session(&f, device);
        Self {
            f,
            card,
            device,
            session,
        }
    }

    /// A desk whose session has the access right to index 1.
    pub(crate) fn unlocked() -> Self {
        let desk = Self::new();
        unlock(&desk.f, desk.session);
        desk
    }

    /// A handle to a session key.
    pub(crate) fn import(&self, key: &[u8]) -> Handle {
        let (mut key, mut handle) = (key.to_vec(), ptr::null_mut());
        let length = u32::try_from(key.len()).unwrap();
        ok!(
            self.f,
            SDF_ImportKey(self.session, key.as_mut_ptr(), length, &raw mut handle)
        );
        handle
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // A test may have closed it already.
        let _ = call!(self.f, SDF_CloseDevice(self.device));
    }
}

pub(crate) fn open_device(f: &Functions, path: &str) -> Handle {
    let (path, mut device) = (CString::new(path).unwrap(), ptr::null_mut());
    let code = call!(
        f,
        SDF_OpenDeviceWithPath(path.as_ptr().cast_mut(), &raw mut device)
    );
    assert_eq!(code, SDR_OK);
    assert!(!device.is_null());
    device
}

pub(crate) fn open_session(f: &Functions, device: Handle) -> Handle {
    let mut session = ptr::null_mut();
    ok!(f, SDF_OpenSession(device, &raw mut session));
    assert!(!session.is_null());
    session
}

/// Gets the access right to index 1.
pub(crate) fn unlock(f: &Functions, session: Handle) {
    let mut password = PASSWORD.to_vec();
    ok!(
        f,
        SDF_GetPrivateKeyAccessRight(session, 1, password.as_mut_ptr(), 8)
    );
}

/// A public key with garbage where the interface says zeros.
pub(crate) fn dirty_public_key(key: &PublicKey) -> ECCrefPublicKey {
    ECCrefPublicKey {
        bits: 256,
        x: dirty(key.x()),
        y: dirty(key.y()),
    }
}

/// A private key with garbage where the interface says zeros.
pub(crate) fn dirty_private_key(key: &[u8; 32]) -> ECCrefPrivateKey {
    ECCrefPrivateKey {
        bits: 256,
        K: dirty(key),
    }
}

/// The same signature with garbage where the interface says zeros.
pub(crate) fn dirty_signature(signature: &ECCSignature) -> ECCSignature {
    let low = |field: &[u8; 64]| dirty(field[32..].try_into().unwrap());
    ECCSignature {
        r: low(&signature.r),
        s: low(&signature.s),
    }
}

/// A number in the low half of a field whose high half is garbage.
pub(crate) fn dirty(number: &[u8; 32]) -> [u8; 64] {
    let mut field = [0xdd; 64];
    field[32..].copy_from_slice(number);
    field
}

/// A variable to be written to.
pub(crate) fn blank_signature() -> ECCSignature {
    ECCSignature {
        r: [0xaa; 64],
        s: [0xaa; 64],
    }
}

/// A variable to be written to.
pub(crate) fn blank_public_key() -> ECCrefPublicKey {
    ECCrefPublicKey {
        bits: 0xaaaa_aaaa,
        x: [0xaa; 64],
        y: [0xaa; 64],
    }
}

/// The bytes that hexadecimal digits spell.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(digit).collect()
}

pub(crate) const PASSWORD: &[u8] = b"12345678";
pub(crate) const KEK: [u8; 16] = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210_u128.to_be_bytes();
/// GB/T 32918.5-2017, annex A.
pub(crate) const SIGNING_KEY: [u8; 32] = [
    0x39, 0x45, 0x20, 0x8f, 0x7b, 0x21, 0x44, 0xb1, 0x3f, 0x36, 0xe3, 0x8a, 0xc6, 0xd3, 0x9f, 0x95,
    0x88, 0x93, 0x93, 0x69, 0x28, 0x60, 0xb5, 0x1a, 0x42, 0xfb, 0x81, 0xef, 0x4d, 0xf7, 0xc5, 0xb8,
];
/// GB/T 32918.5-2017, annex B, party A.
pub(crate) const ENCRYPTION_KEY: [u8; 32] = [
    0x81, 0xeb, 0x26, 0xe9, 0x41, 0xbb, 0x5a, 0xf1, 0x6d, 0xf1, 0x16, 0x49, 0x5f, 0x90, 0x69, 0x52,
    0x72, 0xae, 0x2c, 0xd6, 0x3d, 0x6c, 0x4a, 0xe1, 0x67, 0x84, 0x18, 0xbe, 0x48, 0x23, 0x00, 0x29,
];
