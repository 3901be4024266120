use std::fs::File;

use super::*;

fn parse(text: &str) -> Result<SdkConfig, ConfigError> {
    SdkConfig::parse("config.toml", text)
}

fn card(text: &str) -> CardSettings {
    match parse(text).unwrap().account() {
        AccountSource::Card(card) => card.clone(),
        other => panic!("{other:?}"),
    }
}

/// The sample of the Java SDK's documentation with a card.
const QUOTED: &str = r#"[cryptoMaterial]
certPath = "conf"                           # The certification path
useSMCrypto = "true"
enableHsm = "true"
hsmLibPath = "/usr/local/lib/libgmt0018.so"
hsmKeyIndex = "1"
hsmPassword = "12345678"

[network]
peers = ["127.0.0.1:20200", "127.0.0.1:20201"]
defaultGroup = "group0"

[account]
keyStoreDir = "account"
# accountFilePath = ""
accountFileFormat = "pem"
"#;

#[test]
fn quoted_and_bare_values_are_the_same() {
    let bare = "[cryptoMaterial]\nenableHsm = true\nhsmKeyIndex = 1\nhsmPassword = 12345678\n";
    for text in [QUOTED, bare] {
        let card = card(text);
        assert_eq!(card.library(), Path::new("/usr/local/lib/libgmt0018.so"));
        assert_eq!(
            (card.index(), card.password().as_bytes()),
            (1, &b"12345678"[..])
        );
    }
    // Java reads booleans in any case.
    assert_eq!(
        card(&QUOTED.replace("\"true\"\nhsm", "\"True\"\nhsm")).index(),
        1
    );
    // The password may come from elsewhere.
    assert!(
        card(&QUOTED.replace("hsmPassword", "# hsmPassword"))
            .password()
            .is_empty()
    );
}

#[test]
fn file_that_is_named_counts_before_the_card() {
    let file = |account: &str| {
        let text = QUOTED.replace("# accountFilePath = \"\"", account);
        match parse(&text).unwrap().account() {
            AccountSource::File {
                path,
                password,
                address,
            } => (path.clone(), password.as_bytes().to_vec(), *address),
            other => panic!("{other:?}"),
        }
    };
    let (path, password, address) = file("accountFilePath = \"a/b.pem\"\npassword = \"secret99\"");
    assert_eq!(
        (path.as_path(), password.as_slice(), address),
        (Path::new("a/b.pem"), &b"secret99"[..], None)
    );
    let text = "0xd59fd466e1cae564ac3b1b1442a7b4997acf3cbb";
    let (path, password, address) = file(&format!("accountAddress = \"{text}\""));
    assert_eq!(path, Path::new(&format!("account/gm/{text}.pem")));
    assert_eq!((password.len(), address), (0, text.parse().ok()));
    let none = parse("[network]\npeers = []\n").unwrap();
    assert!(matches!(none.account(), AccountSource::Generated));
    let off = parse(&QUOTED.replace("enableHsm = \"true\"", "enableHsm = \"false\"")).unwrap();
    assert!(matches!(off.account(), AccountSource::Generated));
}

#[test]
fn wrong_values_are_told_with_their_line() {
    for (from, to, start) in [
        (
            "hsmKeyIndex = \"1\"",
            "",
            "config.toml: [cryptoMaterial] hsmKeyIndex: ",
        ),
        (
            "hsmKeyIndex = \"1\"",
            "hsmKeyIndex = \"x\"",
            "config.toml:6: [cryptoMaterial] hsmKeyIndex: \"x\" is not",
        ),
        (
            "hsmKeyIndex = \"1\"",
            "hsmKeyIndex = -1",
            "config.toml:6: [cryptoMaterial] hsmKeyIndex: \"-1\" is not",
        ),
        (
            "hsmKeyIndex = \"1\"",
            "hsmKeyIndex = 0x1",
            "config.toml:6: [cryptoMaterial] hsmKeyIndex: \"integer\" is not",
        ),
        (
            "enableHsm = \"true\"",
            "enableHsm = \"yes\"",
            "config.toml:4: [cryptoMaterial] enableHsm: \"yes\" is not",
        ),
        (
            "\"pem\"",
            "\"p12\"",
            "config.toml:16: [account] accountFileFormat: \"p12\" is not",
        ),
        (
            "# accountFilePath",
            "accountAddress = \"0x12\" #",
            "config.toml:15: [account] accountAddress: \"0x12\" is not",
        ),
        (
            "hsmPassword = \"",
            "hsmPassword = [\"canary\"] # ",
            "config.toml:7: [cryptoMaterial] hsmPassword: \"array\" is not",
        ),
    ] {
        let error = parse(&QUOTED.replace(from, to)).unwrap_err();
        assert!(error.to_string().starts_with(start), "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[test]
fn other_files_are_refused_and_passwords_not_shown() {
    for text in [
        "\0\0\0",
        "[cryptoMaterial\nhsmPassword = \"canary\"",
        "hsmPassword = \"canary",
        "hsmPassword = canary",
        "hsmPassword = \"canary\"\nhsmPassword = \"canary\"\n",
        "[a]\n[a]\n",
    ] {
        let error = parse(text).unwrap_err();
        assert!(matches!(error.problem(), Problem::Toml(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    assert_eq!(
        parse("a = 1\nb = c\n").unwrap_err().location().line(),
        Some(2)
    );
    // Nothing is wrong with an empty file: the SDK has defaults for everything.
    assert!(matches!(
        parse("").unwrap().account(),
        AccountSource::Generated
    ));
    let nested = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(
        parse(&nested).unwrap_err().problem(),
        Problem::Toml(_)
    ));
}

#[test]
fn a_file_is_read_up_to_the_limit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let problem = |path: &Path| SdkConfig::read(path).unwrap_err().problem().clone();
    assert!(matches!(problem(&path), Problem::Unreadable(_)));
    std::fs::write(&path, QUOTED).unwrap();
    assert!(matches!(
        SdkConfig::read(&path).unwrap().account(),
        AccountSource::Card(_)
    ));
    std::fs::write(&path, b"a = \"\xD6\xD0\"\n").unwrap();
    assert!(matches!(problem(&path), Problem::NotUtf8 { .. }));
    File::create(&path).unwrap().set_len(100 << 20).unwrap();
    assert!(matches!(problem(&path), Problem::TooLarge { .. }));
}
