//! Properties of keys, signatures, encryption, exchange and key files on arbitrary input.

use proptest::prelude::*;
use sm_soft::exchange::{self, Ephemeral, Party, Peer};
use sm_soft::keyfile::{self, Encryption};
use sm_soft::{SecretKey, SoftKey, SoftVerifier, curve, encryption};
use sm2_signing::{
    Ciphertext, Prehash, PublicKey, Signature, Signer, UserId, Verifier, VerifyError,
};

fn secret() -> impl Strategy<Value = SecretKey> {
    any::<[u8; 32]>().prop_filter_map("outside [1, n-2]", |bytes| {
        SecretKey::from_bytes(&bytes).ok()
    })
}

fn is_invalid(verdict: Result<(), VerifyError>) -> bool {
    matches!(verdict, Err(VerifyError::Invalid))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn signatures_verify_and_nothing_else_does(
        secret in secret(), e in any::<[u8; 32]>(), flip in any::<u16>(),
    ) {
        let key = SoftKey::new(secret);
        let verifier = SoftVerifier::new();
        let e = Prehash::from_bytes(&e);
        let signature = key.sign(&e).unwrap();
        prop_assert!(verifier.verify(key.public_key(), &e, &signature).is_ok());

        let mut bytes = signature.to_bytes();
        bytes[usize::from(flip) / 8 % 64] ^= 1 << (flip % 8);
        let changed = Signature::from_bytes(&bytes);
        prop_assert!(is_invalid(verifier.verify(key.public_key(), &e, &changed)));

        let mut bytes = *e.as_bytes();
        bytes[usize::from(flip) / 8 % 32] ^= 1 << (flip % 8);
        let other = Prehash::from_bytes(&bytes);
        prop_assert!(is_invalid(verifier.verify(key.public_key(), &other, &signature)));
    }

    #[test]
    fn verifier_never_panics(
        key in any::<[u8; 64]>(), e in any::<[u8; 32]>(), signature in any::<[u8; 64]>(),
    ) {
        let (key, e) = (PublicKey::from_bytes(&key), Prehash::from_bytes(&e));
        let signature = Signature::from_bytes(&signature);
        prop_assert!(is_invalid(SoftVerifier::new().verify(&key, &e, &signature)));
        prop_assert!(!curve::is_on_curve(&key));
    }

    #[test]
    fn decryption_undoes_encryption(
        secret in secret(), data in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        let ciphertext = encryption::encrypt(&secret.public_key(), &data).unwrap();
        prop_assert_eq!(ciphertext.c2().len(), data.len());
        prop_assert_eq!(&*encryption::decrypt(&secret, &ciphertext).unwrap(), &data);
    }

    #[test]
    fn decryption_never_panics(
        secret in secret(), on_curve: bool, c1 in any::<[u8; 64]>(), c3 in any::<[u8; 32]>(),
        c2 in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let c1 = if on_curve { secret.public_key() } else { PublicKey::from_bytes(&c1) };
        prop_assert!(encryption::decrypt(&secret, &Ciphertext::new(c1, c3, c2)).is_err());
    }

    #[test]
    fn both_sides_agree(
        a in secret(), b in secret(), ra in secret(), rb in secret(), length in 1..100_usize,
        id_a in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let (id_a, id_b) = (UserId::new(id_a).unwrap(), UserId::DEFAULT);
        let (ra, rb) = (Ephemeral::from_secret(ra), Ephemeral::from_secret(rb));
        let by_a = exchange::sponsor_confirmed(
            &Party::new(&a, &id_a, &ra),
            &Peer::new(&b.public_key(), &id_b, &rb.public_key()),
            length,
        ).unwrap();
        let by_b = exchange::responder_confirmed(
            &Party::new(&b, &id_b, &rb),
            &Peer::new(&a.public_key(), &id_a, &ra.public_key()),
            length,
        ).unwrap();
        prop_assert_eq!(by_a.key(), by_b.key());
        prop_assert_eq!(by_a.key().len(), length);
        prop_assert_eq!(by_a.s_a(), by_b.s_a());
        prop_assert_eq!(by_a.s_b(), by_b.s_b());
        prop_assert_ne!(by_a.s_a(), by_a.s_b());
    }

    #[test]
    fn key_files_round_trip(
        secret in secret(), password in prop::collection::vec(any::<u8>(), 1..80),
    ) {
        let few = Encryption::SM.with_iterations(2).unwrap();
        let files = [
            keyfile::to_pkcs8_der(&secret).unwrap().to_vec(),
            keyfile::to_pkcs8_pem(&secret).unwrap().as_bytes().to_vec(),
            keyfile::to_sec1_pem(&secret).unwrap().as_bytes().to_vec(),
            keyfile::to_hex(&secret).as_bytes().to_vec(),
            keyfile::to_encrypted_pkcs8_der(&secret, &password, &few).unwrap(),
            keyfile::to_encrypted_pkcs8_pem(&secret, &password, &few).unwrap().into_bytes(),
        ];
        for file in files {
            let read = keyfile::parse_private(&file, Some(&password)).unwrap();
            prop_assert_eq!(read.to_bytes(), secret.to_bytes());
        }
        let public = secret.public_key();
        prop_assert_eq!(keyfile::parse_public(&public.to_spki_der()).unwrap(), public);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn parsers_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = keyfile::parse_private(&bytes, Some(b"password"));
        let _ = keyfile::parse_public(&bytes);
    }

    #[test]
    fn parsers_never_panic_on_text(text in "(-----(BEGIN|END) (EC |SM2 |ENCRYPTED )?(PRIVATE|PUBLIC) KEY-----|[A-Za-z0-9+/=]{0,64}|\n|é){0,12}") {
        let _ = keyfile::parse_private(text.as_bytes(), Some(b"password"));
        let _ = keyfile::parse_public(text.as_bytes());
    }

    /// Files with a changed byte: the parsers get past the outer structure.
    #[test]
    fn parsers_never_panic_on_damage(at in any::<u16>(), value: u8, cut in any::<u16>()) {
        let secret = SecretKey::from_bytes(&[7; 32]).unwrap();
        let few = Encryption::SM.with_iterations(1).unwrap();
        for mut file in [
            keyfile::to_pkcs8_der(&secret).unwrap().to_vec(),
            keyfile::to_encrypted_pkcs8_der(&secret, b"password", &few).unwrap(),
            secret.public_key().to_spki_der(),
        ] {
            let at = usize::from(at) % file.len();
            file[at] = value;
            if let Err(error) = keyfile::parse_private(&file, Some(b"password")) {
                prop_assert!(!error.to_string().is_empty());
            }
            let _ = keyfile::parse_public(&file);
            file.truncate(usize::from(cut) % file.len());
            prop_assert!(keyfile::parse_private(&file, Some(b"password")).is_err());
        }
    }
}
