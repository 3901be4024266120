//! The C caller's memory: the only place where its pointers are read and written.
#![expect(unsafe_code, reason = "the pointers of a C caller are followed here")]

use std::{marker::PhantomData, ptr, slice};

use sm2_signing::PublicKey;

use crate::{
    failure::Failure,
    types::{BatchItem, BatchMessage, Counts, Options, SM2_BATCH_ERROR_COUNT},
    verifier::Verifier,
};

/// Proof that the pointers of the running call keep the C contract.
///
/// Structures are copied, because packed callers do not align them; outputs are written after all inputs were used, so
/// they may overlap.
pub(crate) struct Caller(PhantomData<*mut ()>);

impl Caller {
    /// # Safety
    ///
    /// Every non-null pointer given to a method is valid for the length given with it (for the size of the structure where
    /// there is none) while `self` lives, and nobody writes to an input meanwhile. A pointer to a verifier is one that
    /// `lend` gave and `take_back` did not get.
    pub(crate) const unsafe fn new() -> Self {
        Self(PhantomData)
    }

    /// Refuses a number of things that no memory can hold.
    pub(crate) fn check_count(&self, count: usize) -> Result<(), Failure> {
        if count <= MOST {
            return Ok(());
        }
        let text =
            format!("a count of {count} is more than any array has; try: the number of items");
        Err(Failure::new(SM2_BATCH_ERROR_COUNT, text))
    }

    /// Input bytes; NULL is allowed with length 0 only.
    pub(crate) fn bytes(
        &self,
        what: &str,
        data: *const u8,
        length: usize,
    ) -> Result<&[u8], Failure> {
        if length == 0 {
            return Ok(&[]);
        }
        self.array(what, data, length)
    }

    /// Items, which are bytes and so have no alignment.
    pub(crate) fn items(
        &self,
        items: *const BatchItem,
        count: usize,
    ) -> Result<&[BatchItem], Failure> {
        const { assert!(align_of::<BatchItem>() == 1) }
        self.array("items", items, count)
    }

    /// Public keys, one after the other.
    pub(crate) fn keys(&self, keys: *const u8, count: usize) -> Result<Vec<PublicKey>, Failure> {
        let keys = self.array("keys", keys.cast::<[u8; 64]>(), count)?;
        Ok(keys.iter().map(PublicKey::from_bytes).collect())
    }

    /// The structures of messages, aligned or not.
    pub(crate) fn messages(
        &self,
        messages: *const BatchMessage,
        count: usize,
    ) -> Result<Vec<BatchMessage>, Failure> {
        let size = size_of::<BatchMessage>();
        let bytes = self.array(
            "messages",
            messages.cast::<u8>(),
            count.saturating_mul(size),
        )?;
        let structures = bytes.chunks_exact(size);
        structures
            .map(|structure| self.read("messages", structure.as_ptr().cast()))
            .collect()
    }

    /// The field of item `index` in an array of the caller's own structures.
    pub(crate) fn field<const N: usize>(
        &self,
        what: &str,
        field: *const u8,
        stride: usize,
        index: usize,
    ) -> Result<[u8; N], Failure> {
        self.read(what, field.wrapping_add(index.wrapping_mul(stride)).cast())
    }

    /// Refuses NULL, a stride that makes fields overlap, and one that leads out of the address space.
    pub(crate) fn check_stride<const N: usize>(
        &self,
        what: &str,
        field: *const u8,
        stride: usize,
        count: usize,
    ) -> Result<(), Failure> {
        if count == 0 {
            return Ok(());
        }
        if field.is_null() {
            return Err(Failure::null(what));
        }
        let far = count
            .checked_mul(stride)
            .is_none_or(|bytes| bytes > LONGEST);
        if far || (1..N).contains(&stride) {
            return Err(Failure::option(format!(
                "the stride of {what} is {stride}; try: the size of your structure, {N} for {what} one after the other, \
                 or 0 for the same one in all"
            )));
        }
        Ok(())
    }

    /// Options, or none.
    pub(crate) fn options(&self, options: *const Options) -> Result<Option<Options>, Failure> {
        if options.is_null() {
            return Ok(None);
        }
        let rest = self.rest("sm2_batch_options", options)?;
        if self
            .bytes("options", rest.start, rest.length)?
            .iter()
            .any(|byte| *byte != 0)
        {
            return Err(Failure::option(
                "an option is set that this library does not know; try: a library as new as the header",
            ));
        }
        self.read("options", options).map(Some)
    }

    /// Writes what the library knows, and zero to what the caller knows besides.
    pub(crate) fn write_counts(&self, target: *mut Counts, counts: Counts) -> Result<(), Failure> {
        let rest = self.rest("sm2_batch_counts", target)?;
        self.write_zeros(rest.start.cast_mut(), rest.length);
        let size = self.read("out", target.cast_const().cast())?;
        self.write("out", target, Counts { size, ..counts })
    }

    /// What lies behind the fields of a structure that this library knows, from the size in its first field.
    fn rest<T>(&self, name: &str, structure: *const T) -> Result<Rest, Failure> {
        let (known, size) = (size_of::<T>(), self.read::<usize>(name, structure.cast())?);
        match size.checked_sub(known) {
            Some(length) if size <= LARGEST_STRUCTURE => Ok(Rest {
                start: structure.cast::<u8>().wrapping_add(known),
                length,
            }),
            _ => Err(Failure::option(format!(
                "the size in {name} is {size}; try: sizeof({name}), which is {known} here"
            ))),
        }
    }

    /// The verifier behind a handle.
    pub(crate) fn verifier(&self, verifier: *const Verifier) -> Result<&Verifier, Failure> {
        if verifier.is_null() || !verifier.is_aligned() {
            return Err(Failure::null("verifier"));
        }
        // SAFETY: not null and aligned (checked above), and one that `lend` gave and that lives, by `new`'s contract;
        // nobody has it mutably, because it is only ever lent.
        Ok(unsafe { &*verifier })
    }

    /// Gives a verifier away as a handle.
    pub(crate) fn lend(
        &self,
        target: *mut *mut Verifier,
        verifier: Box<Verifier>,
    ) -> Result<(), Failure> {
        self.wants("out", target)?;
        self.write("out", target, Box::into_raw(verifier))
    }

    /// Takes back what [`lend`](Self::lend) gave.
    pub(crate) fn take_back(&self, verifier: *mut Verifier) -> Option<Box<Verifier>> {
        if verifier.is_null() || !verifier.is_aligned() {
            return None;
        }
        // SAFETY: `Box::into_raw` in `lend` gave it, and nobody uses it any more, by `new`'s contract.
        Some(unsafe { Box::from_raw(verifier) })
    }

    /// Refuses a NULL output before any work is done for it.
    pub(crate) fn wants<T>(&self, what: &str, target: *const T) -> Result<(), Failure> {
        if target.is_null() {
            return Err(Failure::null(what));
        }
        Ok(())
    }

    /// Writes a structure or a handle.
    pub(crate) fn write<T: Copy>(
        &self,
        what: &str,
        target: *mut T,
        value: T,
    ) -> Result<(), Failure> {
        self.wants(what, target)?;
        // SAFETY: not null (checked above) and valid for a `T` by `new`'s contract.
        unsafe { target.write_unaligned(value) };
        Ok(())
    }

    /// Writes `data`; to NULL only if there are none.
    pub(crate) fn write_bytes(&self, target: *mut u8, data: &[u8]) {
        if !target.is_null() {
            // SAFETY: not null (checked above) and valid for as many bytes as the call has items, by `new`'s contract;
            // `data` is the library's own.
            unsafe { ptr::copy_nonoverlapping(data.as_ptr(), target, data.len()) };
        }
    }

    /// Writes zeros; to NULL only if there are none.
    pub(crate) fn write_zeros(&self, target: *mut u8, count: usize) {
        if !target.is_null() {
            // SAFETY: not null (checked above) and valid for `count` bytes by `new`'s contract.
            unsafe { ptr::write_bytes(target, 0, count) };
        }
    }

    /// A copy of the structure at `source`.
    fn read<T: Copy>(&self, what: &str, source: *const T) -> Result<T, Failure> {
        self.wants(what, source)?;
        // SAFETY: not null (checked above) and valid for a `T` by `new`'s contract; the types read here are made of
        // integers and of raw pointers, for which every bit pattern is a value.
        Ok(unsafe { source.read_unaligned() })
    }

    /// An array of what is made of bytes.
    fn array<T: Copy>(&self, what: &str, data: *const T, count: usize) -> Result<&[T], Failure> {
        const { assert!(align_of::<T>() == 1) }
        if count == 0 {
            return Ok(&[]);
        }
        if data.is_null() {
            return Err(Failure::null(what));
        }
        if count
            .checked_mul(size_of::<T>())
            .is_none_or(|bytes| bytes > LONGEST)
        {
            let text = format!("{count} {what} are more than the address space holds");
            return Err(Failure::new(SM2_BATCH_ERROR_COUNT, text));
        }
        // SAFETY: not null and short enough (checked above), without alignment (asserted above), valid for `count` by
        // `new`'s contract; the types are made of bytes.
        Ok(unsafe { slice::from_raw_parts(data, count) })
    }
}

/// A part of a structure.
struct Rest {
    start: *const u8,
    length: usize,
}

/// The longest that a slice can be.
const LONGEST: usize = isize::MAX.unsigned_abs();
/// The most items or messages, each of which takes 160 bytes.
const MOST: usize = LONGEST / 160;
/// A size beyond this is an uninitialised variable.
const LARGEST_STRUCTURE: usize = 4096;
