//! Session keys wrapped with a key-encryption key (6.3).

use sm_soft::cipher::{self, Mode, Sm4Key};
use zeroize::Zeroizing;

use super::{KeyHandle, key_length};
use crate::{CardError, Session};

/// How a key-encryption key wraps a session key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KekWrap {
    /// SM4-ECB, as both editions say: 16 bytes become 16 bytes.
    Ecb,
    /// A random IV of 16 bytes, then SM4-CBC with PKCS #7 padding, as SoftSDF does and GmSSL's
    /// tools expect: 16 bytes become 48 bytes.
    CbcPadded,
}

impl KekWrap {
    /// Bytes of the wrapped form of a key of `bits` bits.
    ///
    /// # Errors
    ///
    /// [`CardError::Argument`] for a length that this form cannot wrap.
    pub fn wrapped_length(self, bits: u32) -> Result<usize, CardError> {
        let length = key_length(bits)?;
        match self {
            Self::Ecb if length.is_multiple_of(16) => Ok(length),
            Self::Ecb => Err(CardError::Argument(
                "ECB wraps keys of 128, 256, 384 or 512 bits",
            )),
            Self::CbcPadded => Ok(32 + length / 16 * 16),
        }
    }
}

impl Session {
    /// Makes a session key and wraps it with the KEK at `index` (`SDF_GenerateKeyWithKEK`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoSuchKey`], [`CardError::Argument`] for a bad length.
    pub fn generate_key_with_kek(
        &mut self,
        index: u32,
        wrap: KekWrap,
        bits: u32,
    ) -> Result<(Vec<u8>, KeyHandle), CardError> {
        self.card.check_operational()?;
        wrap.wrapped_length(bits)?;
        let kek = self.card.kek(index)?;
        let key = self.new_session_key(bits)?;
        let wrapped = match wrap {
            KekWrap::Ecb => encrypt(Mode::Ecb, &kek, &[], &key)?,
            KekWrap::CbcPadded => {
                let mut iv = [0; 16];
                self.card.fill_random(&mut iv)?;
                let mut wrapped = iv.to_vec();
                wrapped.extend(encrypt(Mode::Cbc, &kek, &iv, &pad(&key))?);
                wrapped
            }
        };
        Ok((wrapped, self.keep_key(key)))
    }

    /// Unwraps a session key with the KEK at `index` (`SDF_ImportKeyWithKEK`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoSuchKey`], [`CardError::Ciphertext`] for a length or padding that is wrong.
    pub fn import_key_with_kek(
        &mut self,
        index: u32,
        wrap: KekWrap,
        wrapped: &[u8],
    ) -> Result<KeyHandle, CardError> {
        self.card.check_operational()?;
        let kek = self.card.kek(index)?;
        if wrapped.is_empty()
            || !wrapped.len().is_multiple_of(16)
            || wrapped.len() > MAX_WRAPPED_LENGTH
        {
            return Err(CardError::Ciphertext);
        }
        let key = match wrap {
            KekWrap::Ecb => decrypt(Mode::Ecb, &kek, &[], wrapped)?,
            KekWrap::CbcPadded => {
                let (iv, rest) = wrapped.split_at_checked(16).ok_or(CardError::Ciphertext)?;
                unpad(decrypt(Mode::Cbc, &kek, iv, rest)?)?
            }
        };
        self.check_and_keep_key(key)
    }

    /// A handle to the KEK at `index`, used as a key for data (`SDF_GetSymmKeyHandle`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoSuchKey`].
    pub fn kek_handle(&mut self, index: u32) -> Result<KeyHandle, CardError> {
        self.card.check_operational()?;
        let kek = self.card.kek(index)?;
        Ok(self.keep_key(Zeroizing::new(kek.as_bytes().to_vec())))
    }
}

fn encrypt(mode: Mode, kek: &Sm4Key, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, CardError> {
    cipher::encrypt(mode, kek, iv, data).map_err(|_| CardError::Internal("wrapping a key"))
}

fn decrypt(
    mode: Mode,
    kek: &Sm4Key,
    iv: &[u8],
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CardError> {
    cipher::decrypt(mode, kek, iv, data)
        .map(Zeroizing::new)
        .map_err(|_| CardError::Ciphertext)
}

/// Appends PKCS #7 padding.
fn pad(key: &[u8]) -> Zeroizing<Vec<u8>> {
    let count = 16 - key.len() % 16;
    let mut padded = Zeroizing::new(Vec::with_capacity(key.len() + count));
    padded.extend_from_slice(key);
    let byte = u8::try_from(count).unwrap_or(16);
    padded.resize(key.len() + count, byte);
    padded
}

/// Removes PKCS #7 padding.
fn unpad(mut padded: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let last = padded.last().copied().ok_or(CardError::Ciphertext)?;
    let count = usize::from(last);
    let length = padded
        .len()
        .checked_sub(count)
        .ok_or(CardError::Ciphertext)?;
    if !(1..=16).contains(&count) || padded.iter().skip(length).any(|byte| *byte != last) {
        return Err(CardError::Ciphertext);
    }
    padded.truncate(length);
    Ok(padded)
}

/// IV, 64 bytes of key and a block of padding.
const MAX_WRAPPED_LENGTH: usize = 96;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_comes_off_as_it_went_on() {
        for length in 1..=64 {
            let key = vec![0x5a; length];
            let padded = pad(&key);
            assert_eq!(padded.len() % 16, 0);
            let bits = u32::try_from(length * 8).unwrap();
            assert_eq!(
                KekWrap::CbcPadded.wrapped_length(bits).unwrap(),
                16 + padded.len()
            );
            assert_eq!(*unpad(padded).unwrap(), key);
        }
    }

    #[test]
    fn bad_padding_is_refused() {
        for last in [0, 17, 255] {
            assert!(unpad(Zeroizing::new(vec![last; 16])).is_err(), "{last}");
        }
        let mut wrong = pad(&[1; 12]).to_vec();
        wrong[13] ^= 1;
        assert!(unpad(Zeroizing::new(wrong)).is_err());
        assert!(unpad(Zeroizing::new(Vec::new())).is_err());
    }
}
