//! The language of what a person reads.

use clap::ValueEnum;

/// A language that texts exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    #[value(name = "en")]
    English,
    #[value(name = "zh")]
    Chinese,
}

impl Language {
    /// The language that the environment asks for: Chinese if it is Chinese, else English.
    pub(crate) fn of_environment() -> Self {
        Self::of_variables(|name| std::env::var(name).ok())
    }

    fn of_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
        match ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set) {
            Some(locale) if locale.starts_with("zh") => Self::Chinese,
            _ => Self::English,
        }
    }

    /// The text in this language.
    pub(crate) fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_counts() {
        let of = |variables: &[(&str, &str)]| {
            Language::of_variables(|name| {
                let mut found = variables.iter().filter(|one| one.0 == name);
                found.next().map(|one| one.1.to_owned())
            })
        };
        assert_eq!(of(&[]), Language::English);
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(of(&[("LC_MESSAGES", "zh_TW")]), Language::Chinese);
        let both = [("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")];
        assert_eq!(of(&both), Language::English);
        let empty = [("LC_ALL", ""), ("LANG", "zh_CN")];
        assert_eq!(of(&empty), Language::Chinese);
        assert_eq!(of(&[("LANG", "de_DE.UTF-8")]), Language::English);
    }
}
