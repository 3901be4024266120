//! Why a node cannot sign or verify.

use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "card")]
use gmt0018::{KeyIndex, Module};

#[cfg(feature = "soft")]
use crate::identity::NodePemError;
use crate::{
    config::{KmsType, PasswordError, Warning},
    identity::{Address, NodeId},
};

/// Why a node or an account cannot sign or verify: one variant for each thing that is looked at when it starts.
///
/// No variant has a password in it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// The file can be read in two ways: with a card, and without.
    #[error("it is not clear whether a card is meant: {0}")]
    Doubt(Box<Warning>),
    /// The chain's keys are no SM2 keys.
    #[error(
        "the chain does not use SM2: sm_crypto is not true in config.genesis or config.ini; build the chain with sm_crypto=true"
    )]
    NotSm,
    /// The key needs a service that is not implemented here.
    #[error(
        "a key kept by {0} cannot be used here; set kms_type=HSM for a card, or LEGACY for a file"
    )]
    Service(KmsType),
    /// The key is where a feature of this crate is needed.
    #[error(
        "this program was built without what the key needs; build fisco-node with the features card and soft"
    )]
    NotBuilt,
    /// The password could not be read.
    #[error(transparent)]
    PasswordSource(#[from] PasswordError),
    /// The card's library could not be loaded.
    #[cfg(feature = "card")]
    #[error("library {}: {source}", .path.display())]
    Library {
        /// The path.
        path: PathBuf,
        /// Why.
        source: Box<gmt0018::Error>,
    },
    /// The device could not be opened, or does not answer.
    #[cfg(feature = "card")]
    #[error("device of {library}: {source}")]
    Device {
        /// The library.
        library: String,
        /// What it answered.
        source: Box<gmt0018::Error>,
    },
    /// There is no signing key at the index.
    #[cfg(feature = "card")]
    #[error("key index {index}: {source}")]
    Index {
        /// The index.
        index: KeyIndex,
        /// What the card answered.
        source: Box<gmt0018::Error>,
    },
    /// The card does not let the key sign.
    #[cfg(feature = "card")]
    #[error("password of key index {index}: {source}")]
    Password {
        /// The index.
        index: KeyIndex,
        /// What the card answered.
        source: Box<gmt0018::Error>,
    },
    /// The card signed, and not with the key whose public half it shows.
    #[cfg(feature = "card")]
    #[error(
        "the signature that the card made with key index {0} at start is invalid for the public key it exports; do not use this key"
    )]
    TestSignature(KeyIndex),
    /// The key file could not be read.
    #[cfg(feature = "soft")]
    #[error("key file {}: {source}", .path.display())]
    KeyFile {
        /// The path.
        path: PathBuf,
        /// Why.
        source: NodePemError,
    },
    /// The key file holds a public key only.
    #[error("the key file {} holds no private key; if the key is in a card, set enable_hsm=true, or enableHsm = \"true\" for an SDK", .0.display())]
    NoPrivateKey(PathBuf),
    /// No key is named for an account.
    #[error(
        "the configuration names no key for the account; write accountFilePath, or enableHsm = \"true\" for one in a card"
    )]
    NoAccount,
    /// The key in an account's file has another address than the configuration says.
    #[error("the key in {} has the address {found}, not {wanted}; check accountAddress", .path.display())]
    Address {
        /// The path.
        path: PathBuf,
        /// The address of the key.
        found: Address,
        /// The address in the configuration.
        wanted: Address,
    },
    /// A card is to verify for a node without one.
    #[error("the card is to verify signatures, and there is none: enable_hsm is not true")]
    NoCardToVerify,
    /// The key is none of the consensus nodes'.
    #[error(
        "the key is none of the {sealers} consensus nodes' in config.genesis: {node_id}; \
         check key_index or private_key_path, or start the node as an observer"
    )]
    NotASealer {
        /// The id of the key.
        node_id: NodeId,
        /// How many consensus nodes there are.
        sealers: usize,
    },
    /// `node.pem` has another key than the card.
    #[error(
        "{} has the key of node {in_file}, and the card that of node {in_card}; check key_index, or write the card's key to the file",
        .path.display()
    )]
    NodePem {
        /// The path.
        path: PathBuf,
        /// The id of the key in the file.
        in_file: Box<NodeId>,
        /// The id of the key in the card.
        in_card: Box<NodeId>,
    },
    /// The engine that verifies could not be made.
    #[error("the verifier: {0}")]
    Engine(#[source] Arc<sm2_signing::Error>),
}

impl CryptoError {
    pub(super) fn engine(error: sm2_signing::Error) -> Self {
        Self::Engine(Arc::new(error))
    }
}

#[cfg(feature = "card")]
impl CryptoError {
    pub(super) fn library(path: &std::path::Path, source: gmt0018::Error) -> Self {
        Self::Library {
            path: path.to_path_buf(),
            source: Box::new(source),
        }
    }

    pub(super) fn device(module: &Module, source: gmt0018::Error) -> Self {
        Self::Device {
            library: module.name().to_owned(),
            source: Box::new(source),
        }
    }

    pub(super) fn index(index: KeyIndex, source: gmt0018::Error) -> Self {
        Self::Index {
            index,
            source: Box::new(source),
        }
    }

    pub(super) fn refused(index: KeyIndex, source: gmt0018::Error) -> Self {
        Self::Password {
            index,
            source: Box::new(source),
        }
    }
}
