//! Whatever bytes arrive, the parsers answer; whatever they accept, they write back unchanged.

use proptest::prelude::*;
use sm2_signing::{Ciphertext, Prehash, PublicKey, Signature};

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(signature) = Signature::from_der(&bytes) {
            prop_assert_eq!(signature.to_der(), bytes.clone());
        }
        if let Ok(ciphertext) = Ciphertext::from_der(&bytes) {
            prop_assert_eq!(ciphertext.to_der(), bytes.clone());
        }
        if let Ok(ciphertext) = Ciphertext::from_c1c3c2(&bytes) {
            prop_assert_eq!(ciphertext.to_c1c3c2(), bytes.clone());
        }
        prop_assert_eq!(PublicKey::from_slice(&bytes).is_ok(),
            bytes.len() == 64 || bytes.len() == 65 && bytes[0] == 4);
        prop_assert_eq!(Prehash::from_slice(&bytes).is_ok(), bytes.len() == 32);
        let _ = PublicKey::from_spki_der(&bytes);
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        let _ = PublicKey::from_spki_pem(&text);
        let _ = PublicKey::from_hex(&text);
        let _ = Signature::from_hex(&text);
    }

    #[test]
    fn one_flipped_bit_never_yields_the_same_signature(
        r in any::<[u8; 32]>(), s in any::<[u8; 32]>(), position in any::<prop::sample::Index>(), bit in 0..8,
    ) {
        let signature = Signature::from_r_s(&r, &s);
        let mut der = signature.to_der();
        let index = position.index(der.len());
        der[index] ^= 1u8 << bit;
        prop_assert_ne!(Signature::from_der(&der), Ok(signature));
    }
}
