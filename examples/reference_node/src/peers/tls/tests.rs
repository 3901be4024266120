//! TLS over memory: who has no key, shows another's, or speaks another version does not get through.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::rustls::{HandshakeKind, ProtocolVersion};

use super::*;

type Outcome<T> = io::Result<T>;

/// Both ends of a handshake; each reads a byte that the other writes, so that the server's verdict on the client is known.
async fn handshake(client: &TlsConnector, server: &TlsAcceptor) -> (Outcome<Seen>, Outcome<Seen>) {
    let (near, far) = tokio::io::duplex(1 << 16);
    let client = async {
        let mut stream = client.connect(no_name(), near).await?;
        exchange(&mut stream).await?;
        seen(stream.get_ref().1)
    };
    let server = async {
        let mut stream = server.accept(far).await?;
        exchange(&mut stream).await?;
        seen(stream.get_ref().1)
    };
    tokio::join!(client, server)
}

async fn exchange(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Outcome<u8> {
    stream.write_all(&[1]).await?;
    stream.flush().await?;
    stream.read_u8().await
}

type Seen = (Option<ProtocolVersion>, Option<HandshakeKind>, Binding);

fn seen<Side>(connection: &ConnectionCommon<Side>) -> Outcome<Seen> {
    Ok((
        connection.protocol_version(),
        connection.handshake_kind(),
        Binding::of(connection).map_err(io::Error::other)?,
    ))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A client that shows what the resolver has.
fn client(key: CertifiedKey) -> TlsConnector {
    let any_key = AnyKey(provider().signature_verification_algorithms);
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(any_key))
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(Arc::new(
            key,
        ))));
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn every_handshake_is_a_full_one_and_has_an_exporter_of_its_own() {
    let [a, b] = [Tls::new().unwrap(), Tls::new().unwrap()];
    assert_ne!(a.key, b.key);
    let mut exporters = Vec::new();
    for _ in 0..3 {
        let (client, server) = handshake(&a.connector, &b.acceptor).await;
        let (client, server) = (client.unwrap(), server.unwrap());
        for (version, kind, _) in [&client, &server] {
            assert_eq!(*version, Some(ProtocolVersion::TLSv1_3));
            assert_eq!(*kind, Some(HandshakeKind::Full));
        }
        assert_eq!((&client.2.peer_key, &server.2.peer_key), (&b.key, &a.key));
        assert_eq!(client.2.exporter, server.2.exporter);
        assert!(!exporters.contains(&client.2.exporter));
        exporters.push(client.2.exporter);
    }
}

#[tokio::test]
async fn a_key_must_be_shown_by_who_has_it() {
    let server = Tls::new().unwrap();
    let own = throw_away_key(&provider()).unwrap();
    let (ok, _) = handshake(&client(own), &server.acceptor).await;
    assert!(ok.is_ok());

    // The key that is shown is another's.
    let [own, other] = [(); 2].map(|()| throw_away_key(&provider()).unwrap());
    let borrowed = CertifiedKey::new(other.cert.clone(), Arc::clone(&own.key));
    let (client_saw, server_saw) = handshake(&client(borrowed), &server.acceptor).await;
    assert!(client_saw.is_err());
    let why = server_saw.err().unwrap().to_string();
    assert!(why.contains("BadSignature"), "{why}");

    let borrowed = Arc::new(CertifiedKey::new(other.cert, own.key));
    let any_key = AnyKey(provider().signature_verification_algorithms);
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_client_cert_verifier(Arc::new(any_key))
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(borrowed)));
    let impostor = TlsAcceptor::from(Arc::new(config));
    let (client_saw, _) = handshake(&server.connector, &impostor).await;
    let why = client_saw.err().unwrap().to_string();
    assert!(why.contains("BadSignature"), "{why}");
}

#[tokio::test]
async fn a_client_without_a_raw_key_is_refused() {
    let server = Tls::new().unwrap();
    let builder = || {
        let any_key = AnyKey(provider().signature_verification_algorithms);
        ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(any_key))
    };
    let nothing = builder().with_no_client_auth();
    let (_, server_saw) = handshake(&TlsConnector::from(Arc::new(nothing)), &server.acceptor).await;
    assert!(server_saw.is_err());

    // The bytes of the key as if they were a certificate.
    let key = throw_away_key(&provider()).unwrap();
    let resolver = Arc::new(tokio_rustls::rustls::sign::SingleCertAndKey::from(key));
    let certificate = builder().with_client_cert_resolver(resolver);
    let (_, server_saw) =
        handshake(&TlsConnector::from(Arc::new(certificate)), &server.acceptor).await;
    assert!(server_saw.is_err());
}

#[tokio::test]
async fn what_comes_is_cut_at_every_length() {
    // What a client says first, and then nothing.
    let (near, mut far) = tokio::io::duplex(1 << 16);
    let tls = Tls::new().unwrap();
    let connector = tls.connector.clone();
    let client = tokio::spawn(async move { connector.connect(no_name(), near).await.is_ok() });
    let mut head = [0; 5];
    far.read_exact(&mut head).await.unwrap();
    let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    far.read_exact(&mut hello).await.unwrap();
    drop(far);
    assert!(!client.await.unwrap());
    let hello = [&head[..], &hello].concat();
    for end in 0..=hello.len() {
        let (mut near, far) = tokio::io::duplex(1 << 16);
        near.write_all(&hello[..end]).await.unwrap();
        near.shutdown().await.unwrap();
        let accepted = tls.acceptor.accept(far).await;
        assert!(accepted.is_err(), "{end}");
    }
}
