#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arguments;
mod catalogue;
mod command;
mod delivery;
mod device;
mod environment;
mod error;
mod exit;
mod input;
mod language;
mod limit;
mod machine;
mod new_file;
mod open_calls;
mod output;
mod password;
mod patience;
mod plot;
mod private_key;
mod randomness;
mod statistics;
mod svg;

use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, ValueEnum as _};

use crate::{arguments::Arguments, language::Language, output::Output};

fn main() -> ExitCode {
    let command = Arguments::command().color(color_of_help());
    let arguments = match Arguments::from_arg_matches(&command.get_matches()) {
        Ok(arguments) => arguments,
        Err(cause) => cause.exit(),
    };
    let language = arguments.lang.unwrap_or_else(Language::of_environment);
    let output = Output::new(arguments.json, arguments.quiet)
        .with_language(language)
        .with_color(arguments.color);
    let command = arguments.command;
    if !command.measures() {
        patience::start(output);
    }
    match limit::run(arguments.timeout, output, move || {
        command::run(command, output)
    }) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output.error(&error);
            error.exit().into()
        }
    }
}

/// What --color says, for help and usage errors, which are written while the command line is being read.
fn color_of_help() -> ColorChoice {
    let mut arguments = std::env::args_os().map(|one| one.to_string_lossy().into_owned());
    let value = arguments.find_map(|one| match one.strip_prefix("--color") {
        Some("") => Some(None),
        Some(rest) => rest.strip_prefix('=').map(|value| Some(value.to_owned())),
        None => None,
    });
    let value = value.and_then(|value| value.or_else(|| arguments.next()));
    let choice = value.and_then(|value| ColorChoice::from_str(&value, false).ok());
    choice.unwrap_or(ColorChoice::Auto)
}
