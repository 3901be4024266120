//! Looks for settings that the node reads otherwise than they were meant, and mends them.

use super::{
    ConfigError,
    ini::{Entry, Ini, comment_in},
    kms::KmsType,
    warning::{Warning, WarningKind},
};

/// Finds the settings of a `config.ini` that the node reads otherwise than they were meant, in the order of the file.
///
/// ```
/// use fisco_node::config::{WarningKind, check, ini::Ini};
///
/// let ini = Ini::parse("config.ini", "[security]\nenable_hsm=true\nkey_id=43\npassword=x\n")?;
/// let [warning] = &check(&ini)[..] else { panic!() };
/// assert_eq!(warning.kind(), &WarningKind::KeyId { has_key_index: false });
/// assert_eq!(warning.location().line(), Some(3));
/// # Ok::<(), fisco_node::config::ConfigError>(())
/// ```
#[must_use]
pub fn check(ini: &Ini) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for entry in ini.entries() {
        warnings.extend(check_value(&entry));
        if entry.section() == Some(SECURITY) {
            warnings.extend(check_key(ini, &entry));
        }
    }
    warnings.extend(check_card(ini));
    warnings.sort_by_key(|warning| warning.location().line());
    warnings
}

/// Mends what [`check`] finds and there is no doubt about, and gives the warnings that are gone. At most a thousand things are
/// mended, and fewer in a file of more than 64 KiB, so that a file that is made to take hours does not.
///
/// # Errors
/// When a change cannot be made; those before it are.
///
/// # Examples
///
/// ```
/// use fisco_node::config::{check, fix, ini::Ini};
///
/// let text = "[security]\nenable_hsm = yes ; card\nkey_id=43\npassword=x\n";
/// let mut ini = Ini::parse("config.ini", text)?;
/// assert_eq!(fix(&mut ini)?.len(), 3);
/// let mended = "[security]\n; card\nenable_hsm = true\nkey_index=43\npassword=x\n";
/// assert_eq!(ini.as_bytes(), mended.as_bytes());
/// assert!(check(&ini).is_empty());
/// # Ok::<(), fisco_node::config::ConfigError>(())
/// ```
pub fn fix(ini: &mut Ini) -> Result<Vec<Warning>, ConfigError> {
    let mut fixed = Vec::new();
    // Cutting a comment off may show a value to be mended, so it is done one at a time, and each time the file is read
    // again.
    let most = MOST_BYTES
        .checked_div(ini.as_bytes().len())
        .unwrap_or(MOST_FIXES);
    for _ in 0..most.clamp(1, MOST_FIXES) {
        let Some(warning) = check(ini).into_iter().find(Warning::is_fixable) else {
            break;
        };
        apply(ini, &warning)?;
        fixed.push(warning);
    }
    Ok(fixed)
}

fn apply(ini: &mut Ini, warning: &Warning) -> Result<(), ConfigError> {
    let location = warning.location();
    let section = location.section().unwrap_or_default();
    let key = location.key().unwrap_or_default();
    match warning.kind() {
        WarningKind::KeyId {
            has_key_index: false,
        } => ini.rename(section, key, KEY_INDEX),
        WarningKind::KeyId { .. } | WarningKind::NeverRead => ini.remove(section, key),
        WarningKind::NotABoolean {
            meant: Some(meant), ..
        } => ini.set(section, key, &meant.to_string()),
        WarningKind::TrailingComment { secret: false } => {
            let value = ini
                .entry(section, key)
                .map(|entry| entry.value().to_owned());
            let value = value.unwrap_or_default();
            let (value, comment) = value.split_at(comment_in(&value).unwrap_or(value.len()));
            ini.set(section, key, value.trim_end())?;
            ini.comment_above(section, key, comment)
        }
        _ => Ok(()),
    }
}

/// What can be said of a value by itself.
fn check_value(entry: &Entry<'_>) -> Option<Warning> {
    let section = entry.section()?;
    let boolean = BOOLEANS
        .iter()
        .find(|known| (known.0, known.1) == (section, entry.key()));
    let kind = if comment_in(entry.value()).is_some() {
        let secret = entry.key() == PASSWORD;
        WarningKind::TrailingComment { secret }
    } else if let (Some((_, _, default)), None) = (boolean, entry.boolean()) {
        WarningKind::NotABoolean {
            found: entry.value().to_owned(),
            default: *default,
            meant: meant(entry.value()),
        }
    } else {
        return None;
    };
    Some(Warning::new(entry.location(), kind))
}

/// What can be said of a key of `[security]`.
fn check_key(ini: &Ini, entry: &Entry<'_>) -> Option<Warning> {
    let kind = match entry.key() {
        "key_id" => WarningKind::KeyId {
            has_key_index: ini.entry(SECURITY, KEY_INDEX).is_some(),
        },
        "enc_key_index" => WarningKind::NeverRead,
        key if KNOWN.contains(&key) => return None,
        key => WarningKind::UnknownKey {
            nearest: nearest(key),
        },
    };
    Some(Warning::new(entry.location(), kind))
}

/// What can be said of `[security]` as a whole.
fn check_card(ini: &Ini) -> Option<Warning> {
    let enable_hsm = ini.entry(SECURITY, "enable_hsm");
    let enabled = enable_hsm.and_then(|entry| entry.boolean()) == Some(true);
    let kms_type = ini.entry(SECURITY, "kms_type");
    let kms = kms_type.map_or(Some(KmsType::Legacy), |entry| KmsType::parse(entry.value()));
    let sm_crypto = ini.entry("chain", "sm_crypto");
    let described = ini
        .section(SECURITY)
        .find(|entry| CARD_KEYS.contains(&entry.key()) && !entry.value().is_empty());
    let (location, kind) = match (kms?, enabled) {
        (KmsType::Hsm, _) | (KmsType::Legacy, true) => {
            let switch = kms_type
                .filter(|_| !enabled)
                .or(enable_hsm)
                .map(|entry| entry.location())?;
            match (sm_crypto, ini.entry(SECURITY, PASSWORD)) {
                (Some(entry), _) if entry.boolean() != Some(true) => {
                    (entry.location(), WarningKind::WithoutSmCrypto)
                }
                (_, Some(password)) if password.value().is_empty() => {
                    (password.location(), WarningKind::NoPassword)
                }
                (_, None) => (switch, WarningKind::NoPassword),
                _ => return None,
            }
        }
        (_, true) => (enable_hsm?.location(), WarningKind::CardOverruled),
        // One that is not a boolean has its own warning.
        (KmsType::Legacy, false) if enable_hsm.is_none_or(|entry| entry.boolean().is_some()) => {
            (described?.location(), WarningKind::CardUnused)
        }
        _ => return None,
    };
    Some(Warning::new(location, kind))
}

fn meant(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// The known key that is fewest changes away, if it is not too many.
fn nearest(key: &str) -> Option<&'static str> {
    let candidates = KNOWN.iter().map(|known| (distance(key, known), *known));
    let (changes, known) = candidates.min()?;
    (changes <= MOST_CHANGES).then_some(known)
}

/// How many characters must be added, removed or changed to make one text the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, character) in one.chars().take(LONGEST_KEY).enumerate() {
        let mut diagonal = index;
        let mut left = index.saturating_add(1);
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = left;
        }
        for (cell, wanted) in cells.zip(other.chars()) {
            let changed = diagonal.saturating_add(usize::from(character != wanted));
            diagonal = *cell;
            left = changed
                .min(diagonal.saturating_add(1))
                .min(left.saturating_add(1));
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

const SECURITY: &str = "security";
const KEY_INDEX: &str = "key_index";
const PASSWORD: &str = "password";
const CARD_KEYS: [&str; 4] = ["hsm_lib_path", KEY_INDEX, "key_id", PASSWORD];
/// What node and chain builder know in `[security]`.
const KNOWN: [&str; 10] = [
    "private_key_path",
    "enable_hsm",
    "hsm_lib_path",
    KEY_INDEX,
    PASSWORD,
    "kms_type",
    "kms_connection_str",
    "cloud_kms_type",
    "cipher_data_key",
    "hsm_public_key_file_path",
];
/// Section, key, and the node's default where it is known.
const BOOLEANS: [(&str, &str, Option<bool>); 7] = [
    (SECURITY, "enable_hsm", Some(false)),
    ("storage_security", "enable", Some(false)),
    ("chain", "sm_crypto", Some(false)),
    ("p2p", "sm_ssl", Some(false)),
    ("p2p", "enable_ssl_verify", Some(true)),
    ("rpc", "sm_ssl", None),
    ("rpc", "enable_ssl", None),
];
const MOST_FIXES: usize = 1000;

/// Bytes that are read again and again while a file is mended.
const MOST_BYTES: usize = 64 << 20;
const MOST_CHANGES: usize = 4;
/// A longer one is nowhere near a known one.
const LONGEST_KEY: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(security: &str) -> Vec<WarningKind> {
        let ini = Ini::parse("config.ini", format!("[security]\n{security}\n")).unwrap();
        let warnings = check(&ini);
        warnings
            .iter()
            .map(|warning| warning.kind().clone())
            .collect()
    }

    #[test]
    fn a_right_configuration_has_no_warning() {
        let right = "private_key_path=conf/node.pem\nenable_hsm=true\nhsm_lib_path=/l.so\nkey_index=1\npassword=p";
        assert_eq!(kinds(right), []);
        assert_eq!(kinds("kms_type=hsm\nkey_index=1\npassword=p"), []);
        assert_eq!(
            kinds("private_key_path=conf/node.pem\nenable_hsm=false"),
            []
        );
    }

    #[test]
    fn each_warning_has_its_case() {
        let both = kinds("enable_hsm=1\nkey_id=1\nkey_index=1\npassword=p");
        assert_eq!(
            both,
            [WarningKind::KeyId {
                has_key_index: true
            }]
        );
        let comment = kinds("enable_hsm=true\nkey_index=1 # one\npassword=p ; q");
        let expected = [false, true].map(|secret| WarningKind::TrailingComment { secret });
        assert_eq!(comment, expected);
        assert_eq!(
            kinds("enable_hsm=true\nkey_index=1"),
            [WarningKind::NoPassword]
        );
        assert_eq!(
            kinds("enable_hsm=true\npassword="),
            [WarningKind::NoPassword]
        );
        assert_eq!(kinds("key_index=1\npassword=p"), [WarningKind::CardUnused]);
        assert_eq!(
            kinds("enable_hsm=true\nkms_type=BCOSKMS"),
            [WarningKind::CardOverruled]
        );
        let misspelt = kinds("enable_hsm=false\nkey_indx=1\nenc_key_index=2\nzzzzzzzzzzzzzzzz=3");
        let unknown = |nearest| WarningKind::UnknownKey { nearest };
        assert_eq!(
            misspelt,
            [
                unknown(Some(KEY_INDEX)),
                WarningKind::NeverRead,
                unknown(None)
            ]
        );
        let odd = kinds("enable_hsm=maybe\nkey_index=1");
        assert!(
            matches!(odd[..], [WarningKind::NotABoolean { meant: None, .. }]),
            "{odd:?}"
        );
        let ini = "[security]\nenable_hsm=true\nkey_index=1\n[chain]\nsm_crypto=false\n";
        let warnings = check(&Ini::parse("config.ini", ini).unwrap());
        assert_eq!(warnings[0].kind(), &WarningKind::WithoutSmCrypto);
        assert_eq!(warnings[0].location().line(), Some(5));
    }

    #[test]
    fn a_password_is_in_no_warning() {
        let ini = "[security]\nenable_hsm=true\nkey_id=1\npassword=canary ; canary\n";
        let mut ini = Ini::parse("config.ini", ini).unwrap();
        let before = ini.entry(SECURITY, PASSWORD).unwrap().value().to_owned();
        let warnings = [check(&ini), fix(&mut ini).unwrap()].concat();
        assert_eq!(warnings.len(), 3);
        for warning in warnings {
            assert!(!format!("{warning} {warning:?}").contains("canary"));
        }
        // And it is left as it is.
        assert_eq!(ini.entry(SECURITY, PASSWORD).unwrap().value(), before);
    }

    #[test]
    fn mending_ends_and_keeps_other_bytes() {
        let text = "[p2p]\r\n  sm_ssl = Yes\t# guomi\r\n[security]\r\n enc_key_index=1\r\n key_id=2\r\n key_index=3\r\nenable_hsm=FALSE";
        let mut ini = Ini::parse("config.ini", text).unwrap();
        assert_eq!(fix(&mut ini).unwrap().len(), 5);
        let mended = "[p2p]\r\n  # guomi\r\n  sm_ssl = true\r\n[security]\r\n key_index=3\r\nenable_hsm=false";
        assert_eq!(ini.as_bytes(), mended.as_bytes());
        assert_eq!(fix(&mut ini).unwrap(), []);
    }
}
