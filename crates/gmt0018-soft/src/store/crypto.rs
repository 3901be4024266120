//! What the store builds on: HMAC-SM3, and SM4-CBC over whole blocks.

use sm_soft::cipher::{self, Mode, Sm4Key};
use sm_soft::hash::HmacSm3;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// HMAC-SM3 over the parts, one after another; the caller sees to it that no other parts give the same bytes.
pub(super) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = HmacSm3::new(key);
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize()
}

/// Compares in constant time.
pub(super) fn equal(left: &[u8; 32], right: &[u8; 32]) -> bool {
    left.ct_eq(right).into()
}

/// Two keys from one: for SM4-CBC and for HMAC-SM3 (encrypt, then authenticate).
#[derive(Clone)]
pub(super) struct Keys {
    cipher: Zeroizing<[u8; 16]>,
    mac: Zeroizing<[u8; 32]>,
}

impl Keys {
    pub(super) fn derive(root: &[u8; 32]) -> Self {
        let cipher = Zeroizing::new(mac(root, &[b"encrypt"]));
        let (cipher, _) = cipher.split_first_chunk().expect("32 bytes begin with 16");
        Self {
            cipher: Zeroizing::new(*cipher),
            mac: Zeroizing::new(mac(root, &[b"authenticate"])),
        }
    }

    pub(super) fn mac_key(&self) -> &[u8; 32] {
        &self.mac
    }

    /// Encrypts whole blocks; `N` is a multiple of 16.
    pub(super) fn encrypt<const N: usize>(&self, iv: &[u8; 16], plaintext: &[u8; N]) -> [u8; N] {
        const { assert!(N.is_multiple_of(16), "SM4-CBC takes whole blocks") };
        cipher::encrypt(Mode::Cbc, &Sm4Key::from_bytes(&self.cipher), iv, plaintext)
            .ok()
            .and_then(|ciphertext| ciphertext.try_into().ok())
            .expect("SM4-CBC takes whole blocks and a 16-byte IV, and gives as many bytes")
    }

    /// Undoes [`Self::encrypt`].
    pub(super) fn decrypt<const N: usize>(
        &self,
        iv: &[u8; 16],
        ciphertext: &[u8; N],
    ) -> Zeroizing<[u8; N]> {
        const { assert!(N.is_multiple_of(16), "SM4-CBC takes whole blocks") };
        let plaintext =
            cipher::decrypt(Mode::Cbc, &Sm4Key::from_bytes(&self.cipher), iv, ciphertext)
                .expect("SM4-CBC takes whole blocks and a 16-byte IV");
        let plaintext = Zeroizing::new(plaintext);
        let mut bytes = Zeroizing::new([0; N]);
        bytes.copy_from_slice(&plaintext);
        bytes
    }
}
