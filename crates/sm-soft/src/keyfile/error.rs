//! What can be wrong with a key file.

use sm2_signing::EncodingError;

use crate::key::KeyError;
use crate::random::RandomError;

/// Why a key file was not read or written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither PEM nor DER nor hexadecimal.
    #[error(
        "this is no key file: it is neither PEM (-----BEGIN ...), nor DER (first byte 30), \
         nor hexadecimal digits"
    )]
    Unrecognised,
    /// Hexadecimal, but of another length than a key's.
    #[error(
        "{0} hexadecimal digits are no key: a private key has 64, a public key 128 or 130 \
         (with 04 before it)"
    )]
    HexLength(usize),
    /// The PEM armour is damaged.
    #[error("the PEM text is damaged ({0}): check that BEGIN, END and all lines between are there")]
    Pem(&'static str),
    /// PEM, but of something else.
    #[error("the PEM text holds {found}, and {wanted} was looked for: pass the other file")]
    Label {
        /// The labels that are there.
        found: String,
        /// The labels that would do.
        wanted: String,
    },
    /// PEM with the encryption that OpenSSL used before PKCS#8.
    #[error(
        "the PEM text has OpenSSL's old encryption (Proc-Type: 4,ENCRYPTED): \
         convert it with `openssl pkcs8 -topk8`"
    )]
    LegacyEncryption,
    /// The structure ends before its end.
    #[error("the {0} is cut off: copy the whole file")]
    Truncated(&'static str),
    /// Not the DER of the structure.
    #[error("the {what} is not valid DER: {reason}; the file is damaged or of another kind")]
    Der {
        /// The structure.
        what: &'static str,
        /// What the decoder said.
        reason: der::Error,
    },
    /// The key of another algorithm or curve.
    #[error(
        "this is no SM2 key: its algorithm or curve is {found}, where SM2 has 1.2.840.10045.2.1 \
         with 1.2.156.10197.1.301; export the SM2 key"
    )]
    NotSm2 {
        /// The object identifiers found.
        found: String,
    },
    /// The key is encrypted and there is no password.
    #[error("the private key is encrypted: give its password")]
    PasswordNeeded,
    /// The key is encrypted under another password.
    #[error("the password is wrong, or the encrypted key is damaged: try another password")]
    WrongPassword,
    /// Encrypting under an empty password protects nothing.
    #[error("an empty password protects nothing: give one, or write the key unencrypted")]
    EmptyPassword,
    /// The encryption has a part that is not implemented.
    #[error(
        "the {part} {oid} of the encrypted key is not supported: encrypt it with PBKDF2, \
         HMAC-SM3 or HMAC-SHA256, and SM4-CBC or AES-CBC"
    )]
    UnsupportedEncryption {
        /// Which part.
        part: &'static str,
        /// Its object identifier.
        oid: der::asn1::ObjectIdentifier,
    },
    /// The encryption's parameters contradict one another.
    #[error("the parameters of the encrypted key are wrong ({0}): the file is damaged")]
    EncryptionParameters(&'static str),
    /// A number of iterations that nobody means.
    #[error(
        "{0} iterations of PBKDF2 are outside 1 to 10000000: the file is damaged, or made to waste your time"
    )]
    Iterations(u64),
    /// The public key in the file is not that of the private key.
    #[error(
        "the public key in the file is not that of its private key: the file was put together wrongly"
    )]
    PublicKeyMismatch,
    /// The public key is not a point of the curve.
    #[error("the public key is not a point of the SM2 curve: check its bytes and their order")]
    NotOnCurve,
    /// The private key's value.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The public key's encoding.
    #[error(transparent)]
    PublicKey(#[from] EncodingError),
    /// No random bytes for salt and IV.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl Error {
    /// Tells a structure that is cut off from one that is wrong.
    pub(super) fn der(what: &'static str) -> impl Fn(der::Error) -> Self {
        move |reason| match reason.kind() {
            der::ErrorKind::Incomplete { .. } => Self::Truncated(what),
            _ => Self::Der { what, reason },
        }
    }
}
