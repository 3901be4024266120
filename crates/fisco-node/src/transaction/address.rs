//! Accounts.

use std::fmt;

use sm2_signing::PublicKey;
use sm3::{Digest, Sm3};

/// The address of an account: the last 20 bytes of the SM3 of its public key.
///
/// # Examples
///
/// ```
/// use fisco_node::transaction::Address;
/// use sm2_signing::PublicKey;
///
/// let key = PublicKey::from_hex(concat!(
///     "b84dbe275d3288a30789860018a5418f2ee7e7b17242be94b6bdc5b2f5cf8145",
///     "2a81e1aea3841f655cf89b28d87bdc2997924180e84923bc1895e2e864d69ecb",
/// ))?;
/// assert_eq!(Address::of(&key).to_string(), "0xd59fd466e1cae564ac3b1b1442a7b4997acf3cbb");
/// # Ok::<(), sm2_signing::EncodingError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address([u8; 20]);

impl Address {
    /// The address of the account with this key.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        let hash: [u8; 32] = Sm3::digest(key.as_bytes()).into();
        let mut address = [0; 20];
        let (_, last) = hash.split_at(12);
        address.copy_from_slice(last);
        Self(address)
    }

    /// Takes 20 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The 20 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("0x")?;
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({self})")
    }
}
