//! The suite against the software card as other programs use it: a shared library and a directory.

#[path = "support/card.rs"]
mod card;
#[path = "support/conforms.rs"]
mod conforms;
#[path = "support/library.rs"]
mod library;
#[path = "support/oracle.rs"]
mod oracle;
#[path = "support/outcome.rs"]
mod outcome;

use card::{Card, Settings};
use conformance::Suite;
use gmt0018::{Dialect, KeyIndex, Module, Open, Pin};

#[test]
fn software_card_conforms_through_dlopen() {
    let path = library::software_card();
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("card");
    library::provision(&store, 7, b"through dlopen");
    let card = Card::open(Settings {
        module: Module::open(&path).unwrap(),
        dialect: Dialect::STANDARD.with_open(Open::WithPath(store)),
        key: Some((KeyIndex::new(7), Some(Pin::new("through dlopen").unwrap()))),
        kek: Some(KeyIndex::new(7)),
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
