//! NULLs, stale and foreign handles, many sessions, threads on one session.

use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

use gmt0018_soft::functions;
use gmt0018_sys::*;

use crate::desk::{Desk, blank_public_key, blank_signature, call, ok, open_session};

/// Handles that name no session.
fn wrong_sessions(desk: &Desk) -> [Handle; 6] {
    let closed = open_session(&desk.f, desk.device);
    ok!(desk.f, SDF_CloseSession(closed));
    [
        ptr::null_mut(),
        closed,
        desk.device,
        ptr::without_provenance_mut(usize::MAX),
        ptr::without_provenance_mut(0x7fff_dead_beef),
        ptr::without_provenance_mut(desk.session.addr() ^ (1 << (usize::BITS - 4))),
    ]
}

#[test]
fn handles_that_name_no_session() {
    let desk = Desk::unlocked();
    let f = &desk.f;
    let key = desk.import(&[1; 16]);
    let (mut data, mut signature, mut public) = ([0; 64], blank_signature(), blank_public_key());
    let (d, s, p) = (data.as_mut_ptr(), &raw mut signature, &raw mut public);
    let (mut length, mut handle) = (0, ptr::null_mut());
    let (l, h) = (&raw mut length, &raw mut handle);
    for wrong in wrong_sessions(&desk) {
        let codes = [
            call!(f, SDF_CloseSession(wrong)),
            call!(f, SDF_GenerateRandom(wrong, 8, d)),
            call!(f, SDF_GetPrivateKeyAccessRight(wrong, 1, d, 8)),
            call!(f, SDF_ReleasePrivateKeyAccessRight(wrong, 1)),
            call!(f, SDF_ExportSignPublicKey_ECC(wrong, 1, p)),
            call!(f, SDF_InternalSign_ECC(wrong, 1, d, 32, s)),
            call!(f, SDF_ExternalVerify_ECC(wrong, SGD_SM2_1, p, d, 32, s)),
            call!(f, SDF_HashInit(wrong, SGD_SM3, ptr::null_mut(), d, 0)),
            call!(f, SDF_HashFinal(wrong, d, l)),
            call!(f, SDF_ImportKey(wrong, d, 16, h)),
            call!(f, SDF_DestroyKey(wrong, key)),
            call!(f, SDF_Encrypt(wrong, key, SGD_SM4_ECB, d, d, 16, d, l)),
            call!(f, SDF_CreateFile(wrong, d, 8, 8)),
        ];
        assert_eq!(codes, [SDR_INARGERR; 13], "{wrong:?}");
    }
    for wrong in [
        ptr::null_mut(),
        desk.session,
        ptr::without_provenance_mut(1),
    ] {
        assert_eq!(
            call!(f, SDF_OpenSession(wrong, h)),
            SDR_INARGERR,
            "{wrong:?}"
        );
        assert_eq!(call!(f, SDF_CloseDevice(wrong)), SDR_INARGERR, "{wrong:?}");
    }
    assert!(handle.is_null());
}

#[test]
fn outputs_that_are_null() {
    let desk = Desk::unlocked();
    let (f, session) = (&desk.f, desk.session);
    let mut data = [1; 32];
    let d = data.as_mut_ptr();
    let mut public = blank_public_key();
    let mut handle: Handle = ptr::null_mut();
    let codes = [
        call!(f, SDF_OpenDevice(ptr::null_mut())),
        call!(f, SDF_OpenDeviceWithPath(d.cast(), ptr::null_mut())),
        call!(f, SDF_OpenSession(desk.device, ptr::null_mut())),
        call!(f, SDF_ExportSignPublicKey_ECC(session, 1, ptr::null_mut())),
        call!(f, SDF_ExportEncPublicKey_ECC(session, 1, ptr::null_mut())),
        call!(f, SDF_InternalSign_ECC(session, 1, d, 32, ptr::null_mut())),
        call!(
            f,
            SDF_InternalEncrypt_ECC(session, 1, SGD_SM2_3, d, 16, ptr::null_mut())
        ),
        call!(
            f,
            SDF_GenerateKeyPair_ECC(session, SGD_SM2, 256, &raw mut public, ptr::null_mut())
        ),
        call!(
            f,
            SDF_GenerateKeyWithIPK_ECC(session, 1, 128, ptr::null_mut(), &raw mut handle)
        ),
        call!(f, SDF_GetSymmKeyHandle(session, 8, ptr::null_mut())),
        call!(
            f,
            SDF_GenerateKeyWithKEK(
                session,
                128,
                SGD_SM4_ECB,
                8,
                d,
                ptr::null_mut(),
                &raw mut handle
            )
        ),
    ];
    assert_eq!(codes, [SDR_OUTARGERR; 11]);
    let codes = [
        call!(f, SDF_OpenDeviceWithPath(ptr::null_mut(), &raw mut handle)),
        call!(f, SDF_OpenDeviceWithConf(&raw mut handle, ptr::null())),
        call!(
            f,
            SDF_OpenDeviceWithPath(c"".as_ptr().cast_mut(), &raw mut handle)
        ),
        call!(
            f,
            SDF_InternalVerify_ECC(session, 1, d, 32, ptr::null_mut())
        ),
        call!(
            f,
            SDF_ImportKeyWithISK_ECC(session, 1, ptr::null_mut(), &raw mut handle)
        ),
        call!(
            f,
            SDF_ImportKeyWithKEK(
                session,
                SGD_SM4_ECB,
                8,
                ptr::null_mut(),
                16,
                &raw mut handle
            )
        ),
    ];
    assert_eq!(codes, [SDR_INARGERR; 6]);
    assert!(handle.is_null());
}

#[test]
fn what_the_card_has_not_says_so_without_looking() {
    let f = functions();
    let null = ptr::null_mut;
    assert_eq!(
        call!(
            f,
            SDF_GenerateKeyPair_RSA(null(), 2048, ptr::null_mut(), ptr::null_mut())
        ),
        SDR_NOTSUPPORT
    );
    assert_eq!(
        call!(f, SDF_ExportSignPublicKey_RSA(null(), 1, ptr::null_mut())),
        SDR_NOTSUPPORT
    );
    assert_eq!(call!(f, SDF_VerifyWithMasterEPK_SM9()), SDR_NOTSUPPORT);
    assert_eq!(call!(f, SDF_GenerateKeywithIKE()), SDR_NOTSUPPORT);
}

/// Only vendors' calls whose meaning is not known are missing.
#[test]
fn the_table_is_complete() {
    let missing: Vec<_> = functions().missing().map(|symbol| symbol.name).collect();
    assert_eq!(
        missing,
        [
            "SDF_OpenDeviceWithParameter",
            "SDF_GetKeyStatus",
            "SDF_GenerateKey"
        ]
    );
}

#[test]
fn thousands_of_sessions_at_a_time() {
    let desk = Desk::new();
    let sessions: Vec<_> = (0..5000)
        .map(|_| open_session(&desk.f, desk.device))
        .collect();
    for session in &sessions {
        let mut byte = [0];
        ok!(desk.f, SDF_GenerateRandom(*session, 1, byte.as_mut_ptr()));
    }
    for session in sessions {
        ok!(desk.f, SDF_CloseSession(session));
    }
}

/// Threads that fight over one session get right answers or typed errors, and end.
#[test]
fn a_thread_storm_on_one_session() {
    let desk = Desk::unlocked();
    let session = desk.session.addr();
    let steps = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for thread in 0_u8..8 {
            let (f, steps) = (&desk.f, &steps);
            scope.spawn(move || {
                let session = ptr::without_provenance_mut(session);
                for round in 0_u8..20 {
                    let (mut e, mut signature) = ([thread ^ round; 32], blank_signature());
                    let (d, s) = (e.as_mut_ptr(), &raw mut signature);
                    ok!(f, SDF_InternalSign_ECC(session, 1, d, 32, s));
                    ok!(f, SDF_InternalVerify_ECC(session, 1, d, 32, s));
                    ok!(f, SDF_HashInit(session, SGD_SM3, ptr::null_mut(), d, 0));
                    let mut length = 0;
                    let code = call!(f, SDF_HashFinal(session, d, &raw mut length));
                    assert!(code == SDR_OK || code == SDR_STEPERR, "{code:#x}");
                    steps.fetch_add(u32::from(code == SDR_STEPERR), Ordering::Relaxed);
                    let key = {
                        let mut handle = ptr::null_mut();
                        ok!(f, SDF_ImportKey(session, d, 16, &raw mut handle));
                        handle
                    };
                    ok!(f, SDF_DestroyKey(session, key));
                }
            });
        }
    });
    let mut byte = [0];
    ok!(
        desk.f,
        SDF_GenerateRandom(desk.session, 1, byte.as_mut_ptr())
    );
}

/// Closing a session that another thread is using ends both calls well.
#[test]
fn sessions_closed_under_their_users() {
    let desk = Desk::new();
    for _ in 0..50 {
        let session = open_session(&desk.f, desk.device).addr();
        std::thread::scope(|scope| {
            let f = &desk.f;
            scope.spawn(move || {
                let session = ptr::without_provenance_mut(session);
                let mut data = [0; 512];
                loop {
                    let code = call!(f, SDF_GenerateRandom(session, 512, data.as_mut_ptr()));
                    if code != SDR_OK {
                        assert_eq!(code, SDR_INARGERR);
                        return;
                    }
                }
            });
            scope.spawn(move || {
                std::thread::yield_now();
                ok!(f, SDF_CloseSession(ptr::without_provenance_mut(session)));
            });
        });
    }
}
