//! A signature or a ciphertext on its way out: hex digits or bytes, to stdout or to a new file.

use serde::Serialize;

use crate::{
    arguments::DeliveryArguments,
    error::Error,
    exit::Exit,
    new_file::{Readers, must_not_exist, write_new},
    output::{self, Output},
};

/// Refuses what [`deliver`] could not do, before there is anything to deliver.
pub(crate) fn check(
    what: &str,
    arguments: &DeliveryArguments,
    output: Output,
) -> Result<(), Error> {
    if let Some(path) = &arguments.output {
        return must_not_exist(path);
    }
    if !arguments.binary {
        return Ok(());
    }
    if output.is_json() {
        return Err(Error::options(
            "--binary and --json would mix on stdout",
            "pass -o FILE for the bytes, or leave --binary out: JSON has them in hex",
        ));
    }
    if output::stdout_is_terminal() {
        return Err(Error::bytes_to_terminal(what));
    }
    Ok(())
}

/// Writes the bytes as they were asked for, and the report if they do not go to stdout themselves.
pub(crate) fn deliver(
    bytes: &[u8],
    report: &impl Serialize,
    arguments: &DeliveryArguments,
    output: Output,
) -> Result<Exit, Error> {
    let digits;
    let bytes = if arguments.binary {
        bytes
    } else {
        digits = base16ct::lower::encode_string(bytes) + "\n";
        digits.as_bytes()
    };
    if let Some(path) = &arguments.output {
        write_new(path, bytes, Readers::Usual)?;
        output.result(report, &format!("wrote {}", path.display()))?;
    } else if output.is_json() {
        output.result(report, "")?;
    } else {
        output.data(bytes)?;
    }
    Ok(Exit::Ok)
}
