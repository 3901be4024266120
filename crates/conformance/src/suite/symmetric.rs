//! Symmetric operations: SM4 and its modes.

mod aead;
mod cipher;
mod mac;

pub(super) use aead::read;

use super::Case;
use crate::Chapter::Symmetric;

pub(super) const CASES: &[Case] = &[
    Case::new(Symmetric, "SM4: known answers", cipher::known_answers),
    Case::new(Symmetric, "SM4: one million times", cipher::million),
    Case::new(
        Symmetric,
        "SM4: calls continue each other",
        cipher::chaining,
    ),
    Case::new(Symmetric, "SM4: pieces", cipher::pieces),
    Case::new(
        Symmetric,
        "SM4: partial blocks are refused",
        cipher::partial_blocks,
    ),
    Case::new(Symmetric, "SM4: as the oracle does it", cipher::as_oracle),
    Case::new(Symmetric, "SM4: OpenSSL's tests", cipher::openssl),
    Case::new(Symmetric, "SM4-MAC: last block of CBC", mac::last_block),
    Case::new(Symmetric, "SM4-MAC: pieces", mac::pieces),
    Case::new(Symmetric, "AEAD: known answers", aead::known_answers),
    Case::new(Symmetric, "AEAD: pieces", aead::pieces),
    Case::new(Symmetric, "AEAD: mutations are refused", aead::mutations),
    Case::new(Symmetric, "AEAD: OpenSSL's tests", aead::openssl),
    Case::new(Symmetric, "AEAD: Wycheproof GCM", aead::wycheproof_gcm),
    Case::new(Symmetric, "AEAD: Wycheproof CCM", aead::wycheproof_ccm),
];
