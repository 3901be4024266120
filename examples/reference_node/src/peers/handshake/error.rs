//! Why a connection is not made.

use std::{io, time::Duration};

use fisco_node::identity::NodeId;

/// Why a connection is not made.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum HandshakeError {
    #[error("{0}")]
    Io(io::Error),
    #[error("the peer closed the connection; its log may say why")]
    Closed,
    #[error("TLS: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    #[error("this is the node itself")]
    Itself,
    #[error("another process has this node's key; stop one of the two")]
    OwnId,
    #[error("what came is not a Hello")]
    Malformed,
    #[error("the peer's version of the protocol is {0}")]
    Version(u16),
    #[error("the peer belongs to chain {chain_id:?}, group {group_id:?}")]
    Chain { chain_id: String, group_id: String },
    #[error("node {0} is not in the list of sealers")]
    NotASealer(NodeId),
    #[error("the signature of node {0} is not for this connection")]
    Signature(NodeId),
    #[error("the peer's signature could not be verified: {0}")]
    Verifier(sm2_signing::Error),
    #[error("this node's key did not sign: {0}")]
    Signer(sm2_signing::Error),
    #[error("this node's key did not sign: the signer panicked")]
    SignerPanicked,
    #[error("there is a connection to node {0} already")]
    Duplicate(NodeId),
    #[error("node {node} is refused for another {remaining:?}")]
    Punished { node: NodeId, remaining: Duration },
    #[error("this node is stopping")]
    Stopping,
}

impl HandshakeError {
    pub(super) fn chain(chain_id: &[u8], group_id: &[u8]) -> Self {
        Self::Chain {
            chain_id: String::from_utf8_lossy(chain_id).into_owned(),
            group_id: String::from_utf8_lossy(group_id).into_owned(),
        }
    }

    /// Whose id the peer proved before the connection was refused.
    pub(in super::super) const fn proven_node(&self) -> Option<NodeId> {
        match self {
            Self::Duplicate(node) | Self::Punished { node, .. } => Some(*node),
            _ => None,
        }
    }
}

impl From<io::Error> for HandshakeError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Io(error),
        }
    }
}
