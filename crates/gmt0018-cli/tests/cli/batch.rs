//! `gmt0018 verify --batch`.

use std::fmt::Write as _;

use crate::support::{Answer, Place, tool};

/// GB/T 32918.5-2017, annex A.2.
const KEY: &str = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const SIGNATURE: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
const E: &str = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640";

fn line(key: &str, signature: &str, digest: &str) -> String {
    format!(r#"{{"public_key":"{key}","digest":"{digest}","signature":"{signature}"}}"#)
}

fn valid() -> String {
    line(KEY, SIGNATURE, E)
}

fn invalid() -> String {
    line(KEY, SIGNATURE, &E.replace('f', "e"))
}

fn run(lines: &str, options: &str) -> Answer {
    let command = format!("verify --batch - {options}");
    Place::new().run_with(&command, &[], lines.as_bytes())
}

#[test]
fn the_exit_code_is_that_of_the_worst_line() {
    let (valid, invalid) = (valid(), invalid());
    for (lines, code, verdicts) in [
        (vec![&*valid], 0, "valid"),
        (vec![&valid, &valid], 0, "valid\nvalid"),
        (vec![&valid, &invalid, &valid], 1, "valid\ninvalid\nvalid"),
    ] {
        // With a line end at the end and without.
        for end in ["", "\n", "\r\n"] {
            let answer = run(&(lines.join("\n") + end), "").exits(code);
            assert_eq!(answer.text(), verdicts);
        }
    }
    let answer = run(&[&*invalid, "{}", &valid].join("\n"), "").exits(2);
    let text = answer.text();
    let verdicts: Vec<_> = text.lines().collect();
    assert_eq!((verdicts[0], verdicts[2]), ("invalid", "valid"));
    assert!(verdicts[1].starts_with("malformed: ") && verdicts.len() == 3);
    let summary = answer.stderr();
    assert!(
        summary.contains("lines 3: valid 1, invalid 1, malformed 1; ")
            && summary.contains("engine ")
            && summary.contains("threads "),
        "{summary}"
    );
}

#[test]
fn no_line_is_shifted_whatever_the_others_are() {
    let long = "x".repeat(70_000);
    let (mut lines, mut expected) = (Vec::new(), Vec::new());
    for index in 0..40_000 {
        let (line, verdict): (&[u8], _) = match index % 1_000 {
            7 => (b"", "malformed: the line is empty"),
            70 => (b"\x00\xff\x1b", "malformed: not a JSON object"),
            77 if index < 10_000 => (
                long.as_bytes(),
                "malformed: the line has more than 65536 bytes",
            ),
            _ if index % 8 == 3 => (b"valid", "valid"),
            _ => (b"{\"signature\":1}", "malformed: not the JSON of an item: "),
        };
        match line {
            b"valid" if index % 16 == 3 => {
                lines.extend(valid().as_bytes());
                expected.push("valid");
            }
            b"valid" => {
                lines.extend(invalid().as_bytes());
                expected.push("invalid");
            }
            other => {
                lines.extend(other);
                expected.push(verdict);
            }
        }
        lines.push(b'\n');
    }
    let place = Place::new();
    std::fs::write(place.path("items.jsonl"), lines).unwrap();
    for options in ["", "--threads 1 --engine portable --json"] {
        let answer = place
            .run(&format!("verify --batch items.jsonl {options}"))
            .exits(2);
        let text = answer.text();
        assert_eq!(text.lines().count(), expected.len());
        for (index, (line, expected)) in text.lines().zip(&expected).enumerate() {
            if options.is_empty() {
                assert!(line.starts_with(expected), "{index}: {line}");
                continue;
            }
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["line"], index + 1);
            match *expected {
                "valid" | "invalid" => {
                    assert_eq!(line["valid"], *expected == "valid", "{line}");
                    assert!(line.get("malformed").is_none(), "{line}");
                }
                why => {
                    assert!(line["valid"].is_null(), "{line}");
                    let said = line["malformed"].as_str().unwrap();
                    assert!(format!("malformed: {said}").starts_with(why), "{line}");
                }
            }
        }
        assert!(
            answer
                .stderr()
                .contains("lines 40000: valid 2500, invalid 2500, malformed 35000"),
            "{}",
            answer.stderr()
        );
    }
}

#[test]
fn verdicts_are_those_of_single_verification() {
    let place = Place::with_key();
    let sign = "sign --key-index 1 --password-file pin --json message";
    let (mut lines, mut singles) = (String::new(), String::new());
    for format in ["raw", "der"] {
        let report = place
            .run(&format!("{sign} --format {format}"))
            .succeeds()
            .json();
        let field = |name: &str| report[name].as_str().unwrap().to_owned();
        let (key, signature) = (field("public_key"), field("signature"));
        let off_curve = format!("{}{}", &key[..127], if key.ends_with('0') { 1 } else { 0 });
        for (key, digest) in [
            (&key, &field("e")),
            (&off_curve, &field("e")),
            (&key, &E.to_owned()),
        ] {
            let single =
                format!("verify --public-key {key} --signature {signature} --digest {digest}");
            let single = place.run(&single);
            writeln!(singles, "{}", single.text()).unwrap();
            writeln!(lines, "{}", line(key, &signature, digest)).unwrap();
        }
        // "message digest", as the file has it.
        let message = "6d65737361676520646967657374";
        for user in ["", r#","user_id":"1234567812345678""#, r#","user_id":"me""#] {
            writeln!(
                lines,
                r#"{{"public_key":"{key}","signature":"{signature}","message":"{message}"{user}}}"#
            )
            .unwrap();
            singles.push_str(if user.contains("me") {
                "invalid\n"
            } else {
                "valid\n"
            });
        }
    }
    for options in ["", "--engine portable", "--threads 3"] {
        let answer = place.run_with(
            &format!("verify --batch - {options}"),
            &[],
            lines.as_bytes(),
        );
        assert_eq!(answer.exits(1).text(), singles.trim_end());
    }
}

#[test]
fn input_that_is_none() {
    let place = Place::new();
    place.write("empty", "");
    place
        .run("verify --batch absent")
        .refused(2, &["cannot read absent"]);
    place.run("verify --batch .").refused(2, &["cannot read ."]);
    place
        .run("verify --batch empty")
        .refused(2, &["no line in empty"]);
    run("", "").refused(2, &["no line in stdin"]);
    // Without a line end nobody can tell where the first item ends.
    let answer = run(&"{".repeat(200_000), "").exits(2);
    assert_eq!(
        answer.text(),
        "malformed: the line has more than 65536 bytes"
    );
}

#[test]
fn options_of_one_signature_do_not_go_with_a_batch() {
    let place = Place::new();
    place.write("items", &valid());
    for options in [
        format!("--public-key {KEY}"),
        format!("--signature {SIGNATURE}"),
        format!("--digest {E}"),
        "--user-id me".to_owned(),
        "--on-card".to_owned(),
        "--lib ./library.so".to_owned(),
        "--soft-dir store".to_owned(),
        "--engine fastest".to_owned(),
        "--threads 0".to_owned(),
        "message".to_owned(),
    ] {
        let answer = place
            .run(&format!("verify --batch items {options}"))
            .exits(2);
        assert_eq!(answer.text(), "");
    }
    let single = format!("verify --public-key {KEY} --signature {SIGNATURE} --digest {E}");
    place.run(&format!("{single} --engine portable")).exits(2);
    place.run(&format!("{single} --threads 2")).exits(2);
    place
        .run(&format!("verify --public-key {KEY} --digest {E}"))
        .exits(2);
    place.run("verify").exits(2);
    let variable = [("SM2_BATCH_ENGINE", "fastest".as_ref())];
    place
        .run_with("verify --batch items", &variable, b"")
        .refused(2, &["no engine \"fastest\"", "auto, ifma or portable"]);
    let variable = [("SM2_BATCH_ENGINE", "portable".as_ref())];
    let answer = place
        .run_with("verify --batch items", &variable, b"")
        .succeeds();
    assert!(
        answer.stderr().contains("engine portable"),
        "{}",
        answer.stderr()
    );
    let quiet = place.run("verify --batch items --quiet").succeeds();
    assert_eq!(quiet.stderr(), "");
}

#[test]
fn an_engine_that_this_processor_lacks_is_refused() {
    let place = Place::new();
    place.write("items", &valid());
    let answer = place.run("verify --batch items --engine ifma");
    if sm2_batch::Ifma::new().is_some() {
        let answer = answer.succeeds();
        assert!(
            answer.stderr().contains("engine ifma"),
            "{}",
            answer.stderr()
        );
    } else {
        answer.refused(2, &["AVX-512 IFMA", "portable"]);
    }
}

#[cfg(unix)]
#[test]
fn a_batch_ends_when_nobody_reads_on() {
    let place = Place::new();
    place.write("items", &format!("{}\n", valid()).repeat(1000));
    // It would never end by itself.
    let command = format!(
        "while cat items; do :; done 2>/dev/null | {} verify --batch - | head -n 3",
        env!("CARGO_BIN_EXE_gmt0018")
    );
    let Some(output) = tool("sh", &["-c", &command], &place.path("")) else {
        return;
    };
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "valid\nvalid\nvalid\n"
    );
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"));
}
