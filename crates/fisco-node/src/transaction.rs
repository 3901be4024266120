//! Transactions: their hash, signature, TARS form and sender.
//!
//! An SDK fills a [`TransactionData`] and signs it with any [`Signer`]; a node decodes the bytes, verifies the signature
//! and takes the sender from it. Two hashes lie between the fields and the signature: h = SM3(fields), which is the
//! transaction's hash, and e = SM3(Z ‖ h), which is what SM2 signs. The signature travels as r ‖ s ‖ x ‖ y
//! ([`SignatureWithKey`]): the public key is in it, and the sender is that key's [`Address`].
//!
//! The fields are hashed one behind the other with no lengths between them, as FISCO BCOS prescribes: chain `chain0` with
//! group `group0` and chain `chain` with group `0group0` have one hash, so one signature is valid for both. Whoever
//! verifies a transaction therefore compares its chain and group with those that it expects; a FISCO BCOS node does this,
//! and checks the nonce and the block limit, after what is done here.
//!
//! Of the two transactions that the tests hold byte for byte, one was printed by the FISCO BCOS documentation. Not
//! confirmed against a node: whether every version accepts `attribute` 0, and the types of the fields that versions from
//! 3.9 on added to [`Transaction`].
//!
//! # Examples
//!
//! ```
//! use fisco_node::transaction::{Address, Transaction, TransactionData, verify_encoded};
//! use sm2_signing::Signer;
//! use sm_soft::SoftKey;
//!
//! // The SDK: any Signer will do, a card's key too.
//! let account = SoftKey::generate()?;
//! let mut data = TransactionData::new("chain0", "group0", 501, "8245699419642520998");
//! data.to = "0x6849f21d1e455e9f0712b1e99fa4fcd23758e8f1".to_owned();
//! data.input = vec![0x2f, 0xe9, 0x9b, 0xdc];
//! let bytes = Transaction::sign(data, &account)?.encode()?;
//!
//! // The node: a batch of one good and one cut off.
//! let engine = sm2_batch::best()?;
//! let verdicts = verify_encoded(&engine, &[&bytes[..], &bytes[..50]])?;
//! let received = verdicts[0].as_ref().unwrap();
//! assert_eq!(received.transaction.data.group_id, "group0");
//! assert_eq!(received.verified.address, Address::of(account.public_key()));
//! let reason = verdicts[1].as_ref().unwrap_err();
//! assert_eq!(reason.to_string(), "not a transaction: byte 43: length 42 with 6 bytes left");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod data;
mod signature;
mod verify;

use sm2_signing::{Error, Signer};

use crate::{
    parts::prehash,
    tars::{self, Encoder, Field, Fields, TooLong},
};

pub use crate::identity::Address;
pub use data::TransactionData;
pub use signature::{SignatureLength, SignatureWithKey};
pub(crate) use verify::verify_items;
pub use verify::{Received, Rejection, TransactionError, Verified, verify_batch, verify_encoded};

/// A transaction as it travels: the data that the sender wrote, and what is around it.
///
/// Only `data` is signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Transaction {
    /// What is signed.
    pub data: TransactionData,
    /// The hash of `data` as the sender gives it; may be empty, and is compared if it is not.
    pub data_hash: Vec<u8>,
    /// r ‖ s ‖ x ‖ y.
    pub signature: Vec<u8>,
    /// When a node received it; 0 from an SDK.
    pub import_time: i64,
    /// Bits about how to execute it; 0 for a plain call.
    pub attribute: i32,
    /// The sender that somebody claims; never believed, see [`Verified::address`].
    pub sender: Vec<u8>,
    /// Whatever the sender adds; not signed.
    pub extra_data: String,
    /// 0 for a transaction of FISCO BCOS, 1 for one of Ethereum, which is not verified here.
    pub kind: i8,
    /// The bytes of the transaction of Ethereum.
    pub extra_transaction_bytes: Vec<u8>,
    /// The hash of the transaction of Ethereum.
    pub extra_transaction_hash: Vec<u8>,
}

impl Transaction {
    /// Signs the data; the hash and r ‖ s ‖ x ‖ y are filled in.
    ///
    /// # Errors
    ///
    /// Those of the signer.
    ///
    /// # Examples
    ///
    /// ```
    /// use fisco_node::transaction::{Transaction, TransactionData};
    /// use sm_soft::{SoftKey, SoftVerifier};
    ///
    /// let data = TransactionData::new("chain0", "group0", 501, "1");
    /// let mut transaction = Transaction::sign(data, &SoftKey::generate()?)?;
    /// assert!(transaction.verify(&SoftVerifier::new()).is_ok());
    /// transaction.data.block_limit = 502;
    /// assert!(transaction.verify(&SoftVerifier::new()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign<S: Signer + ?Sized>(data: TransactionData, signer: &S) -> Result<Self, Error> {
        let key = *signer.public_key();
        let hash = data.hash();
        let signature = signer.sign(&prehash(&key, &hash))?;
        Ok(Self {
            data,
            data_hash: hash.to_vec(),
            signature: SignatureWithKey { signature, key }.to_bytes().to_vec(),
            ..Self::default()
        })
    }

    /// Reads the TARS form.
    ///
    /// # Errors
    ///
    /// [`tars::Error`], with the offset.
    ///
    /// # Examples
    ///
    /// ```
    /// use fisco_node::transaction::Transaction;
    ///
    /// let transaction = Transaction::decode(b"\x1a\x1c\x26\x06chain0\x0b\x3d\x00\x00\x01\x07")?;
    /// assert_eq!(transaction.data.chain_id, "chain0");
    /// assert_eq!(transaction.signature, [7]);
    /// assert!(Transaction::decode(b"\x1a\x1c\x26\x06chain").is_err());
    /// # Ok::<(), fisco_node::tars::Error>(())
    /// ```
    pub fn decode(bytes: &[u8]) -> Result<Self, tars::Error> {
        let mut transaction = Self::default();
        for field in Fields::new(bytes) {
            transaction.set(field?)?;
        }
        Ok(transaction)
    }

    fn set(&mut self, field: Field<'_>) -> Result<(), tars::Error> {
        match field.tag() {
            1 => self.data = TransactionData::read(field.structure()?)?,
            2 => self.data_hash = field.bytes()?.to_vec(),
            3 => self.signature = field.bytes()?.to_vec(),
            4 => self.import_time = field.i64()?,
            5 => self.attribute = field.i32()?,
            7 => self.sender = field.bytes()?.to_vec(),
            8 => self.extra_data = field.text()?.to_owned(),
            9 => self.kind = field.i8()?,
            10 => self.extra_transaction_bytes = field.bytes()?.to_vec(),
            11 => self.extra_transaction_hash = field.bytes()?.to_vec(),
            _ => {}
        }
        Ok(())
    }

    /// Writes the TARS form; `sendTransaction` takes it as hexadecimal text.
    ///
    /// Fields that are 0 or empty are left out, except the version.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if a field has 2 GiB or more.
    pub fn encode(&self) -> Result<Vec<u8>, TooLong> {
        let mut encoder = Encoder::new();
        encoder.structure(1, |data| self.data.write(data));
        encoder.optional_bytes(2, &self.data_hash);
        encoder.optional_bytes(3, &self.signature);
        encoder.optional_integer(4, self.import_time);
        encoder.optional_integer(5, self.attribute.into());
        encoder.optional_bytes(7, &self.sender);
        encoder.optional_text(8, &self.extra_data);
        encoder.optional_integer(9, self.kind.into());
        encoder.optional_bytes(10, &self.extra_transaction_bytes);
        encoder.optional_bytes(11, &self.extra_transaction_hash);
        encoder.finish()
    }
}
