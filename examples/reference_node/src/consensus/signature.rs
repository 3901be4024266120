//! SM2 as the engine's signature scheme.

use std::cmp::Ordering;

use arc_malachitebft_core_types::SigningScheme;
use borsh::{BorshDeserialize, BorshSerialize};
use sm2_signing::{PublicKey, Signature};

/// SM2, with a place for the signature that a failed card did not make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sm2;

/// A vote's signature, or none: the card failed or the guard refused.
///
/// The engine goes on with a vote that has none as if it had been sent; it verifies as invalid, and nothing sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VoteSignature(pub(crate) Option<Signature>);

impl VoteSignature {
    fn bytes(&self) -> Option<[u8; 64]> {
        self.0.map(Signature::to_bytes)
    }
}

impl PartialOrd for VoteSignature {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for VoteSignature {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(&other.bytes())
    }
}

impl BorshSerialize for VoteSignature {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
        let bytes = self.bytes().ok_or_else(|| {
            borsh::io::Error::other("a vote without a signature is not for others")
        })?;
        writer.write_all(&bytes)
    }
}

impl BorshDeserialize for VoteSignature {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        let bytes = <[u8; 64]>::deserialize_reader(reader)?;
        Ok(Self(Some(Signature::from_bytes(&bytes))))
    }
}

impl SigningScheme for Sm2 {
    type DecodingError = sm2_signing::EncodingError;
    type Signature = VoteSignature;
    type PublicKey = PublicKey;
    type PrivateKey = ();

    fn decode_signature(bytes: &[u8]) -> Result<VoteSignature, Self::DecodingError> {
        Ok(VoteSignature(Some(Signature::from_slice(bytes)?)))
    }

    fn encode_signature(signature: &VoteSignature) -> Vec<u8> {
        signature.bytes().map_or_else(Vec::new, Into::into)
    }

    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, Self::DecodingError> {
        PublicKey::from_slice(bytes)
    }

    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.as_bytes().to_vec()
    }
}
