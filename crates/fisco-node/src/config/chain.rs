//! What both `config.ini` and `config.genesis` may say about the chain.

use super::ini::Ini;

/// Whether the chain uses SM2 and SM3, as a node reads it.
pub(super) fn sm_crypto(ini: &Ini) -> Option<bool> {
    let entry = ini.entry("chain", "sm_crypto")?;
    Some(entry.boolean().unwrap_or(false))
}

/// The accessors of a file that may name its chain.
macro_rules! accessors {
    () => {
        /// The file.
        #[must_use]
        pub fn file(&self) -> &Path {
            &self.file
        }

        /// Whether the chain uses SM2 and SM3, where this file says so: nodes before 3.1 have it in `config.ini`, later ones
        /// in `config.genesis`.
        #[must_use]
        pub const fn sm_crypto(&self) -> Option<bool> {
            self.sm_crypto
        }

        /// The group, where this file names it, as [`sm_crypto`](Self::sm_crypto).
        #[must_use]
        pub fn group_id(&self) -> Option<&str> {
            self.group_id.as_deref()
        }

        /// The chain, where this file names it, as [`sm_crypto`](Self::sm_crypto).
        #[must_use]
        pub fn chain_id(&self) -> Option<&str> {
            self.chain_id.as_deref()
        }
    };
}

pub(super) use accessors;
