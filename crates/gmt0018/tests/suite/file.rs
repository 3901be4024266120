use gmt0018::sm2_signing::ErrorKind;
use gmt0018::{Error, InputError};

use crate::support::Card;

#[test]
fn a_file_is_made_written_read_and_deleted() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    session.create_file("notes", 100).unwrap();
    assert_eq!(
        session.create_file("notes", 100).unwrap_err().kind(),
        ErrorKind::Input
    );
    session.write_file("notes", 10, b"hello").unwrap();
    assert_eq!(session.read_file("notes", 10, 5).unwrap(), b"hello");
    assert_eq!(
        session.read_file("notes", 0, 12).unwrap(),
        b"\0\0\0\0\0\0\0\0\0\0he"
    );
    assert!(session.read_file("notes", 101, 1).is_err());
    session.delete_file("notes").unwrap();
    assert!(session.read_file("notes", 0, 1).is_err());
}

#[test]
fn names_and_lengths_that_no_card_takes() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    for name in [String::new(), "x".repeat(129)] {
        let error = session.create_file(&name, 1).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Input(InputError::Length {
                    what: "file name",
                    ..
                })
            ),
            "{error}"
        );
    }
    assert!(matches!(
        session.write_file("x", 0, &[]),
        Err(Error::Input(InputError::Empty { .. }))
    ));
    assert!(matches!(
        session.read_file("x", 0, 0),
        Err(Error::Input(InputError::Empty { .. }))
    ));
}
