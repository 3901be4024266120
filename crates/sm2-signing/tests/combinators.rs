//! The combinators and the `signature` 3 adapters, over a real SM2 implementation.

#![expect(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a test may panic"
)]

use std::sync::atomic::{AtomicUsize, Ordering};

use signature::{
    Keypair, Signer as _, Verifier as _,
    hazmat::{PrehashSigner, PrehashVerifier},
};
use sm2::dsa::{SigningKey, VerifyingKey};
use sm2_signing::{
    BatchVerifier, Bound, Checked, Compat, Error, ErrorKind, Fallback, Item, Prehash, PublicKey,
    Serial, Signature, Signer, UserId, Verdict, Verdicts, Verifier, VerifyError,
};

/// A key held by RustCrypto's `sm2`.
#[derive(Debug)]
struct Key {
    signing: SigningKey,
    public: PublicKey,
}

impl Key {
    fn new(scalar: u8) -> Self {
        let mut bytes = [0; 32];
        bytes[31] = scalar;
        let signing = SigningKey::from_slice("1234567812345678", &bytes).unwrap();
        let point = signing.verifying_key().to_sec1_bytes();
        Self {
            public: PublicKey::from_slice(&point).unwrap(),
            signing,
        }
    }

    fn item(&self, message: &[u8]) -> Item {
        let e = Prehash::of(&self.public, &UserId::DEFAULT, message);
        Item {
            key: self.public,
            e,
            signature: self.sign(&e).unwrap(),
        }
    }
}

impl Signer for Key {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        let signature: sm2::dsa::Signature = self.signing.sign_prehash(e.as_bytes()).unwrap();
        Ok(Signature::from_slice(&signature.to_bytes()).unwrap())
    }
}

#[derive(Debug, Default)]
struct Engine {
    asked: AtomicUsize,
}

impl Verifier for Engine {
    fn verify(&self, key: &PublicKey, e: &Prehash, s: &Signature) -> Result<(), VerifyError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let key = VerifyingKey::from_sec1_bytes("1234567812345678", &key.to_sec1());
        let signature = sm2::dsa::Signature::from_slice(s.as_bytes());
        let (Ok(key), Ok(signature)) = (key, signature) else {
            return Err(VerifyError::Invalid);
        };
        key.verify_prehash(e.as_bytes(), &signature)
            .map_err(|_| VerifyError::Invalid)
    }
}

/// An engine that cannot answer.
#[derive(Debug)]
struct Broken(ErrorKind);

impl Verifier for Broken {
    fn verify(&self, _: &PublicKey, _: &Prehash, _: &Signature) -> Result<(), VerifyError> {
        Err(VerifyError::Backend(Error::new(self.0, "no answer")))
    }
}

impl BatchVerifier for Broken {
    fn verify_batch(&self, _: &[Item]) -> Result<Verdicts, Error> {
        Err(Error::new(self.0, "no answer"))
    }
}

fn broken_item() -> Item {
    let mut item = Key::new(7).item(b"message");
    item.key = *Key::new(8).public_key();
    item
}

#[test]
fn serial_gives_one_verdict_per_item() {
    let items = [
        Key::new(7).item(b"a"),
        broken_item(),
        Key::new(9).item(b"b"),
    ];
    let verdicts = Serial::new(Engine::default()).verify_batch(&items).unwrap();
    let expected = [Verdict::Valid, Verdict::Invalid, Verdict::Valid];
    assert_eq!(verdicts.iter().collect::<Vec<_>>(), expected);
    assert_eq!(verdicts.of(3), None);
    assert!(
        Serial::new(Engine::default())
            .verify_batch(&[])
            .unwrap()
            .all_valid()
    );
}

#[test]
fn serial_makes_up_no_verdict_when_the_engine_fails() {
    let error = Serial::new(Broken(ErrorKind::Busy))
        .verify_batch(&[broken_item()])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
}

#[test]
fn fallback_is_asked_after_busy_and_device_only() {
    let Item { key, e, signature } = Key::new(7).item(b"message");
    for (kind, asked) in [
        (ErrorKind::Busy, 1),
        (ErrorKind::Device, 1),
        (ErrorKind::Access, 0),
        (ErrorKind::Input, 0),
        (ErrorKind::Unsupported, 0),
    ] {
        let substitute = Engine::default();
        let engine = Fallback::new(Broken(kind), &substitute);
        assert_eq!(
            engine.verify(&key, &e, &signature).is_ok(),
            asked == 1,
            "{kind}"
        );
        assert_eq!(substitute.asked.load(Ordering::Relaxed), asked, "{kind}");
        assert_eq!(engine.taken(), u64::try_from(asked).unwrap(), "{kind}");
        let batch = Fallback::new(Broken(kind), Serial::new(&substitute));
        let items = [Item { key, e, signature }];
        assert_eq!(batch.verify_batch(&items).is_ok(), asked == 1, "{kind}");
    }
}

#[test]
fn fallback_never_repeats_a_verdict() {
    let Item { key, e, signature } = broken_item();
    let substitute = Engine::default();
    let engine = Fallback::new(Engine::default(), &substitute);
    assert!(matches!(
        engine.verify(&key, &e, &signature),
        Err(VerifyError::Invalid)
    ));
    assert_eq!(substitute.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn checked_withholds_a_signature_that_does_not_verify() {
    /// Signs with another key than it shows.
    #[derive(Debug)]
    struct Faulty(Key, Key);
    impl Signer for Faulty {
        fn public_key(&self) -> &PublicKey {
            self.0.public_key()
        }
        fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
            self.1.sign(e)
        }
    }

    let e = Prehash::from_bytes(&[5; 32]);
    assert!(
        Checked::new(Key::new(7), Engine::default())
            .sign(&e)
            .is_ok()
    );
    let faulty = Checked::new(Faulty(Key::new(7), Key::new(8)), Engine::default());
    assert_eq!(faulty.sign(&e).unwrap_err().kind(), ErrorKind::Device);
    let blind = Checked::new(Key::new(7), Broken(ErrorKind::Busy));
    assert_eq!(blind.sign(&e).unwrap_err().kind(), ErrorKind::Busy);
}

#[test]
fn compat_and_bound_speak_signature_3() {
    let signer = Compat::new(Key::new(7));
    let verifier = Bound::new(signer.verifying_key(), Engine::default());
    let signature = signer.sign(b"message");
    verifier.verify(b"message", &signature).unwrap();
    verifier.verify(b"another message", &signature).unwrap_err();

    let signature = signer.sign_prehash(&[5; 32]).unwrap();
    verifier.verify_prehash(&[5; 32], &signature).unwrap();
    verifier.verify_prehash(&[6; 32], &signature).unwrap_err();
    signer.sign_prehash(&[5; 31]).unwrap_err();
}

#[test]
fn compat_hashes_as_rustcrypto_does() {
    let signer = Compat::new(Key::new(7));
    let signature = sm2::dsa::Signature::from_slice(signer.sign(b"message").as_bytes()).unwrap();
    let key = VerifyingKey::from_sec1_bytes("1234567812345678", &signer.verifying_key().to_sec1());
    key.unwrap().verify(b"message", &signature).unwrap();
}

#[test]
fn trait_objects_compose() {
    let signer: std::sync::Arc<dyn Signer> = std::sync::Arc::new(Key::new(7));
    let engine: Box<dyn Verifier> = Box::new(Engine::default());
    let batch: &dyn BatchVerifier = &Serial::new(&engine);
    let checked = Checked::new(&signer, &engine);
    let e = Prehash::from_bytes(&[5; 32]);
    let item = Item {
        key: *checked.public_key(),
        e,
        signature: checked.sign(&e).unwrap(),
    };
    assert!(batch.verify_batch(&[item]).unwrap().all_valid());
}
