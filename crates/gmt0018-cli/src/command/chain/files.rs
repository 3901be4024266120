//! What stands in the files of a node.

use std::{fmt::Write as _, net::IpAddr};

use fisco_node::config::{ConfigError, ini::Ini};

use super::{
    keys::{NodeKey, Security},
    plan::{Node, Plan},
    secret,
};
use crate::error::Error;

/// The parameters of the curve, for OpenSSL.
pub(super) const SM2_PARAMETERS: &str = include_str!("template/sm_sm2.param");
/// The extensions of the certificates, for OpenSSL.
pub(super) const CERTIFICATE_SETTINGS: &str = include_str!("template/sm_cert.cnf");

/// config.genesis, the same for all nodes.
pub(super) fn genesis(plan: &Plan, keys: &[NodeKey], admin: &str) -> String {
    let mut sealers = String::new();
    for (number, key) in keys.iter().enumerate() {
        let _ = writeln!(sealers, "    node.{number}={}: 1", key.id());
    }
    let auth_check = plan.admin.is_some().to_string();
    fill(
        include_str!("template/config.genesis"),
        &[
            ("{group}", &plan.group),
            ("{chain}", &plan.chain),
            ("{sealers}", &sealers),
            ("{version}", &plan.version.to_string()),
            ("{auth_check}", &auth_check),
            ("{admin}", admin),
        ],
    )
}

/// config.ini of a node, read back as the node will read it.
pub(super) fn config(node: &Node, security: &Security) -> Result<Ini, Error> {
    let (enable_hsm, card) = match security {
        Security::File => ("false", CARD_TO_FILL_IN),
        Security::Unfilled => ("true", CARD_TO_FILL_IN),
        Security::Card { .. } => ("true", ""),
    };
    let text = fill(
        include_str!("template/config.ini"),
        &[
            ("{listen_ip}", listen_ip(node.address)),
            ("{p2p_port}", &node.ports.p2p.to_string()),
            ("{rpc_port}", &node.ports.rpc.to_string()),
            ("{enable_hsm}", enable_hsm),
            ("{card}", card),
        ],
    );
    let mut ini =
        Ini::parse("config.ini", text).map_err(|cause| Error::config(NOT_MADE, &cause))?;
    set_security(&mut ini, security)?;
    Ok(ini)
}

/// Makes `[security]` say where the key is, and keeps every other byte.
pub(super) fn set_security(ini: &mut Ini, security: &Security) -> Result<(), Error> {
    let failed = |cause: ConfigError| Error::config(NOT_MADE, &cause);
    let kms_type = ini.entry(SECTION, "kms_type").is_some();
    let mut set = |key: &str, value: &str| ini.set(SECTION, key, value).map_err(failed);
    match security {
        Security::File => {
            set("enable_hsm", "false")?;
            if kms_type {
                set("kms_type", "LEGACY")?;
            }
        }
        Security::Unfilled => set("enable_hsm", "true")?,
        Security::Card {
            library,
            index,
            password,
        } => {
            set("enable_hsm", "true")?;
            set("hsm_lib_path", library)?;
            set("key_index", &index.to_string())?;
            if let Some(password) = password {
                secret::set(ini, *index, password)?;
            }
        }
    }
    // The library of the card that is yet to be filled in is likely that of the other nodes.
    let stale: &[&str] = match security {
        Security::Card {
            password: Some(_), ..
        } => &[],
        Security::Card { password: None, .. } => &["password"],
        Security::Unfilled => &["key_index", "password"],
        Security::File => &["hsm_lib_path", "key_index", "password"],
    };
    for key in stale {
        ini.remove(SECTION, key).map_err(failed)?;
    }
    Ok(())
}

/// nodes.json: where the nodes reach one another.
pub(super) fn nodes_json(endpoints: &[String]) -> String {
    let quoted: Vec<String> = endpoints
        .iter()
        .map(|endpoint| format!("\"{endpoint}\""))
        .collect();
    format!("{{\"nodes\":[{}]}}", quoted.join(","))
}

/// Every address of the machine, of the same family.
const fn listen_ip(address: IpAddr) -> &'static str {
    match address {
        IpAddr::V4(_) => "0.0.0.0",
        IpAddr::V6(_) => "::",
    }
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let replace = |text: String, (mark, value): &(&str, &str)| text.replace(mark, value);
    values.iter().fold(template.to_owned(), replace)
}

/// What an error says when a configuration is refused that the builder is about to write.
pub(super) const NOT_MADE: &str = "the configuration of the node cannot be made";

const SECTION: &str = "security";
/// What an operator fills in who has a card.
const CARD_TO_FILL_IN: &str = "    \
    ; with a key in a card: the card's library, the key's index, the key's password
    ;hsm_lib_path=
    ;key_index=
    ;password=
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_in() {
        let nodes = nodes_json(&["127.0.0.1:1".to_owned(), "[::1]:2".to_owned()]);
        assert_eq!(nodes, r#"{"nodes":["127.0.0.1:1","[::1]:2"]}"#);
        let node = Node {
            address: "::1".parse().unwrap(),
            number: 0,
            ports: super::super::plan::Ports { p2p: 1, rpc: 2 },
        };
        for security in [Security::File, Security::Unfilled] {
            let config = config(&node, &security).unwrap();
            let text = String::from_utf8(config.as_bytes().to_vec()).unwrap();
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}
