//! What is known about each function: its name, its place in the standard and its parameters.

use core::fmt;

/// A chapter of the standard's clause 6, or one of its annexes, in the numbering of the 2023
/// edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Chapter {
    /// 6.2, device management.
    Device,
    /// 6.3, key management.
    Key,
    /// 6.4, asymmetric operations.
    Asymmetric,
    /// 6.5, symmetric operations.
    Symmetric,
    /// 6.6, hashes and HMAC.
    Hash,
    /// 6.7, user files.
    File,
    /// 6.8, functions for verification and debugging, which real services are not to use (2023).
    Debug,
    /// Annex B, SM9 (2023).
    Sm9,
    /// Annex C, VPN protocols (2023).
    Vpn,
}

impl fmt::Display for Chapter {
    /// Writes the number and the title, such as `6.2 device management`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Device => "6.2 device management",
            Self::Key => "6.3 key management",
            Self::Asymmetric => "6.4 asymmetric operations",
            Self::Symmetric => "6.5 symmetric operations",
            Self::Hash => "6.6 hash operations",
            Self::File => "6.7 user files",
            Self::Debug => "6.8 verification and debugging",
            Self::Sm9 => "annex B SM9",
            Self::Vpn => "annex C VPN",
        })
    }
}

/// The editions of GM/T 0018 that list a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Edition {
    /// Both the 2012 and the 2023 edition.
    Both,
    /// The 2012 edition; withdrawn in 2023.
    Only2012,
    /// The 2023 edition.
    Only2023,
    /// No edition: a function that vendors add.
    Extension,
}

impl Edition {
    /// Says whether GM/T 0018-2012 lists the function.
    #[must_use]
    pub const fn in_2012(self) -> bool {
        matches!(self, Self::Both | Self::Only2012)
    }

    /// Says whether GM/T 0018-2023 lists the function.
    #[must_use]
    pub const fn in_2023(self) -> bool {
        matches!(self, Self::Both | Self::Only2023)
    }
}

impl fmt::Display for Edition {
    /// Writes `2012 and 2023`, `2012`, `2023` or `extension`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Both => "2012 and 2023",
            Self::Only2012 => "2012",
            Self::Only2023 => "2023",
            Self::Extension => "extension",
        })
    }
}

/// One function that a library may export.
///
/// ```
/// use gmt0018_sys::{Chapter, Edition, SYMBOLS};
///
/// let sign = SYMBOLS.iter().find(|symbol| symbol.name == "SDF_InternalSign_ECC").unwrap();
/// assert_eq!((sign.chapter, sign.edition), (Chapter::Asymmetric, Edition::Both));
/// assert_eq!(sign.parameters.unwrap()[2].c_type, "unsigned char *");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Symbol {
    /// The name that the library exports.
    pub name: &'static str,
    /// The chapter in the 2023 edition; for functions that are not in it, the chapter they would
    /// belong to.
    pub chapter: Chapter,
    /// The editions that list it.
    pub edition: Edition,
    /// The parameters in order, or `None` where they are not confirmed: such a function is only
    /// looked up.
    pub parameters: Option<&'static [Parameter]>,
}

impl Symbol {
    /// Says whether a library without this function is refused.
    #[must_use]
    pub fn is_mandatory(&self) -> bool {
        MANDATORY.contains(&self.name)
    }
}

/// A second prototype under which some libraries export a function.
///
/// Nothing in a library tells which one it has, and the wrong one reads wrong registers: the user
/// has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecondForm {
    /// The field of [`Functions`](crate::Functions) with this prototype.
    pub field: &'static str,
    /// The name that the library exports.
    pub symbol: &'static str,
    /// The parameters in order.
    pub parameters: &'static [Parameter],
}

/// One parameter of a prototype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// The parameter's name.
    pub name: &'static str,
    /// The parameter's type in C, such as `ECCSignature *`.
    pub c_type: &'static str,
}

/// The functions without which a library is refused; without any other one, only calls of that one
/// fail.
pub const MANDATORY: [&str; 4] = [
    "SDF_OpenDevice",
    "SDF_CloseDevice",
    "SDF_OpenSession",
    "SDF_CloseSession",
];
