//! Public-key encryption (GB/T 32918.4).

use digest::Digest;
use sm2::Scalar;
use sm2_signing::{Ciphertext, PublicKey};
use sm3::Sm3;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::{SecretKey, curve, kdf, random};

/// Encrypts for the holder of a key.
///
/// The ciphertext is 96 bytes longer than the plaintext, the leading 04 of C1 not counted.
///
/// # Errors
///
/// [`Error::Empty`], [`Error::TooLong`], [`Error::KeyNotOnCurve`] and [`Error::Random`].
///
/// # Examples
///
/// ```
/// use sm_soft::{SecretKey, encryption};
///
/// let key = SecretKey::generate()?;
/// let ciphertext = encryption::encrypt(&key.public_key(), b"plaintext")?;
/// assert_eq!(encryption::decrypt(&key, &ciphertext)?.as_slice(), b"plaintext");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encrypt(key: &PublicKey, plaintext: &[u8]) -> Result<Ciphertext, Error> {
    loop {
        // A1: k in [1, n-1]
        let k = random::nonzero_scalar()?;
        if let Some(ciphertext) = encrypt_with(key, plaintext, &k)? {
            return Ok(ciphertext);
        }
    }
}

/// Decrypts with a private key.
///
/// # Errors
///
/// [`Error::PointNotOnCurve`] if C1 is no point of the curve; [`Error::Empty`] if C2 is empty;
/// [`Error::Mismatch`] if the ciphertext was not made for this key, or was changed.
pub fn decrypt(key: &SecretKey, ciphertext: &Ciphertext) -> Result<Zeroizing<Vec<u8>>, Error> {
    check_length(ciphertext.c2().len())?;
    // B1: C1 on the curve
    let c1 = curve::to_point(ciphertext.c1()).ok_or(Error::PointNotOnCurve)?;
    // B2: S = [h]C1 is not the point at infinity: h = 1, and C1 has coordinates
    // B3: (x2, y2) = [d]C1
    let shared = Zeroizing::new(c1 * key.scalar());
    let shared = curve::to_secret_coordinates(&shared).ok_or(Error::Mismatch)?;
    // B4: t = KDF(x2 || y2, klen), an error if all of it is zero
    let mut plaintext = kdf::derive(&[shared.as_slice()], ciphertext.c2().len());
    let zero = is_zero(&plaintext);
    // B5: M = C2 xor t
    xor(&mut plaintext, ciphertext.c2());
    // B6: u = SM3(x2 || M || y2), an error if u differs from C3
    let u = c3(&shared, &plaintext);
    if bool::from(u.ct_eq(ciphertext.c3()) & !zero) {
        Ok(plaintext)
    } else {
        Err(Error::Mismatch)
    }
}

/// A2 to A8 for one k; `None` asks for another.
fn encrypt_with(
    key: &PublicKey,
    plaintext: &[u8],
    k: &Scalar,
) -> Result<Option<Ciphertext>, Error> {
    check_length(plaintext.len())?;
    // A3: S = [h]P is not the point at infinity: h = 1, and P has coordinates
    let point = curve::to_point(key).ok_or(Error::KeyNotOnCurve)?;
    // A2: C1 = [k]G
    let Some(c1) = curve::to_public_key(&curve::multiply_generator(k)) else {
        return Ok(None);
    };
    // A4: (x2, y2) = [k]P
    let shared = Zeroizing::new(point * k);
    let Some(shared) = curve::to_secret_coordinates(&shared) else {
        return Ok(None);
    };
    // A5: t = KDF(x2 || y2, klen), again if all of it is zero
    let mut c2 = kdf::derive(&[shared.as_slice()], plaintext.len());
    if bool::from(is_zero(&c2)) {
        return Ok(None);
    }
    // A6: C2 = M xor t
    xor(&mut c2, plaintext);
    // A7: C3 = SM3(x2 || M || y2)
    let c3 = c3(&shared, plaintext);
    // A8: C = C1 || C3 || C2
    Ok(Some(Ciphertext::new(c1, c3, c2.to_vec())))
}

fn check_length(length: usize) -> Result<(), Error> {
    match length as u64 {
        0 => Err(Error::Empty),
        1..=kdf::MAX_LENGTH => Ok(()),
        length => Err(Error::TooLong(length)),
    }
}

fn c3(shared: &[u8; 64], plaintext: &[u8]) -> [u8; 32] {
    let (x, y) = shared.split_at(32);
    Sm3::new()
        .chain_update(x)
        .chain_update(plaintext)
        .chain_update(y)
        .finalize()
        .into()
}

fn is_zero(bytes: &[u8]) -> Choice {
    bytes.iter().fold(0, |all, byte| all | byte).ct_eq(&0)
}

fn xor(target: &mut [u8], other: &[u8]) {
    for (byte, other) in target.iter_mut().zip(other) {
        *byte ^= other;
    }
}

/// Why an encryption or a decryption failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing to encrypt or decrypt.
    #[error("SM2 encrypts one byte or more, and there are none: pass the data")]
    Empty,
    /// More than the key derivation function can cover.
    #[error(
        "SM2 encrypts at most 137438953440 bytes at once, {0} were given: \
         encrypt an SM4 key, and the data with it"
    )]
    TooLong(u64),
    /// The recipient's key is not a point of the curve.
    #[error("the public key is not a point of the SM2 curve: check its bytes and their order")]
    KeyNotOnCurve,
    /// C1 is not a point of the curve.
    #[error(
        "C1 is not a point of the SM2 curve: the ciphertext is damaged, or its parts are in \
         another order (C1C3C2, C1C2C3)"
    )]
    PointNotOnCurve,
    /// C3 is not the digest of what came out.
    #[error(
        "the ciphertext was changed, or made for another key: check the key, and the order of \
         its parts (C1C3C2, C1C2C3)"
    )]
    Mismatch,
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] random::RandomError),
}

#[cfg(test)]
mod tests {
    use sm2::elliptic_curve::PrimeField;

    use super::*;
    use crate::testing::{hex, hex32};

    const D: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
    const K: &str = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21";
    /// GB/T 32918.5-2017, annex C.2.
    const CIPHERTEXT: &str = "04\
        04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73\
        E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0\
        59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766\
        21886CA989CA9C7D58087307CA93092D651EFA";

    fn key() -> SecretKey {
        SecretKey::from_bytes(&hex32(D)).unwrap()
    }

    fn scalar(text: &str) -> Scalar {
        Scalar::from_repr(hex32(text).into()).unwrap()
    }

    #[test]
    fn standard_example() {
        let message = b"encryption standard";
        let made = encrypt_with(&key().public_key(), message, &scalar(K))
            .unwrap()
            .unwrap();
        assert_eq!(made.to_c1c3c2(), hex(CIPHERTEXT));
        let parsed = Ciphertext::from_c1c3c2(&hex(CIPHERTEXT)).unwrap();
        assert_eq!(decrypt(&key(), &parsed).unwrap().as_slice(), message);
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let good = hex(CIPHERTEXT);
        for index in 1..good.len() {
            let mut bad = good.clone();
            bad[index] ^= 1 << (index % 8);
            let bad = Ciphertext::from_c1c3c2(&bad).unwrap();
            let error = decrypt(&key(), &bad).unwrap_err();
            if index <= 64 {
                assert!(matches!(error, Error::PointNotOnCurve), "{index}: {error}");
            } else {
                assert!(matches!(error, Error::Mismatch), "{index}: {error}");
            }
        }
        let short = Ciphertext::from_c1c3c2(&good[..good.len() - 1]).unwrap();
        assert!(matches!(decrypt(&key(), &short), Err(Error::Mismatch)));
    }

    /// Steps A5 and B4: with one byte of plaintext t is zero for every 256th k.
    #[test]
    fn zero_key_stream_is_refused() {
        let key = key();
        let point = curve::to_point(&key.public_key()).unwrap();
        let (k, shared) = (1_u64..)
            .map(|k| {
                let k = Scalar::from(k);
                (k, curve::to_secret_coordinates(&(point * k)).unwrap())
            })
            .find(|(_, shared)| kdf::derive(&[shared.as_slice()], 1)[0] == 0)
            .unwrap();
        assert!(encrypt_with(&key.public_key(), b"x", &k).unwrap().is_none());

        let c1 = curve::to_public_key(&curve::multiply_generator(&k)).unwrap();
        let forged = Ciphertext::new(c1, c3(&shared, b"x"), b"x".to_vec());
        assert!(matches!(decrypt(&key, &forged), Err(Error::Mismatch)));
    }

    #[test]
    fn bad_input() {
        let off = PublicKey::from_bytes(&[1; 64]);
        assert!(matches!(encrypt(&off, b"x"), Err(Error::KeyNotOnCurve)));
        assert!(matches!(
            encrypt(&key().public_key(), b""),
            Err(Error::Empty)
        ));
        let empty = Ciphertext::new(key().public_key(), [0; 32], Vec::new());
        assert!(matches!(decrypt(&key(), &empty), Err(Error::Empty)));
        let zero = Ciphertext::new(PublicKey::from_bytes(&[0; 64]), [0; 32], vec![1]);
        assert!(matches!(
            decrypt(&key(), &zero),
            Err(Error::PointNotOnCurve)
        ));
    }
}
