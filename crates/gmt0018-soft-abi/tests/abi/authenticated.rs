//! SM4-GCM and SM4-CCM.

use std::ptr;

use gmt0018_sys::*;

use crate::desk::{Desk, KEK, call, hex, ok};

/// RFC 8998, annex A: key, nonce, associated data and plaintext are the same for both modes.
const NONCE: &str = "00001234567800000000abcd";
const ASSOCIATED: &str = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
const PLAIN: &str = "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd\
                     eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa";
const ANSWERS: [(u32, &str, &str); 2] = [
    (
        SGD_SM4_GCM,
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
         d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
        "83de3541e4c2b58177e065a9bf7b62ec",
    ),
    (
        SGD_SM4_CCM,
        "48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094\
         fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5b",
        "16842d4fa186f56ab33256971fa110f4",
    ),
];

#[test]
fn the_answers_of_rfc_8998_in_one_call_and_in_parts() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&KEK);
    for (id, cipher, expected) in ANSWERS {
        let (mut nonce, mut aad, mut data) = (hex(NONCE), hex(ASSOCIATED), hex(PLAIN));
        let (n, a, d) = (nonce.as_mut_ptr(), aad.as_mut_ptr(), data.as_mut_ptr());
        let (mut tag, mut out_length, mut tag_length) = ([0xaa; 20], 0, 0xdead_beef);
        let (t, ol, tl) = (tag.as_mut_ptr(), &raw mut out_length, &raw mut tag_length);
        let null = ptr::null_mut();
        ok!(
            f,
            SDF_AuthEnc(session, key, id, n, 12, a, 20, d, 64, null, ol, t, tl)
        );
        assert_eq!((out_length, tag_length), (64, 16), "a query");
        // In place.
        ok!(
            f,
            SDF_AuthEnc(session, key, id, n, 12, a, 20, d, 64, d, ol, t, tl)
        );
        assert_eq!(data, hex(cipher));
        assert_eq!((out_length, tag_length), (64, 16));
        assert_eq!(tag[..], [&hex(expected)[..], &[0xaa; 4]].concat());
        let open = |t, size| {
            call!(
                f,
                SDF_AuthDec(session, key, id, n, 12, a, 20, t, size, d, 64, d, ol)
            )
        };
        tag[15] ^= 1;
        assert_eq!(open(t, 16), SDR_VERIFYERR);
        assert_eq!(data, hex(cipher), "no plaintext without the right tag");
        tag[15] ^= 1;
        for size in [0, 17, u32::MAX] {
            assert_eq!(open(t, size), SDR_INARGERR, "a tag of {size}");
        }
        assert_eq!(
            open(t, 5),
            SDR_INARGERR,
            "a tag length that the mode has not"
        );
        assert_eq!(open(t, 16), SDR_OK);
        assert_eq!((&data, out_length), (&hex(PLAIN), 64));

        ok!(f, SDF_AuthEncInit(session, key, id, n, 12, a, 20, 64));
        let mut out = Vec::new();
        for part in hex(PLAIN).chunks(23) {
            let (mut part, mut room, mut length) = (part.to_vec(), [0; 32], 0);
            let size = u32::try_from(part.len()).unwrap();
            let (p, r) = (part.as_mut_ptr(), room.as_mut_ptr());
            ok!(f, SDF_AuthEncUpdate(session, p, size, r, &raw mut length));
            assert_eq!(length, size);
            out.extend_from_slice(&room[..part.len()]);
        }
        let (mut last, mut length) = ([0; 16], 9);
        let o = last.as_mut_ptr();
        tag.fill(0);
        ok!(f, SDF_AuthEncFinal(session, o, &raw mut length, t, tl));
        assert_eq!((out, length), (hex(cipher), 0));
        assert_eq!(tag[..16], hex(expected));
        let code = call!(f, SDF_AuthEncFinal(session, o, &raw mut length, t, tl));
        assert_eq!(code, SDR_STEPERR);

        for (flip, verdict) in [(0, SDR_OK), (1, SDR_VERIFYERR)] {
            tag[0] ^= flip;
            ok!(
                f,
                SDF_AuthDecInit(session, key, id, n, 12, a, 20, t, 16, 64)
            );
            let mut input = hex(cipher);
            ok!(f, SDF_AuthDecUpdate(session, input.as_mut_ptr(), 64, d, ol));
            assert_eq!(data, hex(PLAIN));
            assert_eq!(
                call!(f, SDF_AuthDecFinal(session, o, &raw mut length)),
                verdict
            );
        }
    }
}

#[test]
fn data_may_be_absent() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&KEK);
    let null = ptr::null_mut();
    for (id, _, _) in ANSWERS {
        let (mut nonce, mut aad, mut tag) = (hex(NONCE), hex(ASSOCIATED), [0; 16]);
        let (n, a, t) = (nonce.as_mut_ptr(), aad.as_mut_ptr(), tag.as_mut_ptr());
        let (mut ol, mut tl) = (5, 12);
        let (o, l) = (&raw mut ol, &raw mut tl);
        ok!(
            f,
            SDF_AuthEnc(session, key, id, n, 12, a, 20, null, 0, null, o, t, l)
        );
        assert_eq!((ol, tl), (0, 12), "a tag of the length asked for");
        ok!(
            f,
            SDF_AuthDec(session, key, id, n, 12, a, 20, t, 12, null, 0, null, o)
        );
        tag[3] ^= 1;
        let t = tag.as_mut_ptr();
        let code = call!(
            f,
            SDF_AuthDec(session, key, id, n, 12, a, 20, t, 12, null, 0, null, o)
        );
        assert_eq!(code, SDR_VERIFYERR);
        // Without associated data.
        let mut data = [1; 5];
        let d = data.as_mut_ptr();
        ok!(
            f,
            SDF_AuthEnc(session, key, id, n, 12, null, 0, d, 5, d, o, t, l)
        );
        ok!(
            f,
            SDF_AuthDec(session, key, id, n, 12, null, 0, t, tl, d, 5, d, o)
        );
        assert_eq!(data, [1; 5]);
    }
}

#[test]
fn nonces_steps_and_totals() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&KEK);
    let (mut nonce, mut data, mut tag, mut length) = ([1; 64], [2; 64], [0; 16], 16);
    let (n, d, t, l) = (
        nonce.as_mut_ptr(),
        data.as_mut_ptr(),
        tag.as_mut_ptr(),
        &raw mut length,
    );
    let null = ptr::null_mut();
    let seal = |id, size| {
        call!(
            f,
            SDF_AuthEnc(session, key, id, n, size, null, 0, d, 16, d, l, t, l)
        )
    };
    assert_eq!(seal(SGD_SM4_CCM, 6), SDR_INARGERR);
    assert_eq!(seal(SGD_SM4_CCM, 14), SDR_INARGERR);
    assert_eq!(seal(SGD_SM4_GCM, 0), SDR_INARGERR);
    assert_eq!(seal(SGD_SM4_GCM, u32::MAX), SDR_INARGERR);
    assert_eq!(seal(SGD_SM4_CBC, 12), SDR_ALGMODNOTSUPPORT);
    assert_eq!(seal(0x2000, 12), SDR_ALGNOTSUPPORT);

    assert_eq!(
        call!(f, SDF_AuthEncUpdate(session, d, 16, d, l)),
        SDR_STEPERR
    );
    assert_eq!(
        call!(f, SDF_AuthDecUpdate(session, d, 16, d, l)),
        SDR_STEPERR
    );
    assert_eq!(
        call!(f, SDF_AuthEncFinal(session, null, l, t, l)),
        SDR_STEPERR
    );
    assert_eq!(call!(f, SDF_AuthDecFinal(session, null, l)), SDR_STEPERR);
    for (id, _, _) in ANSWERS {
        ok!(f, SDF_AuthEncInit(session, key, id, n, 12, null, 0, 16));
        assert_eq!(
            call!(f, SDF_AuthEncUpdate(session, d, 17, d, l)),
            SDR_INARGERR,
            "too much"
        );
        ok!(f, SDF_AuthEncUpdate(session, d, 15, d, l));
        assert_eq!(
            call!(f, SDF_AuthEncFinal(session, null, l, t, l)),
            SDR_INARGERR,
            "too little"
        );
        assert_eq!(
            call!(f, SDF_AuthEncFinal(session, null, l, t, l)),
            SDR_STEPERR
        );
        let code = call!(
            f,
            SDF_AuthDecInit(session, key, id, n, 12, null, 0, t, 17, 16)
        );
        assert_eq!(code, SDR_INARGERR);
    }
    // GCM alone can do without the total.
    ok!(
        f,
        SDF_AuthEncInit(session, key, SGD_SM4_GCM, n, 12, null, 0, 0)
    );
    ok!(f, SDF_AuthEncUpdate(session, d, 64, d, l));
    ok!(f, SDF_AuthEncFinal(session, null, l, t, l));
}
