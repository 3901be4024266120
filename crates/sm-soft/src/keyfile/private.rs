//! PKCS#8 `PrivateKeyInfo` and SEC 1 `ECPrivateKey`.

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};
use pkcs8::PrivateKeyInfoRef;
use sec1::{EcParameters, EcPrivateKey};
use sm2_signing::PublicKey;
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::{ENCRYPTED_LABEL, Error, PKCS8_LABEL, pbes2};
use crate::SecretKey;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SM2_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");

pub(super) fn from_labelled_der(
    label: &str,
    der: &[u8],
    password: Option<&[u8]>,
) -> Result<SecretKey, Error> {
    match label {
        PKCS8_LABEL => from_pkcs8(der),
        ENCRYPTED_LABEL => from_encrypted(der, password),
        _ => from_sec1(der, CurveIs::InTheKey),
    }
}

/// Tells the three structures apart by how they begin.
pub(super) fn from_der(der: &[u8], password: Option<&[u8]>) -> Result<SecretKey, Error> {
    let what = "private key";
    let (first, second) = first_tags(der).map_err(Error::der(what))?;
    match (first, second) {
        // EncryptedPrivateKeyInfo: algorithm, data
        (Tag::Sequence, _) => from_encrypted(der, password),
        // PrivateKeyInfo: version, algorithm, key
        (Tag::Integer, Tag::Sequence) => from_pkcs8(der),
        // ECPrivateKey: version, key
        (Tag::Integer, Tag::OctetString) => from_sec1(der, CurveIs::InTheKey),
        _ => Err(Error::Unrecognised),
    }
}

fn first_tags(der: &[u8]) -> der::Result<(Tag, Tag)> {
    let mut reader = SliceReader::new(der)?;
    reader.sequence(|reader| {
        let first = AnyRef::decode(reader)?.tag();
        let second = Tag::peek(reader)?;
        reader.read_slice(reader.remaining_len())?;
        Ok::<_, der::Error>((first, second))
    })
}

fn from_encrypted(der: &[u8], password: Option<&[u8]>) -> Result<SecretKey, Error> {
    let password = password.ok_or(Error::PasswordNeeded)?;
    let plaintext = pbes2::decrypt(der, password)?;
    match from_pkcs8(&plaintext) {
        // One wrong password in 256 leaves valid padding, and what it leaves is no DER.
        Err(Error::Der { .. } | Error::Truncated(_)) => Err(Error::WrongPassword),
        result => result,
    }
}

fn from_pkcs8(der: &[u8]) -> Result<SecretKey, Error> {
    let what = "PKCS#8 private key";
    let info = PrivateKeyInfoRef::from_der(der).map_err(Error::der(what))?;
    check_algorithm(&info.algorithm)?;
    let key = from_sec1(info.private_key.as_bytes(), CurveIs::Known)?;
    if let Some(public_key) = info.public_key {
        let public_key = public_key.as_bytes().ok_or(Error::PublicKeyMismatch)?;
        check_public_key(&key, public_key)?;
    }
    Ok(key)
}

fn check_algorithm(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<(), Error> {
    let curve = algorithm
        .parameters
        .and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    if algorithm.oid == EC_PUBLIC_KEY && curve == Some(SM2_CURVE) {
        return Ok(());
    }
    let curve = curve.map_or("no named curve".to_owned(), |curve| curve.to_string());
    Err(Error::NotSm2 {
        found: format!("{} with {curve}", algorithm.oid),
    })
}

/// Where the curve is named.
#[derive(PartialEq)]
enum CurveIs {
    /// In the structure around the key; the key may repeat it.
    Known,
    /// In the key and nowhere else.
    InTheKey,
}

fn from_sec1(der: &[u8], curve_is: CurveIs) -> Result<SecretKey, Error> {
    let what = "SEC 1 private key";
    let info = EcPrivateKey::from_der(der).map_err(Error::der(what))?;
    match info.parameters {
        Some(EcParameters::NamedCurve(SM2_CURVE)) => {}
        None if curve_is == CurveIs::Known => {}
        None => {
            return Err(Error::NotSm2 {
                found: "no named curve".to_owned(),
            });
        }
        Some(EcParameters::NamedCurve(curve)) => {
            return Err(Error::NotSm2 {
                found: curve.to_string(),
            });
        }
    }
    let key = SecretKey::from_slice(info.private_key)?;
    if let Some(public_key) = info.public_key {
        check_public_key(&key, public_key)?;
    }
    Ok(key)
}

fn check_public_key(key: &SecretKey, public_key: &[u8]) -> Result<(), Error> {
    if PublicKey::from_slice(public_key)? == key.public_key() {
        Ok(())
    } else {
        Err(Error::PublicKeyMismatch)
    }
}

pub(super) fn to_sec1_der(key: &SecretKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (d, public_key) = (key.to_bytes(), key.public_key().to_sec1());
    let info = EcPrivateKey {
        private_key: d.as_slice(),
        parameters: Some(EcParameters::NamedCurve(SM2_CURVE)),
        public_key: Some(&public_key),
    };
    info.to_der()
        .map(Zeroizing::new)
        .map_err(Error::der("SEC 1 private key"))
}

/// The curve stands in both structures, as GmSSL writes it; OpenSSL reads that too.
pub(super) fn to_pkcs8_der(key: &SecretKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    let what = "PKCS#8 private key";
    let sec1 = to_sec1_der(key)?;
    let algorithm = AlgorithmIdentifierRef {
        oid: EC_PUBLIC_KEY,
        parameters: Some((&SM2_CURVE).into()),
    };
    let private_key = OctetStringRef::new(&sec1).map_err(Error::der(what))?;
    let info = PrivateKeyInfoRef::new(algorithm, private_key);
    info.to_der().map(Zeroizing::new).map_err(Error::der(what))
}
