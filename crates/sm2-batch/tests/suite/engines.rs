//! The engines on every edge case, in every lane and in batches of every size.

use std::{env, path::Path, process::Command};

use serde_json::Value;
use sm2_batch::{
    BatchError, EngineChoice, Ifma, KeyTableOptions, KeyTables, Portable, SM2_BATCH_ENGINE, best,
};
use sm2_signing::{
    BatchVerifier, ErrorKind, Item, Prehash, PublicKey, Signature, Verdict, Verifier, VerifyError,
};

use crate::support::{KINDS, Kind, RustCrypto, batch, item, serial, verdict_of};

const LANES: usize = 8;

/// The engines that run here.
#[expect(clippy::print_stdout, reason = "what is skipped is said aloud")]
fn engines() -> Vec<Box<dyn BatchVerifier>> {
    let mut engines: Vec<Box<dyn BatchVerifier>> = vec![Box::new(Portable::new())];
    match Ifma::new() {
        Some(ifma) => {
            assert!(ifma.verify_batch(&[]).is_ok() && !ifma.fell_back());
            engines.push(Box::new(ifma));
        }
        None => println!("ifma skipped: this processor has no AVX-512 IFMA"),
    }
    for choice in [EngineChoice::Ifma, EngineChoice::Portable] {
        for period in [1, 2] {
            match KeyTables::new(choice, KeyTableOptions::default().with_cache_bytes(0)) {
                Ok(tables) => {
                    assert_eq!(tables.choice(), choice);
                    pin(&tables, period);
                    engines.push(Box::new(tables));
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported),
            }
        }
    }
    engines
}

/// Pins each `period`-th of the keys here that are points.
fn pin(tables: &KeyTables, period: usize) {
    let cases = edge_cases().into_iter().map(|(_, item, _)| item.key);
    let others = (0..16).map(|index| item(Kind::Valid, index).key);
    for key in cases.step_by(period).chain(others.step_by(period)) {
        if let Err(error) = tables.pin(&[key]) {
            assert_eq!(error.kind(), ErrorKind::Input);
        }
    }
    assert!(tables.statistics().pinned > 16 / period);
}

/// The signatures of `sm2_verify_edge.json` that have the form of one.
pub(crate) fn edge_cases() -> Vec<(u64, Item, Verdict)> {
    let vectors =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/vectors/sm2_verify_edge.json");
    let vectors = std::fs::read_to_string(vectors).unwrap();
    let vectors: Value = serde_json::from_str(&vectors).unwrap();
    let case = |test: &Value| {
        let text = |name: &str| test[name].as_str().unwrap();
        let item = Item {
            key: PublicKey::from_hex(text("pub")).ok()?,
            e: Prehash::from_hex(text("digest")).ok()?,
            signature: Signature::from_hex(&[text("r"), text("s")].concat()).ok()?,
        };
        let verdict = match text("result") {
            "valid" => Verdict::Valid,
            "invalid" => Verdict::Invalid,
            other => panic!("{other}"),
        };
        Some((test["tcId"].as_u64().unwrap(), item, verdict))
    };
    let cases: Vec<_> = vectors["tests"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(case)
        .collect();
    assert!(cases.len() > 240, "{} of 249 cases", cases.len());
    cases
}

#[test]
fn every_edge_case_in_every_lane() {
    let cases = edge_cases();
    for engine in engines() {
        for lane in 0..LANES {
            let filler = item(Kind::Valid, lane);
            let mut items = vec![filler; lane];
            items.extend(cases.iter().map(|(_, item, _)| *item));
            let verdicts = engine.verify_batch(&items).unwrap();
            for ((id, _, expected), verdict) in cases.iter().zip(verdicts.iter().skip(lane)) {
                assert_eq!(verdict, *expected, "{engine:?}, case {id}, shift {lane}");
            }
        }
    }
}

#[test]
fn every_edge_case_alone() {
    for (id, item, expected) in edge_cases() {
        let answer = Portable::new().verify(&item.key, &item.e, &item.signature);
        let verdict = match answer {
            Ok(()) => Verdict::Valid,
            Err(VerifyError::Invalid) => Verdict::Invalid,
            Err(VerifyError::Backend(error)) => panic!("{error}"),
        };
        assert_eq!(verdict, expected, "case {id}");
        if let Some(ifma) = Ifma::new() {
            let answer = ifma.verify(&item.key, &item.e, &item.signature);
            assert_eq!(answer.is_ok(), expected == Verdict::Valid, "case {id}");
        }
    }
}

#[test]
fn every_size_with_an_invalid_item_in_every_place() {
    for engine in engines() {
        // One at a time is the same in every place, and slow without optimisation.
        let lanes = if format!("{engine:?}").contains("Ifma") {
            LANES
        } else {
            1
        };
        for size in 0..=4 * lanes + 1 {
            let valid = batch((0..size).map(|_| Kind::Valid));
            assert!(engine.verify_batch(&valid).unwrap().all_valid(), "{size}");
            for place in 0..size {
                let mut items = valid.clone();
                items[place] = item(KINDS[1 + place % (KINDS.len() - 1)], place);
                let verdicts = engine.verify_batch(&items).unwrap();
                let invalid: Vec<_> = verdicts.invalid().collect();
                assert_eq!(invalid, [place], "{engine:?}, {size} items");
            }
        }
    }
}

#[test]
fn every_size_gives_what_rustcrypto_gives() {
    for engine in engines() {
        for size in 0..=70 {
            let items = crate::support::mixed(size, 2);
            let expected = serial().verify_batch(&items).unwrap();
            assert_eq!(engine.verify_batch(&items).unwrap(), expected, "{size}");
        }
    }
    for (index, kind) in KINDS.into_iter().enumerate() {
        let item = item(kind, index);
        let answer = RustCrypto.verify(&item.key, &item.e, &item.signature);
        assert_eq!(answer.is_ok(), verdict_of(kind) == Verdict::Valid);
    }
}

/// Run by [`the_environment_forces_an_engine`] in a process of its own.
#[test]
#[ignore = "reads the environment that another test sets for it"]
fn what_the_environment_forces() {
    let name = env::var(SM2_BATCH_ENGINE).unwrap();
    let tables = KeyTables::from_environment(KeyTableOptions::default());
    match tables {
        Ok(tables) => assert_eq!(tables.choice().to_string(), name),
        Err(error) => assert_eq!(error.to_string(), best().unwrap_err().to_string()),
    }
    match name.as_str() {
        "portable" => assert_eq!(
            format!("{:?}", best().unwrap()),
            format!("{:?}", Portable::new())
        ),
        "ifma" if Ifma::new().is_some() => {
            assert!(format!("{:?}", best().unwrap()).starts_with("Ifma"));
        }
        "ifma" => {
            let error = best().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
        }
        _ => {
            let error = best().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            let cause = error.cause().downcast_ref();
            assert!(
                matches!(cause, Some(BatchError::UnknownEngine { name: found }) if *found == name)
            );
        }
    }
    println!("the environment named {name}");
}

#[test]
fn the_environment_forces_an_engine() {
    for name in ["portable", "ifma", "fastest"] {
        let child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "engines::what_the_environment_forces",
                "--ignored",
                "--nocapture",
            ])
            .env(SM2_BATCH_ENGINE, name)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success(), "{said}");
        assert!(
            said.contains(&format!("the environment named {name}")),
            "{said}"
        );
    }
}

#[test]
fn the_choice_is_the_engine() {
    let auto = format!("{:?}", EngineChoice::Auto.engine().unwrap());
    let best = if Ifma::new().is_some() {
        "Ifma"
    } else {
        "Portable"
    };
    assert!(auto.starts_with(best), "{auto}");
    let tables = KeyTables::new(EngineChoice::Auto, KeyTableOptions::default());
    let choice = tables.unwrap().choice();
    assert!(auto.starts_with(&format!("{choice:?}")), "{choice:?}");
}
