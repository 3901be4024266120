//! What a pool takes in, and what it answers.

use sm2_signing::ErrorKind;

use super::*;

/// An engine that is broken.
#[derive(Debug)]
struct Broken;

impl BatchVerifier for Broken {
    fn verify_batch(&self, _: &[Item]) -> Result<Verdicts, Error> {
        Err(Error::new(ErrorKind::Device, "the card is gone"))
    }
}

fn encoded(account: &SoftKey, data: TransactionData) -> Vec<u8> {
    signed(account, data).encoded.clone()
}

#[test]
fn a_batch_is_verified_once_and_waits_in_order() {
    let chain = Chain::new(1);
    let (pool, engine) = pool(&chain, 100);
    let mut changed = pool.changed();
    let sent: Vec<_> = (0..5)
        .map(|nonce| transaction(&chain.account, nonce, "k=v"))
        .collect();
    let answers = pool.submit(sent.iter().map(|one| one.encoded.clone()).collect());
    assert_eq!(engine.taken(), (1, 5));
    assert_eq!(
        answers.into_iter().map(Result::unwrap).collect::<Vec<_>>(),
        sent
    );
    assert!(changed.has_changed().unwrap());
    changed.mark_unchanged();
    assert_eq!(pool.take(3), sent[..3]);
    assert_eq!(pool.len(), 5);

    let block = commit(&chain, &pool);
    assert_eq!(block.transactions, sent);
    assert_eq!(pool.len(), 0);
    assert!(pool.submit(Vec::new()).is_empty());
    assert_eq!(engine.taken(), (0, 0));
    assert!(!changed.has_changed().unwrap());
}

#[test]
fn each_rejection_has_its_reason_and_number() {
    let chain = Chain::new(1);
    chain.grow(&["a=1"]);
    let (pool, engine) = pool(&chain, 2);
    let with = |change: &dyn Fn(&mut TransactionData)| {
        let mut data = data(50, "k=v");
        change(&mut data);
        encoded(&chain.account, data)
    };
    let waits = with(&|_| {});
    assert!(pool.submit(vec![waits.clone()])[0].is_ok());
    engine.taken();
    let mut unsigned = transaction(&chain.account, 51, "k=v").transaction.clone();
    unsigned.signature.truncate(64);
    let mut ethereum = transaction(&chain.account, 52, "k=v").transaction.clone();
    ethereum.kind = 1;
    let mut hash = transaction(&chain.account, 53, "k=v").transaction.clone();
    hash.data_hash[0] ^= 1;
    let cases = [
        (waits.clone(), 10_004),
        (with(&|data| data.nonce = "1".into()), 0),
        (encoded(&chain.account, data(1, "a=1")), 10_005),
        (with(&|data| data.chain_id = "chain1".into()), 10_006),
        (with(&|data| data.group_id = "group1".into()), 10_007),
        (with(&|data| data.block_limit = 1), 10_001),
        (with(&|data| data.block_limit = -1), 10_001),
        (with(&|data| data.block_limit = 602), 10_001),
        (forged(&chain.account, 54), 10_008),
        (unsigned.encode().unwrap(), 10_008),
        (hash.encode().unwrap(), 10_008),
        (ethereum.encode().unwrap(), 10_003),
        (Vec::new(), 10_006),
        (waits[..waits.len() - 1].to_vec(), 10_003),
        (vec![0xFF; 100], 10_003),
        (vec![0; Pool::LARGEST + 1], 10_003),
        (with(&|data| data.nonce = "2".into()), 10_002),
    ];
    let answers = pool.submit(cases.iter().map(|(bytes, _)| bytes.clone()).collect());
    for (index, (answer, (_, expected))) in answers.iter().zip(&cases).enumerate() {
        let code = answer.as_ref().map_or_else(Rejected::code, |_| 0);
        assert_eq!(code, *expected, "{index}: {answer:?}");
    }
    // The two good ones and the forged one: nothing else reached the engine.
    assert_eq!(engine.taken(), (1, 3));
    assert_eq!(pool.len(), 2);
    let mut empty = data(60, "k=v");
    empty.block_limit = 601;
    let (roomy, _) = self::pool(&chain, 9);
    assert!(roomy.submit(vec![encoded(&chain.account, empty)])[0].is_ok());
}

#[test]
fn the_same_bytes_twice_in_a_batch_are_verified_once() {
    let chain = Chain::new(1);
    let (pool, engine) = pool(&chain, 100);
    let good = transaction(&chain.account, 1, "k=v");
    // The forged one comes first and must not keep the good one out.
    let forged = forged(&chain.account, 1);
    let batch = vec![forged, good.encoded.clone(), good.encoded.clone()];
    let answers = pool.submit(batch);
    assert_eq!(
        answers[0],
        Err(Rejected::InvalidSignature(Rejection::Signature))
    );
    assert_eq!(answers[1], Ok(good));
    assert_eq!(answers[2], Err(Rejected::AlreadyInTxPool));
    assert_eq!(engine.taken(), (1, 2));
    assert_eq!(pool.len(), 1);
}

#[test]
fn bytes_are_bounded_too() {
    let chain = Chain::new(1);
    let (pool, _) = pool(&chain, 10_000);
    let large = |nonce| {
        let input = "x".repeat(Pool::LARGEST - 400);
        transaction(&chain.account, nonce, &input).encoded.clone()
    };
    let count = Pool::MAX_BYTES as u64 / (Pool::LARGEST as u64 - 400) + 1;
    let answers = pool.submit((0..count).map(large).collect());
    let full = answers
        .iter()
        .filter(|answer| **answer == Err(Rejected::TxPoolIsFull));
    assert!((1..4).contains(&full.count()));
    // What is removed makes room.
    let before = pool.len();
    commit(&chain, &pool);
    assert!(pool.len() < before);
    assert!(pool.submit(vec![large(count + 1)])[0].is_ok());
}

#[test]
fn an_engine_that_fails_says_nothing_about_transactions() {
    let chain = Chain::new(1);
    let name = chain.settings.chain.clone();
    let pool = Pool::new(Arc::new(Broken), chain.ledger.clone(), name, 10);
    let good = transaction(&chain.account, 1, "k=v").encoded.clone();
    let answers = pool.submit(vec![good.clone(), vec![0xFF]]);
    assert!(matches!(&answers[0], Err(Rejected::Unknown(why)) if why.contains("the card is gone")));
    assert_eq!(answers[1].as_ref().unwrap_err().code(), 10_003);
    let (index, rejected) = pool.verify(&[good]).unwrap_err();
    assert_eq!((index, rejected.code()), (0, 1));
    assert_eq!(pool.len(), 0);
}

#[test]
fn many_threads_submit_the_same() {
    let chain = Chain::new(1);
    let (pool, _) = pool(&chain, 100);
    let batch: Vec<_> = (0..20)
        .map(|nonce| transaction(&chain.account, nonce, "k=v").encoded.clone())
        .collect();
    let accepted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let answers = pool.submit(batch.clone());
                    answers.into_iter().filter(Result::is_ok).count()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_eq!((accepted, pool.len()), (20, 20));
}

#[test]
fn a_transaction_whose_fields_could_be_others_is_refused() {
    let chain = Chain::new(1);
    let (pool, _) = pool(&chain, 10);
    type Change = fn(&mut TransactionData);
    let changes: [Change; 8] = [
        |data| data.nonce.clear(),
        |data| data.nonce = "12k".to_owned(),
        |data| data.to.clear(),
        |data| data.to = "0x01".to_owned(),
        |data| data.to = format!("0x{}", "g".repeat(40)),
        |data| data.abi = "[]".to_owned(),
        |data| data.version = 1,
        |data| data.version = -1,
    ];
    for (nonce, change) in (1..).zip(changes) {
        let mut changed = data(nonce, "k=v");
        change(&mut changed);
        let encoded = signed(&chain.account, changed).encoded.clone();
        let answer = pool.submit(vec![encoded.clone()]).pop().unwrap();
        assert_eq!(answer, Err(Rejected::Ambiguous), "change {nonce}");
        assert_eq!(pool.verify(&[encoded]), Err((0, Rejected::Ambiguous)));
    }
}
