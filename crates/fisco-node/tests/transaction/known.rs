//! Transactions, keys and hashes that others made, byte for byte.

use fisco_node::transaction::{
    Address, SignatureWithKey, Transaction, TransactionData, verify_encoded,
};
use sm_soft::SoftVerifier;
use sm2_signing::{Prehash, PublicKey, Signer, UserId, Verifier, VerifyError, Z};

use crate::{KEY, call_data, soft_key, unhex, unhex32};

/// Printed by the FISCO BCOS 3.x documentation (develop/api.md, `sendTransaction`): a contract deployed on a guomi chain.
const DEPLOY: &str = include_str!("deploy.hex");

/// The fields of FISCO BCOS's unit test TransactionTest.cpp, written with an independent program and signed with the
/// key of its SignatureTest.cpp; no node has seen it.
const CALL: &str = include_str!("call.hex");
const PUBLIC_KEY: &str = "f7dee65e76603ed7cd4c598d53cabe875c459e0fae4c6fd7b858189fd4741081\
                          e970bca0d5cb571a7ac30586aec71b23187d4b25e59143812f74a2744604d42b";
const ADDRESS: &str = "0x1b006263a5566083ce0db1a420ee6bb9898daa77";

#[test]
fn a_transaction_of_the_documentation() {
    let bytes = unhex(DEPLOY);
    assert_eq!(bytes.len(), 1753);
    let transaction = Transaction::decode(&bytes).unwrap();

    let data = &transaction.data;
    assert_eq!((data.version, data.block_limit), (0, 507));
    assert_eq!((&*data.chain_id, &*data.group_id), ("chain0", "group0"));
    assert_eq!((data.nonce.len(), &*data.to), (77, ""));
    assert_eq!((data.input.len(), data.abi.len()), (1131, 342));
    assert!(data.abi.starts_with(r#"[{"inputs":[],"#));

    let hash = unhex32("867fc7059f04e9f172202b777673a8413c9e47990dcd09b11311a2f1f5b55a4f");
    assert_eq!((data.hash(), &*transaction.data_hash), (hash, &hash[..]));
    let key = SignatureWithKey::from_slice(&transaction.signature)
        .unwrap()
        .key;
    assert_eq!(
        Z::new(&key, &UserId::DEFAULT).to_string(),
        "e2b65499fc78eca8414f60480f6e1c0a0be76a7e0419ffe2c9fc473279d847b0"
    );
    let e = "500a9595331922cadba8e50ce0d3e494abaf57c1a023fe8139dfbc41eb2d6f26";
    assert_eq!(data.prehash(&key).to_string(), e);
    assert_eq!(transaction.item().unwrap().e.to_string(), e);

    let verified = transaction.verify(&SoftVerifier::new()).unwrap();
    assert_eq!((verified.hash, verified.public_key), (hash, key));
    assert_eq!(
        verified.address.to_string(),
        "0xf3293c3452b3b0479e64a4c612e8c1b0da5fe1af"
    );
    assert_eq!(transaction.encode().unwrap(), bytes);
}

#[test]
fn a_transaction_made_for_the_tests() {
    let bytes = unhex(CALL);
    assert_eq!(bytes.len(), 611);
    let data = call_data();
    assert_eq!(data.hash_preimage().len(), 435);
    let hash = unhex32("4b9f982298fc04a9480612c990c5b185c36d20cce358d13a31740015a690bf1e");
    assert_eq!(data.hash(), hash);
    let key = PublicKey::from_hex(PUBLIC_KEY).unwrap();
    let e = "cf2eaca1414bcfe1fcb54346d90ec2989cb17fa2cbf77bec4d0e2d04dc316789";
    assert_eq!(data.prehash(&key).to_string(), e);

    let decoded = Transaction::decode(&bytes).unwrap();
    assert_eq!(decoded.data, data);
    let mut transaction = Transaction::sign(data, &soft_key(KEY)).unwrap();
    transaction.signature.clone_from(&decoded.signature);
    assert_eq!(transaction, decoded);
    assert_eq!(transaction.encode().unwrap(), bytes);
    let verified = transaction.verify(&SoftVerifier::new()).unwrap();
    assert_eq!(verified.address.to_string(), ADDRESS);
}

/// FISCO BCOS, SignatureTest.cpp: the hash is not what SM2 signs.
#[test]
fn a_hash_is_signed_as_a_message() {
    let parts = SignatureWithKey::from_slice(&unhex(&format!(
        "cd39bf939d999ca710576a629c962edfc28608701a3a7b61c971daeac5a1399c\
         f4a7272fa80783e171c7fd5b038a3af4521f681ebe9fd44db3b60e750c438293{PUBLIC_KEY}"
    )))
    .unwrap();
    let hash = unhex32("82ec580fe6d36ae4f81cae3c73f4a5b3b5a09c943172dc9053c69fd8e18dca1e");
    assert_eq!(sm_soft::hash::sm3(b"abcd"), hash);
    let e = Prehash::of(&parts.key, &UserId::DEFAULT, &hash);
    assert_eq!(
        e.to_string(),
        "bf2deebb8fa0b9a60d6cf1c6a8c8607febcaa916b333a2cbd4c386c13fc196c5"
    );
    let verify = |e: &Prehash| SoftVerifier::new().verify(&parts.key, e, &parts.signature);
    assert!(verify(&e).is_ok());
    let without_z = verify(&Prehash::from_bytes(&hash));
    assert!(matches!(without_z, Err(VerifyError::Invalid)));
}

#[test]
fn addresses_of_known_keys() {
    for (secret, public_key, address) in [
        (KEY, PUBLIC_KEY, ADDRESS),
        (
            "bcec428d5205abe0f0cc8a734083908d9eb8563e31f943d760786edf42ad67dd",
            "77a8f8d2f786f079bd661e774da3a9f430c76b9acbcd71f9976bff7456bb136a\
             80cb97335cc929a531791970f8ce10c0ca6ffb391e9ef241a48cbd8f3db1a82e",
            "0x4b99a949a24f3dc8dc54b02d51ec0ae4c8bb7018",
        ),
    ] {
        let key = soft_key(secret);
        assert_eq!(key.public_key().to_string(), public_key);
        assert_eq!(Address::of(key.public_key()).to_string(), address);
    }
}

/// The fields from `value` on enter the hash from version 1 on, `extension` from version 2 on.
#[test]
fn versions_hash_more_fields() {
    let mut data = TransactionData::new("c", "g", 1, "n");
    data.value = "0x1".to_owned();
    data.gas_price = "0x2".to_owned();
    data.gas_limit = 3;
    data.max_fee_per_gas = "0x4".to_owned();
    data.max_priority_fee_per_gas = "0x5".to_owned();
    data.extension = b"more".to_vec();
    let common = b"cg\0\0\0\0\0\0\0\x01n";
    let first = b"0x10x2\0\0\0\0\0\0\0\x030x40x5";
    for (version, fields) in [
        (0_i32, vec![&common[..]]),
        (1, vec![common, first]),
        (2, vec![common, first, b"more"]),
        (3, vec![common, first, b"more"]),
        (-1, vec![common, first, b"more"]),
    ] {
        data.version = version;
        let expected = [&version.to_be_bytes()[..], &fields.concat()].concat();
        assert_eq!(data.hash_preimage(), expected, "{version}");
        assert_eq!(data.hash(), sm_soft::hash::sm3(&expected));
    }
}

#[test]
fn every_truncation_is_malformed() {
    for text in [DEPLOY, CALL] {
        let bytes = unhex(text);
        for length in 0..bytes.len() {
            match Transaction::decode(&bytes[..length]) {
                // The input may end behind the data and behind the hash: there is no signature then.
                Ok(transaction) => assert!(transaction.signature.is_empty(), "{length}"),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

/// One or all bits of each byte: refused, or the same transaction in another form.
#[test]
fn every_flipped_byte_is_refused() {
    let engine = sm2_batch::best().unwrap();
    for text in [DEPLOY, CALL] {
        let bytes = unhex(text);
        let flip = |(place, mask): (usize, u8)| {
            let mut flipped = bytes.clone();
            flipped[place] ^= mask;
            flipped
        };
        let masks = [0x01, 0x10, 0x80, 0xff];
        let places = (0..bytes.len()).flat_map(|place| masks.map(|mask| (place, mask)));
        let flipped: Vec<_> = places.map(flip).collect();
        let answers = verify_encoded(&engine, &flipped).unwrap();
        let answers = flipped.iter().zip(answers);
        let accepted = answers.filter_map(|(flipped, answer)| {
            let again = answer.ok()?.transaction.encode().unwrap();
            assert_eq!(again, bytes);
            (0..)
                .zip(flipped)
                .find(|(place, byte)| bytes[*place] != **byte)
        });
        // A version of 0 that is left out and a field with the unknown tag 0; the tag of an end says nothing.
        let end = bytes.len() - 128 - 5 - 36 - 1;
        assert_eq!(
            accepted.collect::<Vec<_>>(),
            [(1, &0x0c), (end, &0x1b), (end, &0x8b)]
        );
    }
}
