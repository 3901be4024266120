//! The checks of a node's key at start, against the software card in process and through `dlopen`.
#![cfg(all(feature = "batch", feature = "card", feature = "soft"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use fisco_node::{
    account::Account,
    config::{Genesis, NodeConfig, PasswordSource, SdkConfig, ini::Ini},
    crypto::{CryptoError, CryptoOptions, NodeCrypto},
    identity::{NodeId, NodePem},
};
use gmt0018::{Dialect, Function, Module, Open};
use gmt0018_soft::{
    EphemeralCard,
    card::{
        Card as SoftwareCard,
        store::{Options, Store},
    },
};
use sm_soft::{SecretKey, SoftKey};
use sm2_signing::{Item, Prehash, Signer, UserId};
use tempfile::TempDir;

const PASSWORD: &str = "a password of index 43";
const CARD: &str = "[security]\nenable_hsm=true\nkey_index=43\npassword=a password of index 43\n";

/// A card with a key at index 43, and the directory of a node.
struct Node {
    card: EphemeralCard,
    module: Module,
    directory: TempDir,
}

impl Node {
    fn new() -> Self {
        let card = EphemeralCard::new().unwrap();
        card.card()
            .generate_key_pair(43, PASSWORD.as_bytes())
            .unwrap();
        let module = Module::from_functions("software card", gmt0018_soft::functions());
        let directory = tempfile::tempdir().unwrap();
        Self {
            card,
            module,
            directory,
        }
    }

    fn options(&self) -> CryptoOptions {
        let open = Open::WithPath(self.card.path().into());
        CryptoOptions::default()
            .with_module(self.module.clone())
            .with_dialect(Dialect::STANDARD.with_open(open))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn config(&self, text: &str) -> NodeConfig {
        config(self.directory.path(), text)
    }

    fn start(&self, text: &str) -> Result<NodeCrypto, CryptoError> {
        NodeCrypto::from_config(&self.config(text), None, &self.options())
    }
}

fn config(directory: &Path, text: &str) -> NodeConfig {
    NodeConfig::from_ini(&Ini::parse(directory.join("config.ini"), text).unwrap()).unwrap()
}

fn genesis(ids: &[NodeId]) -> Genesis {
    let nodes: String = ids
        .iter()
        .enumerate()
        .map(|(index, id)| format!("node.{index}={id}: 1\n"))
        .collect();
    let text = format!("[chain]\nsm_crypto=true\n[consensus]\n{nodes}");
    Genesis::from_ini(&Ini::parse("config.genesis", text).unwrap()).unwrap()
}

fn another() -> NodeId {
    SecretKey::generate().unwrap().public_key().into()
}

/// Signs what a chain signs, and has the node's own verifier look at it.
fn works(crypto: &NodeCrypto) {
    let key = *crypto.node_id().public_key();
    assert_eq!(crypto.signer().public_key(), &key);
    let e = Prehash::of(&key, &UserId::DEFAULT, &[7; 32]);
    let signature = crypto.signer().sign(&e).unwrap();
    let valid = Item { key, e, signature };
    let forged = Item {
        e: Prehash::from_bytes(&[8; 32]),
        ..valid
    };
    let verdicts = crypto.verifier().verify_batch(&[valid, forged]).unwrap();
    assert_eq!(verdicts.invalid().collect::<Vec<_>>(), [1]);
}

#[test]
fn card_signs_and_the_cpu_verifies() {
    let node = Node::new();
    let crypto = node.start(CARD).unwrap();
    assert!(crypto.is_in_card());
    let signed = node.module.call_count(Function::InternalSignEcc);
    works(&crypto);
    assert_eq!(
        node.module.call_count(Function::InternalSignEcc),
        signed + 1
    );
    assert_eq!(node.module.call_count(Function::ExternalVerifyEcc), 0);
    assert!(!format!("{crypto:?} {:?}", node.config(CARD)).contains(PASSWORD));
}

#[test]
fn card_verifies_if_it_is_told_to() {
    let node = Node::new();
    let options = node.options().with_verification_on_card(true);
    let crypto = NodeCrypto::from_config(&node.config(CARD), None, &options).unwrap();
    works(&crypto);
    assert_eq!(node.module.call_count(Function::ExternalVerifyEcc), 2);
}

#[test]
fn library_device_index_and_password_have_their_own_errors() {
    let node = Node::new();
    let missing = node.config(&format!("{CARD}hsm_lib_path=/no/such/library.so\n"));
    let error = NodeCrypto::from_config(&missing, None, &CryptoOptions::default()).unwrap_err();
    assert!(matches!(error, CryptoError::Library { .. }), "{error}");
    assert!(error.to_string().contains("/no/such/library.so"), "{error}");

    let absent = Dialect::STANDARD.with_open(Open::WithPath("/no/such/store".into()));
    let options = node.options().with_dialect(absent);
    let error = NodeCrypto::from_config(&node.config(CARD), None, &options).unwrap_err();
    assert!(matches!(error, CryptoError::Device { .. }), "{error}");

    let error = node.start(&CARD.replace("=43", "=44")).unwrap_err();
    assert!(
        matches!(error, CryptoError::Index { index, .. } if index.value() == 44),
        "{error}"
    );

    for password in ["sesame sesame", ""] {
        let error = node.start(&CARD.replace(PASSWORD, password)).unwrap_err();
        assert!(matches!(error, CryptoError::Password { .. }), "{error}");
        assert!(
            password.is_empty() || !format!("{error} {error:?}").contains(password),
            "{error}"
        );
    }
    let long = "x".repeat(2000);
    let error = node.start(&CARD.replace(PASSWORD, &long)).unwrap_err();
    assert!(matches!(error, CryptoError::Password { .. }), "{error}");
    assert!(!error.to_string().contains(&long), "{error}");
}

/// A library that shows the public key of the encryption pair where that of the signing pair is asked for.
#[test]
fn signature_that_the_exported_key_does_not_verify_is_noticed() {
    let node = Node::new();
    let mut functions = gmt0018_soft::functions();
    functions.SDF_ExportSignPublicKey_ECC = functions.SDF_ExportEncPublicKey_ECC;
    let module = Module::from_functions("mixed up", functions);
    let options = node.options().with_module(module);
    let error = NodeCrypto::from_config(&node.config(CARD), None, &options).unwrap_err();
    assert!(
        matches!(error, CryptoError::TestSignature(index) if index.value() == 43),
        "{error}"
    );
}

/// The library lacks what signs.
#[test]
fn missing_function_is_not_taken_for_a_wrong_password() {
    let node = Node::new();
    let mut functions = gmt0018_soft::functions();
    functions.SDF_InternalSign_ECC = None;
    let options = node
        .options()
        .with_module(Module::from_functions("cut down", functions));
    let error = NodeCrypto::from_config(&node.config(CARD), None, &options).unwrap_err();
    assert!(matches!(error, CryptoError::Device { .. }), "{error}");
    assert!(
        error.to_string().contains("SDF_InternalSign_ECC"),
        "{error}"
    );
}

#[test]
fn password_comes_from_a_file_too() {
    let node = Node::new();
    let path = node.path("password");
    let config = node.config("[security]\nenable_hsm=true\nkey_index=43\n");
    let options = node
        .options()
        .with_password(PasswordSource::File(path.clone()));
    let error = NodeCrypto::from_config(&config, None, &options).unwrap_err();
    assert!(matches!(error, CryptoError::PasswordSource(_)), "{error}");
    fs::write(path, format!("{PASSWORD}\n")).unwrap();
    works(&NodeCrypto::from_config(&config, None, &options).unwrap());
}

#[test]
fn key_is_compared_with_the_genesis_file() {
    let node = Node::new();
    let id = node.start(CARD).unwrap().node_id();
    let start = |genesis: &Genesis, options: &CryptoOptions| {
        NodeCrypto::from_config(&node.config(CARD), Some(genesis), options)
    };
    works(&start(&genesis(&[another(), id]), &node.options()).unwrap());
    let others = genesis(&[another(), another()]);
    let error = start(&others, &node.options()).unwrap_err();
    assert!(
        matches!(error, CryptoError::NotASealer { node_id, sealers: 2 } if node_id == id),
        "{error}"
    );
    works(&start(&others, &node.options().with_observer(true)).unwrap());
    // A key that no signature can be valid for.
    let off: NodeId = "1".repeat(128).parse().unwrap();
    let error = start(&genesis(&[off, id]), &node.options()).unwrap_err();
    assert!(matches!(error, CryptoError::Engine(_)), "{error}");
    let text = format!("[consensus]\nnode.0={id}:1\n");
    let not_sm = Genesis::from_ini(&Ini::parse("config.genesis", text).unwrap()).unwrap();
    assert!(matches!(
        start(&not_sm, &node.options()),
        Err(CryptoError::NotSm)
    ));
}

#[test]
fn key_is_compared_with_node_pem() {
    let node = Node::new();
    let id = node.start(CARD).unwrap().node_id();
    let path = node.path("node.pem");
    for pem in [NodePem::Public, NodePem::Stub] {
        fs::write(&path, pem(*id.public_key()).to_pem().unwrap().as_bytes()).unwrap();
        works(&node.start(CARD).unwrap());
        fs::write(
            &path,
            pem(*another().public_key()).to_pem().unwrap().as_bytes(),
        )
        .unwrap();
        let error = node.start(CARD).unwrap_err();
        assert!(
            matches!(error, CryptoError::NodePem { ref in_card, .. } if **in_card == id),
            "{error}"
        );
    }
    fs::write(&path, "the key is in the card").unwrap();
    works(&node.start(CARD).unwrap());
}

#[test]
fn software_never_signs_for_a_card() {
    let node = Node::new();
    let key = SecretKey::generate().unwrap();
    let pem = NodePem::Private(key).to_pem().unwrap();
    fs::write(node.path("node.pem"), pem.as_bytes()).unwrap();
    // The card is asked for and cannot be used, or it is not clear whether it is asked for.
    let absent = CARD.replace("=43", "=44");
    assert!(matches!(
        node.start(&absent),
        Err(CryptoError::Index { .. })
    ));
    for doubt in ["True", "yes", "true ; card", ""] {
        let error = node
            .start(&CARD.replace("=true", &format!("={doubt}")))
            .unwrap_err();
        assert!(matches!(error, CryptoError::Doubt(_)), "{error}");
    }
    let service = "[security]\nkms_type=CLOUDKMS\n";
    assert!(matches!(node.start(service), Err(CryptoError::Service(_))));
    let crypto = node.start(CARD).unwrap_err();
    assert!(matches!(crypto, CryptoError::NodePem { .. }), "{crypto}");
    assert_eq!(node.module.call_count(Function::ExternalVerifyEcc), 0);
}

#[test]
fn account_is_a_key_in_the_card_or_in_a_file() {
    let node = Node::new();
    let open = |text: &str| {
        Account::open(
            &SdkConfig::parse("config.toml", text).unwrap(),
            &node.options(),
        )
    };
    let card = format!(
        "[cryptoMaterial]\nenableHsm = \"true\"\nhsmKeyIndex = \"43\"\nhsmPassword = \"{PASSWORD}\"\n"
    );
    let account = open(&card).unwrap();
    assert!(account.is_in_card());
    assert_eq!(
        account.address(),
        node.start(CARD).unwrap().node_id().address()
    );
    assert!(!format!("{account:?}").contains(PASSWORD));
    let error = open(&card.replace(PASSWORD, "sesame sesame")).unwrap_err();
    assert!(matches!(error, CryptoError::Password { .. }), "{error}");

    let key = SoftKey::generate().unwrap();
    let path = node.path("account.pem");
    let file = format!("{card}[account]\naccountFilePath = '{}'\n", path.display());
    assert!(matches!(open(&file), Err(CryptoError::KeyFile { .. })));
    let pem = sm_soft::keyfile::to_encrypted_pkcs8_pem(
        key.secret_key(),
        b"secret99",
        &Default::default(),
    );
    fs::write(&path, pem.unwrap()).unwrap();
    let file = format!("{file}password = \"secret99\"\n");
    let account = open(&file).unwrap();
    assert!(!account.is_in_card());
    assert_eq!(account.public_key(), key.public_key());
    assert!(
        open(&format!(
            "{file}accountAddress = \"{}\"\n",
            account.address()
        ))
        .is_ok()
    );
    let other = another().address();
    let error = open(&format!("{file}accountAddress = \"{other}\"\n")).unwrap_err();
    assert!(
        matches!(error, CryptoError::Address { wanted, .. } if wanted == other),
        "{error}"
    );
    assert!(matches!(open(""), Err(CryptoError::NoAccount)));
}

#[test]
fn key_file_signs_without_a_card() {
    let node = Node::new();
    let text = "[security]\nenable_hsm=false\nprivate_key_path=node.pem\n";
    let error = node.start(text).unwrap_err();
    assert!(matches!(error, CryptoError::KeyFile { .. }), "{error}");
    let key = SoftKey::generate().unwrap();
    let public = NodePem::Public(*key.public_key()).to_pem().unwrap();
    fs::write(node.path("node.pem"), public.as_bytes()).unwrap();
    assert!(matches!(
        node.start(text),
        Err(CryptoError::NoPrivateKey(_))
    ));
    let secret = sm_soft::keyfile::to_encrypted_pkcs8_pem(
        key.secret_key(),
        b"secret99",
        &Default::default(),
    );
    fs::write(node.path("node.pem"), secret.unwrap()).unwrap();
    let error = node.start(text).unwrap_err();
    assert!(matches!(error, CryptoError::KeyFile { .. }), "{error}");
    fs::write(node.path("password"), "secret99\n").unwrap();
    let options =
        CryptoOptions::default().with_password(PasswordSource::File(node.path("password")));
    let crypto = NodeCrypto::from_config(&node.config(text), None, &options).unwrap();
    assert!(!crypto.is_in_card());
    assert_eq!(crypto.signer().public_key(), key.public_key());
    works(&crypto);
    let options = options.with_verification_on_card(true);
    let error = NodeCrypto::from_config(&node.config(text), None, &options).unwrap_err();
    assert!(matches!(error, CryptoError::NoCardToVerify), "{error}");
    assert_eq!(node.module.calls(), 0);
}

/// The library is the one that `config.ini` names, loaded as the node loads a vendor's.
#[test]
fn library_of_the_configuration_is_loaded() {
    let library = env::current_exe().unwrap().with_file_name(LIBRARY);
    assert!(
        library.exists(),
        "{} is not beside the test binary",
        library.display()
    );
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("card");
    let store = Store::create(&path, Options::default().with_iterations(1000)).unwrap();
    SoftwareCard::start(store)
        .unwrap()
        .generate_key_pair(43, PASSWORD.as_bytes())
        .unwrap();
    let text = format!("{CARD}hsm_lib_path={}\n", library.display());
    let options =
        CryptoOptions::default().with_dialect(Dialect::STANDARD.with_open(Open::WithPath(path)));
    let crypto = NodeCrypto::from_config(&config(directory.path(), &text), None, &options).unwrap();
    assert!(crypto.is_in_card());
    works(&crypto);
}

#[cfg(target_os = "macos")]
const LIBRARY: &str = "libgmt0018_soft.dylib";
#[cfg(windows)]
const LIBRARY: &str = "gmt0018_soft.dll";
#[cfg(not(any(target_os = "macos", windows)))]
const LIBRARY: &str = "libgmt0018_soft.so";
