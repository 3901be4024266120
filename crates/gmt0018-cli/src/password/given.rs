//! A password that was given, without asking for one.

use gmt0018::Pin;

use super::Source;
use crate::{arguments::PasswordArguments, environment::environment, error::Error, output::Output};

/// What the options and the environment say about the password of a key.
#[derive(Debug)]
pub(crate) enum Given {
    /// Nothing.
    Nothing,
    /// The key has none.
    NoPassword,
    /// This one.
    Password(Pin),
}

/// Reads the password of a key in a card from the file or the environment, and never asks for it.
pub(crate) fn if_given(arguments: &PasswordArguments, output: Output) -> Result<Given, Error> {
    let source = Source {
        file: arguments.password_file.as_deref(),
        variable: "GMT0018_PASSWORD",
        option: "--password-file",
        prompt: "",
        is_new: false,
    };
    if arguments.no_password {
        Ok(Given::NoPassword)
    } else if source.file.is_none() && environment(source.variable).is_none() {
        Ok(Given::Nothing)
    } else {
        source.read(output)?.pin().map(Given::Password)
    }
}
