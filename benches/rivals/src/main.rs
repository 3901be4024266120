//! SM2 of this repository beside other implementations, on the same signatures and in one run.
//!
//! Round after round everybody takes a turn, there and back, and the median of the rounds is given: a machine that is
//! busy for a while slows all of them. The ratio to RustCrypto is the median of the ratios within each round. An
//! implementation is measured if it accepts valid signatures and rejects others.
//!
//! `--rounds N`, `--milliseconds N` for each turn, `--json FILE`; `--test` is one short round.

mod efficient;
mod implementation;
mod lib_sm;
#[cfg(feature = "openssl")]
mod open_ssl;
mod open_ssl_speed;
mod ours;
mod report;
mod rust_crypto;

#[path = "../../items.rs"]
#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod items;
#[path = "../../machine.rs"]
mod machine;
#[path = "../../rustcrypto.rs"]
mod rustcrypto;

use std::{env, error::Error, fs, time::Duration};

use implementation::{Implementation, Material};
use open_ssl_speed::Speed;
use report::Report;

fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_arguments()?;
    machine::print();
    let mut implementations = implementations();
    let mut speed = Speed::find();
    // Not counted: caches, tables made at first use, the processor's clock.
    for implementation in &mut implementations {
        implementation.per_second(settings.turn / 4);
    }
    let mut report = Report::default();
    for round in 0..settings.rounds {
        let mut turn = |implementation: &mut Implementation| {
            let rate = implementation.per_second(settings.turn);
            report.add(implementation.operation, &implementation.name, rate);
        };
        if round % 2 == 0 {
            implementations.iter_mut().for_each(&mut turn);
        } else {
            implementations.iter_mut().rev().for_each(&mut turn);
        }
        speed = speed.filter(|speed| speed.take_turn(&mut report));
    }
    println!("{report}");
    if let Some(path) = settings.json {
        fs::write(path, format!("{:#}\n", report.json(machine::describe())))?;
    }
    Ok(())
}

/// Those that gave the right answers.
fn implementations() -> Vec<Implementation> {
    let material = Material::leak();
    let mut candidates = rust_crypto::implementations(material);
    candidates.extend(ours::implementations(material));
    candidates.extend(efficient::implementations(material));
    candidates.extend(lib_sm::implementations(material));
    #[cfg(feature = "openssl")]
    candidates.extend(open_ssl::implementations(material));
    #[cfg(not(feature = "openssl"))]
    println!("skipped: OpenSSL by its binding; try: --features openssl");
    let mut implementations = Vec::new();
    for candidate in candidates {
        match candidate {
            Ok(implementation) => implementations.push(implementation),
            Err(why) => println!("skipped: {why}"),
        }
    }
    implementations
}

struct Settings {
    rounds: usize,
    turn: Duration,
    json: Option<String>,
}

impl Settings {
    fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let mut settings = Self {
            rounds: 11,
            turn: Duration::from_millis(100),
            json: None,
        };
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match &*argument {
                "--test" => (settings.rounds, settings.turn) = (1, Duration::from_millis(1)),
                "--rounds" => settings.rounds = value()?.parse()?,
                "--milliseconds" => settings.turn = Duration::from_millis(value()?.parse()?),
                "--json" => settings.json = Some(value()?),
                _ => return Err(format!("{argument} is not known; try: {ARGUMENTS}").into()),
            }
        }
        Ok(settings)
    }
}

const ARGUMENTS: &str = "--rounds N, --milliseconds N, --json FILE, --test";
