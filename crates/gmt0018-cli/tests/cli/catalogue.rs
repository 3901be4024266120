//! Every error of the catalogue, caused through the command, in both languages.

mod causes;
mod other_user;
mod without_entry;

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{Answer, Place, tool};
use causes::{CARD, COMMANDS, CONFIGURATIONS, LARGE, NOT_CAUSED};

/// The ids of the catalogue with their exit codes.
fn catalogue() -> BTreeMap<String, i64> {
    let list = Place::new().run("explain --list --json").succeeds().json();
    let entries = list["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let id = entry["id"].as_str().unwrap().to_owned();
            (id, entry["exit_code"].as_i64().unwrap())
        })
        .collect()
}

/// The error on the last line of stderr.
fn error_of(answer: &Answer) -> Value {
    let line = answer.stderr().lines().last().unwrap_or_default();
    let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{answer:?}"));
    line["error"].clone()
}

/// A text without placeholders left over, and with Chinese in it where that is asked for.
fn assert_texts(error: &Value, id: &str, language: &str) {
    assert_eq!(error["id"], id, "{error}");
    let texts = ["what", "why", "try"].map(|part| error[part].as_str().unwrap());
    for text in texts {
        assert!(!text.is_empty() && !text.contains(['{', '}']), "{error}");
    }
    let chinese = texts.iter().any(|text| text.chars().any(is_han));
    assert_eq!(chinese, language == "zh", "{error}");
}

fn is_han(character: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&character)
}

/// Builds a library in a place; `false` without a compiler, which is said aloud.
fn build(place: &Place, name: &str, source: &str, more: &[&str]) -> bool {
    place.write(&format!("{name}.c"), source);
    let (object, file) = (format!("{name}.so"), format!("{name}.c"));
    let mut arguments = vec!["-shared", "-fPIC", "-o", &object, &file];
    arguments.extend(more);
    let Some(output) = tool("cc", &arguments, &place.path("")) else {
        return false;
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    true
}

/// A place with the library of `device.c`, which names a device file.
fn place_with_device(file: &str) -> Option<Place> {
    let place = Place::new();
    let define = format!("-DDEVICE_FILE=\"{file}\"");
    build(
        &place,
        "device",
        include_str!("catalogue/device.c"),
        &[&define],
    )
    .then_some(place)
}

#[test]
fn every_entry_is_caused_or_has_a_reason_why_not() {
    let caused: Vec<&str> = (COMMANDS.iter().map(|one| one.0))
        .chain(CARD.iter().map(|one| one.0))
        .chain(CONFIGURATIONS.iter().map(|one| one.0))
        .chain(causes::BY_THEMSELVES)
        .chain(other_user::CAUSED)
        .chain(NOT_CAUSED.iter().map(|one| one.0))
        .collect();
    let known = catalogue();
    let once: BTreeSet<&str> = caused.iter().copied().collect();
    assert_eq!(once.len(), caused.len(), "an id is there twice");
    assert_eq!(once, known.keys().map(String::as_str).collect());
    assert!(NOT_CAUSED.iter().all(|one| one.1.len() > 20));
    for id in known.keys() {
        for language in ["en", "zh"] {
            let command = format!("explain {id} --lang {language} --json");
            let report = Place::new().run(&command).succeeds().json();
            crate::readme::assert_in_readme(&report);
            assert_eq!(report["id"], id.as_str());
        }
    }
}

#[test]
fn commands_that_are_refused() {
    let codes = catalogue();
    for (id, prepare, command) in COMMANDS {
        let place = Place::with_key();
        if !prepare(&place) {
            continue;
        }
        for language in ["en", "zh"] {
            let answer = place.run(&format!("{command} --json --lang {language}"));
            let error = error_of(&answer);
            assert_texts(&error, id, language);
            assert_eq!(error["exit_code"], codes[*id], "{id}");
            answer.exits(i32::try_from(codes[*id]).unwrap());
        }
    }
}

#[test]
fn codes_of_a_device() {
    let Some(place) = place_with_device("/dev/null") else {
        return;
    };
    let codes = catalogue();
    for (id, function, code) in CARD {
        let environment = [("FAIL", OsStr::new(function)), ("CODE", OsStr::new(code))];
        for language in ["en", "zh"] {
            let command = format!("random 4 --lib ./device.so --json --lang {language}");
            let answer = place.run_with(&command, &environment, b"");
            let error = error_of(&answer);
            assert_texts(&error, id, language);
            let why = error["why"].as_str().unwrap();
            assert!(why.contains(function) && why.contains(code), "{error}");
            let explain = format!("gmt0018 explain {code}");
            assert!(error["try"].as_str().unwrap().contains(&explain), "{error}");
            answer.exits(i32::try_from(codes[*id]).unwrap());
        }
    }
}

#[test]
fn problems_in_a_node_s_files() {
    for (id, config, genesis) in CONFIGURATIONS {
        let place = Place::new();
        let large = "\n".repeat((4 << 20) + 1);
        let config = if *config == LARGE {
            large.as_str()
        } else {
            config
        };
        place.write("config.ini", config);
        if !genesis.is_empty() {
            place.write("config.genesis", genesis);
        }
        for language in ["en", "zh"] {
            let command = format!("config check . --json --lang {language}");
            let report = place.run(&command).exits(6).json();
            let problems = report["problems"].as_array().unwrap();
            let found = problems.iter().find(|problem| problem["id"] == *id);
            assert_texts(
                found.unwrap_or_else(|| panic!("{id}: {report}")),
                id,
                language,
            );
        }
        let text = place.run("config check . --lang zh").exits(6).text();
        assert!(
            text.contains("  原因：") && text.contains("  建议："),
            "{text}"
        );
        let text = place.run("config check . --color always").exits(6).text();
        assert!(text.contains("\x1b["), "{text}");
    }
}

#[test]
fn a_configuration_in_another_encoding() {
    let place = Place::new();
    let gbk = b"[security]\n; \xC4\xE3\nkey_index=\xBA\xC3\n";
    std::fs::write(place.path("config.ini"), gbk).unwrap();
    for language in ["en", "zh"] {
        let command = format!("config check . --json --lang {language}");
        let report = place.run(&command).exits(6).json();
        assert_texts(&report["problems"][0], "config-not-utf8", language);
    }
}

#[test]
fn a_device_that_hangs_ends_the_command_and_says_where() {
    let Some(place) = place_with_device("/dev/null") else {
        return;
    };
    for (function, id, parts) in [
        (
            "SDF_OpenSession",
            "device-hangs",
            ["SDF_OpenSession of ./device.so", "--timeout"],
        ),
        (
            "SDF_GenerateRandom",
            "device-hangs",
            ["SDF_GenerateRandom of", "another process"],
        ),
        ("load", "time-limit", ["loading ./device.so", "--timeout"]),
    ] {
        let environment = [("FAIL", OsStr::new(function))];
        let command = "random 4 --lib ./device.so --timeout 0.5";
        let start = Instant::now();
        let answer = place.run_with(command, &environment, b"");
        let elapsed = start.elapsed();
        assert!(elapsed >= Duration::from_millis(500), "{elapsed:?}");
        assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
        let answer = answer.refused(4, &["within 0.5 s"]);
        for part in parts {
            assert!(answer.stderr().contains(part), "{}", answer.stderr());
        }
        for language in ["en", "zh"] {
            let command = format!("{command} --json --lang {language}");
            let answer = place.run_with(&command, &environment, b"").exits(4);
            assert_texts(&error_of(&answer), id, language);
        }
    }
    // One that answers in time is not disturbed.
    let command = "random 4 --lib ./device.so --timeout 60";
    assert_eq!(place.run(command).succeeds().text(), "5a5a5a5a");
    let place = Place::with_key();
    let sign = "sign --key-index 1 --password-file pin message --timeout 60";
    place.run(sign).succeeds();
    place
        .run("sign --key-index 2 message --timeout 60")
        .exits(5);
}

#[test]
fn a_call_that_takes_long_is_remarked_on() {
    let Some(place) = place_with_device("/dev/null") else {
        return;
    };
    let hangs = [("FAIL", OsStr::new("SDF_OpenSession"))];
    for (language, remark) in [
        (
            "en",
            "waiting for SDF_OpenSession of ./device.so, called 3 s ago",
        ),
        (
            "zh",
            "正在等待 ./device.so 的 SDF_OpenSession 返回，已等 3 秒",
        ),
    ] {
        let command = format!("random 4 --lib ./device.so --timeout 4.5 --lang {language}");
        let answer = place.run_with(&command, &hangs, b"").exits(4);
        assert_eq!(
            answer.stderr().matches(remark).count(),
            1,
            "{}",
            answer.stderr()
        );
        let quiet = format!("{command} --quiet");
        let answer = place.run_with(&quiet, &hangs, b"").exits(4);
        assert!(!answer.stderr().contains(remark), "{}", answer.stderr());
    }
}

#[test]
fn a_store_that_another_process_holds() {
    let place = Place::with_key();
    let lock = std::fs::File::open(place.path("store/lock")).unwrap();
    lock.lock().unwrap();
    for language in ["en", "zh"] {
        let command =
            format!("soft generate --key-index 2 --password-file pin --json --lang {language}");
        let answer = place.run(&command).exits(4);
        assert_texts(&error_of(&answer), "store-locked", language);
    }
}

#[test]
fn the_language_is_that_of_the_environment_and_the_option_wins() {
    let place = Place::new();
    let chinese = [("LC_ALL", OsStr::new("zh_CN.UTF-8"))];
    let command = "probe --lib ./absent.so";
    let answer = place.run_with(command, &chinese, b"").exits(3);
    assert_eq!(
        answer.stderr(),
        "错误：动态库无法使用\n  原因：./absent.so 不存在\n  建议：检查路径是否写对，或安装厂商提供的动态库\n"
    );
    let english = format!("{command} --lang en");
    place
        .run_with(&english, &chinese, b"")
        .refused(3, &["does not exist"]);
    // What is not translated is in English, with Chinese labels.
    let command = "chain expand -d absent -c absent -o new --lang zh";
    let answer = place.run(command).exits(6);
    assert!(
        answer
            .stderr()
            .starts_with("错误：the node in absent cannot be used\n  原因：")
    );
    place.run("hash absent --lang fr").exits(2);
}

#[test]
fn only_labels_are_coloured_and_only_when_asked() {
    let place = Place::new();
    let plain = place.run("hash absent").exits(2);
    assert!(!plain.stderr().contains('\x1b'), "{}", plain.stderr());
    let always = place.run("hash absent --color always").exits(2);
    let without = always.stderr().replace("\x1b[1;31merror\x1b[0m", "error");
    assert_eq!(without, plain.stderr());
    let never = place.run("hash absent --color=never").exits(2);
    assert_eq!(never.stderr(), plain.stderr());
    let probe = place.run("probe --color always").succeeds().text();
    assert!(probe.contains("\x1b[32mok\x1b[0m"), "{probe}");
    // Usage errors are clap's.
    let usage = place.run("--color always hash").exits(2);
    assert!(usage.stderr().contains('\x1b'), "{}", usage.stderr());
    assert!(!place.run("hash").exits(2).stderr().contains('\x1b'));
}
