//! The ports of nodes.

use std::ops::RangeInclusive;

use super::Host;
use crate::error::Error;

/// The ports of a node, or the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command::chain) struct Ports {
    pub(in crate::command::chain) p2p: u16,
    pub(in crate::command::chain) rpc: u16,
}

impl Ports {
    /// Reads `30300,20200`.
    pub(in crate::command::chain) fn parse(text: &str) -> Result<Self, Error> {
        let number = |text: &str| text.trim().parse().ok().filter(|port| *port != 0);
        let parts: Vec<Option<u16>> = text.split(',').map(number).collect();
        match parts[..] {
            [Some(p2p), Some(rpc)] => Ok(Self { p2p, rpc }),
            _ => Err(Error::value(
                "--ports",
                (
                    format!("{text:?} is not two numbers from 1 to 65535 with a comma between"),
                    format!("{text:?} 不是用逗号分隔的两个 1 至 65535 之间的数"),
                ),
                (
                    "write the first port for nodes and the first for clients, such as 30300,20200",
                    "依次写节点间通信的起始端口和客户端的起始端口，例如 30300,20200",
                ),
            )),
        }
    }

    /// Refuses ports that run out, or into one another.
    pub(super) fn check(self, host: &Host) -> Result<(), Error> {
        let range = |first: u16| -> Result<RangeInclusive<u16>, Error> {
            let last = first.checked_add(host.count - 1).ok_or_else(|| {
                let Host { address, count } = host;
                let why = (
                    format!("{count} nodes on {address} from port {first} on go beyond 65535"),
                    format!("{address} 上的 {count} 个节点从端口 {first} 开始会超过 65535"),
                );
                let advice = (
                    "choose a lower first port, or fewer nodes",
                    "选择较小的起始端口，或减少节点数",
                );
                Error::value("--ports", why, advice)
            })?;
            Ok(first..=last)
        };
        let (p2p, rpc) = (range(self.p2p)?, range(self.rpc)?);
        if p2p.start() <= rpc.end() && rpc.start() <= p2p.end() {
            let address = host.address;
            let [p2p, rpc] = [p2p, rpc].map(|range| format!("{}-{}", range.start(), range.end()));
            let why = (
                format!("on {address} the ports {p2p} for nodes and {rpc} for clients overlap"),
                format!("{address} 上节点间通信的端口 {p2p} 与客户端的端口 {rpc} 重叠"),
            );
            let advice = (
                "choose first ports that are farther apart",
                "把两个起始端口隔开一些",
            );
            return Err(Error::value("--ports", why, advice));
        }
        Ok(())
    }

    /// Whether a port of one is a port of the other.
    pub(in crate::command::chain) fn touch(&self, other: &Self) -> bool {
        let others = [other.p2p, other.rpc];
        others.contains(&self.p2p) || others.contains(&self.rpc)
    }

    /// The ports of the node with this number.
    pub(super) const fn plus(self, number: u16) -> Self {
        Self {
            p2p: self.p2p + number,
            rpc: self.rpc + number,
        }
    }
}
