//! Compares `include/gmt0018.h` with the Rust declarations by compiling C against it.
//!
//! Names are compared as sets; sizes, offsets, types, constants and prototypes are compared by the
//! C compiler, in assertions that are written from the Rust side's own tables. The same check is
//! run on headers altered in one place each, and has to refuse every one.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use gmt0018_sys::{
    ALGORITHMS, ECCCIPHER_HEADER_LEN, ERROR_CODES, LIMITS, Parameter, SECOND_FORMS, SYMBOLS,
    layouts,
};

const HEADER: &str = include_str!("../include/gmt0018.h");

/// What is altered, into what, and what the refusal has to name.
const ALTERATIONS: [(&str, &str, &str); 18] = [
    // A prototype: two parameters change places, one is lost, one becomes a pointer, the result
    // changes.
    (
        "unsigned int uiLength, unsigned char *pucRandom",
        "unsigned char *pucRandom, unsigned int uiLength",
        "SDF_GenerateRandom",
    ),
    (
        "SDF_GetSymmKeyHandle(\n    void *hSessionHandle, unsigned int uiKeyIndex, ",
        "SDF_GetSymmKeyHandle(\n    void *hSessionHandle, ",
        "SDF_GetSymmKeyHandle",
    ),
    (
        "unsigned char *pucAuthData, unsigned int uiAuthDataLength",
        "unsigned char *pucAuthData, unsigned int *uiAuthDataLength",
        "SDF_AuthDec",
    ),
    (
        "SDF_API int SDF_CloseDevice",
        "SDF_API long SDF_CloseDevice",
        "SDF_CloseDevice",
    ),
    (
        "ECCSignature *pucSignature",
        "ECCSignature_256 *pucSignature",
        "SDF_",
    ),
    // A second prototype.
    (
        "unsigned int *puiAuthDataLength, unsigned char *pucEncData",
        "unsigned int uiAuthDataLength, unsigned char *pucEncData",
        "SDF_AuthDec_PointerTagLength",
    ),
    // A constant.
    (
        "#define SGD_SM4_CBC 0x00000402u",
        "#define SGD_SM4_CBC 0x00000401u",
        "SGD_SM4_CBC",
    ),
    (
        "#define SDR_PARDENY (SDR_BASE + 0x07u)",
        "#define SDR_PARDENY (SDR_BASE + 0x08u)",
        "SDR_PARDENY",
    ),
    (
        "#define ECCCIPHER_HEADER_LEN 164u",
        "#define ECCCIPHER_HEADER_LEN 168u",
        "ECCCIPHER_HEADER_LEN",
    ),
    // A structure: fields change places, change size, change type.
    (
        "    unsigned int DeviceVersion;\n    unsigned int StandardVersion;",
        "    unsigned int StandardVersion;\n    unsigned int DeviceVersion;",
        "DEVICEINFO",
    ),
    (
        "    unsigned int BufferSize;",
        "    unsigned char BufferSize[4];",
        "BufferSize",
    ),
    (
        "    unsigned char DeviceName[16];\n    unsigned char DeviceSerial[16];",
        "    unsigned char DeviceName[8];\n    unsigned char DeviceSerial[24];",
        "DeviceName",
    ),
    (
        "    unsigned long ulSymmAlgID;",
        "    signed long ulSymmAlgID;",
        "ulSymmAlgID",
    ),
    // A name too few, a name too many.
    (
        "SDF_API int SDF_OpenDevice(void **phDeviceHandle);",
        "",
        "SDF_OpenDevice",
    ),
    (
        "SDF_API int SDF_OpenDevice(",
        "SDF_API int SDF_OpenEverything(void **p);\nSDF_API int SDF_OpenDevice(",
        "SDF_OpenEverything",
    ),
    (
        "#define SDR_OK ",
        "#define SDR_FINE 0u\n#define SDR_OK ",
        "SDR_FINE",
    ),
    (
        "} ECCCipher;",
        "} ECCCipher;\ntypedef struct Extra_st {\n    unsigned int a;\n} Extra;",
        "Extra",
    ),
    (
        "    unsigned char C[1];\n} ECCCipher;",
        "    unsigned char C[1];\n    unsigned char D[1];\n} ECCCipher;",
        "ECCCipher",
    ),
];

#[test]
fn header_agrees_with_rust() {
    if let Err(difference) = compare(HEADER) {
        panic!("{difference}");
    }
}

#[test]
fn header_is_plain_c99_and_cplusplus() {
    if compiler_is_missing() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("gmt0018.h");
    std::fs::write(&header, HEADER).unwrap();
    for language in [["-xc", "-std=c99"], ["-xc++", "-std=c++98"]] {
        let output = Command::new("cc")
            .args(language)
            .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"])
            .arg(&header)
            .output()
            .unwrap();
        let messages = String::from_utf8_lossy(&output.stderr);
        if language[0] == "-xc++" && messages.contains("cc1plus") {
            eprintln!("skipped: the C compiler has no C++ part");
            continue;
        }
        assert!(output.status.success(), "{language:?}: {messages}");
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

/// Compares a header with the Rust declarations and tells the first kind of difference found.
fn compare(header: &str) -> Result<(), String> {
    let text = without_comments(header);
    same_names(
        "constants",
        constants_of(&text),
        rust_constants().map(|(name, _)| name.to_owned()),
    )?;
    same_names(
        "structure fields",
        fields_of(&text),
        layouts().flat_map(|layout| {
            let fields = layout.fields.iter().enumerate();
            fields.map(|(place, field)| format!("{}.{place}.{}", layout.name, field.name))
        }),
    )?;
    let prototypes = SYMBOLS.iter().filter(|symbol| symbol.parameters.is_some());
    same_names(
        "functions",
        functions_of(&text),
        prototypes.map(|symbol| symbol.name.to_owned()),
    )?;
    if compiler_is_missing() {
        return Ok(());
    }
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    std::fs::write(directory.path().join("gmt0018.h"), header)
        .map_err(|error| error.to_string())?;
    compile(directory.path(), &assertions())
}

fn compiler_is_missing() -> bool {
    let missing = Command::new("cc").arg("--version").output().is_err();
    if missing {
        eprintln!("skipped: there is no C compiler `cc` to check the header with");
    }
    missing
}

/// Compiles C text against the header in a directory.
fn compile(directory: &Path, text: &str) -> Result<(), String> {
    let source = directory.join("check.c");
    std::fs::write(&source, text).map_err(|error| error.to_string())?;
    let output = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"])
        .arg(&source)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Writes, from the Rust tables, C that compiles only against a header that agrees with them.
fn assertions() -> String {
    let mut c = "#include <stddef.h>\n#include \"gmt0018.h\"\n".to_owned();
    for layout in layouts() {
        let name = layout.name;
        writeln!(
            c,
            "_Static_assert(sizeof({name}) == {}, \"{name}\");",
            layout.size
        )
        .unwrap();
        for field in layout.fields {
            let path = format!("{name}.{}", field.name);
            let same_offset = format!("offsetof({name}, {}) == {}", field.name, field.offset);
            writeln!(c, "_Static_assert({same_offset}, \"{path}\");").unwrap();
            let ty = c_type(field.ty);
            let of_field = format!("__typeof__((({name} *)0)->{})", field.name);
            let same_type = format!("__builtin_types_compatible_p({of_field}, {ty})");
            writeln!(c, "_Static_assert({same_type}, \"{path} is not {ty}\");").unwrap();
        }
    }
    for (name, value) in rust_constants() {
        writeln!(c, "_Static_assert({name} == {value}u, \"{name}\");").unwrap();
    }
    for symbol in SYMBOLS {
        if let Some(parameters) = symbol.parameters {
            let of_header = format!("__typeof__(&{})", symbol.name);
            write_prototype_assertion(&mut c, symbol.name, &of_header, parameters);
        }
    }
    for form in SECOND_FORMS {
        write_prototype_assertion(&mut c, form.field, form.field, form.parameters);
    }
    c
}

fn write_prototype_assertion(
    c: &mut String,
    name: &str,
    of_header: &str,
    parameters: &[Parameter],
) {
    let types: Vec<_> = parameters
        .iter()
        .map(|parameter| parameter.c_type)
        .collect();
    let of_rust = format!("int (*)({})", types.join(", "));
    let same = format!("__builtin_types_compatible_p({of_header}, {of_rust})");
    writeln!(c, "_Static_assert({same}, \"{name} is not {of_rust}\");").unwrap();
}

/// The C type of a field's Rust type as the layout table writes it.
fn c_type(rust: &str) -> String {
    if let Some(array) = rust.strip_prefix('[') {
        let (element, length) = array.strip_suffix(']').unwrap().rsplit_once(';').unwrap();
        let element = c_type(element.trim());
        let base = element.split('[').next().unwrap();
        let inner = element.strip_prefix(base).unwrap();
        return format!("{base}[{}]{inner}", length.trim());
    }
    match rust {
        "u8" => "unsigned char".to_owned(),
        "u32" => "unsigned int".to_owned(),
        "c_ulong" => "unsigned long".to_owned(),
        structure => structure.to_owned(),
    }
}

fn rust_constants() -> impl Iterator<Item = (&'static str, u32)> {
    let header_length = (
        "ECCCIPHER_HEADER_LEN",
        u32::try_from(ECCCIPHER_HEADER_LEN).unwrap(),
    );
    let tables = [LIMITS, ALGORITHMS, ERROR_CODES];
    tables.into_iter().flatten().copied().chain([header_length])
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

/// Every field of every structure, as `structure.place.field`.
fn fields_of(text: &str) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    for definition in text.split("typedef struct ").skip(1) {
        let (_, body) = definition.split_once('{').unwrap();
        let (body, rest) = body.split_once('}').unwrap();
        let name = rest.split_once(';').unwrap().0.trim();
        for (place, line) in body
            .split(';')
            .filter(|line| !line.trim().is_empty())
            .enumerate()
        {
            let field = line
                .split_whitespace()
                .last()
                .unwrap()
                .split('[')
                .next()
                .unwrap();
            fields.insert(format!("{name}.{place}.{field}"));
        }
    }
    fields
}

/// Every `SDF_` name that is declared as a function.
fn functions_of(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '('));
    let declared = words
        .filter_map(|word| word.split_once('('))
        .map(|(name, _)| name);
    declared
        .filter(|name| name.starts_with("SDF_"))
        .map(ToOwned::to_owned)
        .collect()
}
