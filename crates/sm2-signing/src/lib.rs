#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod batch;
mod checked;
mod ciphertext;
mod compat;
mod encoding;
mod error;
mod fallback;
mod prehash;
mod public_key;
mod serial;
mod signature;
mod traits;

pub use batch::{Item, Verdict, Verdicts};
pub use checked::Checked;
pub use ciphertext::Ciphertext;
pub use compat::{Bound, Compat};
pub use encoding::EncodingError;
pub use error::{Error, ErrorKind, VerifyError};
pub use fallback::Fallback;
pub use prehash::{Prehash, UserId, Z};
pub use public_key::PublicKey;
pub use serial::Serial;
pub use signature::Signature;
pub use traits::{BatchVerifier, Signer, Verifier};
