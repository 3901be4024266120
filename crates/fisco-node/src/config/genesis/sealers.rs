//! The nodes that agree on blocks.

use super::{CONSENSUS, number};
use crate::{
    config::{
        ConfigError, Problem,
        ini::{Entry, Ini},
    },
    identity::NodeId,
};

/// The nodes that agree on blocks, in the order in which blocks number them: that of their public keys' bytes.
///
/// ```
/// use fisco_node::config::{Sealer, SealerSet};
/// use fisco_node::sm2_signing::PublicKey;
///
/// let [a, b] = [[2; 64], [1; 64]].map(|bytes| Sealer::new(PublicKey::from_bytes(&bytes).into(), 1));
/// let set = SealerSet::new([a.clone(), b.clone()])?;
/// assert_eq!(set.as_slice(), [b, a.clone()]);
/// assert!(SealerSet::new([a.clone(), a]).is_err());
/// # Ok::<(), fisco_node::config::SealerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealerSet(Vec<Sealer>);

impl SealerSet {
    /// Puts nodes in order.
    ///
    /// # Errors
    /// When there is none, one is there twice, one has no weight, or all weights together are no 64-bit number.
    pub fn new(sealers: impl IntoIterator<Item = Sealer>) -> Result<Self, SealerError> {
        let mut sealers: Vec<_> = sealers.into_iter().collect();
        sealers.sort_by_key(|sealer| sealer.node_id);
        let mut total = 0_u64;
        let mut last = None;
        for sealer in &sealers {
            if last.replace(sealer.node_id) == Some(sealer.node_id) {
                return Err(SealerError::Duplicate(sealer.node_id));
            }
            if sealer.weight == 0 {
                return Err(SealerError::NoWeight(sealer.node_id));
            }
            total = total
                .checked_add(sealer.weight)
                .ok_or(SealerError::TooHeavy)?;
        }
        match last {
            Some(_) => Ok(Self(sealers)),
            None => Err(SealerError::Empty),
        }
    }

    pub(super) fn from_ini(ini: &Ini) -> Result<Self, ConfigError> {
        let mut sealers: Vec<(Sealer, Entry<'_>)> = Vec::new();
        for entry in ini.section(CONSENSUS) {
            if entry.key().starts_with("node.") {
                sealers.push((sealer(&entry)?, entry));
            }
        }
        let list = sealers.iter().map(|(sealer, _)| sealer.clone());
        Self::new(list).map_err(|error| {
            let twice = |id| sealers.iter().rfind(|(sealer, _)| sealer.node_id == id);
            let entry = match error {
                SealerError::Duplicate(id) | SealerError::NoWeight(id) => twice(id),
                SealerError::TooHeavy | SealerError::Empty => None,
            };
            let location = match entry {
                Some((_, entry)) => entry.location(),
                None => ini.missing(CONSENSUS, "node.0"),
            };
            ConfigError::new(location, Problem::Sealers(error))
        })
    }

    /// The place of a node, by which block headers and their signatures name it.
    #[must_use]
    pub fn position(&self, node_id: &NodeId) -> Option<usize> {
        self.0
            .binary_search_by_key(node_id, |sealer| sealer.node_id)
            .ok()
    }

    /// The sum of all weights.
    #[must_use]
    pub fn total_weight(&self) -> u64 {
        self.0.iter().map(|sealer| sealer.weight).sum()
    }

    /// The nodes in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Sealer] {
        &self.0
    }
}

/// A node that agrees on blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealer {
    /// Its id.
    pub node_id: NodeId,
    /// How much its vote counts.
    pub weight: u64,
    /// How likely it is to be chosen for an epoch of rPBFT, if the file says so.
    pub term_weight: Option<u64>,
}

impl Sealer {
    /// Gives a node a weight.
    ///
    /// ```
    /// use fisco_node::config::Sealer;
    /// use fisco_node::sm2_signing::PublicKey;
    ///
    /// let sealer = Sealer::new(PublicKey::from_bytes(&[1; 64]).into(), 3);
    /// assert_eq!((sealer.weight, sealer.term_weight), (3, None));
    /// ```
    #[must_use]
    pub const fn new(node_id: NodeId, weight: u64) -> Self {
        Self {
            node_id,
            weight,
            term_weight: None,
        }
    }
}

/// Why nodes cannot agree on blocks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealerError {
    /// There is none.
    #[error("there is no consensus node; write node.0=<node id>: 1")]
    Empty,
    /// One is there twice.
    #[error("the node {0} is there twice; every node needs a key of its own")]
    Duplicate(NodeId),
    /// One has the weight 0.
    #[error("the node {0} has the weight 0; write 1 or more")]
    NoWeight(NodeId),
    /// The weights together are too large a number.
    #[error("all weights together are more than 64 bits hold; write small numbers")]
    TooHeavy,
}

/// `<node id>[:weight[:term weight]]`, with blanks around the weights.
fn sealer(entry: &Entry<'_>) -> Result<Sealer, ConfigError> {
    let mut parts = entry.value().split(':');
    let id = parts.next().unwrap_or_default().trim();
    let node_id = id.parse().map_err(|_| {
        let hint = if id.is_empty() {
            "the node id is missing: build_chain.sh leaves it out when it is given a public key"
        } else {
            "copy it from conf/node.nodeid"
        };
        entry.wrong("a node id of 128 hexadecimal digits and a weight", hint)
    })?;
    let mut weight = || match parts.next() {
        None => Ok(None),
        Some(text) => number(text.trim())
            .map(Some)
            .ok_or_else(|| entry.wrong("a node id and a weight", "write <node id>: 1")),
    };
    let (first, term_weight) = (weight()?, weight()?);
    if parts.next().is_some() {
        return Err(entry.wrong("a node id and a weight", "write <node id>: 1"));
    }
    Ok(Sealer {
        node_id,
        weight: first.unwrap_or(1),
        term_weight,
    })
}
