//! A place in an input, and the reads that move it.

use super::{Error, Fields, LONG_TAG, List, MAX_DEPTH, kind};

/// What is left of an input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    /// Bytes of the whole input before `rest`.
    offset: usize,
}

/// The first one or two bytes of a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) tag: u8,
    pub(super) kind: u8,
    pub(super) offset: usize,
}

/// The value of a field, its extent checked.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Integer {
        value: i64,
        /// The bytes it was written in.
        width: usize,
    },
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    List(List<'a>),
    Struct(Fields<'a>),
    /// Of a type that is only skipped.
    Other(&'static str),
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(input: &'a [u8]) -> Self {
        Self {
            rest: input,
            offset: 0,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Gives up what is left.
    pub(super) fn close(&mut self) {
        self.rest = &[];
    }

    pub(super) fn head(&mut self) -> Result<Head, Error> {
        let offset = self.offset;
        let [head] = self.array()?;
        let tag = match head >> 4 {
            LONG_TAG => self.array().map(|[tag]| tag)?,
            tag => tag,
        };
        let kind = head & 15;
        Ok(Head { tag, kind, offset })
    }

    /// The value behind `head`, which stands `depth` structs, lists and maps deep.
    pub(super) fn value(&mut self, head: Head, depth: usize) -> Result<Value<'a>, Error> {
        match head.kind {
            kind::ZERO | kind::INT8 | kind::INT16 | kind::INT32 | kind::INT64 => {
                self.integer(head.kind)
            }
            kind::FLOAT => self.take(4).map(|_| Value::Other("a float")),
            kind::DOUBLE => self.take(8).map(|_| Value::Other("a double")),
            kind::STRING1 => {
                let offset = self.offset;
                let [length] = self.array()?;
                self.take_length(offset, length.into()).map(Value::Text)
            }
            kind::STRING4 => {
                let offset = self.offset;
                let length = u32::from_be_bytes(self.array()?);
                self.take_length(offset, length.into()).map(Value::Text)
            }
            kind::BYTES => self.simple_list().map(Value::Bytes),
            kind::LIST => self.list(deeper(head, depth)?).map(Value::List),
            kind::MAP => self.map(deeper(head, depth)?),
            kind::STRUCT_BEGIN => self.structure(deeper(head, depth)?).map(Value::Struct),
            kind::STRUCT_END => Err(Error::StructEnd {
                offset: head.offset,
            }),
            found => Err(Error::UnknownType {
                offset: head.offset,
                found,
            }),
        }
    }

    fn integer(&mut self, kind: u8) -> Result<Value<'a>, Error> {
        let (value, width) = match kind {
            kind::ZERO => (0, 0),
            kind::INT8 => (i8::from_be_bytes(self.array()?).into(), 1),
            kind::INT16 => (i16::from_be_bytes(self.array()?).into(), 2),
            kind::INT32 => (i32::from_be_bytes(self.array()?).into(), 4),
            _ => (i64::from_be_bytes(self.array()?), 8),
        };
        Ok(Value::Integer { value, width })
    }

    fn simple_list(&mut self) -> Result<&'a [u8], Error> {
        let element = self.head()?;
        element.must_have_tag_0()?;
        if element.kind != kind::INT8 {
            return Err(Error::Type {
                offset: element.offset,
                tag: element.tag,
                expected: "the type of a byte",
                found: name(element.kind),
            });
        }
        let offset = self.offset;
        let length = self.length()?;
        self.take_length(offset, length)
    }

    fn list(&mut self, depth: usize) -> Result<List<'a>, Error> {
        let offset = self.offset;
        let count = self.count(offset, 1)?;
        let elements = *self;
        for _ in 0..count {
            let head = self.head()?;
            head.must_have_tag_0()?;
            self.value(head, depth)?;
        }
        Ok(List::new(elements.up_to(self), count, depth))
    }

    fn map(&mut self, depth: usize) -> Result<Value<'a>, Error> {
        let offset = self.offset;
        let entries = self.count(offset, 2)?;
        for _ in 0..entries {
            let key = self.head()?;
            self.value(key, depth)?;
            let value = self.head()?;
            self.value(value, depth)?;
        }
        Ok(Value::Other("a map"))
    }

    fn structure(&mut self, depth: usize) -> Result<Fields<'a>, Error> {
        let fields = *self;
        loop {
            let end = *self;
            let head = self.head()?;
            if head.kind == kind::STRUCT_END {
                return Ok(Fields::inside(fields.up_to(&end), depth));
            }
            self.value(head, depth)?;
        }
    }

    /// A length or count: an integer field with tag 0 and at most four bytes.
    fn length(&mut self) -> Result<i64, Error> {
        let head = self.head()?;
        head.must_have_tag_0()?;
        match head.kind {
            kind::ZERO | kind::INT8 | kind::INT16 | kind::INT32 => {}
            other => {
                return Err(Error::Type {
                    offset: head.offset,
                    tag: head.tag,
                    expected: "a length of at most 4 bytes",
                    found: name(other),
                });
            }
        }
        match self.integer(head.kind)? {
            Value::Integer { value, .. } => Ok(value),
            _ => Ok(0),
        }
    }

    /// The count that stands at `offset`, of elements that take at least `smallest` bytes each.
    fn count(&mut self, offset: usize, smallest: usize) -> Result<usize, Error> {
        let length = self.length()?;
        let left = self.rest.len();
        let fits = |count: &usize| {
            count
                .checked_mul(smallest)
                .is_some_and(|bytes| bytes <= left)
        };
        usize::try_from(length)
            .ok()
            .filter(fits)
            .ok_or(Error::Length {
                offset,
                length,
                left,
            })
    }

    /// As many bytes as the length that stands at `offset` says.
    fn take_length(&mut self, offset: usize, length: i64) -> Result<&'a [u8], Error> {
        let left = self.rest.len();
        let fits = |count: &usize| *count <= left;
        let count = usize::try_from(length)
            .ok()
            .filter(fits)
            .ok_or(Error::Length {
                offset,
                length,
                left,
            })?;
        self.take(count)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Error::Truncated {
            offset: self.offset,
            needed: count,
            left: self.rest.len(),
        })?;
        self.rest = rest;
        self.offset = self.offset.saturating_add(count);
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// From here to where `end` stands, which is further on in the same input.
    fn up_to(self, end: &Self) -> Self {
        let length = end.offset.saturating_sub(self.offset);
        let rest = self.rest.get(..length).unwrap_or_default();
        Self { rest, ..self }
    }
}

impl Head {
    pub(super) const fn must_have_tag_0(&self) -> Result<(), Error> {
        match self.tag {
            0 => Ok(()),
            tag => Err(Error::ElementTag {
                offset: self.offset,
                tag,
            }),
        }
    }
}

const fn deeper(head: Head, depth: usize) -> Result<usize, Error> {
    if depth >= MAX_DEPTH {
        return Err(Error::Depth {
            offset: head.offset,
        });
    }
    Ok(depth.saturating_add(1))
}

const fn name(kind: u8) -> &'static str {
    match kind {
        kind::INT8 => "an int8",
        kind::INT16 => "an int16",
        kind::INT32 => "an int32",
        kind::INT64 => "an int64",
        kind::FLOAT => "a float",
        kind::DOUBLE => "a double",
        kind::STRING1 | kind::STRING4 => "a string",
        kind::MAP => "a map",
        kind::LIST => "a list",
        kind::STRUCT_BEGIN => "a struct",
        kind::STRUCT_END => "the end of a struct",
        kind::ZERO => "a zero",
        kind::BYTES => "bytes",
        _ => "an unknown type",
    }
}
