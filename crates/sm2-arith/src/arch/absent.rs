//! Stands in for the AVX-512 back end on other architectures.

use crate::batch::{Backend, KnownItem, SignItem, VerifyItem, sealed::Sealed};

/// The back end for AVX-512 IFMA, which this architecture does not have.
#[derive(Clone, Copy, Debug)]
pub struct Ifma(Never);

impl Ifma {
    /// Answers `None`: this architecture has no AVX-512.
    #[must_use]
    pub const fn new() -> Option<Self> {
        None
    }
}

impl Sealed for Ifma {}

/// None of these can be called, since no value of the type exists here.
impl Backend for Ifma {
    type KeyTable = Never;

    const NAME: &'static str = "ifma";
    const LANES: usize = 8;
    const KEY_TABLE_BYTES: usize = 0;

    fn verify_batch(self, _items: &[VerifyItem], _verdicts: &mut [bool]) {
        match self.0 {}
    }

    fn key_tables(self, _keys: &[[u8; 64]]) -> Vec<Option<Never>> {
        match self.0 {}
    }

    fn verify_known(self, _items: &[KnownItem<'_, Never>], _verdicts: &mut [bool]) {
        match self.0 {}
    }

    fn sign_batch(self, _items: &[SignItem<'_>], _signatures: &mut [Option<[u8; 64]>]) {
        match self.0 {}
    }
}

/// A type without values.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing to add")]
#[expect(unnameable_types, reason = "its name is Backend::KeyTable")]
pub enum Never {}
