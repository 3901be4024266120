//! Wrong passwords: counted before they are checked, and slowed.

use std::process;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::medium::Name;
use super::{Store, StoreError, envelope};

/// What is counted for one index; a missing file counts as zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attempts {
    /// Tries since the last right password, including those whose outcome is still open.
    pub(super) failed: u32,
    /// When the last try was let through, in milliseconds since 1970: no other starts before.
    next: u64,
}

impl Attempts {
    /// By how much the next try is delayed.
    pub(super) fn delay(self) -> Duration {
        match self.failed.checked_sub(FREE_TRIES) {
            None => Duration::ZERO,
            Some(doublings) => FIRST_DELAY
                .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
                .min(LONGEST_DELAY),
        }
    }

    /// Counts one try: when it may start, or how long it would have to wait.
    fn count(&mut self, now: u64) -> Result<Duration, Duration> {
        // No start lies further ahead than the longest wait, unless the clock was set back: that must not lock
        // anybody out.
        let is_possible = self.next <= now.saturating_add(milliseconds(LONGEST_WAIT));
        let earliest = if is_possible { self.next.max(now) } else { now };
        let start = earliest.saturating_add(milliseconds(self.delay()));
        let wait = Duration::from_millis(start.saturating_sub(now));
        if wait > LONGEST_WAIT {
            return Err(wait.saturating_sub(LONGEST_WAIT));
        }
        *self = Self {
            failed: self.failed.saturating_add(1),
            next: start,
        };
        Ok(wait)
    }
}

impl Store {
    /// Counts a try and waits until it may start; the pass keeps this process's other tries out.
    pub(super) fn admit(&self, index: u32) -> Result<Pass<'_>, StoreError> {
        let entry = self.inner.gate.enter(index)?;
        let name = Name::Attempts(index);
        let (wait, counted) = {
            let mut change = self.medium().change()?;
            let mut attempts = self.attempts(index)?;
            let wait = attempts
                .count(unix_milliseconds())
                .map_err(|retry_after| StoreError::Throttled { index, retry_after })?;
            change.write(
                &name,
                &envelope::wrap(self.mac_key(), &name, &attempts, b""),
            )?;
            (wait, attempts)
        };
        thread::sleep(wait);
        Ok(Pass {
            store: self,
            index,
            counted,
            _entry: entry,
        })
    }

    /// Forgets the wrong passwords of an index, after the right one.
    ///
    /// A count that cannot be reset slows the next try and does no other harm: no reason to refuse the key.
    pub(crate) fn forget_wrong_passwords(&self, index: u32) {
        let reset = self.medium().change();
        drop(reset.and_then(|mut change| change.remove(&Name::Attempts(index))));
    }

    /// What is counted for an index.
    pub(super) fn attempts(&self, index: u32) -> Result<Attempts, StoreError> {
        let name = Name::Attempts(index);
        match self.read::<Attempts>(&name) {
            Ok(found) => Ok(found.map(|(attempts, _)| attempts).unwrap_or_default()),
            // A damaged counter must neither lock a key away nor make guessing free: it delays like the longest
            // row of failures, and the next right password mends it.
            Err(StoreError::Corrupt { .. } | StoreError::ForeignVersion { .. }) => Ok(Attempts {
                failed: DAMAGED_COUNT,
                next: 0,
            }),
            Err(error) => Err(error),
        }
    }
}

/// A try that was counted and may now be checked.
pub(super) struct Pass<'a> {
    store: &'a Store,
    index: u32,
    counted: Attempts,
    _entry: Entry<'a>,
}

impl Pass<'_> {
    /// The password was right: forgets the failures.
    pub(super) fn right(self) {
        self.store.forget_wrong_passwords(self.index);
    }

    /// The password was wrong: it is counted already.
    pub(super) fn wrong(self) -> StoreError {
        StoreError::WrongPassword {
            index: self.index,
            attempts: self.counted.failed,
            next_delay: self.counted.delay(),
        }
    }
}

/// Lets one try per index through within this process, so that many right passwords at once are not taken for
/// a row of failures.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// Index and process: a child made by `fork` must not wait for a thread that only its parent has.
    busy: Mutex<Vec<(u32, u32)>>,
    freed: Condvar,
}

impl Gate {
    fn enter(&self, index: u32) -> Result<Entry<'_>, StoreError> {
        let entry = (index, process::id());
        let deadline = Instant::now() + GATE_WAIT;
        let mut busy = self.busy();
        while busy.contains(&entry) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::Throttled {
                    index,
                    retry_after: LONGEST_DELAY,
                });
            }
            busy = self
                .freed
                .wait_timeout(busy, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        busy.push(entry);
        Ok(Entry { gate: self, entry })
    }

    fn busy(&self) -> MutexGuard<'_, Vec<(u32, u32)>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Entry<'a> {
    gate: &'a Gate,
    entry: (u32, u32),
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.gate.busy().retain(|entry| *entry != self.entry);
        self.gate.freed.notify_all();
    }
}

fn unix_milliseconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, milliseconds)
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

const FREE_TRIES: u32 = 3;
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// The longest a try waits for its turn; beyond it the caller is told to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
const GATE_WAIT: Duration = Duration::from_secs(30);
const DAMAGED_COUNT: u32 = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_tries_are_free_and_the_delay_doubles_to_five_seconds() {
        let delays: Vec<u128> = (0..12)
            .map(|failed| Attempts { failed, next: 0 }.delay().as_millis())
            .collect();
        assert_eq!(
            delays,
            [0, 0, 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]
        );
        for failed in [40, u32::MAX] {
            assert_eq!(Attempts { failed, next: 0 }.delay(), LONGEST_DELAY);
        }
        assert_eq!(
            Attempts {
                failed: DAMAGED_COUNT,
                next: 0
            }
            .delay(),
            LONGEST_DELAY
        );
    }

    #[test]
    fn parallel_tries_queue_and_the_queue_is_bounded() {
        let mut attempts = Attempts { failed: 9, next: 0 };
        assert_eq!(attempts.count(1_000_000), Ok(Duration::from_secs(5)));
        assert_eq!(attempts.count(1_000_000), Ok(Duration::from_secs(10)));
        let full = attempts;
        assert_eq!(attempts.count(1_000_000), Err(Duration::from_secs(5)));
        assert_eq!(attempts, full, "a refused try is not counted");
        assert_eq!(attempts.count(1_005_000), Ok(Duration::from_secs(10)));
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let mut attempts = Attempts {
            failed: 20,
            next: u64::MAX,
        };
        assert_eq!(attempts.count(1_000_000), Ok(LONGEST_DELAY));
        assert_eq!(
            attempts,
            Attempts {
                failed: 21,
                next: 1_005_000
            }
        );
    }

    #[test]
    fn the_gate_lets_one_through_per_index() {
        let gate = Gate::default();
        let first = gate.enter(1).unwrap();
        drop(gate.enter(2).unwrap());
        thread::scope(|scope| {
            let second = scope.spawn(|| drop(gate.enter(1).unwrap()));
            thread::sleep(Duration::from_millis(20));
            assert!(!second.is_finished());
            drop(first);
        });
    }
}
