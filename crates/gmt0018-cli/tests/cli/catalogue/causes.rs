//! What causes each error.

use std::{fs, path::Path};

use sm_soft::keyfile::{self, Encryption};

use super::build;
use crate::support::{PASSWORD, Place, WRONG, soft_library};

/// An id, what is prepared (`false` if that cannot be done on this machine) and the command that is refused.
type Command = (&'static str, fn(&Place) -> bool, &'static str);

pub(super) const COMMANDS: &[Command] = &[
    ("library-not-found", ready, "probe --lib ./absent.so"),
    (
        "library-name-not-found",
        ready,
        "probe --lib libabsent-gmt0018.so",
    ),
    ("library-directory", ready, "probe --lib ."),
    ("library-not-a-file", ready, "probe --lib /dev/null"),
    ("library-not-a-library", text_file, "probe --lib ./text.so"),
    ("library-damaged", half_a_library, "probe --lib ./half.so"),
    (
        "library-wrong-architecture",
        other_processor,
        "probe --lib ./other.so",
    ),
    (
        "library-dependency",
        lost_dependency,
        "probe --lib ./needy.so",
    ),
    (
        "library-refused",
        undefined_symbol,
        "probe --lib ./loose.so",
    ),
    ("library-not-sdf", no_functions, "probe --lib ./none.so"),
    ("library-symbol", four_functions, "random 1 --lib ./four.so"),
    (
        "layout-mismatch",
        lying_device,
        "keys show --key-index 2 --lib ./liar.so",
    ),
    (
        "signature-invalid",
        lying_device,
        "sign --key-index 1 --no-password --lib ./liar.so message",
    ),
    (
        "store-missing",
        ready,
        "sign --key-index 1 --soft-dir absent message",
    ),
    ("key-index-empty", ready, "sign --key-index 2 message"),
    (
        "password-wrong",
        ready,
        "sign --key-index 1 --password-file wrong message",
    ),
    (
        "key-access-right",
        ready,
        "sign --key-index 1 --no-password message",
    ),
    ("password-needed", ready, "sign --key-index 1 message"),
    (
        "password-file",
        ready,
        "sign --key-index 1 --password-file absent message",
    ),
    (
        "password-empty",
        empty_password,
        "sign --key-index 1 --password-file empty message",
    ),
    (
        "password-too-long",
        long_password,
        "sign --key-index 1 --password-file long message",
    ),
    (
        "key-file-password",
        encrypted_key_file,
        "soft import --key-index 3 --pem key.pem --pem-password-file wrong --password-file pin",
    ),
    ("config-unreadable", ready, "config check absent"),
    (
        "config-card-in-doubt",
        |place| config(place, "[security]\nenable_hsm=True\n", SM),
        START,
    ),
    (
        "config-key-service",
        |place| config(place, "[security]\nkms_type=CLOUDKMS\n", SM),
        START,
    ),
    (
        "chain-without-sm-crypto",
        |place| node(place, 1, "sm_crypto=false"),
        START,
    ),
    ("key-not-in-genesis", |place| node(place, 1, SM), START),
    (
        "node-pem-of-another-key",
        node_pem_of_another,
        "config check . --card --observer",
    ),
    (
        "node-pem-without-private-key",
        public_node_pem,
        "config check . --card --observer",
    ),
];

/// An id, the function that fails and the code it returns.
pub(super) const CARD: &[(&str, &str, &str)] = &[
    ("device-open", "SDF_OpenDevice", "0x01000005"),
    ("device-unreachable", "SDF_OpenDevice", "0x01010201"),
    ("device-configuration", "SDF_OpenDevice", "0x01010301"),
    ("session-limit", "SDF_OpenSession", "0x01000006"),
    ("device-busy", "SDF_GenerateRandom", "0x01010200"),
    ("device-gone", "SDF_GenerateRandom", "0x01000003"),
    ("device-unsupported", "SDF_GenerateRandom", "0x01000002"),
    ("vendor-code-unknown", "SDF_GenerateRandom", "0x01004242"),
    ("device-call", "SDF_GenerateRandom", "0x01000017"),
];

/// Those that have a test of their own.
pub(super) const BY_THEMSELVES: [&str; 4] = [
    "config-not-utf8",
    "device-hangs",
    "time-limit",
    "store-locked",
];

/// What cannot be caused here, and why.
pub(super) const NOT_CAUSED: &[(&str, &str)] = &[
    (
        "library-unreadable",
        "needs a disk or a file system with a fault in the library's file",
    ),
    (
        "password-refused-before",
        "a command shows a password to a card once and then ends; only a program that runs on meets it",
    ),
];

/// An id, `config.ini` and `config.genesis`.
pub(super) const CONFIGURATIONS: &[(&str, &str, &str)] = &[
    (
        "config-key-id",
        "[security]\nenable_hsm=1\nkey_id=1\npassword=p\n",
        "",
    ),
    (
        "config-key-id-beside-key-index",
        "[security]\nenable_hsm=1\nkey_id=1\nkey_index=1\npassword=p\n",
        "",
    ),
    ("config-boolean", "[security]\nenable_hsm=True\n", ""),
    (
        "config-trailing-comment",
        "[security]\nprivate_key_path=a ; b\n",
        "",
    ),
    (
        "config-trailing-comment-password",
        "[security]\nenable_hsm=1\nkey_index=1\npassword=p ; q\n",
        "",
    ),
    ("config-unknown-key", "[security]\nzzzzzzzzzzzzzzzz=1\n", ""),
    ("config-no-effect", "[security]\nenc_key_index=1\n", ""),
    ("config-card-unused", "[security]\nkey_index=1\n", ""),
    (
        "config-card-overruled",
        "[security]\nenable_hsm=1\nkms_type=BCOSKMS\n",
        "",
    ),
    (
        "config-password-empty",
        "[security]\nenable_hsm=1\nkey_index=1\npassword=\n",
        "",
    ),
    (
        "config-hsm-without-sm-crypto",
        "[security]\nenable_hsm=1\nkey_index=1\npassword=p\n[chain]\nsm_crypto=false\n",
        "",
    ),
    ("config-too-large", LARGE, ""),
    ("config-empty", "; nothing\n", ""),
    ("config-binary", "[security]\na=\0\n", ""),
    (
        "config-byte-order-mark",
        "\u{feff}[security]\nkey_index=1\n",
        "",
    ),
    ("config-no-equals", "[security]\nkey_index 1\n", ""),
    ("config-no-key", "[security]\n=1\n", ""),
    ("config-bracket", "[security\nkey_index=1\n", ""),
    (
        "config-duplicate-key",
        "[security]\nkey_index=1\nkey_index=1\n",
        "",
    ),
    (
        "config-duplicate-section",
        "[security]\na=1\n[p2p]\na=1\n[security]\nb=1\n",
        "",
    ),
    (
        "config-key-index-missing",
        "[security]\nenable_hsm=1\npassword=p\n",
        "",
    ),
    ("config-missing", "[storage_security]\nenable=true\n", ""),
    ("config-value", "[security]\nkms_type=CARD\n", ""),
    ("genesis-without-sm-crypto", RIGHT, NO_SM_GENESIS),
    ("genesis-node-id", RIGHT, NO_POINT_GENESIS),
    ("genesis-sealers", RIGHT, NO_SEALER_GENESIS),
];

const START: &str = "config check . --card";
const SM: &str = "sm_crypto=true";
const RIGHT: &str =
    "[security]\nenable_hsm=true\nhsm_lib_path=/nonexistent/card.so\nkey_index=1\npassword=p\n";
const NO_SEALER_GENESIS: &str = "[chain]\nsm_crypto=true\ngroup_id=group0\nchain_id=chain0\n\
    [version]\ncompatibility_version=3.16.0\n[executor]\nauth_admin_account=0x01\n";
const NO_SM_GENESIS: &str = "[chain]\nsm_crypto=false\ngroup_id=group0\nchain_id=chain0\n\
    [version]\ncompatibility_version=3.16.0\n[executor]\nauth_admin_account=0x01\n[consensus]\n\
    node.0=09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
    ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13: 1\n";
const NO_POINT_GENESIS: &str = "[chain]\nsm_crypto=true\ngroup_id=group0\nchain_id=chain0\n\
    [version]\ncompatibility_version=3.16.0\n[executor]\nauth_admin_account=0x01\n[consensus]\n\
    node.0=0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a\
    0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a: 1\n";
/// Stands for a file that is longer than a configuration may be.
pub(super) const LARGE: &str = "a large file";

fn ready(_: &Place) -> bool {
    true
}

fn text_file(place: &Place) -> bool {
    place.write("text.so", "this is no library");
    true
}

fn half_a_library(place: &Place) -> bool {
    let bytes = fs::read(soft_library()).unwrap();
    // What is loaded stands in front of what is for a debugger.
    fs::write(place.path("half.so"), &bytes[..4096]).unwrap();
    true
}

/// The software card's library with the number of another processor in its ELF header.
fn other_processor(place: &Place) -> bool {
    let mut bytes = fs::read(soft_library()).unwrap();
    if !bytes.starts_with(b"\x7fELF") {
        return false;
    }
    let machine: u16 = if cfg!(target_arch = "aarch64") {
        62
    } else {
        183
    };
    bytes[18..20].copy_from_slice(&machine.to_ne_bytes());
    fs::write(place.path("other.so"), bytes).unwrap();
    true
}

fn lost_dependency(place: &Place) -> bool {
    if !build(
        place,
        "liblost",
        "int lost(void) { return 1; }",
        &["-Wl,-soname,liblost.so"],
    ) {
        return false;
    }
    let source = format!("int lost(void);\n{FOUR_FUNCTIONS}int use(void) {{ return lost(); }}\n");
    let built = build(place, "needy", &source, &["-L.", "-llost"]);
    fs::remove_file(place.path("liblost.so")).unwrap();
    built
}

fn undefined_symbol(place: &Place) -> bool {
    let source = format!("int lost(void);\n{FOUR_FUNCTIONS}int use(void) {{ return lost(); }}\n");
    build(place, "loose", &source, &[])
}

fn no_functions(place: &Place) -> bool {
    build(place, "none", "int nothing(void) { return 0; }", &[])
}

fn four_functions(place: &Place) -> bool {
    build(place, "four", FOUR_FUNCTIONS, &[])
}

fn lying_device(place: &Place) -> bool {
    build(place, "liar", include_str!("../lying_device.c"), &[])
}

fn empty_password(place: &Place) -> bool {
    place.write("empty", "\n");
    true
}

fn long_password(place: &Place) -> bool {
    place.write("long", &"x".repeat(2000));
    true
}

fn encrypted_key_file(place: &Place) -> bool {
    let key = keyfile::parse_private("1".repeat(64).as_bytes(), None).unwrap();
    let encryption = Encryption::default().with_iterations(1000).unwrap();
    let pem = keyfile::to_encrypted_pkcs8_pem(&key, PASSWORD.as_bytes(), &encryption).unwrap();
    place.write("key.pem", &pem);
    assert_ne!(PASSWORD, WRONG);
    true
}

fn config(place: &Place, config: &str, chain: &str) -> bool {
    place.write("config.ini", config);
    place.write(
        "config.genesis",
        &NO_SM_GENESIS.replace("sm_crypto=false", chain),
    );
    true
}

/// A node with its key in the software card, and another node's chain.
fn node(place: &Place, index: u32, chain: &str) -> bool {
    let library = soft_library();
    let security = format!(
        "[security]\nenable_hsm=true\nhsm_lib_path={}\nkey_index={index}\npassword={PASSWORD}\n",
        library.display()
    );
    config(place, &security, chain)
}

fn node_pem_of_another(place: &Place) -> bool {
    copy_node_pem(&place.path("node.pem"));
    node(place, 1, SM)
}

fn public_node_pem(place: &Place) -> bool {
    copy_node_pem(&place.path("private.pem"));
    place
        .run("node-pem --public private.pem -o node.pem")
        .succeeds();
    config(place, "[security]\nprivate_key_path=node.pem\n", SM)
}

fn copy_node_pem(path: &Path) {
    fs::write(path, include_str!("../../cmd/node.in/node.pem")).unwrap();
}

const FOUR_FUNCTIONS: &str = "\
static int there;
int SDF_OpenDevice(void **device) { *device = &there; return 0; }
int SDF_CloseDevice(void *device) { return 0; }
int SDF_OpenSession(void *device, void **session) { *session = &there; return 0; }
int SDF_CloseSession(void *session) { return 0; }
";
