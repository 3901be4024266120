//! The catalogue of errors: for each an id, the exit code, and in English and Chinese what, why and what to try.

pub(crate) mod code;
pub(crate) mod configuration;
pub(crate) mod device;
pub(crate) mod key;
pub(crate) mod library;
pub(crate) mod phrase;

use std::fmt;

use crate::{exit::Exit, language::Language};

/// An error that the command can end with, or a problem in a file, as data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: &'static str,
    pub(crate) exit: Exit,
    english: Texts<&'static str>,
    chinese: Texts<&'static str>,
}

/// What, why and what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Texts<T = String> {
    pub(crate) what: T,
    pub(crate) why: T,
    pub(crate) advice: T,
}

/// An entry's texts with the values in their places, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) english: Texts,
    pub(crate) chinese: Texts,
}

/// What stands in the place of a placeholder, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) english: String,
    pub(crate) chinese: String,
}

impl Value {
    pub(crate) fn new(english: impl fmt::Display, chinese: impl fmt::Display) -> Self {
        Self {
            english: english.to_string(),
            chinese: chinese.to_string(),
        }
    }

    /// A path, a number or a name: the same in every language.
    pub(crate) fn same(text: impl fmt::Display) -> Self {
        Self::new(&text, &text)
    }

    /// The text in a language.
    pub(crate) fn pick(self, language: Language) -> String {
        language.pick(self.english, self.chinese)
    }
}

/// English and Chinese.
impl<E: fmt::Display, C: fmt::Display> From<(E, C)> for Value {
    fn from((english, chinese): (E, C)) -> Self {
        Self::new(english, chinese)
    }
}

impl Entry {
    /// The texts as they are written, with their placeholders.
    pub(crate) fn texts(&self, language: Language) -> &Texts<&'static str> {
        language.pick(&self.english, &self.chinese)
    }

    /// The texts with the values in the places of their names.
    pub(crate) fn fill(&self, values: &[(&str, Value)]) -> Filled {
        let of = |language: Language| {
            let texts = self.texts(language);
            let fill = |text| fill(text, values, language);
            Texts {
                what: fill(texts.what),
                why: fill(texts.why),
                advice: fill(texts.advice),
            }
        };
        Filled {
            english: of(Language::English),
            chinese: of(Language::Chinese),
        }
    }
}

impl Filled {
    pub(crate) fn pick(&self, language: Language) -> &Texts {
        language.pick(&self.english, &self.chinese)
    }

    /// Each text in both languages.
    pub(crate) fn into_values(self) -> Texts<Value> {
        let Self { english, chinese } = self;
        Texts {
            what: Value::new(english.what, chinese.what),
            why: Value::new(english.why, chinese.why),
            advice: Value::new(english.advice, chinese.advice),
        }
    }
}

/// Every entry.
pub(crate) fn all() -> impl Iterator<Item = &'static Entry> {
    let parts = [library::ALL, device::ALL, key::ALL, configuration::ALL];
    parts.into_iter().flatten()
}

/// The entry of this id.
pub(crate) fn find(id: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.id == id)
}

/// Puts values in the places of their names, once: a value with braces in it stays as it is.
fn fill(text: &str, values: &[(&str, Value)], language: Language) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        filled.push_str(before);
        match values.iter().find(|value| value.0 == name) {
            Some((_, value)) => filled.push_str(language.pick(&value.english, &value.chinese)),
            None => filled.extend(["{", name, "}"]),
        }
        rest = after;
    }
    filled + rest
}

/// Makes a constant of each entry, and the list of all.
macro_rules! entries {
    ($(
        $name:ident = $id:literal, $exit:ident;
        en: $what:literal, $why:literal, $advice:literal;
        zh: $what_zh:literal, $why_zh:literal, $advice_zh:literal;
    )*) => {
        $(pub(crate) const $name: $crate::catalogue::Entry = $crate::catalogue::Entry {
            id: $id,
            exit: $crate::exit::Exit::$exit,
            english: $crate::catalogue::Texts { what: $what, why: $why, advice: $advice },
            chinese: $crate::catalogue::Texts { what: $what_zh, why: $why_zh, advice: $advice_zh },
        };)*

        pub(crate) const ALL: &[$crate::catalogue::Entry] = &[$($name),*];
    };
}
use entries;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        let names = text.split('{').skip(1);
        names
            .map(|rest| rest.split_once('}').expect("closed").0)
            .collect()
    }

    #[test]
    fn both_languages_are_complete_and_have_the_same_placeholders() {
        for entry in all() {
            let [english, chinese] = [Language::English, Language::Chinese].map(|language| {
                let texts = entry.texts(language);
                [texts.what, texts.why, texts.advice]
            });
            for (english, chinese) in english.into_iter().zip(chinese) {
                assert!(!english.is_empty() && !chinese.is_empty(), "{}", entry.id);
                assert!(english.is_ascii(), "{}: {english}", entry.id);
                assert!(!english.ends_with('.') && !chinese.ends_with('。'));
                let (wanted, found) = (placeholders(english), placeholders(chinese));
                assert_eq!(wanted, found, "{}: {english} / {chinese}", entry.id);
                let only_names = |text: &str| text.starts_with('{') && text.ends_with('}');
                assert!(
                    !chinese.is_ascii() || only_names(english),
                    "{}: {chinese} is not Chinese",
                    entry.id
                );
            }
        }
    }

    #[test]
    fn ids_are_words_and_there_once() {
        let mut ids = BTreeSet::new();
        for entry in all() {
            let word =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(entry.id.bytes().all(word), "{}", entry.id);
            assert!(ids.insert(entry.id), "{} is there twice", entry.id);
            assert_eq!(find(entry.id), Some(entry));
            assert!(!matches!(entry.exit, Exit::Ok));
        }
        assert_eq!(find("no-such-entry"), None);
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        let values = [("a", Value::same("{b}")), ("b", Value::new("two", "二"))];
        let text = "{a} and {b}, {unknown} {";
        let filled = fill(text, &values, Language::English);
        assert_eq!(filled, "{b} and two, {unknown} {");
        assert_eq!(fill("{b}", &values, Language::Chinese), "二");
    }
}
