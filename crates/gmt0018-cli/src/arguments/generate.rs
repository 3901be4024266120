//! What is made from the command line's own description.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Print the completions of a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 completions bash > /etc/bash_completion.d/gmt0018
  gmt0018 completions zsh > ~/.zfunc/_gmt0018
  gmt0018 completions fish > ~/.config/fish/completions/gmt0018.fish")]
pub(crate) struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Print the manual page, or write those of all commands into a directory.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 man | man -l -
  gmt0018 man --dir /usr/local/share/man/man1")]
pub(crate) struct ManArguments {
    /// Write one page for each command into this directory, which must exist.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) dir: Option<PathBuf>,
}
