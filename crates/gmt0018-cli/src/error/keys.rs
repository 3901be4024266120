//! Errors of `keys check`, `keys export` and what a card's interface lacks.

use super::Error;
use crate::exit::Exit;

impl Error {
    pub(crate) fn no_call_to_generate() -> Self {
        Self::new(
            Exit::Usage,
            "no key pair was made",
            "GM/T 0018 has no call that makes a key pair at an index: SDF_GenerateKeyPair_ECC hands the pair out and keeps \
             nothing in the card",
            "make it with the vendor's management tool; for the software card, `gmt0018 soft generate`",
        )
    }

    pub(crate) fn no_call_to_import() -> Self {
        Self::new(
            Exit::Usage,
            "no key pair was imported",
            "GM/T 0018 has no call that puts a key pair at an index",
            "import it with the vendor's management tool; for the software card, `gmt0018 soft import`",
        )
    }

    pub(crate) fn no_signing_key(index: u32) -> Self {
        Self::new(
            Exit::Key,
            format!("there is no signing key at index {index}"),
            "the index has only the encryption key of the pair",
            "make or import the signing key, or use another index; `gmt0018 keys list` shows them",
        )
    }

    pub(crate) fn no_key_of_role(index: u32, role: &str) -> Self {
        Self::new(
            Exit::Key,
            format!("there is no {role} key at index {index}"),
            "the index has only the other key of the pair",
            "use --role with the other role, or another index; `gmt0018 keys list` shows them",
        )
    }

    pub(crate) fn checked_signature_refused(index: u32) -> Self {
        Self::new(
            Exit::Device,
            format!("the test signature of key index {index} is wrong"),
            "it does not verify under the public key that the device exports for this index",
            "do not use this key; ask the vendor, and check --dialect",
        )
    }
}
