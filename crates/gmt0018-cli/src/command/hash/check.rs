//! `gmt0018 hash --check`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Hasher;
use crate::{
    error::Error,
    exit::Exit,
    input::{self, lines::Chunk},
    output::{Output, Tone},
};

#[derive(Serialize)]
struct Report {
    line: u64,
    /// `null` if the line is malformed.
    file: Option<String>,
    /// `null` if the line is malformed or the file cannot be read.
    unchanged: Option<bool>,
}

pub(super) fn run(list: &Path, hasher: &Hasher, output: Output) -> Result<Exit, Error> {
    let (mut reader, _) = input::buffered(list)?;
    let (mut chunk, mut counts) = (Chunk::default(), Counts::default());
    loop {
        let bytes = chunk
            .read(&mut reader)
            .map_err(|cause| Error::unreadable(list, &cause))?;
        if bytes == 0 {
            break;
        }
        for line in chunk.lines() {
            counts.lines += 1;
            let entry = chunk.text(line).and_then(parse);
            let (report, text) = judge(entry, &mut counts, hasher, output)?;
            output.result(&report, &text)?;
        }
    }
    if counts.malformed == counts.lines {
        return Err(Error::no_digests(list));
    }
    output.note(&counts.summary());
    Ok(counts.exit())
}

fn judge(
    entry: Option<([u8; 32], PathBuf)>,
    counts: &mut Counts,
    hasher: &Hasher,
    output: Output,
) -> Result<(Report, String), Error> {
    let line = counts.lines;
    let Some((expected, path)) = entry else {
        counts.malformed += 1;
        let report = Report {
            line,
            file: None,
            unchanged: None,
        };
        return Ok((report, format!("malformed  line {line}")));
    };
    let (unchanged, tone, word) = match hasher.hash(&path) {
        Ok(digest) if digest == expected => {
            counts.unchanged += 1;
            (Some(true), Tone::Ok, "ok")
        }
        Ok(_) => {
            counts.changed += 1;
            (Some(false), Tone::Error, "changed")
        }
        // What the file is not to blame for ends the run.
        Err(error) if error.exit() != Exit::Usage => return Err(error),
        Err(error) => {
            output.error(&error);
            counts.unreadable += 1;
            (None, Tone::Error, "unreadable")
        }
    };
    let file = path.display().to_string();
    let text = format!("{}  {file}", output.paint(tone, word));
    let report = Report {
        line,
        file: Some(file),
        unchanged,
    };
    Ok((report, text))
}

/// 64 hex digits, two blanks (or a blank and a star, as other programs write) and a file.
fn parse(line: &[u8]) -> Option<([u8; 32], PathBuf)> {
    let line = std::str::from_utf8(line).ok()?;
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (digits, rest) = line.split_once(' ')?;
    let file = rest.strip_prefix([' ', '*'])?;
    let mut digest = [0; 32];
    let decoded = base16ct::mixed::decode(digits, &mut digest).ok()?;
    (decoded.len() == 32 && !file.is_empty()).then(|| (digest, PathBuf::from(file)))
}

#[derive(Default)]
struct Counts {
    lines: u64,
    unchanged: u64,
    changed: u64,
    unreadable: u64,
    malformed: u64,
}

impl Counts {
    const fn exit(&self) -> Exit {
        match self {
            Self {
                malformed: 0,
                unreadable: 0,
                changed: 0,
                ..
            } => Exit::Ok,
            Self {
                malformed: 0,
                unreadable: 0,
                ..
            } => Exit::CheckFailed,
            _ => Exit::Usage,
        }
    }

    fn summary(&self) -> String {
        let Self {
            lines,
            unchanged,
            changed,
            unreadable,
            malformed,
        } = self;
        format!(
            "lines {lines}: ok {unchanged}, changed {changed}, unreadable {unreadable}, malformed {malformed}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_this_command_and_of_others() {
        let digits = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        for rest in ["  a b", " *a b", "  a b\r"] {
            let (digest, file) = parse(format!("{digits}{rest}").as_bytes()).unwrap();
            assert_eq!((digest[0], file.to_str()), (0x66, Some("a b")));
        }
        for bad in [
            String::new(),
            digits.to_owned(),
            format!("{digits}  "),
            format!("{digits} a"),
            format!("{}  a", &digits[2..]),
            format!("{digits}00  a"),
            format!("{}xx  a", &digits[2..]),
        ] {
            assert!(parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
