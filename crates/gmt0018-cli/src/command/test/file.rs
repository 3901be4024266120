//! File operations (GM/T 0018 clause 6.7), on one file of a new name, and only if that is allowed.

use gmt0018::{Function as F, Session};

use super::case::{Case, Chapter, Subject, Trouble, Verdict, ensure, pattern};
use crate::command::hex;

pub(super) const CASES: &[Case] = &[Case::new(
    Chapter::File,
    "file/write-and-read",
    CALLS,
    there_and_back,
)];

fn there_and_back(subject: &Subject<'_>) -> Verdict {
    with_file(subject, |session, name| {
        let content = pattern(SIZE_IN_BYTES);
        session.write_file(name, 0, &content)?;
        ensure(
            session.read_file(name, 0, SIZE)? == content,
            "what is read is not what was written",
        )?;
        let part = session.read_file(name, 16, 16)?;
        ensure(
            content.get(16..32) == Some(part.as_slice()),
            "reading from an offset gives other bytes",
        )?;
        Ok(format!("{SIZE} bytes written, read and deleted"))
    })
}

/// Makes a file of a name that is free, works on it, and deletes it, whatever happened.
pub(super) fn with_file(
    subject: &Subject<'_>,
    work: impl FnOnce(&Session, &str) -> Verdict,
) -> Verdict {
    if !subject.file_writes {
        let why = "writes a file in the card: pass --allow-file-writes";
        return Err(Trouble::Skipped(why.to_owned()));
    }
    let session = subject.session()?;
    let name = free_name(&session)?;
    session.create_file(&name, SIZE)?;
    let outcome = work(&session, &name);
    let deleted = session.delete_file(&name);
    let detail = outcome?;
    deleted?;
    ensure(
        session.read_file(&name, 0, 1).is_err(),
        "the file can still be read after it was deleted",
    )?;
    Ok(detail)
}

/// A name that is 64 random bits long, and that no file can be read under.
pub(super) fn free_name(session: &Session) -> Result<String, Trouble> {
    let name = format!("gmt0018-test-{}", hex(&session.random(8)?));
    match session.read_file(&name, 0, 1) {
        Ok(_) => Err(Trouble::Skipped(format!("a file {name} exists already"))),
        Err(cause @ gmt0018::Error::MissingSymbol(_)) => Err(cause.into()),
        Err(_) => Ok(name),
    }
}

pub(super) const CALLS: &[F] = &[
    F::GenerateRandom,
    F::ReadFile,
    F::CreateFile,
    F::WriteFile,
    F::DeleteFile,
];
pub(super) const SIZE: u32 = 96;
const SIZE_IN_BYTES: usize = 96;
