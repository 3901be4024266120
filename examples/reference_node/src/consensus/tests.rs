//! Four nodes in one process, over real connections, each with its own ledger.

mod hostile;
mod net;

use std::{sync::atomic::Ordering, thread, time::Duration};

use fisco_node::block::verify_seals;

use super::LOG;
use net::{Net, until};

#[test]
fn four_nodes_agree_and_seal() {
    let mut net = Net::new(4);
    net.wait_connected();
    net.submit(0, 150);
    net.settle();
    net.submit(3, 1);
    net.settle();
    let tip = net.node(0).ledger.tip().number;
    assert!(tip >= 3, "100 transactions go into a block at most");
    until("every block is sealed on every node", || {
        (0..4).all(|index| net.node(index).ledger.last_sealed() == tip)
    });
    let headers: Vec<_> = (1..=tip)
        .map(|number| net.node(1).ledger.header(number).unwrap().unwrap())
        .collect();
    let engine = sm2_batch::best().unwrap();
    let sealed = verify_seals(&engine, &net.chain.settings.sealers, &headers).unwrap();
    assert!(sealed.iter().all(Result::is_ok), "{sealed:?}");
    // An idle chain makes no blocks.
    thread::sleep(Duration::from_secs(2));
    assert_eq!(net.heights(), [tip; 4]);
}

#[test]
fn three_nodes_go_on_and_the_fourth_catches_up() {
    let mut net = Net::new(4);
    net.wait_connected();
    net.submit(0, 10);
    net.settle();
    net.stop(2);
    for _ in 0..6 {
        net.submit(0, 3);
        net.settle();
    }
    net.start(2);
    net.settle();
    net.wait_connected();
    net.submit(2, 5);
    net.settle();
}

#[test]
fn a_transaction_waits_for_nodes_that_connect_later() {
    let mut net = Net::new(4);
    net.wait_connected();
    for index in 1..4 {
        net.stop(index);
    }
    net.submit(0, 70);
    net.start(1);
    until("the other node has them", || net.node(1).pool.len() == 70);
    net.start(2);
    net.start(3);
    net.settle();
}

#[test]
fn a_node_whose_key_fails_follows_says_why_and_votes_again() {
    let mut net = Net::new(4);
    net.wait_connected();
    net.gone[1].store(true, Ordering::Relaxed);
    for _ in 0..5 {
        net.submit(0, 2);
        net.settle();
    }
    until("the node says why it does not vote", || {
        let health = net.node(1).health.borrow().clone();
        health
            .silent
            .as_deref()
            .is_some_and(|why| why.contains("the card is gone"))
    });
    net.gone[1].store(false, Ordering::Relaxed);
    // Without one of the others the chain needs the vote of the node that was silent.
    net.stop(3);
    net.submit(0, 2);
    net.settle();
    until("the node is healthy again", || {
        net.node(1).health.borrow().silent.is_none()
    });
}

#[test]
fn a_leader_whose_key_fails_holds_nobody_up() {
    let mut net = Net::new(4);
    net.wait_connected();
    net.stop(3);
    // Until one of those that run has the first turn; then every one of them is needed.
    let leader = loop {
        let next = net.node(0).ledger.tip().number + 1;
        match usize::try_from(next % 4).unwrap() {
            3 => {
                net.submit(0, 1);
                net.settle();
            }
            leader => break leader,
        }
    };
    net.gone[leader].store(true, Ordering::Relaxed);
    net.submit((leader + 1) % 3, 1);
    until("the leader says that it does not vote", || {
        net.node(leader).health.borrow().silent.is_some()
    });
    net.gone[leader].store(false, Ordering::Relaxed);
    net.settle();
}

#[test]
fn all_nodes_restart_in_the_middle_of_a_block() {
    let mut net = Net::new(4);
    net.wait_connected();
    // Two nodes are no quorum: the block cannot be finished.
    net.stop(2);
    net.stop(3);
    net.submit(0, 1);
    until("the others have begun a block", || {
        (0..2).all(|index| wal_length(&net, index) > 200)
    });
    for index in 0..2 {
        net.stop(index);
    }
    for index in 0..4 {
        net.start(index);
    }
    net.wait_connected();
    net.submit(0, 1);
    let both = net.next;
    until("a block is agreed on", || {
        net.nodes.iter().flatten().all(|node| {
            // The first transaction was only in the pools, unless it was proposed.
            node.ledger.tip().number >= 1 && node.ledger.transaction_count() >= both - 1
        })
    });
}

fn wal_length(net: &Net, index: usize) -> u64 {
    let path = net.directories[index].path().join(LOG);
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}
