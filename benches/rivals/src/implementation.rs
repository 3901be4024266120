//! One implementation of one operation, and what it works on.

use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

use sm_soft::{SoftKey, SoftVerifier};
use sm2_signing::{Item, Prehash, Signature, Signer as _, UserId, Verifier as _};

use crate::items::{self, Message};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Verify,
    VerifyRead,
    VerifyMessage,
    Sign,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Verify => "verify e, from bytes to verdict",
            Self::VerifyRead => "verify e, keys read before",
            Self::VerifyMessage => "verify a message of 32 bytes, from bytes",
            Self::Sign => "sign e",
        })
    }
}

/// What everybody is given, for the life of the process.
#[derive(Debug)]
pub(crate) struct Material {
    /// Valid, and every key different.
    pub(crate) items: Vec<Item>,
    pub(crate) forged_items: Vec<Item>,
    /// Valid under the default user id, and every key different.
    pub(crate) messages: Vec<Message>,
    pub(crate) forged_messages: Vec<Message>,
    /// Who signs.
    pub(crate) key: SoftKey,
    pub(crate) secret: [u8; 32],
    /// What is signed.
    pub(crate) prehashes: Vec<Prehash>,
}

impl Material {
    pub(crate) fn leak() -> &'static Self {
        let items = items::valid(BATCH, BATCH);
        let messages = items::messages(BATCH, &UserId::DEFAULT);
        Box::leak(Box::new(Self {
            forged_items: items.iter().enumerate().map(forged_item).collect(),
            forged_messages: messages.iter().enumerate().map(forged_message).collect(),
            prehashes: items.iter().map(|item| item.e).collect(),
            items,
            messages,
            key: items::soft_key(0),
            secret: items::secret(0),
        }))
    }
}

/// With another e, another s or another key.
fn forged_item((index, item): (usize, &Item)) -> Item {
    let mut item = *item;
    match index % 3 {
        0 => item.e = Prehash::from_bytes(&changed(*item.e.as_bytes())),
        1 => item.signature = another_s(&item.signature),
        _ => item.key = *items::soft_key(index + 1).public_key(),
    }
    item
}

fn forged_message((index, message): (usize, &Message)) -> Message {
    let mut message = message.clone();
    match index % 3 {
        0 => message.message = changed(message.message),
        1 => message.signature = another_s(&message.signature),
        _ => message.key = *items::soft_key(index + 1).public_key(),
    }
    message
}

fn another_s(signature: &Signature) -> Signature {
    Signature::from_r_s(signature.r(), &changed(*signature.s()))
}

fn changed(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes[31] ^= 1;
    bytes
}

/// One that gives the right answers.
pub(crate) struct Implementation {
    pub(crate) operation: Operation,
    pub(crate) name: String,
    /// How many signatures a call works on.
    size: usize,
    call: Box<dyn FnMut()>,
}

/// Or why it is not measured.
pub(crate) type Candidate = Result<Implementation, String>;

impl Implementation {
    /// Verifies one thing after the other, each of `size` signatures.
    pub(crate) fn verifier<T: 'static>(
        operation: Operation,
        name: impl Into<String>,
        size: usize,
        valid: Vec<T>,
        forged: &[T],
        verify: impl Fn(&T) -> bool + 'static,
    ) -> Candidate {
        let name = name.into();
        if !valid.iter().all(&verify) {
            return Err(format!("{name}, {operation}: refused a valid signature"));
        }
        if forged.is_empty() || forged.iter().any(&verify) {
            return Err(format!("{name}, {operation}: accepted a forged signature"));
        }
        let mut turn = 0;
        let call = move || {
            black_box(verify(black_box(&valid[turn])));
            turn = (turn + 1) % valid.len();
        };
        Ok(Self {
            operation,
            name,
            size,
            call: Box::new(call),
        })
    }

    /// Signs `size` prehashes after the others with the key of the material.
    pub(crate) fn signer(
        name: impl Into<String>,
        size: usize,
        material: &'static Material,
        mut sign: impl FnMut(&[Prehash]) -> Vec<Signature> + 'static,
    ) -> Candidate {
        let (name, operation) = (name.into(), Operation::Sign);
        let public_key = material.key.public_key();
        for prehashes in material.prehashes.chunks_exact(size) {
            let signatures = sign(prehashes);
            let mut pairs = prehashes.iter().zip(&signatures);
            let valid =
                |(e, signature)| SoftVerifier::new().verify(public_key, e, signature).is_ok();
            if signatures.len() != size || !pairs.all(valid) {
                return Err(format!("{name}, {operation}: signed wrongly"));
            }
        }
        let mut prehashes = material.prehashes.chunks_exact(size).cycle();
        let call = move || {
            let prehashes = prehashes.next().expect("a cycle has no end");
            black_box(sign(black_box(prehashes)));
        };
        Ok(Self {
            operation,
            name,
            size,
            call: Box::new(call),
        })
    }

    /// Signatures per second, for about this long.
    pub(crate) fn per_second(&mut self, span: Duration) -> f64 {
        let started = Instant::now();
        let mut count = 0;
        loop {
            (self.call)();
            count += self.size;
            let elapsed = started.elapsed();
            if elapsed >= span {
                return count as f64 / elapsed.as_secs_f64();
            }
        }
    }
}

/// The version of a dependency.
pub(crate) fn version(name: &str) -> String {
    let named = |package: &&str| {
        package
            .lines()
            .any(|line| line == format!("name = \"{name}\""))
    };
    let package = include_str!("../Cargo.lock")
        .split("[[package]]")
        .find(named);
    let line = package.and_then(|package| {
        let mut lines = package.lines();
        lines.find_map(|line| line.strip_prefix("version = "))
    });
    line.unwrap_or_default().trim_matches('"').to_owned()
}

/// How many are verified or signed at a time where many can be.
pub(crate) const BATCH: usize = 256;
