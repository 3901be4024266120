//! The README lists what there is.

use std::collections::BTreeSet;

use crate::support::{Place, soft_library};

const README: &str = include_str!("../../README.md");

#[test]
fn every_json_field_is_in_the_readme() {
    let place = Place::with_key();
    place.write("key.hex", &"1".repeat(64));
    let key = place
        .run("soft export-public --key-index 1 --hex")
        .succeeds()
        .text();
    let sign = "sign --key-index 1 --password-file pin message";
    let signature = place.run(sign).succeeds().text();
    place.write("item", "{}\n");
    let list = place.run("hash message pin").succeeds().text();
    place.write("list", list.lines().next().unwrap());
    let malformed = place.run("verify --batch item --json").exits(2).json();
    let mut fields = BTreeSet::new();
    collect(&malformed, &mut fields);
    for command in [
        "probe",
        &format!("probe --lib {}", soft_library().to_str().unwrap()),
        "keys list",
        "keys show --key-index 1",
        sign,
        &format!("verify --on-card --public-key {key} --signature {signature} message"),
        "hash --on-card message",
        "hash --check list",
        "encrypt --key-index 1 -o secret message",
        "decrypt --key-index 1 --password-file pin -o plain secret",
        "random 8",
        "bench sm3 --seconds 0.02 --sessions 1",
        "soft generate --key-index 2 --kek-index 2 --password-file pin",
        "soft status",
        "soft import --key-index 3 --pem key.hex --password-file pin",
        "soft export-public --key-index 3",
        "soft passwd --key-index 3 --password-file pin --new-password-file wrong",
        "soft remove --key-index 3 --yes --password-file wrong",
        "soft backup copy",
        "chain build -l 127.0.0.1:1 -e /bin/sh --key-indexes 1 --password-file pin",
        "chain expand -d nodes/ca -c nodes/127.0.0.1/node0 -o nodes/127.0.0.1/node1",
    ] {
        collect(
            &place.run(&format!("{command} --json")).succeeds().json(),
            &mut fields,
        );
    }
    let refused = place.run("hash absent --json").exits(2);
    collect(
        &serde_json::from_str(refused.stderr().trim_end()).unwrap(),
        &mut fields,
    );
    assert!(fields.len() > 60, "{fields:?}");
    assert_listed(fields);
}

/// The README names every field of this result.
pub(crate) fn assert_in_readme(result: &serde_json::Value) {
    let mut fields = BTreeSet::new();
    collect(result, &mut fields);
    assert_listed(fields);
}

fn assert_listed(fields: BTreeSet<String>) {
    for field in fields {
        assert!(
            README.contains(&format!("`{field}`")),
            "{field} is not in the README"
        );
    }
}

fn collect(value: &serde_json::Value, fields: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(object) => {
            fields.extend(object.keys().cloned());
            object.values().for_each(|value| collect(value, fields));
        }
        serde_json::Value::Array(array) => array.iter().for_each(|value| collect(value, fields)),
        _ => {}
    }
}
