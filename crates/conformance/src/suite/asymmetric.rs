//! Asymmetric operations: signatures and SM2 encryption.

pub(super) mod encrypt;
pub(super) mod sign;
pub(super) mod verify;
