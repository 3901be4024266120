//! Who the peer is: both sides sign, with their node's key, what belongs to this TLS connection alone.
//!
//! 1. The client sends its Hello.
//! 2. The server verifies it, and only then has its own key sign: nobody but a sealer makes a card work.
//! 3. The client verifies the server's Hello and confirms with one byte, or closes.
//!
//! A Hello is `length u16 ‖ version u16 ‖ chain id ‖ group id ‖ x‖y ‖ r‖s`, the two ids with a length of one byte before
//! them. What is signed is in [`Identity::prehash`].

mod error;

use std::sync::Arc;

use fisco_node::identity::NodeId;
use sm2_batch::Portable;
use sm2_signing::{Prehash, PublicKey, Signature, Signer, UserId, Verifier, VerifyError};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::Semaphore,
};

use crate::settings::ChainName;
pub(super) use error::HandshakeError;

/// Who this node is, and whom it lets in.
pub(super) struct Identity {
    signer: Arc<dyn Signer>,
    node_id: NodeId,
    sealers: Vec<NodeId>,
    chain: ChainName,
    /// How many blocking calls of the signer there are at most: one that hangs costs a thread.
    signing: Arc<Semaphore>,
}

/// Which end of the TLS connection signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Client = 1,
    Server = 2,
}

impl Identity {
    /// # Errors
    /// When the signer has another key than the node id says, or a name is too long for a Hello.
    pub(super) fn new(
        signer: Arc<dyn Signer>,
        node_id: NodeId,
        sealers: Vec<NodeId>,
        chain: ChainName,
    ) -> Result<Self, &'static str> {
        if signer.public_key() != node_id.public_key() {
            return Err("the signing key is not the key of the node id");
        }
        if [&chain.chain_id, &chain.group_id]
            .iter()
            .any(|name| name.len() > 255)
        {
            return Err("a chain id or group id has at most 255 bytes");
        }
        Ok(Self {
            signer,
            node_id,
            sealers,
            chain,
            signing: Arc::new(Semaphore::new(SIGNING_AT_ONCE)),
        })
    }

    pub(super) const fn node_id(&self) -> NodeId {
        self.node_id
    }

    pub(super) fn sealers(&self) -> &[NodeId] {
        &self.sealers
    }

    /// Signs and sends the Hello of this node; `other` is the peer if it is known already.
    ///
    /// # Errors
    /// When the signer or the connection fails.
    pub(super) async fn introduce<S: AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        role: Role,
        other: Option<NodeId>,
        exporter: &[u8; 32],
    ) -> Result<(), HandshakeError> {
        let hello = self.hello(role, other, exporter).await?;
        stream.write_all(&hello).await?;
        Ok(stream.flush().await?)
    }

    /// Receives the Hello of the peer in the role `role` and verifies it.
    ///
    /// `other` is this node if the peer has its id already.
    ///
    /// # Errors
    /// When the peer is not who may come in, or does not prove it.
    pub(super) async fn meet<S: AsyncRead + Unpin>(
        &self,
        stream: &mut S,
        role: Role,
        other: Option<NodeId>,
        exporter: &[u8; 32],
    ) -> Result<NodeId, HandshakeError> {
        let length = usize::from(stream.read_u16().await?);
        if length > LONGEST_HELLO {
            return Err(HandshakeError::Malformed);
        }
        let mut hello = vec![0; length];
        stream.read_exact(&mut hello).await?;
        self.verify(&hello, role, other, exporter)
    }

    /// The whole Hello, its length included.
    pub(super) async fn hello(
        &self,
        role: Role,
        other: Option<NodeId>,
        exporter: &[u8; 32],
    ) -> Result<Vec<u8>, HandshakeError> {
        let e = self.prehash(&self.node_id, role, other, exporter);
        let signature = self.sign(e).await?;
        let mut body = VERSION.to_be_bytes().to_vec();
        for name in [&self.chain.chain_id, &self.chain.group_id] {
            append_name(&mut body, name);
        }
        body.extend_from_slice(self.node_id.public_key().as_bytes());
        body.extend_from_slice(signature.as_bytes());
        let length = u16::try_from(body.len()).map_err(|_| HandshakeError::Malformed)?;
        Ok([&length.to_be_bytes(), &body[..]].concat())
    }

    /// A card may take its time, so it does not do so on a thread of the runtime.
    async fn sign(&self, e: Prehash) -> Result<Signature, HandshakeError> {
        let permit = Arc::clone(&self.signing).acquire_owned().await;
        let signer = Arc::clone(&self.signer);
        let signing = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            signer.sign(&e)
        });
        match signing.await {
            Ok(signature) => signature.map_err(HandshakeError::Signer),
            Err(_) => Err(HandshakeError::SignerPanicked),
        }
    }

    fn verify(
        &self,
        hello: &[u8],
        role: Role,
        other: Option<NodeId>,
        exporter: &[u8; 32],
    ) -> Result<NodeId, HandshakeError> {
        let (version, rest) = hello.split_first_chunk().ok_or(HandshakeError::Malformed)?;
        let version = u16::from_be_bytes(*version);
        if version != VERSION {
            return Err(HandshakeError::Version(version));
        }
        let (chain_id, rest) = split_name(rest).ok_or(HandshakeError::Malformed)?;
        let (group_id, rest) = split_name(rest).ok_or(HandshakeError::Malformed)?;
        let (key, rest) = rest.split_first_chunk().ok_or(HandshakeError::Malformed)?;
        let signature: &[u8; 64] = rest.try_into().map_err(|_| HandshakeError::Malformed)?;
        let ours = (
            self.chain.chain_id.as_bytes(),
            self.chain.group_id.as_bytes(),
        );
        if (chain_id, group_id) != ours {
            return Err(HandshakeError::chain(chain_id, group_id));
        }
        let key = PublicKey::from_bytes(key);
        let node = NodeId::new(key);
        if node == self.node_id {
            return Err(HandshakeError::OwnId);
        }
        if !self.sealers.contains(&node) {
            return Err(HandshakeError::NotASealer(node));
        }
        let e = self.prehash(&node, role, other, exporter);
        match Portable::new().verify(&key, &e, &Signature::from_bytes(signature)) {
            Ok(()) => Ok(node),
            Err(VerifyError::Invalid) => Err(HandshakeError::Signature(node)),
            Err(VerifyError::Backend(error)) => Err(HandshakeError::Verifier(error)),
        }
    }

    /// e over domain ‖ version ‖ chain id ‖ group id ‖ role ‖ the signer's id ‖ the other's id ‖ exporter.
    ///
    /// Each part has a fixed length or its length before it. The other's id is what the client does not know yet, so there
    /// are 64 zero bytes then, which are no point of the curve.
    fn prehash(
        &self,
        signer: &NodeId,
        role: Role,
        other: Option<NodeId>,
        exporter: &[u8; 32],
    ) -> Prehash {
        let mut message = DOMAIN.to_vec();
        message.extend_from_slice(&VERSION.to_be_bytes());
        for name in [&self.chain.chain_id, &self.chain.group_id] {
            append_name(&mut message, name);
        }
        message.push(role as u8);
        message.extend_from_slice(signer.public_key().as_bytes());
        message.extend_from_slice(&other.map_or([0; 64], |node| *node.public_key().as_bytes()));
        message.extend_from_slice(exporter);
        Prehash::of(signer.public_key(), &UserId::DEFAULT, &message)
    }
}

/// Receives the byte by which the client says that it takes the connection.
///
/// # Errors
/// When the client sends something else or nothing.
pub(super) async fn confirmation<S: AsyncRead + Unpin>(
    stream: &mut S,
) -> Result<(), HandshakeError> {
    match stream.read_u8().await? {
        CONFIRM => Ok(()),
        _ => Err(HandshakeError::Malformed),
    }
}

/// Names have at most 255 bytes, which `Identity::new` checks.
fn append_name(bytes: &mut Vec<u8>, name: &str) {
    bytes.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    bytes.extend_from_slice(name.as_bytes());
}

fn split_name(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(length))
}

/// The client's last word in the handshake.
pub(super) const CONFIRM: u8 = 0x06;
const DOMAIN: &[u8] = b"gmt0018 reference node, peer authentication\0";
const VERSION: u16 = 1;
const LONGEST_HELLO: usize = 2 + 2 * 256 + 128;
const SIGNING_AT_ONCE: usize = 2;

#[cfg(test)]
mod tests;
