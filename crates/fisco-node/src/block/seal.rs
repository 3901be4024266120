//! Whether enough sealers signed.

use std::collections::BTreeSet;

use sm2_signing::{BatchVerifier, Error, Item, PublicKey, Signature, Verdict};

use super::{BlockHeader, SealerList, SealerSignature};
use crate::{parts::prehash, transaction::verify_items};

/// What a valid seal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// The block's hash, computed from its data.
    pub hash: [u8; 32],
    /// The weight of those who signed.
    pub weight: u64,
}

/// Why a seal is refused; places count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealRejection {
    /// The hash that came with the header is another one.
    #[error("the hash that came with the header is not its hash")]
    DataHash {
        /// The hash of the header.
        computed: [u8; 32],
    },
    /// The proposer is not in the list of sealers.
    #[error("proposer {index} is not one of the {sealers} sealers")]
    Proposer {
        /// The place that the header names.
        index: i64,
        /// How many sealers there are.
        sealers: usize,
    },
    /// The header has more or fewer sealers or weights than the chain.
    #[error("the header lists {keys} sealers and {weights} weights, the chain has {expected}")]
    SealerCount {
        /// The sealers in the header.
        keys: usize,
        /// The weights in the header.
        weights: usize,
        /// The sealers of the chain.
        expected: usize,
    },
    /// The header names another sealer than the chain.
    #[error("sealer {index} of the header is {found}")]
    SealerKey {
        /// The place.
        index: usize,
        /// The key in the header.
        found: PublicKey,
    },
    /// The header gives a sealer another weight than the chain.
    #[error("sealer {index} has weight {found} in the header, {expected} in the chain")]
    SealerWeight {
        /// The place.
        index: usize,
        /// The weight in the header.
        found: i64,
        /// The weight in the chain.
        expected: u64,
    },
    /// A signature is by somebody who is not in the list of sealers.
    #[error("a signature by sealer {index}, who is not one of the {sealers} sealers")]
    UnknownSealer {
        /// The place that comes with the signature.
        index: i64,
        /// How many sealers there are.
        sealers: usize,
    },
    /// A sealer signed twice.
    #[error("two signatures by sealer {index}")]
    Duplicate {
        /// The place of the sealer.
        index: usize,
    },
    /// A signature has not 64 bytes.
    #[error("the signature of sealer {index} has {found} bytes, expected 64 (r || s)")]
    SignatureLength {
        /// The place of the sealer.
        index: usize,
        /// The bytes it has.
        found: usize,
    },
    /// Those who signed have too little weight.
    #[error("the signatures weigh {found}, at least {quorum} are needed")]
    Weight {
        /// Their weight.
        found: u64,
        /// What is needed.
        quorum: u64,
    },
    /// Signatures are invalid.
    #[error("invalid signatures of the sealers {indexes:?}")]
    Signatures {
        /// The places of the sealers.
        indexes: Vec<usize>,
    },
}

/// Why the verification of one seal did not end in [`Sealed`].
#[derive(Debug, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the caller must choose between these two"
)]
pub enum SealError {
    /// The seal is refused.
    #[error("seal refused: {0}")]
    Rejected(#[from] SealRejection),
    /// Nothing is known about the signatures: the engine failed.
    #[error("the seal could not be verified: {0}")]
    Backend(#[source] Error),
}

impl BlockHeader {
    /// Verifies that sealers with enough weight signed this header, and that all who are said to have signed did.
    ///
    /// The header must name exactly the sealers and weights of `sealers`, the list that is in force at its height.
    ///
    /// # Errors
    ///
    /// [`SealError::Rejected`] with the reason, or [`SealError::Backend`] if the engine could not tell.
    pub fn verify_seal<B: BatchVerifier + ?Sized>(
        &self,
        sealers: &SealerList,
        engine: &B,
    ) -> Result<Sealed, SealError> {
        let claim = Claim::of(self, sealers)?;
        let verdicts = verify_items(engine, &claim.items).map_err(SealError::Backend)?;
        Ok(claim.judge(verdicts)?)
    }

    /// What remains to be verified, for who collects the batches of several sources: all other checks are done, and every
    /// one of these must be valid.
    ///
    /// # Errors
    ///
    /// Every [`SealRejection`] but [`SealRejection::Signatures`].
    ///
    /// # Examples
    ///
    /// ```
    /// use fisco_node::block::{BlockHeader, Sealer, SealerList, SealerSignature};
    /// use fisco_node::transaction::{Transaction, TransactionData};
    /// use sm2_signing::{BatchVerifier, Signer};
    /// use sm_soft::SoftKey;
    ///
    /// let (node, account) = (SoftKey::generate()?, SoftKey::generate()?);
    /// let sealers = SealerList::new([Sealer { key: *node.public_key(), weight: 1 }])?;
    /// let mut header = BlockHeader::default();
    /// header.data.set_sealers(&sealers);
    /// header.signatures = vec![SealerSignature::sign(&header.data, 0, &node)?];
    /// let data = TransactionData::new("chain0", "group0", 501, "1");
    /// let transaction = Transaction::sign(data, &account)?;
    ///
    /// // The seal and the transactions of a block in one batch.
    /// let mut items = header.seal_items(&sealers)?;
    /// items.push(transaction.item()?);
    /// assert!(sm2_batch::best()?.verify_batch(&items)?.all_valid());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn seal_items(&self, sealers: &SealerList) -> Result<Vec<Item>, SealRejection> {
        Claim::of(self, sealers).map(|claim| claim.items)
    }
}

/// Verifies the seals of many headers under one list of sealers in one batch; one answer for each, in their order.
///
/// # Errors
///
/// Those of the engine: then nothing is known about any of them.
///
/// # Examples
///
/// ```
/// use fisco_node::block::{BlockHeader, SealRejection, Sealer, SealerList, SealerSignature, verify_seals};
/// use sm2_signing::Signer;
/// use sm_soft::SoftKey;
///
/// let node = SoftKey::generate()?;
/// let sealers = SealerList::new([Sealer { key: *node.public_key(), weight: 1 }])?;
/// let mut good = BlockHeader::default();
/// good.data.set_sealers(&sealers);
/// good.signatures = vec![SealerSignature::sign(&good.data, 0, &node)?];
/// let mut forged = good.clone();
/// forged.data.number = 9;
///
/// let answers = verify_seals(&sm2_batch::best()?, &sealers, &[good, forged])?;
/// assert!(answers[0].is_ok());
/// assert_eq!(answers[1], Err(SealRejection::Signatures { indexes: vec![0] }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_seals<B: BatchVerifier + ?Sized>(
    engine: &B,
    sealers: &SealerList,
    headers: &[BlockHeader],
) -> Result<Vec<Result<Sealed, SealRejection>>, Error> {
    let claims = headers.iter().map(|header| Claim::of(header, sealers));
    let claims: Vec<_> = claims.collect();
    let items: Vec<Item> = claims
        .iter()
        .flatten()
        .flat_map(|claim| claim.items.iter().copied())
        .collect();
    let mut verdicts = verify_items(engine, &items)?;
    let answer = |claim: Result<Claim, SealRejection>| claim?.judge(&mut verdicts);
    Ok(claims.into_iter().map(answer).collect())
}

/// A seal that is in order, its signatures not yet verified.
struct Claim {
    sealed: Sealed,
    /// Who signed, in the order of `items`.
    signers: Vec<usize>,
    items: Vec<Item>,
}

impl Claim {
    fn of(header: &BlockHeader, sealers: &SealerList) -> Result<Self, SealRejection> {
        let hash = header.data.hash();
        if !header.data_hash.is_empty() && header.data_hash != hash {
            return Err(SealRejection::DataHash { computed: hash });
        }
        names_the_sealers(header, sealers)?;
        let mut claim = Self {
            sealed: Sealed { hash, weight: 0 },
            signers: Vec::new(),
            items: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for signature in &header.signatures {
            claim.add(signature, sealers, &mut seen)?;
        }
        let (found, quorum) = (claim.sealed.weight, sealers.quorum());
        if found < quorum {
            return Err(SealRejection::Weight { found, quorum });
        }
        Ok(claim)
    }

    fn add(
        &mut self,
        signature: &SealerSignature,
        sealers: &SealerList,
        seen: &mut BTreeSet<usize>,
    ) -> Result<(), SealRejection> {
        let unknown = SealRejection::UnknownSealer {
            index: signature.sealer_index,
            sealers: sealers.iter().len(),
        };
        let (index, sealer) = sealers.at(signature.sealer_index).ok_or(unknown)?;
        if !seen.insert(index) {
            return Err(SealRejection::Duplicate { index });
        }
        let found = signature.signature.len();
        let signature = Signature::from_slice(&signature.signature)
            .map_err(|_| SealRejection::SignatureLength { index, found })?;
        self.signers.push(index);
        self.items.push(Item {
            key: sealer.key,
            e: prehash(&sealer.key, &self.sealed.hash),
            signature,
        });
        // No sealer counts twice, so this stays below the total.
        self.sealed.weight = self.sealed.weight.saturating_add(sealer.weight);
        Ok(())
    }

    /// Takes a verdict for each of its items.
    fn judge(self, mut verdicts: impl Iterator<Item = Verdict>) -> Result<Sealed, SealRejection> {
        let mut indexes = self.signers;
        indexes.retain(|_| verdicts.next() != Some(Verdict::Valid));
        if indexes.is_empty() {
            Ok(self.sealed)
        } else {
            Err(SealRejection::Signatures { indexes })
        }
    }
}

/// Whether the header names the proposer, the sealers and the weights of the chain.
fn names_the_sealers(header: &BlockHeader, sealers: &SealerList) -> Result<(), SealRejection> {
    let data = &header.data;
    let expected = sealers.iter().len();
    if sealers.at(data.sealer).is_none() {
        return Err(SealRejection::Proposer {
            index: data.sealer,
            sealers: expected,
        });
    }
    let (keys, weights) = (data.sealers.len(), data.weights.len());
    if keys != expected || weights != expected {
        return Err(SealRejection::SealerCount {
            keys,
            weights,
            expected,
        });
    }
    let named = data.sealers.iter().zip(&data.weights);
    for (index, (sealer, (key, weight))) in sealers.iter().zip(named).enumerate() {
        if sealer.key != *key {
            return Err(SealRejection::SealerKey { index, found: *key });
        }
        if u64::try_from(*weight) != Ok(sealer.weight) {
            return Err(SealRejection::SealerWeight {
                index,
                found: *weight,
                expected: sealer.weight,
            });
        }
    }
    Ok(())
}
