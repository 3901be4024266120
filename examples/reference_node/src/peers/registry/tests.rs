//! The rule by which both sides keep the same connection, over every order of events, and the punishments.

use std::collections::HashSet;

use sm2_signing::PublicKey;

use super::*;

/// What one side knows of the two connections: P, which the smaller node dialled, and N, which the larger did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum End {
    /// The handshake has not come to this side's decision.
    Shaking,
    Kept,
    Gone,
}

/// For P and N: the end of the smaller node, the end of the larger one.
type World = [[End; 2]; 2];

const SMALLER: usize = 0;
const LARGER: usize = 1;

/// The decision of one side on one connection.
fn decide(world: World, connection: usize, side: usize) -> World {
    let mut world = world;
    let other = 1 - connection;
    let outgoing = |connection: usize| connection == side;
    if world[other][side] == End::Kept {
        if !prefers(outgoing(connection), outgoing(other), side == SMALLER) {
            world[connection][side] = End::Gone;
            return world;
        }
        world[other][side] = End::Gone;
    }
    world[connection][side] = End::Kept;
    world
}

/// All that can happen next.
fn successors(world: World) -> Vec<World> {
    let mut next = Vec::new();
    for connection in [0, 1] {
        // The client of P is the smaller node, that of N the larger one.
        let (client, server) = (connection, 1 - connection);
        let ends = world[connection];
        if ends[client] == End::Shaking {
            next.push(decide(world, connection, client));
        }
        // The server decides when the client has confirmed; what the client did after that it does not know.
        if ends[client] != End::Shaking && ends[server] == End::Shaking {
            next.push(decide(world, connection, server));
        }
        for side in [SMALLER, LARGER] {
            if ends[1 - side] == End::Gone && ends[side] != End::Gone {
                let mut world = world;
                world[connection][side] = End::Gone;
                next.push(world);
            }
        }
    }
    next
}

#[test]
fn dialling_each_other_ends_in_the_same_connection_in_every_order() {
    let mut seen = HashSet::new();
    let mut todo = vec![[[End::Shaking; 2]; 2]];
    let mut ends = HashSet::new();
    while let Some(world) = todo.pop() {
        if !seen.insert(world) {
            continue;
        }
        for side in [SMALLER, LARGER] {
            let kept = (0..2).filter(|&connection| world[connection][side] == End::Kept);
            assert!(kept.count() <= 1, "{world:?}");
        }
        let next = successors(world);
        if next.is_empty() {
            ends.insert(world);
        }
        todo.extend(next);
    }
    assert_eq!(seen.len(), 10, "{seen:?}");
    assert_eq!(ends, HashSet::from([[[End::Kept; 2], [End::Gone; 2]]]));
}

fn node(byte: u8) -> NodeId {
    NodeId::new(PublicKey::from_bytes(&[byte; 64]))
}

fn link(byte: u8, outgoing: bool, process: u8) -> Arc<Link> {
    let address = ([127, 0, 0, 1], 1).into();
    let limits = Limits::default();
    Arc::new(Link::new(
        node(byte),
        address,
        outgoing,
        Arc::from([process]),
        &limits,
    ))
}

fn registry(limits: Limits) -> Registry {
    Registry::new(node(5), &[1, 5, 9].map(node), limits)
}

#[test]
fn a_new_process_takes_the_place_of_the_old_one_in_any_direction() {
    for (byte, old, new) in [1, 9].into_iter().flat_map(|byte| {
        [
            (byte, false, false),
            (byte, false, true),
            (byte, true, false),
            (byte, true, true),
        ]
    }) {
        let registry = registry(Limits::default());
        let [old, new] = [link(byte, old, 1), link(byte, new, 2)];
        assert!(registry.insert(&old).unwrap().before.is_none());
        assert!(registry.insert(&new).unwrap().before.is_some());
        assert!(old.is_closed() && !new.is_closed());
        registry.remove(&old);
        assert!(Arc::ptr_eq(&registry.link(&node(byte)).unwrap(), &new));
    }
}

#[test]
fn a_second_address_of_a_peer_does_not_take_the_place_of_the_first() {
    let registry = registry(Limits::default());
    let [first, second] = [link(9, true, 1), link(9, true, 1)];
    registry.insert(&first).unwrap();
    let refused = registry.insert(&second).err().unwrap();
    assert_eq!(refused.proven_node(), Some(node(9)));
    first.close("test");
    assert!(registry.insert(&second).unwrap().before.is_some());
}

#[test]
fn who_is_no_sealer_or_comes_too_late_has_no_place() {
    let registry = registry(Limits::default());
    for byte in [5, 7] {
        let error = registry.insert(&link(byte, false, 1)).err().unwrap();
        assert!(matches!(error, HandshakeError::NotASealer(_)));
    }
    let kept = link(1, false, 1);
    registry.insert(&kept).unwrap();
    registry.stop();
    assert!(kept.is_closed());
    assert!(registry.links().is_empty());
    let error = registry.insert(&link(9, false, 1)).err().unwrap();
    assert!(matches!(error, HandshakeError::Stopping));
}

#[test]
fn punishments_double_up_to_the_most() {
    let registry = registry(Limits::default());
    let punished = link(1, false, 1);
    registry.insert(&punished).unwrap();
    let seconds = [30, 60, 120, 240, 480, 600, 600];
    for expected in seconds {
        let refused = registry.punish(&node(1), "test").unwrap();
        assert_eq!(refused.as_secs(), expected);
    }
    assert!(punished.is_closed());
    assert!(matches!(
        registry.admit(&node(1)),
        Err(HandshakeError::Punished { .. })
    ));
    assert!(registry.admit(&node(9)).is_ok());
    assert_eq!(registry.punish(&node(7), "unknown"), None);
}
