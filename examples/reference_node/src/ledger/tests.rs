mod blocks;
mod disk;

use fisco_node::transaction::{Address, Transaction, TransactionData};
use sm_soft::SoftKey;
use sm2_signing::Signer as _;

use super::*;
use crate::settings::tests::Files;

/// A chain with one node, whose directory goes when this does.
pub(crate) struct Chain {
    pub(crate) files: Files,
    pub(crate) settings: Settings,
    pub(crate) ledger: Ledger,
    /// The sealers' keys, in the order of the sealers.
    pub(crate) sealers: Vec<SoftKey>,
    pub(crate) account: SoftKey,
}

impl Chain {
    pub(crate) fn new(sealers: usize) -> Self {
        let mut sealers: Vec<SoftKey> =
            (0..sealers).map(|_| SoftKey::generate().unwrap()).collect();
        sealers.sort_by_key(|key| *key.public_key());
        let files = Files::new(&sealers);
        let settings = files.read().unwrap();
        Self {
            ledger: Ledger::open(&settings.data, &settings).unwrap(),
            files,
            settings,
            sealers,
            account: SoftKey::generate().unwrap(),
        }
    }

    /// Commits a block with a transaction for each of the inputs.
    pub(crate) fn grow(&self, inputs: &[&str]) -> Block {
        let next = self.ledger.transaction_count() + 1;
        let transactions = (next..)
            .zip(inputs)
            .map(|(nonce, input)| transaction(&self.account, nonce, input))
            .collect();
        let block = self.ledger.propose(transactions, 0, now()).unwrap();
        assert_eq!(block.transactions.len(), inputs.len());
        self.ledger.check(&block).unwrap();
        self.ledger.commit(&block).unwrap();
        block
    }
}

/// The data of a transaction of the test chain.
pub(crate) fn data(nonce: u64, input: &str) -> TransactionData {
    let mut data = TransactionData::new("chain0", "group0", 500, nonce.to_string());
    data.to = format!("0x{}", "0".repeat(40));
    data.input = input.as_bytes().to_vec();
    data
}

/// A transaction of the test chain.
pub(crate) fn transaction(account: &SoftKey, nonce: u64, input: &str) -> Arc<PooledTransaction> {
    signed(account, data(nonce, input))
}

/// A transaction with these data.
pub(crate) fn signed(account: &SoftKey, data: TransactionData) -> Arc<PooledTransaction> {
    let transaction = Transaction::sign(data, account).unwrap();
    Arc::new(PooledTransaction {
        hash: transaction.data.hash(),
        sender: Address::of(account.public_key()),
        encoded: transaction.encode().unwrap(),
        transaction,
    })
}
