//! Self tests: known answers of every algorithm, and the health of the random source.
//!
//! They run before the first card of a process is used; a card refuses to open when one fails.

use std::sync::atomic::{AtomicBool, Ordering};

use sm_soft::cipher::{self, AeadMode, Mode, Sm4Key, aead_decrypt, aead_encrypt};
use sm_soft::sm2_signing::{Ciphertext, Prehash, PublicKey, Signature, Signer as _, Verifier as _};
use sm_soft::{SecretKey, SoftKey, SoftVerifier, encryption, hash, random};

/// Runs the tests unless they have passed in this process; the error names the one that failed.
///
/// No lock is held meanwhile, so that a `fork` at this moment leaves none behind.
pub(crate) fn run_once() -> Result<(), &'static str> {
    static PASSED: AtomicBool = AtomicBool::new(false);
    if !PASSED.load(Ordering::Acquire) {
        run()?;
        PASSED.store(true, Ordering::Release);
    }
    Ok(())
}

/// Runs the tests.
pub(crate) fn run() -> Result<(), &'static str> {
    for (name, test) in TESTS {
        if !test() {
            return Err(name);
        }
    }
    Ok(())
}

/// Whether a block of 16 bytes is followed by itself.
pub(crate) fn repeats_a_block(bytes: &[u8]) -> bool {
    let (blocks, _) = bytes.as_chunks::<16>();
    blocks
        .windows(2)
        .any(|pair| matches!(pair, [first, second] if first == second))
}

type Test = fn() -> bool;

const TESTS: [(&str, Test); 6] = [
    ("self test of SM3 failed", sm3),
    ("self test of SM4 failed", sm4),
    ("self test of SM4-GCM failed", sm4_gcm),
    ("self test of SM2 signatures failed", sm2_signature),
    ("self test of SM2 encryption failed", sm2_encryption),
    ("self test of the random source failed", random_source),
];

/// GB/T 32905-2016, annex A.1, and HMAC-SM3 against its definition.
fn sm3() -> bool {
    let mut inner = hash::HmacSm3::new(&KEY);
    inner.update(b"abc");
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        for (place, key) in block.iter_mut().zip(KEY) {
            *place ^= key;
        }
        block.to_vec()
    };
    let inside = hash::sm3(&[pad(0x36), b"abc".to_vec()].concat());
    let outside = hash::sm3(&[pad(0x5c), inside.to_vec()].concat());
    hash::sm3(b"abc") == SM3_ABC && inner.finalize() == outside
}

/// GB/T 32907-2016, annex A.1, and the way back.
fn sm4() -> bool {
    let key = Sm4Key::from_bytes(&KEY);
    cipher::encrypt(Mode::Ecb, &key, &[], &KEY).is_ok_and(|block| block == SM4_BLOCK)
        && cipher::decrypt(Mode::Ecb, &key, &[], &SM4_BLOCK).is_ok_and(|block| block == KEY)
}

/// RFC 8998, annex A.1; a changed tag must be refused.
fn sm4_gcm() -> bool {
    let key = Sm4Key::from_bytes(&KEY);
    let seal = aead_encrypt(
        AeadMode::Gcm,
        &key,
        &GCM_NONCE,
        &GCM_ASSOCIATED,
        &GCM_PLAINTEXT,
        16,
    );
    let open = |tag: &[u8; 16]| {
        aead_decrypt(
            AeadMode::Gcm,
            &key,
            &GCM_NONCE,
            &GCM_ASSOCIATED,
            &GCM_CIPHERTEXT,
            tag,
        )
    };
    seal.is_ok_and(|(sealed, tag)| sealed == GCM_CIPHERTEXT && tag.as_bytes() == GCM_TAG)
        && open(&GCM_TAG).is_ok_and(|plaintext| plaintext == GCM_PLAINTEXT)
        && open(&changed(GCM_TAG)).is_err()
}

/// GB/T 32918.5-2017, annex A: the private key gives the public key, the standard's signature is
/// valid, a changed digest is not, and a signature made now is valid.
fn sm2_signature() -> bool {
    let Ok(secret) = SecretKey::from_bytes(&PRIVATE_KEY) else {
        return false;
    };
    let public_key = PublicKey::from_bytes(&PUBLIC_KEY);
    let e = Prehash::from_bytes(&DIGEST);
    let verify = |e: &Prehash, signature: &Signature| {
        SoftVerifier::new()
            .verify(&public_key, e, signature)
            .is_ok()
    };
    let standard = Signature::from_bytes(&SIGNATURE);
    secret.public_key() == public_key
        && verify(&e, &standard)
        && !verify(&Prehash::from_bytes(&changed(DIGEST)), &standard)
        && SoftKey::new(secret)
            .sign(&e)
            .is_ok_and(|signature| verify(&e, &signature))
}

/// GB/T 32918.5-2017, annex C: the standard's ciphertext opens, a changed one does not, and a
/// ciphertext made now opens.
fn sm2_encryption() -> bool {
    let Ok(secret) = SecretKey::from_bytes(&PRIVATE_KEY) else {
        return false;
    };
    let Ok(standard) = Ciphertext::from_c1c3c2(&CIPHERTEXT) else {
        return false;
    };
    let opens = |ciphertext: &Ciphertext| {
        encryption::decrypt(&secret, ciphertext).is_ok_and(|plaintext| **plaintext == *PLAINTEXT)
    };
    opens(&standard)
        && !Ciphertext::from_c1c3c2(&changed(CIPHERTEXT)).is_ok_and(|ciphertext| opens(&ciphertext))
        && encryption::encrypt(&secret.public_key(), PLAINTEXT)
            .is_ok_and(|ciphertext| opens(&ciphertext))
}

/// 20000 bits: no block repeats, and ones are within 8 standard deviations of half.
fn random_source() -> bool {
    let mut sample = [0; 2500];
    random::fill(&mut sample).is_ok() && plausible(&sample)
}

fn plausible(sample: &[u8]) -> bool {
    let ones: u32 = sample.iter().map(|byte| byte.count_ones()).sum();
    (10_000 - 566..=10_000 + 566).contains(&ones) && !repeats_a_block(sample)
}

/// The same bytes but for one bit of the last one.
const fn changed<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    bytes[N - 1] ^= 1;
    bytes
}

/// The bytes that `digits` spells; checked when the program is compiled.
const fn hex<const N: usize>(digits: &[u8]) -> [u8; N] {
    assert!(digits.len() == 2 * N, "two digits a byte");
    let mut bytes = [0; N];
    let mut index = 0;
    while index < N {
        bytes[index] = digit(digits[2 * index]) << 4 | digit(digits[2 * index + 1]);
        index += 1;
    }
    bytes
}

const fn digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'F' => digit - b'A' + 10,
        _ => panic!("not a hexadecimal digit"),
    }
}

const KEY: [u8; 16] = hex(b"0123456789ABCDEFFEDCBA9876543210");
const SM4_BLOCK: [u8; 16] = hex(b"681EDF34D206965E86B3E94F536E4246");
const SM3_ABC: [u8; 32] = hex(b"66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0");
const GCM_NONCE: [u8; 12] = hex(b"00001234567800000000ABCD");
const GCM_ASSOCIATED: [u8; 20] = hex(b"FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
const GCM_PLAINTEXT: [u8; 64] = hex(
    b"AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
      EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
);
const GCM_CIPHERTEXT: [u8; 64] = hex(
    b"17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
      D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
);
const GCM_TAG: [u8; 16] = hex(b"83DE3541E4C2B58177E065A9BF7B62EC");
const PRIVATE_KEY: [u8; 32] =
    hex(b"3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8");
const PUBLIC_KEY: [u8; 64] = hex(
    b"09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
      CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13",
);
const DIGEST: [u8; 32] = hex(b"F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640");
const SIGNATURE: [u8; 64] = hex(
    b"F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3\
      B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA",
);
const CIPHERTEXT: [u8; 116] = hex(
    b"0404EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A\
      73E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124D\
      F059983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD87\
      6621886CA989CA9C7D58087307CA93092D651EFA",
);
const PLAINTEXT: &[u8] = b"encryption standard";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pass() {
        assert_eq!(run(), Ok(()));
    }

    #[test]
    fn a_broken_random_source_is_seen() {
        assert!(!plausible(&[0; 2500]));
        assert!(!plausible(&[0xff; 2500]));
        assert!(!plausible(&[0x55; 2500]), "balanced, but it repeats");
        let mut sample = [0; 2500];
        random::fill(&mut sample).unwrap();
        assert!(plausible(&sample));
        sample.copy_within(16..32, 32);
        assert!(!plausible(&sample));
    }
}
