//! Who does not come in: strangers, other chains, the punished, and a node whose own key fails.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_and_a_node_of_another_chain_do_not_come_in() {
    let mut chain = Chain::new(3).await;
    let mut other = Chain::new(1).await;
    let stranger = other.start_dialling(0, chain.nodes.clone()).await;
    let mut node = chain.start_dialling(0, Vec::new()).await;
    let options = MeshOptions {
        nodes: chain.nodes.clone(),
        chain: ChainName {
            chain_id: "chain0".to_owned(),
            group_id: "group1".to_owned(),
        },
        ..chain.options(1)
    };
    let (sender, _events) = mpsc::channel(1);
    let group1 = Mesh::start(options, sender).await.unwrap();
    // Each has signed more than once, so each has tried more than once.
    holds(|| other.keys[0].calls() > 2 && chain.keys[1].calls() > 2).await;
    for mesh in [&stranger.mesh, &group1, &node.mesh] {
        assert!(mesh.connected().is_empty());
    }
    assert_eq!(
        chain.keys[0].calls(),
        0,
        "the key signed for somebody who may not come in"
    );
    // Who may come in does all the while.
    let _puppet = chain.puppet(2, &node.mesh).await;
    node.connected(chain.id(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_fails_is_tried_again() {
    for broken in [0, 1] {
        let mut chain = Chain::new(2).await;
        chain.keys[broken].broken.store(true, SeqCst);
        let nodes = chain.nodes.clone();
        let mut a = chain.start_dialling(0, nodes).await;
        let mut b = chain.start_dialling(1, Vec::new()).await;
        holds(|| chain.keys[broken].calls() > 2).await;
        assert!(a.mesh.connected().is_empty() && b.mesh.connected().is_empty());
        chain.keys[broken].broken.store(false, SeqCst);
        a.connected(chain.id(1)).await;
        b.connected(chain.id(0)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_punished_are_out_for_a_while() {
    for punishing in [0, 1] {
        let mut chain = Chain::new(2).await;
        chain.limits.punishment = Duration::from_millis(700);
        let nodes = chain.nodes.clone();
        // The one that dials and the one that listens.
        let nodes = [nodes, Vec::new()];
        let [dials, listens] = nodes;
        let mut a = chain.start_dialling(0, dials).await;
        let mut b = chain.start_dialling(1, listens).await;
        a.connected(chain.id(1)).await;
        b.connected(chain.id(0)).await;
        let other = 1 - punishing;
        let (judge, culprit) = if punishing == 0 {
            (&mut a, &mut b)
        } else {
            (&mut b, &mut a)
        };
        let started = Instant::now();
        judge.mesh.punish(&chain.id(other), "nonsense");
        assert!(judge.mesh.connected().is_empty());
        assert_eq!(
            judge.disconnected(chain.id(other)).await,
            "punished: nonsense"
        );
        culprit.disconnected(chain.id(punishing)).await;
        judge.connected(chain.id(other)).await;
        assert!(started.elapsed() >= chain.limits.punishment);
        loop {
            // The dialling side may have believed that it is connected until it was refused.
            match culprit.event().await {
                Event::Connected(_) if culprit.mesh.connected().len() == 1 => break,
                _ => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_the_node_ids_does_not_start() {
    let chain = Chain::new(2).await;
    let options = MeshOptions {
        node_id: chain.id(1),
        ..chain.options(0)
    };
    let error = Mesh::start(options, mpsc::channel(1).0).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    let taken = MeshOptions {
        listen: chain.nodes[1].parse().unwrap(),
        ..chain.options(0)
    };
    let error = Mesh::start(taken, mpsc::channel(1).0).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
}
