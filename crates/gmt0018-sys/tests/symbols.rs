//! The table of functions against what the standard's tables of contents count.

#![expect(unsafe_code, reason = "addresses are made into functions")]

use std::collections::BTreeSet;

use gmt0018_sys::{Chapter, Edition, Functions, MANDATORY, SECOND_FORMS, SYMBOLS, Symbol};

fn count(edition: impl Fn(Edition) -> bool, chapters: &[Chapter]) -> usize {
    let listed = |symbol: &&Symbol| edition(symbol.edition) && chapters.contains(&symbol.chapter);
    SYMBOLS.iter().filter(listed).count()
}

#[test]
fn the_2012_edition_has_45_functions() {
    let of = |chapters: &[Chapter]| count(Edition::in_2012, chapters);
    // The two GenerateKeyPair functions stood in the chapter on keys in 2012.
    let counts = [
        of(&[Chapter::Device]),
        of(&[Chapter::Key, Chapter::Debug]),
        of(&[Chapter::Asymmetric]),
        of(&[Chapter::Symmetric]),
        of(&[Chapter::Hash]),
        of(&[Chapter::File]),
    ];
    assert_eq!(counts, [8, 20, 7, 3, 3, 4]);
    assert_eq!(
        SYMBOLS
            .iter()
            .filter(|symbol| symbol.edition.in_2012())
            .count(),
        45
    );
}

#[test]
fn the_2023_edition_has_94_functions() {
    let of = |chapter| count(Edition::in_2023, &[chapter]);
    let counts = [
        of(Chapter::Device),
        of(Chapter::Key),
        of(Chapter::Asymmetric),
        of(Chapter::Symmetric),
        of(Chapter::Hash),
        of(Chapter::File),
        of(Chapter::Debug),
        of(Chapter::Sm9),
        of(Chapter::Vpn),
    ];
    assert_eq!(counts, [8, 16, 7, 20, 6, 4, 12, 15, 6]);
    assert_eq!(
        SYMBOLS
            .iter()
            .filter(|symbol| symbol.edition.in_2023())
            .count(),
        94
    );
}

#[test]
fn names_are_unique_and_second_forms_have_a_first() {
    let names: BTreeSet<_> = SYMBOLS.iter().map(|symbol| symbol.name).collect();
    assert_eq!(names.len(), SYMBOLS.len());
    for form in SECOND_FORMS {
        let first = SYMBOLS
            .iter()
            .find(|symbol| symbol.name == form.symbol)
            .unwrap();
        assert_ne!(first.parameters, Some(form.parameters));
    }
    for name in MANDATORY {
        assert!(names.contains(name));
    }
}

#[test]
fn an_address_reaches_its_own_field_and_no_other() {
    unsafe extern "C" fn nothing() -> gmt0018_sys::Rv {
        0
    }
    for symbol in SYMBOLS {
        // SAFETY: no function of the table is called.
        let functions = unsafe {
            Functions::from_addresses(|name| {
                if name == symbol.name {
                    nothing as *mut _
                } else {
                    std::ptr::null_mut()
                }
            })
        };
        assert!(functions.has(symbol.name));
        assert_eq!(functions.missing().count(), SYMBOLS.len() - 1);
        let second = functions.SDF_AuthDec_PointerTagLength.is_some();
        assert_eq!(second, symbol.name == "SDF_AuthDec");
        let second = functions.SDF_InternalEncrypt_ECC_5args.is_some();
        assert_eq!(second, symbol.name == "SDF_InternalEncrypt_ECC");
        let second = functions.SDF_InternalDecrypt_ECC_5args.is_some();
        assert_eq!(second, symbol.name == "SDF_InternalDecrypt_ECC");
    }
    assert!(!Functions::default().has("SDF_OpenDevice"));
    assert!(!Functions::default().has("no such name"));
}

#[test]
fn private_keys_are_not_shown() {
    let key = gmt0018_sys::ECCrefPrivateKey {
        bits: 256,
        K: [0xA7; 64],
    };
    assert_eq!(format!("{key:?}"), "ECCrefPrivateKey { .. }");
    let key = gmt0018_sys::RSArefPrivateKey {
        d: [0xA7; 256],
        ..Default::default()
    };
    assert_eq!(format!("{key:?}"), "RSArefPrivateKey { .. }");
}
