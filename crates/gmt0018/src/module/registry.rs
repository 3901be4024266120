//! Which devices are open: one per way of opening it, however many ask.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, Weak};

use crate::{Open, device::Opened};

/// The open devices of one module in one process.
///
/// No lock is held while the library opens or closes a device; who asks meanwhile waits for the outcome.
#[derive(Debug)]
pub(crate) struct Registry {
    entries: Mutex<Vec<Entry>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Entry {
    ticket: Ticket,
    open: Open,
    /// `None` while the library is opening the device.
    device: Option<Weak<Opened>>,
}

/// The number of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

/// What the registry has for somebody who wants a device.
pub(crate) enum Found {
    /// It is open.
    Open(std::sync::Arc<Opened>),
    /// It is not, and the caller is now the one who opens it.
    Absent(Ticket),
}

impl Registry {
    pub(crate) const fn new() -> Self {
        Self {
            entries: Mutex::new(Vec::new()),
            changed: Condvar::new(),
        }
    }

    /// Finds the device, waiting while another thread opens or closes it.
    pub(crate) fn find(&self, open: &Open) -> Found {
        let mut entries = self.lock();
        loop {
            let Some(entry) = entries.iter().find(|entry| entry.open == *open) else {
                let ticket = Ticket(
                    entries
                        .iter()
                        .map(|entry| entry.ticket.0)
                        .max()
                        .unwrap_or(0)
                        .wrapping_add(1),
                );
                entries.push(Entry {
                    ticket,
                    open: open.clone(),
                    device: None,
                });
                return Found::Absent(ticket);
            };
            // An entry whose device is gone has an owner who is closing it and then removes the entry.
            if let Some(device) = entry.device.as_ref().and_then(Weak::upgrade) {
                return Found::Open(device);
            }
            entries = self
                .changed
                .wait(entries)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts in the device that was opened.
    pub(crate) fn opened(&self, ticket: Ticket, device: Weak<Opened>) {
        let mut entries = self.lock();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.ticket == ticket) {
            entry.device = Some(device);
        }
        drop(entries);
        self.changed.notify_all();
    }

    /// Forgets an entry: the device was closed, could not be opened, or is of no use any more.
    pub(crate) fn forget(&self, ticket: Ticket) {
        self.lock().retain(|entry| entry.ticket != ticket);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
