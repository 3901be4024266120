//! Random calls with random handles, identifiers and lengths: no panic, no code outside the standard.

#![expect(unsafe_code, reason = "the test calls a C interface")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "a part of it is used here")]
mod desk;

use std::ptr;

use gmt0018_sys::*;

use desk::{Desk, call, ok, open_session};

/// The same numbers in every run (xorshift64).
struct Noise(u64);

impl Noise {
    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let count = u64::try_from(choices.len()).unwrap();
        choices[usize::try_from(self.0 % count).unwrap()]
    }
}

/// Memory for every pointer of a call: each is NULL or has this much room behind it.
const ROOM: usize = 1 << 17;
const LENGTHS: [u32; 14] = [0, 1, 8, 12, 15, 16, 17, 31, 32, 33, 128, 255, 4096, 65536];
const IDS: [u32; 12] = [
    SGD_SM2,
    SGD_SM2_1,
    SGD_SM2_3,
    SGD_SM3,
    SGD_SM4_ECB,
    SGD_SM4_CBC,
    SGD_SM4_CTR,
    SGD_SM4_MAC,
    SGD_SM4_GCM,
    SGD_SM4_CCM,
    0,
    u32::MAX,
];
const INDEXES: [u32; 5] = [0, 1, 2, 8, u32::MAX];

#[test]
fn no_call_panics() {
    let desk = Desk::unlocked();
    let mut sessions = vec![desk.session, desk.session, ptr::null_mut(), desk.device];
    sessions.push(open_session(&desk.f, desk.device));
    let mut keys = vec![ptr::null_mut(), desk.session];
    let mut memory = vec![0_u8; 4 * ROOM];
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..20_000 {
        if round % 64 == 0 {
            keys.truncate(2);
            keys.push(desk.import(&[1; 16]));
            keys.push(desk.import(&[1; 33]));
        }
        let session = noise.pick(&sessions);
        let (key, id, index) = (noise.pick(&keys), noise.pick(&IDS), noise.pick(&INDEXES));
        let base = memory.as_mut_ptr();
        let places = [
            base,
            base.wrapping_add(ROOM),
            base.wrapping_add(2 * ROOM + 1),
            ptr::null_mut(),
        ];
        let pointers: [*mut u8; 4] = std::array::from_fn(|_| noise.pick(&places));
        let lengths: [u32; 3] = std::array::from_fn(|_| noise.pick(&LENGTHS));
        let code = one_call(
            &desk.f,
            noise.pick(&FUNCTIONS),
            session,
            key,
            id,
            index,
            pointers,
            lengths,
        );
        assert!(
            code == SDR_OK || (SDR_NOTSUPPORT..=SDR_USERIDERR).contains(&code),
            "round {round}: {code:#x}"
        );
        seen.insert(code);
    }
    // The card is as usable as before.
    let key = desk.import(&[1; 16]);
    ok!(desk.f, SDF_DestroyKey(desk.session, key));
    assert!(
        seen.contains(&SDR_OK) && seen.len() > 8,
        "the noise reached little: {seen:x?}"
    );
}

const FUNCTIONS: [u32; 30] = {
    let mut numbers = [0; 30];
    let mut number = 0;
    while number < 30 {
        numbers[number as usize] = number;
        number += 1;
    }
    numbers
};

#[expect(clippy::too_many_arguments, reason = "everything that a call may take")]
fn one_call(
    f: &Functions,
    function: u32,
    session: Handle,
    key: Handle,
    id: u32,
    index: u32,
    [a, b, c, d]: [*mut u8; 4],
    [l, m, n]: [u32; 3],
) -> u32 {
    let (pk, sig, cipher) = (a.cast(), b.cast(), c.cast::<ECCCipher>());
    // A length and a handle have places of their own: no call reads a length of random size.
    let (mut length, mut handle) = (l, ptr::null_mut());
    let (len, out) = (&raw mut length, &raw mut handle);
    match function {
        0 => call!(f, SDF_GenerateRandom(session, l, a)),
        1 => call!(f, SDF_ExportSignPublicKey_ECC(session, index, pk)),
        2 => call!(f, SDF_InternalSign_ECC(session, index, c, l, sig)),
        3 => call!(f, SDF_InternalVerify_ECC(session, index, c, l, sig)),
        4 => call!(f, SDF_ExternalVerify_ECC(session, id, pk, c, l, sig)),
        5 => call!(f, SDF_ExternalEncrypt_ECC(session, id, pk, b, l, cipher)),
        6 => call!(f, SDF_InternalEncrypt_ECC(session, index, id, b, l, cipher)),
        7 => call!(
            f,
            SDF_InternalDecrypt_ECC(session, index, id, cipher, b, len)
        ),
        8 => call!(f, SDF_ImportKeyWithISK_ECC(session, index, cipher, out)),
        9 => call!(
            f,
            SDF_GenerateKeyWithIPK_ECC(session, index, l, cipher, out)
        ),
        10 => call!(
            f,
            SDF_GenerateKeyWithKEK(session, l, id, index, a, len, out)
        ),
        11 => call!(f, SDF_ImportKeyWithKEK(session, id, index, a, l, out)),
        12 => call!(f, SDF_ImportKey(session, a, l, out)),
        13 => call!(f, SDF_HashInit(session, id, pk, b, l)),
        14 => call!(f, SDF_HashUpdate(session, a, l)),
        15 => call!(f, SDF_HashFinal(session, a, len)),
        16 => call!(f, SDF_HMACInit(session, key, id)),
        17 => call!(f, SDF_HMACUpdate(session, a, l)),
        18 => call!(f, SDF_HMACFinal(session, a, len)),
        19 => call!(f, SDF_Encrypt(session, key, id, a, b, l, c, len)),
        20 => call!(f, SDF_Decrypt(session, key, id, a, b, l, c, len)),
        21 => call!(f, SDF_CalculateMAC(session, key, id, a, b, l, c, len)),
        22 => call!(f, SDF_EncryptInit(session, key, id, a, l)),
        23 => call!(f, SDF_EncryptUpdate(session, a, l, b, len)),
        24 => call!(f, SDF_EncryptFinal(session, a, len)),
        25 => call!(
            f,
            SDF_AuthEnc(session, key, id, a, l, b, m, c, n, d, len, a, len)
        ),
        26 => call!(
            f,
            SDF_AuthDec(session, key, id, a, l, b, m, d, l, c, n, a, len)
        ),
        27 => call!(f, SDF_AuthEncInit(session, key, id, a, l, b, m, n)),
        28 => call!(f, SDF_AuthEncUpdate(session, a, l, b, len)),
        _ => call!(
            f,
            SDF_ExternalKeyDecrypt(session, id, a, l, b, m, c, n, d, len)
        ),
    }
}
