//! Signatures in lanes against those made alone.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use sm2_arith::batch::{Backend as _, Ifma, SignItem};
use sm2_arith::{Scalar, SigningKey};
use sm3::{Digest, Sm3};

#[test]
fn tmp() {
    let Some(ifma) = Ifma::new() else {
        println!("skipped: no AVX-512 IFMA");
        return;
    };
    let key = SigningKey::from_bytes(&[0x39; 32]).unwrap();
    let mut nonces: Vec<Scalar> = (0..600_u64)
        .map(|i| Scalar::from_bytes_reduced(&Sm3::digest(i.to_le_bytes()).into()))
        .collect();
    for i in 0..256 {
        let mut p = [0; 4];
        p[i / 64] = 1 << (i % 64);
        let k = Scalar::from_limbs(&p);
        nonces.extend([k, k.negate(), k.add(&Scalar::ONE), k.subtract(&Scalar::ONE)]);
    }
    nonces.push(Scalar::ZERO);
    let items: Vec<_> = nonces
        .iter()
        .map(|k| SignItem::new(key.inverse(), &[7; 32], k))
        .collect();
    let mut signatures = vec![None; items.len()];
    ifma.sign_batch(&items, &mut signatures);
    for (k, s) in nonces.iter().zip(&signatures) {
        assert_eq!(
            *s,
            key.sign_with_nonce(&[7; 32], &k.to_bytes()),
            "{:x?}",
            k.to_limbs()
        );
    }
}
