//! SM4 in one call and in parts, and its CBC-MAC.

use std::ptr;

use gmt0018_soft::card::Mode;
use gmt0018_sys::*;

use crate::desk::{Desk, KEK, call, hex, ok};

const MODES: [(u32, Mode); 5] = [
    (SGD_SM4_ECB, Mode::Ecb),
    (SGD_SM4_CBC, Mode::Cbc),
    (SGD_SM4_CFB, Mode::Cfb),
    (SGD_SM4_OFB, Mode::Ofb),
    (SGD_SM4_CTR, Mode::Ctr),
];

/// The plaintext, IV and ciphertext of hsm-crypto's own test.
const IV: &str = "ebeec56858e604d8327b9b3c10c90ca7";
const PLAIN: &str = "0123456789abcdeffedcba987654321029bee1d65249f1e9b3db873e240d0647";
const CBC: &str = "3f1e73c3dfd5a132882fe69d996cde935499095dde68995b4d70f2309f2ef1b7";

#[test]
fn cbc_in_place_with_its_iv_updated() {
    let desk = Desk::new();
    let key = desk.import(&KEK);
    let (mut iv, mut data, mut length) = (hex(IV), hex(PLAIN), 0);
    let (v, d) = (iv.as_mut_ptr(), data.as_mut_ptr());
    ok!(
        desk.f,
        SDF_Encrypt(desk.session, key, SGD_SM4_CBC, v, d, 32, d, &raw mut length)
    );
    assert_eq!((&data, length), (&hex(CBC), 32));
    assert_eq!(iv, data[16..], "the last ciphertext block");
    iv.copy_from_slice(&hex(IV));
    let (v, d) = (iv.as_mut_ptr(), data.as_mut_ptr());
    ok!(
        desk.f,
        SDF_Decrypt(desk.session, key, SGD_SM4_CBC, v, d, 32, d, &raw mut length)
    );
    assert_eq!(data, hex(PLAIN));
    assert_eq!(iv, hex(CBC)[16..]);
}

#[test]
fn overlapping_buffers() {
    let desk = Desk::new();
    let key = desk.import(&KEK);
    for shift in [1, 16, 31] {
        for forwards in [true, false] {
            let mut memory = [hex(PLAIN), hex(PLAIN)].concat();
            let low = memory.as_mut_ptr();
            let high = low.wrapping_add(shift);
            let (from, to) = if forwards { (low, high) } else { (high, low) };
            let at = if forwards { 0 } else { shift };
            let plain = memory[at..at + 32].to_vec();
            let (mut iv, mut length) = (hex(IV), 0);
            let v = iv.as_mut_ptr();
            ok!(
                desk.f,
                SDF_Encrypt(
                    desk.session,
                    key,
                    SGD_SM4_CBC,
                    v,
                    from,
                    32,
                    to,
                    &raw mut length
                )
            );
            let at = if forwards { shift } else { 0 };
            let mut back = memory[at..at + 32].to_vec();
            let (mut iv, b) = (hex(IV), back.as_mut_ptr());
            let v = iv.as_mut_ptr();
            ok!(
                desk.f,
                SDF_Decrypt(desk.session, key, SGD_SM4_CBC, v, b, 32, b, &raw mut length)
            );
            assert_eq!(back, plain, "{shift} {forwards}");
        }
    }
}

#[test]
fn every_mode_chains_through_the_iv_and_in_parts() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&KEK);
    let plain: Vec<u8> = (0..=159).collect();
    for (id, mode) in MODES {
        let (mut iv, mut whole, mut length) = (hex(IV), vec![0; 160], 0);
        let mut input = plain.clone();
        let i = input.as_mut_ptr();
        let v = iv.as_mut_ptr();
        ok!(
            f,
            SDF_Encrypt(
                session,
                key,
                id,
                v,
                i,
                160,
                whole.as_mut_ptr(),
                &raw mut length
            )
        );
        // Two calls that hand the IV on are one call.
        let (mut iv, mut halves) = (hex(IV), vec![0; 160]);
        let (v, h) = (iv.as_mut_ptr(), halves.as_mut_ptr());
        ok!(
            f,
            SDF_Encrypt(session, key, id, v, i, 64, h, &raw mut length)
        );
        let (i2, h2) = (i.wrapping_add(64), h.wrapping_add(64));
        ok!(
            f,
            SDF_Encrypt(session, key, id, v, i2, 96, h2, &raw mut length)
        );
        assert_eq!(halves, whole, "{mode:?}");
        // Parts of odd lengths are one call, too.
        let mut back = Vec::new();
        let (mut iv, mut room) = (hex(IV), [0; 64]);
        let iv_length = if mode == Mode::Ecb { 0 } else { 16 };
        ok!(
            f,
            SDF_DecryptInit(session, key, id, iv.as_mut_ptr(), iv_length)
        );
        for part in whole.chunks(37) {
            let (mut part, mut length) = (part.to_vec(), 0);
            let size = u32::try_from(part.len()).unwrap();
            let p = part.as_mut_ptr();
            ok!(
                f,
                SDF_DecryptUpdate(session, p, size, ptr::null_mut(), &raw mut length)
            );
            let announced = length;
            ok!(
                f,
                SDF_DecryptUpdate(session, p, size, room.as_mut_ptr(), &raw mut length)
            );
            assert_eq!(length, announced);
            back.extend_from_slice(&room[..usize::try_from(length).unwrap()]);
        }
        ok!(
            f,
            SDF_DecryptFinal(session, room.as_mut_ptr(), &raw mut length)
        );
        assert_eq!((back, length), (plain.clone(), 0), "{mode:?}");
    }
}

#[test]
fn a_key_given_in_plain_does_what_a_session_key_does() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&KEK);
    let (mut k, mut plain, mut length) = (KEK, vec![0x3c; 160], 0);
    let (k, i, l) = (k.as_mut_ptr(), plain.as_mut_ptr(), &raw mut length);
    for (id, mode) in MODES {
        let mut whole = vec![0; 160];
        let (mut iv, w) = (hex(IV), whole.as_mut_ptr());
        ok!(
            f,
            SDF_Encrypt(session, key, id, iv.as_mut_ptr(), i, 160, w, l)
        );

        let (mut iv, mut out) = (hex(IV), vec![0; 160]);
        let (v, o) = (iv.as_mut_ptr(), out.as_mut_ptr());
        let n = if mode == Mode::Ecb { 0 } else { 16 };
        ok!(
            f,
            SDF_ExternalKeyEncrypt(session, id, k, 16, v, n, i, 160, o, l)
        );
        assert_eq!((&out, length), (&whole, 160), "{mode:?}");
        assert_eq!(iv, hex(IV), "its IV is input only");
        let o = out.as_mut_ptr();
        ok!(
            f,
            SDF_ExternalKeyDecrypt(session, id, k, 16, v, n, o, 160, o, l)
        );
        assert_eq!(out, plain, "{mode:?}");

        let o = out.as_mut_ptr();
        ok!(f, SDF_ExternalKeyEncryptInit(session, id, k, 16, v, n));
        ok!(f, SDF_EncryptUpdate(session, i, 160, o, l));
        ok!(f, SDF_EncryptFinal(session, ptr::null_mut(), l));
        assert_eq!((&out, length), (&whole, 0), "{mode:?}");
        let o = out.as_mut_ptr();
        ok!(f, SDF_ExternalKeyDecryptInit(session, id, k, 16, v, n));
        ok!(f, SDF_DecryptUpdate(session, o, 160, o, l));
        ok!(f, SDF_DecryptFinal(session, ptr::null_mut(), l));
        assert_eq!(out, plain, "{mode:?}");

        for size in [0, 15, 17, 256, 257] {
            let code = call!(f, SDF_ExternalKeyEncryptInit(session, id, k, size, v, n));
            let expected = if [0, 257].contains(&size) {
                SDR_INARGERR
            } else {
                SDR_KEYTYPEERR
            };
            assert_eq!(code, expected, "a key of {size} bytes");
        }
    }
    let mut iv = hex(IV);
    let (v, o) = (iv.as_mut_ptr(), plain.as_mut_ptr());
    let code = call!(
        f,
        SDF_ExternalKeyEncrypt(session, SGD_SM4_CBC, k, 16, v, 0, o, 160, o, l)
    );
    assert_eq!(code, SDR_INARGERR, "an IV of 0 bytes");
}

#[test]
fn mac_in_one_call_and_in_parts() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&KEK);
    let (mut iv, mut data, mut mac, mut length) = (hex(IV), hex(PLAIN), [0xaa; 20], 1);
    let (v, d, m, l) = (
        iv.as_mut_ptr(),
        data.as_mut_ptr(),
        mac.as_mut_ptr(),
        &raw mut length,
    );
    ok!(
        f,
        SDF_CalculateMAC(session, key, SGD_SM4_MAC, v, d, 32, ptr::null_mut(), l)
    );
    assert_eq!((&iv, length), (&hex(IV), 16), "a query changes nothing");
    ok!(
        f,
        SDF_CalculateMAC(session, key, SGD_SM4_MAC, v, d, 32, m, l)
    );
    assert_eq!(mac[..], [&hex(CBC)[16..], &[0xaa; 4]].concat());
    assert_eq!(iv, hex(CBC)[16..]);
    let mut iv = hex(IV);
    ok!(
        f,
        SDF_CalculateMACInit(session, key, SGD_SM4_MAC, iv.as_mut_ptr(), 16)
    );
    ok!(f, SDF_CalculateMACUpdate(session, d, 5));
    ok!(f, SDF_CalculateMACUpdate(session, d.wrapping_add(5), 27));
    mac.fill(0);
    ok!(f, SDF_CalculateMACFinal(session, m, l));
    assert_eq!(mac[..16], hex(CBC)[16..]);
    assert_eq!(call!(f, SDF_CalculateMACFinal(session, m, l)), SDR_STEPERR);
    assert_eq!(call!(f, SDF_CalculateMACUpdate(session, d, 5)), SDR_STEPERR);
    let code = call!(
        f,
        SDF_CalculateMAC(session, key, SGD_SM4_MAC, v, d, 31, m, l)
    );
    assert_eq!(code, SDR_INARGERR);
    let code = call!(
        f,
        SDF_CalculateMAC(session, key, SGD_SM4_CBC, v, d, 32, m, l)
    );
    assert_eq!(code, SDR_ALGMODNOTSUPPORT);
    let code = call!(f, SDF_CalculateMACInit(session, key, SGD_SM4_MAC, v, 15));
    assert_eq!(code, SDR_INARGERR);
    ok!(f, SDF_CalculateMACInit(session, key, SGD_SM4_MAC, v, 16));
    ok!(f, SDF_CalculateMACUpdate(session, d, 5));
    assert_eq!(
        call!(f, SDF_CalculateMACFinal(session, m, l)),
        SDR_INARGERR,
        "part of a block"
    );
}

#[test]
fn lengths_pointers_modes_and_steps() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&KEK);
    let (mut iv, mut data, mut out, mut length) = (hex(IV), hex(PLAIN), [0; 32], 0);
    let (v, d, o, l) = (
        iv.as_mut_ptr(),
        data.as_mut_ptr(),
        out.as_mut_ptr(),
        &raw mut length,
    );
    let null = ptr::null_mut();
    let encrypt = |id, v, d, size, o, l| call!(f, SDF_Encrypt(session, key, id, v, d, size, o, l));
    assert_eq!(encrypt(SGD_SM4_CBC, v, d, 0, o, l), SDR_INARGERR);
    assert_eq!(encrypt(SGD_SM4_CBC, v, d, 31, o, l), SDR_INARGERR);
    assert_eq!(encrypt(SGD_SM4_ECB, null, d, 31, o, l), SDR_INARGERR);
    assert_eq!(encrypt(SGD_SM4_CBC, null, d, 32, o, l), SDR_INARGERR);
    assert_eq!(encrypt(SGD_SM4_CBC, v, null, 32, o, l), SDR_INARGERR);
    assert_eq!(
        encrypt(SGD_SM4_CBC, v, d, 32, o, ptr::null_mut()),
        SDR_OUTARGERR
    );
    assert_eq!(
        encrypt(SGD_SM4_CTR, v, d, 31, o, l),
        SDR_OK,
        "a stream needs no whole blocks"
    );
    assert_eq!(encrypt(SGD_SM4_ECB, null, d, 32, null, l), SDR_OK);
    assert_eq!(length, 32, "a query");
    assert_eq!(encrypt(SGD_SM4_XTS, v, d, 32, o, l), SDR_ALGMODNOTSUPPORT);
    assert_eq!(encrypt(SGD_SM4_GCM, v, d, 32, o, l), SDR_ALGMODNOTSUPPORT);
    assert_eq!(encrypt(SGD_SM1_CBC, v, d, 32, o, l), SDR_ALGNOTSUPPORT);
    assert_eq!(encrypt(0, v, d, 32, o, l), SDR_ALGNOTSUPPORT);

    assert_eq!(
        call!(f, SDF_EncryptUpdate(session, d, 16, o, l)),
        SDR_STEPERR
    );
    assert_eq!(call!(f, SDF_EncryptFinal(session, o, l)), SDR_STEPERR);
    assert_eq!(
        call!(f, SDF_DecryptUpdate(session, d, 16, o, l)),
        SDR_STEPERR
    );
    assert_eq!(call!(f, SDF_DecryptFinal(session, o, l)), SDR_STEPERR);
    for size in [0, 15, 17, 256, u32::MAX] {
        let code = call!(f, SDF_EncryptInit(session, key, SGD_SM4_CBC, v, size));
        assert_eq!(code, SDR_INARGERR, "an IV of {size}");
    }
    assert_eq!(
        call!(f, SDF_EncryptUpdate(session, d, 16, o, l)),
        SDR_STEPERR
    );
    ok!(f, SDF_EncryptInit(session, key, SGD_SM4_CBC, v, 16));
    assert_eq!(
        call!(f, SDF_DecryptUpdate(session, d, 16, o, l)),
        SDR_STEPERR,
        "it encrypts"
    );
    ok!(f, SDF_EncryptUpdate(session, d, 17, o, l));
    assert_eq!(length, 16);
    assert_eq!(
        call!(f, SDF_EncryptFinal(session, o, l)),
        SDR_INARGERR,
        "part of a block"
    );
    assert_eq!(call!(f, SDF_EncryptFinal(session, o, l)), SDR_STEPERR);
}
