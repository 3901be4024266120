//! User files. Each case makes files of its own, under a name no other has, and deletes them.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Case, Context};
use crate::{
    Backend,
    Chapter::File,
    check::{CaseResult, Check},
};

pub(super) const CASES: &[Case] = &[
    Case::new(File, "file: round trip", round_trip),
    Case::new(File, "file: wrong use is refused", wrong_use),
];

fn round_trip(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    let file = TestFile::create(context.backend, 1000)?;
    let data = random.bytes(1000);
    let (first, second) = data.split_at(333);
    file.backend.write_file(&file.name, 0, first)?;
    file.backend.write_file(&file.name, 333, second)?;
    check.equal(
        "the whole file",
        file.backend.read_file(&file.name, 0, 1000)?,
        &data,
    );
    check.equal(
        "a part",
        file.backend.read_file(&file.name, 300, 100)?,
        &data[300..400],
    );
    let patch = random.bytes(10);
    file.backend.write_file(&file.name, 500, &patch)?;
    let expected = [&data[..500], &patch, &data[510..]].concat();
    check.equal(
        "after a patch",
        file.backend.read_file(&file.name, 0, 1000)?,
        expected,
    );

    let other = TestFile::create(context.backend, 16)?;
    file.backend.write_file(&other.name, 0, &[9; 16])?;
    check.equal(
        "the first, unmoved",
        file.backend.read_file(&file.name, 500, 10)?,
        patch,
    );
    Ok(())
}

fn wrong_use(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let backend = context.backend;
    let file = TestFile::create(backend, 16)?;
    backend.write_file(&file.name, 0, &[1; 16])?;
    check.refused("made twice", backend.create_file(&file.name, 16));
    check.refused("read behind its end", backend.read_file(&file.name, 17, 1));
    check.refused(
        "written beyond its end",
        backend.write_file(&file.name, 10, &[2; 7]),
    );
    check.equal(
        "after all that",
        backend.read_file(&file.name, 0, 16)?,
        [1; 16],
    );
    let name = unique_name();
    check.refused("read, not there", backend.read_file(&name, 0, 1));
    check.refused("written, not there", backend.write_file(&name, 0, &[0]));
    check.refused("deleted, not there", backend.delete_file(&name));
    let gone = TestFile::create(backend, 16)?;
    backend.delete_file(&gone.name)?;
    check.refused("read, deleted", backend.read_file(&gone.name, 0, 1));
    Ok(())
}

/// A file that goes away with the value, whatever the case found.
struct TestFile<'a> {
    backend: &'a dyn Backend,
    name: String,
}

impl<'a> TestFile<'a> {
    fn create(backend: &'a dyn Backend, size: usize) -> crate::Answer<Self> {
        let name = unique_name();
        backend.create_file(&name, size)?;
        Ok(Self { backend, name })
    }
}

impl Drop for TestFile<'_> {
    fn drop(&mut self) {
        // Nothing is left to do for a file that was deleted before.
        let _ = self.backend.delete_file(&self.name);
    }
}

fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(
        "conformance-{}-{:x}-{count}",
        process::id(),
        since.as_nanos()
    )
}
