use super::*;

fn read(security: &str) -> Result<NodeConfig, ConfigError> {
    let text = format!("[security]\n{security}\n");
    NodeConfig::from_ini(&Ini::parse("nodes/node0/config.ini", text)?)
}

fn card_of(security: &str) -> CardSettings {
    match read(security).unwrap().key() {
        KeySource::Card(card) => card.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_card_has_the_defaults_of_the_node() {
    let card = card_of("enable_hsm=true\nkey_index=43");
    assert_eq!(card.library(), Path::new("/usr/local/lib/libgmt0018.so"));
    assert_eq!((card.index(), card.password().as_bytes()), (43, &b""[..]));
    let card =
        card_of("kms_type=Hsm\nenable_hsm=false\nkey_id=7\npassword= a b \nhsm_lib_path=./l.so");
    assert_eq!(card.library(), Path::new("nodes/node0/./l.so"));
    assert_eq!((card.index(), card.password().as_bytes()), (7, &b"a b"[..]));
    let by_name = card_of("enable_hsm=1\nkey_index=1\nkey_id=2\nhsm_lib_path=libcard.so");
    assert_eq!(by_name.library(), Path::new("libcard.so"));
    assert_eq!(by_name.index(), 1);
}

#[test]
fn without_a_card_there_is_a_file_or_a_service() {
    let file = |text: &str| match read(text).unwrap().key() {
        KeySource::File(path) => path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(file("enable_hsm=false"), Path::new("nodes/node0/node.pem"));
    assert_eq!(
        file("private_key_path=/conf/node.pem"),
        Path::new("/conf/node.pem")
    );
    let service = read("kms_type=CloudKMS").unwrap();
    assert!(matches!(
        service.key(),
        KeySource::Service(KmsType::CloudKms)
    ));
    let storage = "enable_hsm=false\n[storage_security]\nenable=true\n";
    let error = read(storage).unwrap_err();
    assert_eq!(error.location().key(), Some("key_center_url"));
    let storage = format!("{storage}key_center_url=127.0.0.1:1\ncipher_data_key=ab\n");
    let service = read(&storage).unwrap();
    assert!(matches!(
        service.key(),
        KeySource::Service(KmsType::BcosKms)
    ));
    // A card overrides it.
    let both = format!("key_index=1\n{}", storage.replace("hsm=false", "hsm=true"));
    assert!(matches!(read(&both).unwrap().key(), KeySource::Card(_)));
}

#[test]
fn what_the_node_would_not_start_with_is_an_error() {
    let error = |text: &str| read(text).unwrap_err().to_string();
    assert_eq!(
        error("enable_hsm=true"),
        "nodes/node0/config.ini:1: [security] key_index: the key is missing or empty, and there is no default for it; \
         write key_index=N, the index of the signing key in the card"
    );
    for index in ["", "x", "-1", "1 ; one", "99999999999"] {
        let error = error(&format!("enable_hsm=true\nkey_index={index}"));
        assert!(
            error.starts_with("nodes/node0/config.ini:3: [security] key_index: "),
            "{error}"
        );
    }
    assert!(error("kms_type=SOFT").contains("BCOSKMS"));
    assert!(error("enable_hsm=true\nkey_index=1\nhsm_lib_path=").contains("a path"));
}

#[test]
fn doubt_about_the_card_is_told() {
    for text in ["enable_hsm=True", "enable_hsm=true ; card", "enable_hsm="] {
        let config = read(text).unwrap();
        assert!(matches!(config.key(), KeySource::File(_)), "{text}");
        assert!(config.doubt_about_card().is_some(), "{text}");
    }
    for text in ["enable_hsm=false", "private_key_path=x"] {
        assert!(read(text).unwrap().doubt_about_card().is_none(), "{text}");
    }
}

#[test]
fn chain_settings_of_old_files_are_read() {
    let config =
        read("enable_hsm=false\n[chain]\nsm_crypto=true\ngroup_id=group0\nchain_id=chain0")
            .unwrap();
    assert_eq!(config.sm_crypto(), Some(true));
    assert_eq!(
        (config.group_id(), config.chain_id()),
        (Some("group0"), Some("chain0"))
    );
    assert_eq!(read("enable_hsm=false").unwrap().sm_crypto(), None);
}
