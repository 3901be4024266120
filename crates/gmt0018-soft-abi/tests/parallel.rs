//! Many threads, each with its own session: right answers, and as many as there are cores.

#![expect(unsafe_code, reason = "the tests call a C interface")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "a part of it is used here")]
mod desk;

use std::ptr;
use std::time::{Duration, Instant};

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
                    let before = usage().waits;
                    for _ in 0..SIGNATURES {
                        let (d, s) = (e.as_mut_ptr(), &raw mut signature);
                        ok!(f, SDF_InternalSign_ECC(session, 1, d, 32, s));
                    }
                    usage().waits - before
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

/// Two threads sign at least 1.8 times as fast as one: no lock is held across a signature.
///
/// `cargo test --release -p gmt0018-soft-abi --test parallel -- --ignored --nocapture`
#[test]
#[ignore = "measures time, so it needs two idle cores"]
#[cfg(target_os = "linux")]
fn two_threads_sign_almost_twice_as_fast() {
    let desk = Desk::new();
    let (one, two) = (signing_rate(&desk, 1), signing_rate(&desk, 2));
    println!("signatures a second: {:.0} and {:.0}", one.wall, two.wall);
    println!("ratio: {:.2}", two.wall / one.wall);
    println!(
        "a second of processor time: {:.0} and {:.0}",
        one.processor, two.processor
    );
    assert!(two.wall >= 1.8 * one.wall);
}

/// Opening and closing a session takes less than a microsecond, an open one less than 512 bytes.
#[test]
#[ignore = "measures time and memory, so it needs a release build and a process of its own"]
#[cfg(target_os = "linux")]
fn what_sessions_cost() {
    let desk = Desk::new();
    let (rounds, start) = (200_000_u32, Instant::now());
    for _ in 0..rounds {
        let session = open_session(&desk.f, desk.device);
        ok!(desk.f, SDF_CloseSession(session));
    }
    let cost = start.elapsed() / rounds;
    println!("open and close a session: {cost:?}");
    let start = Instant::now();
    for _ in 0..10_000 {
        unlock(&desk.f, desk.session);
    }
    println!(
        "access right, password known: {:?}",
        start.elapsed() / 10_000
    );
    let before = resident_bytes();
    for _ in 0..100_000 {
        open_session(&desk.f, desk.device);
    }
    let memory = (resident_bytes() - before) / 100_000;
    println!("an open session: {memory} bytes");
    assert!(cost < Duration::from_micros(1));
    assert!(memory < 512);
}

/// Signatures per second, by the clock and by the processor time they took.
#[cfg(target_os = "linux")]
struct Rate {
    wall: f64,
    processor: f64,
}

#[cfg(target_os = "linux")]
fn signing_rate(desk: &Desk, threads: u32) -> Rate {
    let device = desk.device.addr();
    let work = |f: &Functions| {
        let session = open_session(f, ptr::without_provenance_mut(device));
        unlock(f, session);
        let (mut e, mut signature) = ([7; 32], blank_signature());
        let (before, start, mut count) = (usage(), Instant::now(), 0_u32);
        while start.elapsed() < Duration::from_secs(2) {
            let (d, s) = (e.as_mut_ptr(), &raw mut signature);
            ok!(f, SDF_InternalSign_ECC(session, 1, d, 32, s));
            count += 1;
        }
        (count, usage().processor - before.processor)
    };
    let done: Vec<(u32, Duration)> = std::thread::scope(|scope| {
        let f = &desk.f;
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(move || work(f))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    let count: u32 = done.iter().map(|(count, _)| count).sum();
    let processor: Duration = done.iter().map(|(_, processor)| processor).sum();
    Rate {
        wall: f64::from(count) / 2.0,
        processor: f64::from(count) / processor.as_secs_f64(),
    }
}

/// What the calling thread has used so far.
#[cfg(target_os = "linux")]
struct Usage {
    processor: Duration,
    /// How often it gave up the processor to wait for something.
    waits: i64,
}

#[cfg(target_os = "linux")]
fn usage() -> Usage {
    // SAFETY: all zeros are a value of this structure of integers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is written to a variable.
    let code = unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
    assert_eq!(code, 0);
    let time = |part: libc::timeval| {
        let seconds = Duration::from_secs(u64::try_from(part.tv_sec).unwrap());
        seconds + Duration::from_micros(u64::try_from(part.tv_usec).unwrap())
    };
    Usage {
        processor: time(usage.ru_utime) + time(usage.ru_stime),
        waits: usage.ru_nvcsw,
    }
}

#[cfg(target_os = "linux")]
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    1024 * line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
}

#[cfg(target_os = "linux")]
const THREADS: i64 = 4;
#[cfg(target_os = "linux")]
const SIGNATURES: i64 = 200;
