//! Session keys: made, wrapped, imported, agreed on, destroyed.

use std::ptr;

use gmt0018_soft::card::{PublicKey, Role, SecretKey};
use gmt0018_sys::*;

use crate::asymmetric::Room;
use crate::desk::{
    Desk, KEK, PASSWORD, blank_public_key, call, dirty_public_key, hex, ok, open_session,
};

/// What a key does to a block.
fn block(desk: &Desk, key: Handle) -> [u8; 16] {
    let (mut data, mut output, mut length) = ([7; 16], [0; 16], 0);
    let iv = ptr::null_mut();
    let (data, out) = (data.as_mut_ptr(), output.as_mut_ptr());
    ok!(
        desk.f,
        SDF_Encrypt(
            desk.session,
            key,
            SGD_SM4_ECB,
            iv,
            data,
            16,
            out,
            &raw mut length
        )
    );
    assert_eq!(length, 16);
    output
}

#[test]
fn keys_wrapped_with_public_keys() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    let (mut made, mut got, mut room) = (ptr::null_mut(), ptr::null_mut(), Room::new());
    ok!(
        f,
        SDF_GenerateKeyWithIPK_ECC(session, 1, 128, room.at(), &raw mut made)
    );
    assert_eq!(room.0[160..164], 16_u32.to_ne_bytes());
    ok!(
        f,
        SDF_ImportKeyWithISK_ECC(session, 1, room.at(), &raw mut got)
    );
    assert_ne!(made, got);
    assert_eq!(block(&desk, made), block(&desk, got));

    let mut key = blank_public_key();
    ok!(f, SDF_ExportEncPublicKey_ECC(session, 1, &raw mut key));
    let pk = &raw mut key;
    ok!(
        f,
        SDF_GenerateKeyWithEPK_ECC(session, 128, SGD_SM2_3, pk, room.at(), &raw mut made)
    );
    ok!(
        f,
        SDF_ImportKeyWithISK_ECC(session, 1, room.at(), &raw mut got)
    );
    assert_eq!(block(&desk, made), block(&desk, got));

    for bits in [0, 1, 127, 520, u32::MAX] {
        let made = &raw mut made;
        let code = call!(
            f,
            SDF_GenerateKeyWithIPK_ECC(session, 1, bits, room.at(), made)
        );
        assert_eq!(code, SDR_INARGERR, "{bits} bits");
    }
    let code = call!(
        f,
        SDF_GenerateKeyWithIPK_ECC(session, 2, 128, room.at(), &raw mut made)
    );
    assert_eq!(code, SDR_KEYNOTEXIST);
    // A key that is not 16 bytes long is kept, but it is no SM4 key.
    ok!(
        f,
        SDF_GenerateKeyWithIPK_ECC(session, 1, 256, room.at(), &raw mut made)
    );
    let (mut data, mut length) = ([7; 16], 0);
    let d = data.as_mut_ptr();
    let iv = ptr::null_mut();
    let code = call!(
        f,
        SDF_Encrypt(session, made, SGD_SM4_ECB, iv, d, 16, d, &raw mut length)
    );
    assert_eq!(code, SDR_KEYTYPEERR);
    ok!(f, SDF_HMACInit(session, made, SGD_SM3));
    // What unwraps to something longer than any session key is refused.
    let mut long = [1; 65];
    let l = long.as_mut_ptr();
    ok!(
        f,
        SDF_InternalEncrypt_ECC(session, 1, SGD_SM2_3, l, 65, room.at())
    );
    let code = call!(
        f,
        SDF_ImportKeyWithISK_ECC(session, 1, room.at(), &raw mut got)
    );
    assert_eq!(code, SDR_KEYTYPEERR);
    ok!(f, SDF_ReleasePrivateKeyAccessRight(session, 1));
    let code = call!(
        f,
        SDF_ImportKeyWithISK_ECC(session, 1, room.at(), &raw mut got)
    );
    assert_eq!(code, SDR_PARDENY);
}

#[test]
fn envelopes_are_exchanged() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    desk.card.card().generate_key_pair(2, PASSWORD).unwrap();
    let mut password = PASSWORD.to_vec();
    ok!(
        f,
        SDF_GetPrivateKeyAccessRight(session, 2, password.as_mut_ptr(), 8)
    );
    let (mut made, mut got, mut room) = (ptr::null_mut(), ptr::null_mut(), Room::new());
    ok!(
        f,
        SDF_GenerateKeyWithIPK_ECC(session, 1, 128, room.at(), &raw mut made)
    );
    let mut key = blank_public_key();
    ok!(f, SDF_ExportEncPublicKey_ECC(session, 2, &raw mut key));
    // Into the same place.
    let (pk, place) = (&raw mut key, room.at());
    ok!(
        f,
        SDF_ExchangeDigitEnvelopeBaseOnECC(session, 1, SGD_SM2_3, pk, place, place)
    );
    ok!(
        f,
        SDF_ImportKeyWithISK_ECC(session, 2, room.at(), &raw mut got)
    );
    assert_eq!(block(&desk, made), block(&desk, got));
}

#[test]
fn keys_wrapped_with_a_kek() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let (mut made, mut got) = (ptr::null_mut(), ptr::null_mut());
    for (id, expected) in [(SGD_SM4_ECB, 16), (SGD_SM4_CBC, 48)] {
        let (mut blob, mut length) = ([0xaa; 64], 1);
        let (b, l, m) = (blob.as_mut_ptr(), &raw mut length, &raw mut made);
        ok!(
            f,
            SDF_GenerateKeyWithKEK(session, 128, id, 8, ptr::null_mut(), l, m)
        );
        assert_eq!(length, expected, "a query");
        length = 1;
        ok!(f, SDF_GenerateKeyWithKEK(session, 128, id, 8, b, l, m));
        assert_eq!(length, expected);
        let end = usize::try_from(expected).unwrap();
        assert!(blob[end..].iter().all(|byte| *byte == 0xaa));
        ok!(
            f,
            SDF_ImportKeyWithKEK(session, id, 8, b, expected, &raw mut got)
        );
        assert_eq!(block(&desk, made), block(&desk, got));
        let mut import = |length| {
            call!(
                f,
                SDF_ImportKeyWithKEK(session, id, 8, b, length, &raw mut got)
            )
        };
        for length in [1, 15, 17, 112, 256] {
            assert_eq!(import(length), SDR_ENCDATAERR, "{length}");
        }
        for length in [0, 257, u32::MAX] {
            assert_eq!(import(length), SDR_INARGERR, "{length}");
        }
    }
    let (mut blob, mut length) = ([0; 64], 0);
    let (b, l, m) = (blob.as_mut_ptr(), &raw mut length, &raw mut made);
    let generate =
        |bits, id, kek| call!(f, SDF_GenerateKeyWithKEK(session, bits, id, kek, b, l, m));
    assert_eq!(generate(128, SGD_SM4_ECB, 9), SDR_KEYNOTEXIST);
    assert_eq!(generate(128, SGD_SM4_OFB, 8), SDR_ALGMODNOTSUPPORT);
    assert_eq!(generate(128, SGD_SM1_ECB, 8), SDR_ALGNOTSUPPORT);
    assert_eq!(
        generate(136, SGD_SM4_ECB, 8),
        SDR_INARGERR,
        "ECB wraps whole blocks"
    );
    assert_eq!(generate(136, SGD_SM4_CBC, 8), SDR_OK);

    // A KEK used on data: what hsm-crypto does with index 8.
    ok!(f, SDF_GetSymmKeyHandle(session, 8, &raw mut got));
    assert_eq!(block(&desk, got), block(&desk, desk.import(&KEK)));
    assert_eq!(
        call!(f, SDF_GetSymmKeyHandle(session, 9, &raw mut got)),
        SDR_KEYNOTEXIST
    );
}

#[test]
fn key_handles_belong_to_their_session() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&[1; 16]);
    let other = open_session(f, desk.device);
    let (mut data, mut length) = ([7; 16], 0);
    let d = data.as_mut_ptr();
    let iv = ptr::null_mut();
    let mut encrypt = |session, key| {
        call!(
            f,
            SDF_Encrypt(session, key, SGD_SM4_ECB, iv, d, 16, d, &raw mut length)
        )
    };
    assert_eq!(encrypt(session, key), SDR_OK);
    assert_eq!(encrypt(other, key), SDR_KEYERR, "a foreign handle");
    assert_eq!(encrypt(session, ptr::null_mut()), SDR_KEYERR);
    assert_eq!(encrypt(session, session), SDR_KEYERR, "a session is no key");
    assert_eq!(
        encrypt(session, ptr::without_provenance_mut(usize::MAX)),
        SDR_KEYERR
    );
    assert_eq!(call!(f, SDF_DestroyKey(other, key)), SDR_KEYERR);
    ok!(f, SDF_DestroyKey(session, key));
    assert_eq!(call!(f, SDF_DestroyKey(session, key)), SDR_KEYERR);
    assert_eq!(encrypt(session, key), SDR_KEYERR, "destroyed");
    let mut handle = ptr::null_mut();
    for length in [65, 256] {
        let mut long = [1; 256];
        let code = call!(
            f,
            SDF_ImportKey(session, long.as_mut_ptr(), length, &raw mut handle)
        );
        assert_eq!(code, SDR_KEYTYPEERR, "{length}");
    }
    for (key, length) in [(d, 0), (d, 257), (d, u32::MAX), (ptr::null_mut(), 16)] {
        assert_eq!(
            call!(f, SDF_ImportKey(session, key, length, &raw mut handle)),
            SDR_INARGERR
        );
    }
    assert_eq!(
        call!(f, SDF_ImportKey(session, d, 16, ptr::null_mut())),
        SDR_OUTARGERR
    );
}

#[test]
fn two_parties_agree_on_a_key() {
    let desk = Desk::unlocked();
    let (f, a) = (&desk.f, desk.session);
    let key = hex("785129917d45a9ea5437a59356b82338eaadda6ceb199088f14ae10defa229b5");
    let key = SecretKey::from_slice(&key).unwrap();
    desk.card
        .card()
        .import_key(2, Role::Encrypt, key, PASSWORD)
        .unwrap();
    let b = open_session(f, desk.device);
    let mut password = PASSWORD.to_vec();
    let (mut ida, mut idb) = (*b"ALICE123@YAHOO.COM", *b"BILL456@YAHOO.COM");
    let (ida, idb) = (ida.as_mut_ptr(), idb.as_mut_ptr());
    let mut keys = [blank_public_key(); 4];
    let [pa, ra, pb, rb] = keys.each_mut().map(|key| &raw mut *key);
    let (mut agreement, mut key_a, mut key_b) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let g = &raw mut agreement;
    ok!(
        f,
        SDF_GenerateAgreementDataWithECC(a, 1, 128, ida, 18, pa, ra, g)
    );
    let mut respond = |bits| {
        let k = &raw mut key_b;
        call!(
            f,
            SDF_GenerateAgreementDataAndKeyWithECC(b, 2, bits, idb, 17, ida, 18, pa, ra, pb, rb, k)
        )
    };
    assert_eq!(respond(128), SDR_PARDENY);
    ok!(
        f,
        SDF_GetPrivateKeyAccessRight(b, 2, password.as_mut_ptr(), 8)
    );
    assert_eq!(respond(100), SDR_INARGERR);
    assert_eq!(respond(128), SDR_OK);

    let mut complete = |session, id, length, agreement| {
        let k = &raw mut key_a;
        call!(
            f,
            SDF_GenerateKeyWithECC(session, id, length, pb, rb, agreement, k)
        )
    };
    assert_eq!(
        complete(b, idb, 17, agreement),
        SDR_KEYERR,
        "a foreign agreement"
    );
    assert_eq!(complete(a, idb, 17, ptr::null_mut()), SDR_KEYERR);
    assert_eq!(complete(a, idb, 0, agreement), SDR_INARGERR);
    assert_eq!(complete(a, idb, 17, agreement), SDR_OK);
    assert_eq!(complete(a, idb, 17, agreement), SDR_KEYERR, "used up");
    let with_b = Desk {
        f: desk.f,
        card: gmt0018_soft::EphemeralCard::new().unwrap(),
        device: desk.device,
        session: b,
    };
    assert_eq!(block(&desk, key_a), block(&with_b, key_b));
    drop(with_b);
}

#[test]
fn agreements_with_nonsense() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    let mut id = *b"1234567812345678";
    let id = id.as_mut_ptr();
    let (mut pk, mut tmp) = (blank_public_key(), blank_public_key());
    let (mut agreement, mut key) = (ptr::null_mut(), ptr::null_mut());
    let g = &raw mut agreement;
    let (p, t) = (&raw mut pk, &raw mut tmp);
    ok!(
        f,
        SDF_GenerateAgreementDataWithECC(session, 1, 128, id, 16, p, t, g)
    );
    ok!(f, SDF_DestroyKey(session, agreement));
    assert_eq!(call!(f, SDF_DestroyKey(session, agreement)), SDR_KEYERR);
    ok!(
        f,
        SDF_GenerateAgreementDataWithECC(session, 1, 128, id, 16, p, t, g)
    );
    let mut off = dirty_public_key(&PublicKey::from_bytes(&[1; 64]));
    let (o, k) = (&raw mut off, &raw mut key);
    let code = call!(
        f,
        SDF_GenerateKeyWithECC(session, id, 16, p, o, agreement, k)
    );
    assert_eq!(code, SDR_PKOPERR);
    let code = call!(
        f,
        SDF_GenerateAgreementDataWithECC(session, 1, 128, id, 0, p, t, g)
    );
    assert_eq!(code, SDR_INARGERR);
    let code = call!(
        f,
        SDF_GenerateAgreementDataWithECC(session, 9, 128, id, 16, p, t, g)
    );
    assert_eq!(code, SDR_KEYNOTEXIST);
}
