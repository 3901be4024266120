use fisco_node::transaction::{Transaction, TransactionData};
use proptest::prelude::*;
use sm_soft::SoftVerifier;
use sm2_signing::Signer;

use crate::{KEY, soft_key};

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), ".{0,12}", "[0-9]{250,260}"]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

fn numbers() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), -200_i64..200]
}

prop_compose! {
    fn data()(
        version in 0..4,
        names in [texts(), texts(), texts(), texts()],
        abi in texts(),
        prices in ["0x[0-9a-f]{0,9}", "0x[0-9a-f]{0,9}", "0x[0-9a-f]{0,9}", "0x[0-9a-f]{0,9}"],
        numbers in [numbers(), numbers()],
        parts in [bytes(), bytes()],
    ) -> TransactionData {
        let [chain_id, group_id, nonce, to] = names;
        let mut data = TransactionData::new(chain_id, group_id, numbers[0], nonce);
        data.version = version;
        data.to = to;
        data.abi = abi;
        [data.value, data.gas_price, data.max_fee_per_gas, data.max_priority_fee_per_gas] = prices;
        data.gas_limit = numbers[1];
        [data.input, data.extension] = parts;
        data
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_and_encoded_is_decoded_and_verified(
        data in data(),
        import_time in numbers(),
        attribute in any::<i32>(),
        sender in bytes(),
        extra_data in texts(),
    ) {
        let key = soft_key(KEY);
        let mut transaction = Transaction::sign(data, &key).unwrap();
        transaction.import_time = import_time;
        transaction.attribute = attribute;
        transaction.sender = sender;
        transaction.extra_data = extra_data;
        let decoded = Transaction::decode(&transaction.encode().unwrap()).unwrap();
        prop_assert_eq!(&decoded, &transaction);
        let verified = decoded.verify(&SoftVerifier::new()).unwrap();
        prop_assert_eq!(verified.hash, sm_soft::hash::sm3(&decoded.data.hash_preimage()));
        prop_assert_eq!(verified.public_key, *key.public_key());
    }

    #[test]
    fn other_kinds_keep_their_bytes(kind in any::<i8>(), raw in bytes(), hash in bytes()) {
        let mut transaction = Transaction::default();
        transaction.kind = kind;
        transaction.extra_transaction_bytes = raw;
        transaction.extra_transaction_hash = hash;
        prop_assert_eq!(Transaction::decode(&transaction.encode().unwrap()), Ok(transaction));
    }
}
