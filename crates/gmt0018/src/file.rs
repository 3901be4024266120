//! File operations (GM/T 0018 clause 6.7).

use crate::{
    Error, Function, InputError, Session,
    call::Output,
    key::{not_empty, take},
};

impl Session {
    /// Makes a file of `size` bytes.
    ///
    /// # Errors
    /// When the name is refused, the file exists, there is no room, or the call fails.
    pub fn create_file(&self, name: &str, size: u32) -> Result<(), Error> {
        self.raw()
            .create_file(self.handle(), file_name(name)?, size)
    }

    /// Reads up to `length` bytes from `offset`; the device may give fewer at the end of the file.
    ///
    /// # Errors
    /// When there is no such file, the offset is behind its end, or the call fails.
    pub fn read_file(&self, name: &str, offset: u32, length: u32) -> Result<Vec<u8>, Error> {
        let name = file_name(name)?;
        if length == 0 {
            return Err(InputError::Empty {
                what: "range to read",
            }
            .into());
        }
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        let mut room = vec![0; wanted.saturating_add(SLACK)];
        let mut output = Output::offering(&mut room, length);
        self.raw()
            .read_file(self.handle(), name, offset, &mut output)?;
        let reported = output.reported();
        room.truncate(wanted);
        Ok(take(Function::ReadFile, room, reported)?)
    }

    /// Writes `data` at `offset` in one call: some devices cut the file to what one call writes.
    ///
    /// # Errors
    /// When there is nothing to write, no such file, no room in it, or the call fails.
    pub fn write_file(&self, name: &str, offset: u32, data: &[u8]) -> Result<(), Error> {
        let name = file_name(name)?;
        not_empty("data", data)?;
        self.raw().write_file(self.handle(), name, offset, data)
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// When there is no such file, or the call fails.
    pub fn delete_file(&self, name: &str) -> Result<(), Error> {
        self.raw().delete_file(self.handle(), file_name(name)?)
    }
}

/// The bytes of a file name: 1 to 128, counted, without a zero byte at the end.
const fn file_name(name: &str) -> Result<&[u8], InputError> {
    match name.len() {
        1..=128 => Ok(name.as_bytes()),
        found => Err(InputError::Length {
            what: "file name",
            expected: "1 to 128",
            found,
        }),
    }
}

/// What a buffer has more than was asked for, for libraries that write whole blocks.
const SLACK: usize = 64;
