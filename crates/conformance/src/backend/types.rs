//! What goes into a back end and comes out of it.

use sm2_signing::PublicKey;

/// What a device says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Who made it.
    pub issuer: String,
    /// Its model.
    pub name: String,
    /// Its serial number.
    pub serial: String,
    /// The edition of GM/T 0018 that it claims, as the number it gives.
    pub standard_version: u32,
}

/// What one party of a key exchange sends to the other: its public key and its ephemeral one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Half {
    /// P, the public key.
    pub key: PublicKey,
    /// R, the ephemeral public key.
    pub ephemeral: PublicKey,
}

/// The two parties of GB/T 32918.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A, who begins.
    Sponsor,
    /// B.
    Responder,
}

/// The modes of SM4 that encrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Each block for itself.
    Ecb,
    /// Cipher block chaining.
    Cbc,
    /// Cipher feedback of 128 bits.
    Cfb,
    /// Output feedback.
    Ofb,
    /// A 128-bit counter.
    Ctr,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 5] = [Self::Ecb, Self::Cbc, Self::Cfb, Self::Ofb, Self::Ctr];

    /// Whether data must be whole blocks.
    #[must_use]
    pub const fn needs_whole_blocks(self) -> bool {
        matches!(self, Self::Ecb | Self::Cbc)
    }
}

/// Which way a cipher runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Plaintext to ciphertext.
    Encrypt,
    /// Ciphertext to plaintext.
    Decrypt,
}

/// The modes of SM4 that encrypt and authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aead {
    /// Galois/counter mode.
    Gcm,
    /// Counter with CBC-MAC.
    Ccm,
}

/// What authenticated encryption gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// As long as the plaintext.
    pub ciphertext: Vec<u8>,
    /// As long as was asked for.
    pub tag: Vec<u8>,
}
