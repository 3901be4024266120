//! `fork` while other threads are inside the library.

#![cfg(unix)]
#![expect(unsafe_code, reason = "the tests fork and call a C interface")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "a part of it is used here")]
mod desk;

use std::ffi::CString;
use std::io::Read as _;
use std::os::fd::FromRawFd as _;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use gmt0018_soft::card::Card;
use gmt0018_soft::card::store::{Options, Store};
use gmt0018_sys::*;

use desk::{Desk, PASSWORD, blank_signature, call, ok, open_session};

/// In every child: no dead-lock on a lock that a thread of the parent held, no inherited handle that
/// works, other random numbers. In the parent: nothing happened.
#[test]
fn children_start_afresh_and_the_parent_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("store");
    let options = Options::default().with_iterations(1000);
    let card = Card::start(Store::create(&directory, options).unwrap()).unwrap();
    card.generate_key_pair(1, PASSWORD).unwrap();
    let path = CString::new(directory.to_str().unwrap()).unwrap();

    let desk = Desk::unlocked();
    let (device, session) = (desk.device.addr(), desk.session.addr());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let (desk_f, stop) = (&desk.f, &stop);
            scope.spawn(move || {
                let device = ptr::without_provenance_mut(device);
                while !stop.load(Ordering::Relaxed) {
                    let session = open_session(desk_f, device);
                    let mut data = [0; 64];
                    ok!(desk_f, SDF_GenerateRandom(session, 64, data.as_mut_ptr()));
                    ok!(desk_f, SDF_CloseSession(session));
                }
            });
        }
        let mut own = [0; 32];
        ok!(
            desk.f,
            SDF_GenerateRandom(desk.session, 32, own.as_mut_ptr())
        );
        let mut seen = vec![own];
        for round in 0..30 {
            let random = random_of_child(&desk.f, session, device, &path);
            assert!(
                !seen.contains(&random),
                "round {round}: numbers were drawn twice"
            );
            seen.push(random);
        }
        stop.store(true, Ordering::Relaxed);
    });
    let (mut e, mut signature) = ([1; 32], blank_signature());
    let (e, s) = (e.as_mut_ptr(), &raw mut signature);
    ok!(desk.f, SDF_InternalSign_ECC(desk.session, 1, e, 32, s));
}

/// Forks; the child checks what it finds and sends 32 random bytes.
fn random_of_child(f: &Functions, session: usize, device: usize, path: &CString) -> [u8; 32] {
    let mut ends = [0; 2];
    // SAFETY: two descriptors are written to an array of two.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: the child calls the library, `write` and `_exit`, and never returns from here.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: a plain system call; it ends a child that has dead-locked.
        unsafe { libc::alarm(60) };
        let mut random = [0; 32];
        let verdict = in_child(f, session, device, path, &mut random);
        // SAFETY: 32 bytes of an array of 32.
        let sent = unsafe { libc::write(ends[1], random.as_ptr().cast(), 32) };
        let code = if sent == 32 { verdict } else { 99 };
        // SAFETY: ends the child without running the parent's exit handlers.
        unsafe { libc::_exit(code) };
    }
    assert!(child > 0);
    // SAFETY: the write end belongs to this function.
    unsafe { libc::close(ends[1]) };
    // SAFETY: the read end belongs to this function, and from now on to `reader`.
    let mut reader = unsafe { std::fs::File::from_raw_fd(ends[0]) };
    let mut random = [0; 32];
    let read = reader.read_exact(&mut random);
    let mut status = 0;
    // SAFETY: the status is written to a variable.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(
        libc::WIFEXITED(status),
        "the child was killed: dead-locked? ({status:#x})"
    );
    assert_eq!(
        libc::WEXITSTATUS(status),
        0,
        "the step that failed in the child"
    );
    read.unwrap();
    random
}

/// The number of the first step that fails, or 0; a child must not panic.
fn in_child(
    f: &Functions,
    session: usize,
    device: usize,
    path: &CString,
    random: &mut [u8; 32],
) -> i32 {
    let session: Handle = ptr::without_provenance_mut(session);
    let device: Handle = ptr::without_provenance_mut(device);
    let (mut e, mut signature) = ([1; 32], blank_signature());
    let (mut new_device, mut new) = (ptr::null_mut(), ptr::null_mut());
    let (e, s, r) = (e.as_mut_ptr(), &raw mut signature, random.as_mut_ptr());
    let mut password = PASSWORD.to_vec();
    let password = password.as_mut_ptr();
    let steps = [
        call!(f, SDF_GenerateRandom(session, 32, r)) == SDR_INARGERR,
        call!(f, SDF_InternalSign_ECC(session, 1, e, 32, s)) == SDR_INARGERR,
        call!(f, SDF_OpenSession(device, &raw mut new)) == SDR_INARGERR,
        call!(f, SDF_CloseDevice(device)) == SDR_INARGERR,
        call!(
            f,
            SDF_OpenDeviceWithPath(path.as_ptr().cast_mut(), &raw mut new_device)
        ) == SDR_OK,
        call!(f, SDF_OpenSession(new_device, &raw mut new)) == SDR_OK,
        call!(f, SDF_GetPrivateKeyAccessRight(new, 1, password, 8)) == SDR_OK,
        call!(f, SDF_InternalSign_ECC(new, 1, e, 32, s)) == SDR_OK,
        call!(f, SDF_InternalVerify_ECC(new, 1, e, 32, s)) == SDR_OK,
        call!(f, SDF_GenerateRandom(new, 32, r)) == SDR_OK,
        call!(f, SDF_CloseDevice(new_device)) == SDR_OK,
    ];
    let failed = steps.iter().position(|passed| !passed);
    failed.map_or(0, |step| i32::try_from(step).map_or(98, |step| step + 1))
}
