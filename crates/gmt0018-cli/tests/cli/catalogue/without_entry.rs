//! Errors that have no entry in the catalogue, and are translated all the same.

use super::{error_of, is_han};
use crate::support::Place;

#[test]
fn what_a_user_meets_first_is_in_chinese() {
    let place = Place::with_key();
    place.write("empty", "");
    place.write("large", &"1".repeat(70_000));
    place.write("short", "abcd");
    place.write("public.pem", PUBLIC_PEM);
    let digest = "0".repeat(62);
    for (exit, command) in [
        (2, "hash absent"),
        (2, "hash store"),
        (2, "explain nonsense"),
        (2, "explain password-wrong --vendor sansec"),
        (
            2,
            &format!("sign --key-index 1 --password-file pin --digest {digest}"),
        ),
        (2, "sign --key-index 1 --password-file pin --digest xyz"),
        (2, "verify --public-key 00 --signature 00 message"),
        (2, "verify --public-key xx --signature 00 message"),
        (2, "verify --batch empty"),
        (2, "verify --batch absent"),
        (2, "test --password-file pin"),
        (2, "keys export --key-index 1 --role encrypt --form node-id"),
        (2, "keys generate"),
        (2, "keys import"),
        (2, "probe --dialect softsdf"),
        (2, "top --metrics nowhere --once"),
        (2, "node-id absent"),
        (2, "chain build -l 127.0.0.1:4 -e absent"),
        (2, "chain build -l localhost:4 -e /bin/sh"),
        (2, "chain build -l 127.0.0.1:4 -e /bin/sh -p 30300"),
        (2, "chain build -l 127.0.0.1:4 -e /bin/sh -p 30300,30301"),
        (2, "chain build -l 127.0.0.1:4 -e /bin/sh -g a.b"),
        (2, "config fix store/../genesis"),
        (5, "node-id short"),
        (5, "node-id message"),
        (
            5,
            "soft import --key-index 3 --pem large --password-file pin",
        ),
        (
            5,
            "soft import --key-index 3 --pem public.pem --password-file pin",
        ),
        (5, "soft generate --key-index 1 --password-file pin"),
        (5, "soft generate --key-index 3 --password-file short"),
        (5, "soft remove --key-index 1 --yes --password-file wrong"),
        (
            5,
            "soft passwd --key-index 9 --password-file pin --new-password-file wrong",
        ),
        (2, "soft generate --key-index 5000 --password-file pin"),
        (5, "soft export-public --key-index 9"),
        (6, "soft init --soft-dir store"),
        (6, "soft init --soft-dir conf"),
        (6, "chain build -l 127.0.0.1:4 -e /bin/sh -o store"),
        (6, "chain build -l 127.0.0.1:4 -e /bin/sh -o absent/nodes"),
        (2, "chain build -l 127.0.0.1:1 -e /bin/sh --hsm"),
        (
            2,
            "chain build -l 127.0.0.1:2 -e /bin/sh --key-indexes 1,1 --password-file pin",
        ),
    ] {
        if command.contains("genesis") {
            place.write("genesis", "[consensus]\nnode.0=0a: 1\n");
        }
        if command.ends_with("conf") {
            std::fs::create_dir(place.path("conf")).unwrap();
            place.write("conf/file", "");
        }
        let of = |language: &str| {
            let answer = place.run(&format!("{command} --json --lang {language}"));
            let error = error_of(&answer);
            assert!(answer.exits(exit).stderr().contains("\"id\":null"));
            ["what", "why", "try"].map(|part| error[part].as_str().unwrap().to_owned())
        };
        for (english, chinese) in of("en").iter().zip(of("zh")) {
            assert!(!english.chars().any(is_han), "{command}: {english}");
            assert!(chinese.chars().any(is_han), "{command}: {chinese}");
        }
    }
}

const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEuE2+J10yiKMHiYYAGKVBjy7n57Fy
Qr6Utr3FsvXPgUUqgeGuo4QfZVz4myjYe9wpl5JBgOhJI7wYleLoZNaeyw==
-----END PUBLIC KEY-----
";
