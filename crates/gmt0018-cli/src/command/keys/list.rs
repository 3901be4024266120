//! `gmt0018 keys list`.

use std::fmt::Write as _;

use gmt0018::sm2_signing::{ErrorKind, PublicKey};
use gmt0018::{KeyIndex, Session};
use serde::Serialize;

use super::fingerprint;
use crate::{
    arguments::{KeysListArguments, Range},
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
};

/// The public keys at the indexes of a range.
#[derive(Debug, Serialize)]
pub(crate) struct Scan {
    range: String,
    keys: Vec<Pair>,
    /// Why the device was not asked for the whole range, if it was not.
    stopped: Option<Stop>,
    /// The first index where the device reported success and gave something that is no key.
    malformed: Option<Stop>,
}

#[derive(Debug, Serialize)]
struct Pair {
    index: u32,
    sign: Option<String>,
    encrypt: Option<String>,
    /// Of the signing key; `null` if the index has none.
    fingerprint: Option<String>,
}

#[derive(Debug, Serialize)]
struct Stop {
    index: u32,
    why: String,
}

impl Pair {
    fn new(index: u32, sign: Option<PublicKey>, encrypt: Option<PublicKey>) -> Self {
        Self {
            index,
            sign: sign.map(|key| key.to_string()),
            encrypt: encrypt.map(|key| key.to_string()),
            fingerprint: sign.as_ref().map(fingerprint),
        }
    }
}

impl Scan {
    /// Asks for each index; ends at the first failure that says more than that there is no key.
    pub(crate) fn run(session: &Session, range: Range) -> Self {
        let (keys, stopped, malformed) = (Vec::new(), None, None);
        let mut scan = Self {
            range: range.to_string(),
            keys,
            stopped,
            malformed,
        };
        for index in range.indexes() {
            let key = KeyIndex::new(index);
            let pair = scan
                .present(index, session.sign_public_key(key))
                .and_then(|sign| {
                    let encrypt = scan.present(index, session.encryption_public_key(key))?;
                    Ok(Pair::new(index, sign, encrypt))
                });
            match pair {
                Ok(Pair {
                    sign: None,
                    encrypt: None,
                    ..
                }) => {}
                Ok(pair) => scan.keys.push(pair),
                Err(why) => {
                    scan.stopped = Some(Stop { index, why });
                    break;
                }
            }
        }
        scan
    }

    /// A public key if there is one; an error that says something about the device, not about the index.
    fn present(
        &mut self,
        index: u32,
        outcome: Result<PublicKey, gmt0018::Error>,
    ) -> Result<Option<PublicKey>, String> {
        match outcome {
            Ok(key) => Ok(Some(key)),
            // Cards have many codes for an index without a key; an argument error is one of them.
            Err(cause @ gmt0018::Error::Call(_)) if cause.kind() == ErrorKind::Input => Ok(None),
            // An empty place that is given out as a key of zeros, or a wrong dialect.
            Err(cause @ gmt0018::Error::Malformed(_)) => {
                self.malformed.get_or_insert_with(|| Stop {
                    index,
                    why: cause.to_string(),
                });
                Ok(None)
            }
            Err(cause) => Err(cause.to_string()),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if self.keys.is_empty() {
            let _ = writeln!(text, "no keys at indexes {}", self.range);
        } else {
            text.push_str(" index  signing key        encryption key     fingerprint\n");
        }
        for [index, sign, encrypt, fingerprint] in self.rows() {
            let _ = writeln!(text, "{index:>6}  {sign:18} {encrypt:18} {fingerprint}");
        }
        text
    }

    /// Index, the beginnings of both keys, and fingerprint of each pair.
    pub(crate) fn rows(&self) -> Vec<[String; 4]> {
        let short = |key: &Option<String>| {
            key.as_ref()
                .map_or_else(|| "-".to_owned(), |key| format!("{}…", &key[..16]))
        };
        let row = |pair: &Pair| {
            let fingerprint = pair.fingerprint.clone();
            [
                pair.index.to_string(),
                short(&pair.sign),
                short(&pair.encrypt),
                fingerprint.unwrap_or_else(|| "-".to_owned()),
            ]
        };
        self.keys.iter().map(row).collect()
    }

    /// What a person should know about a scan that met more than missing keys.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let stopped = self.stopped.as_ref().map(|Stop { index, why }| {
            format!("the device was not asked beyond index {index}: {why}")
        });
        let malformed = self.malformed.as_ref();
        let malformed =
            malformed.map(|Stop { index, why }| format!("at index {index} first: {why}"));
        stopped.into_iter().chain(malformed).collect()
    }

    pub(crate) fn remark(&self, output: Output) {
        for remark in self.remarks() {
            output.note(&format!("remark: {remark}"));
        }
    }
}

#[derive(Serialize)]
struct ListReport {
    #[serde(flatten)]
    scan: Scan,
    device: DeviceReport,
}

pub(crate) fn list(arguments: &KeysListArguments, output: Output) -> Result<Exit, Error> {
    let card = Card::open(&arguments.device, Unnamed::Store, output)?;
    let scan = Scan::run(&card.session()?, arguments.range);
    scan.remark(output);
    let text = scan.text();
    output.result(
        &ListReport {
            scan,
            device: card.report(),
        },
        &text,
    )?;
    Ok(Exit::Ok)
}
