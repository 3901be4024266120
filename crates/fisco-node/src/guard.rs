//! Votes that a node never contradicts, not even after a crash.

mod error;
mod record;
mod state;

use std::{
    fmt,
    path::Path,
    process,
    sync::{Mutex, PoisonError},
};

use sm2_signing::{Error, Prehash, PublicKey, Signature, Signer};

pub use error::GuardError;
use record::{Record, Vote};
use state::{State, Step};

/// A signer of votes that never signs two different ones for the same place in the chain.
///
/// What is about to be signed is written to a file, and the file is on the disk, before the signer is asked. Votes move
/// forward only: of the last place the same vote can be signed again, and of the places before it none. So a vote whose
/// signing failed can be tried again, and not be replaced by another.
///
/// The file has one owner at a time. A file that was copied back from a backup is not noticed: never run a node on an old
/// copy of it.
///
/// ```
/// # use fisco_node::sm2_signing::{Error, PublicKey, Signature};
/// use fisco_node::guard::{Guard, GuardError, Position};
/// use fisco_node::sm2_signing::{Prehash, Signer};
/// # #[derive(Debug)]
/// # struct Key(PublicKey);
/// # impl Signer for Key {
/// #     fn public_key(&self) -> &PublicKey { &self.0 }
/// #     fn sign(&self, e: &Prehash) -> Result<Signature, Error> { Ok(Signature::from_bytes(&[7; 64])) }
/// # }
/// # let key = Key(PublicKey::from_bytes(&[1; 64]));
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("votes");
///
/// let guard = Guard::create(&path, key)?;
/// let place = Position { height: 9, round: 0, step: 2 };
/// let (block, other) = (Prehash::from_bytes(&[1; 32]), Prehash::from_bytes(&[2; 32]));
/// guard.at(place).sign(&block)?;
/// assert!(matches!(guard.sign_vote(place, &other), Err(GuardError::Conflict { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Guard<S> {
    signer: S,
    state: Mutex<State>,
    /// A forked child has the file open too, and may not use it.
    process: u32,
}

impl<S: Signer> Guard<S> {
    /// Begins a file for the votes of a new node; the file must not be there.
    ///
    /// # Errors
    /// When the file is there, somebody else is about to make it, or it cannot be written.
    pub fn create(path: impl AsRef<Path>, signer: S) -> Result<Self, GuardError> {
        let record = Record::new(*signer.public_key());
        Ok(Self::new(State::create(path.as_ref(), record)?, signer))
    }

    /// Opens the file with the votes of this signer; the file must be there.
    ///
    /// There is no way to start over with a file that is lost: a node that has forgotten its votes may contradict them.
    ///
    /// # Errors
    /// When the file is missing, damaged, another key's, or another guard has it open.
    pub fn open(path: impl AsRef<Path>, signer: S) -> Result<Self, GuardError> {
        let state = State::open(path.as_ref(), signer.public_key())?;
        Ok(Self::new(state, signer))
    }

    fn new(state: State, signer: S) -> Self {
        Self {
            signer,
            state: Mutex::new(state),
            process: process::id(),
        }
    }

    /// Signs a vote, after it is on the disk.
    ///
    /// # Errors
    /// When another vote was signed for this place, any vote for a later one, the file cannot be written, or the signer
    /// fails.
    pub fn sign_vote(&self, place: Position, e: &Prehash) -> Result<Signature, GuardError> {
        if process::id() != self.process {
            return Err(GuardError::Forked);
        }
        let hook = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.advance(Vote { place, e: *e })?;
            state.hook
        };
        let interrupted =
            |error| GuardError::Signer(Error::new(sm2_signing::ErrorKind::Device, error));
        hook(Step::Sign).map_err(interrupted)?;
        let signature = self.signer.sign(e).map_err(GuardError::Signer)?;
        hook(Step::Release).map_err(interrupted)?;
        Ok(signature)
    }

    /// A signer of the vote for one place.
    pub const fn at(&self, place: Position) -> VoteSigner<'_, S> {
        VoteSigner { guard: self, place }
    }

    /// The place of the last vote, if there was one.
    pub fn last(&self) -> Option<Position> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last().map(|vote| vote.place)
    }

    /// The signer's public key.
    pub fn public_key(&self) -> &PublicKey {
        self.signer.public_key()
    }
}

impl<S: fmt::Debug> fmt::Debug for Guard<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Guard")
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

/// A place in the chain for which a node has one vote; places are in the order of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "these three are what tells votes apart"
)]
pub struct Position {
    /// The number of the block.
    pub height: u64,
    /// The number of the attempt at this block.
    pub round: u64,
    /// The kind of the vote, in the order in which a round casts them.
    pub step: u8,
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            height,
            round,
            step,
        } = self;
        write!(formatter, "height {height}, round {round}, step {step}")
    }
}

/// The signer of the vote for one place, from [`Guard::at`].
#[derive(Debug)]
pub struct VoteSigner<'a, S> {
    guard: &'a Guard<S>,
    place: Position,
}

impl<S: Signer> Signer for VoteSigner<'_, S> {
    fn public_key(&self) -> &PublicKey {
        self.guard.public_key()
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        Ok(self.guard.sign_vote(self.place, e)?)
    }
}

#[cfg(test)]
mod tests;
