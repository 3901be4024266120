//! What OpenSSL says about the certificates.

use std::path::Path;

use fisco_node::identity::NodePem;

use super::{place, text};
use crate::support::{Place, tool};

/// Runs openssl and gives its output; `None` where there is none, which is said aloud.
fn openssl(arguments: &str, directory: &Path) -> Option<(bool, String)> {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let output = tool("openssl", &arguments, directory)?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    Some((output.status.success(), text))
}

/// OpenSSL 3 takes an empty user id for Z if it is not told.
const VERIFY: &str = "verify -x509_strict -vfyopt distid:1234567812345678 -CAfile";
const CERTIFICATES: [&str; 5] = [
    "ca/sm_ca.crt",
    "node0/conf/sm_ssl.crt",
    "node0/conf/sm_enssl.crt",
    "sdk/sm_sdk.crt",
    "sdk/sm_ensdk.crt",
];

fn built() -> Place {
    let place = place();
    for output in ["nodes", "others"] {
        place
            .run(&format!("chain build -l 127.0.0.1:1 -e ./node -o {output}"))
            .succeeds();
    }
    place
}

#[test]
fn openssl_verifies_them_and_not_those_of_another_chain() {
    let place = built();
    let directory = place.path("nodes/127.0.0.1");
    for certificate in CERTIFICATES {
        let Some((valid, said)) =
            openssl(&format!("{VERIFY} ca/sm_ca.crt {certificate}"), &directory)
        else {
            return;
        };
        assert!(valid, "{certificate}: {said}");
        let other = format!("{VERIFY} ../../others/ca/sm_ca.crt {certificate}");
        let (valid, said) = openssl(&other, &directory).unwrap();
        assert!(!valid, "{certificate}: {said}");
    }
}

#[test]
fn openssl_reads_what_was_meant() {
    let place = built();
    let directory = place.path("nodes/127.0.0.1");
    let show = |certificate: &str| {
        let arguments = format!("x509 -noout -text -nameopt RFC2253 -in {certificate}");
        let (read, said) = openssl(&arguments, &directory)?;
        assert!(read, "{said}");
        Some(said)
    };
    let sign = "Digital Signature, Non Repudiation";
    let encrypt = "Key Encipherment, Data Encipherment, Key Agreement";
    for (certificate, unit, organisation, usage, constraint) in [
        (
            "ca/sm_ca.crt",
            "chain",
            "FISCO-BCOS-",
            "Certificate Sign, CRL Sign",
            "CA:TRUE",
        ),
        (
            "node0/conf/sm_ssl.crt",
            "node",
            "fisco-bcos,",
            sign,
            "CA:FALSE",
        ),
        (
            "node0/conf/sm_enssl.crt",
            "ennode",
            "fisco-bcos,",
            encrypt,
            "CA:FALSE",
        ),
        ("sdk/sm_sdk.crt", "sdk", "fisco-bcos,", sign, "CA:FALSE"),
        (
            "sdk/sm_ensdk.crt",
            "ensdk",
            "fisco-bcos,",
            encrypt,
            "CA:FALSE",
        ),
    ] {
        let Some(said) = show(certificate) else {
            return;
        };
        for part in [
            "Version: 3 (0x2)",
            "Signature Algorithm: SM2-with-SM3",
            "ASN1 OID: SM2",
            &format!("Subject: OU={unit},O={organisation}"),
            "CN=FISCO-BCOS-",
            usage,
            constraint,
            "X509v3 Subject Key Identifier",
            "X509v3 Authority Key Identifier",
        ] {
            assert!(
                said.contains(part),
                "{certificate}: {part} is not in\n{said}"
            );
        }
    }
    let (_, dates) = openssl(
        "x509 -noout -dates -dateopt iso_8601 -in ca/sm_ca.crt",
        &directory,
    )
    .unwrap();
    let year = |mark: &str| -> u32 {
        let (_, rest) = dates.split_once(mark).unwrap();
        rest[..4].parse().unwrap()
    };
    // 36500 days are 100 years less the leap days.
    assert!(
        (99..=100).contains(&(year("notAfter=") - year("notBefore="))),
        "{dates}"
    );
    let (_, der) = openssl("asn1parse -in ca/sm_ca.crt", &directory).unwrap();
    assert!(
        der.contains("UTCTIME") && der.contains("GENERALIZEDTIME"),
        "{der}"
    );
    assert_eq!(der.matches("UTF8STRING").count(), 6, "{der}");
}

#[test]
fn keys_and_certificates_belong_together() {
    let place = built();
    let host = "nodes/127.0.0.1";
    let mut serials = std::collections::BTreeSet::new();
    for certificate in CERTIFICATES {
        let key = place.path(host).join(certificate.replace(".crt", ".key"));
        let key = NodePem::read(key, None).unwrap();
        assert!(matches!(key, NodePem::Private(_)));
        let id = place
            .path(host)
            .join(certificate.replace(".crt", ".nodeid"));
        if id.exists() {
            let id = std::fs::read_to_string(id).unwrap();
            assert_eq!(id, format!("{}\n", key.node_id()));
        }
        let arguments = format!("x509 -noout -pubkey -serial -in {certificate}");
        let Some((_, said)) = openssl(&arguments, &place.path(host)) else {
            return;
        };
        assert!(said.contains(&key.public_key().to_spki_pem()), "{said}");
        let serial = said.lines().find_map(|line| line.strip_prefix("serial="));
        let serial = serial.unwrap().to_owned();
        // Positive, and of 16 bytes.
        assert_eq!(serial.len(), 32, "{said}");
        assert!(serials.insert(serial));
    }
    // OpenSSL counts on from the last one.
    let last = text(&place, "nodes/ca/sm_ca.srl");
    assert!(serials.contains(last.trim_end()), "{last}");
}

#[test]
fn openssl_makes_one_more_certificate_with_the_files_of_the_chain() {
    let place = built();
    let ca = place.path("nodes/ca");
    for arguments in [
        "genpkey -paramfile sm_sm2.param -out new.key",
        "req -new -key new.key -config sm_cert.cnf -subj /CN=new/O=fisco-bcos/OU=node -sm3 \
         -sigopt distid:1234567812345678 -out new.csr",
        "x509 -req -sm3 -days 36500 -in new.csr -CA sm_ca.crt -CAkey sm_ca.key -CAserial sm_ca.srl -extfile sm_cert.cnf \
         -extensions v3enc_req -sigopt distid:1234567812345678 -vfyopt distid:1234567812345678 -out new.crt",
        &format!("{VERIFY} sm_ca.crt new.crt"),
    ] {
        let Some((done, said)) = openssl(arguments, &ca) else {
            return;
        };
        assert!(done, "{arguments}\n{said}");
    }
    let new = NodePem::read(ca.join("new.key"), None).unwrap();
    assert!(matches!(new, NodePem::Private(_)));
}
