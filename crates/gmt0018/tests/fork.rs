//! A child made by `fork` opens its own device and leaves the parent's sessions alone.

#![cfg(unix)]
#![expect(unsafe_code, reason = "fork")]

use gmt0018::sm2_signing::{Prehash, Signer};
use gmt0018::{
    CardKey, Dialect, Error, Function, KeyIndex, Module, Open, Pin, PoolOptions, SessionPool,
};

const PASSWORD: &str = "a password of index 1";

#[test]
fn a_child_has_sessions_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("card");
    let card = gmt0018_soft::card::Card::open_or_create(&store).unwrap();
    card.generate_key_pair(1, PASSWORD.as_bytes()).unwrap();
    drop(card);
    let module = Module::from_functions("software card", gmt0018_soft::functions());
    let dialect = Dialect::STANDARD.with_open(Open::WithPath(store));
    let pool = SessionPool::new(module.device(&dialect).unwrap(), PoolOptions::default());
    let key = CardKey::new(
        pool.clone(),
        KeyIndex::new(1),
        Some(Pin::new(PASSWORD).unwrap()),
    )
    .unwrap();
    let held = pool.session().unwrap();
    let e = Prehash::from_bytes(&[3; 32]);
    key.sign(&e).unwrap();
    let closed = module.call_count(Function::CloseSession);

    // SAFETY: this process has no other thread that holds a lock the child needs; the child ends by _exit.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let opened = module.call_count(Function::OpenDeviceWithPath);
            assert!(
                matches!(held.random(1), Err(Error::Forked)),
                "the parent's session is refused"
            );
            drop(held);
            key.sign(&e).unwrap();
            assert_eq!(module.call_count(Function::OpenDeviceWithPath), opened + 1);
            assert_eq!(
                module.call_count(Function::CloseSession),
                closed,
                "nothing of the parent's is closed"
            );
            drop((key, pool));
        }));
        // SAFETY: ends the child without running the parent's exit handlers.
        unsafe { libc::_exit(i32::from(outcome.is_err())) };
    }
    let mut status = 0;
    // SAFETY: the status is written to a variable.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(waited, child);
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "the child failed: {status:#x}"
    );
    // The parent goes on as if nothing had been.
    assert_eq!(held.random(4).unwrap().len(), 4);
    key.sign(&e).unwrap();
}
