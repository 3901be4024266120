//! A block of a real chain.

use fisco_node::block::{
    BlockHeader, ParentInfo, Sealer, SealerList, SealerSignature, verify_seals,
};
use sm2_signing::{BatchVerifier, PublicKey};

use crate::{engine, refused};

/// The header below in TARS, written with an independent program by FISCO BCOS's Block.tars; no node has written it.
const HEADER: &str = include_str!("header.hex");

/// Block 2 of a guomi chain of four nodes, which the FISCO BCOS 3.x documentation prints as JSON (develop/api.md,
/// `getBlockByHash`), with the signatures of three of them.
const HASH: &str = "2fbafbf71395bb07d1d6e142a06fa3cd9436aee3e91b5b9e6ffc5c47133c3738";
const PARENT: &str = "1498f2ff420fb9c240c7081b99bd76819c7348fb1a899095476afa29146c8874";
const TRANSACTIONS: &str = "dce357d4a81bfe2c9b9cc83fde7576a8ae8dede910b70cdf9abed71a32ed10bf";
const RECEIPTS: &str = "f18d1984c7745a826e4b8d608b823534f1e44b273f75972e16cf2ac3ff313e14";
const STATE: &str = "c81a18b17f22851cd19f48d2fcf875bebea711d7b5823b99a983c2ecbfc48f1a";
const SEALERS: [&str; 4] = [
    "0055dcaf073a332aa1ad90ff53ef028680d24f9bf2fcbc07ec4bbd4879413f75\
     118a570bcf8001c4526fdb8c1319e51ae63444431ec8ab839465c05e178e7c49",
    "2a7aecf4acf010b0c13697e84ffd4f18544835662845621f936166d88cf073f1\
     6b1daa6883de457e6129377d21412b4c77099e8a50e8ea521752adcddeb8b331",
    "535439908979b89171283dca78520763e0a32c64631d7f34ee1d3f74c408a31a\
     aa8565c50924ba6817cd33c13fe9dc928e36b8a1df022fc825d3687c2b273258",
    "dd99ab883677a8aef2c2a3847b9671e501bd6930792700398627eb0a1ba04fe8\
     1015745b6287be5f36786c0cc8ff12e9dd3215dc5a4210b012d77330a739a2c3",
];
const SIGNATURES: [&str; 3] = [
    "bc1c559adb2723b31b6f75d4f7bd06b204563d238ebc53774b0a621d58648257\
     3ae320a6dcca9bd03a2a6af0d8c368cdd660c56b27c8af0c154947f3e6252074",
    "3490744fc8370eb65649b8bb89a0a53623838e37e37bbb66e3f26f67e81dabe8\
     b34a7e10d85520c475bf92cc89da705aa3d76a0b8316784733301e7af57004a6",
    "9b7f9b3d18b619ea66f2a028f9980c09b3a83c0a6595da0fed4441a175a16515\
     4973a5b21eabf817311d0305b6b194818fab7308335760d10b584c954cf052eb",
];

#[test]
fn a_block_of_the_documentation() {
    let (header, sealers) = documented();
    assert_eq!(header.data.hash(), unhex32(HASH));
    let preimage = header.data.hash_preimage();
    assert_eq!(sm_soft::hash::sm3(&preimage), unhex32(HASH));
    assert_eq!((sealers.total_weight(), sealers.quorum()), (4, 3));
    for engine in [&engine() as &dyn BatchVerifier, &sm2_batch::best().unwrap()] {
        let verified = header.verify_seal(&sealers, engine).unwrap();
        assert_eq!((verified.hash, verified.weight), (unhex32(HASH), 3));
    }
}

#[test]
fn the_block_of_the_documentation_in_tars() {
    let (header, _) = documented();
    let bytes = unhex(HEADER);
    assert_eq!(BlockHeader::decode(&bytes), Ok(header.clone()));
    assert_eq!(header.encode().unwrap(), bytes);
}

/// Block 0 of the same chain. The documentation prints its roots as zeros and its gas as "0"; they are empty.
#[test]
fn the_genesis_block_of_the_documentation() {
    let mut text = "[chain]\nsm_crypto:1\nchainID: chain0\ngrouID: group0\n\
                    [consensys]\nconsensus_type: pbft\nblock_tx_count_limit:1000\nleader_period:1\n\
                    [version]\ncompatibility_version:3.3.0\n\
                    [tx]\ngaslimit:3000000000\n\
                    [executor]\niswasm: 0\nisAuthCheck:1\n\
                    authAdminAccount:0xb1aebda112b20a106ee97fc4540478a1fcab49cc\nisSerialExecute:1\n"
        .to_owned();
    for (index, sealer) in SEALERS.iter().enumerate() {
        text += &format!("node.{index}:{sealer},1\n");
    }
    let mut header = BlockHeader::default();
    header.data.version = 50_528_256;
    header.data.extra_data = text.into_bytes();
    let hash = "47c6d9493171f62bf7201faa2e4766bbf058d95c0d76d605f965ff4b212e01f5";
    assert_eq!(header.data.hash(), unhex32(hash));
}

#[test]
fn every_truncation_or_flip_is_refused() {
    let (header, sealers) = documented();
    let bytes = unhex(HEADER);
    for length in 0..bytes.len() {
        match BlockHeader::decode(&bytes[..length]) {
            // The input may end behind the data and behind the hash: there are no signatures then.
            Ok(header) => {
                let few = refused(&header, &sealers);
                assert!(header.signatures.is_empty(), "{length}: {few}");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    let mut candidates = Vec::new();
    for place in 0..bytes.len() {
        for mask in [0x01, 0x10, 0x80, 0xff] {
            let mut flipped = bytes.clone();
            flipped[place] ^= mask;
            candidates.extend(BlockHeader::decode(&flipped));
        }
    }
    assert!(candidates.len() > 1000, "{}", candidates.len());
    let answers = verify_seals(&sm2_batch::best().unwrap(), &sealers, &candidates).unwrap();
    for (candidate, answer) in candidates.iter().zip(answers) {
        // What is left is the tag of the end of a struct, which says nothing.
        assert_eq!(answer.is_ok(), *candidate == header, "{answer:?}");
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn unhex32(text: &str) -> [u8; 32] {
    unhex(text).try_into().unwrap()
}

pub(crate) fn documented() -> (BlockHeader, SealerList) {
    let keys = SEALERS.map(|key| PublicKey::from_hex(key).unwrap());
    // In another order: the list is sorted by key.
    let sealers = SealerList::new(keys.into_iter().rev().map(|key| Sealer { key, weight: 1 }));
    let sealers = sealers.unwrap();
    let mut header = BlockHeader::default();
    header.data.version = 50_528_256;
    header.data.parents = vec![ParentInfo::new(1, &unhex32(PARENT))];
    header.data.transactions_root = unhex(TRANSACTIONS);
    header.data.receipts_root = unhex(RECEIPTS);
    header.data.state_root = unhex(STATE);
    header.data.number = 2;
    header.data.gas_used = "24363".to_owned();
    header.data.timestamp = 1_680_598_474_810;
    header.data.sealer = 1;
    header.data.set_sealers(&sealers);
    header.data_hash = unhex(HASH);
    let signature = |(index, signature): (i64, &str)| {
        let mut sealer = SealerSignature::default();
        sealer.sealer_index = index;
        sealer.signature = unhex(signature);
        sealer
    };
    header.signatures = (0..).zip(SIGNATURES).map(signature).collect();
    (header, sealers)
}
