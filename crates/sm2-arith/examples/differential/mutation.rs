use sm2_arith::{AffinePoint, FieldElement, Scalar, secret, verify};

use super::batch::Labelled;
use super::oracle::rustcrypto;
use super::random::{Random, add_carry, from_be_bytes, to_be_bytes};

/// Changes the item in one of the ways that make a signature invalid.
///
/// If nothing has changed after all, as when r and s change places and are equal, the verdict
/// stays what it was. And where scalars are small a change can lead to the negative of the sum, which
/// has the same x1: what `verify` accepts is judged by RustCrypto.
pub(super) fn mutate(random: &mut Random, labelled: &mut Labelled) {
    let before = labelled.item;
    let item = &mut labelled.item;
    labelled.change = match random.below(24) {
        0..=2 => {
            flip(random, &mut item.e);
            "bit of e"
        }
        3 => {
            item.e = random.bytes();
            "random e"
        }
        4..=10 => change_key(random, &mut item.public_key),
        _ => change_signature(random, &mut item.signature),
    };
    if labelled.item != before {
        let item = &labelled.item;
        let accepted = verify(&item.public_key, &item.e, &item.signature);
        labelled.valid = accepted && rustcrypto(item);
    }
}

fn change_key(random: &mut Random, key: &mut [u8; 64]) -> &'static str {
    match random.below(7) {
        0..=1 => {
            flip(random, key);
            "bit of P"
        }
        2 => {
            key.rotate_left(32);
            "x for y"
        }
        3 => {
            if let Ok(point) = AffinePoint::from_bytes(key) {
                *key = point.negate().to_bytes();
            }
            "-P"
        }
        4 => {
            let half = &mut key[random.one_of(&[0, 32])..][..32];
            let (sum, carry) = add_carry(&from_be_bytes(half), &FieldElement::MODULUS);
            half.copy_from_slice(&if carry { [0xFF; 32] } else { to_be_bytes(&sum) });
            "x or y not below p"
        }
        5 => {
            *key = [random.one_of(&[0, 0xFF]); 64];
            "P of zeros or ones"
        }
        _ => {
            if let Some(point) = secret::multiply_generator(&random.scalar()).into_option() {
                *key = point.to_bytes();
            }
            "another P"
        }
    }
}

fn change_signature(random: &mut Random, signature: &mut [u8; 64]) -> &'static str {
    let (r, s) = (0..32, 32..64);
    let minus_s = Scalar::from_limbs(&from_be_bytes(&signature[s.clone()])).negate();
    match random.below(13) {
        0..=2 => {
            flip(random, &mut signature[r]);
            "bit of r"
        }
        3..=5 => {
            flip(random, &mut signature[s]);
            "bit of s"
        }
        6 => {
            signature[random.one_of(&[0, 32])..][..32].fill(0);
            "r or s = 0"
        }
        7 => {
            let half = &mut signature[random.one_of(&[0, 32])..][..32];
            half.copy_from_slice(&at_least_n(random, half));
            "r or s not below n"
        }
        8 => {
            signature[r].copy_from_slice(&minus_s.to_bytes());
            "r + s = n"
        }
        9 => {
            signature.rotate_left(32);
            "r for s"
        }
        10 => {
            signature[s].copy_from_slice(&minus_s.to_bytes());
            "-s"
        }
        11 => {
            *signature = random.bytes();
            "random r and s"
        }
        _ => {
            signature[r].copy_from_slice(&random.any_scalar().to_bytes());
            "extreme r"
        }
    }
}

fn flip(random: &mut Random, bytes: &mut [u8]) {
    let bit = random.below(8 * bytes.len());
    bytes[bit / 8] ^= 1 << (bit % 8);
}

/// n more, where that is below 2^256 and so for all that is small; else n and up to three more, or
/// all ones.
fn at_least_n(random: &mut Random, half: &[u8]) -> [u8; 32] {
    let (sum, carry) = add_carry(&from_be_bytes(half), &Scalar::MODULUS);
    if !carry {
        return to_be_bytes(&sum);
    }
    let (sum, _) = add_carry(&Scalar::MODULUS, &[random.word() % 4, 0, 0, 0]);
    random.one_of(&[[0xFF; 32], to_be_bytes(&sum)])
}
