//! Signatures, valid and not, a real engine, and engines that misbehave.

use std::{
    sync::{
        Condvar, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sm2::dsa::{
    SigningKey, VerifyingKey,
    signature::hazmat::{PrehashSigner, PrehashVerifier},
};
use sm2_signing::{
    BatchVerifier, Error, ErrorKind, Item, Prehash, PublicKey, Serial, Signature, UserId, Verdict,
    Verdicts, Verifier, VerifyError,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
/// A time that nothing here takes.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
const ID: &str = "1234567812345678";

/// RustCrypto's `sm2`, one signature at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RustCrypto;

impl Verifier for RustCrypto {
    fn verify(&self, key: &PublicKey, e: &Prehash, s: &Signature) -> Result<(), VerifyError> {
        let key = VerifyingKey::from_sec1_bytes(ID, &key.to_sec1());
        let signature = sm2::dsa::Signature::from_slice(s.as_bytes());
        let (Ok(key), Ok(signature)) = (key, signature) else {
            return Err(VerifyError::Invalid);
        };
        key.verify_prehash(e.as_bytes(), &signature)
            .map_err(|_| VerifyError::Invalid)
    }
}

/// The real engine as a batch verifier.
pub(crate) fn serial() -> Serial<RustCrypto> {
    Serial::new(RustCrypto)
}

/// What makes an item of a batch what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Valid,
    WrongDigest,
    WrongKey,
    OffCurve,
    ZeroR,
    LargeS,
}

pub(crate) const KINDS: [Kind; 6] = [
    Kind::Valid,
    Kind::WrongDigest,
    Kind::WrongKey,
    Kind::OffCurve,
    Kind::ZeroR,
    Kind::LargeS,
];

/// An item of this kind; `index` chooses among signatures by different keys over different messages.
pub(crate) fn item(kind: Kind, index: usize) -> Item {
    static SIGNED: LazyLock<Vec<Item>> = LazyLock::new(|| (1..=16).map(signed).collect());
    let at = |index: usize| SIGNED[index % SIGNED.len()];
    let mut item = at(index);
    match kind {
        Kind::Valid => {}
        Kind::WrongDigest => item.e = at(index + 1).e,
        Kind::WrongKey => item.key = at(index + 1).key,
        Kind::OffCurve => item.key = PublicKey::from_x_y(item.key.x(), &[7; 32]),
        Kind::ZeroR => item.signature = Signature::from_r_s(&[0; 32], item.signature.s()),
        Kind::LargeS => item.signature = Signature::from_r_s(item.signature.r(), &[0xff; 32]),
    }
    item
}

/// A batch of these kinds.
pub(crate) fn batch(kinds: impl IntoIterator<Item = Kind>) -> Vec<Item> {
    kinds
        .into_iter()
        .enumerate()
        .map(|(index, kind)| item(kind, index))
        .collect()
}

/// Valid items with each `period`-th of another kind.
pub(crate) fn mixed(count: usize, period: usize) -> Vec<Item> {
    batch((0..count).map(|index| match index % period {
        0 => KINDS[index / period % KINDS.len()],
        _ => Kind::Valid,
    }))
}

pub(crate) fn verdict_of(kind: Kind) -> Verdict {
    match kind {
        Kind::Valid => Verdict::Valid,
        _ => Verdict::Invalid,
    }
}

fn signed(secret: u8) -> Item {
    let mut scalar = [0x11; 32];
    scalar[31] = secret;
    let signing = SigningKey::from_slice(ID, &scalar).unwrap();
    let key = PublicKey::from_slice(&signing.verifying_key().to_sec1_bytes()).unwrap();
    let e = Prehash::of(&key, &UserId::DEFAULT, &[secret]);
    let signature: sm2::dsa::Signature = signing.sign_prehash(e.as_bytes()).unwrap();
    let signature = Signature::from_slice(&signature.to_bytes()).unwrap();
    Item { key, e, signature }
}

/// A signer of many signatures, none of which is secret.
pub(crate) struct Busy {
    signing: sm2_arith::SigningKey,
    pub(crate) key: PublicKey,
}

impl Busy {
    pub(crate) fn new(index: u32) -> Self {
        let signing = sm2_arith::SigningKey::from_bytes(&scalar(index)).unwrap();
        let key = PublicKey::from_bytes(&signing.public_key());
        Self { signing, key }
    }

    /// A valid signature, another one for each `number`.
    pub(crate) fn sign(&self, number: u32) -> Item {
        self.sign_digest(&Prehash::from_bytes(&scalar(number)))
    }

    /// A valid signature over e.
    pub(crate) fn sign_digest(&self, e: &Prehash) -> Item {
        let nonce = scalar(0x1234_5678);
        let signature = self.signing.sign_with_nonce(e.as_bytes(), &nonce).unwrap();
        Item {
            key: self.key,
            e: *e,
            signature: Signature::from_bytes(&signature),
        }
    }
}

fn scalar(index: u32) -> [u8; 32] {
    let mut scalar = [0x11; 32];
    scalar[28..].copy_from_slice(&index.to_be_bytes());
    scalar
}

/// An engine that does what its function does, and counts.
pub(crate) struct Engine<F> {
    behave: F,
    pub(crate) batches: AtomicUsize,
}

impl<F: Fn(usize, &[Item]) -> Result<Verdicts, Error> + Send + Sync> Engine<F> {
    /// The function gets the number of the batch, from 0, and the batch.
    pub(crate) fn new(behave: F) -> Self {
        Self {
            behave,
            batches: AtomicUsize::new(0),
        }
    }
}

impl<F> std::fmt::Debug for Engine<F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl<F: Fn(usize, &[Item]) -> Result<Verdicts, Error> + Send + Sync> BatchVerifier for Engine<F> {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let number = self.batches.fetch_add(1, Ordering::SeqCst);
        (self.behave)(number, items)
    }
}

/// Accepts everything.
pub(crate) fn accept(items: &[Item]) -> Verdicts {
    items.iter().map(|_| Verdict::Valid).collect()
}

pub(crate) fn broken() -> Error {
    Error::new(ErrorKind::Device, "the card is unplugged")
}

/// A door that an engine waits at, and a bell it rings before.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<(usize, bool)>,
    bell: Condvar,
}

impl Gate {
    /// Reports that somebody is here and waits until the gate is open.
    pub(crate) fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        self.bell.notify_all();
        while !state.1 {
            state = self.bell.wait(state).unwrap();
        }
    }

    /// Waits until `count` have come to the gate.
    pub(crate) fn wait_for(&self, count: usize) {
        let deadline = Instant::now() + MINUTE;
        let mut state = self.state.lock().unwrap();
        while state.0 < count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "only {} came to the gate", state.0);
            state = self.bell.wait_timeout(state, left).unwrap().0;
        }
    }

    pub(crate) fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.bell.notify_all();
    }
}
