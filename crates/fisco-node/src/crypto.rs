//! Which key signs for a node, and which engine verifies.

pub(crate) mod key;

mod error;
mod options;

#[cfg(feature = "soft")]
use std::path::Path;
use std::{fmt, sync::Arc};

use sm2_batch::{EngineChoice, KeyTableOptions, KeyTables, Parallel};
use sm2_signing::{BatchVerifier, PublicKey, Signer};

#[cfg(feature = "card")]
use crate::config::CardSettings;
#[cfg(feature = "soft")]
use crate::config::Password;
use crate::{
    config::{Genesis, KeySource, NodeConfig},
    identity::NodeId,
};
pub use error::CryptoError;
pub use options::CryptoOptions;

/// The signer and the verifier of a node, as its `config.ini` asks for them.
///
/// With `enable_hsm=true` the key in the card signs and nothing else does: whatever is wrong with the card is an error,
/// never a reason to sign with a file. Signatures of others are verified on the CPU, many at once, unless the
/// [options](CryptoOptions::with_verification_on_card) say otherwise; the consensus nodes' keys have tables there.
///
/// ```
/// # use gmt0018::{Dialect, Module, Open};
/// use fisco_node::{config::{NodeConfig, ini::Ini}, crypto::{CryptoOptions, NodeCrypto}};
/// use fisco_node::sm2_signing::{BatchVerifier, Item, Prehash, Signer, UserId};
///
/// # let card = gmt0018_soft::EphemeralCard::new()?;
/// # card.card().generate_key_pair(43, b"12345678")?;
/// # let module = Module::from_functions("software card", gmt0018_soft::functions());
/// # let dialect = Dialect::STANDARD.with_open(Open::WithPath(card.path().into()));
/// let text = "[security]\nenable_hsm=true\nkey_index=43\npassword=12345678\n";
/// let config = NodeConfig::from_ini(&Ini::parse("config.ini", text)?)?;
/// // Without this, the library that config.ini names is loaded.
/// let options = CryptoOptions::default().with_module(module).with_dialect(dialect);
/// let crypto = NodeCrypto::from_config(&config, None, &options)?;
///
/// let key = *crypto.node_id().public_key();
/// let e = Prehash::of(&key, &UserId::DEFAULT, &[0x11; 32]);
/// let signature = crypto.signer().sign(&e)?;
/// assert!(crypto.verifier().verify_batch(&[Item { key, e, signature }])?.all_valid());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct NodeCrypto {
    signer: Arc<dyn Signer>,
    verifier: Arc<dyn BatchVerifier>,
    node_id: NodeId,
    in_card: bool,
}

impl NodeCrypto {
    /// Finds the key, and checks all that can be checked before the first block.
    ///
    /// In this order: that there is no doubt whether a card is meant, that the chain uses SM2, that the password can be
    /// read; library, device, key index, password, and a signature of the card verified in software; or the key file. Then
    /// the key against the consensus nodes of `genesis`, and a card's key against `node.pem`, if that holds a key.
    ///
    /// # Errors
    /// A variant of [`CryptoError`] for each of these.
    pub fn from_config(
        config: &NodeConfig,
        genesis: Option<&Genesis>,
        options: &CryptoOptions,
    ) -> Result<Self, CryptoError> {
        if let Some(warning) = config.doubt_about_card() {
            return Err(CryptoError::Doubt(Box::new(warning.clone())));
        }
        let sm_crypto = genesis
            .and_then(Genesis::sm_crypto)
            .or(config.sm_crypto())
            .or(genesis.map(|_| false));
        if sm_crypto == Some(false) {
            return Err(CryptoError::NotSm);
        }
        let sealers: Vec<PublicKey> = genesis.map_or_else(Vec::new, |genesis| {
            let sealers = genesis.sealers().as_slice().iter();
            sealers.map(|sealer| *sealer.node_id.public_key()).collect()
        });
        let software = software(&sealers)?;
        let crypto = match config.key() {
            #[cfg(feature = "card")]
            KeySource::Card(card) => in_card(card, options, software)?,
            #[cfg(feature = "soft")]
            KeySource::File(path) => in_file(path, options, software)?,
            KeySource::Service(kind) => return Err(CryptoError::Service(*kind)),
            #[cfg(not(all(feature = "card", feature = "soft")))]
            _ => return Err(CryptoError::NotBuilt),
        };
        if !options.observer
            && !sealers.is_empty()
            && !sealers.contains(crypto.node_id.public_key())
        {
            return Err(CryptoError::NotASealer {
                node_id: crypto.node_id,
                sealers: sealers.len(),
            });
        }
        #[cfg(feature = "soft")]
        if crypto.in_card {
            check_node_pem(config.private_key_path(), crypto.node_id)?;
        }
        Ok(crypto)
    }

    /// The key that signs.
    #[must_use]
    pub fn signer(&self) -> &Arc<dyn Signer> {
        &self.signer
    }

    /// The engine that verifies.
    #[must_use]
    pub fn verifier(&self) -> &Arc<dyn BatchVerifier> {
        &self.verifier
    }

    /// The node's id.
    #[must_use]
    pub const fn node_id(&self) -> NodeId {
        self.node_id
    }

    /// Whether the key is in a card.
    #[must_use]
    pub const fn is_in_card(&self) -> bool {
        self.in_card
    }
}

impl fmt::Debug for NodeCrypto {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NodeCrypto")
            .field("node_id", &self.node_id)
            .field("in_card", &self.in_card)
            .finish_non_exhaustive()
    }
}

/// The engine on the CPU, with tables for the consensus nodes.
fn software(sealers: &[PublicKey]) -> Result<Arc<dyn BatchVerifier>, CryptoError> {
    let engine = EngineChoice::from_environment()
        .map_err(sm2_signing::Error::from)
        .and_then(|choice| KeyTables::new(choice, KeyTableOptions::default()));
    let engine = engine.map_err(CryptoError::engine)?;
    engine.pin(sealers).map_err(CryptoError::engine)?;
    Ok(Arc::new(Parallel::new(engine)))
}

#[cfg(feature = "card")]
fn in_card(
    settings: &CardSettings,
    options: &CryptoOptions,
    software: Arc<dyn BatchVerifier>,
) -> Result<NodeCrypto, CryptoError> {
    use gmt0018::CardVerifier;
    use sm2_signing::Serial;

    let key = key::in_card(settings, options)?;
    let verifier: Arc<dyn BatchVerifier> = if options.verification_on_card {
        Arc::new(Serial::new(CardVerifier::new(key.pool().clone())))
    } else {
        software
    };
    Ok(NodeCrypto {
        node_id: NodeId::new(*key.public_key()),
        signer: Arc::new(key),
        verifier,
        in_card: true,
    })
}

#[cfg(feature = "soft")]
fn in_file(
    path: &Path,
    options: &CryptoOptions,
    software: Arc<dyn BatchVerifier>,
) -> Result<NodeCrypto, CryptoError> {
    if options.verification_on_card {
        return Err(CryptoError::NoCardToVerify);
    }
    let password = options.password.password(&Password::default())?;
    let key = key::in_file(path, &password)?;
    Ok(NodeCrypto {
        node_id: NodeId::new(*key.public_key()),
        signer: Arc::new(key),
        verifier: software,
        in_card: false,
    })
}

/// The node does not read the file when its key is in a card, but who looks for the node's id there must find the right one.
#[cfg(feature = "soft")]
fn check_node_pem(path: &Path, in_card: NodeId) -> Result<(), CryptoError> {
    use crate::identity::NodePem;

    match NodePem::read(path, None) {
        Ok(pem) if pem.node_id() != in_card => Err(CryptoError::NodePem {
            path: path.to_path_buf(),
            in_file: Box::new(pem.node_id()),
            in_card: Box::new(in_card),
        }),
        // No file, or one that is no key, is what the node allows.
        Ok(_) | Err(_) => Ok(()),
    }
}
