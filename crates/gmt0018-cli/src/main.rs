#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arguments;
mod command;
mod device;
mod error;
mod exit;
mod input;
mod machine;
mod output;
mod password;
mod plot;
mod randomness;
mod statistics;
mod svg;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{arguments::Arguments, output::Output};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json, arguments.quiet);
    match command::run(arguments.command, output) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output.error(&error);
            error.exit().into()
        }
    }
}
