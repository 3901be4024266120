//! What `config.ini` does not say about signing and verifying.

#[cfg(feature = "card")]
use gmt0018::{Dialect, Module, PoolOptions};

use crate::config::PasswordSource;

/// What `config.ini` does not say about signing and verifying.
///
/// ```
/// use fisco_node::{config::PasswordSource, crypto::CryptoOptions};
///
/// let options = CryptoOptions::default()
///     .with_password(PasswordSource::Environment("GMT0018_PASSWORD".into()))
///     .with_verification_on_card(true);
/// assert!(options.verification_on_card);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CryptoOptions {
    /// Where the password comes from: that of the key in the card, or that of an encrypted `node.pem`. By default the
    /// configuration, which has none for a file.
    pub password: PasswordSource,
    /// Whether the card verifies signatures, one by one. By default the CPU does, many at once.
    pub verification_on_card: bool,
    /// Whether the node may be none of the consensus nodes in `config.genesis`. By default that is an error.
    pub observer: bool,
    /// A library that is loaded already or a part of the process, instead of the one that `config.ini` names.
    #[cfg(feature = "card")]
    pub module: Option<Module>,
    /// How the library differs from the standard.
    #[cfg(feature = "card")]
    pub dialect: Dialect,
    /// How many sessions of the card are used, and how long one is waited for.
    #[cfg(feature = "card")]
    pub pool: PoolOptions,
}

impl CryptoOptions {
    /// Gives these options with another source of the password.
    #[must_use]
    pub fn with_password(mut self, password: PasswordSource) -> Self {
        self.password = password;
        self
    }

    /// Gives these options with the card verifying, or the CPU.
    #[must_use]
    pub const fn with_verification_on_card(mut self, verification_on_card: bool) -> Self {
        self.verification_on_card = verification_on_card;
        self
    }

    /// Gives these options for a node that need not be a consensus node.
    #[must_use]
    pub const fn with_observer(mut self, observer: bool) -> Self {
        self.observer = observer;
        self
    }

    /// Gives these options with a library of this process.
    #[cfg(feature = "card")]
    #[must_use]
    pub fn with_module(mut self, module: Module) -> Self {
        self.module = Some(module);
        self
    }

    /// Gives these options with another dialect.
    #[cfg(feature = "card")]
    #[must_use]
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Gives these options with another pool.
    #[cfg(feature = "card")]
    #[must_use]
    pub fn with_pool(mut self, pool: PoolOptions) -> Self {
        self.pool = pool;
        self
    }
}
