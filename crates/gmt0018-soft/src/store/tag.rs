//! Recognising a right password again, without its slow derivation.

use std::fmt;
use std::sync::OnceLock;

use sm_soft::hash::HmacSm3;
use zeroize::Zeroizing;

use super::{StoreError, random};

/// What is kept of a password that was right: a keyed tag, compared in constant time and in microseconds.
///
/// FISCO BCOS takes and releases the access right around every signature; a password derivation each time would
/// allow some ten signatures a second. So: the first time [`super::Store::unlock`], then make a tag and keep it beside
/// the unlocked keys. A password that does not match the tag goes through `unlock` again, where it is counted
/// and slowed; tags never count, because they can only say "the same as before".
///
/// The tag's key is random, lives in this process only, and never reaches a disk.
///
/// # Examples
/// ```
/// use gmt0018_softcard::store::PasswordTag;
///
/// let tag = PasswordTag::new(43, b"12345678")?;
/// assert!(tag.matches(43, b"12345678"));
/// assert!(!tag.matches(43, b"12345679"));
/// assert!(!tag.matches(44, b"12345678"));
/// # Ok::<(), gmt0018_softcard::store::StoreError>(())
/// ```
#[derive(Clone)]
pub struct PasswordTag {
    key: &'static [u8; 32],
    tag: [u8; 32],
}

impl PasswordTag {
    /// Tags the password that [`super::Store::unlock`] accepted for this index.
    ///
    /// # Errors
    ///
    /// [`StoreError::Random`] when the process's key cannot be made.
    pub fn new(index: u32, password: &[u8]) -> Result<Self, StoreError> {
        static KEY: OnceLock<Zeroizing<[u8; 32]>> = OnceLock::new();
        let key = if let Some(key) = KEY.get() {
            key
        } else {
            let fresh = random()?;
            KEY.get_or_init(|| fresh)
        };
        Ok(Self {
            key,
            tag: mac(key, index, password).finalize(),
        })
    }

    /// Whether this is the password that was tagged, for the same index.
    #[must_use]
    pub fn matches(&self, index: u32, password: &[u8]) -> bool {
        mac(self.key, index, password).verify(&self.tag).is_ok()
    }
}

impl fmt::Debug for PasswordTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordTag").finish_non_exhaustive()
    }
}

fn mac(key: &[u8; 32], index: u32, password: &[u8]) -> HmacSm3 {
    let mut mac = HmacSm3::new(key);
    mac.update(&index.to_be_bytes());
    mac.update(password);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_blind() {
        let tag = PasswordTag::new(1, b"canary-password").unwrap();
        assert_eq!(format!("{tag:?}"), "PasswordTag { .. }");
    }
}
