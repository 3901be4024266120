//! State that a forked child does not inherit.

use std::sync::OnceLock;

use crate::call::forks;

/// One value per process of a line of forks.
///
/// A child never touches the parent's value: a mutex in it may be held by a thread that the fork did not copy.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    forks: u64,
    value: T,
    next: OnceLock<Box<Self>>,
}

impl<T> PerProcess<T> {
    /// Wraps the value of the process that no fork made.
    pub(crate) const fn new(value: T) -> Self {
        Self::of(value, 0)
    }

    /// Wraps the value of this process.
    pub(crate) fn now(value: T) -> Self {
        Self::of(value, forks::count())
    }

    const fn of(value: T, forks: u64) -> Self {
        Self {
            forks,
            value,
            next: OnceLock::new(),
        }
    }

    /// Gives the value of this process, made on first use.
    pub(crate) fn here(&self, make: impl FnOnce() -> T) -> &T {
        let forks = forks::count();
        let mut at = self;
        while at.forks != forks {
            match at.next.get() {
                Some(next) => at = next,
                None => {
                    return &at
                        .next
                        .get_or_init(|| Box::new(Self::of(make(), forks)))
                        .value;
                }
            }
        }
        &at.value
    }
}
