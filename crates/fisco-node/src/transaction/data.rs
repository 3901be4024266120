//! What a sender signs.

use sm2_signing::{Prehash, PublicKey};

use crate::{
    parts::{Parts, prehash},
    tars::{self, Encoder, Field, Fields},
};

/// The fields of a transaction that are hashed and signed.
///
/// # Examples
///
/// ```
/// use fisco_node::transaction::TransactionData;
///
/// let mut data = TransactionData::new("chain0", "group0", 501, "7");
/// data.input = vec![0xab];
/// assert_eq!(data.hash_preimage(), b"\0\0\0\0chain0group0\0\0\0\0\0\0\x01\xf57\xab");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TransactionData {
    /// 0, or 1 to sign the fields from `value` on as well, or 2 to sign `extension` too.
    pub version: i32,
    /// The chain, such as `chain0`.
    pub chain_id: String,
    /// The group, such as `group0`.
    pub group_id: String,
    /// The last block that may contain the transaction.
    pub block_limit: i64,
    /// A number that the sender uses once, in decimal or hexadecimal digits.
    pub nonce: String,
    /// The contract as text, `0x` and 40 digits; empty to deploy one.
    pub to: String,
    /// The call, or the contract's code.
    pub input: Vec<u8>,
    /// The ABI of a contract that is deployed; may be empty.
    pub abi: String,
    /// The amount that is transferred, as `0x` and digits; empty in version 0.
    pub value: String,
    /// The price of gas, as `0x` and digits; empty in version 0.
    pub gas_price: String,
    /// The most gas; 0 in version 0.
    pub gas_limit: i64,
    /// The highest price of gas, as `0x` and digits; empty in version 0.
    pub max_fee_per_gas: String,
    /// The highest tip, as `0x` and digits; empty in version 0.
    pub max_priority_fee_per_gas: String,
    /// Bytes of version 2.
    pub extension: Vec<u8>,
}

impl TransactionData {
    /// Starts a transaction of version 0 with what every transaction needs.
    #[must_use]
    pub fn new(
        chain_id: impl Into<String>,
        group_id: impl Into<String>,
        block_limit: i64,
        nonce: impl Into<String>,
    ) -> Self {
        Self {
            chain_id: chain_id.into(),
            group_id: group_id.into(),
            block_limit,
            nonce: nonce.into(),
            ..Self::default()
        }
    }

    /// The bytes whose SM3 is the transaction's hash.
    #[must_use]
    pub fn hash_preimage(&self) -> Vec<u8> {
        self.joined()
    }

    /// h, the hash by which the transaction is known.
    ///
    /// SM2 does not sign it as it stands: [`prehash`](Self::prehash) gives what is signed.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.digest()
    }

    /// e = SM3(Z ‖ h) for the holder of `key`, with the default user id.
    #[must_use]
    pub fn prehash(&self, key: &PublicKey) -> Prehash {
        prehash(key, &self.hash())
    }

    /// The first of the fields that a node wants as `0x` and digits, or empty, from version 1 on, and that is not.
    pub(super) fn not_hexadecimal(&self) -> Option<&'static str> {
        if self.version < 1 {
            return None;
        }
        let fields = [
            ("value", &self.value),
            ("gasPrice", &self.gas_price),
            ("maxFeePerGas", &self.max_fee_per_gas),
            ("maxPriorityFeePerGas", &self.max_priority_fee_per_gas),
        ];
        let hexadecimal = |text: &str| {
            let digits = text.strip_prefix("0x");
            text.is_empty()
                || digits
                    .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        };
        let wrong = fields.into_iter().find(|(_, text)| !hexadecimal(text));
        wrong.map(|(name, _)| name)
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, tars::Error> {
        let mut data = Self::default();
        for field in fields {
            data.set(&field?)?;
        }
        Ok(data)
    }

    fn set(&mut self, field: &Field<'_>) -> Result<(), tars::Error> {
        match field.tag() {
            1 => self.version = field.i32()?,
            2 => self.chain_id = field.text()?.to_owned(),
            3 => self.group_id = field.text()?.to_owned(),
            4 => self.block_limit = field.i64()?,
            5 => self.nonce = field.text()?.to_owned(),
            6 => self.to = field.text()?.to_owned(),
            7 => self.input = field.bytes()?.to_vec(),
            8 => self.abi = field.text()?.to_owned(),
            9 => self.value = field.text()?.to_owned(),
            10 => self.gas_price = field.text()?.to_owned(),
            11 => self.gas_limit = field.i64()?,
            12 => self.max_fee_per_gas = field.text()?.to_owned(),
            13 => self.max_priority_fee_per_gas = field.text()?.to_owned(),
            14 => self.extension = field.bytes()?.to_vec(),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn write(&self, encoder: &mut Encoder) {
        encoder.integer(1, self.version.into());
        encoder.optional_text(2, &self.chain_id);
        encoder.optional_text(3, &self.group_id);
        encoder.optional_integer(4, self.block_limit);
        encoder.optional_text(5, &self.nonce);
        encoder.optional_text(6, &self.to);
        encoder.optional_bytes(7, &self.input);
        encoder.optional_text(8, &self.abi);
        encoder.optional_text(9, &self.value);
        encoder.optional_text(10, &self.gas_price);
        encoder.optional_integer(11, self.gas_limit);
        encoder.optional_text(12, &self.max_fee_per_gas);
        encoder.optional_text(13, &self.max_priority_fee_per_gas);
        encoder.optional_bytes(14, &self.extension);
    }
}

impl Parts for TransactionData {
    /// version ‖ chain ‖ group ‖ block limit ‖ nonce ‖ to ‖ input ‖ abi, and from version 1 and 2 on the rest.
    fn each_part(&self, mut part: impl FnMut(&[u8])) {
        part(&self.version.to_be_bytes());
        part(self.chain_id.as_bytes());
        part(self.group_id.as_bytes());
        part(&self.block_limit.to_be_bytes());
        part(self.nonce.as_bytes());
        part(self.to.as_bytes());
        part(&self.input);
        part(self.abi.as_bytes());
        // The C++ node compares unsigned: a negative version is above 2.
        let version = self.version.cast_unsigned();
        if version >= 1 {
            part(self.value.as_bytes());
            part(self.gas_price.as_bytes());
            part(&self.gas_limit.to_be_bytes());
            part(self.max_fee_per_gas.as_bytes());
            part(self.max_priority_fee_per_gas.as_bytes());
        }
        if version >= 2 {
            part(&self.extension);
        }
    }
}
