//! What is logged, and what never is. Alone in its process, because the log is the process's.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "suite/support.rs"]
#[expect(dead_code, reason = "a part of it is used here")]
mod support;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use gmt0018::sm2_signing::{Prehash, Signer};
use gmt0018::{CardKey, Pin, PoolOptions, SessionPool};
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

use support::{Card, ONE, PASSWORD, pin};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self
            .0
            .lock()
            .map_err(|_| io::Error::other("a writer panicked"))?;
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[test]
fn calls_are_logged_and_secrets_are_not() {
    const WRONG: &str = "a wrong canary password";
    const KEY: [u8; 16] = *b"canary key bytes";
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .init();
    let mut said = String::new();
    {
        let card = Card::new();
        let pool = SessionPool::new(card.device(), PoolOptions::default());
        let wrong = Pin::new(WRONG).unwrap();
        let error = CardKey::new(pool.clone(), ONE, Some(wrong.clone())).unwrap_err();
        said += &format!("{error} {error:?} {wrong:?}");
        let key = CardKey::new(pool.clone(), ONE, Some(pin())).unwrap();
        key.sign(&Prehash::from_bytes(&[1; 32])).unwrap();
        let session = pool.session().unwrap();
        let imported = session.import_key(&KEY).unwrap();
        said += &format!("{key:?} {pool:?} {session:?} {imported:?}");
    }
    said += &String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        said.contains("SDF_InternalSign_ECC") && said.contains("SDF_GetPrivateKeyAccessRight"),
        "{said}"
    );
    assert!(said.contains("call failed"), "{said}");
    let closed = |line: &str| {
        line.contains("sdf{function=\"SDF_InternalSign_ECC\" session=")
            && line.contains("code=0}")
            && line.contains("close")
    };
    assert!(said.lines().any(closed), "{said}");
    for secret in [WRONG, PASSWORD, "canary"] {
        assert!(!said.contains(secret), "{secret} was logged");
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(
            !said.contains(bytes.trim_matches(['[', ']'])),
            "{secret} was logged as bytes"
        );
    }
}
