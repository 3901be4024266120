//! Key files: PKCS#8, SEC 1, SubjectPublicKeyInfo, encrypted PKCS#8 and hexadecimal.
//!
//! [`parse_private`] recognises every form of private key that this module, OpenSSL and GmSSL
//! write; [`parse_public`] those of public keys. The algorithm is id-ecPublicKey
//! (1.2.840.10045.2.1), the curve 1.2.156.10197.1.301; a public key that stands beside a private
//! key must be its own.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod error;
mod pbes2;
mod pem;
mod private;

use sm2_signing::PublicKey;
use zeroize::Zeroizing;

use crate::{SecretKey, curve};

pub use error::Error;
pub use pbes2::Encryption;

/// Reads a private key in any form: PEM or DER of PKCS#8, encrypted PKCS#8 or SEC 1, or 64
/// hexadecimal digits.
///
/// The password is looked at only if the key is encrypted. In PEM, text around the key and EC
/// PARAMETERS before it are skipped; the first private key counts.
///
/// # Errors
///
/// [`Error`] says what the bytes are not; [`Error::PasswordNeeded`] and [`Error::WrongPassword`]
/// if the key is encrypted.
///
/// # Examples
///
/// ```
/// use sm_soft::keyfile::{self, Error};
///
/// let key = sm_soft::SecretKey::generate()?;
/// let pem = keyfile::to_encrypted_pkcs8_pem(&key, b"password", &Default::default())?;
/// let read = keyfile::parse_private(pem.as_bytes(), Some(b"password"))?;
/// assert_eq!(read.public_key(), key.public_key());
/// assert!(matches!(
///     keyfile::parse_private(pem.as_bytes(), None),
///     Err(Error::PasswordNeeded)
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse_private(bytes: &[u8], password: Option<&[u8]>) -> Result<SecretKey, Error> {
    if pem::is_pem(bytes) {
        let (label, der) = pem::first(bytes, &PRIVATE_LABELS)?;
        return private::from_labelled_der(label, &der, password);
    }
    if is_der(bytes) {
        return private::from_der(bytes, password);
    }
    let d = Zeroizing::new(unhex(bytes)?);
    Ok(SecretKey::from_slice(&d)?)
}

/// Reads a public key in any form: PEM or DER SubjectPublicKeyInfo, or 128 (x ‖ y) or 130
/// (04 ‖ x ‖ y) hexadecimal digits.
///
/// # Errors
///
/// [`Error`] says what the bytes are not; [`Error::NotOnCurve`] if the point is not on the curve.
///
/// # Examples
///
/// ```
/// use sm_soft::keyfile;
///
/// let key = sm_soft::SecretKey::generate()?.public_key();
/// assert_eq!(keyfile::parse_public(key.to_spki_pem().as_bytes())?, key);
/// assert_eq!(keyfile::parse_public(key.to_string().as_bytes())?, key);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse_public(bytes: &[u8]) -> Result<PublicKey, Error> {
    let key = if pem::is_pem(bytes) {
        let (_, der) = pem::first(bytes, &[PUBLIC_LABEL])?;
        PublicKey::from_spki_der(&der)
    } else if is_der(bytes) {
        PublicKey::from_spki_der(bytes)
    } else {
        PublicKey::from_slice(&unhex(bytes)?)
    }?;
    if curve::is_on_curve(&key) {
        Ok(key)
    } else {
        Err(Error::NotOnCurve)
    }
}

/// PKCS#8 `PrivateKeyInfo` (RFC 5208) in DER, with the public key.
///
/// # Errors
///
/// [`Error::Der`] if the encoder fails, which it does not for a valid key.
pub fn to_pkcs8_der(key: &SecretKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    private::to_pkcs8_der(key)
}

/// PKCS#8 `PrivateKeyInfo` in PEM, "PRIVATE KEY".
///
/// # Errors
///
/// As [`to_pkcs8_der`].
pub fn to_pkcs8_pem(key: &SecretKey) -> Result<Zeroizing<String>, Error> {
    pem::encode(PKCS8_LABEL, &private::to_pkcs8_der(key)?)
}

/// SEC 1 `ECPrivateKey` (RFC 5915) in PEM, "EC PRIVATE KEY".
///
/// # Errors
///
/// As [`to_pkcs8_der`].
pub fn to_sec1_pem(key: &SecretKey) -> Result<Zeroizing<String>, Error> {
    pem::encode(SEC1_LABEL, &private::to_sec1_der(key)?)
}

/// PKCS#8 `EncryptedPrivateKeyInfo` with PBES2 (RFC 8018) in DER.
///
/// # Errors
///
/// [`Error::EmptyPassword`], [`Error::Random`].
pub fn to_encrypted_pkcs8_der(
    key: &SecretKey,
    password: &[u8],
    encryption: &Encryption,
) -> Result<Vec<u8>, Error> {
    pbes2::encrypt(&private::to_pkcs8_der(key)?, password, encryption)
}

/// PKCS#8 `EncryptedPrivateKeyInfo` with PBES2 in PEM, "ENCRYPTED PRIVATE KEY".
///
/// # Errors
///
/// As [`to_encrypted_pkcs8_der`].
pub fn to_encrypted_pkcs8_pem(
    key: &SecretKey,
    password: &[u8],
    encryption: &Encryption,
) -> Result<String, Error> {
    let der = to_encrypted_pkcs8_der(key, password, encryption)?;
    Ok(std::mem::take(&mut *pem::encode(ENCRYPTED_LABEL, &der)?))
}

/// d as 64 lower-case hexadecimal digits.
#[must_use]
pub fn to_hex(key: &SecretKey) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(64));
    for nibble in key
        .to_bytes()
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xF])
    {
        text.extend(char::from_digit(nibble.into(), 16));
    }
    text
}

/// Whether the bytes begin a SEQUENCE, and not the digit 0, which has the same code.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&DER_SEQUENCE) && digits(bytes).is_none()
}

/// The hexadecimal digits, if there is nothing else but blanks around them and 0x before them.
fn digits(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    text.iter().all(u8::is_ascii_hexdigit).then_some(text)
}

/// The bytes of hexadecimal text, blanks around it and a leading 0x allowed.
fn unhex(text: &[u8]) -> Result<Vec<u8>, Error> {
    let text = digits(text)
        .filter(|digits| !digits.is_empty())
        .ok_or(Error::Unrecognised)?;
    if text.len() > MAX_HEX_DIGITS || !text.len().is_multiple_of(2) {
        return Err(Error::HexLength(text.len()));
    }
    let mut bytes = Vec::with_capacity(MAX_HEX_DIGITS);
    for pair in text.chunks_exact(2) {
        let value = pair
            .iter()
            .filter_map(|digit| char::from(*digit).to_digit(16));
        let value = value.fold(0, |value, digit| value << 4 | digit);
        bytes.push(u8::try_from(value).map_err(|_| Error::Unrecognised)?);
    }
    Ok(bytes)
}

const DER_SEQUENCE: u8 = 0x30;
const MAX_HEX_DIGITS: usize = 130;

const PKCS8_LABEL: &str = "PRIVATE KEY";
const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";
const SEC1_LABEL: &str = "EC PRIVATE KEY";
/// What OpenSSL 3.0's `openssl ec` writes for SEC 1.
const SM2_LABEL: &str = "SM2 PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";
const PRIVATE_LABELS: [&str; 4] = [PKCS8_LABEL, ENCRYPTED_LABEL, SEC1_LABEL, SM2_LABEL];

#[cfg(test)]
mod tests;
