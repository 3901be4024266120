use std::fs::File;

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Ini, ConfigError> {
    Ini::parse("config.ini", text)
}

fn value(text: &str, key: &str) -> String {
    let ini = parse(text).unwrap();
    ini.entry("s", key).unwrap().value().to_owned()
}

fn problem(bytes: &[u8]) -> Problem {
    let error = Ini::parse("config.ini", bytes).unwrap_err();
    assert!(error.to_string().starts_with("config.ini"), "{error}");
    error.problem().clone()
}

#[test]
fn blanks_and_comments_are_those_of_boost() {
    let text = "\n; k=comment\n  # k=comment\n\x0b[ s ] k=ignored\r\n\t k \x0c=\x0b v ; no comment # \r\nempty=\nx==y\n";
    assert_eq!(value(text, "k"), "v ; no comment #");
    assert_eq!(value(text, "empty"), "");
    assert_eq!(value(text, "x"), "=y");
    assert_eq!(parse(text).unwrap().entries().count(), 3);
    // A carriage return alone ends no line.
    assert_eq!(value("[s]\nk=a\rb=c\n", "k"), "a\rb=c");
    // No line end at the end.
    assert_eq!(value("[s]\nk=v", "k"), "v");
}

#[test]
fn keys_and_sections_are_there_once() {
    let duplicate = problem(b"[s]\nk=1\n\nk = 2\n");
    assert!(matches!(duplicate, Problem::DuplicateKey { first: 2 }));
    let duplicate = problem(b"[s]\nk=1\n[t]\nk=1\n[s]\nl=1\n");
    assert!(matches!(duplicate, Problem::DuplicateSection { first: 1 }));
    // Sections and keys before the first section share their names.
    let duplicate = problem(b"s=1\n[s]\nk=1\n");
    assert!(matches!(duplicate, Problem::DuplicateSection { first: 1 }));
    // Names have case, and a section without keys is not there.
    assert_eq!(value("[s]\n;k=1\n[S]\nk=2\n[s]\nk=3\nK=4\n", "k"), "3");
}

#[test]
fn wrong_lines_are_told_apart() {
    assert!(matches!(problem(b"[s]\nkey\n"), Problem::NoEquals));
    assert!(matches!(problem(b"[s]\n  =value\n"), Problem::NoKey));
    assert!(matches!(problem(b"[s\nk=v\n"), Problem::UnmatchedBracket));
    let marked = problem(b"\xEF\xBB\xBF[s]\nk=v\n");
    assert!(matches!(marked, Problem::ByteOrderMark));
    // The node takes the mark for a part of the key.
    let ini = Ini::parse("config.ini", &b"\xEF\xBB\xBFk=v\n"[..]).unwrap();
    assert_eq!(ini.entries().next().unwrap().key(), "\u{feff}k");
}

#[test]
fn files_of_another_kind_are_refused() {
    assert!(matches!(problem(b""), Problem::Empty));
    assert!(matches!(problem(b"[s]\n; nothing\n"), Problem::Empty));
    assert!(matches!(problem(b"\x7FELF\x02\x01\0\0"), Problem::Binary));
    let utf16: Vec<u8> = "[s]\nk=v\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(matches!(problem(&utf16), Problem::Binary));
    // GBK in a comment does no harm.
    let gbk = b"[s]\n; \xD6\xD0\xCE\xC4\nk=v\n".as_slice();
    assert_eq!(Ini::parse("c", gbk).unwrap().entries().count(), 1);
    for bytes in [
        &b"[s]\nk=\xD6\xD0\n"[..],
        b"[s]\n\xD6\xD0=v\n",
        b"[\xD6\xD0]\nk=v\n",
    ] {
        assert!(matches!(problem(bytes), Problem::NotUtf8 { .. }));
    }
    let large = problem(&vec![b'a'; 100 << 20]);
    assert!(matches!(large, Problem::TooLarge { .. }));
}

#[test]
fn a_file_is_read_up_to_the_limit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.ini");
    let absent = Ini::read(&path).unwrap_err();
    assert!(
        matches!(absent.problem(), Problem::Unreadable(_)),
        "{absent}"
    );
    let folder = Ini::read(directory.path()).unwrap_err();
    assert!(
        matches!(folder.problem(), Problem::Unreadable(_)),
        "{folder}"
    );
    // 100 MB without a disk to hold them.
    let file = File::create(&path).unwrap();
    file.set_len(100 << 20).unwrap();
    let large = Ini::read(&path).unwrap_err();
    assert!(
        matches!(large.problem(), Problem::TooLarge { .. }),
        "{large}"
    );
    #[cfg(unix)]
    {
        let endless = Ini::read("/dev/zero").unwrap_err();
        assert!(
            matches!(endless.problem(), Problem::TooLarge { .. }),
            "{endless}"
        );
    }
}

#[test]
fn booleans_and_integers_are_exact() {
    let read = |text: &str| {
        let ini = parse(&format!("[s]\nk={text}\n")).unwrap();
        let entry = ini.entry("s", "k").unwrap();
        (entry.boolean(), entry.integer().ok())
    };
    assert_eq!(read("true"), (Some(true), None));
    assert_eq!(read("false"), (Some(false), None));
    assert_eq!(read("1"), (Some(true), Some(1)));
    assert_eq!(read("+1"), (Some(true), Some(1)));
    assert_eq!(read("00"), (Some(false), Some(0)));
    assert_eq!(read("-1"), (None, Some(-1)));
    assert_eq!(read("2147483648"), (None, None));
    for text in ["True", "TRUE", "yes", "on", "", "true ; x", "0x1", "1.0"] {
        assert_eq!(read(text), (None, None), "{text}");
    }
    let ini = parse("[s]\nk=43 ; the index\n").unwrap();
    let error = ini.entry("s", "k").unwrap().integer().unwrap_err();
    assert_eq!(
        error.to_string(),
        "config.ini:2: [s] k: \"43 ; the index\" is not a number from -2147483648 to 2147483647; \
         there are no comments behind a value: put it on a line of its own"
    );
}

#[test]
fn a_change_keeps_every_other_byte() {
    let edit = |text: &str, change: &dyn Fn(&mut Ini)| {
        let mut ini = parse(text).unwrap();
        change(&mut ini);
        String::from_utf8(ini.as_bytes().to_vec()).unwrap()
    };
    let set = |ini: &mut Ini| ini.set("s", "k", "new").unwrap();
    assert_eq!(
        edit("[s]\r\n\tk =  old \r\n;x", &set),
        "[s]\r\n\tk =  new \r\n;x"
    );
    assert_eq!(edit("[s]\nk=\n", &set), "[s]\nk=new\n");
    assert_eq!(edit("[s]\nk=  \n", &set), "[s]\nk=new  \n");
    // Added at the end of the section, as the line before it is written.
    assert_eq!(
        edit("[s]\r\n  a=1\r\n\r\n[t]\r\nb=1", &set),
        "[s]\r\n  a=1\r\n  k=new\r\n\r\n[t]\r\nb=1"
    );
    assert_eq!(
        edit("[t]\nb=1\n[s]\n; none\n", &set),
        "[t]\nb=1\n[s]\n    k=new\n; none\n"
    );
    assert_eq!(edit("[s]\na=1", &set), "[s]\na=1\nk=new");
    assert_eq!(edit("[t]\na=1", &set), "[t]\na=1\n[s]\n    k=new");
    assert_eq!(edit("[t]\na=1\n", &set), "[t]\na=1\n[s]\n    k=new\n");
    let remove = |ini: &mut Ini| ini.remove("s", "k").unwrap();
    assert_eq!(edit("[s]\r\n  k=1\r\na=1", &remove), "[s]\r\na=1");
    assert_eq!(edit("[s]\na=1\nk=1", &remove), "[s]\na=1\n");
    let rename = |ini: &mut Ini| ini.rename("s", "k", "l").unwrap();
    assert_eq!(edit("[s]\n k = 1\n", &rename), "[s]\n l = 1\n");
    let comment = |ini: &mut Ini| ini.comment_above("s", "k", "; why").unwrap();
    assert_eq!(edit("[s]\n\tk=1", &comment), "[s]\n\t; why\n\tk=1");
}

#[test]
fn what_the_node_would_not_read_back_is_refused() {
    let mut ini = parse("top=1\n[s]\nk=1\nl=2\n").unwrap();
    let before = ini.as_bytes().to_vec();
    for value in [" x", "x\t", "a\nb", "a\0b", "a\r"] {
        ini.set("s", "k", value).unwrap_err();
    }
    for key in ["", " k", "a=b", ";k", "#k", "[k", "k\n"] {
        ini.set("s", key, "v").unwrap_err();
        ini.rename("s", "k", key).unwrap_err();
    }
    for section in ["a]b", " s", "s\n"] {
        ini.set(section, "k", "v").unwrap_err();
    }
    // The name is that of a key before the first section.
    ini.set("top", "k", "v").unwrap_err();
    ini.rename("s", "k", "l").unwrap_err();
    ini.comment_above("s", "k", "no comment").unwrap_err();
    assert_eq!(ini.as_bytes(), before);
    let mut single = parse("[s]\nk=1\n").unwrap();
    single.remove("s", "k").unwrap_err();
}

#[test]
fn debug_shows_no_value() {
    let ini = parse("[security]\npassword=canary\n").unwrap();
    let entry = ini.entry("security", "password").unwrap();
    assert!(!format!("{ini:?} {entry:?}").contains("canary"));
    let error = parse("[security]\npassword=canary\npassword=canary\n").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[test]
fn a_written_file_keeps_its_mode_and_its_link() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.ini");
    std::fs::write(&path, "[s]\nk=1\n").unwrap();
    let mut ini = Ini::read(&path).unwrap();
    ini.set("s", "k", "2").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let link = directory.path().join("link");
        symlink(&path, &link).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        ini.write(&link).unwrap();
        assert!(link.is_symlink());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }
    ini.write(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"[s]\nk=2\n");
    let nowhere = ini
        .write(directory.path().join("no/such/file"))
        .unwrap_err();
    assert!(
        matches!(nowhere.problem(), Problem::Unwritable(_)),
        "{nowhere}"
    );
}

/// A file with what files have: comments, blanks, both line ends, no last line end.
fn file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        "[;#][ a-z=\\[\\]]{0,8}",
        "[ \t]{0,3}[a-d]{1,2}[ \t]{0,2}=[ \t]{0,2}[a-z;# =0-9]{0,8}",
        "[ \t]{0,2}\\[[ ]?[st]\\] ?",
    ];
    let lines = prop::collection::vec((line, prop::bool::ANY), 1..12);
    (lines, prop::bool::ANY).prop_map(|(lines, ended)| {
        let mut text: String = lines
            .iter()
            .map(|(line, carriage)| format!("{line}{}", if *carriage { "\r\n" } else { "\n" }))
            .collect();
        if !ended {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        text
    })
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Ini::parse("config.ini", bytes);
    }

    #[test]
    fn a_set_value_reads_back_and_nothing_else_changes(
        text in file(),
        key in "[a-e]{1,2}",
        value in "([a-z;#\\[=0-9]([a-z ;#=]{0,6}[a-z=])?)?",
    ) {
        let Ok(before) = Ini::parse("config.ini", text.as_bytes()) else {
            return Ok(());
        };
        let mut after = before.clone();
        match after.set("s", &key, &value) {
            Ok(()) => {
                let entry = after.entry("s", &key).unwrap();
                prop_assert_eq!(entry.value(), value.as_str());
                let others = |ini: &Ini| -> Vec<_> {
                    let all = ini.entries().map(|entry| {
                        let section = entry.section().map(str::to_owned);
                        (section, entry.key().to_owned(), entry.value().to_owned())
                    });
                    let changed = (Some("s".to_owned()), key.clone());
                    all.filter(|(section, name, _)| (section, name) != (&changed.0, &changed.1))
                        .collect()
                };
                prop_assert_eq!(others(&before), others(&after));
                // The new bytes are the old ones with one run of bytes replaced by another.
                let old_value = before.entry("s", &key).map_or(0, |entry| entry.value().len());
                let (old, new) = (before.as_bytes(), after.as_bytes());
                let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
                let suffix = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
                prop_assert!(prefix.saturating_add(suffix) >= old.len().saturating_sub(old_value), "{:?}", String::from_utf8_lossy(new));
            }
            // Only the names before the first section stand in the way.
            Err(_) => prop_assert!(before.entries().any(|entry| entry.section().is_none() && entry.key() == "s")),
        }
    }

    #[test]
    fn removing_what_was_added_gives_the_bytes_back(text in file()) {
        let Ok(mut ini) = Ini::parse("config.ini", text.as_bytes()) else {
            return Ok(());
        };
        let has_section = ini.section("s").next().is_some();
        if has_section && text.ends_with('\n') {
            ini.set("s", "zz", "value").unwrap();
            ini.remove("s", "zz").unwrap();
            prop_assert_eq!(ini.as_bytes(), text.as_bytes());
        }
    }
}
