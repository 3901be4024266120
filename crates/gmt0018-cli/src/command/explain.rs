//! `gmt0018 explain`.

use std::fmt::Write as _;

use gmt0018::{ReturnCode, gmt0018_sys::error_code};
use serde::Serialize;

use crate::{
    arguments::ExplainArguments,
    catalogue::{
        self, Entry, Value,
        code::{self, Range, vendor::Vendor, vendor::VendorName},
    },
    error::Error,
    exit::Exit,
    language::Language,
    output::Output,
};

/// What a return code means.
#[derive(Serialize)]
struct CodeReport {
    code: String,
    decimal: u32,
    /// `null` if neither standard nor Sansec gave it one.
    name: Option<&'static str>,
    range: Range,
    origin: String,
    /// `null` if it is not known.
    meaning: Option<String>,
    functions: Option<String>,
    vendors: Vec<VendorMeaning>,
    /// What is known of the codes of the vendor that was asked for; `null` if none was.
    note: Option<String>,
    r#try: String,
    id: Option<&'static str>,
}

/// What a vendor means with it.
#[derive(Serialize)]
struct VendorMeaning {
    vendor: VendorName,
    meaning: String,
}

/// An entry of the catalogue, with its placeholders.
#[derive(Serialize)]
struct EntryReport {
    id: &'static str,
    exit_code: u8,
    what: &'static str,
    why: &'static str,
    r#try: &'static str,
}

#[derive(Serialize)]
struct ListReport {
    entries: Vec<EntryReport>,
    codes: Vec<ListedCode>,
}

#[derive(Serialize)]
struct ListedCode {
    code: String,
    name: &'static str,
    meaning: Option<String>,
}

pub(crate) fn run(arguments: &ExplainArguments, output: Output) -> Result<Exit, Error> {
    let language = output.language();
    let Some(subject) = arguments.subject.as_deref() else {
        let report = list(language);
        output.result(&report, &list_text(&report))?;
        return Ok(Exit::Ok);
    };
    if let Some(code) = parse(subject) {
        let report = explain(code, arguments.vendor, language);
        output.result(&report, &code_text(&report, language))?;
        return Ok(Exit::Ok);
    }
    let entry = catalogue::find(subject).ok_or_else(|| Error::not_explained(subject))?;
    if arguments.vendor.is_some() {
        let why = "--vendor is for a return code, and this is an error of the command";
        return Err(Error::options(why, "leave out --vendor"));
    }
    let report = entry_report(entry, language);
    output.result(&report, &entry_text(&report, language))?;
    Ok(Exit::Ok)
}

/// The code that is meant: in hex, in decimal as a signed or an unsigned number, or by name.
fn parse(subject: &str) -> Option<ReturnCode> {
    let hex = subject
        .strip_prefix("0x")
        .or_else(|| subject.strip_prefix("0X"));
    if let Some(digits) = hex {
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
        return value.map(ReturnCode::new);
    }
    let signed = || subject.parse().ok().map(i32::cast_unsigned);
    let number = subject.parse().ok().or_else(signed);
    number.map(ReturnCode::new).or_else(|| code::named(subject))
}

fn explain(code: ReturnCode, vendor: Option<VendorName>, language: Language) -> CodeReport {
    let known = code::find(code.value());
    let say = |value: Value| language.pick(value.english, value.chinese);
    let reused = code::vendor::REUSED.iter().filter(|one| {
        one.value == code.value() && vendor.is_none_or(|vendor| vendor == one.vendor.name)
    });
    let vendors: Vec<VendorMeaning> = reused
        .map(|one| VendorMeaning {
            vendor: one.vendor.name,
            meaning: language.pick(one.meaning.0, one.meaning.1).to_owned(),
        })
        .collect();
    // A vendor that means something else by the number gets no advice for the standard's meaning.
    let other = vendor.is_some() && !vendors.is_empty();
    let advice = match known.filter(|_| !other) {
        Some(code) => code.advice(),
        None => Value::new(
            "look it up in the vendor's manual or ask the vendor, with the function that returned it and the library's log",
            "查厂商手册，或把返回该错误码的接口和动态库日志提供给厂商",
        ),
    };
    CodeReport {
        code: code::number(code),
        decimal: code.value(),
        name: code.name(),
        range: Range::of(code),
        origin: say(Range::of(code).text()),
        meaning: known.map(|code| say(code.meaning())),
        functions: known.map(|code| say(code.functions())),
        note: vendor.map(|vendor| note(code, vendor.vendor(), &vendors, language)),
        vendors,
        r#try: say(advice),
        id: known.filter(|_| !other).and_then(|code| code.entry),
    }
}

/// What is known of a vendor's codes, and whether this one is known.
fn note(
    code: ReturnCode,
    vendor: &Vendor,
    meanings: &[VendorMeaning],
    language: Language,
) -> String {
    let sansec_code = code::find(code.value()).is_some() && vendor.name == VendorName::Sansec;
    let is_standard = matches!(Range::of(code), Range::Standard | Range::Success);
    let unknown = match (meanings, sansec_code || is_standard) {
        ([], false) => language.pick(
            "; what this code means there is not known here",
            "；这里没有该错误码的资料",
        ),
        _ => "",
    };
    language.pick(vendor.note.0, vendor.note.1).to_owned() + unknown
}

fn entry_report(entry: &Entry, language: Language) -> EntryReport {
    let texts = entry.texts(language);
    EntryReport {
        id: entry.id,
        exit_code: entry.exit as u8,
        what: texts.what,
        why: texts.why,
        r#try: texts.advice,
    }
}

fn list(language: Language) -> ListReport {
    let entries = catalogue::all().map(|entry| entry_report(entry, language));
    let codes = error_code::ERROR_CODES
        .iter()
        .filter(|(name, _)| !name.ends_with("_BASE"))
        .map(|(name, value)| ListedCode {
            code: code::number(ReturnCode::new(*value)),
            name,
            meaning: code::find(*value).map(|code| {
                let meaning = code.meaning();
                language.pick(meaning.english, meaning.chinese)
            }),
        });
    ListReport {
        entries: entries.collect(),
        codes: codes.collect(),
    }
}

fn code_text(report: &CodeReport, language: Language) -> String {
    let unknown = || language.pick("not known here", "这里没有资料").to_owned();
    let name = report
        .name
        .map_or(String::new(), |name| format!("  {name}"));
    let mut text = format!("{}  {}{name}\n", report.code, report.decimal);
    let mut line = |english: &str, chinese: &str, value: &str| {
        let label = language.pick(format!("{english:<9}"), format!("{chinese}："));
        // Writing to a String does not fail.
        let _ = writeln!(text, "{label}{value}");
    };
    line(
        "meaning",
        "含义",
        &report.meaning.clone().unwrap_or_else(unknown),
    );
    line("range", "号段", &report.origin);
    if let Some(functions) = &report.functions {
        line("given by", "返回接口", functions);
    }
    for other in &report.vendors {
        let title = other.vendor.vendor().title;
        let title = language.pick(title.0, title.1);
        line(
            "vendor",
            "厂商",
            &language.pick(
                format!("{title}: {}", other.meaning),
                format!("{title}：{}", other.meaning),
            ),
        );
    }
    if let Some(note) = &report.note {
        line("note", "说明", note);
    }
    line("try", "建议", &report.r#try);
    if let Some(id) = report.id {
        line("see", "另见", &format!("gmt0018 explain {id}"));
    }
    text
}

fn entry_text(report: &EntryReport, language: Language) -> String {
    let EntryReport {
        id,
        exit_code,
        what,
        why,
        r#try,
    } = report;
    language.pick(
        format!("{id}  exit code {exit_code}\n{what}\n  why: {why}\n  try: {try}\n"),
        format!("{id}  退出码 {exit_code}\n{what}\n  原因：{why}\n  建议：{try}\n"),
    )
}

fn list_text(report: &ListReport) -> String {
    let mut text = String::new();
    for entry in &report.entries {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{:<32} {}", entry.id, entry.what);
    }
    text.push('\n');
    for code in &report.codes {
        let meaning = code.meaning.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{}  {:<32} {meaning}", code.code, code.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_every_form() {
        for text in ["0x01000008", "0X1000008", "16777224", "sdr_keynotexist"] {
            assert_eq!(parse(text), Some(ReturnCode::new(0x0100_0008)), "{text}");
        }
        assert_eq!(parse("-1"), Some(ReturnCode::new(u32::MAX)));
        for text in [
            "",
            "0x",
            "0x+1",
            "0x100000000",
            "4294967296",
            "key-index-empty",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_vendor_is_asked_for_its_own_meaning() {
        let explain = |code, vendor| explain(ReturnCode::new(code), vendor, Language::English);
        let standard = explain(0x0100_0018, None);
        assert_eq!(standard.id, Some("password-wrong"));
        assert_eq!(standard.vendors.len(), 1);
        let fisherman = explain(0x0100_0018, Some(VendorName::Fisherman));
        assert_eq!(fisherman.vendors[0].meaning, "out of memory");
        assert!(fisherman.id.is_none() && fisherman.r#try.contains("vendor"));
        let unknown = explain(0x0104_0101, Some(VendorName::Sansec));
        assert_eq!(unknown.range, Range::SansecAgreement);
        assert!(unknown.note.unwrap().ends_with("not known here"));
        assert!(unknown.meaning.is_none());
        let known = explain(0x0101_0201, Some(VendorName::Sansec));
        assert!(!known.note.unwrap().ends_with("not known here"));
    }
}
