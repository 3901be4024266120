//! What seals a block, and what does not.

use fisco_node::block::{
    BlockHeader, BlockHeaderData, SealError, SealRejection, Sealer, SealerList, SealerListError,
    SealerSignature, verify_seals,
};
use sm_soft::{SecretKey, SoftKey};
use sm2_signing::{BatchVerifier, Error, ErrorKind, Item, PublicKey, Signer, Verdict, Verdicts};

use crate::{engine, known::documented, refused};

#[test]
fn the_quorum_is_all_but_a_third() {
    let quorum = |weights: &[u64]| sealed(weights, &[]).1.quorum();
    let equal = |count| quorum(&vec![1; count]);
    let expected = [1, 2, 3, 3, 4, 5, 5, 6, 7, 7];
    assert_eq!((1..=10).map(equal).collect::<Vec<_>>(), expected);
    assert_eq!(quorum(&[10, 1, 1]), 9);
    assert_eq!(quorum(&[i64::MAX.cast_unsigned()]), 0x5555_5555_5555_5555);
}

#[test]
fn weight_decides_and_not_number() {
    let weights = [10, 1, 1, 1];
    let (heavy, sealers) = sealed(&weights, &[0]);
    let verified = heavy.verify_seal(&sealers, &engine()).unwrap();
    assert_eq!((verified.weight, sealers.quorum()), (10, 9));
    let (light, sealers) = sealed(&weights, &[1, 2, 3]);
    let weight = SealRejection::Weight {
        found: 3,
        quorum: 9,
    };
    assert_eq!(refused(&light, &sealers), weight);
}

#[test]
fn each_refusal_says_which() {
    let (good, sealers) = sealed(&[1; 4], &[0, 1, 2, 3]);
    assert!(good.verify_seal(&sealers, &engine()).is_ok());
    assert_eq!(good.seal_items(&sealers).unwrap().len(), 4);
    let with = |change: &dyn Fn(&mut BlockHeader)| {
        let mut header = good.clone();
        change(&mut header);
        refused(&header, &sealers)
    };
    let at = |header: &mut BlockHeader, place: usize| {
        usize::try_from(header.signatures[place].sealer_index).unwrap()
    };
    let third = at(&mut good.clone(), 2);

    let computed = good.data.hash();
    let hash = with(&|header| header.data_hash = vec![0; 32]);
    assert_eq!(hash, SealRejection::DataHash { computed });
    for index in [-1, 4, i64::MIN, i64::MAX] {
        let proposer = with(&|header| header.data.sealer = index);
        assert_eq!(proposer, SealRejection::Proposer { index, sealers: 4 });
        let unknown = with(&|header| header.signatures[2].sealer_index = index);
        assert_eq!(unknown, SealRejection::UnknownSealer { index, sealers: 4 });
    }
    let twice = with(&|header| header.signatures.push(header.signatures[2].clone()));
    assert_eq!(twice, SealRejection::Duplicate { index: third });
    for length in [0, 63] {
        let short = with(&|header| header.signatures[2].signature.truncate(length));
        let expected = SealRejection::SignatureLength {
            index: third,
            found: length,
        };
        assert_eq!(short, expected);
    }
    let few = with(&|header| header.signatures.truncate(2));
    let weight = SealRejection::Weight {
        found: 2,
        quorum: 3,
    };
    assert_eq!(few, weight);
    // Three of four would do, but who is said to have signed must have.
    let invalid = with(&|header| header.signatures[2].signature[40] ^= 1);
    let indexes = vec![third];
    assert_eq!(invalid, SealRejection::Signatures { indexes });
    let other = with(&|header| header.data.timestamp = 1);
    assert!(matches!(other, SealRejection::Signatures { indexes } if indexes.len() == 4));
}

#[test]
fn the_header_names_the_sealers_of_the_chain() {
    let (good, sealers) = sealed(&[1; 4], &[0, 1, 2, 3]);
    let with = |change: &dyn Fn(&mut BlockHeaderData)| {
        let mut header = good.clone();
        change(&mut header.data);
        refused(&header, &sealers)
    };
    let count = |keys, weights| SealRejection::SealerCount {
        keys,
        weights,
        expected: 4,
    };
    assert_eq!(with(&|data| data.sealers.truncate(3)), count(3, 4));
    assert_eq!(with(&|data| data.weights.push(1)), count(4, 5));
    let found = good.data.sealers[2];
    let swapped = with(&|data| data.sealers.swap(1, 2));
    assert_eq!(swapped, SealRejection::SealerKey { index: 1, found });
    for found in [0, 2, -1] {
        let expected = SealRejection::SealerWeight {
            index: 3,
            found,
            expected: 1,
        };
        assert_eq!(with(&|data| data.weights[3] = found), expected);
    }
}

#[test]
fn lists_of_sealers_that_are_none() {
    let sealer = |byte, weight| Sealer {
        key: PublicKey::from_bytes(&[byte; 64]),
        weight,
    };
    assert_eq!(SealerList::new([]), Err(SealerListError::Empty));
    let key = sealer(7, 1).key;
    let twice = SealerList::new([sealer(7, 1), sealer(8, 1), sealer(7, 2)]);
    assert_eq!(twice, Err(SealerListError::Duplicate { key }));
    let zero = SealerList::new([sealer(8, 1), sealer(7, 0)]);
    assert_eq!(zero, Err(SealerListError::ZeroWeight { key }));
    for weights in [[u64::MAX, 1], [1 << 62, 1 << 62]] {
        let [first, second] = weights;
        let too_much = SealerList::new([sealer(7, first), sealer(8, second)]);
        assert_eq!(too_much, Err(SealerListError::TotalWeight));
    }
}

#[test]
fn many_headers_in_one_batch() {
    let (good, sealers) = sealed(&[1; 4], &[0, 1, 3]);
    let mut headers = vec![good; 20];
    headers[4].signatures[1].signature[0] ^= 1;
    headers[5].signatures.pop();
    headers[19].data.number = 10;
    let answers = verify_seals(&engine(), &sealers, &headers).unwrap();
    let refused: Vec<_> = (0..)
        .zip(&answers)
        .filter(|(_, answer)| answer.is_err())
        .collect();
    let second = usize::try_from(headers[4].signatures[1].sealer_index).unwrap();
    let indexes = vec![second];
    assert_eq!(refused[0], (4, &Err(SealRejection::Signatures { indexes })));
    assert!(matches!(refused[1], (5, Err(SealRejection::Weight { .. }))));
    assert!(
        matches!(refused[2], (19, Err(SealRejection::Signatures { indexes })) if indexes.len() == 3)
    );
    assert_eq!((answers.len(), refused.len()), (20, 3));
}

/// Fails, or answers with a number of verdicts of its own.
#[derive(Debug)]
struct Broken(Option<usize>);

impl BatchVerifier for Broken {
    fn verify_batch(&self, _: &[Item]) -> Result<Verdicts, Error> {
        let gone = || Error::new(ErrorKind::Device, "the card is gone");
        let count = self.0.ok_or_else(gone)?;
        Ok(std::iter::repeat_n(Verdict::Valid, count).collect())
    }
}

#[test]
fn a_broken_engine_accepts_and_refuses_nothing() {
    let (header, sealers) = documented();
    for engine in [
        Broken(None),
        Broken(Some(0)),
        Broken(Some(2)),
        Broken(Some(4)),
    ] {
        let error = header.verify_seal(&sealers, &engine).unwrap_err();
        assert!(matches!(error, SealError::Backend(_)), "{error}");
        assert!(verify_seals(&engine, &sealers, std::slice::from_ref(&header)).is_err());
    }
}

/// Sealers with these weights, and a header that the `signers` among them sealed.
fn sealed(weights: &[u64], signers: &[usize]) -> (BlockHeader, SealerList) {
    let nodes: Vec<_> = (1..)
        .zip(weights)
        .map(|(byte, weight)| {
            let node = SoftKey::new(SecretKey::from_bytes(&[byte; 32]).unwrap());
            (node, *weight)
        })
        .collect();
    let sealers = SealerList::new(nodes.iter().map(|(node, weight)| Sealer {
        key: *node.public_key(),
        weight: *weight,
    }));
    let sealers = sealers.unwrap();
    let mut header = BlockHeader::default();
    header.data.number = 9;
    header.data.set_sealers(&sealers);
    for signer in signers {
        let (node, _) = &nodes[*signer];
        let index = sealers.index_of(node.public_key()).unwrap();
        let signature = SealerSignature::sign(&header.data, index, node).unwrap();
        header.signatures.push(signature);
    }
    (header, sealers)
}
