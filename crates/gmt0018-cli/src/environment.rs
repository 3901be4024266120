//! Variables of the environment.

use std::ffi::OsString;

/// The value of a variable; an empty one counts as not set.
pub(crate) fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
