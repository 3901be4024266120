//! A fresh software card for a test.

use gmt0018::{Device, Dialect, KeyIndex, Module, Open, Pin};
use gmt0018_soft::EphemeralCard;

pub(crate) const ONE: KeyIndex = KeyIndex::new(1);
pub(crate) const PASSWORD: &str = "a password of index 1";

/// A card in memory with key pairs at index 1 and a key-encryption key at index 1.
pub(crate) struct Card {
    pub(crate) card: EphemeralCard,
    pub(crate) module: Module,
    pub(crate) dialect: Dialect,
}

impl Card {
    pub(crate) fn new() -> Self {
        Self::with(gmt0018_soft::functions())
    }

    pub(crate) fn with(functions: gmt0018_sys::Functions) -> Self {
        let card = EphemeralCard::new().unwrap();
        card.card()
            .generate_key_pair(1, PASSWORD.as_bytes())
            .unwrap();
        card.card().generate_kek(1).unwrap();
        let module = Module::from_functions("software card", functions);
        let dialect = Dialect::STANDARD.with_open(Open::WithPath(card.path().into()));
        Self {
            card,
            module,
            dialect,
        }
    }

    pub(crate) fn device(&self) -> Device {
        self.module.device(&self.dialect).unwrap()
    }
}

pub(crate) fn pin() -> Pin {
    Pin::new(PASSWORD).unwrap()
}
