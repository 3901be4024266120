//! Devices, sessions, access rights, device information, random numbers.

use std::ffi::CString;
use std::ptr;

use gmt0018_soft::EphemeralCard;
use gmt0018_sys::*;

use crate::desk::{Desk, PASSWORD, blank_signature, call, ok, open_device, open_session};

#[test]
fn device_information_is_complete_and_true() {
    let desk = Desk::new();
    // SAFETY: all zeros are a value of this structure of integers.
    let mut info: DEVICEINFO = unsafe { std::mem::zeroed() };
    ok!(desk.f, SDF_GetDeviceInfo(desk.session, &raw mut info));
    let text = |field: &[u8]| {
        let end = field
            .iter()
            .position(|byte| *byte == 0)
            .expect("NUL-padded");
        assert!(field[end..].iter().all(|byte| *byte == 0));
        String::from_utf8(field[..end].to_vec()).unwrap()
    };
    assert_eq!(text(&info.IssuerName), "gmt0018-rs (software card)");
    assert_eq!(text(&info.DeviceName), "gmt0018-soft");
    assert_eq!(
        info.DeviceSerial,
        desk.card.card().store().serial().as_bytes()
    );
    assert_eq!(info.StandardVersion, 2);
    assert_eq!(
        info.AsymAlgAbility,
        [SGD_SM2 | SGD_SM2_1 | SGD_SM2_2 | SGD_SM2_3, 256]
    );
    for id in [
        SGD_SM4_ECB,
        SGD_SM4_CBC,
        SGD_SM4_CFB,
        SGD_SM4_OFB,
        SGD_SM4_CTR,
        SGD_SM4_MAC,
        SGD_SM4_GCM,
        SGD_SM4_CCM,
    ] {
        assert_eq!(info.SymAlgAbility & id, id, "{id:#x}");
    }
    assert_eq!(info.HashAlgAbility & SGD_SM3, SGD_SM3);
    assert_eq!(info.BufferSize, desk.card.card().store().file_capacity());
    assert_eq!(
        call!(desk.f, SDF_GetDeviceInfo(desk.session, ptr::null_mut())),
        SDR_OUTARGERR
    );
    // Some callers believe that it takes the device.
    assert_eq!(
        call!(desk.f, SDF_GetDeviceInfo(desk.device, &raw mut info)),
        SDR_INARGERR
    );
}

#[test]
fn a_device_is_counted_and_its_sessions_close_with_the_last_handle() {
    let desk = Desk::new();
    let second = open_device(&desk.f, desk.card.path());
    assert_ne!(second, desk.device);
    let session = open_session(&desk.f, second);
    ok!(desk.f, SDF_CloseDevice(second));
    assert_eq!(
        call!(desk.f, SDF_CloseDevice(second)),
        SDR_INARGERR,
        "closed twice"
    );
    let mut byte = [0];
    ok!(desk.f, SDF_GenerateRandom(session, 1, byte.as_mut_ptr()));
    ok!(desk.f, SDF_CloseDevice(desk.device));
    for stale in [session, desk.session] {
        assert_eq!(
            call!(desk.f, SDF_GenerateRandom(stale, 1, byte.as_mut_ptr())),
            SDR_INARGERR
        );
        assert_eq!(call!(desk.f, SDF_CloseSession(stale)), SDR_INARGERR);
    }
    let mut session = ptr::null_mut();
    assert_eq!(
        call!(desk.f, SDF_OpenSession(desk.device, &raw mut session)),
        SDR_INARGERR
    );
    assert!(session.is_null());
}

#[test]
fn sessions_outlive_the_registration_of_their_card() {
    let f = gmt0018_soft::functions();
    let card = EphemeralCard::new().unwrap();
    let path = card.path().to_owned();
    let device = open_device(&f, &path);
    let session = open_session(&f, device);
    drop(card);
    let mut byte = [0];
    ok!(f, SDF_GenerateRandom(session, 1, byte.as_mut_ptr()));
    let (path, mut again) = (CString::new(path).unwrap(), ptr::null_mut());
    let code = call!(
        f,
        SDF_OpenDeviceWithPath(path.as_ptr().cast_mut(), &raw mut again)
    );
    assert_eq!(code, SDR_OPENDEVICE, "the name is forgotten");
    ok!(f, SDF_CloseSession(session));
    ok!(f, SDF_CloseDevice(device));
}

#[test]
fn a_directory_is_opened_by_path_and_by_a_file_in_it() {
    let f = gmt0018_soft::functions();
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("store");
    let name = CString::new(directory.to_str().unwrap()).unwrap();
    let mut device = ptr::null_mut();
    let code = call!(
        f,
        SDF_OpenDeviceWithPath(name.as_ptr().cast_mut(), &raw mut device)
    );
    assert_eq!(code, SDR_OPENDEVICE, "a store that is named must exist");
    assert!(!directory.exists());

    let card = gmt0018_soft::card::Card::open_or_create(&directory).unwrap();
    card.generate_key_pair(3, PASSWORD).unwrap();
    let first = open_device(&f, directory.to_str().unwrap());
    let file = std::fs::read_dir(&directory)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let file = CString::new(file.to_str().unwrap()).unwrap();
    let mut second = ptr::null_mut();
    ok!(f, SDF_OpenDeviceWithConf(&raw mut second, file.as_ptr()));
    let session = open_session(&f, second);
    ok!(f, SDF_CloseDevice(second));
    let mut password = PASSWORD.to_vec();
    ok!(
        f,
        SDF_GetPrivateKeyAccessRight(session, 3, password.as_mut_ptr(), 8)
    );
    ok!(f, SDF_CloseDevice(first));
    assert_eq!(call!(f, SDF_CloseSession(session)), SDR_INARGERR);
}

#[test]
fn access_rights_belong_to_one_session_and_one_index() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let (mut e, mut signature) = ([1; 32], blank_signature());
    let sign = |session, index, e: &mut [u8; 32], signature: &mut ECCSignature| {
        call!(
            f,
            SDF_InternalSign_ECC(session, index, e.as_mut_ptr(), 32, &raw mut *signature)
        )
    };
    assert_eq!(sign(session, 1, &mut e, &mut signature), SDR_PARDENY);
    assert_eq!(sign(session, 2, &mut e, &mut signature), SDR_KEYNOTEXIST);
    assert_eq!(signature.r, [0xaa; 64], "nothing was written");

    let right = |index, password: &[u8]| {
        let mut password = password.to_vec();
        let length = u32::try_from(password.len()).unwrap();
        call!(
            f,
            SDF_GetPrivateKeyAccessRight(session, index, password.as_mut_ptr(), length)
        )
    };
    assert_eq!(right(1, b"87654321"), SDR_PRKRERR);
    assert_eq!(right(1, b"1234"), SDR_PRKRERR, "too short to be right");
    assert_eq!(right(1, &vec![b'1'; 1 << 20]), SDR_PRKRERR, "1 MiB");
    assert_eq!(right(1, b""), SDR_INARGERR);
    assert_eq!(right(2, PASSWORD), SDR_KEYNOTEXIST);
    assert_eq!(right(u32::MAX, PASSWORD), SDR_KEYNOTEXIST);
    let null = ptr::null_mut();
    assert_eq!(
        call!(f, SDF_GetPrivateKeyAccessRight(session, 1, null, 8)),
        SDR_INARGERR
    );
    assert_eq!(sign(session, 1, &mut e, &mut signature), SDR_PARDENY);

    assert_eq!(right(1, PASSWORD), SDR_OK);
    assert_eq!(right(1, PASSWORD), SDR_OK, "again");
    assert_eq!(sign(session, 1, &mut e, &mut signature), SDR_OK);
    let other = open_session(f, desk.device);
    assert_eq!(sign(other, 1, &mut e, &mut signature), SDR_PARDENY);
    assert_eq!(right(1, b"87654321"), SDR_PRKRERR);
    assert_eq!(
        sign(session, 1, &mut e, &mut signature),
        SDR_PARDENY,
        "a failure takes it away"
    );
    assert_eq!(right(1, PASSWORD), SDR_OK);
    ok!(f, SDF_ReleasePrivateKeyAccessRight(session, 1));
    assert_eq!(sign(session, 1, &mut e, &mut signature), SDR_PARDENY);
    assert_eq!(
        call!(f, SDF_ReleasePrivateKeyAccessRight(session, 1)),
        SDR_PARDENY
    );

    let mut password = PASSWORD.to_vec();
    let password = password.as_mut_ptr();
    ok!(
        f,
        SDF_GetPrivateKeyAccessRight_Ex(session, 1, 2, password, 8)
    );
    let rsa = call!(
        f,
        SDF_GetPrivateKeyAccessRight_Ex(session, 1, 1, password, 8)
    );
    assert_eq!(rsa, SDR_NOTSUPPORT);
    ok!(f, SDF_GetKEKAccessRight(session, 8, password, 8));
    ok!(f, SDF_GetKekAccessRight(session, 8, ptr::null_mut(), 0));
    ok!(f, SDF_ReleaseKEKAccessRight(session, 8));
    assert_eq!(
        call!(f, SDF_GetKEKAccessRight(session, 9, password, 8)),
        SDR_KEYNOTEXIST
    );
}

#[test]
fn a_changed_password_takes_effect_at_once() {
    let desk = Desk::unlocked();
    desk.card
        .card()
        .change_password(1, PASSWORD, b"another password")
        .unwrap();
    let mut old = PASSWORD.to_vec();
    let code = call!(
        desk.f,
        SDF_GetPrivateKeyAccessRight(desk.session, 1, old.as_mut_ptr(), 8)
    );
    assert_eq!(
        code, SDR_PRKRERR,
        "the kept keys are not opened by the old password"
    );
    let mut new = b"another password".to_vec();
    ok!(
        desk.f,
        SDF_GetPrivateKeyAccessRight(desk.session, 1, new.as_mut_ptr(), 16)
    );
}

#[test]
fn random_numbers_come_in_any_amount() {
    let desk = Desk::new();
    let mut buffer = vec![0; 100_000];
    for length in [1_u32, 16, 256, 4095, 4096, 4097, 100_000] {
        let end = usize::try_from(length).unwrap();
        buffer.fill(0);
        ok!(
            desk.f,
            SDF_GenerateRandom(desk.session, length, buffer.as_mut_ptr())
        );
        if end >= 16 {
            assert!(
                buffer[end - 16..end].iter().any(|byte| *byte != 0),
                "{length}"
            );
        }
        assert!(
            buffer[end..].iter().all(|byte| *byte == 0),
            "{length}: nothing behind the end"
        );
    }
    let null = ptr::null_mut();
    assert_eq!(
        call!(desk.f, SDF_GenerateRandom(desk.session, 16, null)),
        SDR_OUTARGERR
    );
    let code = call!(
        desk.f,
        SDF_GenerateRandom(desk.session, 0, buffer.as_mut_ptr())
    );
    assert_eq!(code, SDR_INARGERR);
}

#[test]
fn the_error_state_refuses_every_cryptographic_service() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    let key = desk.import(&[1; 16]);
    desk.card.card().enter_error_state("on purpose");
    let (mut e, mut signature) = ([1; 32], blank_signature());
    let (data, length) = (e.as_mut_ptr(), 32);
    let (mut output, mut output_length) = ([0; 64], 0);
    let mut other = ptr::null_mut();
    let codes = [
        call!(
            f,
            SDF_InternalSign_ECC(session, 1, data, length, &raw mut signature)
        ),
        call!(
            f,
            SDF_InternalVerify_ECC(session, 1, data, length, &raw mut signature)
        ),
        call!(f, SDF_GenerateRandom(session, length, data)),
        call!(
            f,
            SDF_HashInit(session, SGD_SM3, ptr::null_mut(), ptr::null_mut(), 0)
        ),
        call!(f, SDF_HMACInit(session, key, SGD_SM3)),
        call!(
            f,
            SDF_Encrypt(
                session,
                key,
                SGD_SM4_ECB,
                ptr::null_mut(),
                data,
                length,
                output.as_mut_ptr(),
                &raw mut output_length
            )
        ),
        call!(f, SDF_ImportKey(session, data, 16, &raw mut other)),
        call!(f, SDF_GetSymmKeyHandle(session, 8, &raw mut other)),
        call!(f, SDF_OpenSession(desk.device, &raw mut other)),
    ];
    assert_eq!(codes, [SDR_HARDFAIL; 9]);
    ok!(f, SDF_DestroyKey(session, key));
    // Opening it again is the way out, even while the old device is open.
    let device = open_device(f, desk.card.path());
    let healthy = open_session(f, device);
    ok!(f, SDF_GenerateRandom(healthy, 32, data));
    assert_eq!(
        call!(f, SDF_GenerateRandom(session, 32, data)),
        SDR_HARDFAIL
    );
    ok!(f, SDF_CloseSession(session));
    ok!(f, SDF_CloseDevice(desk.device));
    ok!(f, SDF_GenerateRandom(healthy, 32, data));
    let again = open_device(f, desk.card.path());
    ok!(f, SDF_CloseDevice(again));
    ok!(f, SDF_CloseDevice(device));
    assert_eq!(call!(f, SDF_CloseSession(healthy)), SDR_INARGERR);
}
