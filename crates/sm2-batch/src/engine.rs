//! Which engine verifies.

mod arithmetic;
mod ifma;
mod portable;
mod proven;
mod self_check;

use std::{env, ffi::OsStr, fmt, str::FromStr};

use sm2_signing::{BatchVerifier, Error};

pub use ifma::Ifma;
pub use portable::Portable;

pub(crate) use arithmetic::{Arithmetic, verdict, verify_item};
pub(crate) use portable::PORTABLE;
pub(crate) use proven::Proven;

use crate::BatchError;

/// The fastest engine that this processor can run, or the one that the environment variable [`SM2_BATCH_ENGINE`] names.
///
/// # Errors
///
/// [`BatchError::UnknownEngine`] or [`BatchError::Processor`], both only if the variable is set.
///
/// ```
/// use sm2_signing::{BatchVerifier, Item, Prehash, PublicKey, Signature};
///
/// let engine = sm2_batch::best()?;
/// let forged = Item {
///     key: PublicKey::from_bytes(&[1; 64]),
///     e: Prehash::from_bytes(&[2; 32]),
///     signature: Signature::from_bytes(&[3; 64]),
/// };
/// assert!(!engine.verify_batch(&[forged])?.all_valid());
/// # Ok::<(), sm2_signing::Error>(())
/// ```
pub fn best() -> Result<Box<dyn BatchVerifier>, Error> {
    EngineChoice::from_environment()?.engine()
}

/// The environment variable that forces an engine: `auto`, `ifma` or `portable`.
pub const SM2_BATCH_ENGINE: &str = "SM2_BATCH_ENGINE";

/// An engine by name.
///
/// ```
/// use sm2_batch::EngineChoice;
/// use sm2_signing::BatchVerifier;
///
/// let choice: EngineChoice = "portable".parse()?;
/// assert_eq!(choice, EngineChoice::Portable);
/// assert!(choice.engine()?.verify_batch(&[])?.all_valid());
/// assert!("fastest".parse::<EngineChoice>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum EngineChoice {
    /// The fastest that this processor can run.
    #[default]
    Auto,
    /// [`Ifma`], for AVX-512 IFMA.
    Ifma,
    /// [`Portable`], for every processor.
    Portable,
}

impl EngineChoice {
    pub(crate) const NAMES: &str = "auto, ifma or portable";

    /// The engine that [`SM2_BATCH_ENGINE`] names; `Auto` if the variable is not set or empty.
    ///
    /// # Errors
    ///
    /// [`BatchError::UnknownEngine`].
    pub fn from_environment() -> Result<Self, BatchError> {
        Self::from_value(env::var_os(SM2_BATCH_ENGINE).as_deref())
    }

    fn from_value(value: Option<&OsStr>) -> Result<Self, BatchError> {
        match value {
            Some(name) if !name.is_empty() => name.to_string_lossy().parse(),
            _ => Ok(Self::Auto),
        }
    }

    /// Makes the engine.
    ///
    /// # Errors
    ///
    /// [`BatchError::Processor`] if this processor lacks what a named engine needs.
    pub fn engine(self) -> Result<Box<dyn BatchVerifier>, Error> {
        match (self, Ifma::new()) {
            (Self::Auto | Self::Ifma, Some(ifma)) => Ok(Box::new(ifma)),
            (Self::Auto | Self::Portable, _) => Ok(Box::new(Portable::new())),
            (Self::Ifma, None) => Err(BatchError::NO_IFMA.into()),
        }
    }
}

impl FromStr for EngineChoice {
    type Err = BatchError;

    fn from_str(name: &str) -> Result<Self, BatchError> {
        match name {
            "auto" => Ok(Self::Auto),
            "ifma" => Ok(Self::Ifma),
            "portable" => Ok(Self::Portable),
            _ => Err(BatchError::UnknownEngine {
                name: name.to_owned(),
            }),
        }
    }
}

/// Writes the name that [`FromStr`] reads.
impl fmt::Display for EngineChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Auto => "auto",
            Self::Ifma => "ifma",
            Self::Portable => "portable",
        })
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let choices = [
            EngineChoice::Auto,
            EngineChoice::Ifma,
            EngineChoice::Portable,
        ];
        for choice in choices {
            let name = choice.to_string();
            assert_eq!(name.parse::<EngineChoice>().unwrap(), choice);
            let value = Some(OsStr::new(&name));
            assert_eq!(EngineChoice::from_value(value).unwrap(), choice);
        }
        let auto = EngineChoice::Auto;
        assert_eq!(EngineChoice::from_value(None).unwrap(), auto);
        let empty = Some(OsStr::new(""));
        assert_eq!(EngineChoice::from_value(empty).unwrap(), auto);
        let error = EngineChoice::from_value(Some(OsStr::new("IFMA"))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no engine \"IFMA\"; try: auto, ifma or portable"
        );
    }

    #[test]
    fn an_engine_is_refused_where_it_cannot_run() {
        assert!(EngineChoice::Auto.engine().is_ok());
        assert!(EngineChoice::Portable.engine().is_ok());
        match EngineChoice::Ifma.engine() {
            Ok(_) => assert!(Ifma::new().is_some()),
            Err(error) => assert!(error.to_string().contains("AVX-512 IFMA")),
        }
    }
}
