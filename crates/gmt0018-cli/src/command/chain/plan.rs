//! What is to be built: every option read and checked, before anything else is looked at.

mod ports;

use std::{
    collections::BTreeSet,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use fisco_node::{config::ChainVersion, identity::Address};

use crate::{
    arguments::BuildArguments,
    error::{Error, of_system},
};

pub(super) use ports::Ports;

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
                let why = (
                    format!("{value:?} is not made of letters and digits only"),
                    format!("{value:?} 含有字母、数字以外的字符，或为空"),
                );
                let advice = (
                    "choose a name such as group0 or chain0",
                    "请使用 group0、chain0 之类的名称",
                );
                Err(Error::value(option, why, advice))
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

fn hosts(texts: &[String]) -> Result<Vec<Host>, Error> {
    let hosts: Vec<Host> = texts
        .iter()
        .map(|text| host(text))
        .collect::<Result<_, _>>()?;
    let mut seen = BTreeSet::new();
    for host in &hosts {
        if !seen.insert(host.address) {
            let address = host.address;
            let why = (
                format!("the address {address} is there twice"),
                format!("地址 {address} 重复出现"),
            );
            let advice = (
                "write each address once, with the number of all its nodes",
                "每个地址只写一次，并写上该地址的节点总数",
            );
            return Err(Error::value("--nodes", why, advice));
        }
    }
    let count: usize = hosts.iter().map(|host| usize::from(host.count)).sum();
    if count > MOST_NODES {
        let why = (
            format!("{count} nodes are more than {MOST_NODES}"),
            format!("{count} 个节点，超过上限 {MOST_NODES}"),
        );
        let advice = ("ask for fewer nodes", "减少节点数");
        return Err(Error::value("--nodes", why, advice));
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
        let why = (
            format!("{text:?} is not an IP address, a colon and a number of nodes"),
            format!("{text:?} 不是“IP 地址:节点数”的形式"),
        );
        let advice = (
            "write 127.0.0.1:4, or [::1]:4, and commas between",
            "写成 127.0.0.1:4 或 [::1]:4，多个之间用逗号分隔",
        );
        Error::value("--nodes", why, advice)
    })
}

fn version(text: &str) -> Result<ChainVersion, Error> {
    let version = text.strip_prefix(['v', 'V']).unwrap_or(text).parse();
    match version {
        Ok(version) if version >= ChainVersion::new(3, 1, 0) => Ok(version),
        _ => Err(Error::value(
            "--compatibility",
            (
                format!("{text:?} is not a version of FISCO BCOS from 3.1.0 on"),
                format!("{text:?} 不是 3.1.0 及以上的 FISCO BCOS 版本号"),
            ),
            (
                "write the version that the nodes have, such as 3.16.0",
                "请写节点的版本号，例如 3.16.0",
            ),
        )),
    }
}

fn admin(text: &str) -> Result<String, Error> {
    match text.parse::<Address>() {
        Ok(_) if text.starts_with("0x") => Ok(text.to_owned()),
        _ => Err(Error::value(
            "--admin",
            (
                format!("{text:?} is not 0x and 40 hex digits"),
                format!("{text:?} 不是 0x 加 40 位十六进制数"),
            ),
            (
                "write the address of the account; `gmt0018 keys show` prints that of a key in a card",
                "请写账户地址；卡内密钥的账户地址可用 `gmt0018 keys show` 查看",
            ),
        )),
    }
}

/// Refuses what is not a program.
pub(super) fn check_binary(path: &Path) -> Result<(), Error> {
    let unreadable = |cause: io::Error| Error::node_binary(path, of_system(&cause));
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Error::node_binary(path, ("it is not a file", "不是文件")));
    }
    if !is_executable(&metadata) {
        let why = ("it is not executable", "没有可执行权限");
        return Err(Error::node_binary(path, why));
    }
    fs::File::open(path).map(drop).map_err(unreadable)
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
        let directory = directory.display();
        let why = (
            format!("{directory} has no name"),
            format!("{directory} 没有目录名"),
        );
        let advice = (
            "name the directory that is to be made",
            "请指定要创建的目录",
        );
        return Err(Error::value("--output", why, advice));
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
