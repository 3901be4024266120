use proptest::prelude::*;

use super::*;
use crate::testing::hex;

const KEY: &str = "0123456789ABCDEFFEDCBA9876543210";
const IV: &str = "000102030405060708090A0B0C0D0E0F";
/// A counter that carries through every byte.
const HIGH_IV: &str = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE";
const MODES: [Mode; 5] = [Mode::Ecb, Mode::Cbc, Mode::Cfb, Mode::Ofb, Mode::Ctr];

fn key() -> Sm4Key {
    Sm4Key::from_slice(&hex(KEY)).unwrap()
}

fn iv() -> [u8; 16] {
    hex(IV).try_into().unwrap()
}

/// GB/T 32907-2016, annex A.1.
#[test]
fn standard_block() {
    let ciphertext = hex("681EDF34D206965E86B3E94F536E4246");
    assert_eq!(
        encrypt(Mode::Ecb, &key(), &[], &hex(KEY)).unwrap(),
        ciphertext
    );
    assert_eq!(
        decrypt(Mode::Ecb, &key(), &[], &ciphertext).unwrap(),
        hex(KEY)
    );
}

/// GB/T 32907-2016, annex A.2.
#[test]
fn standard_million_blocks() {
    let key = key();
    let mut block = Block::try_from(hex(KEY).as_slice()).unwrap();
    for _ in 0..1_000_000 {
        key.schedule().encrypt_block(&mut block);
    }
    assert_eq!(block.to_vec(), hex("595298C7C6FD271F0402F804C33D3F66"));
}

/// The bytes 00, 01, 02, ... under [`KEY`]. Made with OpenSSL 3.0.19:
/// `openssl enc -MODE -K KEY -iv IV -nopad`.
#[test]
fn modes_against_openssl() {
    for (mode, iv, length, ciphertext) in OPENSSL {
        let plaintext: Vec<u8> = (0..length).collect();
        let iv = hex(iv);
        assert_eq!(
            encrypt(mode, &key(), &iv, &plaintext).unwrap(),
            hex(ciphertext),
            "{mode:?}"
        );
        assert_eq!(
            decrypt(mode, &key(), &iv, &hex(ciphertext)).unwrap(),
            plaintext,
            "{mode:?}"
        );
    }
}

#[test]
fn partial_blocks_are_refused() {
    for mode in [Mode::Ecb, Mode::Cbc] {
        for length in [1, 15, 17, 31] {
            let data = vec![0; length];
            let partial = Err(Error::PartialBlock(length % 16));
            assert_eq!(encrypt(mode, &key(), &iv(), &data), partial);
            assert_eq!(decrypt(mode, &key(), &iv(), &data), partial);
        }
    }
    for mode in MODES {
        assert_eq!(encrypt(mode, &key(), &iv(), &[]), Ok(Vec::new()));
    }
}

#[test]
fn lengths_are_checked() {
    for mode in MODES {
        for length in [1, 15, 17] {
            let error = Error::IvLength(length);
            assert_eq!(encrypt(mode, &key(), &vec![0; length], &[]), Err(error));
        }
        let without = encrypt(mode, &key(), &[], &[]);
        assert_eq!(without.is_ok(), mode == Mode::Ecb);
    }
    assert_eq!(
        Sm4Key::from_slice(&[0; 17]).unwrap_err(),
        Error::KeyLength(17)
    );
    let mut cipher = Cipher::new(Mode::Cbc, Direction::Encrypt, &key(), &iv()).unwrap();
    let short = cipher.update_into(&[0; 33], &mut [0; 31]);
    assert_eq!(
        short,
        Err(Error::OutputLength {
            needed: 32,
            available: 31
        })
    );
    // Nothing was consumed.
    assert_eq!(cipher.update_into(&[0; 16], &mut [0; 16]), Ok(16));
    assert!(cipher.finish().is_ok());
}

/// What the chaining value is after whole blocks, and after one byte more.
#[test]
fn chaining_values() {
    let value = |mode, direction, data: &[u8]| {
        let mut cipher = Cipher::new(mode, direction, &key(), &iv()).unwrap();
        let output = cipher.update(data).unwrap();
        (cipher.chaining_value().to_vec(), output)
    };
    let data = [0x5A; 48];
    let (chain, output) = value(Mode::Cbc, Direction::Encrypt, &data);
    assert_eq!(chain, output[32..]);
    let (chain, _) = value(Mode::Cbc, Direction::Decrypt, &data);
    assert_eq!(chain, data[32..]);
    let (chain, output) = value(Mode::Cfb, Direction::Encrypt, &data);
    assert_eq!(chain, output[32..]);
    let (chain, output) = value(Mode::Cfb, Direction::Encrypt, &data[..33]);
    assert_eq!(chain, output[17..]);
    let (chain, _) = value(Mode::Cfb, Direction::Decrypt, &data[..33]);
    assert_eq!(chain, data[17..33]);
    let (chain, output) = value(Mode::Ofb, Direction::Encrypt, &[0; 48]);
    assert_eq!(chain, output[32..]);
    assert_eq!(value(Mode::Ofb, Direction::Encrypt, &[0; 33]).0, chain);
    for length in [33, 48] {
        let (chain, _) = value(Mode::Ctr, Direction::Encrypt, &data[..length]);
        assert_eq!(chain, hex("000102030405060708090A0B0C0D0E12"));
    }
    assert_eq!(value(Mode::Ecb, Direction::Encrypt, &data).0, iv());
}

#[test]
fn cbc_mac() {
    let mac = |data: &[u8]| {
        let mut mac = CbcMac::new(&key(), &iv());
        mac.update(data);
        mac.finish()
    };
    let data: Vec<u8> = (0..64).collect();
    assert_eq!(
        mac(&data).unwrap(),
        encrypt(Mode::Cbc, &key(), &iv(), &data).unwrap()[48..]
    );
    assert_eq!(mac(&data[..63]), Err(Error::PartialBlock(15)));
    assert_eq!(mac(&[]), Err(Error::NoData));
    // Two calls chained through the IV.
    let first = mac(&data[..32]).unwrap();
    let mut second = CbcMac::new(&key(), &first);
    second.update(&data[32..]);
    assert_eq!(second.finish(), mac(&data));
}

const NONCE: &str = "00001234567800000000ABCD";
const HEADER: &str = "FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2";
const TEXT: &str = "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
    EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA";

/// RFC 8998, appendix A.1 and A.2.
#[test]
fn aead_examples() {
    for (mode, ciphertext, tag) in [
        (
            AeadMode::Gcm,
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
             D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
            "83DE3541E4C2B58177E065A9BF7B62EC",
        ),
        (
            AeadMode::Ccm,
            "48AF93501FA62ADBCD414CCE6034D895DDA1BF8F132F042098661572E7483094\
             FD12E518CE062C98ACEE28D95DF4416BED31A2F04476C18BB40C84A74B97DC5B",
            "16842D4FA186F56AB33256971FA110F4",
        ),
    ] {
        let (nonce, header, text) = (hex(NONCE), hex(HEADER), hex(TEXT));
        let (sealed, made) = aead_encrypt(mode, &key(), &nonce, &header, &text, 16).unwrap();
        assert_eq!(sealed, hex(ciphertext));
        assert_eq!(made.as_bytes(), hex(tag));
        assert_eq!(
            aead_decrypt(mode, &key(), &nonce, &header, &sealed, &hex(tag)),
            Ok(text)
        );
    }
}

#[test]
fn aead_refusals() {
    let seal = |mode, nonce: usize, tag| {
        aead_encrypt(mode, &key(), &vec![1; nonce], b"", b"x", tag).map(|_| ())
    };
    for nonce in 0..40 {
        let gcm = if nonce == 0 {
            Err(Error::NonceLength(nonce))
        } else {
            Ok(())
        };
        assert_eq!(seal(AeadMode::Gcm, nonce, 16), gcm);
        let fits = (7..=13).contains(&nonce);
        let ccm = if fits {
            Ok(())
        } else {
            Err(Error::NonceLength(nonce))
        };
        assert_eq!(seal(AeadMode::Ccm, nonce, 16), ccm);
    }
    for tag in 0..20 {
        let gcm = [4, 8, 12, 13, 14, 15, 16].contains(&tag);
        assert_eq!(seal(AeadMode::Gcm, 12, tag).is_ok(), gcm);
        let ccm = [4, 6, 8, 10, 12, 14, 16].contains(&tag);
        assert_eq!(seal(AeadMode::Ccm, 12, tag).is_ok(), ccm);
        if !ccm {
            assert_eq!(seal(AeadMode::Ccm, 12, tag), Err(Error::TagLength(tag)));
        }
    }
}

fn start(mode: AeadMode, direction: Direction, length: Option<u64>) -> Result<Aead, Error> {
    Aead::new(mode, direction, &key(), &[1; 12], b"header", length, 16)
}

#[test]
fn aead_lengths() {
    use Direction::{Decrypt, Encrypt};
    assert_eq!(
        start(AeadMode::Ccm, Encrypt, None).unwrap_err(),
        Error::LengthUnknown
    );
    let most = (1 << 24) - 1;
    let limit = Error::TooLong {
        length: most + 1,
        limit: most,
    };
    assert_eq!(
        start(AeadMode::Ccm, Encrypt, Some(most + 1)).unwrap_err(),
        limit
    );
    assert!(start(AeadMode::Ccm, Encrypt, Some(most)).is_ok());
    let most = (1 << 36) - 32;
    let limit = Error::TooLong {
        length: most + 1,
        limit: most,
    };
    assert_eq!(
        start(AeadMode::Gcm, Encrypt, Some(most + 1)).unwrap_err(),
        limit
    );
    for mode in [AeadMode::Gcm, AeadMode::Ccm] {
        let mut aead = start(mode, Encrypt, Some(5)).unwrap();
        assert_eq!(
            aead.update(&[0; 6]),
            Err(Error::TooLong {
                length: 6,
                limit: 5
            })
        );
        assert_eq!(aead.update(&[0; 4]).unwrap().len(), 4);
        let short = Error::TooShort {
            length: 4,
            announced: 5,
        };
        assert_eq!(aead.clone().finish(), Err(short));
        assert_eq!(aead.clone().verify(&[0; 16]), Err(Error::Direction));
        aead.update(&[0]).unwrap();
        let tag = aead.finish().unwrap();
        let aead = start(mode, Decrypt, Some(5)).unwrap();
        assert_eq!(aead.clone().finish(), Err(Error::Direction));
        assert_eq!(
            aead.verify(&tag.as_bytes()[..15]),
            Err(Error::TagLength(15))
        );
    }
}

#[test]
fn debug_is_blind() {
    let key = Sm4Key::from_bytes(&[0xC5; 16]);
    let cipher = Cipher::new(Mode::Cbc, Direction::Encrypt, &key, &[0xC5; 16]).unwrap();
    let aead = start(AeadMode::Gcm, Direction::Encrypt, None).unwrap();
    let mac = CbcMac::new(&key, &[0xC5; 16]);
    let text = format!("{key:?} {cipher:?} {aead:?} {mac:?}").to_lowercase();
    assert!(!text.contains("c5") && !text.contains("197"), "{text}");
}

/// Cuts of a message, as lengths that are used in turn.
fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..40_usize, 1..8)
}

fn pieces<'a>(mut data: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for cut in cuts.iter().cycle().take(1000) {
        let (piece, rest) = data.split_at((*cut).min(data.len()));
        pieces.push(piece);
        data = rest;
    }
    pieces.push(data);
    pieces
}

proptest! {
    #[test]
    fn streaming_is_one_shot(
        index in 0..5_usize, data in prop::collection::vec(any::<u8>(), 0..300),
        key in any::<[u8; 16]>(), iv in any::<[u8; 16]>(), cuts in cuts(), encrypting: bool,
    ) {
        let (mode, key) = (MODES[index], Sm4Key::from_bytes(&key));
        let mut data = data;
        if mode.needs_whole_blocks() {
            data.truncate(data.len() / 16 * 16);
        }
        let direction = if encrypting { Direction::Encrypt } else { Direction::Decrypt };
        let whole = one_shot(mode, direction, &key, &iv, &data).unwrap();
        let mut cipher = Cipher::new(mode, direction, &key, &iv).unwrap();
        let mut output = Vec::new();
        for piece in pieces(&data, &cuts) {
            let expected = cipher.output_length(piece.len());
            let part = cipher.update(piece).unwrap();
            prop_assert_eq!(part.len(), expected);
            output.extend(part);
        }
        prop_assert_eq!(&output, &whole);
        cipher.finish().unwrap();
    }

    /// Going on with the chaining value at a block boundary is the same stream.
    #[test]
    fn chaining_value_continues(
        index in 0..5_usize, first in 0..8_usize, second in 0..8_usize,
        key in any::<[u8; 16]>(), iv in any::<[u8; 16]>(), encrypting: bool,
    ) {
        let (mode, key) = (MODES[index], Sm4Key::from_bytes(&key));
        let data: Vec<u8> = (0..=255).cycle().take((first + second) * 16).collect();
        let direction = if encrypting { Direction::Encrypt } else { Direction::Decrypt };
        let mut cipher = Cipher::new(mode, direction, &key, &iv).unwrap();
        let mut output = cipher.update(&data[..first * 16]).unwrap();
        let next = cipher.finish().unwrap();
        output.extend(one_shot(mode, direction, &key, &next, &data[first * 16..]).unwrap());
        prop_assert_eq!(output, one_shot(mode, direction, &key, &iv, &data).unwrap());
    }

    #[test]
    fn decrypt_undoes_encrypt(
        index in 0..5_usize, data in prop::collection::vec(any::<u8>(), 0..300),
        key in any::<[u8; 16]>(), iv in any::<[u8; 16]>(),
    ) {
        let (mode, key) = (MODES[index], Sm4Key::from_bytes(&key));
        let mut data = data;
        if mode.needs_whole_blocks() {
            data.truncate(data.len() / 16 * 16);
        }
        let ciphertext = encrypt(mode, &key, &iv, &data).unwrap();
        prop_assert_eq!(decrypt(mode, &key, &iv, &ciphertext).unwrap(), data);
    }

    #[test]
    fn mac_pieces(
        blocks in 1..12_usize, key in any::<[u8; 16]>(), iv in any::<[u8; 16]>(), cuts in cuts(),
    ) {
        let key = Sm4Key::from_bytes(&key);
        let data: Vec<u8> = (0..=255).cycle().take(blocks * 16).collect();
        let mut mac = CbcMac::new(&key, &iv);
        for piece in pieces(&data, &cuts) {
            mac.update(piece);
        }
        let whole = encrypt(Mode::Cbc, &key, &iv, &data).unwrap();
        prop_assert_eq!(mac.finish().unwrap().to_vec(), &whole[data.len() - 16..]);
    }

    #[test]
    fn aead_streaming_is_one_shot(
        gcm: bool, data in prop::collection::vec(any::<u8>(), 0..300), key in any::<[u8; 16]>(),
        nonce in prop::collection::vec(any::<u8>(), 7..=13),
        header in prop::collection::vec(any::<u8>(), 0..70), cuts in cuts(),
        tag_length in prop::sample::select(vec![4_usize, 8, 12, 14, 16]), flip in any::<u16>(),
    ) {
        let mode = if gcm { AeadMode::Gcm } else { AeadMode::Ccm };
        let key = Sm4Key::from_bytes(&key);
        let (whole, tag) =
            aead_encrypt(mode, &key, &nonce, &header, &data, tag_length).unwrap();
        prop_assert_eq!(tag.as_bytes().len(), tag_length);
        let length = Some(data.len() as u64);
        let new = |direction| Aead::new(mode, direction, &key, &nonce, &header, length, tag_length);

        let mut aead = new(Direction::Encrypt).unwrap();
        let mut sealed = Vec::new();
        for piece in pieces(&data, &cuts) {
            sealed.extend(aead.update(piece).unwrap());
        }
        prop_assert_eq!(&sealed, &whole);
        prop_assert_eq!(aead.finish().unwrap(), tag);

        let mut aead = new(Direction::Decrypt).unwrap();
        let mut opened = Vec::new();
        for piece in pieces(&whole, &cuts) {
            opened.extend(aead.update(piece).unwrap());
        }
        prop_assert_eq!(&opened, &data);
        prop_assert_eq!(aead.verify(tag.as_bytes()), Ok(()));

        // One flipped bit anywhere in ciphertext and tag.
        let mut sealed = [whole.as_slice(), tag.as_bytes()].concat();
        let bit = usize::from(flip) % (sealed.len() * 8);
        sealed[bit / 8] ^= 1 << (bit % 8);
        let (ciphertext, tag) = sealed.split_at(data.len());
        let opened = aead_decrypt(mode, &key, &nonce, &header, ciphertext, tag);
        prop_assert_eq!(opened, Err(Error::TagMismatch));
    }
}

const OPENSSL: [(Mode, &str, u8, &str); 8] = [
    (
        Mode::Ecb,
        "",
        48,
        "06989C613DA668AD2A8DF782E1A8F96A4B910651754B5553F10CFA0C8A09E9E5\
         F42952CF94AC83688437C9B671D6C7FA",
    ),
    (
        Mode::Cbc,
        IV,
        48,
        "2677F46B09C122CC975533105BD4A22AD9EE98830E69745C9827F934A19621F8\
         DB45A48645909EEFDA6BAE89A72E659B",
    ),
    (
        Mode::Cfb,
        IV,
        48,
        "06999E6239A36EAA2284FD89EDA5F765CAB243C911B87479B3C487B45ECEA658\
         4A2EEB378D6D612D5DD97F412D7F6713",
    ),
    (
        Mode::Cfb,
        IV,
        37,
        "06999E6239A36EAA2284FD89EDA5F765CAB243C911B87479B3C487B45ECEA658\
         4A2EEB378D",
    ),
    (
        Mode::Ofb,
        IV,
        37,
        "06999E6239A36EAA2284FD89EDA5F765E3FE505FA3964C6A7946F68FC13EF63F\
         7B66BA6BAB",
    ),
    (
        Mode::Ctr,
        IV,
        37,
        "06999E6239A36EAA2284FD89EDA5F7657F161F5854B6EA16C28809FE9D1DB305\
         3CFB70C3EE",
    ),
    (
        Mode::Ctr,
        HIGH_IV,
        48,
        "661316B2CD2D2589977512F08F82F6577800BD6D1D6672F09EE25FD541877EEF\
         0656D6482DE404EBBF7C193B77F98C05",
    ),
    (
        Mode::Ctr,
        HIGH_IV,
        21,
        "661316B2CD2D2589977512F08F82F6577800BD6D1D",
    ),
];
