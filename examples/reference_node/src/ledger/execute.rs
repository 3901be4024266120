//! What transactions do: they write values to keys.
//!
//! The input is UTF-8 text with a write on each line, `key=value`. All of them happen, or none does.
//!
//! The roots are this node's own and simple:
//!
//! - transactions: SM3(length ‖ bytes, for each transaction); the bytes and not the hashes, because neither the sender nor
//!   the signature is in a transaction's hash;
//! - receipts: SM3(hash of each receipt);
//! - state: SM3(state root before ‖ (length ‖ key ‖ length ‖ value) of each write, in order).

use sm3::{Digest as _, Sm3};

use super::receipt::Receipt;
use crate::block::{Block, length};

/// What a block does.
#[derive(Debug)]
pub(super) struct Executed<'a> {
    /// One for each transaction.
    pub(super) receipts: Vec<Receipt>,
    /// Keys and values, in order.
    pub(super) writes: Vec<(&'a str, &'a str)>,
    /// What belongs into the header.
    pub(super) roots: Roots,
}

/// The three roots of a header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Roots {
    pub(super) transactions: [u8; 32],
    pub(super) receipts: [u8; 32],
    pub(super) state: [u8; 32],
}

/// Executes the transactions of a block on a state, of which nothing but the root matters.
pub(super) fn execute<'a>(block: &'a Block, state_root: &[u8]) -> Executed<'a> {
    let mut writes = Vec::new();
    let mut receipts = Vec::with_capacity(block.transactions.len());
    let mut transactions = Sm3::new();
    for (index, transaction) in (0_u32..).zip(&block.transactions) {
        transactions.update(length(transaction.encoded.len()));
        transactions.update(&transaction.encoded);
        let status = match parse(&transaction.transaction.data.input) {
            Some(parsed) => {
                writes.extend(parsed);
                0
            }
            None => Receipt::INPUT_REFUSED,
        };
        let number = block.number();
        receipts.push(Receipt::new(transaction.hash, number, index, status));
    }
    let mut state = Sm3::new_with_prefix(state_root);
    for (key, value) in &writes {
        for part in [key, value] {
            state.update(length(part.len()));
            state.update(part);
        }
    }
    let in_receipts = receipts
        .iter()
        .fold(Sm3::new(), |hash, receipt| hash.chain_update(receipt.hash));
    Executed {
        roots: Roots {
            transactions: transactions.finalize().into(),
            receipts: in_receipts.finalize().into(),
            state: state.finalize().into(),
        },
        receipts,
        writes,
    }
}

/// The writes of an input; `None` if a line is none, or there are too many.
pub(super) fn parse(input: &[u8]) -> Option<Vec<(&str, &str)>> {
    let text = std::str::from_utf8(input).ok()?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut writes = Vec::new();
    for line in text.split('\n') {
        let (key, value) = line.split_once('=')?;
        if writes.len() == MOST_WRITES || !is_key(key) || value.len() > LONGEST_VALUE {
            return None;
        }
        writes.push((key, value));
    }
    Some(writes)
}

/// Whether a text can be a key.
pub(super) fn is_key(key: &str) -> bool {
    let stands =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-');
    (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(stands)
}

const MOST_WRITES: usize = 100;

/// In bytes.
const LONGEST_KEY: usize = 64;

/// In bytes.
const LONGEST_VALUE: usize = 1024;
