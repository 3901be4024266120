//! Writing.

use super::{LONG_TAG, kind};

/// Writes fields, one after the other; their tags are the caller's to order.
///
/// # Examples
///
/// ```
/// use fisco_node::tars::Encoder;
///
/// let mut encoder = Encoder::new();
/// encoder
///     .structure(1, |parent| {
///         parent.integer(1, 8).bytes(2, &[0xab]);
///     })
///     .list(2, &[0, -1], |list, weight| {
///         list.integer(0, *weight);
///     });
/// let expected = [0x1a, 0x10, 8, 0x2d, 0, 0, 1, 0xab, 0x0b, 0x29, 0, 2, 0x0c, 0, 0xff];
/// assert_eq!(encoder.finish()?, expected);
/// # Ok::<(), fisco_node::tars::TooLong>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
    too_long: Option<TooLong>,
}

impl Encoder {
    /// Starts with nothing written.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            too_long: None,
        }
    }

    /// Writes an integer in the shortest type, 0 with no bytes at all.
    pub fn integer(&mut self, tag: u8, value: i64) -> &mut Self {
        if value == 0 {
            self.head(tag, kind::ZERO);
        } else if let Ok(value) = i8::try_from(value) {
            self.number(tag, kind::INT8, &value.to_be_bytes());
        } else if let Ok(value) = i16::try_from(value) {
            self.number(tag, kind::INT16, &value.to_be_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.number(tag, kind::INT32, &value.to_be_bytes());
        } else {
            self.number(tag, kind::INT64, &value.to_be_bytes());
        }
        self
    }

    /// Writes a string, with a length of one byte up to 255 bytes and of four from there.
    pub fn text(&mut self, tag: u8, text: &str) -> &mut Self {
        if let Ok(length) = u8::try_from(text.len()) {
            self.number(tag, kind::STRING1, &[length]);
        } else {
            let length = self.length(text.len());
            self.number(tag, kind::STRING4, &length.to_be_bytes());
        }
        self.raw(text.as_bytes());
        self
    }

    /// Writes bytes (a simple list).
    pub fn bytes(&mut self, tag: u8, bytes: &[u8]) -> &mut Self {
        self.head(tag, kind::BYTES);
        self.head(0, kind::INT8);
        let length = self.length(bytes.len());
        self.integer(0, length.into());
        self.raw(bytes);
        self
    }

    /// Writes a list; `write` writes one element, with tag 0.
    pub fn list<T>(
        &mut self,
        tag: u8,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T),
    ) -> &mut Self {
        self.head(tag, kind::LIST);
        let count = self.length(items.len());
        self.integer(0, count.into());
        for item in items {
            write(self, item);
        }
        self
    }

    /// Writes a struct; `write` writes its fields.
    pub fn structure(&mut self, tag: u8, write: impl FnOnce(&mut Self)) -> &mut Self {
        self.head(tag, kind::STRUCT_BEGIN);
        write(self);
        self.head(0, kind::STRUCT_END);
        self
    }

    /// Writes an integer unless it is 0.
    pub fn optional_integer(&mut self, tag: u8, value: i64) -> &mut Self {
        if value == 0 {
            return self;
        }
        self.integer(tag, value)
    }

    /// Writes a string unless it is empty.
    pub fn optional_text(&mut self, tag: u8, text: &str) -> &mut Self {
        if text.is_empty() {
            return self;
        }
        self.text(tag, text)
    }

    /// Writes bytes unless there are none.
    pub fn optional_bytes(&mut self, tag: u8, bytes: &[u8]) -> &mut Self {
        if bytes.is_empty() {
            return self;
        }
        self.bytes(tag, bytes)
    }

    /// Writes a list unless it is empty.
    pub fn optional_list<T>(
        &mut self,
        tag: u8,
        items: &[T],
        write: impl FnMut(&mut Self, &T),
    ) -> &mut Self {
        if items.is_empty() {
            return self;
        }
        self.list(tag, items, write)
    }

    /// The bytes.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if one of the values was.
    pub fn finish(self) -> Result<Vec<u8>, TooLong> {
        self.too_long.map_or(Ok(self.bytes), Err)
    }

    fn head(&mut self, tag: u8, kind: u8) {
        if tag < LONG_TAG {
            self.bytes.push(tag << 4 | kind);
        } else {
            self.bytes.extend([LONG_TAG << 4 | kind, tag]);
        }
    }

    fn number(&mut self, tag: u8, kind: u8, bytes: &[u8]) {
        self.head(tag, kind);
        self.raw(bytes);
    }

    /// Keeps nothing once a length did not fit: the result is refused anyway.
    fn raw(&mut self, bytes: &[u8]) {
        if self.too_long.is_none() {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// A length field is a signed 32-bit integer wherever it is read.
    pub(super) fn length(&mut self, length: usize) -> i32 {
        i32::try_from(length).unwrap_or_else(|_| {
            self.too_long.get_or_insert(TooLong { length });
            0
        })
    }
}

/// A value of 2 GiB or more, which no length field can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{length} bytes or elements do not fit a TARS length field; the most are 2147483647")]
#[non_exhaustive]
pub struct TooLong {
    /// How many bytes or elements.
    pub length: usize,
}
