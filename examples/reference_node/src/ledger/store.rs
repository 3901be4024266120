//! The tables on disk.

use std::{fs, path::Path};

use fisco_node::block::{BlockHeader, BlockHeaderData, SealerSignature};
use redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase as _, ReadableTable as _,
    TableDefinition, WriteTransaction,
};

use super::{Committed, LedgerError, execute::Executed, receipt::Receipt};
use crate::block::{self, Block};

/// The data base.
#[derive(Debug)]
pub(super) struct Store {
    database: Database,
}

/// What is counted, in the same write as the block that changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// All transactions.
    pub(super) transactions: u64,
    /// Those whose status is not 0.
    pub(super) failed: u64,
    /// The last block up to which all have the seals of a quorum.
    pub(super) sealed: u64,
}

impl Store {
    /// Opens the data base in a directory, or makes an empty one.
    pub(super) fn open(directory: &Path) -> Result<Self, LedgerError> {
        fs::create_dir_all(directory).map_err(|error| LedgerError::Directory {
            directory: directory.to_path_buf(),
            error,
        })?;
        let path = directory.join("ledger.redb");
        let database = Builder::new()
            .set_cache_size(CACHE)
            .set_repair_callback(|session| {
                let percent = 100.0 * session.progress();
                tracing::info!(
                    "[LEDGER]repair of a ledger that was not closed,percent={percent:.0}"
                );
            })
            .create(&path);
        match database {
            Ok(database) => Ok(Self { database }),
            Err(DatabaseError::DatabaseAlreadyOpen) => Err(LedgerError::InUse(path)),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(test)]
    pub(super) fn with_backend(backend: impl redb::StorageBackend) -> Result<Self, LedgerError> {
        let database = Builder::new().create_with_backend(backend)?;
        Ok(Self { database })
    }

    /// Writes the genesis block into an empty data base, and compares that of another one; tells whether it was empty.
    pub(super) fn begin(&self, genesis: &BlockHeaderData) -> Result<bool, LedgerError> {
        let write = self.write()?;
        let format = write
            .open_table(NUMBERS)?
            .get("format")?
            .map(|found| found.value());
        match format {
            None => {
                let mut header = BlockHeader::default();
                header.data = genesis.clone();
                put_header(&write, 0, &header)?;
                write.open_table(BLOCK_NUMBERS)?.insert(genesis.hash(), 0)?;
                write.open_table(BODIES)?.insert(0, &block::length(0)[..])?;
                // Readers find all tables from here on.
                write.open_table(PLACES)?;
                write.open_table(STATUSES)?;
                write.open_table(STATE)?;
                put_counts(&write, 0, &Counts::default())?;
                write.open_table(NUMBERS)?.insert("format", FORMAT)?;
                write.commit()?;
                return Ok(true);
            }
            Some(FORMAT) => {}
            Some(found) => {
                let expected = FORMAT;
                return Err(LedgerError::Format { found, expected });
            }
        }
        write.abort()?;
        let found = self.header(0)?;
        let found = found.ok_or(LedgerError::Corrupt("the genesis block is not there"))?;
        let (found, expected) = (found.data.hash(), genesis.hash());
        if found != expected {
            let hex = |hash: [u8; 32]| base16ct::lower::encode_string(&hash);
            return Err(LedgerError::OtherChain {
                found: hex(found),
                expected: hex(expected),
            });
        }
        Ok(false)
    }

    /// The height of the last block, and the counts.
    pub(super) fn counts(&self) -> Result<(u64, Counts), LedgerError> {
        let table = self.read()?.open_table(NUMBERS)?;
        let number = |name| {
            let number = table.get(name)?.map(|number| number.value());
            number.ok_or(LedgerError::Corrupt("a count is not there"))
        };
        let counts = Counts {
            transactions: number("transactions")?,
            failed: number("failed")?,
            sealed: number("sealed")?,
        };
        Ok((number("blocks")?, counts))
    }

    /// Writes a block; it is on the disk when this returns.
    pub(super) fn append(
        &self,
        block: &Block,
        executed: &Executed<'_>,
        counts: &Counts,
    ) -> Result<(), LedgerError> {
        let number = block.number();
        let mut header = BlockHeader::default();
        header.data = block.header.clone();
        let statuses: Vec<u8> = executed
            .receipts
            .iter()
            .flat_map(|receipt| receipt.status.to_be_bytes())
            .collect();
        let write = self.write()?;
        put_header(&write, number, &header)?;
        write
            .open_table(BLOCK_NUMBERS)?
            .insert(block.hash(), number)?;
        write
            .open_table(BODIES)?
            .insert(number, &block.encode_body()[..])?;
        write.open_table(STATUSES)?.insert(number, &statuses[..])?;
        {
            let mut places = write.open_table(PLACES)?;
            for receipt in &executed.receipts {
                places.insert(receipt.transaction_hash, (number, receipt.index))?;
            }
            let mut state = write.open_table(STATE)?;
            for (key, value) in &executed.writes {
                state.insert(*key, value.as_bytes())?;
            }
        }
        put_counts(&write, number, counts)?;
        write.commit()?;
        Ok(())
    }

    /// Adds seals to a header, and tells up to which block all have enough.
    pub(super) fn add_seals(
        &self,
        number: u64,
        seals: &[&SealerSignature],
        mut sealed: u64,
        enough: impl Fn(&BlockHeader) -> bool,
    ) -> Result<u64, LedgerError> {
        let mut header = self.header(number)?.ok_or(LedgerError::NoBlock(number))?;
        let before = header.signatures.len();
        for seal in seals {
            let index = seal.sealer_index;
            let place = header
                .signatures
                .binary_search_by_key(&index, |other| other.sealer_index);
            if let Err(place) = place {
                header.signatures.insert(place, (*seal).clone());
            }
        }
        if header.signatures.len() == before {
            return Ok(sealed);
        }
        let (last, _) = self.counts()?;
        while sealed < last {
            let next = sealed + 1;
            let stands = if next == number {
                enough(&header)
            } else {
                self.header(next)?.is_some_and(|header| enough(&header))
            };
            if !stands {
                break;
            }
            sealed = next;
        }
        let write = self.write()?;
        put_header(&write, number, &header)?;
        write.open_table(NUMBERS)?.insert("sealed", sealed)?;
        write.commit()?;
        Ok(sealed)
    }

    /// A header with its seals.
    pub(super) fn header(&self, number: u64) -> Result<Option<BlockHeader>, LedgerError> {
        let Some(bytes) = self.read()?.open_table(HEADERS)?.get(number)? else {
            return Ok(None);
        };
        let header = BlockHeader::decode(bytes.value());
        header
            .map(Some)
            .map_err(|_| LedgerError::Corrupt("a header does not decode"))
    }

    /// The bytes of a block with its seals.
    pub(super) fn block(&self, number: u64) -> Result<Option<Vec<u8>>, LedgerError> {
        let read = self.read()?;
        let header = read.open_table(HEADERS)?.get(number)?;
        let body = read.open_table(BODIES)?.get(number)?;
        let joined = header
            .zip(body)
            .map(|(header, body)| block::join(header.value(), body.value()));
        Ok(joined)
    }

    /// The height of the block with this hash.
    pub(super) fn number_of(&self, hash: &[u8; 32]) -> Result<Option<u64>, LedgerError> {
        let found = self.read()?.open_table(BLOCK_NUMBERS)?.get(hash)?;
        Ok(found.map(|found| found.value()))
    }

    /// Which of these transactions are in the chain, by their places in the list.
    pub(super) fn present<'a>(
        &self,
        hashes: impl Iterator<Item = &'a [u8; 32]>,
    ) -> Result<Vec<usize>, LedgerError> {
        let places = self.read()?.open_table(PLACES)?;
        let mut present = Vec::new();
        for (index, hash) in hashes.enumerate() {
            if places.get(hash)?.is_some() {
                present.push(index);
            }
        }
        Ok(present)
    }

    /// A transaction of the chain.
    pub(super) fn transaction(&self, hash: &[u8; 32]) -> Result<Option<Committed>, LedgerError> {
        let read = self.read()?;
        let Some(receipt) = receipt(&read, hash)? else {
            return Ok(None);
        };
        let missing = LedgerError::Corrupt("the body of a block does not decode");
        let Some(body) = read.open_table(BODIES)?.get(receipt.block_number)? else {
            return Err(missing);
        };
        let encoded = block::body(body.value()).ok().and_then(|body| {
            let index = usize::try_from(receipt.index).ok()?;
            body.get(index).map(|encoded| encoded.to_vec())
        });
        let encoded = encoded.ok_or(missing)?;
        Ok(Some(Committed { encoded, receipt }))
    }

    /// What came of a transaction.
    pub(super) fn receipt(&self, hash: &[u8; 32]) -> Result<Option<Receipt>, LedgerError> {
        receipt(&self.read()?, hash)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        let found = self.read()?.open_table(STATE)?.get(key)?;
        Ok(found.map(|found| found.value().to_vec()))
    }

    /// Begins a write that is durable when it is committed.
    ///
    /// In two phases: after a crash the last commit is known without a walk through all pages, however large the ledger
    /// is, and whatever bytes peers may have put there.
    fn write(&self) -> Result<WriteTransaction, LedgerError> {
        let mut write = self.database.begin_write()?;
        write.set_quick_repair(true);
        Ok(write)
    }

    fn read(&self) -> Result<ReadTransaction, LedgerError> {
        Ok(self.database.begin_read()?)
    }
}

fn receipt(read: &ReadTransaction, hash: &[u8; 32]) -> Result<Option<Receipt>, LedgerError> {
    let Some(place) = read.open_table(PLACES)?.get(hash)? else {
        return Ok(None);
    };
    let (number, index) = place.value();
    let missing = LedgerError::Corrupt("the receipt of a transaction is not there");
    let Some(statuses) = read.open_table(STATUSES)?.get(number)? else {
        return Err(missing);
    };
    let (statuses, _) = statuses.value().as_chunks::<4>();
    let status = usize::try_from(index)
        .ok()
        .and_then(|index| statuses.get(index))
        .ok_or(missing)?;
    let status = i32::from_be_bytes(*status);
    Ok(Some(Receipt::new(*hash, number, index, status)))
}

fn put_header(
    write: &WriteTransaction,
    number: u64,
    header: &BlockHeader,
) -> Result<(), LedgerError> {
    let bytes = block::encode_header(header);
    write.open_table(HEADERS)?.insert(number, &bytes[..])?;
    Ok(())
}

fn put_counts(write: &WriteTransaction, number: u64, counts: &Counts) -> Result<(), LedgerError> {
    let mut table = write.open_table(NUMBERS)?;
    table.insert("blocks", number)?;
    table.insert("transactions", counts.transactions)?;
    table.insert("failed", counts.failed)?;
    table.insert("sealed", counts.sealed)?;
    Ok(())
}

/// Counts, the format, and the height of the last block.
const NUMBERS: TableDefinition<'_, &str, u64> = TableDefinition::new("numbers");
/// Headers with their seals, in TARS.
const HEADERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("headers");
/// Transactions, as blocks carry them.
const BODIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("bodies");
/// What shows that a block was decided.
/// The statuses of a block's transactions, four bytes each; the rest of a receipt follows from the transaction.
const STATUSES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("statuses");
/// The height of a block by its hash.
const BLOCK_NUMBERS: TableDefinition<'_, [u8; 32], u64> = TableDefinition::new("block_numbers");
/// Block and place of a transaction by its hash.
const PLACES: TableDefinition<'_, [u8; 32], (u64, u32)> = TableDefinition::new("places");
/// The values of the keys.
const STATE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("state");

/// Changes when the tables do.
const FORMAT: u64 = 1;

/// In bytes; without it the data base takes up to 1 GiB.
const CACHE: usize = 128 << 20;
