//! What a file of votes says.

use sm2_signing::{Prehash, PublicKey};
use sm3::{Digest, Sm3};

use super::Position;

/// A vote: its place, and the e that is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vote {
    pub(super) place: Position,
    pub(super) e: Prehash,
}

/// The last vote of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) key: PublicKey,
    pub(super) last: Option<Vote>,
}

impl Record {
    /// A key that has never voted.
    pub(super) const fn new(key: PublicKey) -> Self {
        Self { key, last: None }
    }

    /// Text that people can read, and its hash, by which a damaged file is told.
    pub(super) fn encode(&self) -> String {
        let vote = match &self.last {
            None => "none\n".to_owned(),
            Some(Vote { place, e }) => {
                let Position {
                    height,
                    round,
                    step,
                } = place;
                format!("{height} {round} {step} {}\n", hex(e.as_bytes()))
            }
        };
        let text = format!("{HEAD}{}{LAST}{vote}", self.key);
        let hash = hex(&Sm3::digest(&text));
        format!("{text}{HASH}{hash}\n")
    }

    /// Reads what [`encode`](Self::encode) writes, and nothing else.
    pub(super) fn decode(text: &[u8]) -> Result<Self, &'static str> {
        let record = std::str::from_utf8(text).ok().and_then(Self::parse);
        let record = record.ok_or("it is not what a guard writes")?;
        if record.encode().as_bytes() == text {
            Ok(record)
        } else {
            Err("its hash does not match")
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (key, rest) = text.strip_prefix(HEAD)?.split_once(LAST)?;
        let (vote, _) = rest.split_once('\n')?;
        let last = match vote {
            "none" => None,
            vote => {
                let mut words = vote.split(' ');
                let place = Position {
                    height: words.next()?.parse().ok()?,
                    round: words.next()?.parse().ok()?,
                    step: words.next()?.parse().ok()?,
                };
                let mut e = [0; 32];
                let digits = words.next()?;
                (base16ct::lower::decode(digits, &mut e).ok()?.len() == 32).then_some(())?;
                let e = Prehash::from_bytes(&e);
                Some(Vote { place, e })
            }
        };
        let key = PublicKey::from_hex(key).ok()?;
        Some(Self { key, last })
    }
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

const HEAD: &str = "vote guard 1\nkey ";
const LAST: &str = "\nlast ";
const HASH: &str = "sm3 ";

#[cfg(test)]
mod tests {
    use super::*;

    fn voted() -> Record {
        let place = Position {
            height: u64::MAX,
            round: 0,
            step: 255,
        };
        let e = Prehash::from_bytes(&[0xAB; 32]);
        Record {
            key: PublicKey::from_bytes(&[1; 64]),
            last: Some(Vote { place, e }),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let new = Record::new(PublicKey::from_bytes(&[2; 64]));
        for record in [new, voted()] {
            assert_eq!(Record::decode(record.encode().as_bytes()), Ok(record));
        }
    }

    #[test]
    fn no_byte_can_be_changed_or_be_missing() {
        let text = voted().encode().into_bytes();
        for position in 0..text.len() {
            let mut changed = text.clone();
            changed[position] ^= 1;
            assert!(Record::decode(&changed).is_err(), "{position}");
            assert!(Record::decode(&text[..position]).is_err(), "{position}");
        }
        assert!(Record::decode(&[text.as_slice(), b"\n"].concat()).is_err());
        assert!(Record::decode(&[0xFF; 300]).is_err());
    }
}
