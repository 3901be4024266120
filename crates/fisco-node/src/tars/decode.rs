//! Reading.

use super::{
    Error,
    cursor::{Cursor, Head, Value},
};

/// The fields of a struct, one after the other.
///
/// Ends behind the first error.
///
/// # Examples
///
/// ```
/// use fisco_node::tars::{Error, Fields};
///
/// let mut fields = Fields::new(&[0x10, 5, 0x26, 200, b'x']);
/// assert_eq!(fields.next().unwrap()?.i64(), Ok(5));
/// let error = fields.next().unwrap().unwrap_err();
/// assert_eq!(error.to_string(), "byte 3: length 200 with 1 bytes left");
/// assert!(fields.next().is_none());
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "fields are read by iterating"]
pub struct Fields<'a> {
    cursor: Cursor<'a>,
    depth: usize,
    previous: Option<u8>,
}

impl<'a> Fields<'a> {
    /// Reads the fields of a struct that is the whole input.
    pub const fn new(input: &'a [u8]) -> Self {
        Self::inside(Cursor::new(input), 0)
    }

    pub(super) const fn inside(cursor: Cursor<'a>, depth: usize) -> Self {
        Self {
            cursor,
            depth,
            previous: None,
        }
    }

    fn read(&mut self) -> Result<Field<'a>, Error> {
        let head = self.cursor.head()?;
        let value = self.cursor.value(head, self.depth)?;
        if let Some(previous) = self.previous.filter(|previous| *previous >= head.tag) {
            return Err(Error::Order {
                offset: head.offset,
                tag: head.tag,
                previous,
            });
        }
        self.previous = Some(head.tag);
        Ok(Field { head, value })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.cursor.close();
        }
        Some(field)
    }
}

/// The elements of a list, each of them a field with tag 0.
///
/// # Examples
///
/// ```
/// use fisco_node::tars::{Error, Fields};
///
/// let list = Fields::new(&[0x39, 0, 2, 0x0c, 0, 7]).next().unwrap()?.list()?;
/// assert_eq!(list.len(), 2);
/// let numbers = list.map(|element| element?.i64()).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(numbers, [0, 7]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "elements are read by iterating"]
pub struct List<'a> {
    cursor: Cursor<'a>,
    left: usize,
    depth: usize,
}

impl<'a> List<'a> {
    pub(super) const fn new(cursor: Cursor<'a>, count: usize, depth: usize) -> Self {
        Self {
            cursor,
            left: count,
            depth,
        }
    }

    fn read(&mut self) -> Result<Field<'a>, Error> {
        let head = self.cursor.head()?;
        let value = self.cursor.value(head, self.depth)?;
        Ok(Field { head, value })
    }
}

impl<'a> Iterator for List<'a> {
    type Item = Result<Field<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(self.read())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for List<'_> {}

/// A tag and its value.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    head: Head,
    value: Value<'a>,
}

impl<'a> Field<'a> {
    /// The tag.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        self.head.tag
    }

    /// Where the field begins in the input.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.head.offset
    }

    /// An integer of at most one byte.
    ///
    /// # Errors
    ///
    /// [`Error::Type`].
    pub fn i8(&self) -> Result<i8, Error> {
        let value = self.integer(1, "an integer of 1 byte")?;
        i8::try_from(value).map_err(|_| self.mismatch("an integer of 1 byte"))
    }

    /// An integer of at most four bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Type`].
    pub fn i32(&self) -> Result<i32, Error> {
        let value = self.integer(4, "an integer of at most 4 bytes")?;
        i32::try_from(value).map_err(|_| self.mismatch("an integer of at most 4 bytes"))
    }

    /// An integer.
    ///
    /// # Errors
    ///
    /// [`Error::Type`].
    pub fn i64(&self) -> Result<i64, Error> {
        self.integer(8, "an integer")
    }

    /// A string.
    ///
    /// # Errors
    ///
    /// [`Error::Type`] or [`Error::Utf8`].
    pub fn text(&self) -> Result<&'a str, Error> {
        let Value::Text(text) = self.value else {
            return Err(self.mismatch("a string"));
        };
        str::from_utf8(text).map_err(|_| Error::Utf8 {
            offset: self.head.offset,
            tag: self.head.tag,
        })
    }

    /// Bytes (a simple list).
    ///
    /// # Errors
    ///
    /// [`Error::Type`].
    pub fn bytes(&self) -> Result<&'a [u8], Error> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(self.mismatch("bytes")),
        }
    }

    /// Bytes (a simple list), exactly `N` of them.
    ///
    /// # Errors
    ///
    /// [`Error::Type`] or [`Error::Size`].
    pub fn array<const N: usize>(&self) -> Result<[u8; N], Error> {
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| Error::Size {
            offset: self.head.offset,
            tag: self.head.tag,
            expected: N,
            found: bytes.len(),
        })
    }

    /// A list.
    ///
    /// # Errors
    ///
    /// [`Error::Type`].
    pub fn list(self) -> Result<List<'a>, Error> {
        let mismatch = self.mismatch("a list");
        match self.value {
            Value::List(list) => Ok(list),
            _ => Err(mismatch),
        }
    }

    /// A list, each element read with `read`.
    ///
    /// # Errors
    ///
    /// [`Error::Type`], or what `read` says.
    ///
    /// # Examples
    ///
    /// ```
    /// use fisco_node::tars::{Error, Fields};
    ///
    /// let field = Fields::new(&[0x39, 0, 2, 0x0c, 0, 7]).next().unwrap()?;
    /// assert_eq!(field.elements(|element| element.i64())?, [0, 7]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn elements<T>(self, read: impl Fn(Self) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        let list = self.list()?;
        // So many elements are there: they have been walked over.
        let mut elements = Vec::with_capacity(list.len());
        for element in list {
            elements.push(read(element?)?);
        }
        Ok(elements)
    }

    /// A struct.
    ///
    /// # Errors
    ///
    /// [`Error::Type`].
    pub fn structure(self) -> Result<Fields<'a>, Error> {
        let mismatch = self.mismatch("a struct");
        match self.value {
            Value::Struct(fields) => Ok(fields),
            _ => Err(mismatch),
        }
    }

    /// The C++ library refuses an integer that was written in more bytes than the field has, whatever its value.
    fn integer(&self, most: usize, expected: &'static str) -> Result<i64, Error> {
        match self.value {
            Value::Integer { value, width } if width <= most => Ok(value),
            _ => Err(self.mismatch(expected)),
        }
    }

    const fn mismatch(&self, expected: &'static str) -> Error {
        Error::Type {
            offset: self.head.offset,
            tag: self.head.tag,
            expected,
            found: match self.value {
                Value::Integer { width: 0 | 1, .. } => "an integer of 1 byte",
                Value::Integer { width: 2, .. } => "an integer of 2 bytes",
                Value::Integer { width: 4, .. } => "an integer of 4 bytes",
                Value::Integer { .. } => "an integer of 8 bytes",
                Value::Text(_) => "a string",
                Value::Bytes(_) => "bytes",
                Value::List(_) => "a list",
                Value::Struct(_) => "a struct",
                Value::Other(name) => name,
            },
        }
    }
}
