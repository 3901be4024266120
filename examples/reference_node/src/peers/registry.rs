//! Which connection to each sealer counts, and which sealers are refused for a while.
//!
//! Two nodes that dial each other make two connections. Both keep the one that the node with the smaller id dialled, in
//! whatever order the two become ready on either side. A peer with another TLS key is a new process: the connection to the
//! old one is dead, whether that has been noticed or not, and gives way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use fisco_node::identity::NodeId;
use tokio::{
    sync::{oneshot, watch},
    time::sleep,
};

use super::{
    Limits,
    handshake::HandshakeError,
    link::{Link, Turn},
};

/// One place for each sealer.
pub(super) struct Registry {
    own: NodeId,
    limits: Limits,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

struct State {
    slots: HashMap<NodeId, Slot>,
    stopped: bool,
}

#[derive(Default)]
struct Slot {
    link: Option<Arc<Link>>,
    /// Of the last link, which may have left its place and still have an event to give.
    finished: Option<oneshot::Receiver<()>>,
    offences: u32,
    refused_until: Option<Instant>,
}

impl Registry {
    pub(super) fn new(own: NodeId, sealers: &[NodeId], limits: Limits) -> Self {
        let others = sealers.iter().filter(|node| **node != own);
        Self {
            own,
            limits,
            state: Mutex::new(State {
                slots: others.map(|node| (*node, Slot::default())).collect(),
                stopped: false,
            }),
            changed: watch::Sender::new(()),
        }
    }

    /// Says whether the node may come in now.
    ///
    /// # Errors
    /// When it is being punished, is no sealer, or this node stops.
    pub(super) fn admit(&self, node: &NodeId) -> Result<(), HandshakeError> {
        self.state().admit(node)
    }

    /// Gives a new link its place, and takes it from the one that had it.
    ///
    /// # Errors
    /// When the node may not come in, or has a connection that stays.
    pub(super) fn insert(&self, link: &Arc<Link>) -> Result<Turn, HandshakeError> {
        let mut state = self.state();
        state.admit(&link.node)?;
        let slot = state.slots.get_mut(&link.node);
        let slot = slot.ok_or(HandshakeError::NotASealer(link.node))?;
        if let Some(old) = slot.link.as_ref().filter(|old| !old.is_closed()) {
            if !replaces(link, old, self.own) {
                return Err(HandshakeError::Duplicate(link.node));
            }
            old.close("a newer connection to this node took its place");
        }
        slot.link = Some(Arc::clone(link));
        let (finished, next) = oneshot::channel();
        let before = slot.finished.replace(next);
        drop(state);
        self.changed.send_replace(());
        Ok(Turn { before, finished })
    }

    /// Takes the place from a link that has ended.
    pub(super) fn remove(&self, link: &Arc<Link>) {
        if let Some(slot) = self.state().slots.get_mut(&link.node) {
            slot.link.take_if(|current| Arc::ptr_eq(current, link));
        }
        self.changed.send_replace(());
    }

    /// The connection to a node, if there is one.
    pub(super) fn link(&self, node: &NodeId) -> Option<Arc<Link>> {
        let state = self.state();
        let link = state.slots.get(node)?.link.as_ref();
        link.filter(|link| !link.is_closed()).cloned()
    }

    /// All connections, in the order of their ids.
    pub(super) fn links(&self) -> Vec<Arc<Link>> {
        let state = self.state();
        let links = state.slots.values().filter_map(|slot| slot.link.as_ref());
        let mut links: Vec<_> = links.filter(|link| !link.is_closed()).cloned().collect();
        links.sort_unstable_by_key(|link| link.node);
        links
    }

    /// Closes the connection to a node and refuses it for a while; gives how long that is.
    pub(super) fn punish(&self, node: &NodeId, why: &str) -> Option<Duration> {
        let mut state = self.state();
        let slot = state.slots.get_mut(node)?;
        let now = Instant::now();
        if slot
            .refused_until
            .is_some_and(|end| end + self.limits.punishment_most < now)
        {
            slot.offences = 0;
        }
        let factor = 2_u32.saturating_pow(slot.offences);
        let refused = self
            .limits
            .punishment
            .saturating_mul(factor)
            .min(self.limits.punishment_most);
        slot.offences = slot.offences.saturating_add(1);
        slot.refused_until = Some(now + refused);
        if let Some(link) = &slot.link {
            link.close(&format!("punished: {why}"));
        }
        Some(refused)
    }

    /// Closes every connection and lets nobody in any more.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        for link in state.slots.values().filter_map(|slot| slot.link.as_ref()) {
            link.close("this node is stopping");
        }
        drop(state);
        self.changed.send_replace(());
    }

    /// Waits for [`stop`](Self::stop).
    pub(super) async fn stopped(&self) {
        let mut changed = self.changed.subscribe();
        while !self.state().stopped {
            // The sender lives as long as this registry.
            let _ = changed.changed().await;
        }
    }

    /// Waits until there is reason to dial a node: it has no connection and is not refused.
    pub(super) async fn wanted(&self, node: &NodeId) {
        let mut changed = self.changed.subscribe();
        loop {
            match self.admit(node) {
                Err(HandshakeError::Punished { remaining, .. }) => sleep(remaining).await,
                _ if self.link(node).is_none() => return,
                // The sender lives as long as this registry.
                _ => drop(changed.changed().await),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn admit(&self, node: &NodeId) -> Result<(), HandshakeError> {
        if self.stopped {
            return Err(HandshakeError::Stopping);
        }
        let slot = self
            .slots
            .get(node)
            .ok_or(HandshakeError::NotASealer(*node))?;
        let remaining = slot
            .refused_until
            .map(|end| end.saturating_duration_since(Instant::now()));
        match remaining.filter(|remaining| !remaining.is_zero()) {
            Some(remaining) => Err(HandshakeError::Punished {
                node: *node,
                remaining,
            }),
            None => Ok(()),
        }
    }
}

fn replaces(new: &Link, old: &Link, own: NodeId) -> bool {
    new.peer_key != old.peer_key || prefers(new.outgoing, old.outgoing, own < new.node)
}

/// Whether a new connection to the same process takes the place of an old one that seems to live.
const fn prefers(new_outgoing: bool, old_outgoing: bool, own_is_smaller: bool) -> bool {
    match (new_outgoing, old_outgoing) {
        // This node dialled a second address of the same peer: nothing is wrong with the first.
        (true, true) => false,
        // The peer dials only when it has no connection, so it has lost the old one.
        (false, false) => true,
        _ => new_outgoing == own_is_smaller,
    }
}

#[cfg(test)]
mod tests;
