//! What a peer that has proved its id may do, and what ends its connection.

use tokio::io::AsyncReadExt;

use super::*;

/// A mesh and a peer that does nothing by itself.
async fn mesh_and_puppet(limits: impl FnOnce(&mut Limits)) -> (Chain, Node, TlsStream<TcpStream>) {
    let mut chain = Chain::new(2).await;
    limits(&mut chain.limits);
    let mut node = chain.start_dialling(0, Vec::new()).await;
    let puppet = chain.puppet(1, &node.mesh).await;
    node.connected(chain.id(1)).await;
    (chain, node, puppet)
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_are_answered() {
    let (_chain, node, mut puppet) = mesh_and_puppet(|_| {}).await;
    let mut ping = [0; 13];
    puppet.read_exact(&mut ping).await.unwrap();
    assert_eq!(ping[..5], *b"\0\0\0\x09\x01");
    assert_eq!(node.mesh.connected()[0].round_trip, None);
    ping[4] = 2;
    puppet.write_all(&ping).await.unwrap();
    puppet.write_all(b"\0\0\0\x09\x0112345678").await.unwrap();
    puppet.flush().await.unwrap();
    holds(|| node.mesh.connected()[0].round_trip.is_some()).await;
    let mut frame = [0; 13];
    while frame != *b"\0\0\0\x09\x0212345678" {
        puppet.read_exact(&mut frame).await.unwrap();
        assert!([1, 2].contains(&frame[4]), "{frame:?}");
    }
    let status = &node.mesh.connected()[0];
    assert_eq!(status.bytes_in, 26);
    assert!(status.bytes_out >= 26);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_frame_ends_the_connection() {
    for (bytes, why) in [
        (
            &b"\0\0\0\x07\x00123456"[..],
            "a frame of 6 bytes; 5 are allowed",
        ),
        (
            b"\xff\xff\xff\xff\0",
            "a frame of 4294967294 bytes; 5 are allowed",
        ),
        (b"\0\0\0\x01\x07", "a frame of type 7"),
        (b"GET / HTTP/1.1\r\n\r\n", "a frame of type 47"),
    ] {
        let (chain, mut node, mut puppet) = mesh_and_puppet(|limits| limits.max_frame = 5).await;
        puppet.write_all(b"\0\0\0\x06\x0012345").await.unwrap();
        puppet.write_all(bytes).await.unwrap();
        puppet.flush().await.unwrap();
        let frame = Event::Frame(chain.id(1), b"12345".to_vec());
        assert_eq!(node.event().await, frame);
        assert_eq!(node.disconnected(chain.id(1)).await, why);
        assert!(node.mesh.connected().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_goes_in_the_middle_of_a_frame_can_come_back() {
    let (chain, mut node, mut puppet) = mesh_and_puppet(|_| {}).await;
    puppet.write_all(b"\0\0\x01\0\0abc").await.unwrap();
    puppet.flush().await.unwrap();
    drop(puppet);
    node.disconnected(chain.id(1)).await;
    let _puppet = chain.puppet(1, &node.mesh).await;
    node.connected(chain.id(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_peer_is_given_up() {
    let idle = Duration::from_millis(300);
    let (chain, mut node, _puppet) = mesh_and_puppet(|limits| limits.idle_timeout = idle).await;
    let why = node.disconnected(chain.id(1)).await;
    assert_eq!(why, "nothing came for 300ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_does_not_read_is_disconnected_when_its_queue_is_full() {
    let (chain, mut node, _puppet) = mesh_and_puppet(|limits| {
        limits.max_frame = 1 << 20;
        limits.queue_bytes = 4 << 20;
    })
    .await;
    let frame: Arc<[u8]> = vec![7; 1 << 20].into();
    // The buffers of the kernel take some, and the queue takes four.
    let mut sent = 0;
    while node.mesh.send(&chain.id(1), Arc::clone(&frame)) {
        sent += 1;
        assert!(sent < 1000, "the queue has no end");
        tokio::task::yield_now().await;
    }
    assert!(sent >= 3);
    let why = node.disconnected(chain.id(1)).await;
    assert_eq!(why, "the peer does not read: its queue is full");
    assert!(!node.mesh.send(&chain.id(1), frame));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_does_not_read_is_disconnected_even_if_nothing_more_is_sent() {
    let (chain, mut node, puppet) = mesh_and_puppet(|limits| {
        limits.queue_bytes = 256 << 20;
        limits.idle_timeout = Duration::from_secs(3);
    })
    .await;
    // It writes, so that it is not given up for its silence.
    let (_reader, mut writer) = tokio::io::split(puppet);
    let pings = tokio::spawn(async move {
        while writer.write_all(b"\0\0\0\x09\x0112345678").await.is_ok() {
            let _ = writer.flush().await;
            sleep(Duration::from_millis(100)).await;
        }
    });
    let frame: Arc<[u8]> = vec![7; 16 << 20].into();
    for _ in 0..8 {
        assert!(node.mesh.send(&chain.id(1), Arc::clone(&frame)));
    }
    let why = node.disconnected(chain.id(1)).await;
    assert_eq!(why, "the peer did not read for 3s");
    pings.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_peer_takes_the_place_of_a_connection_that_nobody_closed() {
    let (chain, mut node, half_open) = mesh_and_puppet(|_| {}).await;
    let mut held = vec![half_open];
    for _ in 0..3 {
        let mut puppet = chain.puppet(1, &node.mesh).await;
        let why = node.disconnected(chain.id(1)).await;
        assert_eq!(why, "a newer connection to this node took its place");
        node.connected(chain.id(1)).await;
        puppet.write_all(b"\0\0\0\x04\0new").await.unwrap();
        puppet.flush().await.unwrap();
        let frame = Event::Frame(chain.id(1), b"new".to_vec());
        assert_eq!(node.event().await, frame);
        assert_eq!(node.mesh.connected().len(), 1);
        held.push(puppet);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_nobody_takes_hold_frames_back_and_not_the_new_connection() {
    let (chain, mut node, mut first) = mesh_and_puppet(|_| {}).await;
    // The channel has one place: the second frame waits, and is usually lost with its connection.
    first
        .write_all(b"\0\0\0\x02\x001\0\0\0\x02\x002\0\0\0\x02\x003")
        .await
        .unwrap();
    first.flush().await.unwrap();
    holds(|| node.mesh.connected()[0].bytes_in >= 12).await;
    let since = node.mesh.connected()[0].since;
    let mut second = chain.puppet(1, &node.mesh).await;
    holds(|| {
        node.mesh
            .connected()
            .first()
            .is_some_and(|peer| peer.since > since)
    })
    .await;
    second.write_all(b"\0\0\0\x02\x004").await.unwrap();
    second.flush().await.unwrap();
    assert_eq!(node.event().await, Event::Frame(chain.id(1), b"1".to_vec()));
    let mut next = node.event().await;
    for late in [b"2", b"3"] {
        if next == Event::Frame(chain.id(1), late.to_vec()) {
            next = node.event().await;
        }
    }
    assert!(matches!(next, Event::Disconnected { .. }), "{next:?}");
    node.connected(chain.id(1)).await;
    assert_eq!(node.event().await, Event::Frame(chain.id(1), b"4".to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_listener_no_connection_lasts() {
    let (_chain, node, mut puppet) = mesh_and_puppet(|_| {}).await;
    let Node { mesh, events } = node;
    assert_eq!(mesh.connected().len(), 1);
    drop(events);
    puppet.write_all(b"\0\0\0\x02\x001").await.unwrap();
    puppet.flush().await.unwrap();
    holds(|| mesh.connected().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_sends_without_a_pause_is_still_written_to() {
    let (chain, node, puppet) = mesh_and_puppet(|_| {}).await;
    let Node { mesh, mut events } = node;
    let drain = tokio::spawn(async move { while events.recv().await.is_some() {} });
    let (mut reader, mut writer) = tokio::io::split(puppet);
    let flood = tokio::spawn(async move {
        let frames = b"\0\0\0\x02\x001".repeat(1000);
        while writer.write_all(&frames).await.is_ok() {}
    });
    holds(|| mesh.connected()[0].bytes_in > 1 << 20).await;
    assert!(mesh.send(&chain.id(1), Arc::from(*b"answer")));
    let answer = async {
        let mut frame = [0; 11];
        loop {
            // Pings are two bytes longer.
            reader.read_exact(&mut frame).await.unwrap();
            if frame == *b"\0\0\0\x07\0answer" {
                return;
            }
            reader.read_u16().await.unwrap();
        }
    };
    timeout(LONG, answer).await.expect("it is written to");
    flood.abort();
    mesh.shutdown();
    drop(mesh);
    timeout(LONG, drain)
        .await
        .expect("no task keeps the mesh")
        .unwrap();
}
