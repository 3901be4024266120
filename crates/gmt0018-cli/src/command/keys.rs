//! `gmt0018 keys`.

use std::fmt::Write as _;

use gmt0018::sm2_signing::{ErrorKind, PublicKey};
use gmt0018::{KeyIndex, Session};
use serde::Serialize;
use sm_soft::hash::sm3;

use super::hex;
use crate::{
    arguments::{KeysListArguments, KeysShowArguments, Range},
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
}

#[derive(Debug, Serialize)]
struct Stop {
    index: u32,
    why: String,
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
                    Ok(Pair {
                        index,
                        sign,
                        encrypt,
                    })
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
    ) -> Result<Option<String>, String> {
        match outcome {
            Ok(key) => Ok(Some(key.to_string())),
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
        let short = |key: &Option<String>| {
            key.as_ref()
                .map_or_else(|| "-".to_owned(), |key| format!("{}…", &key[..16]))
        };
        if self.keys.is_empty() {
            let _ = writeln!(text, "no keys at indexes {}", self.range);
        } else {
            text.push_str(" index  signing key        encryption key\n");
        }
        for pair in &self.keys {
            let (sign, encrypt) = (short(&pair.sign), short(&pair.encrypt));
            let _ = writeln!(text, "{:>6}  {sign:18} {encrypt}", pair.index);
        }
        text
    }

    /// What a person should know about a scan that met more than missing keys.
    pub(crate) fn remark(&self, output: Output) {
        if let Some(Stop { index, why }) = &self.stopped {
            output.note(&format!(
                "remark: the device was not asked beyond index {index}: {why}"
            ));
        }
        if let Some(Stop { index, why }) = &self.malformed {
            output.note(&format!("remark: at index {index} first: {why}"));
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

#[derive(Serialize)]
struct ShowReport {
    key_index: u32,
    public_key: String,
    pem: String,
    node_id: String,
    address: String,
    /// `null` if the index has none.
    encryption_public_key: Option<String>,
    device: DeviceReport,
}

pub(crate) fn show(arguments: &KeysShowArguments, output: Output) -> Result<Exit, Error> {
    let card = Card::open(&arguments.device, Unnamed::Store, output)?;
    let session = card.session()?;
    let number = arguments.key_index;
    let index = KeyIndex::new(number);
    let key = session
        .sign_public_key(index)
        .map_err(|cause| Error::key(number, format!("cannot read key index {number}"), cause))?;
    let report = ShowReport {
        key_index: number,
        public_key: key.to_string(),
        pem: key.to_spki_pem(),
        node_id: key.to_string(),
        address: address(&key),
        encryption_public_key: session
            .encryption_public_key(index)
            .ok()
            .map(|k| k.to_string()),
        device: card.report(),
    };
    let text = format!(
        "key index       {number}\npublic key      04{}\nnode id         {}\naddress         {}\nencryption key  {}\n{}",
        report.public_key,
        report.node_id,
        report.address,
        report.encryption_public_key.as_deref().unwrap_or("none"),
        report.pem,
    );
    output.result(&report, &text)?;
    Ok(Exit::Ok)
}

/// The account's address on a FISCO BCOS chain with ShangMi algorithms: the last 20 bytes of SM3(x ‖ y).
fn address(key: &PublicKey) -> String {
    let digest = sm3(key.as_bytes());
    format!("0x{}", hex(&digest[12..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_the_tail_of_the_digest() {
        // SM3 of 64 bytes "abcd" repeated: GB/T 32905-2016, annex A.2.
        let bytes = <[u8; 64]>::try_from(b"abcd".repeat(16)).unwrap();
        let key = PublicKey::from_bytes(&bytes);
        assert_eq!(address(&key), "0xc18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    }
}
