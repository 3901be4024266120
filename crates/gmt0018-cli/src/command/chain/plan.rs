//! What is to be built: every option read and checked, before anything else is looked at.

use std::{
    collections::BTreeSet,
    fs,
    net::IpAddr,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use fisco_node::{config::ChainVersion, identity::Address};

use crate::{arguments::BuildArguments, error::Error};

/// A chain as the options describe it.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) hosts: Vec<Host>,
    pub(super) ports: Ports,
    pub(super) group: String,
    pub(super) chain: String,
    pub(super) version: ChainVersion,
    /// The account that is to administer the chain, as it was written.
    pub(super) admin: Option<String>,
    pub(super) binary: PathBuf,
    pub(super) directory: PathBuf,
}

impl Plan {
    /// Reads the options.
    pub(super) fn new(arguments: &BuildArguments) -> Result<Self, Error> {
        let hosts = hosts(&arguments.nodes)?;
        let ports = Ports::parse(&arguments.ports)?;
        for host in &hosts {
            ports.check(host)?;
        }
        let name = |option: &str, value: &str| {
            let fits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if fits {
                Ok(value.to_owned())
            } else {
                let why = format!("{value:?} is not made of letters and digits only");
                let advice = "choose a name such as group0 or chain0";
                Err(Error::bad_value(option, why, advice))
            }
        };
        let plan = Self {
            group: name("--group", &arguments.group)?,
            chain: name("--chain", &arguments.chain)?,
            version: version(&arguments.compatibility)?,
            admin: arguments.admin.as_deref().map(admin).transpose()?,
            binary: arguments.binary.clone(),
            directory: arguments.directory.clone(),
            hosts,
            ports,
        };
        check_binary(&plan.binary)?;
        check_new(&plan.directory)?;
        Ok(plan)
    }

    /// All nodes, address by address; the number of a key and of `node.N` is the place in this order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node> {
        let of_host = |host: &Host| {
            let (address, ports) = (host.address, self.ports);
            (0..host.count).map(move |number| Node {
                address,
                number,
                ports: ports.plus(number),
            })
        };
        self.hosts.iter().flat_map(of_host)
    }

    /// How many nodes there are.
    pub(super) fn count(&self) -> usize {
        self.nodes().count()
    }
}

/// A machine and how many nodes it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) address: IpAddr,
    pub(super) count: u16,
}

/// A node and where it listens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) address: IpAddr,
    /// Counted from 0 on each address.
    pub(super) number: u16,
    pub(super) ports: Ports,
}

impl Node {
    /// The name of its directory.
    pub(super) fn name(&self) -> String {
        format!("node{}", self.number)
    }

    /// Where other nodes reach it.
    pub(super) fn endpoint(&self) -> String {
        endpoint(self.address, self.ports.p2p)
    }
}

/// An address and a port as `nodes.json` has them.
pub(super) fn endpoint(address: IpAddr, port: u16) -> String {
    std::net::SocketAddr::new(address, port).to_string()
}

/// The ports of a node, or the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ports {
    pub(super) p2p: u16,
    pub(super) rpc: u16,
}

impl Ports {
    /// Reads `30300,20200`.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let number = |text: &str| text.trim().parse().ok().filter(|port| *port != 0);
        let parts: Vec<Option<u16>> = text.split(',').map(number).collect();
        match parts[..] {
            [Some(p2p), Some(rpc)] => Ok(Self { p2p, rpc }),
            _ => Err(Error::bad_value(
                "--ports",
                format!("{text:?} is not two numbers from 1 to 65535 with a comma between"),
                "write the first port for nodes and the first for clients, such as 30300,20200",
            )),
        }
    }

    /// Refuses ports that run out, or into one another.
    fn check(self, host: &Host) -> Result<(), Error> {
        let range = |first: u16| -> Result<RangeInclusive<u16>, Error> {
            let last = first.checked_add(host.count - 1).ok_or_else(|| {
                Error::bad_value(
                    "--ports",
                    format!(
                        "{} nodes on {} from port {first} on go beyond 65535",
                        host.count, host.address
                    ),
                    "choose a lower first port, or fewer nodes",
                )
            })?;
            Ok(first..=last)
        };
        let (p2p, rpc) = (range(self.p2p)?, range(self.rpc)?);
        if p2p.start() <= rpc.end() && rpc.start() <= p2p.end() {
            let why = format!(
                "on {} the ports {}-{} for nodes and {}-{} for clients overlap",
                host.address,
                p2p.start(),
                p2p.end(),
                rpc.start(),
                rpc.end()
            );
            let advice = "choose first ports that are farther apart";
            return Err(Error::bad_value("--ports", why, advice));
        }
        Ok(())
    }

    /// Whether a port of one is a port of the other.
    pub(super) fn touch(&self, other: &Self) -> bool {
        let others = [other.p2p, other.rpc];
        others.contains(&self.p2p) || others.contains(&self.rpc)
    }

    /// The ports of the node with this number.
    const fn plus(self, number: u16) -> Self {
        Self {
            p2p: self.p2p + number,
            rpc: self.rpc + number,
        }
    }
}

fn hosts(texts: &[String]) -> Result<Vec<Host>, Error> {
    let hosts: Vec<Host> = texts
        .iter()
        .map(|text| host(text))
        .collect::<Result<_, _>>()?;
    let mut seen = BTreeSet::new();
    for host in &hosts {
        if !seen.insert(host.address) {
            return Err(Error::bad_value(
                "--nodes",
                format!("the address {} is there twice", host.address),
                "write each address once, with the number of all its nodes",
            ));
        }
    }
    let count: usize = hosts.iter().map(|host| usize::from(host.count)).sum();
    if count > MOST_NODES {
        let why = format!("{count} nodes are more than {MOST_NODES}");
        return Err(Error::bad_value("--nodes", why, "ask for fewer nodes"));
    }
    Ok(hosts)
}

/// Reads `127.0.0.1:4` or `[::1]:4`.
fn host(text: &str) -> Result<Host, Error> {
    let parsed = text.rsplit_once(':').and_then(|(address, count)| {
        let address = match address.strip_prefix('[') {
            Some(address) => IpAddr::V6(address.strip_suffix(']')?.parse().ok()?),
            None => IpAddr::V4(address.parse().ok()?),
        };
        let count = count.parse().ok().filter(|count| *count != 0)?;
        Some(Host { address, count })
    });
    parsed.ok_or_else(|| {
        Error::bad_value(
            "--nodes",
            format!("{text:?} is not an IP address, a colon and a number of nodes"),
            "write 127.0.0.1:4, or [::1]:4, and commas between",
        )
    })
}

fn version(text: &str) -> Result<ChainVersion, Error> {
    let version = text.strip_prefix(['v', 'V']).unwrap_or(text).parse();
    match version {
        Ok(version) if version >= ChainVersion::new(3, 1, 0) => Ok(version),
        _ => Err(Error::bad_value(
            "--compatibility",
            format!("{text:?} is not a version of FISCO BCOS from 3.1.0 on"),
            "write the version that the nodes have, such as 3.16.0",
        )),
    }
}

fn admin(text: &str) -> Result<String, Error> {
    match text.parse::<Address>() {
        Ok(_) if text.starts_with("0x") => Ok(text.to_owned()),
        _ => Err(Error::bad_value(
            "--admin",
            format!("{text:?} is not 0x and 40 hex digits"),
            "write the address of the account; `gmt0018 keys show` prints that of a key in a card",
        )),
    }
}

/// Refuses what is not a program.
pub(super) fn check_binary(path: &Path) -> Result<(), Error> {
    let metadata = fs::metadata(path).map_err(|cause| Error::node_binary(path, &cause))?;
    if !metadata.is_file() {
        return Err(Error::node_binary(path, &"it is not a file"));
    }
    if !is_executable(&metadata) {
        return Err(Error::node_binary(path, &"it is not executable"));
    }
    let opened = fs::File::open(path);
    opened
        .map(drop)
        .map_err(|cause| Error::node_binary(path, &cause))
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

/// Refuses a directory that exists, or that has nowhere to be.
pub(super) fn check_new(directory: &Path) -> Result<(), Error> {
    if directory.symlink_metadata().is_ok() {
        return Err(Error::output_exists(directory));
    }
    if directory.file_name().is_none() {
        return Err(Error::bad_value(
            "--output",
            format!("{} has no name", directory.display()),
            "name the directory that is to be made",
        ));
    }
    let parent = parent(directory);
    if parent.is_dir() {
        return Ok(());
    }
    Err(Error::no_parent(directory, parent))
}

/// The directory that a path is in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// What config.genesis has room for.
const MOST_NODES: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers() {
        let read = |text: &str| host(text).map(|host| (host.address.to_string(), host.count));
        assert_eq!(read("127.0.0.1:4").unwrap(), ("127.0.0.1".to_owned(), 4));
        assert_eq!(read("[fe80::1]:2").unwrap(), ("fe80::1".to_owned(), 2));
        for bad in [
            "",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:0",
            "127.0.0.1:-1",
            "127.0.0.1:65536",
            "localhost:4",
            "::1:4",
            "[::1:4",
            "[127.0.0.1]:4",
            "256.0.0.1:1",
        ] {
            assert!(host(bad).is_err(), "{bad}");
        }
        let twice = ["127.0.0.1:1".to_owned(), "127.0.0.1:2".to_owned()];
        assert!(hosts(&twice).unwrap_err().to_string().contains("twice"));
        assert!(hosts(&["127.0.0.1:10001".to_owned()]).is_err());
    }

    #[test]
    fn ports_stay_apart_and_below_65536() {
        let host = |count| Host {
            address: "127.0.0.1".parse().unwrap(),
            count,
        };
        let check = |text: &str, count| Ports::parse(text).unwrap().check(&host(count));
        assert!(check("30300,20200", 1000).is_ok());
        assert!(check("20200,20201", 1).is_ok());
        assert!(check("65535,1", 1).is_ok());
        for (ports, count) in [
            ("20200,20201", 2),
            ("20201,20200", 2),
            ("20200,20200", 1),
            ("65535,1", 2),
            ("1,65533", 4),
        ] {
            assert!(check(ports, count).is_err(), "{ports} {count}");
        }
        for bad in ["", "1", "1,2,3", "0,1", "1,65536", "a,b", "-1,2"] {
            assert!(Ports::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_and_accounts() {
        for good in ["3.16.0", "v3.1.0"] {
            assert!(version(good).is_ok(), "{good}");
        }
        for bad in ["", "3.0.0", "2.9.1", "latest"] {
            assert!(version(bad).is_err(), "{bad}");
        }
        let digits = "1b006263a5566083ce0db1a420ee6bb9898daa77";
        assert!(admin(&format!("0x{digits}")).is_ok());
        for bad in ["", "0x", digits, &format!("0x{}", &digits[1..])] {
            assert!(admin(bad).is_err(), "{bad}");
        }
    }
}
