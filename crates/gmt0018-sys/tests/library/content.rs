//! What is wrong with the bytes of the file.

use std::fs;

use gmt0018_sys::{FileKind, LoadError};

use crate::{FOUR, compile, directory, patched, refused, write};

#[test]
fn files_of_other_kinds() {
    let directory = directory();
    let cases: [(&[u8], FileKind); 12] = [
        (b"", FileKind::Empty),
        (b"hello\n", FileKind::Text),
        ("密码卡\n".as_bytes(), FileKind::Text),
        (
            b"/* GNU ld script */\nGROUP ( libx.so.1 )\n",
            FileKind::LinkerScript,
        ),
        (b"#!/bin/sh\n", FileKind::Script),
        (b"!<arch>\nx", FileKind::StaticLibrary),
        (b"\x1F\x8B\x08\0", FileKind::Compressed),
        (b"PK\x03\x04", FileKind::Compressed),
        (b"MZ\x90\0", FileKind::Pe),
        (b"\xCF\xFA\xED\xFE\x07\0\0\x01", FileKind::MachO),
        (b"\0\0\0\0", FileKind::Data),
        (b"\xFF\xFE\x80\x80 \x80", FileKind::Data),
    ];
    for (bytes, expected) in cases {
        let path = write(&directory, "libother.so", bytes);
        let error = refused(path, &expected.to_string());
        assert!(
            matches!(error, LoadError::NotLibrary { kind, .. } if kind == expected),
            "{expected:?}: {error:?}"
        );
    }
}

#[test]
fn elf_files_that_are_no_libraries() {
    let directory = directory();
    for (e_type, expected) in [
        (1, FileKind::ObjectFile),
        (2, FileKind::Program),
        (4, FileKind::OtherElf),
    ] {
        let Some(path) = patched(&directory, &[(16, e_type)]) else {
            return;
        };
        let error = refused(path, &expected.to_string());
        assert!(
            matches!(error, LoadError::NotLibrary { kind, .. } if kind == expected),
            "{error:?}"
        );
    }
}

#[test]
fn a_position_independent_program() {
    let program = std::env::current_exe().unwrap();
    let error = refused(program, "a program");
    assert!(
        matches!(
            error,
            LoadError::NotLibrary {
                kind: FileKind::Program,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn truncated_library() {
    let directory = directory();
    let Some(path) = compile(&directory, "libgood.so", FOUR, &[]) else {
        return;
    };
    let bytes = fs::read(path).unwrap();
    // In the magic number, the header, the program headers, the segments.
    for length in [5, 17, 40, 63, 64, 100, 400, 4096, bytes.len() / 2] {
        let cut = write(&directory, "libcut.so", &bytes[..length]);
        let error = refused(cut, "copy or install it again");
        assert!(
            matches!(error, LoadError::Damaged { .. }),
            "{length}: {error:?}"
        );
    }
}

#[test]
fn other_architectures() {
    let directory = directory();
    // EM_AARCH64 or, on such a machine, EM_X86_64; then a number that nothing has.
    let other = if cfg!(target_arch = "aarch64") {
        62
    } else {
        183
    };
    let name = if cfg!(target_arch = "aarch64") {
        "x86-64"
    } else {
        "aarch64"
    };
    let Some(path) = patched(&directory, &[(18, other), (19, 0)]) else {
        return;
    };
    let error = refused(path, "install the vendor's package");
    assert!(error.to_string().contains(name), "{error}");
    let LoadError::OtherArchitecture {
        found, expected, ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(found.machine, Some(u16::from(other)));
    assert_ne!(found, expected);
    assert_eq!(found.bits, expected.bits);

    let Some(path) = patched(&directory, &[(18, 0xEE), (19, 0xEE)]) else {
        return;
    };
    let error = refused(path, "ELF machine 61166");
    assert!(
        matches!(error, LoadError::OtherArchitecture { .. }),
        "{error:?}"
    );
}

#[test]
fn other_word_size_and_byte_order() {
    let directory = directory();
    let word = if cfg!(target_pointer_width = "64") {
        1
    } else {
        2
    };
    let Some(path) = patched(&directory, &[(4, word)]) else {
        return;
    };
    let error = refused(path, "-bit");
    let LoadError::OtherArchitecture {
        found, expected, ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_ne!(found.bits, expected.bits);

    let order = if cfg!(target_endian = "big") { 1 } else { 2 };
    let Some(path) = patched(&directory, &[(5, order)]) else {
        return;
    };
    let error = refused(path, "-endian");
    let LoadError::OtherArchitecture {
        found, expected, ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_ne!(found.big_endian, expected.big_endian);
}
