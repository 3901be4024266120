//! What can go wrong in the card, and the GM/T 0018 error code that stands for it.

use crate::store::StoreError;

/// The reason why a service of the card was refused or failed.
///
/// # Examples
///
/// ```
/// use gmt0018_softcard::CardError;
///
/// let error = CardError::NoAccessRight { index: 1 };
/// assert_eq!(error.code(), 0x0100_0007); // SDR_PARDENY
/// assert!(error.to_string().contains("password"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// The software card has no such service (RSA, SM9, VPN keys).
    #[error("the software card has no such service; it offers SM2, SM3 and SM4")]
    NotSupported,
    /// The card failed a self test or was put into its error state.
    #[error("the card is in its error state ({0}) and gives no cryptographic service; reopen it")]
    ErrorState(&'static str),
    /// The key store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No more sessions can be opened.
    #[error("no more sessions can be opened; close some")]
    TooManySessions,
    /// The session has no access right to the private keys at this index.
    #[error("no access right to the private keys at index {index}; give the password first")]
    NoAccessRight {
        /// The index of the key pair.
        index: u32,
    },
    /// There is no such key.
    #[error("no {what} at index {index}; create or import one, or use another index")]
    NoSuchKey {
        /// Which kind of key was wanted.
        what: &'static str,
        /// The index.
        index: u32,
    },
    /// The algorithm identifier is not one that the service takes.
    #[error("algorithm {0:#x} is not supported here")]
    Algorithm(u32),
    /// The algorithm is known, the mode is not one that the service takes.
    #[error("mode {0:#x} of the algorithm is not supported here")]
    Mode(u32),
    /// The public key is not a point of the SM2 curve, or the operation with it failed.
    #[error("the public key is not a point of the SM2 curve")]
    PublicKey,
    /// The private key is not a scalar in [1, n-2], or the operation with it failed.
    #[error("the private key is not a scalar in [1, n-2]")]
    PrivateKey,
    /// Signing failed.
    #[error("signing failed")]
    Sign,
    /// The signature is not valid for this key and digest.
    #[error("the signature is not valid for this key and digest")]
    SignatureInvalid,
    /// The authentication tag does not belong to this ciphertext; no plaintext was released.
    #[error("the authentication tag does not match: wrong key, nonce or data")]
    TagMismatch,
    /// Update or Final without Init, or a context that was already finished.
    #[error("no {0} is under way in this session; call its Init first")]
    Step(&'static str),
    /// The key is of a type or length that the operation cannot use.
    #[error("a key of {0} bytes cannot be used here; SM4 takes 16 bytes")]
    KeyType(usize),
    /// The key or agreement handle names nothing in this session.
    #[error("the key handle names nothing in this session: destroyed, or made by another session")]
    KeyHandle,
    /// The SM2 ciphertext or wrapped key is malformed or was made for another key.
    #[error("the ciphertext is malformed or was made for another key")]
    Ciphertext,
    /// The operating system gave no random numbers, or they failed the health test.
    #[error("no random numbers: {0}")]
    Random(&'static str),
    /// An input argument is not acceptable.
    #[error("bad argument: {0}")]
    Argument(&'static str),
    /// An output argument is not acceptable.
    #[error("bad output argument: {0}")]
    Output(&'static str),
    /// The user id is too long or empty.
    #[error("the user id must have 1 to 8191 bytes")]
    UserId,
    /// Something failed that never should.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

impl CardError {
    /// The GM/T 0018 error code (`SDR_*`) that stands for this error.
    #[must_use]
    pub fn code(&self) -> u32 {
        SDR_BASE
            + match self {
                Self::Internal(_) => 0x01,                          // SDR_UNKNOWERR
                Self::NotSupported => 0x02,                         // SDR_NOTSUPPORT
                Self::ErrorState(_) => 0x04,                        // SDR_HARDFAIL
                Self::TooManySessions => 0x06,                      // SDR_OPENSESSION
                Self::NoAccessRight { .. } => 0x07,                 // SDR_PARDENY
                Self::NoSuchKey { .. } => 0x08,                     // SDR_KEYNOTEXIST
                Self::Algorithm(_) => 0x09,                         // SDR_ALGNOTSUPPORT
                Self::Mode(_) => 0x0a,                              // SDR_ALGMODNOTSUPPORT
                Self::PublicKey => 0x0b,                            // SDR_PKOPERR
                Self::PrivateKey => 0x0c,                           // SDR_SKOPERR
                Self::Sign => 0x0d,                                 // SDR_SIGNERR
                Self::SignatureInvalid | Self::TagMismatch => 0x0e, // SDR_VERIFYERR
                Self::Step(_) => 0x10,                              // SDR_STEPERR
                Self::KeyType(_) => 0x14,                           // SDR_KEYTYPEERR
                Self::KeyHandle => 0x15,                            // SDR_KEYERR
                Self::Ciphertext => 0x16,                           // SDR_ENCDATAERR
                Self::Random(_) => 0x17,                            // SDR_RANDERR
                Self::Argument(_) => 0x1d,                          // SDR_INARGERR
                Self::Output(_) => 0x1e,                            // SDR_OUTARGERR
                Self::UserId => 0x1f,                               // SDR_USERIDERR
                Self::Store(error) => store_code(error),
            }
    }
}

/// The code of a store's failure.
const fn store_code(error: &StoreError) -> u32 {
    match error {
        StoreError::Missing { .. }
        | StoreError::NotAStore { .. }
        | StoreError::AlreadyExists { .. }
        | StoreError::NoDirectory { .. }
        | StoreError::ForeignVersion { .. } => 0x05, // SDR_OPENDEVICE
        StoreError::KeyNotFound { .. }
        | StoreError::KekNotFound { .. }
        | StoreError::IndexOutOfRange { .. } => 0x08, // SDR_KEYNOTEXIST
        StoreError::FileSize { .. } | StoreError::Capacity { .. } => 0x11, // SDR_FILESIZEERR
        StoreError::FileNotFound => 0x12,                                  // SDR_FILENOEXIST
        StoreError::FileRange { .. } => 0x13,                              // SDR_FILEOFSERR
        StoreError::Random { .. } => 0x17,                                 // SDR_RANDERR
        StoreError::WrongPassword { .. }
        | StoreError::Throttled { .. }
        | StoreError::PasswordLength { .. } => 0x18, // SDR_PRKRERR
        StoreError::FileExists => 0x1a,                                    // SDR_FILEEXISTS
        StoreError::ReadOnly { .. } | StoreError::Full { .. } => 0x1b,     // SDR_FILEWERR
        StoreError::KeyExists { .. }
        | StoreError::KekExists { .. }
        | StoreError::NoKey { .. }
        | StoreError::FileName { .. }
        | StoreError::Kdf { .. } => 0x1d, // SDR_INARGERR
        // Damage, locks, permissions, and whatever the operating system says: SDR_COMMFAIL.
        StoreError::Corrupt { .. }
        | StoreError::Locked { .. }
        | StoreError::Permission { .. }
        | StoreError::Io { .. } => 0x03,
    }
}

const SDR_BASE: u32 = 0x0100_0000;
