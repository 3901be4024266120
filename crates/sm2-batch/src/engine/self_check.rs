//! What an engine must know before it is believed.

mod vectors;

use sm2_signing::{BatchVerifier, EncodingError, Item, Prehash, PublicKey, Signature, Verdict};

use crate::call;
use vectors::VECTORS;

/// A signature and its verdict; the numbers are in hexadecimal.
struct Vector {
    what: &'static str,
    x: &'static str,
    y: &'static str,
    e: &'static str,
    r: &'static str,
    s: &'static str,
    valid: bool,
}

impl Vector {
    fn item(&self) -> Result<Item, EncodingError> {
        Ok(Item {
            key: PublicKey::from_hex(&[self.x, self.y].concat())?,
            e: Prehash::from_hex(self.e)?,
            signature: Signature::from_hex(&[self.r, self.s].concat())?,
        })
    }

    const fn verdict(&self) -> Verdict {
        if self.valid {
            Verdict::Valid
        } else {
            Verdict::Invalid
        }
    }
}

/// Asks an engine for verdicts that are known, so that each signature comes to each of its lanes; tells what went wrong.
pub(super) fn self_check<B: BatchVerifier>(engine: &B, lanes: usize) -> Result<(), String> {
    let items: Result<Vec<Item>, EncodingError> = VECTORS.iter().map(Vector::item).collect();
    let items = items.map_err(|error| error.to_string())?.repeat(lanes);
    let verdicts = call::verify_batch(engine, &items).map_err(|error| error.to_string())?;
    let mut expected = VECTORS.iter().cycle().zip(verdicts.iter()).enumerate();
    match expected.find(|(_, (vector, verdict))| vector.verdict() != *verdict) {
        None => Ok(()),
        Some((place, (vector, verdict))) => {
            let (lane, what) = (place % lanes, vector.what);
            Err(format!("{verdict:?} in lane {lane} for: {what}"))
        }
    }
}

#[cfg(all(test, not(loom)))]
pub(super) fn places(lanes: usize) -> usize {
    VECTORS.len() * lanes
}
