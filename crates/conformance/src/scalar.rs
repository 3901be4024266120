//! The few operations on 256-bit integers that make bad signatures out of good ones.

/// n, the order of the SM2 group (GB/T 32918.5), big-endian.
pub(crate) const ORDER: [u8; 32] = *b"\xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x72\x03\xdf\x6b\x21\xc6\x05\x2b\x53\xbb\xf4\x09\x39\xd5\x41\x23";

/// p, the prime of the field (GB/T 32918.5), big-endian.
pub(crate) const PRIME: [u8; 32] = *b"\xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff";

/// a - b mod 2^256, and whether it borrowed.
pub(crate) fn subtract(a: &[u8; 32], b: &[u8; 32]) -> ([u8; 32], bool) {
    let mut out = [0; 32];
    let mut borrow = false;
    for i in (0..32).rev() {
        let (value, first) = a[i].overflowing_sub(b[i]);
        let (value, second) = value.overflowing_sub(u8::from(borrow));
        out[i] = value;
        borrow = first || second;
    }
    (out, borrow)
}

/// a + b mod 2^256, and whether it carried.
pub(crate) fn add(a: &[u8; 32], b: &[u8; 32]) -> ([u8; 32], bool) {
    let mut out = [0; 32];
    let mut carry = false;
    for i in (0..32).rev() {
        let (value, first) = a[i].overflowing_add(b[i]);
        let (value, second) = value.overflowing_add(u8::from(carry));
        out[i] = value;
        carry = first || second;
    }
    (out, carry)
}

/// a - b mod n, for any 256-bit a and b (both are below 2n).
pub(crate) fn subtract_mod_order(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let reduce = |x: &[u8; 32]| match subtract(x, &ORDER) {
        (reduced, false) => reduced,
        (_, true) => *x,
    };
    match subtract(&reduce(a), &reduce(b)) {
        (difference, false) => difference,
        (difference, true) => add(&difference, &ORDER).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(value: u8) -> [u8; 32] {
        let mut out = [0; 32];
        out[31] = value;
        out
    }

    #[test]
    fn borrow_and_carry_reach_the_top() {
        assert_eq!(subtract(&small(0), &small(1)), ([0xff; 32], true));
        assert_eq!(add(&[0xff; 32], &small(1)), (small(0), true));
        assert_eq!(subtract(&small(3), &small(2)), (small(1), false));
    }

    #[test]
    fn differences_are_reduced() {
        assert_eq!(subtract_mod_order(&ORDER, &small(0)), small(0));
        assert_eq!(
            subtract_mod_order(&add(&ORDER, &small(5)).0, &small(2)),
            small(3)
        );
        let minus_one = subtract(&ORDER, &small(1)).0;
        assert_eq!(subtract_mod_order(&small(1), &small(2)), minus_one);
    }
}
