//! Private keys, signing and verification (GB/T 32918.2).

mod batch;
mod nonce;
mod secret;
mod signer;
mod verifier;

pub use secret::{KeyError, SecretKey};
pub use signer::SoftKey;
pub use verifier::SoftVerifier;
