//! Every function through raw calls: what it does, and what it answers to misuse.

#![expect(unsafe_code, reason = "the tests call a C interface")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "abi/asymmetric.rs"]
mod asymmetric;
#[path = "abi/authenticated.rs"]
mod authenticated;
#[path = "support/desk.rs"]
mod desk;
#[path = "abi/device.rs"]
mod device;
#[path = "abi/file.rs"]
mod file;
#[path = "abi/hash.rs"]
mod hash;
#[path = "abi/key.rs"]
mod key;
#[path = "abi/misuse.rs"]
mod misuse;
#[path = "abi/symmetric.rs"]
mod symmetric;
