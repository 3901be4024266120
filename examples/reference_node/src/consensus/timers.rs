//! The timeouts that the engine asked for.

use std::time::Instant;

use arc_malachitebft_core_types::{LinearTimeouts, Timeout};

#[derive(Debug)]
pub(super) struct Timers {
    durations: LinearTimeouts,
    running: Vec<(Instant, Timeout)>,
}

impl Timers {
    pub(super) const fn new(durations: LinearTimeouts) -> Self {
        Self {
            durations,
            running: Vec::new(),
        }
    }

    pub(super) fn start(&mut self, timeout: Timeout) {
        self.stop(timeout);
        let end = Instant::now() + self.durations.duration_for(timeout);
        self.running.push((end, timeout));
    }

    pub(super) fn stop(&mut self, timeout: Timeout) {
        self.running.retain(|(_, running)| *running != timeout);
    }

    pub(super) fn stop_all(&mut self) {
        self.running.clear();
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.running.iter().map(|(end, _)| *end).min()
    }

    /// Takes out one that has ended.
    pub(super) fn ended(&mut self, now: Instant) -> Option<Timeout> {
        let ended = self.running.iter().enumerate();
        let ended = ended.filter(|(_, (end, _))| *end <= now);
        let (index, _) = ended.min_by_key(|(_, (end, _))| *end)?;
        Some(self.running.swap_remove(index).1)
    }
}
