//! Key exchange (GB/T 32918.3).
//!
//! The sponsor A and the responder B exchange static and ephemeral public keys and each computes
//! the same key. [`sponsor`] and [`responder`] give the key alone, as GM/T 0018 does;
//! [`sponsor_confirmed`] and [`responder_confirmed`] also give the two confirmation values, with
//! which each side can prove to the other that it has the key.

use std::fmt;

use digest::Digest;
use sm2::Scalar;
use sm2::elliptic_curve::{PrimeField, ops::MulVartime};
use sm2_signing::{PublicKey, UserId, Z};
use sm3::Sm3;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::random::RandomError;
use crate::{SecretKey, curve, kdf};

/// A key pair for one run of the exchange.
///
/// # Examples
///
/// ```
/// use sm_soft::exchange::Ephemeral;
///
/// let ephemeral = Ephemeral::generate()?;
/// assert_ne!(ephemeral.public_key(), Ephemeral::generate()?.public_key());
/// # Ok::<(), sm_soft::random::RandomError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ephemeral(SecretKey);

impl Ephemeral {
    /// A random key pair.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        SecretKey::generate().map(Self)
    }

    /// The pair with this private key, which must not be used for another run.
    #[must_use]
    pub const fn from_secret(secret: SecretKey) -> Self {
        Self(secret)
    }

    /// What the peer is sent: R = \[r\]G.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }
}

/// One's own side.
///
/// # Examples
///
/// ```
/// use sm_soft::SecretKey;
/// use sm_soft::exchange::{Ephemeral, Party, Peer, responder, sponsor};
/// use sm2_signing::UserId;
///
/// let id = UserId::DEFAULT;
/// let (a, b) = (SecretKey::generate()?, SecretKey::generate()?);
/// let (ra, rb) = (Ephemeral::generate()?, Ephemeral::generate()?);
///
/// let by_a = sponsor(
///     &Party::new(&a, &id, &ra),
///     &Peer::new(&b.public_key(), &id, &rb.public_key()),
///     16,
/// )?;
/// let by_b = responder(
///     &Party::new(&b, &id, &rb),
///     &Peer::new(&a.public_key(), &id, &ra.public_key()),
///     16,
/// )?;
/// assert_eq!(by_a, by_b);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Party<'a> {
    key: &'a SecretKey,
    id: &'a UserId,
    ephemeral: &'a Ephemeral,
}

impl<'a> Party<'a> {
    /// Couples a static key, its owner's identity and an ephemeral key.
    #[must_use]
    pub const fn new(key: &'a SecretKey, id: &'a UserId, ephemeral: &'a Ephemeral) -> Self {
        Self { key, id, ephemeral }
    }
}

/// What is known of the other side.
///
/// # Examples
///
/// ```
/// use sm_soft::SecretKey;
/// use sm_soft::exchange::{Ephemeral, Party, Peer, responder, sponsor};
/// use sm2_signing::UserId;
///
/// let (alice, bob) = (UserId::new("alice")?, UserId::new("bob")?);
/// let (a, b) = (SecretKey::generate()?, SecretKey::generate()?);
/// let (ra, rb) = (Ephemeral::generate()?, Ephemeral::generate()?);
/// let by_a = sponsor(
///     &Party::new(&a, &alice, &ra),
///     &Peer::new(&b.public_key(), &bob, &rb.public_key()),
///     16,
/// )?;
///
/// // Who takes the other for somebody else gets another key.
/// let by_b = responder(
///     &Party::new(&b, &bob, &rb),
///     &Peer::new(&a.public_key(), &UserId::DEFAULT, &ra.public_key()),
///     16,
/// )?;
/// assert_ne!(by_a, by_b);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Peer<'a> {
    key: &'a PublicKey,
    id: &'a UserId,
    ephemeral: &'a PublicKey,
}

impl<'a> Peer<'a> {
    /// Couples a static public key, its owner's identity and an ephemeral public key.
    #[must_use]
    pub const fn new(key: &'a PublicKey, id: &'a UserId, ephemeral: &'a PublicKey) -> Self {
        Self { key, id, ephemeral }
    }
}

/// A key with the values that confirm it.
///
/// B sends [`s_b`](Self::s_b), which A checks with [`verify_s_b`](Self::verify_s_b) (S1 = SB); A
/// sends [`s_a`](Self::s_a), which B checks with [`verify_s_a`](Self::verify_s_a) (S2 = SA).
#[derive(Clone)]
pub struct Confirmed {
    key: Zeroizing<Vec<u8>>,
    s_a: [u8; 32],
    s_b: [u8; 32],
}

impl Confirmed {
    /// The agreed key.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The agreed key.
    #[must_use]
    pub fn into_key(self) -> Zeroizing<Vec<u8>> {
        self.key
    }

    /// What the sponsor sends: SA, equal to the responder's S2.
    #[must_use]
    pub const fn s_a(&self) -> &[u8; 32] {
        &self.s_a
    }

    /// What the responder sends: SB, equal to the sponsor's S1.
    #[must_use]
    pub const fn s_b(&self) -> &[u8; 32] {
        &self.s_b
    }

    /// Compares what the sponsor sent with S2, in constant time.
    ///
    /// # Errors
    ///
    /// [`Error::Confirmation`] if the sponsor has not the same key.
    pub fn verify_s_a(&self, received: &[u8]) -> Result<(), Error> {
        confirm(&self.s_a, received)
    }

    /// Compares what the responder sent with S1, in constant time.
    ///
    /// # Errors
    ///
    /// [`Error::Confirmation`] if the responder has not the same key.
    pub fn verify_s_b(&self, received: &[u8]) -> Result<(), Error> {
        confirm(&self.s_b, received)
    }
}

impl fmt::Debug for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmed").finish_non_exhaustive()
    }
}

/// The sponsor's (A's) key of `key_length` bytes.
///
/// # Errors
///
/// [`Error::KeyLength`], [`Error::KeyNotOnCurve`], [`Error::EphemeralNotOnCurve`] and
/// [`Error::Infinity`].
pub fn sponsor(
    own: &Party<'_>,
    peer: &Peer<'_>,
    key_length: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    Ok(sponsor_confirmed(own, peer, key_length)?.into_key())
}

/// The responder's (B's) key of `key_length` bytes.
///
/// # Errors
///
/// [`Error::KeyLength`], [`Error::KeyNotOnCurve`], [`Error::EphemeralNotOnCurve`] and
/// [`Error::Infinity`].
pub fn responder(
    own: &Party<'_>,
    peer: &Peer<'_>,
    key_length: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    Ok(responder_confirmed(own, peer, key_length)?.into_key())
}

/// The sponsor's (A's) key and both confirmation values.
///
/// # Errors
///
/// As [`sponsor`].
pub fn sponsor_confirmed(
    own: &Party<'_>,
    peer: &Peer<'_>,
    key_length: usize,
) -> Result<Confirmed, Error> {
    let shared = shared_point(own, peer, key_length)?;
    let (a, b) = (Side::of_party(own), Side::of_peer(peer));
    Ok(conclude(&shared, &a, &b, key_length))
}

/// The responder's (B's) key and both confirmation values.
///
/// # Errors
///
/// As [`responder`].
pub fn responder_confirmed(
    own: &Party<'_>,
    peer: &Peer<'_>,
    key_length: usize,
) -> Result<Confirmed, Error> {
    let shared = shared_point(own, peer, key_length)?;
    let (a, b) = (Side::of_peer(peer), Side::of_party(own));
    Ok(conclude(&shared, &a, &b, key_length))
}

/// What the key derivation takes from one side.
struct Side {
    z: Z,
    ephemeral: PublicKey,
}

impl Side {
    fn of_party(party: &Party<'_>) -> Self {
        let z = Z::new(&party.key.public_key(), party.id);
        Self {
            z,
            ephemeral: party.ephemeral.public_key(),
        }
    }

    fn of_peer(peer: &Peer<'_>) -> Self {
        Self {
            z: Z::new(peer.key, peer.id),
            ephemeral: *peer.ephemeral,
        }
    }
}

/// A4 to A7, or B3 to B6, which are the same but for the names: xU || yU.
fn shared_point(
    own: &Party<'_>,
    peer: &Peer<'_>,
    key_length: usize,
) -> Result<Zeroizing<[u8; 64]>, Error> {
    if key_length == 0 || key_length as u64 > kdf::MAX_LENGTH {
        return Err(Error::KeyLength(key_length));
    }
    let key = curve::to_point(peer.key).ok_or(Error::KeyNotOnCurve)?;
    let ephemeral = curve::to_point(peer.ephemeral).ok_or(Error::EphemeralNotOnCurve)?;
    // A4: x1~ = 2^w + (x1 & (2^w - 1))
    let own_x = truncated(own.ephemeral.public_key().x());
    // A5: t = (d + x1~ * r) mod n
    let t = Zeroizing::new(own_x * own.ephemeral.0.scalar() + own.key.scalar());
    // A6: x2~ = 2^w + (x2 & (2^w - 1))
    let peer_x = truncated(peer.ephemeral.x());
    // A7: U = [h * t](P + [x2~]R), an error if it is the point at infinity; h = 1
    let point = Zeroizing::new((key + ephemeral.mul_vartime(&peer_x)) * *t);
    curve::to_secret_coordinates(&point).ok_or(Error::Infinity)
}

/// 2^127 + (x mod 2^127): w = ceil(ceil(log2 n) / 2) - 1 = 127.
fn truncated(x: &[u8; 32]) -> Scalar {
    let mut bytes = [0; 32];
    bytes[16..].copy_from_slice(&x[16..]);
    bytes[16] |= 0x80;
    // Below 2^128, and so below n.
    Scalar::from_repr(bytes.into()).unwrap_or(Scalar::ZERO)
}

/// A8 to A10, B7 to B10.
fn conclude(shared: &[u8; 64], a: &Side, b: &Side, key_length: usize) -> Confirmed {
    let (x, y) = shared.split_at(32);
    // A8: K = KDF(xU || yU || ZA || ZB, klen)
    let key = kdf::derive(&[shared, a.z.as_bytes(), b.z.as_bytes()], key_length);
    // A9, B8: SM3(xU || ZA || ZB || x1 || y1 || x2 || y2)
    let mut inner: [u8; 32] = Sm3::new()
        .chain_update(x)
        .chain_update(a.z.as_bytes())
        .chain_update(b.z.as_bytes())
        .chain_update(a.ephemeral.as_bytes())
        .chain_update(b.ephemeral.as_bytes())
        .finalize()
        .into();
    // S1 = SB = SM3(02 || yU || inner), S2 = SA = SM3(03 || yU || inner)
    let confirmation = |prefix: u8| {
        Sm3::new()
            .chain_update([prefix])
            .chain_update(y)
            .chain_update(inner)
            .finalize()
            .into()
    };
    let (s_b, s_a) = (confirmation(2), confirmation(3));
    inner.zeroize();
    Confirmed { key, s_a, s_b }
}

fn confirm(own: &[u8; 32], received: &[u8]) -> Result<(), Error> {
    if bool::from(own.as_slice().ct_eq(received)) {
        Ok(())
    } else {
        Err(Error::Confirmation)
    }
}

/// Why there is no agreed key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A key of no bytes, or of more than the derivation gives.
    #[error("a key of {0} bytes cannot be agreed on: ask for 1 to 137438953440 bytes")]
    KeyLength(usize),
    /// The peer's static key is not a point of the curve.
    #[error(
        "the peer's public key is not a point of the SM2 curve: check its bytes and their order"
    )]
    KeyNotOnCurve,
    /// The peer's ephemeral key is not a point of the curve.
    #[error(
        "the peer's ephemeral key is not a point of the SM2 curve: \
         check what was received, and start the exchange anew"
    )]
    EphemeralNotOnCurve,
    /// The shared point is the point at infinity.
    #[error(
        "the shared point is the point at infinity: the peer's keys are chosen to make it so; \
         end the exchange"
    )]
    Infinity,
    /// The peer's confirmation value is not what the agreed key gives.
    #[error(
        "the peer's confirmation value does not match: it has another key, or the messages were \
         changed on the way; throw the key away"
    )]
    Confirmation,
}

#[cfg(test)]
mod tests;
