//! The JSON format of Wycheproof: `mac_test_schema_v1` and `aead_test_schema_v1`.

use serde::Deserialize;

use super::hex::HexBytes;
use crate::check::{CaseResult, Stop};

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestFile<T> {
    number_of_tests: usize,
    test_groups: Vec<Group<T>>,
}

impl<T> TestFile<T> {
    /// Whether as many tests were seen as the file says it has.
    pub(crate) fn complete(&self, file: &str, count: usize) -> CaseResult {
        if count == self.number_of_tests {
            return Ok(());
        }
        let said = self.number_of_tests;
        Err(Stop::Failed(format!(
            "{file}: {count} tests, the file says {said}"
        )))
    }

    /// Every test with the length of its group's tags, in bytes.
    pub(crate) fn tests(&self) -> impl Iterator<Item = (usize, &T)> {
        let tests = |group: &'_ Group<T>| group.tag_size / 8;
        self.test_groups.iter().flat_map(move |group| {
            let tag_length = tests(group);
            group.tests.iter().map(move |test| (tag_length, test))
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group<T> {
    tag_size: usize,
    tests: Vec<T>,
}

/// One MAC.
#[derive(Debug, Deserialize)]
pub(crate) struct MacTest {
    #[serde(rename = "tcId")]
    id: u32,
    comment: String,
    pub(crate) key: HexBytes,
    #[serde(rename = "msg")]
    pub(crate) message: HexBytes,
    pub(crate) tag: HexBytes,
    pub(crate) result: Verdict,
}

impl MacTest {
    pub(crate) fn what(&self) -> String {
        format!("test {} ({})", self.id, self.comment)
    }
}

/// One authenticated encryption.
#[derive(Debug, Deserialize)]
pub(crate) struct AeadTest {
    #[serde(rename = "tcId")]
    id: u32,
    comment: String,
    pub(crate) key: HexBytes,
    #[serde(rename = "iv")]
    pub(crate) nonce: HexBytes,
    pub(crate) aad: HexBytes,
    #[serde(rename = "msg")]
    pub(crate) plaintext: HexBytes,
    #[serde(rename = "ct")]
    pub(crate) ciphertext: HexBytes,
    pub(crate) tag: HexBytes,
    pub(crate) result: Verdict,
}

impl AeadTest {
    pub(crate) fn what(&self) -> String {
        format!("test {} ({})", self.id, self.comment)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Valid,
    Acceptable,
    Invalid,
}
