//! The part of TARS that FISCO BCOS writes transactions and block headers in.
//!
//! A struct is a sequence of fields in ascending order of tags. A field is a head, `(tag << 4) | type` or `0xf0 | type`
//! and the tag in a byte of its own, and a value:
//!
//! | type | value |
//! |---|---|
//! | 0 to 3 | integer of 1, 2, 4, 8 bytes, big-endian; [`Encoder`] takes the shortest |
//! | 12 | the integer 0, no bytes |
//! | 6, 7 | string with a length of 1 or 4 bytes |
//! | 13 | bytes: `00`, an integer field with tag 0 as length, the bytes |
//! | 9 | list: an integer field with tag 0 as count, elements with tag 0 |
//! | 10, 11 | begin and end of a struct |
//! | 4, 5, 8 | float, double, map: skipped, never written |
//!
//! Input is not trusted: a length is compared with the bytes that are left before anything is done with it, nesting
//! stops at [`MAX_DEPTH`], and every [`Error`] says at which byte. Nothing is allocated here; what the types of this
//! crate decode takes at most sixteen times the memory of the input. Tags that a reader does not know are skipped.
//!
//! Two things are stricter than in the C++ library, which drops fields silently in both cases: a tag that comes twice or
//! out of order is an error, and so is text that is not UTF-8.
//!
//! # Examples
//!
//! ```
//! use fisco_node::tars::{Encoder, Fields};
//!
//! let mut encoder = Encoder::new();
//! encoder.integer(1, 300).text(2, "chain0").bytes(16, &[7; 3]);
//! let bytes = encoder.finish()?;
//! assert_eq!(bytes, b"\x11\x01\x2c\x26\x06chain0\xfd\x10\x00\x00\x03\x07\x07\x07");
//!
//! let (mut number, mut name) = (0, String::new());
//! for field in Fields::new(&bytes) {
//!     let field = field?;
//!     match field.tag() {
//!         1 => number = field.i32()?,
//!         2 => name = field.text()?.to_owned(),
//!         _ => {} // of a later version
//!     }
//! }
//! assert_eq!((number, name.as_str()), (300, "chain0"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod cursor;
mod decode;
mod encode;

pub use decode::{Field, Fields, List};
pub use encode::{Encoder, TooLong};

/// How deep structs, lists and maps may be nested; a block with transactions needs four.
pub const MAX_DEPTH: usize = 16;

/// Why bytes are not the TARS that was expected; offsets count from the first byte of the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input ends inside a value.
    #[error("byte {offset}: {needed} bytes expected, {left} left")]
    Truncated {
        /// Where the bytes should have been.
        offset: usize,
        /// How many.
        needed: usize,
        /// How many there are.
        left: usize,
    },
    /// A length or count is negative, or exceeds what is left of the input.
    #[error("byte {offset}: length {length} with {left} bytes left")]
    Length {
        /// Where the length stands.
        offset: usize,
        /// The length or count.
        length: i64,
        /// The bytes behind it.
        left: usize,
    },
    /// A field has a type other than the one its tag stands for.
    #[error("byte {offset}: tag {tag} is {found}, expected {expected}")]
    Type {
        /// Where the field's head stands.
        offset: usize,
        /// The field's tag.
        tag: u8,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// There is no such type.
    #[error("byte {offset}: unknown type {found}")]
    UnknownType {
        /// Where the head stands.
        offset: usize,
        /// The type, 14 or 15.
        found: u8,
    },
    /// A struct ends that did not begin.
    #[error("byte {offset}: end of a struct that did not begin")]
    StructEnd {
        /// Where the head stands.
        offset: usize,
    },
    /// A tag is not above the one before it.
    #[error("byte {offset}: tag {tag} behind tag {previous}")]
    Order {
        /// Where the head stands.
        offset: usize,
        /// The tag.
        tag: u8,
        /// The tag before it.
        previous: u8,
    },
    /// An element of a list, or a length, has a tag other than 0.
    #[error("byte {offset}: tag {tag} where only 0 can be")]
    ElementTag {
        /// Where the head stands.
        offset: usize,
        /// The tag.
        tag: u8,
    },
    /// Structs, lists and maps are nested deeper than [`MAX_DEPTH`].
    #[error("byte {offset}: nested deeper than {MAX_DEPTH}")]
    Depth {
        /// Where the head stands.
        offset: usize,
    },
    /// A string is not UTF-8.
    #[error("byte {offset}: the string with tag {tag} is not UTF-8")]
    Utf8 {
        /// Where the field's head stands.
        offset: usize,
        /// The field's tag.
        tag: u8,
    },
    /// A byte string has a length other than the one its tag stands for.
    #[error("byte {offset}: tag {tag} has {found} bytes, expected {expected}")]
    Size {
        /// Where the field's head stands.
        offset: usize,
        /// The field's tag.
        tag: u8,
        /// The length it should have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
}

/// The types in the low half of a head.
mod kind {
    pub(super) const INT8: u8 = 0;
    pub(super) const INT16: u8 = 1;
    pub(super) const INT32: u8 = 2;
    pub(super) const INT64: u8 = 3;
    pub(super) const FLOAT: u8 = 4;
    pub(super) const DOUBLE: u8 = 5;
    pub(super) const STRING1: u8 = 6;
    pub(super) const STRING4: u8 = 7;
    pub(super) const MAP: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const STRUCT_BEGIN: u8 = 10;
    pub(super) const STRUCT_END: u8 = 11;
    pub(super) const ZERO: u8 = 12;
    pub(super) const BYTES: u8 = 13;
}

/// In a head, says that the tag is in the next byte.
const LONG_TAG: u8 = 15;

#[cfg(test)]
mod tests;
