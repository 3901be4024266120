//! The Chinese of the short texts that stand in the places of an entry, as far as there is one.

mod table;
mod template;

use super::Value;
use table::PHRASES;
use template::{NAMED, NUMBERED};

/// A text in both languages: in English alone where nobody has translated it.
pub(crate) fn phrase(english: &str) -> Value {
    let known = PHRASES.iter().find(|phrase| phrase.0 == english);
    Value::new(english, known.map_or(english, |phrase| phrase.1))
}

/// What was being done when something failed, or where something came from: a text with a number or a name in it.
pub(crate) fn operation(english: &str) -> Value {
    if PHRASES.iter().any(|phrase| phrase.0 == english) {
        return phrase(english);
    }
    for (is_name, templates) in [(false, NUMBERED), (true, NAMED)] {
        for ((before, after), (chinese, behind)) in templates {
            let hole = english
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .filter(|hole| !hole.is_empty());
            let fits = |hole: &&str| is_name || hole.bytes().all(|byte| byte.is_ascii_digit());
            if let Some(hole) = hole.filter(fits) {
                return Value::new(english, format_args!("{chinese}{hole}{behind}"));
            }
        }
    }
    phrase(english)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn what_is_known_is_translated_and_the_rest_stays() {
        assert_eq!(
            operation("cannot sign with key index 43").chinese,
            "无法用密钥索引 43 的私钥签名"
        );
        for (english, chinese) in [
            ("the device of /l.so cannot be used", "/l.so 的设备无法使用"),
            ("/n/config.ini cannot be used", "/n/config.ini 无法使用"),
            ("the library cannot be used", "动态库无法使用"),
            (
                "cannot sign with key index 4 again",
                "无法再次用密钥索引 4 的私钥签名",
            ),
            ("cannot read key index x", "cannot read key index x"),
            ("the file pin", "文件 pin"),
        ] {
            assert_eq!(operation(english), Value::new(english, chinese));
        }
        assert_eq!(phrase("a text file").chinese, "文本文件");
        assert_eq!(phrase("never heard of"), Value::same("never heard of"));
        for (english, chinese) in PHRASES {
            assert!(english.is_ascii() && !chinese.is_ascii(), "{english}");
        }
    }

    /// A text that was changed where it is written would lose its translation and nobody notice.
    #[test]
    fn every_text_is_written_somewhere() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let crates = own.parent().unwrap();
        if !crates.join("gmt0018-soft/src").is_dir() {
            // This crate alone does not have the texts of the others.
            return;
        }
        let mut sources = String::new();
        for entry in fs::read_dir(crates).unwrap() {
            collect(&entry.unwrap().path().join("src"), &mut sources);
        }
        let written = sources.replace("\\\"", "\"");
        let templates = NUMBERED.iter().chain(NAMED);
        let parts = templates.flat_map(|(english, _)| [english.0, english.1]);
        for text in PHRASES.iter().map(|phrase| phrase.0).chain(parts) {
            assert!(written.contains(text), "{text} is written nowhere");
        }
    }

    /// The sources below a directory, without the tables, and with texts of several lines on one.
    fn collect(directory: &Path, sources: &mut String) {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("catalogue/phrase") {
                    collect(&path, sources);
                }
                continue;
            }
            for line in fs::read_to_string(&path).unwrap().lines() {
                match line.trim_start().strip_suffix('\\') {
                    Some(part) => sources.push_str(part),
                    None => sources.extend([line.trim_start(), "\n"]),
                }
            }
        }
    }
}
