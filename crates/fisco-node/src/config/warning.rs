//! What a node would read otherwise than it was meant.

use std::fmt;

use super::Location;

/// A setting that the node reads otherwise than it was meant, as a value: where, what, why and what to try.
///
/// ```
/// use fisco_node::config::{check, ini::Ini};
///
/// let ini = Ini::parse("config.ini", "[security]\nenable_hsm=True\n")?;
/// let warnings = check(&ini);
/// assert_eq!(
///     warnings[0].to_string(),
///     "config.ini:2: [security] enable_hsm: \"True\" is not a boolean; \
///      the node takes its default, false, and says nothing; try: true"
/// );
/// assert!(warnings[0].is_fixable());
/// # Ok::<(), fisco_node::config::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    location: Location,
    kind: WarningKind,
}

impl Warning {
    pub(crate) const fn new(location: Location, kind: WarningKind) -> Self {
        Self { location, kind }
    }

    /// Where it is.
    #[must_use]
    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// Which one it is.
    #[must_use]
    pub const fn kind(&self) -> &WarningKind {
        &self.kind
    }

    /// What is written there.
    #[must_use]
    pub fn what(&self) -> String {
        match &self.kind {
            WarningKind::KeyId { .. } => "key_id is not the name of a setting".into(),
            WarningKind::NotABoolean { found, .. } => format!("{found:?} is not a boolean"),
            WarningKind::TrailingComment { .. } => "the value seems to end with a comment".into(),
            WarningKind::UnknownKey { .. } => "there is no setting of this name".into(),
            WarningKind::NeverRead => "the setting has no effect".into(),
            WarningKind::CardUnused => "a card is described but not switched on".into(),
            WarningKind::CardOverruled => "enable_hsm=true has no effect here".into(),
            WarningKind::NoPassword => "the key in the card has no password here".into(),
            WarningKind::WithoutSmCrypto => "the card is on and sm_crypto is not true".into(),
        }
    }

    /// Why that matters.
    #[must_use]
    pub fn why(&self) -> String {
        match &self.kind {
            WarningKind::KeyId {
                has_key_index: true,
            } => "the node reads key_index and nothing else".into(),
            WarningKind::KeyId { .. } => {
                "the node reads key_index, and does not start without it".into()
            }
            WarningKind::NotABoolean { default, .. } => match default {
                Some(default) => format!("the node takes its default, {default}, and says nothing"),
                None => "the node takes its default and says nothing".into(),
            },
            WarningKind::TrailingComment { .. } => "there are no comments behind a value: \
                the node takes it as a part of the value"
                .into(),
            WarningKind::UnknownKey { .. } | WarningKind::NeverRead => {
                "the node never reads it".into()
            }
            WarningKind::CardUnused => "the node signs with the key file".into(),
            WarningKind::CardOverruled => "kms_type names another way to keep the key".into(),
            WarningKind::NoPassword => "the node then does not ask the card for the right to use \
                the key, and most cards refuse to sign"
                .into(),
            WarningKind::WithoutSmCrypto => "a card has SM2 keys only, and the node crashes".into(),
        }
    }

    /// What to try.
    #[must_use]
    pub fn advice(&self) -> String {
        match &self.kind {
            WarningKind::KeyId {
                has_key_index: true,
            }
            | WarningKind::NeverRead => "remove it".into(),
            WarningKind::KeyId { .. } => "rename it to key_index".into(),
            WarningKind::NotABoolean { meant, .. } => match meant {
                Some(meant) => meant.to_string(),
                None => "true or false".into(),
            },
            WarningKind::TrailingComment { secret: false } => {
                "put the comment on a line of its own above".into()
            }
            WarningKind::TrailingComment { .. } => {
                "remove it, unless it is a part of the password".into()
            }
            WarningKind::UnknownKey { nearest } => match nearest {
                Some(nearest) => (*nearest).to_owned(),
                None => "remove it".to_owned(),
            },
            WarningKind::CardUnused => "enable_hsm=true, or remove it".into(),
            WarningKind::CardOverruled => "kms_type=HSM, or enable_hsm=false".into(),
            WarningKind::NoPassword => {
                "password=, a password file or an environment variable".into()
            }
            WarningKind::WithoutSmCrypto => "build the chain with sm_crypto=true".into(),
        }
    }

    /// Whether [`fix`](super::fix) can do what is advised, because there is no doubt what was meant.
    #[must_use]
    pub const fn is_fixable(&self) -> bool {
        match &self.kind {
            WarningKind::KeyId { .. } | WarningKind::NeverRead => true,
            WarningKind::NotABoolean { meant, .. } => meant.is_some(),
            WarningKind::TrailingComment { secret } => !*secret,
            _ => false,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, why, advice) = (self.what(), self.why(), self.advice());
        write!(formatter, "{}: {what}; {why}; try: {advice}", self.location)
    }
}

/// The kinds of warnings.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// `key_id`, as a tutorial calls what the node calls `key_index`.
    KeyId {
        /// Whether `key_index` is there too.
        has_key_index: bool,
    },
    /// A value that the node does not take for a boolean, such as `True` or `yes`.
    NotABoolean {
        /// The value.
        found: String,
        /// What the node takes, where that is known.
        default: Option<bool>,
        /// What was meant, if there is no doubt.
        meant: Option<bool>,
    },
    /// A value with a blank and `;` or `#` in it.
    TrailingComment {
        /// Whether the value is a password, in which this may be right.
        secret: bool,
    },
    /// A key of `[security]` that the node does not know.
    UnknownKey {
        /// The key that is spelt most like it.
        nearest: Option<&'static str>,
    },
    /// A key of `[security]` that the node knows and never reads.
    NeverRead,
    /// Settings of a card while the node is to use a key file.
    CardUnused,
    /// `enable_hsm=true` beside a `kms_type` that is neither `LEGACY` nor `HSM`.
    CardOverruled,
    /// A card without a password.
    NoPassword,
    /// A card on a chain whose keys are not SM2 keys.
    WithoutSmCrypto,
}
