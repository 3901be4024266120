//! PBES2 of RFC 8018: PBKDF2 with HMAC-SM3 or HMAC-SHA256, then SM4-CBC or AES-CBC.

use ::cipher::block_padding::Pkcs7;
use ::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser,
    KeyInit, KeyIvInit, consts::U16,
};
use aes::{Aes128, Aes192, Aes256};
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader};
use sha2::Sha256;
use sm3::Sm3;
use sm4::Sm4;
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::Error;
use crate::random;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.7");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const HMAC_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.401.2");
const SM4_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.2");
const AES_128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES_192_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
const AES_256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");

const MAX_ITERATIONS: u32 = 10_000_000;
const DEFAULT_ITERATIONS: u32 = 600_000;
const WHAT: &str = "encrypted private key";

/// How to encrypt a private key file.
///
/// The default is [`Encryption::SM`].
///
/// # Examples
///
/// ```
/// use sm_soft::keyfile::Encryption;
///
/// assert_eq!(Encryption::default(), Encryption::SM);
/// let fast = Encryption::AES.with_iterations(10_000)?;
/// assert_eq!(fast.iterations(), 10_000);
/// assert!(Encryption::SM.with_iterations(0).is_err());
/// # Ok::<(), sm_soft::keyfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption {
    prf: Prf,
    cipher: Cipher,
    iterations: u32,
}

impl Encryption {
    /// PBKDF2 with HMAC-SM3, and SM4-CBC: what GmSSL writes and reads; 600 000 iterations.
    pub const SM: Self = Self {
        prf: Prf::HmacSm3,
        cipher: Cipher::Sm4,
        iterations: DEFAULT_ITERATIONS,
    };

    /// PBKDF2 with HMAC-SHA256, and AES-256-CBC: what OpenSSL writes and everything reads;
    /// 600 000 iterations.
    pub const AES: Self = Self {
        prf: Prf::HmacSha256,
        cipher: Cipher::Aes256,
        iterations: DEFAULT_ITERATIONS,
    };

    /// The same with another number of PBKDF2 iterations.
    ///
    /// # Errors
    ///
    /// [`Error::Iterations`] unless it is 1 to 10 000 000.
    pub const fn with_iterations(self, iterations: u32) -> Result<Self, Error> {
        if iterations == 0 || iterations > MAX_ITERATIONS {
            return Err(Error::Iterations(iterations as u64));
        }
        Ok(Self { iterations, ..self })
    }

    /// The number of PBKDF2 iterations.
    #[must_use]
    pub const fn iterations(&self) -> u32 {
        self.iterations
    }
}

impl Default for Encryption {
    fn default() -> Self {
        Self::SM
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prf {
    HmacSm3,
    HmacSha256,
}

impl Prf {
    fn from_oid(oid: ObjectIdentifier) -> Result<Self, Error> {
        match oid {
            HMAC_SM3 => Ok(Self::HmacSm3),
            HMAC_SHA256 => Ok(Self::HmacSha256),
            oid => Err(Error::UnsupportedEncryption {
                part: "pseudo-random function",
                oid,
            }),
        }
    }

    /// GmSSL refuses parameters beside HMAC-SM3; RFC 8018 demands NULL beside HMAC-SHA256.
    const fn algorithm(self) -> AlgorithmIdentifierRef<'static> {
        match self {
            Self::HmacSm3 => AlgorithmIdentifierRef {
                oid: HMAC_SM3,
                parameters: None,
            },
            Self::HmacSha256 => AlgorithmIdentifierRef {
                oid: HMAC_SHA256,
                parameters: Some(AnyRef::NULL),
            },
        }
    }

    fn derive(self, password: &[u8], salt: &[u8], iterations: u32, key: &mut [u8]) {
        match self {
            Self::HmacSm3 => pbkdf2::pbkdf2_hmac::<Sm3>(password, salt, iterations, key),
            Self::HmacSha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations, key),
        }
    }
}

/// A block cipher, in CBC mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cipher {
    Sm4,
    Aes128,
    Aes192,
    Aes256,
}

impl Cipher {
    fn from_oid(oid: ObjectIdentifier) -> Result<Self, Error> {
        match oid {
            SM4_CBC => Ok(Self::Sm4),
            AES_128_CBC => Ok(Self::Aes128),
            AES_192_CBC => Ok(Self::Aes192),
            AES_256_CBC => Ok(Self::Aes256),
            oid => Err(Error::UnsupportedEncryption {
                part: "cipher",
                oid,
            }),
        }
    }

    const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm4 => SM4_CBC,
            Self::Aes128 => AES_128_CBC,
            Self::Aes192 => AES_192_CBC,
            Self::Aes256 => AES_256_CBC,
        }
    }

    const fn key_length(self) -> usize {
        match self {
            Self::Sm4 | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    fn encrypt(self, key: &[u8], iv: &[u8; 16], plaintext: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Sm4 => seal::<Sm4>(key, iv, plaintext),
            Self::Aes128 => seal::<Aes128>(key, iv, plaintext),
            Self::Aes192 => seal::<Aes192>(key, iv, plaintext),
            Self::Aes256 => seal::<Aes256>(key, iv, plaintext),
        }
    }

    fn decrypt(self, key: &[u8], iv: &[u8; 16], data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Sm4 => open::<Sm4>(key, iv, data),
            Self::Aes128 => open::<Aes128>(key, iv, data),
            Self::Aes192 => open::<Aes192>(key, iv, data),
            Self::Aes256 => open::<Aes256>(key, iv, data),
        }
    }
}

fn seal<C>(key: &[u8], iv: &[u8; 16], plaintext: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let cipher = cbc::Encryptor::<C>::new_from_slices(key, iv).ok()?;
    Some(cipher.encrypt_padded_vec::<Pkcs7>(plaintext))
}

fn open<C>(key: &[u8], iv: &[u8; 16], data: &[u8]) -> Option<Zeroizing<Vec<u8>>>
where
    C: BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    let mut buffer = Zeroizing::new(data.to_vec());
    let length = cipher.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

/// What an `EncryptedPrivateKeyInfo` says.
struct Parameters<'a> {
    prf: Prf,
    cipher: Cipher,
    iterations: u32,
    salt: &'a [u8],
    iv: [u8; 16],
    data: &'a [u8],
}

impl<'a> Parameters<'a> {
    fn from_der(der: &'a [u8]) -> Result<Self, Error> {
        let damaged = Error::EncryptionParameters;
        let (algorithm, data) = two_fields::<AlgorithmIdentifierRef<'_>, &OctetStringRef>(der)?;
        if algorithm.oid != PBES2 {
            let oid = algorithm.oid;
            return Err(Error::UnsupportedEncryption {
                part: "scheme",
                oid,
            });
        }
        let (kdf, scheme) = algorithm
            .parameters
            .ok_or(damaged("PBES2 has none"))?
            .sequence(|reader| {
                Ok::<_, der::Error>((
                    AlgorithmIdentifierRef::decode(reader)?,
                    AlgorithmIdentifierRef::decode(reader)?,
                ))
            })
            .map_err(Error::der(WHAT))?;
        if kdf.oid != PBKDF2 {
            let oid = kdf.oid;
            return Err(Error::UnsupportedEncryption {
                part: "key derivation",
                oid,
            });
        }
        let (salt, iterations, key_length, prf) = kdf
            .parameters
            .ok_or(damaged("PBKDF2 has none"))?
            .sequence(|reader| {
                Ok::<_, der::Error>((
                    <&OctetStringRef>::decode(reader)?.as_bytes(),
                    u64::decode(reader)?,
                    Option::<u64>::decode(reader)?,
                    Option::<AlgorithmIdentifierRef<'_>>::decode(reader)?,
                ))
            })
            .map_err(Error::der(WHAT))?;
        let prf = Prf::from_oid(prf.map_or(HMAC_SHA1, |prf| prf.oid))?;
        let cipher = Cipher::from_oid(scheme.oid)?;
        let iterations = u32::try_from(iterations)
            .ok()
            .filter(|iterations| (1..=MAX_ITERATIONS).contains(iterations))
            .ok_or(Error::Iterations(iterations))?;
        if key_length.is_some_and(|length| length != cipher.key_length() as u64) {
            return Err(damaged("the key length is not the cipher's"));
        }
        let iv = scheme
            .parameters
            .and_then(|any| any.decode_as::<&OctetStringRef>().ok())
            .and_then(|iv| iv.as_bytes().try_into().ok())
            .ok_or(damaged("the IV has not 16 bytes"))?;
        Ok(Self {
            prf,
            cipher,
            iterations,
            salt,
            iv,
            data: data.as_bytes(),
        })
    }
}

fn two_fields<'a, A, B>(der: &'a [u8]) -> Result<(A, B), Error>
where
    A: Decode<'a, Error = der::Error>,
    B: Decode<'a, Error = der::Error>,
{
    let read = || {
        let mut reader = SliceReader::new(der)?;
        let fields = reader
            .sequence(|reader| Ok::<_, der::Error>((A::decode(reader)?, B::decode(reader)?)))?;
        reader.finish()?;
        Ok(fields)
    };
    read().map_err(Error::der(WHAT))
}

pub(super) fn decrypt(der: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let parameters = Parameters::from_der(der)?;
    let mut key = Zeroizing::new(vec![0; parameters.cipher.key_length()]);
    parameters
        .prf
        .derive(password, parameters.salt, parameters.iterations, &mut key);
    parameters
        .cipher
        .decrypt(&key, &parameters.iv, parameters.data)
        .ok_or(Error::WrongPassword)
}

pub(super) fn encrypt(
    plaintext: &[u8],
    password: &[u8],
    encryption: &Encryption,
) -> Result<Vec<u8>, Error> {
    if password.is_empty() {
        return Err(Error::EmptyPassword);
    }
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    random::fill(&mut salt)?;
    random::fill(&mut iv)?;
    let Encryption {
        prf,
        cipher,
        iterations,
    } = *encryption;
    let mut key = Zeroizing::new(vec![0; cipher.key_length()]);
    prf.derive(password, &salt, iterations, &mut key);
    let data = cipher
        .encrypt(&key, &iv, plaintext)
        .ok_or(Error::EncryptionParameters(
            "the key does not fit the cipher",
        ))?;
    to_der(encryption, &salt, &iv, &data).map_err(Error::der(WHAT))
}

fn to_der(encryption: &Encryption, salt: &[u8], iv: &[u8], data: &[u8]) -> der::Result<Vec<u8>> {
    let key_length = encryption.cipher.key_length() as u64;
    let kdf = sequence(&[
        &OctetStringRef::new(salt)?,
        &encryption.iterations,
        &key_length,
        &encryption.prf.algorithm(),
    ])?;
    let kdf = sequence(&[&PBKDF2, &AnyRef::try_from(kdf.as_slice())?])?;
    let scheme = sequence(&[&encryption.cipher.oid(), &OctetStringRef::new(iv)?])?;
    let parameters = sequence(&[
        &AnyRef::try_from(kdf.as_slice())?,
        &AnyRef::try_from(scheme.as_slice())?,
    ])?;
    let algorithm = sequence(&[&PBES2, &AnyRef::try_from(parameters.as_slice())?])?;
    sequence(&[
        &AnyRef::try_from(algorithm.as_slice())?,
        &OctetStringRef::new(data)?,
    ])
}

/// The DER of a SEQUENCE of these fields.
fn sequence(fields: &[&dyn DynEncode]) -> der::Result<Vec<u8>> {
    let mut content = Vec::new();
    for field in fields {
        content.extend(field.der()?);
    }
    AnyRef::new(der::Tag::Sequence, &content)?.to_der()
}

trait DynEncode {
    fn der(&self) -> der::Result<Vec<u8>>;
}

impl<T: Encode> DynEncode for T {
    fn der(&self) -> der::Result<Vec<u8>> {
        self.to_der()
    }
}

/// A structure with any number of iterations, for the tests.
#[cfg(test)]
pub(super) fn tests_to_der(encryption: &Encryption, iterations: u32) -> Vec<u8> {
    let encryption = Encryption {
        iterations,
        ..*encryption
    };
    to_der(&encryption, &[1; 16], &[2; 16], &[3; 160]).unwrap()
}
