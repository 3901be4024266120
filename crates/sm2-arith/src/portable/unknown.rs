use super::windows::{self, Row};
use crate::AffinePoint;
use crate::batch::VerifyItem;
use crate::public::{Claim, multiply_add_multiples};

/// Verifies `items`; the slices are of one length.
pub(super) fn verify(items: &[VerifyItem], verdicts: &mut [bool]) {
    for (items, verdicts) in items.chunks(CHUNK).zip(verdicts.chunks_mut(CHUNK)) {
        verify_chunk(items, verdicts);
    }
}

fn verify_chunk(items: &[VerifyItem], verdicts: &mut [bool]) {
    verdicts.fill(false);
    let claims = items.iter().enumerate().filter_map(|(index, item)| {
        // B1 to B5
        let claim = Claim::from_bytes(&item.e, &item.signature)?;
        let key = AffinePoint::from_bytes(&item.public_key).ok()?;
        Some((index, claim, key))
    });
    let claims: Vec<_> = claims.collect();
    if claims.len() < WORTH_INVERSIONS {
        for (index, claim, key) in &claims {
            verdicts[*index] = claim.holds(key);
        }
        return;
    }
    let mut multiples = vec![Row(AffinePoint::GENERATOR); claims.len() * MULTIPLES];
    let mut sets: Vec<_> = multiples.chunks_mut(MULTIPLES).collect();
    for (set, (_, _, key)) in sets.iter_mut().zip(&claims) {
        set[0] = Row(*key);
    }
    windows::fill(&mut sets);
    for ((index, claim, _), multiples) in claims.iter().zip(multiples.chunks(MULTIPLES)) {
        // B6: (x1, y1) = [s]G + [t]P
        let multiple = |place: usize| &multiples[place].0;
        let sum = multiply_add_multiples::<WIDTH>(&claim.s, &claim.t, multiple);
        // B7: R = (e + x1) mod n, valid if R = r
        verdicts[*index] = claim.is_met_by(&sum);
    }
}

/// One addition for 6 bits of t.
const WIDTH: usize = 5;
const MULTIPLES: usize = 1 << (WIDTH - 2);
/// Signatures whose tables share inversions.
const CHUNK: usize = 32;
/// With fewer, the inversions for affine multiples cost more than they save.
const WORTH_INVERSIONS: usize = 5;
