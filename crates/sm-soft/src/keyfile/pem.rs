//! PEM (RFC 7468), with what real files have around it.

use pem_rfc7468::{Decoder, LineEnding};
use zeroize::Zeroizing;

use super::Error;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Whether the bytes have a PEM boundary.
pub(super) fn is_pem(bytes: &[u8]) -> bool {
    bytes
        .windows(BEGIN.len())
        .any(|window| window == BEGIN.as_bytes())
}

/// The first block with one of the labels.
pub(super) fn first<'a>(
    bytes: &[u8],
    labels: &[&'a str],
) -> Result<(&'a str, Zeroizing<Vec<u8>>), Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::Pem("it is not text"))?;
    let mut rest = text;
    let mut found = Vec::new();
    while let Some((_, block)) = rest.split_once(BEGIN) {
        let (label, body) = block
            .split_once(DASHES)
            .ok_or(Error::Pem("the BEGIN line does not end"))?;
        if let Some(wanted) = labels.iter().find(|wanted| **wanted == label) {
            return Ok((wanted, decode(label, body)?));
        }
        // A label is a few words; anything longer is no label.
        found.push(label.chars().take(40).collect::<String>());
        rest = body;
    }
    Err(Error::Label {
        found: found.join(", "),
        wanted: labels.join(" or "),
    })
}

pub(super) fn encode(label: &str, der: &[u8]) -> Result<Zeroizing<String>, Error> {
    pem_rfc7468::encode_string(label, LineEnding::LF, der)
        .map(Zeroizing::new)
        .map_err(|_| Error::Pem("the key cannot be encoded"))
}

/// Decodes what stands between the BEGIN line and the END line.
fn decode(label: &str, body: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let end = format!("-----END {label}-----");
    let (body, _) = body
        .split_once(&end)
        .ok_or(Error::Pem("the END line is missing"))?;
    if body.contains("Proc-Type:") {
        return Err(Error::LegacyEncryption);
    }
    // The lines may have any length and end: made one line, they need one rule.
    let mut block = Zeroizing::new(String::with_capacity(
        body.len()
            .saturating_add(label.len().saturating_mul(2))
            .saturating_add(64),
    ));
    block.push_str(BEGIN);
    block.push_str(label);
    block.push_str("-----\n");
    block.extend(body.split_ascii_whitespace());
    block.push('\n');
    block.push_str(&end);
    let mut decoder = Decoder::new_detect_wrap(block.as_bytes())
        .map_err(|_| Error::Pem("there is nothing between BEGIN and END"))?;
    let mut der = Zeroizing::new(Vec::with_capacity(decoder.remaining_len()));
    decoder
        .decode_to_end(&mut der)
        .map_err(|_| Error::Pem("the text is not base64"))?;
    Ok(der)
}
