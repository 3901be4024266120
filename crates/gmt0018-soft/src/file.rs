//! File operations (6.7).

use zeroize::Zeroizing;

use crate::{CardError, Session};

impl Session {
    /// Makes a file of `size` zero bytes (`SDF_CreateFile`).
    ///
    /// # Errors
    ///
    /// [`CardError::Store`]: the name is taken, empty or longer than 128 bytes, or there is no room.
    pub fn create_file(&self, name: &[u8], size: u32) -> Result<(), CardError> {
        Ok(self.card.store().create_file(name, size)?)
    }

    /// Reads up to `length` bytes from `offset` (`SDF_ReadFile`); fewer where the file ends.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`]: there is no such file, or the offset is behind its end.
    pub fn read_file(
        &self,
        name: &[u8],
        offset: u32,
        length: u32,
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        Ok(self.card.store().read_file(name, offset, length)?)
    }

    /// Writes `data` at `offset` within the file's size (`SDF_WriteFile`).
    ///
    /// # Errors
    ///
    /// [`CardError::Store`]: there is no such file, or the range is not within it.
    pub fn write_file(&self, name: &[u8], offset: u32, data: &[u8]) -> Result<(), CardError> {
        Ok(self.card.store().write_file(name, offset, data)?)
    }

    /// Deletes a file (`SDF_DeleteFile`).
    ///
    /// # Errors
    ///
    /// [`CardError::Store`]: there is no such file.
    pub fn delete_file(&self, name: &[u8]) -> Result<(), CardError> {
        Ok(self.card.store().delete_file(name)?)
    }
}
