//! Hellos over memory, with exporters that are just bytes.

use sm_soft::SoftKey;
use sm2_signing::{Error, ErrorKind};

use super::*;

const HERE: [u8; 32] = [1; 32];
const ELSEWHERE: [u8; 32] = [2; 32];

fn chain(chain_id: &str, group_id: &str) -> ChainName {
    ChainName {
        chain_id: chain_id.to_owned(),
        group_id: group_id.to_owned(),
    }
}

/// Three nodes that know one another.
fn nodes() -> [Identity; 3] {
    let keys = [(); 3].map(|()| SoftKey::generate().unwrap());
    let ids = keys.each_ref().map(|key| NodeId::new(*key.public_key()));
    keys.map(|key| {
        let id = NodeId::new(*key.public_key());
        Identity::new(Arc::new(key), id, ids.to_vec(), chain("chain0", "group0")).unwrap()
    })
}

/// What `node` makes of these bytes from a client.
async fn judge(node: &Identity, mut hello: &[u8]) -> Result<NodeId, HandshakeError> {
    node.meet(&mut hello, Role::Client, None, &HERE).await
}

#[tokio::test]
async fn both_sides_prove_who_they_are() {
    let [a, b, _] = nodes();
    let (mut near, mut far) = tokio::io::duplex(64);
    let client = async {
        a.introduce(&mut near, Role::Client, None, &HERE).await?;
        let node = a
            .meet(&mut near, Role::Server, Some(a.node_id), &HERE)
            .await?;
        near.write_all(&[CONFIRM]).await?;
        Ok::<_, HandshakeError>(node)
    };
    let server = async {
        let node = b.meet(&mut far, Role::Client, None, &HERE).await?;
        b.introduce(&mut far, Role::Server, Some(node), &HERE)
            .await?;
        confirmation(&mut far).await?;
        Ok::<_, HandshakeError>(node)
    };
    let (client, server) = tokio::join!(client, server);
    assert_eq!(client.unwrap(), b.node_id);
    assert_eq!(server.unwrap(), a.node_id);
}

#[tokio::test]
async fn a_hello_is_for_one_connection_one_role_and_one_peer() {
    let [a, b, c] = nodes();
    for (role, other, exporter) in [
        (Role::Client, None, ELSEWHERE),
        (Role::Server, None, HERE),
        (Role::Client, Some(b.node_id), HERE),
        (Role::Client, Some(c.node_id), HERE),
    ] {
        let hello = a.hello(role, other, &exporter).await.unwrap();
        let error = judge(&b, &hello).await.unwrap_err();
        assert!(matches!(error, HandshakeError::Signature(node) if node == a.node_id));
    }
    let for_c = a.hello(Role::Server, Some(c.node_id), &HERE).await.unwrap();
    let error = b
        .meet(&mut &for_c[..], Role::Server, Some(b.node_id), &HERE)
        .await;
    assert!(matches!(error, Err(HandshakeError::Signature(_))));
}

#[tokio::test]
async fn ones_own_hello_is_refused() {
    let [a, ..] = nodes();
    let own = a.hello(Role::Client, None, &HERE).await.unwrap();
    let reflected = a
        .meet(&mut &own[..], Role::Server, Some(a.node_id), &HERE)
        .await;
    assert!(matches!(reflected, Err(HandshakeError::OwnId)));
    assert!(matches!(judge(&a, &own).await, Err(HandshakeError::OwnId)));
}

#[tokio::test]
async fn strangers_and_other_chains_are_refused() {
    let [a, b, _] = nodes();
    let [stranger, ..] = nodes();
    let hello = stranger.hello(Role::Client, None, &HERE).await.unwrap();
    let error = judge(&b, &hello).await.unwrap_err();
    assert!(matches!(error, HandshakeError::NotASealer(node) if node == stranger.node_id));

    for names in [
        chain("chain1", "group0"),
        chain("chain0", "group1"),
        chain("chain0g", "roup0"),
        chain("", ""),
        chain(&"c".repeat(255), &"\u{1b}".repeat(255)),
    ] {
        let other = Identity {
            chain: names,
            signer: Arc::clone(&a.signer),
            ..nodes()[0].like(&a)
        };
        let hello = other.hello(Role::Client, None, &HERE).await.unwrap();
        let error = judge(&b, &hello).await.unwrap_err();
        assert!(matches!(error, HandshakeError::Chain { .. }), "{error}");
        assert!(!error.to_string().contains('\u{1b}'));
    }
}

impl Identity {
    /// The same node in everything but the chain.
    fn like(&self, other: &Self) -> Self {
        Self {
            signer: Arc::clone(&other.signer),
            node_id: other.node_id,
            sealers: other.sealers.clone(),
            chain: other.chain.clone(),
            signing: Arc::clone(&self.signing),
        }
    }
}

#[tokio::test]
async fn every_shorter_hello_and_every_changed_byte_is_refused() {
    let [a, b, _] = nodes();
    let hello = a.hello(Role::Client, None, &HERE).await.unwrap();
    assert_eq!(judge(&b, &hello).await.unwrap(), a.node_id);
    for end in 0..hello.len() {
        let error = judge(&b, &hello[..end]).await.unwrap_err();
        assert!(matches!(error, HandshakeError::Closed), "{end}: {error}");
        // The same with a length that fits.
        if let Some(body) = hello[..end].get(2..) {
            let length = u16::try_from(body.len()).unwrap().to_be_bytes();
            let error = judge(&b, &[&length, body].concat()).await.unwrap_err();
            assert!(!matches!(error, HandshakeError::Closed), "{end}: {error}");
        }
    }
    for index in 0..hello.len() {
        let mut changed = hello.clone();
        changed[index] ^= 1;
        assert!(judge(&b, &changed).await.is_err(), "{index}");
    }
    let mut longer = hello.clone();
    longer.push(0);
    longer[1] += 1;
    assert!(matches!(
        judge(&b, &longer).await,
        Err(HandshakeError::Malformed)
    ));
    let claim = u16::MAX.to_be_bytes();
    assert!(matches!(
        judge(&b, &claim).await,
        Err(HandshakeError::Malformed)
    ));
}

#[tokio::test]
async fn an_id_that_is_no_point_proves_nothing() {
    let [a, ..] = nodes();
    for key in [[0; 64], [0xFF; 64]] {
        let id = NodeId::new(PublicKey::from_bytes(&key));
        let mut node = a.like(&a);
        node.sealers.push(id);
        for signature in [[0; 64], [1; 64], [0xFF; 64]] {
            let hello = a.hello(Role::Client, None, &HERE).await.unwrap();
            let head = &hello[..hello.len() - 128];
            let forged = [head, &key, &signature].concat();
            let error = judge(&node, &forged).await.unwrap_err();
            assert!(matches!(error, HandshakeError::Signature(node) if node == id));
        }
    }
}

#[derive(Debug)]
struct Broken(PublicKey, bool);

impl Signer for Broken {
    fn public_key(&self) -> &PublicKey {
        &self.0
    }

    #[expect(clippy::panic_in_result_fn, reason = "to panic is what it is for")]
    fn sign(&self, _: &Prehash) -> Result<Signature, Error> {
        assert!(!self.1, "this signer panics");
        Err(Error::new(ErrorKind::Device, "pulled out"))
    }
}

#[tokio::test]
async fn a_signer_that_fails_sends_nothing() {
    let [a, ..] = nodes();
    for (panics, text) in [
        (false, "device failed: pulled out"),
        (true, "the signer panicked"),
    ] {
        let signer = Arc::new(Broken(*a.node_id.public_key(), panics));
        let node = Identity {
            signer,
            ..a.like(&a)
        };
        let mut sent = Vec::new();
        // More often than there are permits: each call gives its own back.
        for _ in 0..=SIGNING_AT_ONCE {
            let error = node
                .introduce(&mut sent, Role::Client, None, &HERE)
                .await
                .unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("this node's key did not sign: {text}")
            );
        }
        assert_eq!(sent, b"");
    }
}

#[test]
fn options_that_contradict_themselves_are_refused() {
    let [a, b, _] = nodes();
    let new = |id, chain| Identity::new(Arc::clone(&a.signer), id, Vec::new(), chain);
    assert!(new(a.node_id, chain("c", "g")).is_ok());
    assert!(new(b.node_id, chain("c", "g")).is_err());
    assert!(new(a.node_id, chain(&"c".repeat(256), "g")).is_err());
    assert!(new(a.node_id, chain("c", &"g".repeat(256))).is_err());
}
