//! Many threads, each with its own session: right answers, and as many as there are cores.

#![expect(unsafe_code, reason = "the tests call a C interface")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "a part of it is used here")]
mod desk;

use std::ptr;

use gmt0018_soft::card::{PublicKey, SecretKey};
use gmt0018_sys::*;

use desk::{
    Desk, KEK, SIGNING_KEY, blank_signature, call, dirty_public_key, ok, open_session, unlock,
};

#[test]
fn sixteen_threads_get_right_answers() {
    let desk = Desk::new();
    let device = desk.device.addr();
    let public_key = SecretKey::from_bytes(&SIGNING_KEY).unwrap().public_key();
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let (f, public_key) = (&desk.f, &public_key);
            scope.spawn(move || {
                let device = ptr::without_provenance_mut(device);
                for round in 0..8 {
                    let session = open_session(f, device);
                    one_round(f, session, public_key, thread * 16 + round);
                    ok!(f, SDF_CloseSession(session));
                }
            });
        }
    });
}

fn one_round(f: &Functions, session: Handle, public_key: &PublicKey, seed: u8) {
    let (mut e, mut signature) = ([seed; 32], blank_signature());
    let (d, s) = (e.as_mut_ptr(), &raw mut signature);
    assert_eq!(
        call!(f, SDF_InternalSign_ECC(session, 1, d, 32, s)),
        SDR_PARDENY
    );
    unlock(f, session);
    ok!(f, SDF_InternalSign_ECC(session, 1, d, 32, s));
    let mut key = dirty_public_key(public_key);
    ok!(
        f,
        SDF_ExternalVerify_ECC(session, SGD_SM2_1, &raw mut key, d, 32, s)
    );
    ok!(f, SDF_ReleasePrivateKeyAccessRight(session, 1));

    let (mut handle, mut length, mut out) = (ptr::null_mut(), 0, [0; 32]);
    ok!(f, SDF_GetSymmKeyHandle(session, 8, &raw mut handle));
    let (mut iv, o, l) = ([seed; 16], out.as_mut_ptr(), &raw mut length);
    ok!(
        f,
        SDF_Encrypt(session, handle, SGD_SM4_CBC, iv.as_mut_ptr(), d, 32, o, l)
    );
    iv = [seed; 16];
    let mut kek = KEK;
    let k = kek.as_mut_ptr();
    let v = iv.as_mut_ptr();
    ok!(
        f,
        SDF_ExternalKeyDecrypt(session, SGD_SM4_CBC, k, 16, v, 16, o, 32, o, l)
    );
    assert_eq!(out, [seed; 32]);
}

/// Signing threads do not sleep on each other's locks, however busy the machine is: a lock held across
/// a signature would cost about one voluntary context switch a signature.
#[test]
#[cfg(target_os = "linux")]
fn signing_threads_do_not_wait_for_each_other() {
    let desk = Desk::new();
    let device = desk.device.addr();
    let switches: i64 = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|_| {
                let f = &desk.f;
                scope.spawn(move || {
                    let session = open_session(f, ptr::without_provenance_mut(device));
                    unlock(f, session);
                    let (mut e, mut signature) = ([7; 32], blank_signature());
                    let before = waits();
                    for _ in 0..SIGNATURES {
                        let (d, s) = (e.as_mut_ptr(), &raw mut signature);
                        ok!(f, SDF_InternalSign_ECC(session, 1, d, 32, s));
                    }
                    waits() - before
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    assert!(switches < THREADS * SIGNATURES / 10, "{switches} waits");
}

/// How often the calling thread gave up the processor to wait for something.
#[cfg(target_os = "linux")]
fn waits() -> i64 {
    // SAFETY: all zeros are a value of this structure of integers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is written to a variable.
    let code = unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
    assert_eq!(code, 0);
    usage.ru_nvcsw
}

#[cfg(target_os = "linux")]
const THREADS: i64 = 4;
#[cfg(target_os = "linux")]
const SIGNATURES: i64 = 200;
