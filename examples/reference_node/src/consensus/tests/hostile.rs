//! A sealer that does not keep to the rules.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_malachitebft_core_types::{Context as _, NilOrVal, Round};
use sm2_signing::Signature;
use tokio::{runtime::Runtime, sync::mpsc};

use super::net::{Net, mesh_options, until};
use crate::{
    consensus::context::{BlockHash, Chain, Height, SealerIndex, SignedVote, VoteSignature},
    message::{Message, ProposalMessage},
    peers::{Event, Mesh},
};

/// A sealer that sends what it likes.
struct Rogue {
    mesh: Mesh,
    events: mpsc::Receiver<Event>,
    runtime: Runtime,
}

impl Rogue {
    /// Takes the place of a node that was stopped.
    fn new(net: &Net, index: usize) -> Self {
        let settings = net.settings(index);
        let key = net.chain.sealers[index].clone();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (events, received) = mpsc::channel(64);
        let options = mesh_options(&settings, Arc::new(key));
        Self {
            mesh: runtime.block_on(Mesh::start(options, events)).unwrap(),
            events: received,
            runtime,
        }
    }

    fn say(&self, message: &Message) {
        self.mesh.broadcast(&message.encode().unwrap());
    }

    /// Waits until every other node has closed the connection.
    fn wait_cut_off(&mut self, others: usize) {
        let mut closed = HashSet::new();
        let start = Instant::now();
        while closed.len() < others {
            assert!(start.elapsed() < Duration::from_secs(60), "still connected");
            let event = self.runtime.block_on(async {
                tokio::time::timeout(Duration::from_secs(60), self.events.recv()).await
            });
            if let Ok(Some(Event::Disconnected { node, .. })) = event {
                closed.insert(node);
            }
        }
    }
}

#[test]
fn invalid_votes_cost_the_connection_and_not_the_node() {
    let mut net = Net::new(4);
    net.wait_connected();
    net.stop(3);
    let vote = |height: u64, sealer: u32| {
        let value = NilOrVal::Val(BlockHash([7; 32]));
        let (height, sealer) = (Height(height), SealerIndex(sealer));
        let vote = Chain.new_prevote(height, Round::new(0), value, sealer);
        let signature = Signature::from_bytes(&[0x11; 64]);
        Message::Vote(SignedVote::new(vote, VoteSignature(Some(signature))))
    };
    let next = net.node(0).ledger.tip().number + 1;
    let proposal = Message::Proposal(ProposalMessage {
        height: next,
        round: Round::new(0),
        pol_round: Round::Nil,
        sealer: 3,
        block: vec![0xFF; 1000],
        signature: VoteSignature(Some(Signature::from_bytes(&[1; 64]))),
    });
    // An invalid signature, another sealer's name, a sealer that is none, no block, no message at all.
    for message in [vote(next, 3), vote(next, 0), vote(next, 99), proposal] {
        let mut rogue = Rogue::new(&net, 3);
        until("the rogue is connected", || {
            rogue.mesh.connected().len() == 3
        });
        for _ in 0..200 {
            rogue.say(&message);
        }
        rogue.wait_cut_off(3);
        rogue.mesh.shutdown();
        rogue.runtime.shutdown_timeout(Duration::from_secs(5));
        for index in 0..3 {
            net.stop(index);
            net.start(index);
        }
        net.submit(0, 1);
        net.settle();
    }
    let mut rogue = Rogue::new(&net, 3);
    until("the rogue is connected", || {
        rogue.mesh.connected().len() == 3
    });
    rogue.mesh.broadcast(&vec![0xAA; 100].into());
    rogue.wait_cut_off(3);
    rogue.mesh.shutdown();
}
