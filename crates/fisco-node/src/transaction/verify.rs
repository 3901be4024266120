//! Who sent a transaction, alone and in batches.

use sm2_signing::{BatchVerifier, Error, ErrorKind, Item, Verdict, Verifier, VerifyError};

use super::{Address, SignatureLength, SignatureWithKey, Transaction};
use crate::{parts::prehash, tars};

/// What a valid signature tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The transaction's hash, computed from its data.
    pub hash: [u8; 32],
    /// The sender's key.
    pub public_key: sm2_signing::PublicKey,
    /// The sender.
    pub address: Address,
}

/// A transaction that was decoded and is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The transaction.
    pub transaction: Transaction,
    /// What its signature tells.
    pub verified: Verified,
}

/// Why a transaction is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The bytes are not a transaction.
    #[error("not a transaction: {0}")]
    Malformed(#[from] tars::Error),
    /// It is not a transaction of FISCO BCOS.
    #[error("type {found} is not a transaction of FISCO BCOS (0)")]
    Kind {
        /// The type it says it has.
        found: i8,
    },
    /// A number is not written as `0x` and hexadecimal digits.
    #[error("{field} is neither empty nor 0x and hexadecimal digits")]
    NotHexadecimal {
        /// The name of the field in FISCO BCOS.
        field: &'static str,
    },
    /// The hash that came with the data is another one.
    #[error("the hash that came with the data is not its hash")]
    DataHash {
        /// The hash of the data.
        computed: [u8; 32],
    },
    /// The signature has not 128 bytes.
    #[error(transparent)]
    SignatureLength(#[from] SignatureLength),
    /// The signature is not one of the data by the key that came with it.
    #[error("the signature is invalid")]
    Signature,
}

/// Why the verification of one transaction did not end in [`Verified`].
#[derive(Debug, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the caller must choose between these two"
)]
pub enum TransactionError {
    /// The transaction is refused.
    #[error("transaction refused: {0}")]
    Rejected(#[from] Rejection),
    /// Nothing is known about its signature: the engine failed.
    #[error("the signature could not be verified: {0}")]
    Backend(#[source] Error),
}

impl Transaction {
    /// Verifies the signature and tells the sender.
    ///
    /// A `data_hash` is compared, an empty one is not missed; `sender` is not looked at. Chain, group, nonce and block
    /// limit are the caller's to check.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Rejected`] with the reason, or [`TransactionError::Backend`] if the engine could not tell.
    pub fn verify<V: Verifier + ?Sized>(&self, verifier: &V) -> Result<Verified, TransactionError> {
        let claim = Claim::of(self)?;
        let Item { key, e, signature } = claim.item;
        match verifier.verify(&key, &e, &signature) {
            Ok(()) => Ok(claim.verified()),
            Err(VerifyError::Invalid) => Err(Rejection::Signature.into()),
            Err(VerifyError::Backend(error)) => Err(TransactionError::Backend(error)),
        }
    }

    /// What remains to be verified, for who collects the batches of several sources: all other checks are done.
    ///
    /// # Errors
    ///
    /// Every [`Rejection`] but [`Rejection::Malformed`] and [`Rejection::Signature`].
    pub fn item(&self) -> Result<Item, Rejection> {
        Claim::of(self).map(|claim| claim.item)
    }
}

/// Verifies many transactions at once; one answer for each, in their order.
///
/// # Errors
///
/// Those of the engine: then nothing is known about any of them.
///
/// # Examples
///
/// ```
/// use fisco_node::transaction::{Rejection, Transaction, TransactionData, verify_batch};
/// use sm_soft::SoftKey;
///
/// let key = SoftKey::generate()?;
/// let data = TransactionData::new("chain0", "group0", 501, "1");
/// let good = Transaction::sign(data, &key)?;
/// let mut forged = good.clone();
/// forged.data.nonce = "2".to_owned();
/// forged.data_hash.clear();
///
/// let answers = verify_batch(&sm2_batch::best()?, &[good, forged])?;
/// assert!(answers[0].is_ok());
/// assert_eq!(answers[1], Err(Rejection::Signature));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_batch<B: BatchVerifier + ?Sized>(
    engine: &B,
    transactions: &[Transaction],
) -> Result<Vec<Result<Verified, Rejection>>, Error> {
    judge(engine, transactions.iter().map(Claim::of).collect())
}

/// Decodes and verifies many transactions at once; one answer for each, in their order.
///
/// # Errors
///
/// Those of the engine: then nothing is known about any of them.
pub fn verify_encoded<B: BatchVerifier + ?Sized, T: AsRef<[u8]>>(
    engine: &B,
    encoded: &[T],
) -> Result<Vec<Result<Received, Rejection>>, Error> {
    let decode = |bytes: &T| Transaction::decode(bytes.as_ref()).map_err(Rejection::Malformed);
    let decoded: Vec<_> = encoded.iter().map(decode).collect();
    let claims = decoded.iter().map(|decoded| match decoded {
        Ok(transaction) => Claim::of(transaction),
        Err(rejection) => Err(rejection.clone()),
    });
    let answers = judge(engine, claims.collect())?;
    let received = |(decoded, answer): (Result<_, _>, Result<_, _>)| {
        Ok(Received {
            transaction: decoded?,
            verified: answer?,
        })
    };
    Ok(decoded.into_iter().zip(answers).map(received).collect())
}

/// Asks the engine about the claims that are worth it.
fn judge<B: BatchVerifier + ?Sized>(
    engine: &B,
    claims: Vec<Result<Claim, Rejection>>,
) -> Result<Vec<Result<Verified, Rejection>>, Error> {
    let items: Vec<Item> = claims.iter().flatten().map(|claim| claim.item).collect();
    let mut verdicts = verify_items(engine, &items)?;
    let answer = |claim: Result<Claim, Rejection>| {
        let claim = claim?;
        match verdicts.next() {
            Some(Verdict::Valid) => Ok(claim.verified()),
            _ => Err(Rejection::Signature),
        }
    };
    Ok(claims.into_iter().map(answer).collect())
}

/// One verdict for each item, or an error: an engine that loses count is not believed.
pub(crate) fn verify_items<B: BatchVerifier + ?Sized>(
    engine: &B,
    items: &[Item],
) -> Result<std::vec::IntoIter<Verdict>, Error> {
    let verdicts = engine.verify_batch(items)?;
    if verdicts.len() != items.len() {
        let what = format!("{} verdicts on {} items", verdicts.len(), items.len());
        return Err(Error::new(ErrorKind::Device, what));
    }
    Ok(verdicts.into_iter())
}

/// A transaction that is in order, its signature not yet verified.
struct Claim {
    hash: [u8; 32],
    item: Item,
}

impl Claim {
    fn of(transaction: &Transaction) -> Result<Self, Rejection> {
        if transaction.kind != 0 {
            return Err(Rejection::Kind {
                found: transaction.kind,
            });
        }
        if let Some(field) = transaction.data.not_hexadecimal() {
            return Err(Rejection::NotHexadecimal { field });
        }
        let SignatureWithKey { signature, key } =
            SignatureWithKey::from_slice(&transaction.signature)?;
        let hash = transaction.data.hash();
        if !transaction.data_hash.is_empty() && transaction.data_hash != hash {
            return Err(Rejection::DataHash { computed: hash });
        }
        let e = prehash(&key, &hash);
        let item = Item { key, e, signature };
        Ok(Self { hash, item })
    }

    fn verified(&self) -> Verified {
        Verified {
            hash: self.hash,
            public_key: self.item.key,
            address: Address::of(&self.item.key),
        }
    }
}
