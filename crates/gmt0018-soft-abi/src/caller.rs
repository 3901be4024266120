//! The C caller's memory: the only place where its pointers are read and written.

use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::path::PathBuf;

use gmt0018_softcard::store::{MAX_NAME_LENGTH, MAX_PASSWORD_LENGTH, StoreError};
use gmt0018_softcard::{CardError, MAX_SM2_PLAINTEXT};
use zeroize::Zeroizing;

/// Proof that the pointers of the running call keep the C contract.
///
/// Structures are copied, because packed callers do not align them; outputs are written after all
/// inputs were used, so they may overlap.
pub(crate) struct Caller(PhantomData<*mut ()>);

impl Caller {
    /// # Safety
    ///
    /// Every non-null pointer given to a method is valid for the length given with it (for the
    /// size of `T` where there is none, up to the NUL byte for a string) while `self` lives, and
    /// nobody writes to an input meanwhile.
    pub(crate) const unsafe fn new() -> Self {
        Self(PhantomData)
    }

    /// Input bytes; NULL and length 0 are refused.
    pub(crate) fn input(&self, data: *const u8, length: u32) -> Result<&[u8], CardError> {
        if length == 0 {
            return Err(CardError::Argument("the input is empty"));
        }
        self.optional_input(data, length)
    }

    /// Input bytes that may be absent: NULL is allowed with length 0 only.
    pub(crate) fn optional_input(&self, data: *const u8, length: u32) -> Result<&[u8], CardError> {
        if length == 0 {
            return Ok(&[]);
        }
        if data.is_null() {
            return Err(CardError::Argument("the input pointer is NULL"));
        }
        let length = usize::try_from(length)
            .ok()
            .filter(|length| isize::try_from(*length).is_ok())
            .ok_or(CardError::Argument(
                "the input is longer than the address space",
            ))?;
        // SAFETY: not null (checked above) and valid for `length` bytes by `new`'s contract;
        // `length` fits an isize (checked above).
        Ok(unsafe { std::slice::from_raw_parts(data, length) })
    }

    /// Exactly `N` input bytes.
    pub(crate) fn array<const N: usize>(&self, data: *const u8) -> Result<[u8; N], CardError> {
        self.read(data.cast::<[u8; N]>())
    }

    /// A copy of the structure at `source`.
    pub(crate) fn read<T: Copy>(&self, source: *const T) -> Result<T, CardError> {
        if source.is_null() {
            return Err(CardError::Argument("a structure pointer is NULL"));
        }
        // SAFETY: not null (checked above) and valid for a `T` by `new`'s contract; the types read
        // here are made of integers, for which every bit pattern is a value.
        Ok(unsafe { source.read_unaligned() })
    }

    /// Writes a structure, a handle or a length.
    pub(crate) fn write<T: Copy>(&self, target: *mut T, value: T) -> Result<(), CardError> {
        if target.is_null() {
            return Err(CardError::Output("an output pointer is NULL"));
        }
        // SAFETY: not null (checked above) and valid for a `T` by `new`'s contract.
        unsafe { target.write_unaligned(value) };
        Ok(())
    }

    /// Writes `data` to `target`.
    pub(crate) fn write_bytes(&self, target: *mut u8, data: &[u8]) -> Result<(), CardError> {
        if target.is_null() {
            return Err(CardError::Output("an output pointer is NULL"));
        }
        // SAFETY: `target` is not null (checked above) and valid for as many bytes as the call
        // produces by `new`'s contract; `copy` allows overlap.
        unsafe { std::ptr::copy(data.as_ptr(), target, data.len()) };
        Ok(())
    }

    /// Writes `data` and its length. The length's old value is not looked at: callers leave it
    /// uninitialised.
    pub(crate) fn output(
        &self,
        target: *mut u8,
        length: *mut u32,
        data: &[u8],
    ) -> Result<(), CardError> {
        self.write_length(length, data.len())?;
        self.write_bytes(target, data)
    }

    /// The same where `target` may be NULL because there are no data.
    pub(crate) fn optional_output(
        &self,
        target: *mut u8,
        length: *mut u32,
        data: &[u8],
    ) -> Result<(), CardError> {
        if data.is_empty() {
            self.write_length(length, 0)
        } else {
            self.output(target, length, data)
        }
    }

    pub(crate) fn write_length(&self, target: *mut u32, length: usize) -> Result<(), CardError> {
        let length = u32::try_from(length)
            .map_err(|_| CardError::Argument("the result is longer than 4 GiB"))?;
        self.write(target, length)
    }

    /// Answers a length query: true when `target` is NULL and `needed` was written to `length`.
    pub(crate) fn asked_length(
        &self,
        target: *const u8,
        length: *mut u32,
        needed: usize,
    ) -> Result<bool, CardError> {
        self.wants(length)?;
        if target.is_null() {
            self.write_length(length, needed)?;
        }
        Ok(target.is_null())
    }

    /// Refuses a NULL output before any work is done for it.
    pub(crate) fn wants<T>(&self, target: *const T) -> Result<(), CardError> {
        if target.is_null() {
            return Err(CardError::Output("an output pointer is NULL"));
        }
        Ok(())
    }

    /// Up to 256 bytes that may be absent: an IV.
    pub(crate) fn short(&self, data: *const u8, length: u32) -> Result<&[u8], CardError> {
        if length > SHORT {
            return Err(CardError::Argument(
                "a key, nonce or IV is longer than 256 bytes",
            ));
        }
        self.optional_input(data, length)
    }

    /// 1 to 256 bytes: a key or a nonce.
    pub(crate) fn short_input(&self, data: *const u8, length: u32) -> Result<&[u8], CardError> {
        if length > SHORT {
            return Err(CardError::Argument(
                "a key, nonce or IV is longer than 256 bytes",
            ));
        }
        self.input(data, length)
    }

    /// An authentication tag; what is longer than 16 bytes is a pointer passed for a length.
    pub(crate) fn tag(&self, tag: *const u8, length: u32) -> Result<&[u8], CardError> {
        if length > 16 {
            return Err(CardError::Argument("a tag has at most 16 bytes, by value"));
        }
        self.input(tag, length)
    }

    /// A plaintext for SM2; an absurd length is refused before a byte is read.
    pub(crate) fn plaintext(&self, data: *const u8, length: u32) -> Result<&[u8], CardError> {
        if usize::try_from(length).map_or(true, |length| length > MAX_SM2_PLAINTEXT) {
            return Err(CardError::Argument("SM2 encryption takes 1 to 4096 bytes"));
        }
        self.input(data, length)
    }

    /// A password: counted bytes, of a length that is plausible before it is looked at.
    pub(crate) fn password(&self, password: *const u8, length: u32) -> Result<&[u8], CardError> {
        match usize::try_from(length) {
            Ok(length) if length > MAX_PASSWORD_LENGTH => {
                Err(StoreError::PasswordLength { length }.into())
            }
            _ => self.input(password, length),
        }
    }

    /// A file name: counted bytes.
    pub(crate) fn file_name(&self, name: *const u8, length: u32) -> Result<&[u8], CardError> {
        match usize::try_from(length) {
            Ok(length) if length > MAX_NAME_LENGTH => Err(StoreError::FileName { length }.into()),
            _ => self.input(name, length),
        }
    }

    /// Fills `length` bytes at `target`, a bounded chunk at a time.
    pub(crate) fn output_in_chunks(
        &self,
        target: *mut u8,
        length: u32,
        mut fill: impl FnMut(&mut [u8]) -> Result<(), CardError>,
    ) -> Result<(), CardError> {
        if length == 0 {
            return Err(CardError::Argument("0 bytes were asked for"));
        }
        let mut left = usize::try_from(length)
            .map_err(|_| CardError::Argument("more was asked for than the address space holds"))?;
        let mut target = target;
        let mut buffer = Zeroizing::new([0; CHUNK]);
        while left > 0 {
            let (chunk, _) = buffer.split_at_mut(left.min(CHUNK));
            fill(chunk)?;
            self.write_bytes(target, chunk)?;
            target = target.wrapping_add(chunk.len());
            left = left.saturating_sub(chunk.len());
        }
        Ok(())
    }

    /// A NUL-terminated path.
    pub(crate) fn path(&self, path: *const c_char) -> Result<PathBuf, CardError> {
        if path.is_null() {
            return Err(CardError::Argument("the path is NULL"));
        }
        // SAFETY: not null (checked above) and NUL-terminated by `new`'s contract.
        let path = unsafe { CStr::from_ptr(path) };
        if path.is_empty() {
            return Err(CardError::Argument("the path is empty"));
        }
        path_from_bytes(path.to_bytes())
    }
}

#[cfg(unix)]
fn path_from_bytes(bytes: &[u8]) -> Result<PathBuf, CardError> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: &[u8]) -> Result<PathBuf, CardError> {
    std::str::from_utf8(bytes)
        .map(PathBuf::from)
        .map_err(|_| CardError::Argument("the path is not UTF-8"))
}

const SHORT: u32 = 256;
const CHUNK: usize = 4096;
