use super::*;

#[test]
fn the_genesis_block_follows_from_the_configuration() {
    let chain = Chain::new(4);
    let tip = chain.ledger.tip();
    let header = chain.ledger.header(0).unwrap().unwrap();
    assert_eq!((tip.number, tip.timestamp), (0, 0));
    assert_eq!(tip.hash, header.data.hash());
    assert_eq!(header.data, genesis::header(&chain.settings));
    assert_eq!(header.data.extra_data, chain.settings.extra_data.as_bytes());
    assert_eq!(chain.ledger.number_of(&tip.hash).unwrap(), Some(0));
    assert_eq!(chain.ledger.last_sealed(), 0);
    // The same files make the same block.
    let settings = chain.files.read().unwrap();
    assert_eq!(genesis::header(&settings).hash(), tip.hash);
}

#[test]
fn blocks_are_executed_and_kept() {
    let chain = Chain::new(1);
    let first = chain.grow(&["a=1\nb=2", "no write", "a=3\n"]);
    let second = chain.grow(&["b="]);
    let tip = chain.ledger.tip();
    assert_eq!((tip.number, tip.hash), (2, second.hash()));
    assert_eq!(chain.ledger.get("a").unwrap().unwrap(), b"3");
    assert_eq!(chain.ledger.get("b").unwrap().unwrap(), b"");
    assert_eq!(chain.ledger.get("c").unwrap(), None);
    assert_eq!(chain.ledger.transaction_count(), 4);
    assert_eq!(chain.ledger.failed_count(), 1);
    for (index, status) in [(0, 0), (1, Receipt::INPUT_REFUSED), (2, 0)] {
        let hash = first.transactions[index].hash;
        let committed = chain.ledger.transaction(&hash).unwrap().unwrap();
        assert_eq!(committed.encoded, first.transactions[index].encoded);
        assert_eq!(committed.receipt.transaction_hash, hash);
        assert_eq!(committed.receipt.index as usize, index);
        assert_eq!(committed.receipt.block_number, 1);
        assert_eq!(committed.receipt.status, status);
        let receipt = chain.ledger.receipt(&hash).unwrap();
        assert_eq!(receipt, Some(committed.receipt));
    }
    assert_eq!(chain.ledger.receipt(&[7; 32]).unwrap(), None);
    assert_eq!(chain.ledger.transaction(&[7; 32]).unwrap(), None);
    assert_eq!(chain.ledger.number_of(&first.hash()).unwrap(), Some(1));
    assert_eq!(
        chain.ledger.block_bytes(1).unwrap().unwrap(),
        first.encode()
    );
    assert_eq!(chain.ledger.block_bytes(3).unwrap(), None);
}

#[test]
fn inputs_are_writes_or_nothing() {
    let key = "k".repeat(64);
    let value = "v".repeat(1024);
    let hundred = "k=v\n".repeat(100);
    for good in ["k=v", "k=v\n", "k=", "k==", "a.b_c/d-E9=\u{4e2d}", &hundred] {
        assert!(execute::parse(good.as_bytes()).is_some(), "{good}");
    }
    assert!(execute::parse(format!("{key}={value}").as_bytes()).is_some());
    for bad in [
        "",
        "\n",
        "k",
        "=v",
        "k=v\n\n",
        "\nk=v",
        "k =v",
        " k=v",
        "\u{4e2d}=v",
        "k\0=v",
        "k=v\nx",
    ] {
        assert_eq!(execute::parse(bad.as_bytes()), None, "{bad:?}");
    }
    assert_eq!(execute::parse(format!("{hundred}k=v").as_bytes()), None);
    assert_eq!(execute::parse(format!("{key}k=v").as_bytes()), None);
    assert_eq!(execute::parse(format!("k={value}v").as_bytes()), None);
    assert_eq!(execute::parse(b"k=\xFF"), None);
}

/// A good block and a change that makes a bad one of it.
fn refused(change: impl FnOnce(&Chain, &mut Block)) -> Refused {
    let chain = Chain::new(2);
    let old = chain.grow(&["a=1"]);
    let transactions = vec![
        transaction(&chain.account, 10, "x=1"),
        transaction(&chain.account, 11, "y=2"),
    ];
    let mut block = chain.ledger.propose(transactions, 1, now()).unwrap();
    chain.ledger.check(&block).unwrap();
    assert_ne!(block.header.parents, old.header.parents);
    change(&chain, &mut block);
    let checked = chain.ledger.check(&block).unwrap_err();
    // What is refused is not committed either, but for its time.
    if !matches!(checked, Refused::TooLate { .. }) {
        let error = chain.ledger.commit(&block).unwrap_err();
        let LedgerError::Refused(committed) = error else {
            panic!("{error}");
        };
        assert_eq!(committed.to_string(), checked.to_string());
        assert_eq!(chain.ledger.tip().number, 1);
    }
    checked
}

/// Whether a change makes a block that is refused in this way.
macro_rules! assert_refused {
    ($pattern:pat, $change:expr) => {{
        let refused = refused($change);
        assert!(matches!(refused, $pattern), "{refused:?}");
    }};
}

#[test]
fn each_rule_of_the_header_has_its_own_refusal() {
    use Refused::*;
    assert_refused!(
        Number {
            found: 3,
            expected: 2
        },
        |_, block| block.header.number = 3
    );
    assert_refused!(Number { found: -1, .. }, |_, block| block.header.number =
        -1);
    assert_refused!(Parent, |_, block| block.header.parents.clear());
    assert_refused!(Parent, |_, block| block.header.parents[0].hash[31] ^= 1);
    assert_refused!(Parent, |_, block| block.header.parents[0].number = 0);
    assert_refused!(Parent, |_, block| {
        let parent = block.header.parents[0].clone();
        block.header.parents.push(parent);
    });
    assert_refused!(Version { found: 1, .. }, |_, block| block.header.version =
        1);
    assert_refused!(Sealers, |_, block| block.header.sealers.swap(0, 1));
    assert_refused!(Sealers, |_, block| block.header.sealers.truncate(1));
    assert_refused!(Sealers, |_, block| block.header.weights[1] = 2);
    assert_refused!(Sealers, |_, block| block.header.weights.push(1));
    assert_refused!(Proposer(2), |_, block| block.header.sealer = 2);
    assert_refused!(Proposer(-1), |_, block| block.header.sealer = -1);
    assert_refused!(Field("extra data"), |_, block| {
        block.header.extra_data = vec![1];
    });
    assert_refused!(Field("used gas"), |_, block| {
        block.header.gas_used = "1".to_owned();
    });
    assert_refused!(TooEarly { .. }, |chain, block| {
        block.header.timestamp = chain.ledger.tip().timestamp;
    });
    assert_refused!(TooLate { .. }, |_, block| {
        block.header.timestamp = now() + 60_000;
    });
    assert_refused!(TransactionsRoot, |_, block| {
        block.header.transactions_root[0] ^= 1;
    });
    assert_refused!(ReceiptsRoot, |_, block| block.header.receipts_root.clear());
    assert_refused!(StateRoot, |_, block| block.header.state_root[31] ^= 1);
}

#[test]
fn each_rule_of_the_transactions_has_its_own_refusal() {
    use Refused::*;
    // One transaction that is another, missing, more, or in another place.
    assert_refused!(TransactionsRoot, |chain, block| {
        block.transactions[1] = transaction(&chain.account, 11, "y=3");
    });
    assert_refused!(TransactionsRoot, |_, block| block.transactions.truncate(1));
    assert_refused!(TransactionsRoot, |chain, block| {
        let more = transaction(&chain.account, 12, "z=3");
        block.transactions.push(more);
    });
    assert_refused!(TransactionsRoot, |_, block| block.transactions.swap(0, 1));
    // The same data signed by somebody else have the same hash.
    assert_refused!(TransactionsRoot, |_, block| {
        let other = SoftKey::generate().unwrap();
        let forged = transaction(&other, 11, "y=2");
        assert_eq!(forged.hash, block.transactions[1].hash);
        block.transactions[1] = forged;
    });
    assert_refused!(Duplicate(2), |_, block| {
        let twice = Arc::clone(&block.transactions[0]);
        block.transactions.push(twice);
    });
    assert_refused!(InChain(1), |chain, block| {
        block.transactions[1] = transaction(&chain.account, 1, "a=1");
    });
    for (limit, index) in [(1, 0), (0, 0), (-1, 0), (602, 0), (i64::MAX, 0)] {
        let refused = refused(|chain, block| {
            let mut data = data(20, "x=1");
            data.block_limit = limit;
            block.transactions[index] = signed(&chain.account, data);
        });
        assert!(matches!(refused, BlockLimit(0)), "{limit}: {refused:?}");
    }
    for (chain_id, group_id) in [("chain1", "group0"), ("chain0", "group1")] {
        let refused = refused(|chain, block| {
            let mut data = data(20, "x=1");
            data.chain_id = chain_id.to_owned();
            data.group_id = group_id.to_owned();
            block.transactions[0] = signed(&chain.account, data);
        });
        assert!(matches!(refused, Chain(0)), "{refused:?}");
    }
    assert_refused!(
        TooMany {
            found: 1001,
            most: 1000
        },
        |_, block| {
            let one = Arc::clone(&block.transactions[0]);
            block.transactions = vec![one; 1001];
        }
    );
    assert_refused!(TooLarge, |chain, block| {
        let large = |nonce| transaction(&chain.account, nonce, &"x".repeat(2 << 20));
        block.transactions = (20..26).map(large).collect();
    });
}

#[test]
fn the_limits_of_the_clock_and_of_block_limits_are_exact() {
    let chain = Chain::new(1);
    let block = chain.ledger.propose(Vec::new(), 0, 100_000).unwrap();
    chain.ledger.check_at(&block, 70_000).unwrap();
    assert!(chain.ledger.check_at(&block, 69_999).is_err());
    for (limit, stands) in [(0, false), (1, true), (600, true), (601, false)] {
        let mut data = data(1, "x=1");
        data.block_limit = limit;
        let offered = vec![signed(&chain.account, data)];
        let block = chain.ledger.propose(offered, 0, now()).unwrap();
        assert_eq!(block.transactions.len() == 1, stands, "{limit}");
    }
}

#[test]
fn a_proposal_leaves_out_what_cannot_be_in_it() {
    let chain = Chain::new(1);
    let old = chain.grow(&["a=1"]);
    let good = transaction(&chain.account, 5, "b=2");
    let mut expired = data(6, "c=3");
    expired.block_limit = 1;
    let offered = vec![
        Arc::clone(&old.transactions[0]),
        Arc::clone(&good),
        Arc::clone(&good),
        signed(&chain.account, expired),
    ];
    let block = chain.ledger.propose(offered, 0, 0).unwrap();
    assert_eq!(block.transactions, [good]);
    // The clock of this node is behind, the block is not.
    assert_eq!(block.header.timestamp, old.header.timestamp + 1);
    chain.ledger.check(&block).unwrap();

    let large = |nonce| transaction(&chain.account, nonce, &"x".repeat(2 << 20));
    let block = chain
        .ledger
        .propose((20..27).map(large).collect(), 0, now())
        .unwrap();
    assert_eq!(block.transactions.len(), 5);
    chain.ledger.check(&block).unwrap();
    let one = transaction(&chain.account, 1, "a=1");
    let many = (100..1200).map(|nonce| {
        let mut copy = (*one).clone();
        copy.hash[..8].copy_from_slice(&u64::to_be_bytes(nonce));
        Arc::new(copy)
    });
    let block = chain.ledger.propose(many.collect(), 0, now()).unwrap();
    assert_eq!(block.transactions.len(), 1000);
}

#[test]
fn seals_are_kept_once_and_sorted() {
    let chain = Chain::new(4);
    let blocks = [chain.grow(&["a=1"]), chain.grow(&["a=2"])];
    let seal = |block: &Block, index: usize| {
        SealerSignature::sign(&block.header, index, &chain.sealers[index]).unwrap()
    };
    let [first, second] = &blocks;
    // The second block has its quorum first: not all up to it have.
    let seals: Vec<_> = (0..3).map(|index| seal(second, index)).collect();
    chain.ledger.add_seals(2, &seals).unwrap();
    assert_eq!(chain.ledger.last_sealed(), 0);
    let (three, one) = (seal(first, 3), seal(first, 1));
    chain
        .ledger
        .add_seals(1, &[three.clone(), one.clone(), three.clone()])
        .unwrap();
    assert_eq!(chain.ledger.last_sealed(), 0);
    // Another signature of the same sealer, and one of nobody.
    let mut nobody = seal(first, 0);
    nobody.sealer_index = 4;
    chain
        .ledger
        .add_seals(1, &[seal(first, 1), nobody])
        .unwrap();
    let header = chain.ledger.header(1).unwrap().unwrap();
    assert_eq!(header.signatures, [one, three]);
    assert_eq!(chain.ledger.last_sealed(), 0);
    chain.ledger.add_seals(1, &[seal(first, 0)]).unwrap();
    assert_eq!(chain.ledger.last_sealed(), 2);

    let engine = sm2_batch::best().unwrap();
    let bytes = chain.ledger.block_bytes(1).unwrap().unwrap();
    let unchecked = Block::decode(&bytes).unwrap();
    let sealed = unchecked
        .sealed_header()
        .verify_seal(&chain.settings.sealers, &engine)
        .unwrap();
    assert_eq!((sealed.hash, sealed.weight), (first.hash(), 3));
    let error = chain.ledger.add_seals(3, &[seal(first, 0)]).unwrap_err();
    assert!(matches!(error, LedgerError::NoBlock(3)));
}
