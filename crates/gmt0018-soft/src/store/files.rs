//! User files (GM/T 0018 §6.7): named byte ranges of a size fixed at creation.

use serde::{Deserialize, Serialize};
use sm_soft::hash::sm3;

use super::medium::{Blob, Name};
use super::{MAX_FILES, MAX_NAME_LENGTH, Store, StoreError, UserFile, envelope, hex};

impl Store {
    /// Creates a user file of `size` zero bytes; `name` is any 1 to 128 bytes.
    ///
    /// # Errors
    ///
    /// [`StoreError::FileExists`], [`StoreError::FileName`], [`StoreError::FileSize`],
    /// [`StoreError::Capacity`], or why the store cannot be written.
    pub fn create_file(&self, name: &[u8], size: u32) -> Result<(), StoreError> {
        let blob = blob_name(name)?;
        let capacity = self.file_capacity();
        if size == 0 || size > capacity {
            return Err(StoreError::FileSize {
                size,
                max: capacity,
            });
        }
        let mut change = self.medium().change()?;
        if self.medium().read(&blob)?.is_some() {
            return Err(StoreError::FileExists);
        }
        let files = self.files()?;
        let used = files.iter().map(|file| u64::from(file.size)).sum::<u64>();
        let free = u32::try_from(u64::from(capacity).saturating_sub(used)).unwrap_or(0);
        if size > free || files.len() >= MAX_FILES {
            return Err(StoreError::Capacity { needed: size, free });
        }
        let length = usize::try_from(size).unwrap_or(usize::MAX);
        change.write(&blob, &self.wrap_file(&blob, name, &vec![0; length]))
    }

    /// Up to `length` bytes of a user file from `offset` on; fewer when the file ends before.
    ///
    /// # Errors
    ///
    /// [`StoreError::FileNotFound`], [`StoreError::FileRange`] for an offset behind the end,
    /// [`StoreError::FileName`], or why the file cannot be read.
    pub fn read_file(&self, name: &[u8], offset: u32, length: u32) -> Result<Blob, StoreError> {
        let content = self.file(name)?;
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| content.get(offset..));
        match rest {
            None => Err(out_of_range(offset, wanted, content.len())),
            Some(rest) => Ok(rest.iter().take(wanted).copied().collect::<Vec<_>>().into()),
        }
    }

    /// Overwrites a part of a user file; all of `data` must lie within the size it was created with.
    ///
    /// # Errors
    ///
    /// [`StoreError::FileNotFound`], [`StoreError::FileRange`], [`StoreError::FileName`], or why the store
    /// cannot be written; then the old content is intact.
    pub fn write_file(&self, name: &[u8], offset: u32, data: &[u8]) -> Result<(), StoreError> {
        let blob = blob_name(name)?;
        let mut change = self.medium().change()?;
        let mut content = self.file(name)?;
        let size = content.len();
        usize::try_from(offset)
            .ok()
            .and_then(|offset| content.get_mut(offset..offset.checked_add(data.len())?))
            .ok_or_else(|| out_of_range(offset, data.len(), size))?
            .copy_from_slice(data);
        change.write(&blob, &self.wrap_file(&blob, name, &content))
    }

    /// Removes a user file for good.
    ///
    /// # Errors
    ///
    /// [`StoreError::FileNotFound`], [`StoreError::FileName`], or why the store cannot be written.
    pub fn delete_file(&self, name: &[u8]) -> Result<(), StoreError> {
        let blob = blob_name(name)?;
        let mut change = self.medium().change()?;
        if self.medium().read(&blob)?.is_none() {
            return Err(StoreError::FileNotFound);
        }
        change.remove(&blob)
    }

    /// The user files, sorted by name.
    ///
    /// # Errors
    ///
    /// Why one of them cannot be read.
    pub fn files(&self) -> Result<Vec<UserFile>, StoreError> {
        let mut files = Vec::new();
        for name in self.medium().names()? {
            if matches!(name, Name::File(_)) {
                // Another process may have deleted it since the names were listed.
                files.extend(self.user_file(&name)?);
            }
        }
        files.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(files)
    }

    /// How many bytes all user files may have together, as `DEVICEINFO.BufferSize` reports it.
    #[must_use]
    pub fn file_capacity(&self) -> u32 {
        self.inner.device.file_capacity
    }

    pub(super) fn user_file(&self, name: &Name) -> Result<Option<UserFile>, StoreError> {
        let Some((header, content)) = self.read::<Header>(name)? else {
            return Ok(None);
        };
        let damaged = |why| StoreError::corrupt(self.medium().path(name), why);
        let file = hex::decode(&header.name).ok_or_else(|| damaged("its name cannot be read"))?;
        let size =
            u32::try_from(content.len()).map_err(|_| damaged("it is larger than any file"))?;
        Ok(Some(UserFile { name: file, size }))
    }

    fn file(&self, name: &[u8]) -> Result<Blob, StoreError> {
        let found = self
            .read::<Header>(&blob_name(name)?)?
            .ok_or(StoreError::FileNotFound)?;
        Ok(found.1)
    }

    fn wrap_file(&self, blob: &Name, name: &[u8], content: &[u8]) -> Blob {
        let header = Header {
            name: hex::encode(name),
        };
        envelope::wrap(self.mac_key(), blob, &header, content)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// The file's name in hex: it may be any bytes.
    name: String,
}

fn blob_name(name: &[u8]) -> Result<Name, StoreError> {
    if name.is_empty() || name.len() > MAX_NAME_LENGTH {
        return Err(StoreError::FileName { length: name.len() });
    }
    Ok(Name::File(sm3(name)))
}

fn out_of_range(offset: u32, length: usize, size: usize) -> StoreError {
    StoreError::FileRange {
        offset,
        length,
        size: u32::try_from(size).unwrap_or(u32::MAX),
    }
}
