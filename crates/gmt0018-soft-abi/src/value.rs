//! The structures of the interface and the values they stand for.
//!
//! A 256-bit number occupies the low (last) 32 bytes of its 64-byte field. The high half is written
//! as zeros and not read: callers leave garbage there.

use gmt0018_softcard::{
    CardError, Ciphertext, MAX_SM2_PLAINTEXT, Prehash, PublicKey, SecretKey, Signature,
};
use gmt0018_sys::{
    ECCCIPHER_HEADER_LEN, ECCCipher, ECCSignature, ECCrefPrivateKey, ECCrefPublicKey,
};
use zeroize::{Zeroize as _, Zeroizing};

use crate::caller::Caller;

impl Caller {
    /// A 32-byte digest e.
    pub(crate) fn prehash(&self, data: *const u8, length: u32) -> Result<Prehash, CardError> {
        let e = self.input(data, length)?;
        Prehash::from_slice(e).map_err(|_| CardError::Argument("SM2 signs a digest of 32 bytes"))
    }

    /// A public key; the arithmetic checks that it is on the curve.
    pub(crate) fn public_key(&self, key: *const ECCrefPublicKey) -> Result<PublicKey, CardError> {
        let key = self.read(key)?;
        Ok(PublicKey::from_x_y(&low_half(&key.x), &low_half(&key.y)))
    }

    pub(crate) fn write_public_key(
        &self,
        target: *mut ECCrefPublicKey,
        key: &PublicKey,
    ) -> Result<(), CardError> {
        let key = ECCrefPublicKey {
            bits: 256,
            x: widen(key.x()),
            y: widen(key.y()),
        };
        self.write(target, key)
    }

    /// A private key in [1, n-2].
    pub(crate) fn secret_key(&self, key: *const ECCrefPrivateKey) -> Result<SecretKey, CardError> {
        let bytes = Zeroizing::new(self.array::<PRIVATE_KEY_LENGTH>(key.cast())?);
        let scalar = bytes.last_chunk().ok_or(CardError::PrivateKey)?;
        SecretKey::from_bytes(scalar).map_err(|_| CardError::PrivateKey)
    }

    pub(crate) fn write_secret_key(
        &self,
        target: *mut ECCrefPrivateKey,
        key: &SecretKey,
    ) -> Result<(), CardError> {
        let mut field = widen(&key.to_bytes());
        let written = self.write(target.cast(), 256_u32).and_then(|()| {
            let scalar = target.cast::<u8>().wrapping_add(size_of::<u32>());
            self.write_bytes(scalar, &field)
        });
        field.zeroize();
        written
    }

    pub(crate) fn signature(&self, signature: *const ECCSignature) -> Result<Signature, CardError> {
        let signature = self.read(signature)?;
        Ok(Signature::from_r_s(
            &low_half(&signature.r),
            &low_half(&signature.s),
        ))
    }

    pub(crate) fn write_signature(
        &self,
        target: *mut ECCSignature,
        signature: &Signature,
    ) -> Result<(), CardError> {
        let signature = ECCSignature {
            r: widen(signature.r()),
            s: widen(signature.s()),
        };
        self.write(target, signature)
    }

    /// An SM2 ciphertext; its length is judged before the bytes behind the header are touched.
    pub(crate) fn ciphertext(&self, source: *const ECCCipher) -> Result<Ciphertext, CardError> {
        let header = self.array::<ECCCIPHER_HEADER_LEN>(source.cast())?;
        let (x, rest) = split::<64>(&header)?;
        let (y, rest) = split::<64>(rest)?;
        let (c3, rest) = split::<32>(rest)?;
        let (length, _) = split::<4>(rest)?;
        let length = u32::from_ne_bytes(*length);
        if usize::try_from(length).map_or(true, |length| length > MAX_SM2_PLAINTEXT) {
            return Err(CardError::Argument(
                "the ciphertext's length is above 4096 bytes",
            ));
        }
        let c2 = self.input(
            source.cast::<u8>().wrapping_add(ECCCIPHER_HEADER_LEN),
            length,
        )?;
        let c1 = PublicKey::from_x_y(&low_half(x), &low_half(y));
        Ok(Ciphertext::new(c1, *c3, c2.to_vec()))
    }

    /// Writes the header and L bytes, and nothing behind them.
    pub(crate) fn write_ciphertext(
        &self,
        target: *mut ECCCipher,
        ciphertext: &Ciphertext,
    ) -> Result<(), CardError> {
        let c2 = ciphertext.c2();
        let length = u32::try_from(c2.len()).map_err(|_| CardError::Ciphertext)?;
        let image = [
            &widen(ciphertext.c1().x())[..],
            &widen(ciphertext.c1().y()),
            ciphertext.c3(),
            &length.to_ne_bytes(),
            c2,
        ]
        .concat();
        self.write_bytes(target.cast(), &image)
    }
}

/// The low 32 bytes of a 64-byte field.
fn low_half(field: &[u8; 64]) -> [u8; 32] {
    let mut low = [0; 32];
    for (to, from) in low.iter_mut().zip(field.iter().skip(32)) {
        *to = *from;
    }
    low
}

/// A 64-byte field with the number in its low half.
fn widen(number: &[u8; 32]) -> [u8; 64] {
    let mut field = [0; 64];
    for (to, from) in field.iter_mut().skip(32).zip(number) {
        *to = *from;
    }
    field
}

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), CardError> {
    bytes.split_first_chunk().ok_or(CardError::Ciphertext)
}

const PRIVATE_KEY_LENGTH: usize = size_of::<ECCrefPrivateKey>();
