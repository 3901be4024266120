//! Seals: the sealers' signatures of committed headers. With a quorum of them a block is proved to those who were not there.

use std::{collections::BTreeMap, sync::Arc};

use fisco_node::{
    block::{BlockHeaderData, SealerList, SealerSignature},
    identity::NodeId,
};
use sm2_signing::{BatchVerifier, Item, PublicKey, Signature, Verdict};
use tracing::{error, info, warn};

use super::{ConsensusError, engine::Parts};
use crate::{
    ledger::{Ledger, LedgerError},
    message::{Message, SealMessage},
    metrics,
};

/// The seals of the last blocks.
pub(super) struct Seals {
    sealers: SealerList,
    engine: Arc<dyn BatchVerifier>,
    blocks: BTreeMap<u64, Sealing>,
    /// Seals of a block that this node has not committed yet, one for a sealer.
    early: BTreeMap<(u64, u32), (NodeId, SealMessage)>,
}

/// A committed block that is being sealed.
struct Sealing {
    header: BlockHeaderData,
    hash: [u8; 32],
    seals: BTreeMap<u32, [u8; 64]>,
    stored: bool,
}

impl Seals {
    /// Begins with the blocks at the end of the ledger, which may have no whole seal yet.
    pub(super) fn new(
        sealers: SealerList,
        engine: Arc<dyn BatchVerifier>,
        ledger: &Ledger,
    ) -> Result<Self, LedgerError> {
        let mut blocks = BTreeMap::new();
        let tip = ledger.tip().number;
        let first = tip.saturating_sub(RECENT).saturating_add(1).max(1);
        let sealed = ledger.last_sealed();
        for number in first..=tip {
            if let Some(header) = ledger.header(number)? {
                let seals = header.signatures.iter().filter_map(|seal| {
                    let sealer = u32::try_from(seal.sealer_index).ok()?;
                    Some((sealer, seal.signature.as_slice().try_into().ok()?))
                });
                let sealing = Sealing {
                    hash: header.data.hash(),
                    seals: seals.collect(),
                    stored: number <= sealed,
                    header: header.data,
                };
                blocks.insert(number, sealing);
            }
        }
        Ok(Self {
            sealers,
            engine,
            blocks,
            early: BTreeMap::new(),
        })
    }

    /// The seals of blocks whose seal may not be whole everywhere.
    pub(super) fn recent(&self) -> Vec<SealMessage> {
        let messages = self.blocks.iter().flat_map(|(number, sealing)| {
            let seals = sealing.seals.iter();
            seals.map(|(sealer, signature)| SealMessage {
                number: *number,
                hash: sealing.hash,
                sealer: *sealer,
                signature: *signature,
            })
        });
        messages.collect()
    }

    fn add_block(&mut self, header: &BlockHeaderData, stored: bool) {
        let number = header.number.cast_unsigned();
        if let Some(sealing) = self.blocks.get_mut(&number) {
            sealing.stored |= stored;
            return;
        }
        let sealing = Sealing {
            header: header.clone(),
            hash: header.hash(),
            seals: BTreeMap::new(),
            stored,
        };
        self.blocks.insert(number, sealing);
        while self.blocks.len() > KEPT {
            self.blocks.pop_first();
        }
    }

    fn key(&self, sealer: u32) -> Option<&PublicKey> {
        let sealer = self.sealers.get(usize::try_from(sealer).ok()?)?;
        Some(&sealer.key)
    }

    fn weight(&self, sealing: &Sealing) -> u64 {
        let weights = sealing.seals.keys().filter_map(|sealer| {
            let index = usize::try_from(*sealer).ok()?;
            Some(self.sealers.get(index)?.weight)
        });
        weights.fold(0, u64::saturating_add)
    }
}

impl Parts {
    /// Signs the header of a block that was just committed.
    pub(super) fn seal(&mut self, header: &BlockHeaderData) -> Result<(), ConsensusError> {
        let number = header.number.cast_unsigned();
        self.seals.add_block(header, false);
        self.seal_own(number)?;
        let early = self.seals.early.split_off(&(number.saturating_add(1), 0));
        let early = std::mem::replace(&mut self.seals.early, early);
        for (node, seal) in early.into_values() {
            self.receive_seal(&node, &seal)?;
        }
        Ok(())
    }

    fn seal_own(&mut self, number: u64) -> Result<(), ConsensusError> {
        let Some(sealing) = self.seals.blocks.get_mut(&number) else {
            return Ok(());
        };
        let sealer = self.index.0;
        if sealing.seals.contains_key(&sealer) {
            return Ok(());
        }
        let Some(seal) = self.voter.seal(&sealing.header) else {
            return Ok(());
        };
        let Ok(signature) = seal.signature.as_slice().try_into() else {
            return Ok(());
        };
        sealing.seals.insert(sealer, signature);
        let message = SealMessage {
            number,
            hash: sealing.hash,
            sealer,
            signature,
        };
        self.mesh.broadcast(&Message::Seal(message).encode()?);
        self.store_seals()
    }

    pub(super) fn receive_seal(
        &mut self,
        node: &NodeId,
        message: &SealMessage,
    ) -> Result<(), ConsensusError> {
        let seals = &mut self.seals;
        let tip = self.ledger.tip().number;
        if message.number > tip {
            if message.number <= tip.saturating_add(EARLY) && seals.key(message.sealer).is_some() {
                let place = (message.number, message.sealer);
                seals.early.insert(place, (*node, message.clone()));
            }
            return Ok(());
        }
        let Some(key) = seals.key(message.sealer).copied() else {
            self.mesh.punish(node, "a seal of nobody");
            return Ok(());
        };
        let Some(sealing) = seals.blocks.get_mut(&message.number) else {
            return Ok(());
        };
        if sealing.seals.contains_key(&message.sealer) {
            return Ok(());
        }
        if sealing.hash != message.hash {
            metrics::conflicts(1);
            error!(
                "[CONSENSUS]a seal of another block with this number,number={},sealer={},hash={}",
                message.number,
                message.sealer,
                base16ct::lower::encode_string(&message.hash)
            );
            return Ok(());
        }
        let item = Item {
            key,
            e: sealing.header.prehash(&key),
            signature: Signature::from_bytes(&message.signature),
        };
        match seals.engine.verify_batch(&[item]) {
            Ok(verdicts) if verdicts.iter().all(|verdict| verdict == Verdict::Valid) => {
                sealing.seals.insert(message.sealer, message.signature);
                self.store_seals()
            }
            Ok(_) => {
                self.mesh.punish(node, "a seal with an invalid signature");
                Ok(())
            }
            Err(error) => {
                warn!("[CONSENSUS]a seal could not be verified: {error}");
                Ok(())
            }
        }
    }

    /// Writes the seals of blocks that have a quorum of them; they are whole from then on.
    fn store_seals(&mut self) -> Result<(), ConsensusError> {
        let quorum = self.seals.sealers.quorum();
        let ready = self
            .seals
            .blocks
            .iter()
            .filter(|(_, sealing)| !sealing.stored && self.seals.weight(sealing) >= quorum);
        let ready: Vec<u64> = ready.map(|(number, _)| *number).collect();
        for number in ready {
            let Some(sealing) = self.seals.blocks.get_mut(&number) else {
                continue;
            };
            let signatures = sealing.seals.iter().map(|(sealer, signature)| {
                let mut seal = SealerSignature::default();
                seal.sealer_index = (*sealer).into();
                seal.signature = signature.to_vec();
                seal
            });
            let signatures: Vec<_> = signatures.collect();
            self.ledger.add_seals(number, &signatures)?;
            sealing.stored = true;
            metrics::sealed(self.ledger.last_sealed());
            info!(
                "[CONSENSUS][PBFT][STORAGE][METRIC]commitStableCheckPoint success,index={number},seals={}",
                signatures.len()
            );
        }
        Ok(())
    }

    /// Repeats the seals of blocks that have no quorum yet.
    pub(super) fn seal_tick(&mut self) -> Result<(), ConsensusError> {
        let tip = self.ledger.tip().number;
        // The guard signs nothing for a block before the last one.
        self.seal_own(tip)?;
        let open = self
            .seals
            .blocks
            .iter()
            .filter(|(_, sealing)| !sealing.stored);
        let open: Vec<u64> = open.map(|(number, _)| *number).collect();
        for seal in self.seals.recent() {
            if open.contains(&seal.number) {
                self.mesh.broadcast(&Message::Seal(seal).encode()?);
            }
        }
        Ok(())
    }

    /// A block that came with its seal.
    pub(super) fn sealed_elsewhere(&mut self, header: &BlockHeaderData) {
        self.seals.add_block(header, true);
    }
}

/// Blocks whose seals are looked at after a restart, and sent to who connects.
const RECENT: u64 = 8;
/// Blocks whose seals are kept in memory.
const KEPT: usize = 32;
/// How far ahead a seal may be that is kept for later.
const EARLY: u64 = 4;
