//! Stands in for the AVX-512 back end on other architectures.

use crate::lanes::VerifyItem;

/// Proof that this processor has AVX-512 IFMA; there is none on this architecture.
#[derive(Clone, Copy, Debug)]
pub struct Ifma(Never);

impl Ifma {
    /// Answers `None`: this architecture has no AVX-512.
    #[must_use]
    pub const fn new() -> Option<Self> {
        None
    }

    /// Cannot be called, since no value of this type exists here.
    pub fn verify_batch(&self, _items: &[VerifyItem], _verdicts: &mut [bool]) {
        match self.0 {}
    }
}

#[derive(Clone, Copy, Debug)]
enum Never {}
