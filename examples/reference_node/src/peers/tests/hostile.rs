//! Who is no node at all: in the middle, with recordings, with garbage, slowly, and in large numbers.

use tokio::io::AsyncReadExt;

use super::{super::connect::ACCEPT_PAUSE, *};

/// What somebody in the middle makes of a connection that was dialled.
#[derive(Clone, Copy)]
enum Middle {
    /// Passes the bytes on.
    Wire,
    /// Ends TLS on both sides and passes on what was in it.
    Tls,
}

/// Sits between whoever dials the address that is returned and `target`; counts what has come to its end.
async fn man_in_the_middle(middle: Middle, target: SocketAddr) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let ended = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ended);
    tokio::spawn(async move {
        let tls = Tls::new().unwrap();
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = TcpStream::connect(target).await.unwrap();
            let (tls, count) = (tls.clone(), Arc::clone(&count));
            tokio::spawn(async move {
                if matches!(middle, Middle::Wire) {
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                } else {
                    let mut near = tls.acceptor.accept(near).await.unwrap();
                    let mut far = tls.connector.connect(no_name(), far).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                }
                count.fetch_add(1, SeqCst);
            });
        }
    });
    (address, ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_man_in_the_middle_is_refused() {
    let mut chain = Chain::new(2).await;
    let mut b = chain.start_dialling(1, Vec::new()).await;
    let (address, ended) = man_in_the_middle(Middle::Tls, b.mesh.local_address()).await;
    let a = chain.start_dialling(0, vec![address]).await;
    holds(|| ended.load(SeqCst) > 2).await;
    assert!(chain.keys[0].calls() > 1, "the Hellos were not passed on");
    assert_eq!(
        chain.keys[1].calls(),
        0,
        "b signed for somebody in the middle"
    );
    assert!(a.mesh.connected().is_empty() && b.mesh.connected().is_empty());
    a.mesh.shutdown();

    // The same without TLS of its own is a wire.
    let (address, _) = man_in_the_middle(Middle::Wire, b.mesh.local_address()).await;
    let mut a = chain.start_dialling(0, vec![address]).await;
    a.connected(chain.id(1)).await;
    b.connected(chain.id(0)).await;
}

/// Takes the Hello of the first node that dials the listener, and the connection it came on.
async fn record(listener: &TcpListener) -> (Vec<u8>, tokio_rustls::server::TlsStream<TcpStream>) {
    let (socket, _) = timeout(LONG, listener.accept()).await.unwrap().unwrap();
    let mut stream = Tls::new().unwrap().acceptor.accept(socket).await.unwrap();
    let length = stream.read_u16().await.unwrap();
    let mut hello = length.to_be_bytes().to_vec();
    let mut body = vec![0; usize::from(length)];
    stream.read_exact(&mut body).await.unwrap();
    hello.extend(body);
    (hello, stream)
}

/// Waits until the other end closes; gives what it sent before.
async fn rest<S: tokio::io::AsyncRead + Unpin>(stream: &mut S) -> Vec<u8> {
    let mut rest = Vec::new();
    // An end without a farewell is an end.
    let _ = timeout(LONG, stream.read_to_end(&mut rest))
        .await
        .expect("it closes");
    rest
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_hello_is_worth_nothing_on_another_connection() {
    let mut chain = Chain::new(2).await;
    let recorder = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nodes = vec![recorder.local_addr().unwrap().to_string()];
    let a = chain.start_dialling(0, nodes).await;
    let b = chain.start_dialling(1, Vec::new()).await;
    let (hello, mut connection) = record(&recorder).await;

    // Replay, to another node and to its author.
    for target in [&b.mesh, &a.mesh] {
        let (mut stream, _) = tls_to(target.local_address()).await;
        stream.write_all(&hello).await.unwrap();
        stream.write_all(&[CONFIRM]).await.unwrap();
        stream.flush().await.unwrap();
        assert_eq!(rest(&mut stream).await, b"");
    }
    // Reflection, on the connection it is for.
    connection.write_all(&hello).await.unwrap();
    connection.flush().await.unwrap();
    assert_eq!(rest(&mut connection).await, b"", "it was confirmed");
    assert!(a.mesh.connected().is_empty() && b.mesh.connected().is_empty());
    assert_eq!(chain.keys[1].calls(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_an_ordinary_error() {
    let mut chain = Chain::new(2).await;
    let mut node = chain.start_dialling(0, Vec::new()).await;
    let address = node.mesh.local_address();
    let noise: Vec<u8> = (0..5000_u32)
        .map(|place| ((place * place) >> 7).to_le_bytes()[0])
        .collect();
    for garbage in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0; 100],
        &[0x16; 5000],
        &noise,
    ] {
        let mut socket = TcpStream::connect(address).await.unwrap();
        // The other end may have closed before all is written.
        let _ = socket.write_all(garbage).await;
        let _ = socket.shutdown().await;
        rest(&mut socket).await;

        let (mut stream, _) = tls_to(address).await;
        let _ = stream.write_all(garbage).await;
        let _ = stream.shutdown().await;
        assert_eq!(rest(&mut stream).await, b"");
    }
    // A Hello that stops in its length, its names, its key and its signature.
    let identity = chain.identity(1);
    for end in [0, 1, 2, 10, 60, 120] {
        let (mut stream, exporter) = tls_to(address).await;
        let hello = identity.hello(Role::Client, None, &exporter).await.unwrap();
        stream.write_all(&hello[..end]).await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(rest(&mut stream).await, b"");
    }
    assert_eq!(chain.keys[0].calls(), 0);
    let _puppet = chain.puppet(1, &node.mesh).await;
    node.connected(chain.id(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_is_closed() {
    let mut chain = Chain::new(2).await;
    chain.limits.handshake_timeout = Duration::from_secs(5);
    let node = chain.start_dialling(0, Vec::new()).await;
    let address = node.mesh.local_address();

    let mut before_tls = TcpStream::connect(address).await.unwrap();
    let (mut before_hello, _) = tls_to(address).await;
    let (mut in_hello, _) = tls_to(address).await;
    in_hello.write_all(&[0, 200, 0]).await.unwrap();
    in_hello.flush().await.unwrap();
    let mut drip = TcpStream::connect(address).await.unwrap();
    let dripping = tokio::spawn(async move {
        // The head of a TLS record of 512 bytes, and then a byte at a time.
        let mut bytes = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC]
            .into_iter()
            .chain(std::iter::repeat(3));
        while drip.write_all(&[bytes.next().unwrap_or(0)]).await.is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    });
    let mut before_confirmation = chain.puppet_without_confirmation(1, &node.mesh).await;

    assert_eq!(rest(&mut before_tls).await, b"");
    assert_eq!(rest(&mut before_hello).await, b"");
    assert_eq!(rest(&mut in_hello).await, b"");
    assert_eq!(rest(&mut before_confirmation).await, b"");
    timeout(LONG, dripping).await.expect("it closes").unwrap();
    assert!(node.mesh.connected().is_empty());
    holds(|| node.mesh.shared.pending.lock().unwrap().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_so_many_handshakes_and_no_more() {
    for (total, per_ip) in [(3, 100), (100, 3)] {
        let mut chain = Chain::new(2).await;
        chain.limits.max_pending_handshakes = total;
        chain.limits.max_pending_per_ip = per_ip;
        let mut node = chain.start_dialling(0, Vec::new()).await;
        let address = node.mesh.local_address();
        let pending = || {
            node.mesh
                .shared
                .pending
                .lock()
                .unwrap()
                .values()
                .sum::<usize>()
        };
        let mut held = Vec::new();
        for count in 1..=3 {
            held.push(TcpStream::connect(address).await.unwrap());
            holds(|| pending() == count).await;
        }
        for _ in 0..20 {
            let mut socket = TcpStream::connect(address).await.unwrap();
            assert_eq!(rest(&mut socket).await, b"");
            assert_eq!(pending(), 3);
        }
        drop(held);
        holds(|| pending() == 0).await;
        // A connection that is made does not count.
        let _puppet = chain.puppet(1, &node.mesh).await;
        node.connected(chain.id(1)).await;
        holds(|| node.mesh.shared.pending.lock().unwrap().is_empty()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_fails_is_asked_again_and_not_at_once() {
    let mut chain = Chain::new(1).await;
    let node = chain.start_dialling(0, Vec::new()).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let started = Instant::now();
    let listening = tokio::spawn(Arc::clone(&node.mesh.shared).listen(move || {
        count.fetch_add(1, SeqCst);
        std::future::ready(Err(io::Error::other("too many open files")))
    }));
    holds(|| calls.load(SeqCst) >= 3).await;
    assert!(started.elapsed() >= 2 * ACCEPT_PAUSE);
    node.mesh.shutdown();
    timeout(LONG, listening).await.expect("it stops").unwrap();
}
