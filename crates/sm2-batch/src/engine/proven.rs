//! An engine that is checked at its first use.

use std::sync::OnceLock;

use sm2_signing::{BatchVerifier, Error, Item, Verdicts};

use super::{Portable, self_check::self_check};

/// Asks `B` if it passes its self-check, and the portable engine if it does not.
#[derive(Debug)]
pub(super) struct Proven<B> {
    engine: B,
    name: &'static str,
    lanes: usize,
    substitute: Portable,
    sound: OnceLock<bool>,
}

impl<B: BatchVerifier> Proven<B> {
    pub(super) const fn new(engine: B, name: &'static str, lanes: usize) -> Self {
        Self {
            engine,
            name,
            lanes,
            substitute: Portable::new(),
            sound: OnceLock::new(),
        }
    }

    /// Whether the engine passed; checks it at the first call.
    pub(super) fn is_sound(&self) -> bool {
        *self.sound.get_or_init(|| {
            let checked = self_check(&self.engine, self.lanes);
            if let Err(what) = &checked {
                tracing::error!(
                    engine = self.name,
                    what,
                    "an engine failed its self-check; the portable one takes its place"
                );
            }
            checked.is_ok()
        })
    }

    /// Whether the engine was checked and failed.
    pub(super) fn fell_back(&self) -> bool {
        self.sound.get() == Some(&false)
    }

    pub(super) const fn substitute(&self) -> &Portable {
        &self.substitute
    }
}

impl<B: BatchVerifier> BatchVerifier for Proven<B> {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        if self.is_sound() {
            self.engine.verify_batch(items)
        } else {
            self.substitute.verify_batch(items)
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use sm2_signing::Verdict;

    use super::super::{portable::Plain, self_check};
    use super::*;

    /// The portable engine with one verdict of the self-check turned round.
    #[derive(Debug)]
    struct Wrong {
        place: usize,
        asked: AtomicUsize,
    }

    impl BatchVerifier for Wrong {
        fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let verdicts = Plain.verify_batch(items)?;
            let turn = |(place, verdict)| match (place == self.place, verdict) {
                (true, Verdict::Valid) => Verdict::Invalid,
                (true, Verdict::Invalid) => Verdict::Valid,
                (false, verdict) => verdict,
            };
            Ok(verdicts.iter().enumerate().map(turn).collect())
        }
    }

    fn wrong(place: usize) -> Proven<Wrong> {
        let asked = AtomicUsize::new(0);
        Proven::new(Wrong { place, asked }, "wrong", 2)
    }

    #[test]
    fn one_wrong_verdict_anywhere_is_noticed_and_the_portable_engine_answers() {
        let places = self_check::places(2);
        for place in 0..places {
            let proven = wrong(place);
            assert!(!proven.fell_back(), "not checked yet");
            for _ in 0..2 {
                assert!(proven.verify_batch(&[]).unwrap().is_empty());
            }
            assert!(proven.fell_back(), "place {place}");
            assert_eq!(proven.engine.asked.load(Ordering::SeqCst), 1, "the check");
        }
        let sound = wrong(places);
        assert!(sound.verify_batch(&[]).unwrap().is_empty());
        assert!(!sound.fell_back());
        assert_eq!(sound.engine.asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn an_engine_that_panics_is_replaced() {
        #[derive(Debug)]
        struct Panics;

        #[expect(clippy::panic_in_result_fn, reason = "that is what it is for")]
        impl BatchVerifier for Panics {
            fn verify_batch(&self, _: &[Item]) -> Result<Verdicts, Error> {
                panic!("illegal instruction")
            }
        }
        let proven = Proven::new(Panics, "panics", 8);
        assert!(!proven.is_sound());
        assert!(proven.verify_batch(&[]).is_ok());
    }
}
