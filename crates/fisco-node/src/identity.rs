//! Who a node or an account is: its node id and its address.

#[cfg(feature = "soft")]
mod node_pem;

use std::{fmt, str::FromStr};

use sm2_signing::PublicKey;
use sm3::{Digest, Sm3};

#[cfg(feature = "soft")]
pub use node_pem::{NodePem, NodePemError};

/// The id of a node: its public key x‖y as 128 lower-case hexadecimal digits.
///
/// ```
/// use fisco_node::identity::NodeId;
///
/// let text = "b84dbe275d3288a30789860018a5418f2ee7e7b17242be94b6bdc5b2f5cf8145\
///             2a81e1aea3841f655cf89b28d87bdc2997924180e84923bc1895e2e864d69ecb";
/// let id: NodeId = text.parse()?;
/// assert_eq!(id.to_string(), text);
/// assert_eq!(id.address().to_string(), "0xd59fd466e1cae564ac3b1b1442a7b4997acf3cbb");
/// # Ok::<(), fisco_node::identity::IdentityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(PublicKey);

impl NodeId {
    /// Names the node with this public key.
    #[must_use]
    pub const fn new(key: PublicKey) -> Self {
        Self(key)
    }

    /// Asks a card for the public key of the signing key at an index.
    ///
    /// # Errors
    /// When there is no such key, or the card does not answer.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gmt0018::{Dialect, Module, Open};
    /// use fisco_node::identity::NodeId;
    /// use gmt0018::KeyIndex;
    ///
    /// # let card = gmt0018_soft::EphemeralCard::new()?;
    /// # card.card().generate_key_pair(43, b"12345678")?;
    /// # let module = Module::from_functions("software card", gmt0018_soft::functions());
    /// # let dialect = Dialect::STANDARD.with_open(Open::WithPath(card.path().into()));
    /// let session = module.device(&dialect)?.session()?;
    /// let id = NodeId::in_card(&session, KeyIndex::new(43))?;
    /// assert_eq!(id.to_string().len(), 128);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "card")]
    pub fn in_card(
        session: &gmt0018::Session,
        index: gmt0018::KeyIndex,
    ) -> Result<Self, gmt0018::Error> {
        session.sign_public_key(index).map(Self)
    }

    /// The public key.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.0
    }

    /// The address of the account that has the same key.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::of(&self.0)
    }
}

impl From<PublicKey> for NodeId {
    fn from(key: PublicKey) -> Self {
        Self(key)
    }
}

impl FromStr for NodeId {
    type Err = IdentityError;

    /// Reads 128 hexadecimal digits of any case.
    fn from_str(text: &str) -> Result<Self, IdentityError> {
        if text.len() != 128 {
            return Err(IdentityError::NodeIdLength(text.chars().count()));
        }
        PublicKey::from_hex(text)
            .map(Self)
            .map_err(|_| IdentityError::NodeIdDigits)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NodeId({self})")
    }
}

/// The address of an account: the last 20 bytes of SM3(x‖y).
///
/// ```
/// use fisco_node::identity::Address;
///
/// let address: Address = "0x1B006263a5566083ce0db1a420ee6bb9898daa77".parse()?;
/// assert_eq!(address.to_string(), "0x1b006263a5566083ce0db1a420ee6bb9898daa77");
/// # Ok::<(), fisco_node::identity::IdentityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address([u8; 20]);

impl Address {
    /// Takes the 20 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Computes the address of the account with this public key.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        let digest: [u8; 32] = Sm3::digest(key.as_bytes()).into();
        let (_, tail) = digest.split_last_chunk::<20>().unwrap_or((&[], &[0; 20]));
        Self(*tail)
    }

    /// The 20 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl FromStr for Address {
    type Err = IdentityError;

    /// Reads 40 hexadecimal digits of any case, with or without 0x before them.
    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let mut bytes = [0; 20];
        match base16ct::mixed::decode(digits, &mut bytes) {
            Ok(decoded) if decoded.len() == 20 => Ok(Self(bytes)),
            _ => Err(IdentityError::Address),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{:x}", base16ct::HexDisplay(&self.0))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({self})")
    }
}

/// A text that is no node id or address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A node id has another length.
    #[error(
        "a node id has 128 hexadecimal digits, not {0} characters; copy it from node.nodeid, without 04 before it"
    )]
    NodeIdLength(usize),
    /// A node id is not hexadecimal.
    #[error("a node id has the digits 0-9 and a-f only; copy it from node.nodeid")]
    NodeIdDigits,
    /// An address is not 20 bytes in hexadecimal.
    #[error("an address is 40 hexadecimal digits, with or without 0x before them")]
    Address,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys and addresses are those of FISCO BCOS's own unit tests of its SM2 signatures.
    #[test]
    fn addresses_are_those_of_fisco_bcos() {
        for (key, address) in [
            (
                "f7dee65e76603ed7cd4c598d53cabe875c459e0fae4c6fd7b858189fd4741081\
                 e970bca0d5cb571a7ac30586aec71b23187d4b25e59143812f74a2744604d42b",
                "0x1b006263a5566083ce0db1a420ee6bb9898daa77",
            ),
            (
                "77a8f8d2f786f079bd661e774da3a9f430c76b9acbcd71f9976bff7456bb136a\
                 80cb97335cc929a531791970f8ce10c0ca6ffb391e9ef241a48cbd8f3db1a82e",
                "0x4b99a949a24f3dc8dc54b02d51ec0ae4c8bb7018",
            ),
        ] {
            let id: NodeId = key.to_uppercase().parse().unwrap();
            assert_eq!(id.to_string(), key);
            assert_eq!(id.address().to_string(), address);
            assert_eq!(address[2..].parse(), Ok(id.address()));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let digits = "ab".repeat(64);
        for text in [
            "",
            "04",
            &digits[1..],
            &format!("04{digits}"),
            &format!("{digits}\n"),
        ] {
            let error = text.parse::<NodeId>().unwrap_err();
            assert_eq!(error, IdentityError::NodeIdLength(text.len()));
        }
        let error = digits.replacen('a', "g", 1).parse::<NodeId>().unwrap_err();
        assert_eq!(error, IdentityError::NodeIdDigits);
        // 64 characters of two bytes each.
        assert!("é".repeat(64).parse::<NodeId>().is_err());
        let address = "0".repeat(40);
        for text in [
            "",
            "0x",
            &address[1..],
            &format!("{address}0"),
            &format!("0x0x{address}"),
            &address.replace("00", "zz"),
        ] {
            assert_eq!(
                text.parse::<Address>(),
                Err(IdentityError::Address),
                "{text}"
            );
        }
    }

    #[test]
    fn ids_sort_by_their_bytes() {
        let [low, high] =
            [[0x7F; 64], [0x80; 64]].map(|bytes| NodeId::new(PublicKey::from_bytes(&bytes)));
        assert!(low < high);
    }
}
