//! What arithmetic must know before it is believed.

mod vectors;

use sm2_arith::batch::KnownItem;
use sm2_signing::{EncodingError, Item, Prehash, PublicKey, Signature};

use super::{Arithmetic, arithmetic::verify_item};
use crate::{BatchError, call};
use vectors::VECTORS;

/// A signature and its verdict; the numbers are in hexadecimal.
struct Vector {
    what: &'static str,
    x: &'static str,
    y: &'static str,
    /// Whether the key is a point of the curve.
    point: bool,
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
}

/// Asks for verdicts that are known, so that each signature comes to each lane; tells what went wrong.
pub(super) fn self_check<A: Arithmetic>(arithmetic: &A) -> Result<(), String> {
    let items: Vec<_> = items()?.iter().map(verify_item).collect();
    let items = items.repeat(A::LANES);
    let mut valid = vec![false; items.len()];
    call::guarded(|| arithmetic.verify_batch(&items, &mut valid)).map_err(text)?;
    compare(VECTORS.iter().cycle().zip(valid), A::LANES)
}

/// As [`self_check`], with tables of the keys; those that are no points must have none.
pub(super) fn self_check_tables<A: Arithmetic>(arithmetic: &A) -> Result<(), String> {
    let items = items()?;
    let keys: Vec<_> = items.iter().map(|item| *item.key.as_bytes()).collect();
    let tables = call::guarded(|| arithmetic.key_tables(&keys)).map_err(text)?;
    if tables.len() != keys.len() {
        return Err(format!("{} tables of {} keys", tables.len(), keys.len()));
    }
    let mut known = Vec::with_capacity(keys.len());
    for ((vector, item), table) in VECTORS.iter().zip(&items).zip(&tables) {
        match table {
            Some(table) if vector.point => known.push((vector, known_item(item, table))),
            None if !vector.point => {}
            Some(_) => return Err(format!("a table for: {}", vector.what)),
            None => return Err(format!("no table for: {}", vector.what)),
        }
    }
    let (vectors, known): (Vec<_>, Vec<_>) = known.into_iter().unzip();
    let known = known.repeat(A::LANES);
    // Few signatures are added up in other ways than many.
    for size in [known.len(), A::LANES, 1] {
        let mut valid = vec![false; known.len()];
        for (known, valid) in known.chunks(size).zip(valid.chunks_mut(size)) {
            call::guarded(|| arithmetic.verify_known(known, valid)).map_err(text)?;
        }
        let expected = vectors.iter().copied().cycle();
        compare(expected.zip(valid), A::LANES)
            .map_err(|what| format!("with tables, {size} at a time, {what}"))?;
    }
    Ok(())
}

fn items() -> Result<Vec<Item>, String> {
    let items: Result<_, EncodingError> = VECTORS.iter().map(Vector::item).collect();
    items.map_err(|error| error.to_string())
}

fn known_item<'a, T>(item: &Item, table: &'a T) -> KnownItem<'a, T> {
    KnownItem {
        table,
        e: *item.e.as_bytes(),
        signature: *item.signature.as_bytes(),
    }
}

fn compare<'a>(
    answers: impl Iterator<Item = (&'a Vector, bool)>,
    lanes: usize,
) -> Result<(), String> {
    let mut answers = answers.enumerate();
    match answers.find(|(_, (vector, valid))| vector.valid != *valid) {
        None => Ok(()),
        Some((place, (vector, valid))) => {
            let (lane, what) = (place % lanes, vector.what);
            let verdict = if valid { "valid" } else { "invalid" };
            Err(format!("{verdict} in lane {lane} for: {what}"))
        }
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the argument of map_err is a value"
)]
fn text(error: BatchError) -> String {
    error.to_string()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// In repetition each signature comes to every one of a power of two lanes.
    #[test]
    fn the_numbers_of_signatures_are_odd() {
        assert_eq!(VECTORS.len() % 2, 1);
        assert_eq!(points() % 2, 1);
    }
}

/// How many of the signatures are by a point of the curve.
#[cfg(all(test, not(loom)))]
pub(super) fn points() -> usize {
    VECTORS.iter().filter(|vector| vector.point).count()
}

#[cfg(all(test, not(loom)))]
pub(super) fn all() -> usize {
    VECTORS.len()
}
