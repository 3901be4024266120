//! User files in memory.

use std::{collections::HashMap, sync::Mutex};

use conformance::Answer;

use super::helpers::{lock, refused};

#[derive(Debug, Default)]
pub(super) struct Files(Mutex<HashMap<String, Vec<u8>>>);

impl Files {
    pub(super) fn create(&self, name: &str, size: usize, twice: bool) -> Answer<()> {
        let mut files = lock(&self.0);
        if files.contains_key(name) && !twice {
            return Err(refused("the file exists"));
        }
        files.insert(name.to_owned(), vec![0; size]);
        Ok(())
    }

    pub(super) fn read(&self, name: &str, offset: usize, length: usize) -> Answer<Vec<u8>> {
        let files = lock(&self.0);
        let file = files.get(name).ok_or_else(|| refused("no such file"))?;
        let range = file.get(offset..offset + length);
        Ok(range.ok_or_else(|| refused("beyond the end"))?.to_vec())
    }

    /// `truncate` clears what stands behind the data.
    pub(super) fn write(
        &self,
        name: &str,
        offset: usize,
        data: &[u8],
        truncate: bool,
    ) -> Answer<()> {
        let mut files = lock(&self.0);
        let file = files.get_mut(name).ok_or_else(|| refused("no such file"))?;
        let range = file.get_mut(offset..offset + data.len());
        range
            .ok_or_else(|| refused("beyond the end"))?
            .copy_from_slice(data);
        if truncate {
            file[offset + data.len()..].fill(0);
        }
        Ok(())
    }

    pub(super) fn delete(&self, name: &str) -> Answer<()> {
        let removed = lock(&self.0).remove(name);
        removed.map(drop).ok_or_else(|| refused("no such file"))
    }
}
