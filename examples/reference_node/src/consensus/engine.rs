//! The thread: waits for something to happen, tells the engine, and begins the next block when there is work.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_malachitebft_core_consensus::{
    Input, Params, State, ThresholdParams, ValuePayload, process,
};
use arc_malachitebft_core_types::{LinearTimeouts, VoteExtensionPolicy};
use fisco_node::{block::SealerList, identity::NodeId};
use sm2_signing::BatchVerifier;
use tokio::sync::{mpsc, watch};
use tracing::{debug, info, warn};

use super::{
    ConsensusError, Health, Incoming, LOG, Options,
    blocks::Blocks,
    context::{Chain, Height, SealerIndex, Sealers},
    guard,
    recovery::Recovery,
    seals::Seals,
    sync::Sync,
    timers::Timers,
    verification::Verification,
    voter::{Messages, Voter},
    wal::Wal,
};
use crate::{ledger::Ledger, message::Message, metrics, peers::Mesh, pool::Pool};

/// The engine and everything that its effects reach.
pub(super) struct Engine {
    state: State<Chain>,
    pub(super) parts: Parts,
    recovery: Option<Recovery>,
    told: watch::Sender<Health>,
}

/// What the effects reach.
pub(super) struct Parts {
    pub(super) voter: Voter,
    pub(super) verification: Verification,
    pub(super) wal: Wal,
    pub(super) timers: Timers,
    pub(super) blocks: Blocks,
    pub(super) seals: Seals,
    pub(super) sync: Sync,
    pub(super) ledger: Ledger,
    pub(super) pool: Pool,
    pub(super) mesh: Mesh,
    pub(super) verifier: Arc<dyn BatchVerifier>,
    pub(super) list: SealerList,
    pub(super) sealers: Sealers,
    pub(super) index: SealerIndex,
    /// The number of the block that is being agreed on, if one is.
    pub(super) running: Option<u64>,
    /// What the engine is told next.
    pub(super) queue: VecDeque<Input<Chain>>,
    /// What this node has said about the block in progress, for those who connect later.
    pub(super) said: VecDeque<Arc<[u8]>>,
    /// Messages about the block after the one in progress.
    pub(super) early: VecDeque<(NodeId, Message)>,
    /// What ends the node.
    pub(super) fatal: Option<ConsensusError>,
}

impl Engine {
    pub(super) fn new(
        options: Options,
        told: watch::Sender<Health>,
    ) -> Result<Self, ConsensusError> {
        let guard = guard(&options)?;
        let sealers = Sealers::new(&options.sealers);
        let index = sealers.index_of(guard.public_key());
        let index = index.ok_or(ConsensusError::NotASealer)?;
        // Thresholds are computed as three times a weight.
        if options.sealers.total_weight() > u64::MAX / 3 {
            return Err(ConsensusError::Weights);
        }
        let messages = Messages::new(&options.chain);
        let next = options.ledger.tip().number.saturating_add(1);
        let (wal, entries) = Wal::open(&options.directory.join(LOG), next)?;
        let params = Params {
            address: index,
            threshold_params: ThresholdParams::default(),
            value_payload: ValuePayload::ProposalOnly,
            enabled: true,
        };
        let state = State::new(Chain, Height(next), sealers.clone(), params, EARLY, EARLY);
        let timeouts = LinearTimeouts {
            propose: options.timeout,
            rebroadcast: options.timeout.saturating_mul(2),
            ..LinearTimeouts::default()
        };
        let parts = Parts {
            voter: Voter::new(guard, messages.clone(), index),
            verification: Verification::new(
                Arc::clone(&options.verifier),
                messages,
                sealers.clone(),
            ),
            wal,
            timers: Timers::new(timeouts),
            blocks: Blocks::new(
                options.min_seal_time,
                options.timeout,
                options.transactions_per_block,
            ),
            seals: Seals::new(
                options.sealers.clone(),
                Arc::clone(&options.verifier),
                &options.ledger,
            )?,
            sync: Sync::default(),
            ledger: options.ledger,
            pool: options.pool,
            mesh: options.mesh,
            verifier: options.verifier,
            list: options.sealers,
            sealers,
            index,
            running: None,
            queue: VecDeque::new(),
            said: VecDeque::new(),
            early: VecDeque::new(),
            fatal: None,
        };
        Ok(Self {
            state,
            parts,
            recovery: Recovery::new(next, entries),
            told,
        })
    }

    pub(super) fn run(
        mut self,
        runtime: &tokio::runtime::Handle,
        mut incoming: mpsc::Receiver<Incoming>,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), ConsensusError> {
        let mut pool = self.parts.pool.changed();
        let mut tick = Instant::now();
        self.recover()?;
        loop {
            self.begin_if_there_is_work()?;
            let wake = self.parts.wake(tick);
            let first = runtime.block_on(async {
                tokio::select! {
                    _ = stop.wait_for(|stop| *stop) => Woken::Stop,
                    first = incoming.recv() => first.map_or(Woken::Stop, Woken::Incoming),
                    _ = pool.changed() => Woken::Pool,
                    () = tokio::time::sleep_until(wake.into()) => Woken::Clock,
                }
            });
            match first {
                Woken::Stop => return Ok(()),
                Woken::Incoming(first) => self.receive(first, &mut incoming)?,
                Woken::Pool | Woken::Clock => {}
            }
            let now = Instant::now();
            if now >= tick {
                tick = now + TICK;
                self.tick()?;
            }
            while let Some(timeout) = self.parts.timers.ended(now) {
                self.feed(Input::TimeoutElapsed(timeout))?;
            }
            if self.parts.propose_if_due(now) {
                self.feed_queue()?;
            }
        }
    }

    /// Tells the engine something, and everything that follows from it.
    pub(super) fn feed(&mut self, input: Input<Chain>) -> Result<(), ConsensusError> {
        if self.parts.running.is_none() {
            debug!("[CONSENSUS]nothing is being agreed on, dropped,input={input:?}");
            return Ok(());
        }
        self.parts.queue.push_back(input);
        self.feed_queue()
    }

    fn feed_queue(&mut self) -> Result<(), ConsensusError> {
        while let Some(input) = self.parts.queue.pop_front() {
            self.step(input)?;
        }
        if let Some(block) = self.parts.blocks.take_decided() {
            self.parts.after(&block)?;
        }
        Ok(())
    }

    fn step(&mut self, input: Input<Chain>) -> Result<(), ConsensusError> {
        let Self { state, parts, .. } = self;
        let outcome: Result<(), arc_malachitebft_core_consensus::Error<Chain>> = process!(
            input: input,
            state: state,
            metrics: &(),
            with: effect => parts.handle(effect)
        );
        if let Some(fatal) = self.parts.fatal.take() {
            return Err(fatal);
        }
        match outcome {
            Ok(()) => Ok(()),
            Err(
                error @ (arc_malachitebft_core_consensus::Error::UnexpectedResume(..)
                | arc_malachitebft_core_consensus::Error::ReplayDivergence(..)),
            ) => Err(ConsensusError::Engine(error.to_string())),
            Err(error) => {
                warn!("[CONSENSUS]the engine refused an input: {error}");
                Ok(())
            }
        }
    }

    /// A block is begun when somebody has transactions: this node, or one that has sent something about it.
    fn begin_if_there_is_work(&mut self) -> Result<(), ConsensusError> {
        if self.parts.running.is_none() && (self.parts.pool.len() > 0 || self.parts.is_awaited()) {
            self.begin()?;
            self.receive_early()?;
        }
        Ok(())
    }

    pub(super) fn begin(&mut self) -> Result<(), ConsensusError> {
        let next = self.parts.ledger.tip().number.saturating_add(1);
        self.parts.running = Some(next);
        self.parts.blocks.begin(next);
        let sealers = self.parts.sealers.clone();
        let policy = VoteExtensionPolicy::Disabled;
        let start = Input::StartHeight(Height(next), sealers, false, None, policy);
        self.parts.queue.push_back(start);
        self.feed_queue()
    }

    /// Goes on with the block that was in progress when the node ended.
    fn recover(&mut self) -> Result<(), ConsensusError> {
        let Some(recovery) = self.recovery.take() else {
            return Ok(());
        };
        let inputs = recovery.inputs(&mut self.parts);
        info!(
            "[CONSENSUS]going on with a block in progress,number={},entries={}",
            self.parts.ledger.tip().number.saturating_add(1),
            inputs.len()
        );
        self.state.index_wal_entries(&inputs);
        self.begin()?;
        for input in inputs {
            self.feed(input)?;
        }
        self.state.reset_entries_index();
        Ok(())
    }

    /// What is due once a second.
    fn tick(&mut self) -> Result<(), ConsensusError> {
        self.parts.sync_tick();
        self.parts.seal_tick()?;
        let silent = self.parts.voter.silent();
        metrics::voting(silent.is_none());
        let silent = silent.map(str::to_owned);
        self.told.send_if_modified(|health| {
            let news = health.silent != silent;
            health.silent.clone_from(&silent);
            news
        });
        Ok(())
    }
}

impl Parts {
    /// When the thread has to wake up without being told anything.
    fn wake(&self, tick: Instant) -> Instant {
        let times = [self.timers.next(), self.blocks.due()];
        times.into_iter().flatten().fold(tick, Instant::min)
    }

    /// Whether somebody has sent something about the next block.
    fn is_awaited(&self) -> bool {
        let next = self.ledger.tip().number.saturating_add(1);
        self.early
            .iter()
            .any(|(_, message)| message.height() == Some(next))
    }

    /// Ends what is in progress: the block is committed, or came from another node.
    pub(super) fn end(&mut self) -> Result<(), ConsensusError> {
        self.running = None;
        self.timers.stop_all();
        self.queue.clear();
        self.said.clear();
        self.verification.clear();
        self.blocks.end();
        let tip = self.ledger.tip().number;
        self.early
            .retain(|(_, message)| message.height().is_some_and(|height| height > tip));
        self.wal.begin(tip.saturating_add(1))?;
        Ok(())
    }

    /// Says something to all, now and to those who connect while it is of interest.
    pub(super) fn say(&mut self, message: &Message) -> Result<(), ConsensusError> {
        let frame = message.encode()?;
        self.mesh.broadcast(&frame);
        if self.said.len() >= SAID {
            self.said.pop_front();
        }
        self.said.push_back(frame);
        Ok(())
    }
}

/// What woke the thread.
enum Woken {
    Stop,
    Incoming(Incoming),
    Pool,
    Clock,
}

const TICK: Duration = Duration::from_secs(1);
/// Messages about the next block that are kept until it is begun.
pub(super) const EARLY: usize = 64;
/// Messages of its own that a node repeats to who connects.
const SAID: usize = 64;
