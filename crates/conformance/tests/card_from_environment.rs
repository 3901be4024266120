//! The suite against the card that the environment names; see the README for the variables.

#[path = "support/card.rs"]
mod card;
#[path = "support/oracle.rs"]
mod oracle;
#[path = "support/outcome.rs"]
mod outcome;

use std::{env, ffi::OsString};

use card::{Card, Settings};
use conformance::{Backend, Suite};
use gmt0018::{Dialect, KeyIndex, Module, Open, Pin};
use sm2_signing::{ErrorKind, Prehash};

#[test]
fn card_from_environment_conforms() {
    let Some(library) = env::var_os("GMT0018_LIB") else {
        outcome::aloud("skipped: GMT0018_LIB is not set");
        return;
    };
    let card = match settings(library).and_then(|settings| Ok(Card::open(settings)?)) {
        Ok(card) => card,
        Err(error) => panic!("the card cannot be tested: {error}"),
    };
    let refused = card
        .signer()
        .map(|signer| signer.sign(&Prehash::from_bytes(&[1; 32])));
    if let Ok(Err(error)) = refused
        && error.kind() == ErrorKind::Access
    {
        panic!("the card cannot be tested: {error} (GMT0018_PASSWORD_FILE)");
    }
    let oracle = oracle::Oracle::new();
    let report = Suite::new().oracle(&oracle).run(&card);
    outcome::summary(&report);
    report.assert();
}

fn settings(library: OsString) -> Result<Settings, Box<dyn std::error::Error>> {
    let index = |name: &str| match env::var(name) {
        Ok(text) => match text.parse() {
            Ok(number) => Ok(Some(KeyIndex::new(number))),
            Err(error) => Err(format!("{name}={text}: {error}; give the number of a key")),
        },
        Err(_) => Ok(None),
    };
    let pin = match (
        env::var_os("GMT0018_PASSWORD_FILE"),
        env::var("GMT0018_PASSWORD"),
    ) {
        (Some(file), _) => Some(Pin::from_file(file)?),
        (None, Ok(password)) => Some(Pin::new(password)?),
        (None, Err(_)) => None,
    };
    let key = index("GMT0018_KEY_INDEX")?;
    if key.is_none() {
        outcome::aloud("GMT0018_KEY_INDEX is not set: nothing that needs a private key is tested");
    }
    Ok(Settings {
        module: Module::open(library)?,
        dialect: dialect()?,
        key: key.map(|key| (key, pin)),
        kek: index("GMT0018_KEK_INDEX")?,
    })
}

fn dialect() -> Result<Dialect, String> {
    let dialect = match env::var("GMT0018_DIALECT") {
        Err(_) => Dialect::STANDARD,
        Ok(name) => name
            .parse()
            .map_err(|error| format!("GMT0018_DIALECT: {error}"))?,
    };
    Ok(match env::var_os("GMT0018_DEVICE_PATH") {
        Some(path) => dialect.with_open(Open::WithPath(path.into())),
        None => dialect,
    })
}
