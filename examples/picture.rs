//! Runs a command and draws what it prints as a terminal: the picture in the README is made with it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{
    error::Error,
    fmt::Write as _,
    path::PathBuf,
    process::{Command, ExitCode},
};

use clap::Parser;

/// Run a command and draw its output as an SVG.
#[derive(Debug, Parser)]
struct Arguments {
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// The command line that is shown; else that of the command.
    #[arg(long, value_name = "TEXT")]
    shown: Option<String>,

    /// How many characters a line may have before it goes on in the next.
    #[arg(long, value_name = "N", default_value_t = 110)]
    width: usize,

    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(lines) => {
            println!("drew {lines} lines");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("picture failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<usize, Box<dyn Error>> {
    let (program, rest) = arguments.command.split_first().ok_or("no command")?;
    let output = Command::new(program).args(rest).output()?;
    let text = String::from_utf8(output.stdout)?;
    let shown = arguments.shown.clone();
    let shown = shown.unwrap_or_else(|| arguments.command.join(" "));
    let prompt = format!("$ {shown}");
    let lines = [prompt.as_str()].into_iter().chain(text.lines());
    let lines: Vec<Line<'_>> = lines
        .flat_map(|line| wrapped(line, arguments.width))
        .collect();
    std::fs::write(&arguments.out, draw(&lines, arguments.width))?;
    Ok(lines.len())
}

/// A line on the screen: its text, and the line of the output that it belongs to.
struct Line<'a> {
    text: String,
    of: &'a str,
}

/// A line, and what of it is too long for one, behind the place where its text begins.
fn wrapped(line: &str, width: usize) -> Vec<Line<'_>> {
    let of = line;
    let blanks = line
        .chars()
        .take_while(|character| *character == ' ')
        .count();
    let indent = " ".repeat(blanks.saturating_add(5));
    let mut lines = Vec::new();
    let mut text = String::new();
    for word in line.split_inclusive(' ') {
        let length = text
            .chars()
            .count()
            .saturating_add(word.trim_end().chars().count());
        if length > width && !text.trim().is_empty() {
            lines.push(Line { text, of });
            text = indent.clone();
        }
        text.push_str(word);
    }
    lines.push(Line { text, of });
    lines
}

/// The terminal: a dark sheet, one text element a line.
fn draw(lines: &[Line<'_>], width: usize) -> String {
    let (columns, rows) = (width.saturating_add(4), lines.len().saturating_add(2));
    let (pixels, height) = (columns.saturating_mul(8), rows.saturating_mul(18));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {pixels} {height}\" \
         font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>\n"
    );
    for (row, line) in lines.iter().enumerate() {
        let y = row.saturating_add(2).saturating_mul(18).saturating_sub(6);
        let (text, colour) = (escape(&line.text), colour(line.of));
        // Writing to a String does not fail.
        let _ = writeln!(
            svg,
            "<text x=\"16\" y=\"{y}\" fill=\"{colour}\" xml:space=\"preserve\">{text}</text>"
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn colour(line: &str) -> &'static str {
    match line.split_whitespace().next() {
        Some("ok") => "#8fd19e",
        Some("warn" | "warning") => "#e6c07b",
        Some("error") => "#ef7a85",
        Some("$") => "#ffffff",
        Some("skip") => "#8a919e",
        _ => "#c9ced6",
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other if other.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}
