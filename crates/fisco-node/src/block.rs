//! Block headers: their hash, TARS form and seal.
//!
//! A block is final when sealers with enough weight have signed the hash of its header: each signs e = SM3(Z ‖ hash), and
//! the header carries the signatures, 64 bytes r ‖ s each, with the place of the signer in the list of sealers. That list
//! is sorted by the bytes of the keys ([`SealerList`]), so the place is not the `node.N` of `config.genesis`. Enough is
//! the whole weight less the third that may be faulty: total − ⌊(total − 1) / 3⌋.
//!
//! Verification asks for what a FISCO BCOS node asks for when it downloads blocks, and for one thing more: two signatures
//! of one sealer are an error, where the node (as read in its source) counts the weight twice. The genesis block has no
//! seal: compare its hash.
//!
//! The tests hold two blocks that the FISCO BCOS documentation printed as JSON: both hashes and the three signatures of
//! the later block verify. Not confirmed against a node: the bytes of a header in TARS. That `version` is always written
//! and that other fields are left out when they are 0 or empty is taken over from transactions; decoding takes both.
//!
//! # Examples
//!
//! ```
//! use fisco_node::block::{BlockHeader, Sealer, SealerList, SealerSignature};
//! use sm2_signing::Signer;
//! use sm_soft::SoftKey;
//!
//! let nodes: Vec<SoftKey> = (0..4).map(|_| SoftKey::generate()).collect::<Result<_, _>>()?;
//! let sealers = SealerList::new(nodes.iter().map(|node| Sealer {
//!     key: *node.public_key(),
//!     weight: 1,
//! }))?;
//! assert_eq!(sealers.quorum(), 3);
//!
//! let mut header = BlockHeader::default();
//! header.data.number = 8;
//! header.data.set_sealers(&sealers);
//! for node in &nodes[..3] {
//!     let index = sealers.index_of(node.public_key()).unwrap();
//!     header.signatures.push(SealerSignature::sign(&header.data, index, node)?);
//! }
//!
//! let engine = sm2_batch::best()?;
//! let sealed = header.verify_seal(&sealers, &engine)?;
//! assert_eq!(sealed.hash, header.data.hash());
//! header.signatures.pop();
//! let refused = header.verify_seal(&sealers, &engine).unwrap_err();
//! assert_eq!(refused.to_string(), "seal refused: the signatures weigh 2, at least 3 are needed");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod data;
mod seal;
mod sealers;

use sm2_signing::{Error, Signer};

use crate::tars::{self, Encoder, Field, Fields, TooLong};

pub use data::{BlockHeaderData, ParentInfo};
pub use seal::{SealError, SealRejection, Sealed, verify_seals};
pub use sealers::{Sealer, SealerList, SealerListError};

/// A block header as it travels: what is hashed, and the seal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BlockHeader {
    /// What is hashed and signed.
    pub data: BlockHeaderData,
    /// The hash of `data` as the sender gives it; may be empty, and is compared if it is not.
    pub data_hash: Vec<u8>,
    /// The seal.
    pub signatures: Vec<SealerSignature>,
}

impl BlockHeader {
    /// Reads the TARS form.
    ///
    /// # Errors
    ///
    /// [`tars::Error`], with the offset.
    ///
    /// # Examples
    ///
    /// ```
    /// use fisco_node::block::BlockHeader;
    ///
    /// let header = BlockHeader::decode(&[0x1a, 0x2c, 0x70, 8, 0x0b])?;
    /// assert_eq!(header.data.number, 8);
    /// assert!(BlockHeader::decode(&[0x1a, 0x2c, 0x70]).is_err());
    /// # Ok::<(), fisco_node::tars::Error>(())
    /// ```
    pub fn decode(bytes: &[u8]) -> Result<Self, tars::Error> {
        let mut header = Self::default();
        for field in Fields::new(bytes) {
            let field = field?;
            match field.tag() {
                1 => header.data = BlockHeaderData::read(field.structure()?)?,
                2 => header.data_hash = field.bytes()?.to_vec(),
                3 => header.signatures = field.elements(SealerSignature::read)?,
                _ => {}
            }
        }
        Ok(header)
    }

    /// Writes the TARS form.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if a field has 2 GiB or more.
    pub fn encode(&self) -> Result<Vec<u8>, TooLong> {
        let mut encoder = Encoder::new();
        encoder
            .structure(1, |data| self.data.write(data))
            .optional_bytes(2, &self.data_hash)
            .optional_list(3, &self.signatures, |list, signature| {
                signature.write(list);
            });
        encoder.finish()
    }
}

/// The signature of one sealer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SealerSignature {
    /// The place of the signer in the sorted list of sealers, from 0.
    pub sealer_index: i64,
    /// r ‖ s.
    pub signature: Vec<u8>,
}

impl SealerSignature {
    /// Signs the hash of a header as the sealer at `index` of the list.
    ///
    /// # Errors
    ///
    /// Those of the signer.
    ///
    /// # Examples
    ///
    /// ```
    /// use fisco_node::block::{BlockHeaderData, SealerSignature};
    /// use fisco_node::sm2_signing::{Signature, Signer as _, Verifier as _};
    /// use sm_soft::{SoftKey, SoftVerifier};
    ///
    /// let (node, data) = (SoftKey::generate()?, BlockHeaderData::default());
    /// let seal = SealerSignature::sign(&data, 2, &node)?;
    /// assert_eq!(seal.sealer_index, 2);
    ///
    /// let e = data.prehash(node.public_key());
    /// let signature = Signature::from_slice(&seal.signature)?;
    /// assert!(SoftVerifier::new().verify(node.public_key(), &e, &signature).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign<S: Signer + ?Sized>(
        data: &BlockHeaderData,
        index: usize,
        signer: &S,
    ) -> Result<Self, Error> {
        let signature = signer.sign(&data.prehash(signer.public_key()))?;
        Ok(Self {
            sealer_index: i64::try_from(index).unwrap_or(i64::MAX),
            signature: signature.to_bytes().to_vec(),
        })
    }

    fn read(field: Field<'_>) -> Result<Self, tars::Error> {
        let mut signature = Self::default();
        for field in field.structure()? {
            let field = field?;
            match field.tag() {
                1 => signature.sealer_index = field.i64()?,
                2 => signature.signature = field.bytes()?.to_vec(),
                _ => {}
            }
        }
        Ok(signature)
    }

    fn write(&self, encoder: &mut Encoder) {
        encoder.structure(0, |fields| {
            fields
                .optional_integer(1, self.sealer_index)
                .optional_bytes(2, &self.signature);
        });
    }
}
