//! The suite against the software card, through its function table and the safe wrapper.

#[path = "support/card.rs"]
mod card;
#[path = "support/conforms.rs"]
mod conforms;
#[path = "support/oracle.rs"]
mod oracle;
#[path = "support/outcome.rs"]
mod outcome;

use card::{Card, Settings};
use conformance::Suite;
use gmt0018::{Dialect, KeyIndex, Module, Open, Pin};
use gmt0018_soft::EphemeralCard;

#[test]
fn software_card_conforms() {
    let memory = EphemeralCard::new().unwrap();
    memory.card().generate_key_pair(1, b"in process").unwrap();
    memory.card().generate_kek(1).unwrap();
    let card = Card::open(Settings {
        module: Module::from_functions("software card in process", gmt0018_soft::functions()),
        dialect: Dialect::STANDARD.with_open(Open::WithPath(memory.path().into())),
        key: Some((KeyIndex::new(1), Some(Pin::new("in process").unwrap()))),
        kek: Some(KeyIndex::new(1)),
    })
    .unwrap();
    let oracle = oracle::Oracle::new();
    let report = Suite::new().oracle(&oracle).run(&card);
    conforms::conforms(&report, &WITHOUT);
}

/// GM/T 0018 has no operation for these.
const WITHOUT: [&str; 2] = [
    "private key: RustCrypto's PEM files",
    "agreement: worked example",
];
