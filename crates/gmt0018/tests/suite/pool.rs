use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use gmt0018::gmt0018_sys::error_code as sdr;
use gmt0018::sm2_signing::{ErrorKind, Prehash};
use gmt0018::{CardKey, Error, Function, Malformed, Mode, PoolError, PoolOptions, SessionPool};

use crate::{
    faults::Faults,
    support::{Card, ONE, pin},
};

const E: Prehash = Prehash::from_bytes(&[7; 32]);

fn options() -> PoolOptions {
    PoolOptions::default().with_wait(Duration::from_secs(20))
}

fn pool(card: &Card, options: PoolOptions) -> SessionPool {
    SessionPool::new(card.device(), options)
}

fn key(card: &Card, options: PoolOptions) -> CardKey {
    CardKey::new(pool(card, options), ONE, Some(pin())).unwrap()
}

#[test]
fn more_threads_than_sessions() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let key = key(&card, options().with_max_sessions(3));
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| (0..20).for_each(|_| assert!(key.try_sign(&E).is_ok())));
        }
    });
    assert!(card.module.call_count(Function::OpenSession) <= 3);
    assert_eq!(key.pool().status().lent, 0);
    drop(key);
    assert_eq!((faults.sessions_open(), faults.devices_open()), (0, 0));
}

#[test]
fn the_ceiling_of_the_card_is_learnt() {
    let faults = Faults::new();
    faults.limit_sessions(2);
    let card = Card::with(faults.functions());
    let key = key(
        &card,
        options().with_relearn_ceiling(Duration::from_secs(3600)),
    );
    let barrier = Barrier::new(8);
    faults.delay_signatures(Duration::from_millis(3));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                (0..10).for_each(|_| assert!(key.try_sign(&E).is_ok()));
            });
        }
    });
    let status = key.pool().status();
    assert_eq!((status.open, status.ceiling), (2, Some(2)));
    let refused = card.module.call_count(Function::OpenSession) - 2;
    assert!(
        refused < 8,
        "the card is not asked again and again: {refused}"
    );
}

#[test]
fn a_card_that_gets_more_sessions_is_found_out() {
    let faults = Faults::new();
    faults.limit_sessions(2);
    let card = Card::with(faults.functions());
    let options = PoolOptions::default()
        .with_wait(Duration::from_millis(50))
        .with_relearn_ceiling(Duration::from_millis(100));
    let pool = pool(&card, options);
    let mut lent: Vec<_> = (0..2).map(|_| pool.session().unwrap()).collect();
    let error = pool.session().unwrap_err();
    assert!(
        matches!(
            error,
            Error::Pool(PoolError::Timeout {
                ceiling: Some(2),
                ..
            })
        ),
        "{error}"
    );
    faults.limit_sessions(4);
    thread::sleep(Duration::from_millis(150));
    lent.extend((0..2).map(|_| pool.session().unwrap()));
    assert_eq!(pool.status().open, 4);
}

#[test]
fn a_card_without_any_session_is_busy_at_once() {
    let faults = Faults::new();
    faults.limit_sessions(0);
    let card = Card::with(faults.functions());
    let start = Instant::now();
    let error = pool(&card, options()).session().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn waiting_ends_at_the_limit_and_says_what_to_try() {
    let card = Card::new();
    let limit = Duration::from_millis(50);
    let pool = pool(
        &card,
        PoolOptions::default().with_max_sessions(1).with_wait(limit),
    );
    let held = pool.session().unwrap();
    let start = Instant::now();
    let error = pool.session().unwrap_err();
    assert!(start.elapsed() >= limit);
    assert!(matches!(
        error,
        Error::Pool(PoolError::Timeout { open: 1, .. })
    ));
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(
        error.to_string().contains("50ms") && error.to_string().contains("max_sessions"),
        "{error}"
    );
    drop(held);
    assert!(pool.session().is_ok());
}

#[test]
fn a_session_is_thrown_away_by_the_code_of_the_failed_call() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let key = key(&card, options());
    for (code, thrown) in [
        (sdr::SDR_SIGNERR, false),
        (sdr::SDR_KEYNOTEXIST, false),
        (sdr::SDR_INARGERR, false),
        (sdr::SWR_SOCKET_TIMEOUT, true),
        (sdr::SWR_SEM_TIMEOUT, true),
    ] {
        key.try_sign(&E).unwrap();
        let closed = card.module.call_count(Function::CloseSession);
        faults.fail("SDF_InternalSign_ECC", code, 1);
        let error = key.try_sign(&E).unwrap_err();
        assert_eq!(error.return_code().unwrap().value(), code);
        let now = card.module.call_count(Function::CloseSession);
        assert_eq!(now > closed, thrown, "{error}");
    }
    assert_eq!(card.module.call_count(Function::OpenDeviceWithPath), 1);
}

#[test]
fn a_lost_device_is_opened_again() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let key = key(&card, options());
    for code in [
        sdr::SDR_COMMFAIL,
        sdr::SDR_HARDFAIL,
        sdr::SWR_CONNECT_ERR,
        sdr::SWR_SOCKET_RECV_ERR,
    ] {
        let opened = card.module.call_count(Function::OpenDeviceWithPath);
        let idle: Vec<_> = (0..3).map(|_| key.pool().session().unwrap()).collect();
        drop(idle);
        faults.fail("SDF_InternalSign_ECC", code, 1);
        assert_eq!(key.try_sign(&E).unwrap_err().kind(), ErrorKind::Device);
        assert_eq!(
            faults.sessions_open(),
            0,
            "the idle sessions of the lost device are closed too"
        );
        // Lost again soon after, it is opened again after a pause.
        let deadline = Instant::now() + Duration::from_secs(10);
        while key.try_sign(&E).is_err() {
            assert!(Instant::now() < deadline);
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(
            card.module.call_count(Function::OpenDeviceWithPath),
            opened + 1
        );
        assert_eq!(faults.devices_open(), 1);
    }
}

#[test]
fn a_device_that_stays_away_is_asked_for_with_pauses_and_by_one_thread() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let key = key(&card, options());
    faults.fail("SDF_InternalSign_ECC", sdr::SDR_COMMFAIL, 1);
    faults.fail("SDF_OpenDevice", sdr::SWR_NO_AVAILABLE_HSM, 3);
    let opened = card.module.call_count(Function::OpenDeviceWithPath);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while start.elapsed() < Duration::from_millis(1500) {
                    match key.try_sign(&E) {
                        Ok(_) => {}
                        Err(error) => assert_eq!(error.kind(), ErrorKind::Device, "{error}"),
                    }
                    thread::sleep(Duration::from_millis(1));
                }
            });
        }
    });
    assert!(key.try_sign(&E).is_ok());
    let attempts = card.module.call_count(Function::OpenDeviceWithPath) - opened;
    assert_eq!(attempts, 4, "three failures and one success");
    assert_eq!(faults.most_opening(), 1);
}

#[test]
fn sessions_lent_from_a_lost_device_are_closed_when_they_come_back() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let key = key(&card, options());
    let old = key.pool().session().unwrap();
    faults.fail("SDF_InternalSign_ECC", sdr::SDR_COMMFAIL, 1);
    key.try_sign(&E).unwrap_err();
    let deadline = Instant::now() + Duration::from_secs(10);
    while key.try_sign(&E).is_err() {
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(
        faults.devices_open(),
        2,
        "the old device lives as long as its session"
    );
    drop(old);
    assert_eq!(faults.devices_open(), 1);
    assert_eq!(faults.sessions_open(), 1);
}

#[test]
fn a_session_that_the_card_does_not_know_any_more_is_replaced() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let key = key(&card, options());
    faults.close_behind(&key.pool().session().unwrap());
    let error = key.try_sign(&E).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    key.try_sign(&E).unwrap();
    assert_eq!(card.module.call_count(Function::OpenSession), 2);
    assert_eq!(card.module.call_count(Function::OpenDeviceWithPath), 1);
}

#[test]
fn a_call_that_hangs_holds_up_nobody_for_longer_than_the_limit() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let key = key(
        &card,
        PoolOptions::default()
            .with_max_sessions(1)
            .with_wait(Duration::from_millis(30)),
    );
    faults.delay_signatures(Duration::from_millis(1500));
    thread::scope(|scope| {
        let slow = scope.spawn(|| key.try_sign(&E));
        while key.pool().status().lent == 0 {
            thread::yield_now();
        }
        let start = Instant::now();
        assert_eq!(key.try_sign(&E).unwrap_err().kind(), ErrorKind::Busy);
        assert!(start.elapsed() < Duration::from_millis(1400));
        assert!(slow.join().unwrap().is_ok());
    });
    assert!(key.pool().session().is_ok());
}

#[test]
fn a_right_that_the_card_forgot_is_asked_for_once_more() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let key = key(&card, options());
    key.try_sign(&E).unwrap();
    let asked = card.module.call_count(Function::GetPrivateKeyAccessRight);
    faults.fail("SDF_InternalSign_ECC", sdr::SDR_PARDENY, 1);
    key.try_sign(&E).unwrap();
    assert_eq!(
        card.module.call_count(Function::GetPrivateKeyAccessRight),
        asked + 1
    );
}

#[test]
fn lengths_that_lie_are_errors_and_never_panics() {
    let faults = Faults::new();
    let card = Card::with(faults.functions());
    let session = card.device().session().unwrap();
    let malformed = |error: Error, function: Function| {
        assert!(
            matches!(&error, Error::Malformed(malformed) if Malformed::function(*malformed) == function),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Device);
    };
    for length in [0, 31, 33, 65, 1 << 20, u32::MAX] {
        faults.lie("SDF_HashFinal", length);
        malformed(session.sm3(b"abc").unwrap_err(), Function::HashFinal);
        faults.reset_lies();
    }
    let key = session.import_key(&[1; 16]).unwrap();
    session.create_file("f", 64).unwrap();
    for length in [33, 1 << 20, u32::MAX] {
        faults.lie("SDF_Encrypt", length);
        malformed(
            session.sm4_encrypt(&key, Mode::Ecb, &[0; 32]).unwrap_err(),
            Function::Encrypt,
        );
        faults.lie("SDF_ReadFile", length);
        malformed(
            session.read_file("f", 0, 32).unwrap_err(),
            Function::ReadFile,
        );
        faults.reset_lies();
    }
}
