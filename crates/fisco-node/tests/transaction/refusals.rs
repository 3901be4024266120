//! What is refused, and why, alone and in batches.

use fisco_node::{
    tars::Error,
    transaction::{
        Address, Rejection, Transaction, TransactionData, TransactionError, verify_batch,
        verify_encoded,
    },
};
use sm_soft::{SoftKey, SoftVerifier};
use sm2_signing::{
    BatchVerifier, Error as SigningError, ErrorKind, Item, Prehash, PublicKey, Signature, Signer,
    Verdict, Verdicts, Verifier, VerifyError,
};

use crate::{KEY, call_data, soft_key};

#[test]
fn hostile_bytes_are_malformed() {
    let engine = sm2_batch::best().unwrap();
    let nested = [&[0xca][..], &[0x0a].repeat(100_000)].concat();
    let cases: [(&str, &[u8], &str); 9] = [
        (
            "no struct",
            &[0x10, 1],
            "byte 0: tag 1 is an integer of 1 byte, expected a struct",
        ),
        (
            "open struct",
            &[0x1a, 0x1c],
            "byte 2: 1 bytes expected, 0 left",
        ),
        (
            "chain of 2 GiB",
            &[0x1a, 0x27, 0x80, 0, 0, 0, 0x0b],
            "byte 2: length 2147483648 with 1 bytes left",
        ),
        (
            "signature of 2 GiB",
            &[0x3d, 0, 2, 0x7f, 255, 255, 255],
            "byte 2: length 2147483647 with 0 bytes left",
        ),
        (
            "signature of -1",
            &[0x3d, 0, 0, 0xff],
            "byte 2: length -1 with 0 bytes left",
        ),
        (
            "unknown list of 2 GiB",
            &[0xf9, 99, 2, 0x7f, 255, 255, 255],
            "byte 2: length 2147483647 with 0 bytes left",
        ),
        (
            "unknown struct, nested",
            &nested,
            "byte 16: nested deeper than 16",
        ),
        (
            "two signatures",
            &[0x3d, 0, 0x0c, 0x3d, 0, 0x0c],
            "byte 3: tag 3 behind tag 3",
        ),
        (
            "version of 8 bytes",
            &[0x1a, 0x13, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b],
            "byte 1: tag 1 is an integer of 8 bytes, expected an integer of at most 4 bytes",
        ),
    ];
    let answers = verify_encoded(&engine, &cases.map(|(_, bytes, _)| bytes)).unwrap();
    for ((why, _, reason), answer) in cases.iter().zip(answers) {
        let expected = format!("not a transaction: {reason}");
        assert_eq!(answer.unwrap_err().to_string(), expected, "{why}");
    }
    let nothing = verify_encoded(&engine, &[&[][..]]).unwrap();
    assert!(matches!(nothing[0], Err(Rejection::SignatureLength(_))));
}

/// A later version may add fields to both structs.
#[test]
fn unknown_fields_are_skipped() {
    let transaction = Transaction::sign(call_data(), &soft_key(KEY)).unwrap();
    let bytes = transaction.encode().unwrap();
    let end = bytes.len() - 128 - 5 - 36 - 1;
    let unknown = [&[0xf6, 200, 3][..], b"new", &[0xfa, 201, 0x1c, 0x0b]].concat();
    let extended = [&bytes[..end], &unknown, &bytes[end..], &unknown].concat();
    let decoded = Transaction::decode(&extended).unwrap();
    assert_eq!(decoded, transaction);
    assert_eq!(decoded.encode().unwrap(), bytes);
}

#[test]
fn each_refusal_has_its_reason() {
    let key = soft_key(KEY);
    let verifier = SoftVerifier::new();
    let good = Transaction::sign(call_data(), &key).unwrap();
    let with = |change: &dyn Fn(&mut Transaction)| {
        let mut transaction = good.clone();
        change(&mut transaction);
        transaction.verify(&verifier)
    };
    assert!(with(&|_| ()).is_ok());
    assert!(with(&|transaction| transaction.data_hash.clear()).is_ok());
    assert!(with(&|transaction| transaction.sender = vec![1; 20]).is_ok());

    let kind = rejection(with(&|transaction| transaction.kind = 1));
    assert_eq!(kind, Rejection::Kind { found: 1 });
    let hash = good.data.hash();
    let computed = Rejection::DataHash { computed: hash };
    assert_eq!(rejection(with(&|t| t.data_hash[31] ^= 1)), computed);
    assert_eq!(rejection(with(&|t| t.data_hash.truncate(31))), computed);
    assert_eq!(
        rejection(with(&|t| t.signature[0] ^= 1)),
        Rejection::Signature
    );
    assert_eq!(
        rejection(with(&|t| t.signature[100] ^= 1)),
        Rejection::Signature
    );
    assert_eq!(
        rejection(with(&|t| t.signature.fill(0))),
        Rejection::Signature
    );
    for length in [0, 64, 65, 127] {
        let refused = rejection(with(&|t| t.signature.truncate(length)));
        assert!(
            matches!(refused, Rejection::SignatureLength(wrong) if wrong.found == length),
            "{refused:?}"
        );
    }
    let longer = rejection(with(&|t| t.signature.push(0)));
    assert_eq!(
        longer.to_string(),
        "a signature of 129 bytes, expected 128 (r || s || x || y)"
    );
}

#[test]
fn numbers_are_hexadecimal_from_version_1_on() {
    let key = soft_key(KEY);
    let verify = |version, price: &str| {
        let mut data = call_data();
        data.version = version;
        data.gas_price = price.to_owned();
        Transaction::sign(data, &key)
            .unwrap()
            .verify(&SoftVerifier::new())
    };
    for (version, price) in [(0, "ten"), (1, ""), (1, "0x"), (1, "0x0aF"), (2, "0x1")] {
        assert!(verify(version, price).is_ok(), "{version} {price}");
    }
    for price in ["10", "0xg", "x1", "0X1", "0x1 ", "0x1\n"] {
        let field = "gasPrice";
        assert_eq!(
            rejection(verify(1, price)),
            Rejection::NotHexadecimal { field }
        );
    }
}

#[test]
fn a_batch_answers_in_order() {
    let engine = sm2_batch::best().unwrap();
    let key = SoftKey::generate().unwrap();
    let sign = |number: i64| {
        let data = TransactionData::new("chain0", "group0", number, number.to_string());
        Transaction::sign(data, &key).unwrap()
    };
    let mut transactions: Vec<_> = (0..40).map(sign).collect();
    transactions[3].signature.clear();
    transactions[7].signature[5] ^= 1;
    transactions[39].data_hash[0] ^= 1;
    let answers = verify_batch(&engine, &transactions).unwrap();
    assert_eq!(answers.len(), 40);
    for (place, (transaction, answer)) in transactions.iter().zip(&answers).enumerate() {
        match (place, answer) {
            (3, Err(Rejection::SignatureLength(_)))
            | (7, Err(Rejection::Signature))
            | (39, Err(Rejection::DataHash { .. })) => {}
            (_, Ok(verified)) => {
                assert_eq!(verified.hash, transaction.data.hash());
                assert_eq!(verified.address, Address::of(key.public_key()));
            }
            (_, Err(rejection)) => panic!("{place}: {rejection}"),
        }
    }

    let encode = |transaction: &Transaction| transaction.encode().unwrap();
    let mut encoded: Vec<_> = transactions.iter().map(encode).collect();
    encoded[1].truncate(20);
    let decoded = verify_encoded(&engine, &encoded).unwrap();
    for (place, answer) in decoded.into_iter().enumerate() {
        if place == 1 {
            let truncated = matches!(answer, Err(Rejection::Malformed(Error::Truncated { .. })));
            assert!(truncated, "{answer:?}");
        } else {
            assert_eq!(answer.map(|received| received.verified), answers[place]);
        }
    }
    assert_eq!(verify_batch(&engine, &[]).unwrap(), []);
}

/// Fails, or answers with a number of verdicts of its own.
#[derive(Debug)]
struct Broken(Option<usize>);

impl BatchVerifier for Broken {
    fn verify_batch(&self, _: &[Item]) -> Result<Verdicts, SigningError> {
        let count = self.0.ok_or_else(gone)?;
        Ok(std::iter::repeat_n(Verdict::Valid, count).collect())
    }
}

impl Verifier for Broken {
    fn verify(&self, _: &PublicKey, _: &Prehash, _: &Signature) -> Result<(), VerifyError> {
        Err(VerifyError::Backend(gone()))
    }
}

fn gone() -> SigningError {
    SigningError::new(ErrorKind::Device, "the card is gone")
}

#[test]
fn a_broken_engine_refuses_nothing() {
    let good = Transaction::sign(call_data(), &soft_key(KEY)).unwrap();
    let failed = good.verify(&Broken(None)).unwrap_err();
    assert!(matches!(failed, TransactionError::Backend(_)), "{failed}");
    for engine in [
        Broken(None),
        Broken(Some(0)),
        Broken(Some(1)),
        Broken(Some(3)),
    ] {
        let error = verify_batch(&engine, &[good.clone(), good.clone()]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Device);
    }
}

fn rejection(result: Result<impl std::fmt::Debug, TransactionError>) -> Rejection {
    match result.unwrap_err() {
        TransactionError::Rejected(rejection) => rejection,
        TransactionError::Backend(error) => panic!("{error}"),
    }
}
