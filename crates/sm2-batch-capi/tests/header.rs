//! Compares `include/sm2_batch.h` with the Rust declarations by compiling C against it, and with what cbindgen makes.
//!
//! Names are compared as sets; sizes, offsets, constants and prototypes by the C compiler, in assertions that are written
//! from the Rust side. The same check is run on headers altered in one place each, and has to refuse every one.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "says what it skips")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::{
    collections::BTreeSet,
    ffi::{c_char, c_int},
    fmt::Write as _,
    io,
    mem::offset_of,
    process::Command,
};

use sm2batch::{BatchItem, BatchMessage, Counts, Options, Verifier};

const HEADER: &str = include_str!("../include/sm2_batch.h");

/// A function of the crate, whose type the Rust compiler checks, with the same type as C writes it.
macro_rules! prototypes {
    ($($name:ident: ($($rust:ty = $c:literal),*) -> $rust_result:ty = $c_result:literal;)*) => {
        vec![$({
            let _: unsafe extern "C" fn($($rust),*) -> $rust_result = sm2batch::$name;
            let parameters: &'static [&'static str] = &[$($c),*];
            (stringify!($name), parameters, $c_result)
        }),*]
    };
}

/// A function: its name, the C types of its parameters and of its result.
type Prototype = (&'static str, &'static [&'static str], &'static str);

fn functions() -> Vec<Prototype> {
    prototypes! {
        sm2_batch_new: (*const Options = "const sm2_batch_options *", *mut *mut Verifier = "sm2_batch_verifier **")
            -> c_int = "int";
        sm2_batch_free: (*mut Verifier = "sm2_batch_verifier *") -> () = "void";
        sm2_batch_verify: (*const Verifier = "const sm2_batch_verifier *", *const BatchItem = "const sm2_batch_item *",
            usize = "size_t", *mut u8 = "uint8_t *") -> c_int = "int";
        sm2_batch_verify_strided: (*const Verifier = "const sm2_batch_verifier *",
            *const u8 = "const uint8_t *", usize = "size_t", *const u8 = "const uint8_t *", usize = "size_t",
            *const u8 = "const uint8_t *", usize = "size_t", usize = "size_t", *mut u8 = "uint8_t *") -> c_int = "int";
        sm2_batch_verify_messages: (*const Verifier = "const sm2_batch_verifier *",
            *const BatchMessage = "const sm2_batch_message *", usize = "size_t", *mut u8 = "uint8_t *") -> c_int = "int";
        sm2_batch_pin: (*const Verifier = "const sm2_batch_verifier *", *const u8 = "const uint8_t *", usize = "size_t")
            -> c_int = "int";
        sm2_batch_unpin: (*const Verifier = "const sm2_batch_verifier *", *const u8 = "const uint8_t *", usize = "size_t")
            -> c_int = "int";
        sm2_batch_set_pinned: (*const Verifier = "const sm2_batch_verifier *", *const u8 = "const uint8_t *",
            usize = "size_t") -> c_int = "int";
        sm2_batch_statistics: (*const Verifier = "const sm2_batch_verifier *", *mut Counts = "sm2_batch_counts *")
            -> c_int = "int";
        sm2_batch_engine_name: (*const Verifier = "const sm2_batch_verifier *") -> *const c_char = "const char *";
        sm2_batch_version: () -> *const c_char = "const char *";
        sm2_batch_abi_version: () -> u32 = "uint32_t";
        sm2_batch_error_text: (c_int = "int") -> *const c_char = "const char *";
        sm2_batch_last_error: () -> *const c_char = "const char *";
    }
}

/// A structure: its C name, its size, and its fields as (name, C type, offset).
type Layout = (
    &'static str,
    usize,
    &'static [(&'static str, &'static str, usize)],
);

macro_rules! layout {
    ($rust:ident = $c:literal { $($field:ident: $rust_type:ty = $type:literal),* }) => {{
        let _ = |value: $rust| { $(let _: $rust_type = value.$field;)* };
        ($c, size_of::<$rust>(), &[$((stringify!($field), $type, offset_of!($rust, $field))),*])
    }};
}

fn layouts() -> [Layout; 4] {
    [
        layout!(Options = "sm2_batch_options" {
            size: usize = "size_t", engine: u32 = "uint32_t", threads: u32 = "uint32_t", cache_bytes: u64 = "uint64_t"
        }),
        layout!(BatchItem = "sm2_batch_item" {
            public_key: [u8; 64] = "uint8_t[64]", digest: [u8; 32] = "uint8_t[32]", signature: [u8; 64] = "uint8_t[64]"
        }),
        layout!(BatchMessage = "sm2_batch_message" {
            public_key: [u8; 64] = "uint8_t[64]", signature: [u8; 64] = "uint8_t[64]",
            user_id: *const u8 = "const uint8_t *", user_id_length: usize = "size_t",
            message: *const u8 = "const uint8_t *", message_length: usize = "size_t"
        }),
        layout!(Counts = "sm2_batch_counts" {
            size: usize = "size_t", pinned: u64 = "uint64_t", cached: u64 = "uint64_t", bytes: u64 = "uint64_t",
            known: u64 = "uint64_t", unknown: u64 = "uint64_t", promoted: u64 = "uint64_t", evicted: u64 = "uint64_t"
        }),
    ]
}

macro_rules! constants {
    ($($name:ident)*) => { [$((stringify!($name), i128::from(sm2batch::$name))),*] };
}

fn constants() -> [(&'static str, i128); 14] {
    constants! {
        SM2_BATCH_ABI_VERSION SM2_BATCH_OK SM2_BATCH_ERROR_NULL SM2_BATCH_ERROR_OPTION SM2_BATCH_ERROR_UNAVAILABLE
        SM2_BATCH_ERROR_KEY SM2_BATCH_ERROR_ENGINE SM2_BATCH_ERROR_COUNT SM2_BATCH_ERROR_SYSTEM SM2_BATCH_ERROR_PANIC
        SM2_BATCH_ENGINE_AUTO SM2_BATCH_ENGINE_IFMA SM2_BATCH_ENGINE_PORTABLE SM2_BATCH_CACHE_NONE
    }
}

/// What is altered, into what, and what the refusal has to name.
const ALTERATIONS: [(&str, &str, &str); 10] = [
    (
        "size_t count,\n                     uint8_t",
        "uint32_t count,\n                     uint8_t",
        "sm2_batch_verify",
    ),
    (
        "const uint8_t *keys, size_t count",
        "size_t count, const uint8_t *keys",
        "sm2_batch_unpin",
    ),
    (
        "void sm2_batch_free",
        "int sm2_batch_free",
        "sm2_batch_free",
    ),
    (
        "const char *sm2_batch_version(void);",
        "",
        "sm2_batch_version",
    ),
    (
        "int sm2_batch_new(",
        "int sm2_batch_old(int);\nint sm2_batch_new(",
        "sm2_batch_old",
    ),
    (
        "#define SM2_BATCH_ERROR_KEY -4",
        "#define SM2_BATCH_ERROR_KEY -5",
        "SM2_BATCH_ERROR_KEY",
    ),
    (
        "#define SM2_BATCH_OK 0",
        "#define SM2_BATCH_OK 0\n#define SM2_BATCH_FINE 0",
        "SM2_BATCH_FINE",
    ),
    (
        "uint8_t digest[32];",
        "uint8_t digest[33];",
        "sm2_batch_item",
    ),
    (
        "    uint32_t threads;",
        "    int32_t threads;",
        "sm2_batch_options.threads",
    ),
    (
        "const uint8_t *message;",
        "const uint8_t *text;",
        "sm2_batch_message",
    ),
];

#[test]
fn header_agrees_with_rust() {
    if let Err(difference) = compare(HEADER) {
        panic!("{difference}");
    }
}

#[test]
fn altered_headers_are_refused() {
    if compiler_is_missing() {
        return;
    }
    for (from, to, expected) in ALTERATIONS {
        assert!(HEADER.contains(from), "the header has no {from:?} to alter");
        let difference = compare(&HEADER.replacen(from, to, 1))
            .expect_err(&format!("a header with {to:?} for {from:?} was accepted"));
        assert!(
            difference.contains(expected),
            "{expected} is not named in: {difference}"
        );
    }
}

#[test]
fn header_is_plain_c99_and_cplusplus() {
    if compiler_is_missing() {
        return;
    }
    for language in [["-xc", "-std=c99"], ["-xc++", "-std=c++11"]] {
        let output = Command::new("cc")
            .args(language)
            .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"])
            .args(["-include", "include/sm2_batch.h", "/dev/null"])
            .output()
            .unwrap();
        let messages = String::from_utf8_lossy(&output.stderr);
        if language[0] == "-xc++" && messages.contains("cc1plus") {
            println!("skipped: the C compiler has no C++ part");
            continue;
        }
        assert!(output.status.success(), "{language:?}: {messages}");
    }
}

/// Where there is a cbindgen: that of another version may lay the text out in another way.
#[test]
fn header_is_what_cbindgen_makes() {
    let version = Command::new("cbindgen").arg("--version").output();
    let version = version.map(|output| String::from_utf8(output.stdout).unwrap());
    match version {
        Ok(version) if version.starts_with("cbindgen 0.29.") => {}
        Ok(version) => return println!("skipped: {} is not cbindgen 0.29", version.trim()),
        Err(_) => {
            return println!(
                "skipped: there is no cbindgen (cargo install cbindgen --version 0.29.4)"
            );
        }
    }
    let made = Command::new("cbindgen")
        .args(["--quiet", "--config", "cbindgen.toml", "."])
        .output()
        .unwrap();
    assert!(made.status.success());
    let made = String::from_utf8(made.stdout).unwrap();
    assert!(
        made == HEADER,
        "the header is not up to date; try: cbindgen --config cbindgen.toml --output include/sm2_batch.h ."
    );
}

/// Compares a header with the Rust declarations and tells the first kind of difference found.
fn compare(header: &str) -> Result<(), String> {
    let text = without_comments(header);
    let functions = functions().into_iter().map(|(name, ..)| name.to_owned());
    same_names("functions", functions_of(&text), functions)?;
    let constants = constants().into_iter().map(|(name, _)| name.to_owned());
    same_names("constants", constants_of(&text), constants)?;
    if compiler_is_missing() {
        return Ok(());
    }
    compile(header, &assertions()).map_err(|error| error.to_string())?
}

/// Gives what the compiler says against C text that includes the header.
fn compile(header: &str, text: &str) -> io::Result<Result<(), String>> {
    let directory = tempfile::tempdir()?;
    std::fs::write(directory.path().join("sm2_batch.h"), header)?;
    let source = directory.path().join("check.c");
    std::fs::write(&source, text)?;
    let output = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"])
        .arg(&source)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(output.status.success().then_some(()).ok_or(said))
}

/// Writes, from the Rust side, C that compiles only against a header that agrees with it.
fn assertions() -> String {
    let mut c = "#include \"sm2_batch.h\"\n".to_owned();
    let mut check = |condition: String, what: &str| {
        writeln!(c, "_Static_assert({condition}, \"{what}\");").unwrap();
    };
    for (name, size, fields) in layouts() {
        check(format!("sizeof({name}) == {size}"), name);
        for (field, ty, offset) in fields {
            let path = format!("{name}.{field}");
            check(format!("offsetof({name}, {field}) == {offset}"), &path);
            let of_field = format!("__typeof__((({name} *)0)->{field})");
            check(
                format!("__builtin_types_compatible_p({of_field}, {ty})"),
                &path,
            );
        }
        // No field that is not in the list: the last one ends where the structure does.
        let (last, ..) = fields.last().unwrap();
        let end = format!("offsetof({name}, {last}) + sizeof((({name} *)0)->{last})");
        check(format!("{end} == sizeof({name})"), name);
    }
    for (name, value) in constants() {
        let suffix = if value > i128::from(u32::MAX) {
            "u"
        } else {
            ""
        };
        check(format!("{name} == {value}{suffix}"), name);
    }
    for (name, parameters, result) in functions() {
        let parameters = match parameters {
            [] => "void".to_owned(),
            _ => parameters.join(", "),
        };
        let ty = format!("{result} (*)({parameters})");
        check(
            format!("__builtin_types_compatible_p(__typeof__(&{name}), {ty})"),
            name,
        );
    }
    c
}

fn compiler_is_missing() -> bool {
    let missing = Command::new("cc").arg("--version").output().is_err();
    if missing {
        println!("skipped: there is no C compiler `cc` to check the header with");
    }
    missing
}

fn same_names(
    what: &str,
    header: BTreeSet<String>,
    rust: impl Iterator<Item = String>,
) -> Result<(), String> {
    let rust: BTreeSet<_> = rust.collect();
    if header == rust {
        return Ok(());
    }
    let only_header: Vec<_> = header.difference(&rust).collect();
    let only_rust: Vec<_> = rust.difference(&header).collect();
    Err(format!(
        "{what}: only in the header {only_header:?}, only in Rust {only_rust:?}"
    ))
}

fn without_comments(header: &str) -> String {
    let mut parts = header.split("/*");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.push_str(part.split_once("*/").unwrap().1);
    }
    text
}

/// Every macro that has a value.
fn constants_of(text: &str) -> BTreeSet<String> {
    let definitions = text
        .lines()
        .filter_map(|line| line.strip_prefix("#define "));
    definitions
        .filter_map(|line| line.split_once(' '))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// Every name that is declared as a function.
fn functions_of(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '('));
    let declared = words
        .filter_map(|word| word.split_once('('))
        .map(|(name, _)| name);
    declared
        .filter(|name| name.starts_with("sm2_batch_"))
        .map(ToOwned::to_owned)
        .collect()
}
