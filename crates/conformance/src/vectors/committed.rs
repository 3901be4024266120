//! The vectors in `vectors/`; see `vectors/README.md` for their origins.

use serde::{Deserialize, de::DeserializeOwned};
use sm2_signing::Verdict;

use super::hex::{Hex, HexBytes};
use crate::{Aead, Block, Mode};

/// Every committed vector.
#[derive(Debug)]
pub(crate) struct Vectors {
    pub(crate) standard: Standard,
    pub(crate) edge: Vec<EdgeCase>,
    pub(crate) der: DerCases,
    pub(crate) private_range: Vec<PrivateKeyCase>,
    pub(crate) known: KnownAnswers,
}

impl Vectors {
    pub(crate) fn committed() -> Self {
        Self {
            standard: parse(include_str!("../../vectors/gbt32918.5.json")),
            edge: parse::<Tests<_>>(include_str!("../../vectors/sm2_verify_edge.json")).tests,
            der: parse(include_str!("../../vectors/sm2_sig_der.json")),
            private_range: parse::<Tests<_>>(include_str!("../../vectors/sm2_private_range.json"))
                .tests,
            known: parse(include_str!("../../vectors/known-answers.json")),
        }
    }
}

/// GB/T 32918.5-2017, annexes A to C.
#[derive(Debug, Deserialize)]
pub(crate) struct Standard {
    pub(crate) sign: SignExample,
    pub(crate) encrypt: EncryptExample,
    key_exchange: ExchangeExample,
}

impl Standard {
    pub(crate) fn exchange(&self) -> Exchange<'_> {
        Exchange(&self.key_exchange)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct SignExample {
    pub(crate) id: String,
    d: Hex<32>,
    #[serde(rename = "Px")]
    x: Hex<32>,
    #[serde(rename = "Py")]
    y: Hex<32>,
    #[serde(rename = "msg")]
    pub(crate) message: String,
    e: Hex<32>,
    r: Hex<32>,
    s: Hex<32>,
}

impl SignExample {
    pub(crate) const fn private_key(&self) -> &[u8; 32] {
        &self.d.0
    }

    pub(crate) fn item(&self) -> sm2_signing::Item {
        sm2_signing::Item {
            key: sm2_signing::PublicKey::from_x_y(&self.x.0, &self.y.0),
            e: sm2_signing::Prehash::from_bytes(&self.e.0),
            signature: sm2_signing::Signature::from_r_s(&self.r.0, &self.s.0),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct EncryptExample {
    d: Hex<32>,
    #[serde(rename = "msg")]
    pub(crate) message: String,
    pub(crate) c1c3c2: HexBytes,
    pub(crate) c1c2c3: HexBytes,
    pub(crate) der_gmt0009: HexBytes,
}

impl EncryptExample {
    pub(crate) const fn private_key(&self) -> &[u8; 32] {
        &self.d.0
    }
}

#[derive(Debug, Deserialize)]
#[expect(non_snake_case, reason = "the standard's names, as the file has them")]
struct ExchangeExample {
    idA: String,
    idB: String,
    dA: Hex<32>,
    dB: Hex<32>,
    PA: Hex<65>,
    PB: Hex<65>,
    rA: Hex<32>,
    rB: Hex<32>,
    RA: Hex<65>,
    RB: Hex<65>,
    K: HexBytes,
}

/// The worked example of the key exchange, side by side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exchange<'a>(&'a ExchangeExample);

impl<'a> Exchange<'a> {
    /// The ids of A and B.
    pub(crate) const fn ids(self) -> [&'a str; 2] {
        [self.0.idA.as_str(), self.0.idB.as_str()]
    }

    /// Static and ephemeral private key, of A and of B.
    pub(crate) const fn private_keys(self) -> [[&'a [u8; 32]; 2]; 2] {
        [[&self.0.dA.0, &self.0.rA.0], [&self.0.dB.0, &self.0.rB.0]]
    }

    /// Static and ephemeral public key, of A and of B, with their prefix 04.
    pub(crate) const fn public_keys(self) -> [[&'a [u8; 65]; 2]; 2] {
        [[&self.0.PA.0, &self.0.RA.0], [&self.0.PB.0, &self.0.RB.0]]
    }

    /// The shared key.
    pub(crate) fn shared(self) -> &'a [u8] {
        &self.0.K.0
    }
}

/// One signature at the level of e.
#[derive(Debug, Deserialize)]
pub(crate) struct EdgeCase {
    #[serde(rename = "tcId")]
    pub(crate) id: u32,
    pub(crate) comment: String,
    #[serde(rename = "pub")]
    pub(crate) key: HexBytes,
    digest: Hex<32>,
    r: Hex<32>,
    s: Hex<32>,
    result: Expected,
}

impl EdgeCase {
    /// The item to verify; there is none if the key is not even a point's encoding.
    pub(crate) fn item(&self) -> Option<sm2_signing::Item> {
        Some(sm2_signing::Item {
            key: sm2_signing::PublicKey::from_slice(&self.key.0).ok()?,
            e: sm2_signing::Prehash::from_bytes(&self.digest.0),
            signature: sm2_signing::Signature::from_r_s(&self.r.0, &self.s.0),
        })
    }

    pub(crate) const fn expected(&self) -> Verdict {
        self.result.verdict()
    }

    pub(crate) fn what(&self) -> String {
        format!("edge case {} ({})", self.id, self.comment)
    }
}

/// Encodings of one signature.
#[derive(Debug, Deserialize)]
pub(crate) struct DerCases {
    #[serde(rename = "pub")]
    pub(crate) key: HexBytes,
    pub(crate) digest: HexBytes,
    pub(crate) tests: Vec<DerCase>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DerCase {
    #[serde(rename = "tcId")]
    id: u32,
    comment: String,
    #[serde(rename = "sig")]
    pub(crate) signature: HexBytes,
    result: Expected,
}

impl DerCase {
    pub(crate) const fn expected(&self) -> Verdict {
        self.result.verdict()
    }

    pub(crate) fn what(&self) -> String {
        format!("DER case {} ({})", self.id, self.comment)
    }
}

/// A private key in range or out of it.
#[derive(Debug, Deserialize)]
pub(crate) struct PrivateKeyCase {
    d: Hex<32>,
    result: Expected,
    comment: String,
}

impl PrivateKeyCase {
    pub(crate) const fn private_key(&self) -> &[u8; 32] {
        &self.d.0
    }

    pub(crate) const fn expected(&self) -> Verdict {
        self.result.verdict()
    }

    pub(crate) fn what(&self) -> String {
        format!(
            "private key {} {}",
            base16ct::lower::encode_string(&self.d.0),
            self.comment
        )
    }
}

/// `vectors/known-answers.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct KnownAnswers {
    pub(crate) sm2: Vec<Sm2Answer>,
    pub(crate) sm3: Vec<Sm3Answer>,
    pub(crate) hmac_sm3: Vec<HmacAnswer>,
    pub(crate) sm4: Vec<Sm4Answer>,
    pub(crate) sm4_million: MillionAnswer,
    pub(crate) sm4_aead: Vec<AeadAnswer>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Sm2Answer {
    pub(crate) origin: String,
    d: Hex<32>,
    public_key: Hex<64>,
    pub(crate) signed: Option<SignedAnswer>,
}

impl Sm2Answer {
    pub(crate) const fn private_key(&self) -> &[u8; 32] {
        &self.d.0
    }

    pub(crate) const fn public_key(&self) -> sm2_signing::PublicKey {
        sm2_signing::PublicKey::from_bytes(&self.public_key.0)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct SignedAnswer {
    pub(crate) message: HexBytes,
    pub(crate) e: HexBytes,
    signature: Hex<64>,
}

impl SignedAnswer {
    pub(crate) const fn signature(&self) -> sm2_signing::Signature {
        sm2_signing::Signature::from_bytes(&self.signature.0)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Sm3Answer {
    pub(crate) message: HexBytes,
    pub(crate) digest: HexBytes,
    pub(crate) origin: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct HmacAnswer {
    pub(crate) key: HexBytes,
    pub(crate) message: HexBytes,
    pub(crate) tag: HexBytes,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Sm4Answer {
    pub(crate) mode: Mode,
    key: Hex<16>,
    iv: Option<Hex<16>>,
    pub(crate) plaintext: HexBytes,
    pub(crate) ciphertext: HexBytes,
    pub(crate) origin: String,
}

impl Sm4Answer {
    pub(crate) const fn key(&self) -> &Block {
        &self.key.0
    }

    /// Zero where the mode has no IV.
    pub(crate) fn iv(&self) -> Block {
        self.iv.map_or([0; 16], |iv| iv.0)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct MillionAnswer {
    key: Hex<16>,
    plaintext: Hex<16>,
    pub(crate) ciphertext: HexBytes,
}

impl MillionAnswer {
    pub(crate) const fn key(&self) -> &Block {
        &self.key.0
    }

    pub(crate) const fn plaintext(&self) -> &Block {
        &self.plaintext.0
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct AeadAnswer {
    pub(crate) algorithm: Aead,
    key: Hex<16>,
    pub(crate) nonce: HexBytes,
    pub(crate) aad: HexBytes,
    pub(crate) plaintext: HexBytes,
    pub(crate) ciphertext: HexBytes,
    pub(crate) tag: HexBytes,
    pub(crate) origin: String,
}

impl AeadAnswer {
    pub(crate) const fn key(&self) -> &Block {
        &self.key.0
    }
}

#[derive(Debug, Deserialize)]
struct Tests<T> {
    tests: Vec<T>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Valid,
    Invalid,
}

impl Expected {
    const fn verdict(self) -> Verdict {
        match self {
            Self::Valid => Verdict::Valid,
            Self::Invalid => Verdict::Invalid,
        }
    }
}

/// The files are part of the crate, so a mistake in one is a mistake in the crate.
fn parse<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("a committed vector file has the form that this crate reads")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_committed_vector_is_read() {
        let vectors = Vectors::committed();
        assert_eq!(vectors.edge.len(), 249);
        assert_eq!(
            vectors
                .edge
                .iter()
                .filter(|case| case.item().is_none())
                .count(),
            1
        );
        assert_eq!(vectors.der.tests.len(), 26);
        assert_eq!(vectors.private_range.len(), 8);
        assert_eq!(vectors.known.sm2.len(), 2);
        assert_eq!(vectors.known.sm4_aead.len(), 2);
        assert!(
            Mode::ALL
                .iter()
                .all(|mode| vectors.known.sm4.iter().any(|v| v.mode == *mode))
        );
    }
}
