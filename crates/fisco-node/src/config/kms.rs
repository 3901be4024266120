//! Where a node keeps its key, by name.

use std::fmt;

/// How a node keeps its key, `kms_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KmsType {
    /// As `enable_hsm` says.
    Legacy,
    /// The key manager of FISCO BCOS.
    BcosKms,
    /// A key service in a cloud.
    CloudKms,
    /// A card.
    Hsm,
}

impl KmsType {
    /// Reads the name, in any case.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let all = [Self::Legacy, Self::BcosKms, Self::CloudKms, Self::Hsm];
        all.into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Legacy => "LEGACY",
            Self::BcosKms => "BCOSKMS",
            Self::CloudKms => "CLOUDKMS",
            Self::Hsm => "HSM",
        }
    }
}

impl fmt::Display for KmsType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
