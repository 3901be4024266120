//! Every layout, and what is refused.

use super::*;

const LAYOUTS: [EccLayout; 3] = [
    EccLayout::Bits512,
    EccLayout::Bits256,
    EccLayout::Legacy2008,
];
const FUNCTION: Function = Function::InternalSignEcc;

#[test]
fn every_layout_reads_what_it_writes() {
    let key = PublicKey::from_x_y(&[1; 32], &[2; 32]);
    let signature = Signature::from_r_s(&[3; 32], &[4; 32]);
    for layout in LAYOUTS {
        assert_eq!(
            layout.read_public_key(FUNCTION, &layout.public_key(&key)),
            Ok(key)
        );
        assert_eq!(
            layout.read_signature(FUNCTION, &layout.signature(&signature)),
            Ok(signature)
        );
        let scalar = layout
            .read_private_key(FUNCTION, &layout.private_key(&[5; 32]))
            .unwrap();
        assert_eq!(*scalar, [5; 32]);
        let ciphertext = Ciphertext::new(key, [6; 32], vec![7; 136]);
        let block = layout.ciphertext(&ciphertext).unwrap();
        assert_eq!(
            layout.read_ciphertext(FUNCTION, &block, 136),
            Ok(ciphertext.clone())
        );
        assert!(layout.read_ciphertext(FUNCTION, &block, 135).is_err());
    }
    let long = Ciphertext::new(key, [6; 32], vec![7; 137]);
    assert!(EccLayout::Legacy2008.ciphertext(&long).is_err());
}

#[test]
fn offsets_are_those_of_the_c_structures() {
    use std::mem::offset_of;

    use gmt0018_sys::{ECCCipher, ECCSignature, ECCrefPublicKey, variant};

    assert_eq!(BITS_512.key_y.high.start, offset_of!(ECCrefPublicKey, y));
    assert_eq!(BITS_512.signature_s.high.start, offset_of!(ECCSignature, s));
    assert_eq!(BITS_512.cipher_m.start, offset_of!(ECCCipher, M));
    assert_eq!(BITS_512.cipher_length.start, offset_of!(ECCCipher, L));
    assert_eq!(BITS_512.cipher_c, offset_of!(ECCCipher, C));
    assert_eq!(
        BITS_256.key_y.low.start,
        offset_of!(variant::ECCrefPublicKey_256, y)
    );
    assert_eq!(
        BITS_256.signature_s.low.start,
        offset_of!(variant::ECCSignature_256, s)
    );
    assert_eq!(
        BITS_256.cipher_m.start,
        offset_of!(variant::ECCCipher_256, M)
    );
    assert_eq!(
        BITS_256.cipher_length.start,
        offset_of!(variant::ECCCipher_256, L)
    );
    assert_eq!(BITS_256.cipher_c, offset_of!(variant::ECCCipher_256, C));
    assert_eq!(
        LEGACY_2008.cipher_x.low.start,
        offset_of!(variant::ECCCipher_2008, x)
    );
    assert_eq!(LEGACY_2008.cipher_c, offset_of!(variant::ECCCipher_2008, C));
    assert_eq!(
        LEGACY_2008.cipher_m.start,
        offset_of!(variant::ECCCipher_2008, M)
    );
}

#[test]
fn dirty_high_halves_wrong_bits_and_zeros_are_refused() {
    let layout = EccLayout::Bits512;
    let mut block = layout.signature(&Signature::from_r_s(&[3; 32], &[4; 32]));
    block.0[31] = 1;
    assert!(layout.read_signature(FUNCTION, &block).is_err());
    assert!(layout.read_signature(FUNCTION, &Block::new()).is_err());
    let mut block = layout.public_key(&PublicKey::from_bytes(&[9; 64]));
    block.0[0] = 1;
    assert!(layout.read_public_key(FUNCTION, &block).is_err());
    let zero = layout.public_key(&PublicKey::from_bytes(&[0; 64]));
    assert!(layout.read_public_key(FUNCTION, &zero).is_err());
}

#[test]
fn a_256_bit_card_is_not_mistaken_for_a_512_bit_one() {
    let key = PublicKey::from_bytes(&[9; 64]);
    let block = EccLayout::Bits256.public_key(&key);
    assert!(
        EccLayout::Bits512
            .read_public_key(FUNCTION, &block)
            .is_err()
    );
}

#[test]
fn whatever_a_library_leaves_behind_is_read_without_a_panic() {
    // A linear congruential generator with the constants of Knuth's MMIX.
    let mut state = 1_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    for round in 0..2000 {
        let mut block = Block::new();
        let mut cipher = CipherBlock::new(round % 200);
        let dirty = round % 300;
        block
            .0
            .iter_mut()
            .take(dirty)
            .for_each(|byte| *byte = noise());
        cipher
            .bytes_mut()
            .iter_mut()
            .take(dirty)
            .for_each(|byte| *byte = noise());
        for layout in LAYOUTS {
            let length = u32::from(noise()).to_ne_bytes();
            put(
                cipher.bytes_mut(),
                layout.shape().cipher_length.clone(),
                &length,
            );
            let _ = layout.read_public_key(FUNCTION, &block);
            let _ = layout.read_private_key(FUNCTION, &block);
            let _ = layout.read_signature(FUNCTION, &block);
            if let Ok(ciphertext) = layout.read_ciphertext(FUNCTION, &cipher, round % 200) {
                assert!(ciphertext.c2().len() <= round % 200);
            }
        }
    }
}
