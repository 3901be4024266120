//! What sealers sign.

use sm2_signing::{Prehash, PublicKey};

use super::SealerList;
use crate::{
    parts::{Parts, prehash},
    tars::{self, Encoder, Field, Fields},
};

/// The fields of a block header that are hashed and signed.
///
/// # Examples
///
/// ```
/// use fisco_node::block::BlockHeaderData;
///
/// let mut data = BlockHeaderData::default();
/// data.version = 0x0303_0000; // 3.3.0
/// data.number = 8;
/// data.gas_used = "24363".to_owned();
/// let preimage = data.hash_preimage();
/// assert_eq!(preimage[..17], *b"\x03\x03\0\0\0\0\0\0\0\0\0\x0824363");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BlockHeaderData {
    /// The version of FISCO BCOS, a byte for each of its parts from the highest on.
    pub version: i32,
    /// The block before this one; none in the genesis block.
    pub parents: Vec<ParentInfo>,
    /// The root over the transactions; empty in the genesis block, as the other two.
    pub transactions_root: Vec<u8>,
    /// The root over the receipts.
    pub receipts_root: Vec<u8>,
    /// The root over the state.
    pub state_root: Vec<u8>,
    /// The height.
    pub number: i64,
    /// The gas that was used, in decimal digits; empty in the genesis block.
    pub gas_used: String,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The place of the proposer in the list of sealers, from 0.
    pub sealer: i64,
    /// The sealers' keys, sorted.
    pub sealers: Vec<PublicKey>,
    /// The configuration in the genesis block, empty in others.
    pub extra_data: Vec<u8>,
    /// The sealers' weights, in the order of their keys.
    pub weights: Vec<i64>,
}

/// A block that another one follows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ParentInfo {
    /// Its height.
    pub number: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

impl BlockHeaderData {
    /// Fills in the sealers and their weights.
    pub fn set_sealers(&mut self, sealers: &SealerList) {
        self.sealers = sealers.iter().map(|sealer| sealer.key).collect();
        self.weights = sealers
            .iter()
            .map(|sealer| sealer.weight.cast_signed())
            .collect();
    }

    /// The bytes whose SM3 is the block's hash.
    #[must_use]
    pub fn hash_preimage(&self) -> Vec<u8> {
        self.joined()
    }

    /// The hash by which the block is known.
    ///
    /// SM2 does not sign it as it stands: [`prehash`](Self::prehash) gives what is signed.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.digest()
    }

    /// e = SM3(Z ‖ hash) for the sealer with this key, with the default user id.
    #[must_use]
    pub fn prehash(&self, key: &PublicKey) -> Prehash {
        prehash(key, &self.hash())
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, tars::Error> {
        let mut data = Self::default();
        for field in fields {
            data.set(field?)?;
        }
        Ok(data)
    }

    fn set(&mut self, field: Field<'_>) -> Result<(), tars::Error> {
        match field.tag() {
            2 => self.version = field.i32()?,
            3 => self.parents = field.elements(ParentInfo::read)?,
            4 => self.transactions_root = field.bytes()?.to_vec(),
            5 => self.receipts_root = field.bytes()?.to_vec(),
            6 => self.state_root = field.bytes()?.to_vec(),
            7 => self.number = field.i64()?,
            8 => self.gas_used = field.text()?.to_owned(),
            9 => self.timestamp = field.i64()?,
            10 => self.sealer = field.i64()?,
            11 => self.sealers = field.elements(|key| Ok(PublicKey::from_bytes(&key.array()?)))?,
            12 => self.extra_data = field.bytes()?.to_vec(),
            13 => self.weights = field.elements(|weight| weight.i64())?,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn write(&self, encoder: &mut Encoder) {
        encoder
            .integer(2, self.version.into())
            .optional_list(3, &self.parents, |list, parent| parent.write(list))
            .optional_bytes(4, &self.transactions_root)
            .optional_bytes(5, &self.receipts_root)
            .optional_bytes(6, &self.state_root)
            .optional_integer(7, self.number)
            .optional_text(8, &self.gas_used)
            .optional_integer(9, self.timestamp)
            .optional_integer(10, self.sealer)
            .optional_list(11, &self.sealers, |list, key| {
                list.bytes(0, key.as_bytes());
            })
            .optional_bytes(12, &self.extra_data)
            .optional_list(13, &self.weights, |list, weight| {
                list.integer(0, *weight);
            });
    }
}

impl Parts for BlockHeaderData {
    /// version ‖ parents ‖ roots ‖ number ‖ gas ‖ time ‖ proposer ‖ sealers ‖ extra data ‖ weights.
    fn each_part(&self, mut part: impl FnMut(&[u8])) {
        part(&self.version.to_be_bytes());
        for parent in &self.parents {
            part(&parent.number.to_be_bytes());
            part(&parent.hash);
        }
        part(&self.transactions_root);
        part(&self.receipts_root);
        part(&self.state_root);
        part(&self.number.to_be_bytes());
        part(self.gas_used.as_bytes());
        part(&self.timestamp.to_be_bytes());
        part(&self.sealer.to_be_bytes());
        for sealer in &self.sealers {
            part(sealer.as_bytes());
        }
        part(&self.extra_data);
        for weight in &self.weights {
            part(&weight.to_be_bytes());
        }
    }
}

impl ParentInfo {
    /// A block by its height and hash.
    ///
    /// ```
    /// use fisco_node::block::{BlockHeader, ParentInfo};
    ///
    /// let last = BlockHeader::default();
    /// let parent = ParentInfo::new(last.data.number, &last.data.hash());
    /// assert_eq!(parent.hash, last.data.hash());
    /// ```
    #[must_use]
    pub fn new(number: i64, hash: &[u8; 32]) -> Self {
        Self {
            number,
            hash: hash.to_vec(),
        }
    }

    fn read(field: Field<'_>) -> Result<Self, tars::Error> {
        let mut parent = Self::default();
        for field in field.structure()? {
            let field = field?;
            match field.tag() {
                1 => parent.number = field.i64()?,
                2 => parent.hash = field.bytes()?.to_vec(),
                _ => {}
            }
        }
        Ok(parent)
    }

    fn write(&self, encoder: &mut Encoder) {
        encoder.structure(0, |fields| {
            fields
                .optional_integer(1, self.number)
                .optional_bytes(2, &self.hash);
        });
    }
}
