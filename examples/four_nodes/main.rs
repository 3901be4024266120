//! A state secret chain of four nodes on this machine, with the nodes' keys in a card.
//!
//! Without a command: the story, from an empty directory to a chain that survives what is done to it. `load` measures the
//! chain, `chaos` kills its nodes again and again. In all three the command `gmt0018`, the software card's library and the
//! reference node are built first; `gmt0018 chain build` makes the chain, and its scripts start it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

mod chaos;
mod load;
mod network;
mod story;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Build a chain of four nodes with their keys in a software card, run it, break it, and see what holds.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the chain is built; kept afterwards. Without it: a temporary directory.
    #[arg(long, value_name = "DIRECTORY")]
    dir: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Load(load::Arguments),
    Chaos(chaos::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = tempfile::tempdir().map_err(Into::into).and_then(|scratch| {
        let directory = arguments.dir.as_deref().unwrap_or(scratch.path());
        match &arguments.command {
            None => story::run(directory),
            Some(Command::Load(arguments)) => load::run(arguments, directory),
            Some(Command::Chaos(arguments)) => chaos::run(arguments, directory),
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("four_nodes failed: {error}");
            ExitCode::FAILURE
        }
    }
}
