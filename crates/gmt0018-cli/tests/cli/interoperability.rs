//! OpenSSL reads what the command writes, and the other way round.

use std::{fs, process::Output};

use crate::support::{Place, tool};

/// Runs `openssl`; `None` if there is none, or none with SM2, which is said aloud.
fn openssl(place: &Place, arguments: &str) -> Option<Output> {
    let directory = place.path("");
    let probe = tool(
        "openssl",
        &["genpkey", "-algorithm", "SM2", "-out", "probe.pem"],
        &directory,
    )?;
    if !probe.status.success() {
        eprintln!("skipped: this openssl has no SM2");
        return None;
    }
    let output = tool(
        "openssl",
        &arguments.split_whitespace().collect::<Vec<_>>(),
        &directory,
    )?;
    Some(output)
}

fn succeeded(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
fn openssl_verifies_our_signatures() {
    let place = Place::with_key();
    let key = place
        .run("soft export-public --key-index 1")
        .succeeds()
        .text();
    place.write("key.pem", &key);
    let sign = "sign --key-index 1 --password-file pin --format der message";
    let der = place.run(sign).succeeds().text();
    fs::write(
        place.path("signature"),
        base16ct::lower::decode_vec(&der).unwrap(),
    )
    .unwrap();
    let verify = "pkeyutl -verify -pubin -inkey key.pem -rawin -digest sm3 -sigfile signature \
                  -pkeyopt distid:1234567812345678 -in";
    let Some(output) = openssl(&place, &format!("{verify} message")) else {
        return;
    };
    succeeded(&output);
    let Some(output) = openssl(&place, &format!("{verify} pin")) else {
        return;
    };
    assert!(!output.status.success(), "another message was verified");
}

#[test]
fn we_verify_openssls_signatures_and_sign_with_its_keys() {
    let place = Place::with_key();
    let Some(output) = openssl(&place, "genpkey -algorithm SM2 -out key.pem") else {
        return;
    };
    succeeded(&output);
    let sign = "pkeyutl -sign -inkey key.pem -rawin -digest sm3 -pkeyopt distid:1234567812345678 \
                -in message -out signature";
    let Some(output) = openssl(&place, sign) else {
        return;
    };
    succeeded(&output);
    let Some(output) = openssl(&place, "pkey -in key.pem -pubout -out public.pem") else {
        return;
    };
    succeeded(&output);
    let der = base16ct::lower::encode_string(&fs::read(place.path("signature")).unwrap());
    let verify = format!("verify --public-key @public.pem --signature {der} message");
    assert_eq!(place.run(&verify).succeeds().text(), "valid");

    let encrypt = "pkcs8 -topk8 -in key.pem -out encrypted.pem -v2 aes-256-cbc -passout file:pin";
    let Some(output) = openssl(&place, encrypt) else {
        return;
    };
    succeeded(&output);
    let import = "soft import --key-index 2 --pem encrypted.pem --password-file pin";
    place.run(import).refused(5, &["--pem-password-file"]);
    place
        .run(&format!("{import} --pem-password-file wrong"))
        .refused(5, &["password is wrong"]);
    place
        .run(&format!("{import} --pem-password-file pin"))
        .succeeds();
    let exported = place
        .run("soft export-public --key-index 2")
        .succeeds()
        .text();
    assert_eq!(
        exported,
        fs::read_to_string(place.path("public.pem"))
            .unwrap()
            .trim_end()
    );
}

#[test]
fn openssl_hashes_to_the_same() {
    let place = Place::new();
    let Some(output) = openssl(&place, "dgst -sm3 -r message") else {
        return;
    };
    let theirs = succeeded(&output);
    let ours = place.run("hash message").succeeds().text();
    assert_eq!(theirs.split_whitespace().next(), Some(ours.as_str()));
}
