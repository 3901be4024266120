//! Messages instead of digests: Z and e of many at once.

use sm2_arith::sm3_lanes::hash_many;
use sm2_signing::{BatchVerifier, Error, Item, Prehash, PublicKey, Signature, UserId, Verdicts};

/// A message with its signature, and whose it is.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a signed message is these four values and nothing else"
)]
pub struct SignedMessage<'a> {
    /// The signer's public key.
    pub key: PublicKey,
    /// The signer's identity, which is signed with the message.
    pub user_id: &'a UserId,
    /// The message.
    pub message: &'a [u8],
    /// The signature over e = SM3(Z‖M).
    pub signature: Signature,
}

/// Verifies signed messages: computes every e = SM3(Z‖M), sixteen at a time where the processor can, and asks the engine.
///
/// The calling thread does the hashing, also for an engine that uses many: about 4 % of the time of one core for short
/// messages. From about ten cores on, that is what they wait for. Then give each thread messages of its own and an engine
/// that stays on it, with rayon for instance
/// `messages.par_chunks(1024).map(|chunk| verify_messages(&engine, chunk))`, not a [`Parallel`](crate::Parallel).
///
/// # Errors
///
/// Those of the engine.
///
/// # Examples
///
/// ```
/// use sm2_batch::{SignedMessage, verify_messages};
/// use sm2_signing::{Prehash, PublicKey, Signature, UserId};
///
/// let signing = sm2_arith::SigningKey::from_bytes(&[0x11; 32])?;
/// let key = PublicKey::from_bytes(&signing.public_key());
/// let e = Prehash::of(&key, &UserId::DEFAULT, b"pay 5 to Li");
/// let signature = signing.sign_with_nonce(e.as_bytes(), &[0x33; 32]).unwrap();
/// let paid = SignedMessage {
///     key,
///     user_id: &UserId::DEFAULT,
///     message: b"pay 5 to Li",
///     signature: Signature::from_bytes(&signature),
/// };
/// let forged = SignedMessage { message: b"pay 500 to Li", ..paid };
///
/// let verdicts = verify_messages(&sm2_batch::best()?, &[paid, forged])?;
/// assert_eq!(verdicts.invalid().collect::<Vec<_>>(), [1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_messages<B: BatchVerifier + ?Sized>(
    engine: &B,
    messages: &[SignedMessage<'_>],
) -> Result<Verdicts, Error> {
    let mut items = Vec::with_capacity(messages.len());
    let mut hasher = Hasher::default();
    let mut rest = messages;
    while !rest.is_empty() {
        let (group, behind) = rest.split_at(group(rest));
        hasher.hash(group, &mut items);
        rest = behind;
    }
    engine.verify_batch(&items)
}

/// How many of these messages are hashed together: at least one.
fn group(messages: &[SignedMessage<'_>]) -> usize {
    let mut bytes = 0;
    let fits = |message: &&SignedMessage<'_>| {
        bytes += message.message.len();
        bytes <= GROUP_BYTES
    };
    messages.iter().take(GROUP).take_while(fits).count().max(1)
}

/// Room for what is hashed together, kept from one group of messages to the next.
#[derive(Default)]
struct Hasher {
    /// The inputs, one after the other.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    digests: Vec<[u8; 32]>,
}

impl Hasher {
    /// Appends the items of these messages.
    fn hash(&mut self, messages: &[SignedMessage<'_>], items: &mut Vec<Item>) {
        let item = |message: &SignedMessage<'_>, e| Item {
            key: message.key,
            e,
            signature: message.signature,
        };
        // One alone, such as a long one, has nobody to share lanes with and need not be copied.
        if let [message] = messages {
            let e = Prehash::of(&message.key, message.user_id, message.message);
            items.push(item(message, e));
            return;
        }
        let mut z_of = Vec::with_capacity(messages.len());
        let mut last = None;
        for message in messages {
            if !last.is_some_and(|last| same_signer(last, message)) {
                // ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA
                let id = message.user_id.as_bytes();
                self.add(&[&length_in_bits(id), id, &CURVE, message.key.as_bytes()]);
                last = Some(message);
            }
            z_of.push(self.ends.len() - 1);
        }
        let zs = self.digests().to_vec();
        for (message, z) in messages.iter().zip(z_of) {
            // e = SM3(Z‖M)
            self.add(&[&zs[z], message.message]);
        }
        let es = self.digests().iter().map(Prehash::from_bytes);
        items.extend(messages.iter().zip(es).map(|(message, e)| item(message, e)));
    }

    /// Adds an input that is made of parts.
    fn add(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.ends.push(self.bytes.len());
    }

    /// The digests of the inputs that were added, which are gone then.
    fn digests(&mut self) -> &[[u8; 32]] {
        let mut rest = &self.bytes[..];
        let mut start = 0;
        let mut inputs = Vec::with_capacity(self.ends.len());
        for end in self.ends.drain(..) {
            let (input, behind) = rest.split_at(end - start);
            inputs.push(input);
            (rest, start) = (behind, end);
        }
        self.digests.clear();
        self.digests.resize(inputs.len(), [0; 32]);
        hash_many(&inputs, &mut self.digests);
        self.bytes.clear();
        &self.digests
    }
}

/// Whether both have the same Z. Comparing neighbours costs next to nothing.
fn same_signer(first: &SignedMessage<'_>, second: &SignedMessage<'_>) -> bool {
    first.key == second.key && first.user_id == second.user_id
}

/// ENTL, the length of an identity in bits; it has at most 8191 bytes.
fn length_in_bits(id: &[u8]) -> [u8; 2] {
    let bytes = u16::try_from(id.len()).unwrap_or(u16::MAX);
    bytes.wrapping_mul(8).to_be_bytes()
}

/// Enough to fill sixteen lanes several times, and little enough to stay in a core's own cache.
const GROUP: usize = 64;
/// The most bytes of messages that are copied together, unless one has more.
const GROUP_BYTES: usize = 1 << 18;

/// a ‖ b ‖ xG ‖ yG of the recommended curve (GB/T 32918.5).
const CURVE: [u8; 128] = *b"\
    \xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xfc\
    \x28\xe9\xfa\x9e\x9d\x9f\x5e\x34\x4d\x5a\x9e\x4b\xcf\x65\x09\xa7\xf3\x97\x89\xf5\x15\xab\x8f\x92\xdd\xbc\xbd\x41\x4d\x94\x0e\x93\
    \x32\xc4\xae\x2c\x1f\x19\x81\x19\x5f\x99\x04\x46\x6a\x39\xc9\x94\x8f\xe3\x0b\xbf\xf2\x66\x0b\xe1\x71\x5a\x45\x89\x33\x4c\x74\xc7\
    \xbc\x37\x36\xa2\xf4\xf6\x77\x9c\x59\xbd\xce\xe3\x6b\x69\x21\x53\xd0\xa9\x87\x7c\xc6\x2a\x47\x40\x02\xdf\x32\xe5\x21\x39\xf0\xa0";
