//! SM2 signatures and encryption.

use std::ptr;

use gmt0018_soft::card::{Prehash, PublicKey, Role, SecretKey, Signature};
use gmt0018_sys::*;

use crate::desk::{
    Desk, SIGNING_KEY, blank_public_key, blank_signature, call, dirty_private_key,
    dirty_public_key, dirty_signature, hex, ok,
};

/// A place for an SM2 ciphertext of up to 4096 bytes, with a mark behind it.
pub(crate) struct Room(pub(crate) Vec<u8>);

impl Room {
    pub(crate) fn new() -> Self {
        Self(vec![0xaa; ECCCIPHER_HEADER_LEN + 4096 + 8])
    }

    pub(crate) fn at(&mut self) -> *mut ECCCipher {
        self.0.as_mut_ptr().cast()
    }

    pub(crate) fn set_length(&mut self, length: u32) {
        self.0[160..164].copy_from_slice(&length.to_ne_bytes());
    }
}

#[test]
fn a_signature_is_right_aligned_and_valid() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    let mut e = hex("f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");
    let data = e.as_mut_ptr();
    let mut signature = blank_signature();
    ok!(
        f,
        SDF_InternalSign_ECC(session, 1, data, 32, &raw mut signature)
    );
    assert_eq!(
        (&signature.r[..32], &signature.s[..32]),
        (&[0; 32][..], &[0; 32][..])
    );
    ok!(
        f,
        SDF_InternalVerify_ECC(session, 1, data, 32, &raw mut signature)
    );
    let mut exported = blank_public_key();
    ok!(
        f,
        SDF_ExportSignPublicKey_ECC(session, 1, &raw mut exported)
    );
    assert_eq!(exported.bits, 256);
    assert_eq!(
        (&exported.x[..32], &exported.y[..32]),
        (&[0; 32][..], &[0; 32][..])
    );
    let public_key = SecretKey::from_bytes(&SIGNING_KEY).unwrap().public_key();
    assert_eq!(exported.x[32..], public_key.x()[..]);

    // What FISCO BCOS sends: garbage in every high half, and any of the SM2 identifiers.
    let mut key = dirty_public_key(&public_key);
    let mut dirty = dirty_signature(&signature);
    for id in [SGD_SM2, SGD_SM2_1, SGD_SM2_2, SGD_SM2_3] {
        ok!(
            f,
            SDF_ExternalVerify_ECC(session, id, &raw mut key, data, 32, &raw mut dirty)
        );
    }
    let verify = |id, key: &mut ECCrefPublicKey, length, dirty: &mut ECCSignature| {
        let (key, dirty) = (&raw mut *key, &raw mut *dirty);
        call!(
            f,
            SDF_ExternalVerify_ECC(session, id, key, data, length, dirty)
        )
    };
    assert_eq!(verify(SGD_RSA, &mut key, 32, &mut dirty), SDR_ALGNOTSUPPORT);
    for length in [0, 31, 33, u32::MAX] {
        assert_eq!(
            verify(SGD_SM2_1, &mut key, length, &mut dirty),
            SDR_INARGERR,
            "{length}"
        );
    }
    dirty.s[63] ^= 1;
    assert_eq!(verify(SGD_SM2_1, &mut key, 32, &mut dirty), SDR_VERIFYERR);
    let mut zero = ECCSignature {
        r: [0; 64],
        s: [0; 64],
    };
    assert_eq!(verify(SGD_SM2_1, &mut key, 32, &mut zero), SDR_VERIFYERR);
    dirty.s[63] ^= 1;
    key.y[63] ^= 1;
    assert_eq!(
        verify(SGD_SM2_1, &mut key, 32, &mut dirty),
        SDR_VERIFYERR,
        "off the curve"
    );
    let code = call!(
        f,
        SDF_InternalVerify_ECC(session, 2, data, 32, &raw mut dirty)
    );
    assert_eq!(code, SDR_KEYNOTEXIST);
}

#[test]
fn the_key_is_chosen_by_algorithm_where_there_is_one() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    let (mut e, mut signature) = ([3; 32], blank_signature());
    let (data, sig) = (e.as_mut_ptr(), &raw mut signature);
    ok!(
        f,
        SDF_InternalSign_ECC_Ex(session, 1, SGD_SM2_3, data, 32, sig)
    );
    ok!(
        f,
        SDF_InternalVerify_ECC_Ex(session, 1, SGD_SM2_3, data, 32, sig)
    );
    let code = call!(
        f,
        SDF_InternalVerify_ECC_Ex(session, 1, SGD_SM2_1, data, 32, sig)
    );
    assert_eq!(code, SDR_VERIFYERR);
    ok!(
        f,
        SDF_InternalSign_ECC_Ex(session, 1, SGD_SM2_1, data, 32, sig)
    );
    ok!(f, SDF_InternalVerify_ECC(session, 1, data, 32, sig));
    let code = call!(
        f,
        SDF_InternalSign_ECC_Ex(session, 1, SGD_SM3, data, 32, sig)
    );
    assert_eq!(code, SDR_ALGNOTSUPPORT);
}

#[test]
fn external_keys_sign_and_decrypt() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let (mut public, mut private) = (blank_public_key(), dirty_private_key(&[0; 32]));
    let (pk, sk) = (&raw mut public, &raw mut private);
    for id in [SGD_SM2, SGD_SM2_1, SGD_SM2_2, SGD_SM2_3] {
        ok!(f, SDF_GenerateKeyPair_ECC(session, id, 256, pk, sk));
    }
    assert_eq!((public.bits, private.bits), (256, 256));
    assert_eq!(private.K[..32], [0; 32]);
    let made = SecretKey::from_slice(&private.K[32..])
        .unwrap()
        .public_key();
    assert_eq!(made.x()[..], public.x[32..]);
    assert_eq!(
        call!(f, SDF_GenerateKeyPair_ECC(session, SGD_SM2, 255, pk, sk)),
        SDR_INARGERR
    );
    assert_eq!(
        call!(f, SDF_GenerateKeyPair_ECC(session, 1, 256, pk, sk)),
        SDR_ALGNOTSUPPORT
    );

    let mut dirty = dirty_private_key(private.K[32..].try_into().unwrap());
    let (mut e, mut signature) = ([9; 32], blank_signature());
    let (sk, sig, data) = (&raw mut dirty, &raw mut signature, e.as_mut_ptr());
    ok!(
        f,
        SDF_ExternalSign_ECC(session, SGD_SM2_1, sk, data, 32, sig)
    );
    ok!(
        f,
        SDF_ExternalVerify_ECC(session, SGD_SM2_1, pk, data, 32, sig)
    );
    let n = hex("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123");
    for scalar in [&n[..], &[0; 32]] {
        let mut bad = dirty_private_key(scalar.try_into().unwrap());
        let code = call!(
            f,
            SDF_ExternalSign_ECC(session, SGD_SM2_1, &raw mut bad, data, 32, sig)
        );
        assert_eq!(code, SDR_SKOPERR);
    }

    for length in [1_u32, 32, 136, 255, 4096] {
        let size = usize::try_from(length).unwrap();
        let (mut plain, mut room) = (vec![0x5a; size], Room::new());
        let (input, cipher) = (plain.as_mut_ptr(), room.at());
        ok!(
            f,
            SDF_ExternalEncrypt_ECC(session, SGD_SM2_3, pk, input, length, cipher)
        );
        let written = ECCCIPHER_HEADER_LEN + size;
        assert_eq!(room.0[160..164], length.to_ne_bytes());
        assert!(
            room.0[written..].iter().all(|byte| *byte == 0xaa),
            "exactly 164+L bytes"
        );
        let (mut back, mut got) = (vec![0; size], 1);
        let cipher = room.at();
        ok!(
            f,
            SDF_ExternalDecrypt_ECC(
                session,
                SGD_SM2_3,
                sk,
                cipher,
                ptr::null_mut(),
                &raw mut got
            )
        );
        assert_eq!(got, length);
        got = 0;
        let output = back.as_mut_ptr();
        ok!(
            f,
            SDF_ExternalDecrypt_ECC(session, SGD_SM2_3, sk, cipher, output, &raw mut got)
        );
        assert_eq!((back, got), (plain, length));
    }
}

#[test]
fn ciphertexts_that_lie() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    let (mut plain, mut room) = (vec![0x5a; 4097], Room::new());
    let input = plain.as_mut_ptr();
    let public_key = SecretKey::from_bytes(&SIGNING_KEY).unwrap().public_key();
    let mut key = dirty_public_key(&public_key);
    let encrypt = |key: &mut ECCrefPublicKey, length, room: &mut Room| {
        let key = &raw mut *key;
        call!(
            f,
            SDF_ExternalEncrypt_ECC(session, SGD_SM2_3, key, input, length, room.at())
        )
    };
    for length in [0, 4097, u32::MAX] {
        assert_eq!(
            encrypt(&mut key, length, &mut room),
            SDR_INARGERR,
            "{length}"
        );
    }
    let mut off = dirty_public_key(&PublicKey::from_bytes(&[1; 64]));
    assert_eq!(encrypt(&mut off, 16, &mut room), SDR_PKOPERR);

    ok!(
        f,
        SDF_InternalEncrypt_ECC(session, 1, SGD_SM2_3, input, 16, room.at())
    );
    let (mut output, mut got) = ([0xaa; 64], 0);
    let mut decrypt = |id, room: &mut Room| {
        let output = output.as_mut_ptr();
        call!(
            f,
            SDF_InternalDecrypt_ECC(session, 1, id, room.at(), output, &raw mut got)
        )
    };
    assert_eq!(
        decrypt(SGD_SM2_1, &mut room),
        SDR_ENCDATAERR,
        "made for the other pair"
    );
    for length in [0, 4097, u32::MAX, 1 << 31] {
        room.set_length(length);
        assert_eq!(decrypt(SGD_SM2_3, &mut room), SDR_INARGERR, "{length}");
    }
    for length in [15, 17, 4096] {
        room.set_length(length);
        assert_eq!(decrypt(SGD_SM2_3, &mut room), SDR_ENCDATAERR, "{length}");
    }
    room.set_length(16);
    room.0[40] ^= 1;
    assert_eq!(
        decrypt(SGD_SM2_3, &mut room),
        SDR_ENCDATAERR,
        "C1 off the curve"
    );
    room.0[40] ^= 1;
    room.0[..32].fill(0xdd);
    room.0[64..96].fill(0xdd);
    assert_eq!(
        decrypt(SGD_SM2_3, &mut room),
        SDR_OK,
        "garbage in the high halves"
    );
    assert_eq!(output[..17], [&[0x5a; 16][..], &[0xaa]].concat());
    assert_eq!(got, 16);

    ok!(
        f,
        SDF_InternalEncrypt_ECC(session, 1, SGD_SM2_1, input, 16, room.at())
    );
    let mut decrypt = |id| {
        let output = output.as_mut_ptr();
        call!(
            f,
            SDF_InternalDecrypt_ECC(session, 1, id, room.at(), output, &raw mut got)
        )
    };
    assert_eq!(decrypt(SGD_SM2_1), SDR_OK, "the signing pair");
    ok!(f, SDF_ReleasePrivateKeyAccessRight(session, 1));
    assert_eq!(decrypt(SGD_SM2_1), SDR_PARDENY);
}

#[test]
fn structures_need_no_alignment() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    let mut memory = vec![0_u8; 512];
    let odd = memory.as_mut_ptr().wrapping_add(1);
    let (key, sig) = (
        odd.cast::<ECCrefPublicKey>(),
        odd.wrapping_add(132).cast::<ECCSignature>(),
    );
    let mut e = [4; 32];
    ok!(f, SDF_ExportSignPublicKey_ECC(session, 1, key));
    ok!(f, SDF_InternalSign_ECC(session, 1, e.as_mut_ptr(), 32, sig));
    ok!(
        f,
        SDF_ExternalVerify_ECC(session, SGD_SM2_1, key, e.as_mut_ptr(), 32, sig)
    );
    let handle = odd.cast::<Handle>();
    ok!(f, SDF_OpenSession(desk.device, handle));
    ok!(f, SDF_GetDeviceInfo(session, odd.cast()));
}

/// Vectors of FISCO BCOS's own unit test.
#[test]
fn fisco_known_answers() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = PublicKey::from_hex(
        "f7dee65e76603ed7cd4c598d53cabe875c459e0fae4c6fd7b858189fd4741081\
         e970bca0d5cb571a7ac30586aec71b23187d4b25e59143812f74a2744604d42b",
    );
    let mut key = dirty_public_key(&key.unwrap());
    let signature = Signature::from_hex(
        "cd39bf939d999ca710576a629c962edfc28608701a3a7b61c971daeac5a1399c\
         f4a7272fa80783e171c7fd5b038a3af4521f681ebe9fd44db3b60e750c438293",
    );
    let signature = signature.unwrap();
    let mut plain = ECCSignature {
        r: [0; 64],
        s: [0; 64],
    };
    plain.r[32..].copy_from_slice(signature.r());
    plain.s[32..].copy_from_slice(signature.s());
    let mut dirty = dirty_signature(&plain);
    let mut h = hex("82ec580fe6d36ae4f81cae3c73f4a5b3b5a09c943172dc9053c69fd8e18dca1e");
    let mut id = *b"1234567812345678";
    ok!(
        f,
        SDF_HashInit(session, SGD_SM3, &raw mut key, id.as_mut_ptr(), 16)
    );
    ok!(f, SDF_HashUpdate(session, h.as_mut_ptr(), 32));
    let (mut e, mut length) = ([0; 32], 0xdead_beef);
    ok!(f, SDF_HashFinal(session, e.as_mut_ptr(), &raw mut length));
    assert_eq!(
        e,
        *hex("bf2deebb8fa0b9a60d6cf1c6a8c8607febcaa916b333a2cbd4c386c13fc196c5")
    );
    let (k, s) = (&raw mut key, &raw mut dirty);
    ok!(
        f,
        SDF_ExternalVerify_ECC(session, SGD_SM2_1, k, e.as_mut_ptr(), 32, s)
    );
    let code = call!(
        f,
        SDF_ExternalVerify_ECC(session, SGD_SM2_1, k, h.as_mut_ptr(), 32, s)
    );
    assert_eq!(code, SDR_VERIFYERR, "without Z");
    // The logic below the interface says the same.
    let card = desk.card.card().session().unwrap();
    let own = card.export_public_key(1, Role::Sign).unwrap();
    assert!(
        card.verify(&own, &Prehash::from_bytes(&e), &signature)
            .is_err()
    );
}
