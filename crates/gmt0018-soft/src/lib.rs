#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod asymmetric;
mod card;
mod device;
mod error;
mod file;
mod hash;
mod key;
mod self_test;
mod session;
pub mod store;
mod symmetric;

pub use asymmetric::MAX_SM2_PLAINTEXT;
pub use card::{Card, PublicKeys};
pub use device::DeviceInfo;
pub use error::CardError;
pub use key::{AgreementKeys, KekWrap, KeyHandle};
pub use session::Session;
pub use store::Role;

// The values that the services take and give.
pub use sm_soft::SecretKey;
pub use sm_soft::cipher::{AeadMode, Direction, Mode, Tag};
pub use sm_soft::sm2_signing::{Ciphertext, Prehash, PublicKey, Signature, UserId};
