use super::*;
use crate::ledger::tests::{Chain, transaction};

fn block() -> Block {
    let chain = Chain::new(2);
    let transactions = (1..=3)
        .map(|nonce| transaction(&chain.account, nonce, "k=v"))
        .collect();
    chain.ledger.propose(transactions, 1, 5).unwrap()
}

#[test]
fn a_block_comes_back_as_it_was() {
    let block = block();
    let decoded = Block::decode(&block.encode()).unwrap();
    assert_eq!(decoded.header, block.header);
    assert!(decoded.signatures.is_empty());
    let encoded: Vec<_> = block.transactions.iter().map(|one| &one.encoded).collect();
    assert_eq!(decoded.transactions.iter().collect::<Vec<_>>(), encoded);
    assert_eq!(decoded.sealed_header().data, block.header);
    assert_eq!(decoded.with_verified(block.transactions.clone()), block);
}

#[test]
fn a_block_cut_anywhere_is_refused() {
    let bytes = block().encode();
    for length in 0..bytes.len() {
        assert!(Block::decode(&bytes[..length]).is_err(), "{length}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(Block::decode(&longer), Err(DecodeError::Trailing(1)));
}

#[test]
fn no_changed_byte_makes_a_panic() {
    let bytes = block().encode();
    for index in 0..bytes.len() {
        for value in [0, 0x7F, 0xFF, bytes[index] ^ 1] {
            let mut changed = bytes.clone();
            changed[index] = value;
            if let Ok(decoded) = Block::decode(&changed) {
                assert!(decoded.transactions.len() <= bytes.len() / 4);
            }
        }
    }
}

#[test]
fn huge_lengths_and_counts_are_refused() {
    let huge = u32::MAX.to_be_bytes();
    let error = Block::decode(&huge).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the header has 4294967295 bytes and 0 are left"
    );
    let header = encode_header(&BlockHeader::default());
    let error = Block::decode(&join(&header, &huge)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the list of transactions has 566935682940 bytes and 0 are left"
    );
    let body = [&1_u32.to_be_bytes()[..], &huge, &[0; 128]].concat();
    let error = Block::decode(&join(&header, &body)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a transaction has 4294967295 bytes and 128 are left"
    );
    let empty = join(&[], &0_u32.to_be_bytes());
    assert_eq!(Block::decode(&empty), Err(DecodeError::NoHeader));
    let long = join(&vec![0x0C; (1 << 20) + 1], &0_u32.to_be_bytes());
    assert_eq!(
        Block::decode(&long),
        Err(DecodeError::LongHeader((1 << 20) + 1))
    );
    // Many transactions without any bytes.
    let body = [&1000_u32.to_be_bytes()[..], &[0; 4000]].concat();
    let error = Block::decode(&join(&header, &body)).unwrap_err();
    assert!(matches!(error, DecodeError::Truncated { .. }));
    let broken = join(&[0x1A], &0_u32.to_be_bytes());
    assert!(matches!(
        Block::decode(&broken),
        Err(DecodeError::Header(_))
    ));
}
