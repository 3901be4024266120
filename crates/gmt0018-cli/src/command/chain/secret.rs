//! The password of a key in config.ini.

use fisco_node::config::ini::Ini;

use crate::{error::Error, password::Password};

/// Refuses a password that the node could not read back from config.ini.
pub(super) fn check(index: u32, password: &Password) -> Result<(), Error> {
    let refused = |_| Error::password_in_config(index);
    let mut ini = Ini::parse("config.ini", "[security]\nenable_hsm=true\n").map_err(refused)?;
    set(&mut ini, index, password)
}

/// Writes the password of the key at `index`.
pub(super) fn set(ini: &mut Ini, index: u32, password: &Password) -> Result<(), Error> {
    let refused = || Error::password_in_config(index);
    let text = std::str::from_utf8(password.as_bytes()).map_err(|_| refused())?;
    ini.set("security", "password", text).map_err(|_| refused())
}
