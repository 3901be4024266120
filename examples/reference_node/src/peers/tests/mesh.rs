//! Nodes that mean well.

use std::collections::HashMap;

use super::*;

/// Takes events without looking at them, but for their order, until the node goes.
fn watch_order(mut events: mpsc::Receiver<Event>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut connected: HashMap<NodeId, bool> = HashMap::new();
        while let Some(event) = events.recv().await {
            let (node, before, after) = match event {
                Event::Connected(node) => (node, false, true),
                Event::Frame(node, _) => (node, true, true),
                Event::Disconnected { node, .. } => (node, true, false),
            };
            let state = connected.insert(node, after).unwrap_or(false);
            assert_eq!(state, before, "{node}");
        }
    })
}

/// Whether every two nodes have one connection, and both of them the same: one side dialled it and the other did not.
fn is_full_mesh(chain: &Chain, meshes: &[Mesh]) -> bool {
    let peers: Vec<_> = meshes.iter().map(Mesh::connected).collect();
    let outgoing = |own: usize, other: usize| {
        let mut found = peers[own]
            .iter()
            .filter(|peer| peer.node_id == chain.id(other));
        let peer = found.next()?;
        assert!(found.next().is_none(), "two connections to one node");
        assert!(!peer.outgoing || peer.address.to_string() == chain.nodes[other]);
        Some(peer.outgoing)
    };
    (0..meshes.len()).all(|own| {
        peers[own].len() == meshes.len() - 1
            && (0..own).all(|other| match (outgoing(own, other), outgoing(other, own)) {
                (Some(here), Some(there)) => here != there,
                _ => false,
            })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn four_nodes_have_one_connection_for_each_pair() {
    let mut chain = Chain::new(4).await;
    let mut meshes = Vec::new();
    let mut watches = Vec::new();
    for index in 0..4 {
        let Node { mesh, events } = chain.start(index).await;
        meshes.push(mesh);
        watches.push(watch_order(events));
    }
    // In the end pings come back on the connections that were there, and no key signs any more.
    let state = || {
        let peers = meshes.iter().flat_map(Mesh::connected);
        let peers: Vec<_> = peers.map(|peer| (peer.since, peer.outgoing)).collect();
        let calls: usize = chain.keys.iter().map(|key| key.calls()).sum();
        (peers, calls)
    };
    let received = |mesh: &Mesh| {
        mesh.connected()
            .iter()
            .map(|peer| peer.bytes_in)
            .sum::<u64>()
    };
    until(async || {
        holds(|| is_full_mesh(&chain, &meshes)).await;
        let (before, least) = (state(), meshes.iter().map(received).sum::<u64>() + 3000);
        holds(|| meshes.iter().map(received).sum::<u64>() > least || state() != before).await;
        (state() == before && is_full_mesh(&chain, &meshes)).then_some(())
    })
    .await;
    for (own, mesh) in meshes.iter().enumerate() {
        for peer in mesh.connected() {
            assert_eq!(
                peer.outgoing,
                chain.id(own) < peer.node_id,
                "the smaller id dials"
            );
            assert!(peer.round_trip.is_some());
        }
    }
    for mesh in &meshes {
        mesh.shutdown();
    }
    holds(|| meshes.iter().all(|mesh| mesh.connected().is_empty())).await;
    drop(meshes);
    for watch in watches {
        timeout(LONG, watch)
            .await
            .expect("no task keeps the mesh")
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_start_at_once_end_with_one_connection() {
    for _ in 0..5 {
        let mut chain = Chain::new(2).await;
        let [a, b] = [chain.start(0).await, chain.start(1).await];
        let meshes = [a.mesh, b.mesh];
        let watches = [watch_order(a.events), watch_order(b.events)];
        holds(|| is_full_mesh(&chain, &meshes)).await;
        for mesh in meshes {
            mesh.shutdown();
        }
        for watch in watches {
            timeout(LONG, watch)
                .await
                .expect("no task keeps the mesh")
                .unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_side_can_dial() {
    for dialling in [0, 1] {
        let mut chain = Chain::new(2).await;
        let nodes = chain.nodes.clone();
        let mut listening = chain.start_dialling(1 - dialling, Vec::new()).await;
        let mut other = chain.start_dialling(dialling, nodes).await;
        listening.connected(chain.id(dialling)).await;
        other.connected(chain.id(1 - dialling)).await;
        assert!(other.mesh.connected()[0].outgoing);
        assert!(!listening.mesh.connected()[0].outgoing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_address_and_a_second_one_of_a_peer_cost_no_signature() {
    let mut chain = Chain::new(2).await;
    let own = chain.nodes[0].clone();
    let port = chain.nodes[1].rsplit(':').next().unwrap().to_owned();
    let nodes = vec![
        own.clone(),
        chain.nodes[1].clone(),
        format!("127.0.0.2:{port}"),
    ];
    // 127.0.0.2 needs a listener on every address.
    chain.listeners[1] = None;
    chain.nodes[1] = format!("0.0.0.0:{port}");
    let mut a = chain.start_dialling(0, nodes).await;
    let mut b = chain.start_dialling(1, Vec::new()).await;
    a.connected(chain.id(1)).await;
    b.connected(chain.id(0)).await;
    let itself = a.mesh.shared.outgoing(&own).await.err().unwrap();
    assert_eq!(itself.to_string(), "this is the node itself");
    // One signature for each of the two addresses, and however often it is pinged no more.
    holds(|| chain.keys[0].calls() == 2).await;
    holds(|| a.mesh.connected()[0].bytes_in > 100).await;
    assert_eq!(chain.keys[0].calls(), 2);
    assert_eq!(b.mesh.connected().len(), 1);
    assert!(a.events.try_recv().is_err());
    assert!(b.events.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_arrive_whole_and_in_order() {
    let mut chain = Chain::new(2).await;
    chain.limits.max_frame = 3 << 20;
    let nodes = chain.nodes.clone();
    let mut a = chain.start_dialling(0, nodes).await;
    let mut b = chain.start_dialling(1, Vec::new()).await;
    a.connected(chain.id(1)).await;
    b.connected(chain.id(0)).await;
    let frame = |index: usize, length: usize| -> Arc<[u8]> {
        (0..length)
            .map(|place| (place * 31 + index).to_le_bytes()[0])
            .collect()
    };
    let max = chain.limits.max_frame;
    let mut frames: Vec<_> = (0..300)
        .map(|index| frame(index, index * 7 % 2000))
        .collect();
    frames.extend([frame(1, 0), frame(2, 1), frame(3, max), frame(4, 0)]);
    for frame in &frames {
        assert!(a.mesh.send(&chain.id(1), Arc::clone(frame)));
        b.mesh.broadcast(frame);
    }
    for expected in &frames {
        assert_eq!(
            a.event().await,
            Event::Frame(chain.id(1), expected.to_vec())
        );
        assert_eq!(
            b.event().await,
            Event::Frame(chain.id(0), expected.to_vec())
        );
    }
    let too_long = frame(5, max + 1);
    assert!(!a.mesh.send(&chain.id(1), Arc::clone(&too_long)));
    a.mesh.broadcast(&too_long);
    assert!(
        !a.mesh.send(&chain.id(0), frame(6, 1)),
        "nobody sends to itself"
    );
    assert!(a.mesh.send(&chain.id(1), frame(7, 1)));
    assert_eq!(
        b.event().await,
        Event::Frame(chain.id(0), frame(7, 1).to_vec())
    );
    let bytes: u64 = frames.iter().map(|frame| frame.len() as u64).sum();
    assert!(a.mesh.connected()[0].bytes_out >= bytes);
    assert!(b.mesh.connected()[0].bytes_in >= bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_killed_comes_back() {
    for killed in [0, 1] {
        let mut chain = Chain::new(2).await;
        let stays = chain.start(1 - killed).await;
        let order = watch_order(stays.events);
        for _ in 0..3 {
            let node = chain.start(killed).await;
            let its_order = watch_order(node.events);
            let mut meshes = [stays.mesh.clone(), node.mesh];
            meshes.rotate_left(1 - killed);
            holds(|| is_full_mesh(&chain, &meshes)).await;
            meshes[killed].shutdown();
            holds(|| stays.mesh.connected().is_empty()).await;
            drop(meshes);
            timeout(LONG, its_order)
                .await
                .expect("no task keeps the mesh")
                .unwrap();
        }
        stays.mesh.shutdown();
        drop(stays.mesh);
        timeout(LONG, order)
            .await
            .expect("no task keeps the mesh")
            .unwrap();
    }
}
