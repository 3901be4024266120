//! Signatures in lanes with the nonces that the lanes find exceptional.

use sm2_arith::batch::{Backend as _, Ifma, SignItem};
use sm2_arith::{Scalar, SigningKey, secret};

/// The nonces of `docs/ifma.md`: u = n + 2 μ - 2^145 with n = 2^256 - 2^224 - μ, n - u, and 0.
#[test]
fn nonces_that_meet_equal_points() {
    let Some(ifma) = Ifma::new() else {
        println!("skipped: no AVX-512 IFMA");
        return;
    };
    let power = |bit: usize| {
        let mut limbs = [0; 4];
        limbs[bit / 64] = 1 << (bit % 64);
        Scalar::from_limbs(&limbs)
    };
    // mod n, 2^256 = 2^224 + μ
    let (half, quarter) = (power(255), power(224));
    let mu = half.add(&half).subtract(&quarter);
    let nonce = mu.add(&mu).subtract(&power(145));
    let key = SigningKey::from_bytes(&[0x39; 32]).expect("a key below n - 1");
    let e = Scalar::from_bytes_reduced(&[7; 32]);
    for nonce in [nonce, nonce.negate(), Scalar::ZERO, Scalar::ONE] {
        let expected = secret::sign(key.inverse(), &e, &nonce).into_option();
        let expected = expected.map(|(r, s)| [r.to_bytes(), s.to_bytes()].concat());
        assert_eq!(expected.is_some(), nonce != Scalar::ZERO);
        for count in [1, 4, 5, 16] {
            let items: Vec<_> = (0..count)
                .map(|_| SignItem::new(key.inverse(), &[7; 32], &nonce))
                .collect();
            let mut signatures = vec![None; count];
            ifma.sign_batch(&items, &mut signatures);
            for signature in signatures {
                assert_eq!(signature.map(|bytes| bytes.to_vec()), expected);
            }
        }
    }
}
