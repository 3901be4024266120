//! `gmt0018 encrypt` and `decrypt`, with keys in the software card and in files.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::support::{Place, tool};

/// The private key of GB/T 32918.5-2017, annex C.2.
const KEY: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
/// Its public key.
const PUBLIC: &str = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
/// "encryption standard" under it, without the 04 in front.
const C1: &str = "04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0";
const C3: &str = "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766";
const C2: &str = "21886ca989ca9c7d58087307ca93092d651efa";

#[test]
fn every_form_comes_back_from_card_and_software() {
    let place = Place::with_key();
    place.write("key", KEY);
    let recipients = [
        (
            "--key-index 1",
            "--key-index 1 --password-file pin".to_owned(),
        ),
        (
            &*format!("--public-key {PUBLIC}"),
            "--private-key key".to_owned(),
        ),
    ];
    for (to, from) in recipients {
        for on_card in ["", "--on-card"] {
            for form in ["", "--order c1c2c3", "--format der"] {
                let order = if form.contains("order") { form } else { "" };
                let encrypt = format!("encrypt {to} {on_card} {form}");
                let digits = place.run(&format!("{encrypt} message")).succeeds().text();
                place.write("digits", &digits);
                let bytes = place
                    .run(&format!("{encrypt} --binary message"))
                    .succeeds()
                    .stdout()
                    .to_vec();
                fs::write(place.path("bytes"), bytes).unwrap();
                for file in ["digits", "bytes"] {
                    let answer = place
                        .run(&format!("decrypt {from} {order} {file}"))
                        .succeeds();
                    assert_eq!(answer.stdout(), b"message digest", "{encrypt}, {file}");
                }
            }
        }
    }
}

#[test]
fn the_ciphertext_of_the_standard() {
    let place = Place::new();
    place.write("key", KEY);
    place.write("c1c3c2", &format!("04{C1}{C3}{C2}"));
    place.write("c1c2c3", &format!("04{C1}{C2}{C3}\n"));
    let decrypt = |options: &str| place.run(&format!("decrypt --private-key key {options}"));
    assert_eq!(decrypt("c1c3c2").succeeds().text(), "encryption standard");
    let old = decrypt("--order c1c2c3 c1c2c3").succeeds();
    assert_eq!(old.text(), "encryption standard");
    decrypt("c1c2c3").refused(1, &["made for another key", "--order c1c2c3"]);
    decrypt("key").refused(2, &["key is no SM2 ciphertext"]);
    // C1 with another last digit is no point of the curve.
    place.write("damaged", &format!("04{}1{C3}{C2}", &C1[..127]));
    decrypt("damaged").refused(1, &["not a point of the SM2 curve"]);
}

#[test]
fn what_is_decrypted_is_its_owners_alone_and_in_no_report() {
    let place = Place::with_key();
    place
        .run("encrypt --key-index 1 -o secret message")
        .succeeds();
    let report = place
        .run("decrypt --key-index 1 --password-file pin -o plain --json secret")
        .succeeds();
    assert!(!report.text().contains("message digest"));
    let report = report.json();
    assert_eq!(
        (&report["bytes"], &report["key_index"]),
        (&14.into(), &1.into())
    );
    let mode = |name| fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("plain"), 0o600);
    assert_eq!(fs::read(place.path("plain")).unwrap(), b"message digest");
    // Nothing is written over.
    let again = "decrypt --key-index 1 --password-file pin -o message secret";
    place
        .run(again)
        .refused(2, &["message was not written", "never overwritten"]);
    let json = "decrypt --key-index 1 --password-file pin --json secret";
    place.run(json).exits(2);
    let changed = fs::read_to_string(place.path("secret"))
        .unwrap()
        .trim_end()
        .to_owned();
    let last = if changed.ends_with('0') { '1' } else { '0' };
    place.write(
        "changed",
        &format!("{}{last}", &changed[..changed.len() - 1]),
    );
    place
        .run("decrypt --key-index 1 --password-file pin -o none changed")
        .refused(1, &["cannot decrypt with key index 1", "SDR_ENCDATAERR"]);
    assert!(!place.path("none").exists());
}

#[test]
fn keys_that_are_not_there() {
    let place = Place::with_key();
    let encrypt = |options: &str| place.run(&format!("encrypt {options} message"));
    encrypt("--key-index 9").refused(5, &["no key at index 9"]);
    encrypt(&format!("--public-key {}14", &PUBLIC[..126])).refused(5, &["not a point"]);
    encrypt("").exits(2);
    encrypt("--sm4-key pin").exits(2);
    let decrypt = |options: &str| place.run(&format!("decrypt {options} secret"));
    place.write("secret", &format!("04{C1}{C3}{C2}"));
    decrypt("--key-index 9 --password-file pin").refused(5, &["no key at index 9"]);
    decrypt("--key-index 1 --password-file wrong")
        .refused(5, &["the password of key index 1 was refused"]);
    decrypt("--private-key message").refused(5, &["cannot use the key file"]);
    place.write("empty", "");
    place
        .run("encrypt --key-index 1 empty")
        .refused(2, &["nothing was encrypted"]);
    let long = vec![b'a'; 3 << 20];
    fs::write(place.path("long"), long).unwrap();
    place
        .run("encrypt --key-index 1 long")
        .refused(2, &["too long for SM2", "--sm4-key"]);
}

#[test]
fn a_file_of_any_length_under_an_sm4_key() {
    let place = Place::new();
    place.write("sm4.key", "0123456789abcdeffedcba9876543210\n");
    for length in [0, 1, 15, 16, 28, 256 * 1024 - 12, 256 * 1024, 1_000_003] {
        let plain: Vec<u8> = (0..length)
            .map(|n: u32| n.to_le_bytes()[0] ^ 0x5a)
            .collect();
        fs::write(place.path("plain"), &plain).unwrap();
        for name in ["sealed", "opened"] {
            let _ = fs::remove_file(place.path(name));
        }
        let sealed = place
            .run("encrypt --sm4-key sm4.key -o sealed plain --json")
            .succeeds()
            .json();
        assert_eq!(sealed["bytes"], u64::from(length) + 28);
        place
            .run("decrypt --sm4-key sm4.key -o opened sealed")
            .succeeds();
        assert_eq!(fs::read(place.path("opened")).unwrap(), plain);
    }
    let sealed = fs::read(place.path("sealed")).unwrap();
    fs::remove_file(place.path("opened")).unwrap();
    for place_of_change in [0, 12, sealed.len() / 2, sealed.len() - 17, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[place_of_change] ^= 1;
        fs::write(place.path("changed"), changed).unwrap();
        place
            .run("decrypt --sm4-key sm4.key -o opened changed")
            .refused(1, &["nothing was decrypted", "the tag does not fit"]);
    }
    for length in [0, 11, 27] {
        fs::write(place.path("short"), &sealed[..length]).unwrap();
        place
            .run("decrypt --sm4-key sm4.key -o opened short")
            .refused(2, &["28 bytes"]);
    }
    place
        .run("decrypt --sm4-key message -o opened sealed")
        .refused(5, &["message holds no SM4 key"]);
    let names = fs::read_dir(place.path("")).unwrap().flatten();
    let left: Vec<_> = names
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name == "opened" || name.starts_with(".gmt0018-"))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn openssl_reads_ours_and_we_read_openssls() {
    let place = Place::new();
    place.write("key.hex", KEY);
    let openssl = |arguments: &str| {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        tool("openssl", &arguments, &place.path(""))
    };
    let Some(made) = openssl("genpkey -algorithm SM2 -out key.pem") else {
        return;
    };
    assert!(made.status.success());
    assert!(
        openssl("pkey -in key.pem -pubout -out public.pem")
            .unwrap()
            .status
            .success()
    );
    place
        .run("encrypt --public-key @public.pem --format der --binary -o ours message")
        .succeeds();
    let read = openssl("pkeyutl -decrypt -inkey key.pem -in ours").unwrap();
    assert_eq!(read.stdout, b"message digest");
    let written =
        openssl("pkeyutl -encrypt -pubin -inkey public.pem -in message -out theirs").unwrap();
    assert!(written.status.success());
    let plain = place.run("decrypt --private-key key.pem theirs").succeeds();
    assert_eq!(plain.text(), "message digest");
}
