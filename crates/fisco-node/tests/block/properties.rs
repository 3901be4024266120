use fisco_node::block::{BlockHeader, ParentInfo, SealerSignature};
use proptest::{prelude::*, sample::Index};
use sm2_signing::PublicKey;

/// Lists of what is smallest in TARS and largest in memory.
#[test]
fn memory_stays_below_sixteen_times_the_input() {
    let list = |tag: u8, element: &[u8]| {
        let count = 400_000_u32;
        let mut bytes = vec![tag << 4 | 9, 2];
        bytes.extend(count.to_be_bytes());
        bytes.extend(element.repeat(400_000));
        bytes
    };
    let signatures = list(3, &[0x0a, 0x0b]);
    let header = BlockHeader::decode(&signatures).unwrap();
    assert_eq!(header.signatures.len(), 400_000);
    let memory = header.signatures.capacity() * size_of::<SealerSignature>();
    assert!(memory <= 16 * signatures.len(), "{memory}");

    let data = [list(3, &[0x0a, 0x0b]), list(13, &[0x0c])].concat();
    let input = [&[0x1a][..], &data, &[0x0b]].concat();
    let data = BlockHeader::decode(&input).unwrap().data;
    assert_eq!((data.parents.len(), data.weights.len()), (400_000, 400_000));
    let parents = data.parents.capacity() * size_of::<ParentInfo>();
    let memory = parents + data.weights.capacity() * size_of::<i64>();
    assert!(memory <= 16 * input.len(), "{memory}");
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..200)
}

prop_compose! {
    fn headers()(
        version in any::<i32>(),
        numbers in any::<[i64; 3]>(),
        parents in prop::collection::vec((any::<i64>(), any::<[u8; 32]>()), 0..3),
        roots in [bytes(), bytes(), bytes()],
        gas_used in "[0-9]{0,30}",
        keys in prop::collection::vec(any::<u8>(), 0..5),
        parts in [bytes(), bytes()],
        weights in prop::collection::vec(any::<i64>(), 0..5),
        signatures in prop::collection::vec((any::<i64>(), bytes()), 0..5),
    ) -> BlockHeader {
        let mut header = BlockHeader::default();
        let data = &mut header.data;
        data.version = version;
        [data.number, data.timestamp, data.sealer] = numbers;
        data.parents = parents.iter().map(|(number, hash)| ParentInfo::new(*number, hash)).collect();
        [data.transactions_root, data.receipts_root, data.state_root] = roots;
        data.gas_used = gas_used;
        data.sealers = keys.iter().map(|byte| PublicKey::from_bytes(&[*byte; 64])).collect();
        data.weights = weights;
        [data.extra_data, header.data_hash] = parts;
        header.signatures = signatures.into_iter().map(|(index, signature)| {
            let mut sealer = SealerSignature::default();
            sealer.sealer_index = index;
            sealer.signature = signature;
            sealer
        }).collect();
        header
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_encoded_is_decoded(header in headers(), cut in any::<Index>()) {
        let bytes = header.encode().unwrap();
        prop_assert_eq!(BlockHeader::decode(&bytes), Ok(header.clone()));
        let part = BlockHeader::decode(&bytes[..cut.index(bytes.len())]);
        prop_assert!(part.is_err() || part != Ok(header));
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in bytes()) {
        if let Ok(header) = BlockHeader::decode(&bytes) {
            prop_assert_eq!(BlockHeader::decode(&header.encode().unwrap()), Ok(header));
        }
    }
}
