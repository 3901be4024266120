//! `gmt0018 completions` and `gmt0018 man`.

use std::{fs, io, path::Path};

use clap::CommandFactory as _;
use serde::Serialize;

use crate::{
    arguments::{Arguments, CompletionsArguments, ManArguments},
    error::Error,
    exit::Exit,
    output::Output,
};

pub(crate) fn completions(arguments: &CompletionsArguments, output: Output) -> Result<Exit, Error> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "gmt0018", &mut script);
    output.data(&script)?;
    Ok(Exit::Ok)
}

#[derive(Serialize)]
struct Report {
    directory: String,
    pages: Vec<String>,
}

pub(crate) fn man(arguments: &ManArguments, output: Output) -> Result<Exit, Error> {
    let mut command = Arguments::command();
    command.build();
    let Some(directory) = &arguments.dir else {
        output.data(&page(&command).map_err(|cause| Error::output(&cause))?)?;
        return Ok(Exit::Ok);
    };
    let mut report = Report {
        directory: directory.display().to_string(),
        pages: Vec::new(),
    };
    write(&command, directory, &mut report.pages)?;
    output.result(&report, &report.pages.join("\n"))?;
    Ok(Exit::Ok)
}

/// Writes the page of a command and those of its own commands.
fn write(command: &clap::Command, directory: &Path, pages: &mut Vec<String>) -> Result<(), Error> {
    let name = command.get_display_name();
    let name = format!("{}.1", name.unwrap_or_else(|| command.get_name()));
    let path = directory.join(&name);
    page(command)
        .and_then(|page| fs::write(&path, page))
        .map_err(|cause| Error::not_written(&path, &cause))?;
    pages.push(name);
    command
        .get_subcommands()
        .filter(|one| one.get_name() != "help")
        .try_for_each(|one| write(one, directory, pages))
}

fn page(command: &clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}
