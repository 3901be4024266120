//! SM3, the SM2 pre-process, HMAC-SM3.

use std::ptr;

use gmt0018_soft::card::{Prehash, PublicKey, UserId};
use gmt0018_sys::*;

use crate::desk::{Desk, blank_public_key, call, dirty_public_key, hex, ok};

fn digest(desk: &Desk, parts: &[&[u8]]) -> Vec<u8> {
    for part in parts {
        let mut part = part.to_vec();
        let length = u32::try_from(part.len()).unwrap();
        ok!(
            desk.f,
            SDF_HashUpdate(desk.session, part.as_mut_ptr(), length)
        );
    }
    // Callers leave the length uninitialised.
    let (mut hash, mut length) = ([0xaa; 40], 3);
    ok!(
        desk.f,
        SDF_HashFinal(desk.session, hash.as_mut_ptr(), &raw mut length)
    );
    assert_eq!(length, 32);
    assert_eq!(hash[32..], [0xaa; 8]);
    hash[..32].to_vec()
}

#[test]
fn sm3_of_the_standard_in_parts() {
    let desk = Desk::new();
    let null = ptr::null_mut();
    ok!(
        desk.f,
        SDF_HashInit(desk.session, SGD_SM3, ptr::null_mut(), null, 0)
    );
    let expected = hex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_eq!(digest(&desk, &[b"a", b"bc"]), expected);
    let empty = hex("1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
    ok!(
        desk.f,
        SDF_HashInit(desk.session, SGD_SM3, ptr::null_mut(), null, 0)
    );
    assert_eq!(digest(&desk, &[]), empty);
    // A second Init starts anew.
    ok!(
        desk.f,
        SDF_HashInit(desk.session, SGD_SM3, ptr::null_mut(), null, 0)
    );
    let mut data = *b"to be forgotten";
    ok!(desk.f, SDF_HashUpdate(desk.session, data.as_mut_ptr(), 15));
    ok!(
        desk.f,
        SDF_HashInit(desk.session, SGD_SM3, ptr::null_mut(), null, 0)
    );
    assert_eq!(digest(&desk, &[b"abc"]), expected);
}

#[test]
fn the_card_absorbs_z() {
    let desk = Desk::new();
    let mut exported = blank_public_key();
    ok!(
        desk.f,
        SDF_ExportSignPublicKey_ECC(desk.session, 1, &raw mut exported)
    );
    let x: [u8; 32] = exported.x[32..].try_into().unwrap();
    let y: [u8; 32] = exported.y[32..].try_into().unwrap();
    let key = PublicKey::from_x_y(&x, &y);
    let mut dirty = dirty_public_key(&key);
    let mut id = UserId::DEFAULT.as_bytes().to_vec();
    let id = id.as_mut_ptr();
    ok!(
        desk.f,
        SDF_HashInit(desk.session, SGD_SM3, &raw mut dirty, id, 16)
    );
    let e = digest(&desk, &[b"message ", b"digest"]);
    assert_eq!(
        e,
        Prehash::of(&key, &UserId::DEFAULT, b"message digest").as_bytes()
    );
    assert_eq!(
        e,
        hex("f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640")
    );

    let null = ptr::null_mut();
    let init = |key: *mut ECCrefPublicKey, id: *mut u8, length| {
        call!(desk.f, SDF_HashInit(desk.session, SGD_SM3, key, id, length))
    };
    assert_eq!(
        init(&raw mut dirty, null, 0),
        SDR_USERIDERR,
        "a key without an id"
    );
    assert_eq!(init(&raw mut dirty, null, 16), SDR_INARGERR);
    assert_eq!(
        init(ptr::null_mut(), id, 16),
        SDR_INARGERR,
        "an id without a key"
    );
    dirty.x[40] ^= 1;
    assert_eq!(init(&raw mut dirty, id, 16), SDR_PKOPERR, "off the curve");
    let mut long = vec![b'a'; 8192];
    dirty.x[40] ^= 1;
    assert_eq!(init(&raw mut dirty, long.as_mut_ptr(), 8192), SDR_USERIDERR);
    assert_eq!(init(&raw mut dirty, long.as_mut_ptr(), 8191), SDR_OK);
}

#[test]
fn steps_lengths_and_queries() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let (mut data, mut hash, mut length) = ([1; 8], [0; 32], 0);
    let update = |data: *mut u8, length| call!(f, SDF_HashUpdate(session, data, length));
    assert_eq!(update(data.as_mut_ptr(), 8), SDR_STEPERR);
    let code = call!(
        f,
        SDF_HashFinal(session, hash.as_mut_ptr(), &raw mut length)
    );
    assert_eq!(code, SDR_STEPERR);
    let null = ptr::null_mut();
    assert_eq!(
        call!(f, SDF_HashInit(session, 2, ptr::null_mut(), null, 0)),
        SDR_ALGNOTSUPPORT
    );
    ok!(f, SDF_HashInit(session, SGD_SM3, ptr::null_mut(), null, 0));
    assert_eq!(update(data.as_mut_ptr(), 0), SDR_INARGERR);
    assert_eq!(update(null, 8), SDR_INARGERR);
    ok!(f, SDF_HashFinal(session, null, &raw mut length));
    assert_eq!(length, 32, "a query, which ends nothing");
    assert_eq!(
        call!(
            f,
            SDF_HashFinal(session, hash.as_mut_ptr(), ptr::null_mut())
        ),
        SDR_OUTARGERR
    );
    ok!(
        f,
        SDF_HashFinal(session, hash.as_mut_ptr(), &raw mut length)
    );
    assert_eq!(
        update(data.as_mut_ptr(), 8),
        SDR_STEPERR,
        "the hash has ended"
    );
}

#[test]
fn hmac_of_session_and_given_keys() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let mut plain = hex("00112233445566778899aabbccddeeff");
    let key = desk.import(&plain);
    // OpenSSL 3: dgst -sm3 -mac HMAC.
    let expected = hex("9c9a22e8b5797b82cff9baba56893cc1d75811c334d198f3af43401740b824f7");
    let mut message = *b"message digest";
    let mut finish = |first: u32| {
        assert_eq!(first, SDR_OK);
        ok!(f, SDF_HMACUpdate(session, message.as_mut_ptr(), 14));
        let (mut mac, mut length) = ([0; 32], u32::MAX);
        ok!(f, SDF_HMACFinal(session, ptr::null_mut(), &raw mut length));
        assert_eq!(length, 32);
        ok!(f, SDF_HMACFinal(session, mac.as_mut_ptr(), &raw mut length));
        assert_eq!(mac, *expected);
        let code = call!(f, SDF_HMACFinal(session, mac.as_mut_ptr(), &raw mut length));
        assert_eq!(code, SDR_STEPERR);
    };
    finish(call!(f, SDF_HMACInit(session, key, SGD_SM3)));
    finish(call!(f, SDF_HMACInit(session, key, SGD_SM3_HMAC)));
    let plain = plain.as_mut_ptr();
    finish(call!(
        f,
        SDF_ExternalKeyHMACInit(session, SGD_SM3_HMAC, plain, 16)
    ));
    // What SoftSDF and GmSSL's client use: SDF_CalculateMAC with an identifier of SM3, and no IV.
    let (mut whole, mut length, mut message) = ([0; 32], 0, *b"message digest");
    let (d, m, l) = (message.as_mut_ptr(), whole.as_mut_ptr(), &raw mut length);
    let no_iv = ptr::null_mut();
    ok!(
        f,
        SDF_CalculateMAC(session, key, SGD_SM3, no_iv, d, 14, m, l)
    );
    assert_eq!((&whole[..], length), (&expected[..], 32));
    assert_eq!(
        call!(f, SDF_HMACInit(session, key, 0x20)),
        SDR_ALGNOTSUPPORT
    );
    assert_eq!(
        call!(f, SDF_HMACInit(session, ptr::null_mut(), SGD_SM3)),
        SDR_KEYERR
    );
    assert_eq!(call!(f, SDF_HMACUpdate(session, plain, 16)), SDR_STEPERR);
    assert_eq!(
        call!(f, SDF_ExternalKeyHMACInit(session, SGD_SM3, plain, 0)),
        SDR_INARGERR
    );
}
