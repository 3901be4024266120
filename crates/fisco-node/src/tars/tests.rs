#![expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow here fails the test"
)]

use proptest::prelude::*;

use super::*;

fn encoded(write: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut encoder = Encoder::new();
    write(&mut encoder);
    encoder.finish().unwrap()
}

fn only(bytes: &[u8]) -> Field<'_> {
    let mut fields = Fields::new(bytes);
    let field = fields.next().unwrap().unwrap();
    assert!(fields.next().is_none());
    field
}

/// Reads everything there is, whatever it is.
fn walk(fields: Fields<'_>) -> Result<usize, Error> {
    let mut seen = 0;
    for field in fields {
        seen += visit(field?)?;
    }
    Ok(seen)
}

fn visit(field: Field<'_>) -> Result<usize, Error> {
    let nested = match (field.clone().structure(), field.clone().list()) {
        (Ok(fields), _) => walk(fields)?,
        (_, Ok(list)) => {
            let mut seen = 0;
            for element in list {
                seen += visit(element?)?;
            }
            seen
        }
        _ => {
            let _ = (field.i8(), field.i32(), field.i64(), field.text());
            0
        }
    };
    Ok(nested + 1)
}

#[test]
fn integers_take_the_shortest_type() {
    for (value, expected) in [
        (0, &[0x1c][..]),
        (1, &[0x10, 1]),
        (-1, &[0x10, 0xff]),
        (127, &[0x10, 0x7f]),
        (-128, &[0x10, 0x80]),
        (128, &[0x11, 0, 0x80]),
        (507, &[0x11, 0x01, 0xfb]),
        (-32768, &[0x11, 0x80, 0]),
        (32768, &[0x12, 0, 0, 0x80, 0]),
        (-0x8000_0000, &[0x12, 0x80, 0, 0, 0]),
        (0x8000_0000, &[0x13, 0, 0, 0, 0, 0x80, 0, 0, 0]),
        (i64::MIN, &[0x13, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    ] {
        let bytes = encoded(|encoder| {
            encoder.integer(1, value);
        });
        assert_eq!(bytes, expected, "{value}");
        assert_eq!(only(&bytes).i64(), Ok(value));
    }
}

#[test]
fn tags_over_14_take_a_byte() {
    for (tag, expected) in [(14, &[0xec][..]), (15, &[0xfc, 15]), (255, &[0xfc, 255])] {
        let bytes = encoded(|encoder| {
            encoder.integer(tag, 0);
        });
        assert_eq!(bytes, expected);
        assert_eq!(only(&bytes).tag(), tag);
    }
}

#[test]
fn strings_of_256_bytes_have_a_long_length() {
    for length in [0, 1, 255, 256, 70_000] {
        let text = "x".repeat(length);
        let bytes = encoded(|encoder| {
            encoder.text(2, &text);
        });
        let head = if length < 256 { 0x26 } else { 0x27 };
        assert_eq!(bytes[0], head);
        assert_eq!(only(&bytes).text(), Ok(text.as_str()));
    }
}

#[test]
fn lengths_of_bytes_are_integers() {
    for (length, head) in [
        (0, &[0x3d, 0, 0x0c][..]),
        (65, &[0x3d, 0, 0, 0x41]),
        (128, &[0x3d, 0, 1, 0, 0x80]),
        (32768, &[0x3d, 0, 2, 0, 0, 0x80, 0]),
    ] {
        let bytes = encoded(|encoder| {
            encoder.bytes(3, &vec![9; length]);
        });
        assert_eq!(bytes[..head.len()], *head);
        assert_eq!(only(&bytes).bytes(), Ok(&vec![9; length][..]));
    }
}

#[test]
fn values_of_2_gib_are_refused() {
    let mut encoder = Encoder::new();
    assert_eq!(encoder.length(i32::MAX as usize), i32::MAX);
    assert_eq!(encoder.length(1 << 31), 0);
    assert_eq!(encoder.length(usize::MAX), 0);
    encoder.text(1, "x");
    assert_eq!(encoder.finish(), Err(TooLong { length: 1 << 31 }));
}

#[test]
fn optional_fields_are_written_unless_empty() {
    let written = |number, text: &str, bytes: &[u8], list: &[i64]| {
        encoded(|encoder| {
            encoder
                .optional_integer(1, number)
                .optional_text(2, text)
                .optional_bytes(3, bytes)
                .optional_list(4, list, |list, item| {
                    list.integer(0, *item);
                });
        })
    };
    assert!(written(0, "", &[], &[]).is_empty());
    let all = [0x10, 1, 0x26, 1, b'x', 0x3d, 0, 0, 1, 0, 0x49, 0, 1, 0x0c];
    assert_eq!(written(1, "x", &[0], &[0]), all);
}

#[test]
fn fields_of_all_types_are_skipped() {
    let bytes = [
        &[0x04, 0, 0, 0, 0][..],               // float
        &[0x15, 0, 0, 0, 0, 0, 0, 0, 0],       // double
        &[0x28, 0, 1, 0x06, 1, b'k', 0x1c],    // map of one entry
        &[0x39, 0, 2, 0x0c, 0x0a, 0x1c, 0x0b], // list of a zero and a struct
        &[0x4a, 0x0d, 0, 0, 1, 7, 0x0b],       // struct with bytes
        &[0x57, 0, 0, 0, 1, b'x'],             // string
        &[0x60, 42],
    ]
    .concat();
    let last = Fields::new(&bytes).last().unwrap().unwrap();
    assert_eq!((last.tag(), last.i8()), (6, Ok(42)));
}

#[test]
fn a_field_is_read_as_what_it_is() {
    let error = |expected, found| Error::Type {
        offset: 0,
        tag: 1,
        expected,
        found,
    };
    let field = only(&[0x13, 0, 0, 0, 0, 0, 0, 0, 1]);
    let found = "an integer of 8 bytes";
    assert_eq!(
        field.i32(),
        Err(error("an integer of at most 4 bytes", found))
    );
    assert_eq!(field.i8(), Err(error("an integer of 1 byte", found)));
    assert_eq!(field.i64(), Ok(1));
    assert_eq!(field.bytes(), Err(error("bytes", found)));
    let text = only(&[0x16, 1, 0xff]);
    assert_eq!(text.text(), Err(Error::Utf8 { offset: 0, tag: 1 }));
    assert_eq!(text.i64(), Err(error("an integer", "a string")));
    let list = text.clone().list().unwrap_err();
    assert_eq!(list, error("a list", "a string"));
    let structure = text.structure().unwrap_err();
    assert_eq!(structure, error("a struct", "a string"));
    let bytes = only(&[0x1d, 0, 0, 1, 9]);
    let size = Error::Size {
        offset: 0,
        tag: 1,
        expected: 2,
        found: 1,
    };
    assert_eq!(bytes.array::<2>(), Err(size));
    assert_eq!(bytes.array(), Ok([9]));
}

#[test]
fn hostile_input_is_refused_at_its_offset() {
    for (why, bytes, expected) in HOSTILE {
        let error = Fields::new(bytes).find_map(Result::err).unwrap();
        assert_eq!(error.to_string(), *expected, "{why}");
    }
}

#[rustfmt::skip]
const HOSTILE: &[(&str, &[u8], &str)] = &[
    ("string of 2 GiB", &[0x17, 0x80, 0, 0, 0, b'x'], "byte 1: length 2147483648 with 1 bytes left"),
    ("string of 4 GiB", &[0x17, 255, 255, 255, 255], "byte 1: length 4294967295 with 0 bytes left"),
    ("short string", &[0x16, 2, b'x'], "byte 1: length 2 with 1 bytes left"),
    ("half a length", &[0x17, 0, 0], "byte 1: 4 bytes expected, 2 left"),
    ("half an integer", &[0x12, 0, 0], "byte 1: 4 bytes expected, 2 left"),
    ("half a float", &[0x14, 0, 0], "byte 1: 4 bytes expected, 2 left"),
    ("half a head", &[0xf0], "byte 1: 1 bytes expected, 0 left"),
    ("bytes of 2 GiB", &[0x1d, 0, 2, 0x7f, 255, 255, 255, 0], "byte 2: length 2147483647 with 1 bytes left"),
    ("negative length", &[0x1d, 0, 0, 0xff, 0], "byte 2: length -1 with 1 bytes left"),
    ("list of 2 GiB", &[0x19, 2, 0x7f, 255, 255, 255, 0x0c], "byte 1: length 2147483647 with 1 bytes left"),
    ("negative count", &[0x19, 0, 0x80], "byte 1: length -128 with 0 bytes left"),
    ("map of 2 GiB", &[0x18, 2, 0x7f, 255, 255, 255], "byte 1: length 2147483647 with 0 bytes left"),
    ("map that needs more", &[0x18, 0, 1, 0x0c], "byte 1: length 1 with 1 bytes left"),
    ("bytes of int16", &[0x1d, 1, 0, 0], "byte 1: tag 0 is an int16, expected the type of a byte"),
    ("length of 8 bytes", &[0x1d, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0], "byte 2: tag 0 is an int64, expected a length of at most 4 bytes"),
    ("length is a string", &[0x19, 6, 0], "byte 1: tag 0 is a string, expected a length of at most 4 bytes"),
    ("tag of a length", &[0x19, 0x10, 0], "byte 1: tag 1 where only 0 can be"),
    ("tag in a list", &[0x19, 0, 1, 0x1c], "byte 3: tag 1 where only 0 can be"),
    ("type 14", &[0x1e], "byte 0: unknown type 14"),
    ("type 15", &[0x1c, 0xff, 16], "byte 1: unknown type 15"),
    ("stray end", &[0x1c, 0x0b], "byte 1: end of a struct that did not begin"),
    ("end in a list", &[0x19, 0, 1, 0x0b], "byte 3: end of a struct that did not begin"),
    ("open struct", &[0x1a, 0x1c], "byte 2: 1 bytes expected, 0 left"),
    ("same tag twice", &[0x1c, 0x1c], "byte 1: tag 1 behind tag 1"),
    ("tags descend", &[0x2c, 0x1c], "byte 1: tag 1 behind tag 2"),
];

#[test]
fn nesting_stops_at_the_bound() {
    for (open, close) in [(&[0x0a][..], &[0x0b][..]), (&[0x09, 0, 1], &[])] {
        let nested = |depth| [open.repeat(depth), vec![0x0c], close.repeat(depth)].concat();
        assert_eq!(walk(Fields::new(&nested(MAX_DEPTH))), Ok(MAX_DEPTH + 1));
        let offset = open.len() * MAX_DEPTH;
        let too_deep = Err(Error::Depth { offset });
        assert_eq!(walk(Fields::new(&nested(MAX_DEPTH + 1))), too_deep);
        assert_eq!(walk(Fields::new(&open.repeat(1 << 20))), too_deep);
    }
    let maps = [0x08, 0, 1, 0x0c].repeat(1 << 20);
    assert!(matches!(walk(Fields::new(&maps)), Err(Error::Depth { .. })));
}

/// A value with everything nested that the encoder writes.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Self>),
    Struct(Vec<(u8, Self)>),
}

impl Tree {
    fn write(&self, tag: u8, encoder: &mut Encoder) {
        match self {
            Self::Integer(value) => encoder.integer(tag, *value),
            Self::Text(text) => encoder.text(tag, text),
            Self::Bytes(bytes) => encoder.bytes(tag, bytes),
            Self::List(items) => encoder.list(tag, items, |list, item| item.write(0, list)),
            Self::Struct(fields) => encoder.structure(tag, |inner| {
                for (tag, field) in fields {
                    field.write(*tag, inner);
                }
            }),
        };
    }

    fn read(field: Field<'_>) -> Result<Self, Error> {
        let list = field.clone().list();
        let fields = field.clone().structure();
        if let Ok(list) = list {
            let items = list.map(|item| Self::read(item?));
            return items.collect::<Result<_, _>>().map(Self::List);
        }
        if let Ok(fields) = fields {
            let fields = fields.map(|field| {
                let field = field?;
                Ok((field.tag(), Self::read(field)?))
            });
            return fields.collect::<Result<_, _>>().map(Self::Struct);
        }
        let text = field.text().map(|text| Self::Text(text.to_owned()));
        let bytes = field.bytes().map(|bytes| Self::Bytes(bytes.to_vec()));
        text.or(bytes).or(field.i64().map(Self::Integer))
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Tree::Integer),
        (-300_i64..300).prop_map(Tree::Integer),
        ".{0,20}".prop_map(Tree::Text),
        "[a-z]{250,260}".prop_map(Tree::Text),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Tree::Bytes),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let fields = prop::collection::btree_map(any::<u8>(), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Tree::List),
            fields.prop_map(|fields| Tree::Struct(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(tag in any::<u8>(), tree in trees()) {
        let bytes = encoded(|encoder| tree.write(tag, encoder));
        let field = only(&bytes);
        prop_assert_eq!(field.tag(), tag);
        prop_assert_eq!(Tree::read(field), Ok(tree));
    }

    #[test]
    fn truncated_input_is_an_error(tree in trees(), cut in any::<prop::sample::Index>()) {
        let bytes = encoded(|encoder| tree.write(1, encoder));
        let cut = cut.index(bytes.len());
        let result = walk(Fields::new(&bytes[..cut]));
        prop_assert_eq!(result.is_err(), cut > 0);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        // Every field takes a byte at least.
        if let Ok(seen) = walk(Fields::new(&bytes)) {
            prop_assert!(seen <= bytes.len());
        }
    }
}
