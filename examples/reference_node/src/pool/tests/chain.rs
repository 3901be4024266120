//! What waits while the chain grows: blocks that are verified and committed, and who waits for a receipt.

use super::*;

#[test]
fn a_block_is_verified_but_for_what_waits_byte_for_byte() {
    let chain = Chain::new(1);
    let (pool, engine) = pool(&chain, 100);
    let sent: Vec<_> = (0..4)
        .map(|nonce| transaction(&chain.account, nonce, "k=v"))
        .collect();
    let bytes: Vec<_> = sent.iter().map(|one| one.encoded.clone()).collect();
    pool.submit(bytes[..2].to_vec());
    engine.taken();
    let verified = pool.verify(&bytes).unwrap();
    assert_eq!(verified, sent);
    assert_eq!(engine.taken(), (1, 2));
    // Nothing was added, and what was known is not copied.
    assert_eq!(pool.len(), 2);
    assert!(Arc::ptr_eq(&verified[0], &pool.take(1)[0]));
    assert_eq!(pool.verify(&bytes[..2]).unwrap().len(), 2);
    assert_eq!(engine.taken(), (0, 0));

    // A forged signature under data that wait.
    let mut bad = bytes.clone();
    bad[1] = forged(&chain.account, 1);
    let (index, rejected) = pool.verify(&bad).unwrap_err();
    assert_eq!((index, rejected.code()), (1, 10_008));
    for (index, wrong) in [
        (0, vec![]),
        (3, vec![0xFF]),
        (2, vec![0; Pool::LARGEST + 1]),
    ] {
        let mut bad = bytes.clone();
        bad[index] = wrong;
        assert_eq!(pool.verify(&bad).unwrap_err().0, index);
    }
}

#[test]
fn block_limits_pass() {
    let chain = Chain::new(1);
    let (pool, _) = pool(&chain, 100);
    let limited = |nonce, limit| {
        let mut data = data(nonce, "k=v");
        data.block_limit = limit;
        signed(&chain.account, data)
    };
    let (first, second) = (limited(1, 1), limited(2, 2));
    let batch = [&first, &second].map(|one| one.encoded.clone());
    pool.submit(batch.to_vec());
    let mut lost = pool.wait_for(first.hash);
    let mut kept = pool.wait_for(second.hash);
    let empty = chain.ledger.propose(Vec::new(), 0, 1).unwrap();
    chain.ledger.commit(&empty).unwrap();
    pool.committed(&empty);
    assert_eq!(pool.take(9), [Arc::clone(&second)]);
    assert_eq!(lost.try_recv(), Err(oneshot::error::TryRecvError::Closed));
    assert_eq!(kept.try_recv(), Err(oneshot::error::TryRecvError::Empty));
    commit(&chain, &pool);
    assert_eq!(kept.try_recv().unwrap().transaction_hash, second.hash);
    let answer = &pool.submit(vec![limited(3, 2).encoded.clone()])[0];
    assert!(matches!(answer, Err(Rejected::BlockLimitCheckFail { .. })));
}

#[test]
fn who_waits_is_told_before_and_after() {
    let chain = Chain::new(1);
    let (pool, _) = pool(&chain, 100);
    let sent = transaction(&chain.account, 1, "no write");
    pool.submit(vec![sent.encoded.clone()]);
    let mut waiters = [pool.wait_for(sent.hash), pool.wait_for(sent.hash)];
    commit(&chain, &pool);
    let mut late = pool.wait_for(sent.hash);
    let receipt = late.try_recv().unwrap();
    assert_eq!(
        (receipt.block_number, receipt.status),
        (1, Receipt::INPUT_REFUSED)
    );
    for waiter in &mut waiters {
        assert_eq!(waiter.try_recv().unwrap(), receipt);
    }
}

#[test]
fn who_does_not_wait_any_more_is_forgotten() {
    let mut waiting = Waiting::new(1, 1);
    let (kept, _receiver) = oneshot::channel();
    waiting.wait([0; 32], kept);
    for number in 0..5000_u64 {
        let mut hash = [1; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        waiting.wait(hash, oneshot::channel().0);
    }
    assert!(waiting.waited_for() <= 1025);
    assert_eq!(waiting.waiters(&[0; 32]).len(), 1);
}

/// An engine during whose first batch a block is committed.
#[derive(Debug)]
struct Meanwhile {
    engine: Arc<Counting>,
    ledger: Ledger,
    block: Mutex<Option<Block>>,
}

impl Meanwhile {
    fn commit(&self) {
        if let Some(block) = self.block.lock().unwrap().take() {
            self.ledger.commit(&block).unwrap();
        }
    }
}

impl BatchVerifier for Meanwhile {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        self.commit();
        self.engine.verify_batch(items)
    }
}

#[test]
fn the_chain_may_grow_while_signatures_are_verified() {
    let chain = Chain::new(1);
    let inside = transaction(&chain.account, 1, "k=v");
    let mut limited = data(2, "k=v");
    limited.block_limit = 1;
    let expired = signed(&chain.account, limited);
    let good = transaction(&chain.account, 3, "k=v");
    let block = chain
        .ledger
        .propose(vec![Arc::clone(&inside)], 0, 1)
        .unwrap();
    let engine = Meanwhile {
        engine: Counting::new(),
        ledger: chain.ledger.clone(),
        block: Mutex::new(Some(block)),
    };
    let name = chain.settings.chain.clone();
    let pool = Pool::new(Arc::new(engine), chain.ledger.clone(), name, 10);
    let batch = [&inside, &expired, &good].map(|one| one.encoded.clone());
    let answers = pool.submit(batch.to_vec());
    assert_eq!(answers[0], Err(Rejected::TxAlreadyInChain));
    assert!(matches!(
        answers[1],
        Err(Rejected::BlockLimitCheckFail { .. })
    ));
    assert_eq!(answers[2].as_ref(), Ok(&good));
    assert_eq!(pool.take(10), [good]);
}
