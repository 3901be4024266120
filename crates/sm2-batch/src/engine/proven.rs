//! Arithmetic that is checked at its first use.

use std::sync::OnceLock;

use sm2_arith::batch::{Portable, VerifyItem};
use sm2_signing::{Error, Item, Prehash, PublicKey, Signature, Verdicts, VerifyError};

use super::{
    arithmetic::{Arithmetic, verdict, verify_item},
    self_check::{self_check, self_check_tables},
};
use crate::BatchError;

/// Asks `A` if it passes its self-check, and the substitute if it does not.
///
/// Verification without tables and with them are checked apart, each when it is first used.
#[derive(Debug)]
pub(crate) struct Proven<A> {
    arithmetic: A,
    substitute: Option<&'static Proven<Portable>>,
    checked: OnceLock<Result<(), String>>,
    tables_checked: OnceLock<Result<(), String>>,
}

impl<A: Arithmetic> Proven<A> {
    pub(crate) const fn new(arithmetic: A, substitute: Option<&'static Proven<Portable>>) -> Self {
        Self {
            arithmetic,
            substitute,
            checked: OnceLock::new(),
            tables_checked: OnceLock::new(),
        }
    }

    /// The arithmetic as it is; with tables it is to be used after [`check_tables`](Self::check_tables).
    pub(crate) const fn arithmetic(&self) -> &A {
        &self.arithmetic
    }

    /// Whether the arithmetic was checked, without tables, and failed.
    pub(crate) fn fell_back(&self) -> bool {
        matches!(self.checked.get(), Some(Err(_)))
    }

    pub(crate) fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        let item = VerifyItem {
            public_key: *key.as_bytes(),
            e: *e.as_bytes(),
            signature: *signature.as_bytes(),
        };
        let mut valid = [false];
        self.judge(&[item], &mut valid)
            .map_err(VerifyError::Backend)?;
        match valid {
            [true] => Ok(()),
            [false] => Err(VerifyError::Invalid),
        }
    }

    pub(crate) fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let mut valid = vec![false; items.len()];
        let mut piece = Vec::with_capacity(items.len().min(PIECE));
        for (items, valid) in items.chunks(PIECE).zip(valid.chunks_mut(PIECE)) {
            piece.clear();
            piece.extend(items.iter().map(verify_item));
            self.judge(&piece, valid)?;
        }
        Ok(valid.into_iter().map(verdict).collect())
    }

    /// Sets `valid[i]` to whether `items[i]` is valid.
    pub(crate) fn judge(&self, items: &[VerifyItem], valid: &mut [bool]) -> Result<(), Error> {
        // One alone takes as long as eight in lanes, and less without.
        let alone = items.len() == 1 && A::LANES > 1;
        match (self.substitute, self.check()) {
            (Some(substitute), checked) if alone || checked.is_err() => {
                substitute.judge(items, valid)
            }
            (None, Err(error)) => Err(error.into()),
            _ => {
                self.arithmetic.verify_batch(items, valid);
                Ok(())
            }
        }
    }

    /// Checks the arithmetic without tables, once.
    fn check(&self) -> Result<(), BatchError> {
        let checked = self.checked.get_or_init(|| {
            let checked = self_check(&self.arithmetic);
            checked.inspect_err(|what| self.report(what))
        });
        Self::failure(checked)
    }

    /// Checks the arithmetic with tables and without, once.
    pub(crate) fn check_tables(&self) -> Result<(), BatchError> {
        self.check()?;
        let checked = self.tables_checked.get_or_init(|| {
            let checked = self_check_tables(&self.arithmetic);
            checked.inspect_err(|what| self.report(what))
        });
        Self::failure(checked)
    }

    fn report(&self, what: &str) {
        let engine = A::NAME;
        if self.substitute.is_some() {
            tracing::error!(
                engine,
                what,
                "an engine failed its self-check; the portable one takes its place"
            );
        } else {
            tracing::error!(
                engine,
                what,
                "an engine failed its self-check; there is no other"
            );
        }
    }

    fn failure(checked: &Result<(), String>) -> Result<(), BatchError> {
        checked.as_ref().map_err(|what| BatchError::SelfCheck {
            engine: A::NAME,
            what: what.clone(),
        })?;
        Ok(())
    }
}

/// What is kept per item during a batch should stay in a core's own cache.
const PIECE: usize = 1024;

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use sm2_arith::batch::KnownItem;

    use super::super::{portable::PORTABLE, self_check};
    use super::*;

    /// What is wrong with it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Flaw {
        /// The verdict on this place of a batch.
        Verdict(usize),
        /// The verdict on this place of a batch with tables.
        KnownVerdict(usize),
        /// Whether the key at this place has a table.
        Table(usize),
        /// The number of tables.
        Count,
        Panic,
        None,
    }

    /// The portable arithmetic with a flaw, in two lanes.
    #[derive(Debug)]
    struct Wrong {
        flaw: Flaw,
        asked: AtomicUsize,
    }

    fn turn(valid: &mut [bool], place: usize) {
        if let Some(valid) = valid.get_mut(place) {
            *valid = !*valid;
        }
    }

    impl Arithmetic for Wrong {
        type KeyTable = Option<[u8; 64]>;

        const NAME: &'static str = "wrong";
        const LANES: usize = 2;
        const KEY_TABLE_BYTES: usize = size_of::<Self::KeyTable>();

        fn verify_batch(&self, items: &[VerifyItem], valid: &mut [bool]) {
            self.asked.fetch_add(1, Ordering::SeqCst);
            assert_ne!(self.flaw, Flaw::Panic, "illegal instruction");
            Arithmetic::verify_batch(&Portable, items, valid);
            if let Flaw::Verdict(place) = self.flaw {
                turn(valid, place);
            }
        }

        fn verify_known(&self, items: &[KnownItem<'_, Self::KeyTable>], valid: &mut [bool]) {
            for (item, valid) in items.iter().zip(valid.iter_mut()) {
                let verify = |key| sm2_arith::verify(key, &item.e, &item.signature);
                *valid = item.table.as_ref().is_some_and(verify);
            }
            if let Flaw::KnownVerdict(place) = self.flaw {
                turn(valid, place);
            }
        }

        fn key_tables(&self, keys: &[[u8; 64]]) -> Vec<Option<Self::KeyTable>> {
            let tables = Portable.key_tables(keys);
            let table = |(key, table): (&[u8; 64], Option<_>)| table.map(|_| Some(*key));
            let mut tables: Vec<_> = keys.iter().zip(tables).map(table).collect();
            match self.flaw {
                Flaw::Table(place) => {
                    let table = &mut tables[place];
                    *table = if table.is_some() { None } else { Some(None) };
                }
                Flaw::Count => drop(tables.pop()),
                _ => {}
            }
            tables
        }
    }

    fn wrong(flaw: Flaw) -> Proven<Wrong> {
        let asked = AtomicUsize::new(0);
        Proven::new(Wrong { flaw, asked }, Some(&PORTABLE))
    }

    fn is_noticed(flaw: Flaw, proven: &Proven<Wrong>) {
        match proven.check_tables() {
            Err(BatchError::SelfCheck { engine, .. }) => assert_eq!(engine, "wrong"),
            other => panic!("{flaw:?}: {other:?}"),
        }
    }

    #[test]
    fn one_wrong_verdict_anywhere_is_noticed_and_the_portable_engine_answers() {
        for place in 0..self_check::all() * 2 {
            let proven = wrong(Flaw::Verdict(place));
            assert!(!proven.fell_back(), "not checked yet");
            for _ in 0..2 {
                assert!(proven.verify_batch(&[]).unwrap().is_empty());
                proven.judge(&[], &mut []).unwrap();
            }
            assert!(proven.fell_back(), "place {place}");
            let asked = proven.arithmetic.asked.load(Ordering::SeqCst);
            assert_eq!(asked, 1, "the check");
            is_noticed(Flaw::Verdict(place), &proven);
        }
    }

    #[test]
    fn one_wrong_verdict_with_tables_is_noticed() {
        for place in 0..self_check::points() * 2 {
            let flaw = Flaw::KnownVerdict(place);
            is_noticed(flaw, &wrong(flaw));
        }
    }

    #[test]
    fn a_table_too_many_or_too_few_is_noticed() {
        for place in 0..self_check::all() {
            let flaw = Flaw::Table(place);
            let proven = wrong(flaw);
            is_noticed(flaw, &proven);
            assert!(!proven.fell_back(), "without tables it is sound");
        }
        is_noticed(Flaw::Count, &wrong(Flaw::Count));
    }

    #[test]
    fn what_has_no_flaw_passes() {
        // Behind the last places.
        for flaw in [
            Flaw::None,
            Flaw::Verdict(self_check::all() * 2),
            Flaw::KnownVerdict(self_check::points() * 2),
        ] {
            let proven = wrong(flaw);
            proven.check_tables().unwrap();
            proven.judge(&[], &mut []).unwrap();
            assert!(!proven.fell_back());
            assert_eq!(proven.arithmetic.asked.load(Ordering::SeqCst), 2);
        }
    }

    #[test]
    fn arithmetic_that_panics_is_replaced() {
        let proven = wrong(Flaw::Panic);
        let forged = VerifyItem {
            public_key: [1; 64],
            e: [2; 32],
            signature: [3; 64],
        };
        let mut valid = [true; 3];
        proven.judge(&[forged; 3], &mut valid).unwrap();
        assert_eq!(valid, [false; 3]);
        assert!(proven.fell_back());
    }

    #[test]
    fn without_a_substitute_there_is_no_verdict() {
        let asked = AtomicUsize::new(0);
        let flaw = Flaw::Verdict(0);
        let proven = Proven::new(Wrong { flaw, asked }, None);
        let error = proven.judge(&[], &mut []).unwrap_err();
        let cause = error.cause().downcast_ref();
        assert!(matches!(cause, Some(BatchError::SelfCheck { .. })));
    }
}
