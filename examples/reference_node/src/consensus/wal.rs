//! The log of what consensus was told about the block in progress, so that a node that was killed goes on where it was.
//!
//! A restart feeds the entries to the engine again; it comes to the same votes. One file, for one block: the next block
//! begins it anew. An entry is its length, four bytes of SM3 and Borsh; a torn last entry counts as not written.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use arc_malachitebft_core_types::{PolkaCertificate, Round};
use borsh::{BorshDeserialize, BorshSerialize};
use sm3::{Digest as _, Sm3};

use super::context::{Chain, SignedVote};
use crate::message::ProposalMessage;

/// What is written down.
#[derive(Debug, BorshSerialize, BorshDeserialize)]
pub(crate) enum Entry {
    Vote(SignedVote),
    Proposal(ProposalMessage),
    Polka(PolkaCertificate<Chain>),
    Timeout(Step, Round),
}

/// The step that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum Step {
    Propose,
    Prevote,
    Precommit,
}

/// The file.
#[derive(Debug)]
pub(crate) struct Wal {
    path: PathBuf,
    file: File,
    height: u64,
    unsynced: bool,
}

impl Wal {
    /// Opens the file, or makes it; gives the entries for the block `height`.
    pub(crate) fn open(path: &Path, height: u64) -> io::Result<(Self, Vec<Entry>)> {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (entries, end) = match bytes.split_first_chunk() {
            Some((number, rest)) if u64::from_be_bytes(*number) == height => read(rest),
            _ => (Vec::new(), 0),
        };
        let mut wal = Self {
            path: path.to_path_buf(),
            file,
            height,
            unsynced: false,
        };
        if entries.is_empty() {
            wal.begin(height)?;
        } else {
            wal.cut(HEAD.saturating_add(end))?;
        }
        Ok((wal, entries))
    }

    /// Starts over for another block.
    pub(crate) fn begin(&mut self, height: u64) -> io::Result<()> {
        self.cut(0)?;
        self.height = height;
        self.write(&height.to_be_bytes())
    }

    /// Adds an entry; it is on the disk after [`sync`](Self::sync).
    pub(crate) fn append(&mut self, height: u64, entry: &Entry) -> io::Result<()> {
        if height != self.height {
            return Ok(());
        }
        let payload = borsh::to_vec(entry)?;
        let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity(payload.len().saturating_add(8));
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&check(&payload));
        bytes.extend_from_slice(&payload);
        self.write(&bytes)
    }

    /// Puts what was added on the disk.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if self.unsynced {
            self.file.sync_data().map_err(|error| self.named(&error))?;
            self.unsynced = false;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(bytes);
        written.map_err(|error| self.named(&error))?;
        self.unsynced = true;
        Ok(())
    }

    fn cut(&mut self, length: usize) -> io::Result<()> {
        let length = u64::try_from(length).map_err(io::Error::other)?;
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length)).map(drop)
    }

    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.path.display()))
    }
}

/// The whole entries at the beginning, and where they end.
fn read(bytes: &[u8]) -> (Vec<Entry>, usize) {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while let Some((entry, after)) = entry(rest) {
        entries.push(entry);
        rest = after;
    }
    (entries, bytes.len().saturating_sub(rest.len()))
}

fn entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (payload, rest) = rest.split_at_checked(length)?;
    if check(payload) != *sum {
        return None;
    }
    Some((borsh::from_slice(payload).ok()?, rest))
}

fn check(payload: &[u8]) -> [u8; 4] {
    let hash = Sm3::digest(payload);
    [hash[0], hash[1], hash[2], hash[3]]
}

const HEAD: usize = 8;

#[cfg(test)]
impl Wal {
    /// A log in a pipe, which is on no disk, and the pipe's other end, without which nothing can be written.
    pub(crate) fn that_cannot_be_synced(height: u64) -> (Self, io::PipeReader) {
        let (reader, writer) = io::pipe().unwrap();
        let wal = Self {
            path: PathBuf::from("pipe"),
            file: File::from(std::os::fd::OwnedFd::from(writer)),
            height,
            unsynced: false,
        };
        (wal, reader)
    }

    pub(crate) const fn is_synced(&self) -> bool {
        !self.unsynced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_up_to_the_torn_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("wal");
        let (mut wal, entries) = Wal::open(&path, 7).unwrap();
        assert!(entries.is_empty());
        for round in 0..3 {
            let entry = Entry::Timeout(Step::Prevote, Round::new(round));
            wal.append(7, &entry).unwrap();
            wal.append(8, &entry).unwrap();
        }
        wal.sync().unwrap();
        let whole = std::fs::read(&path).unwrap();
        let one = (whole.len() - HEAD) / 3;
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (mut wal, entries) = Wal::open(&path, 7).unwrap();
            assert_eq!(entries.len(), length.saturating_sub(HEAD) / one);
            wal.append(7, &Entry::Timeout(Step::Propose, Round::new(9)))
                .unwrap();
            drop(wal);
            let (_, again) = Wal::open(&path, 7).unwrap();
            assert_eq!(again.len(), entries.len() + 1, "cut at {length}");
        }
    }

    #[test]
    fn another_block_begins_anew() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("wal");
        let (mut wal, _) = Wal::open(&path, 7).unwrap();
        let entry = Entry::Timeout(Step::Precommit, Round::new(0));
        wal.append(7, &entry).unwrap();
        assert!(Wal::open(&path, 8).unwrap().1.is_empty());
        assert!(Wal::open(&path, 7).unwrap().1.is_empty());
    }

    #[test]
    fn damage_ends_the_log() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("wal");
        let (mut wal, _) = Wal::open(&path, 7).unwrap();
        for _ in 0..2 {
            let entry = Entry::Timeout(Step::Precommit, Round::new(0));
            wal.append(7, &entry).unwrap();
        }
        let whole = std::fs::read(&path).unwrap();
        for index in HEAD..whole.len() {
            let mut bytes = whole.clone();
            bytes[index] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert!(Wal::open(&path, 7).unwrap().1.len() < 2, "byte {index}");
        }
    }
}
