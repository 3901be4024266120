//! Which functions a library exports, by chapter and edition.

use std::{collections::BTreeMap, fmt::Write as _};

use gmt0018::{
    Module,
    gmt0018_sys::{Chapter, Edition, SYMBOLS},
};
use serde::Serialize;

/// The functions of GM/T 0018 and the usual extensions in a library.
#[derive(Debug, Serialize)]
pub(in crate::command) struct Functions {
    chapters: Vec<ChapterReport>,
    missing: Vec<Missing>,
}

/// A function counts in each edition that lists it.
#[derive(Debug, Serialize)]
struct ChapterReport {
    chapter: String,
    edition_2012: Count,
    edition_2023: Count,
    extensions: Count,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Count {
    present: usize,
    known: usize,
}

#[derive(Debug, Serialize)]
struct Missing {
    name: &'static str,
    chapter: String,
    edition: String,
}

impl Functions {
    pub(in crate::command) fn of(module: &Module) -> Self {
        let mut chapters: BTreeMap<Chapter, [Count; 3]> = BTreeMap::new();
        let mut missing = Vec::new();
        for symbol in SYMBOLS {
            let present = module.functions().has(symbol.name);
            let [in_2012, in_2023, extensions] = chapters.entry(symbol.chapter).or_default();
            let edition = symbol.edition;
            in_2012.add(edition.in_2012(), present);
            in_2023.add(edition.in_2023(), present);
            extensions.add(edition == Edition::Extension, present);
            if !present {
                missing.push(Missing {
                    name: symbol.name,
                    chapter: symbol.chapter.to_string(),
                    edition: edition.to_string(),
                });
            }
        }
        let report = |(chapter, counts): (Chapter, [Count; 3])| {
            let [edition_2012, edition_2023, extensions] = counts;
            let chapter = chapter.to_string();
            ChapterReport {
                chapter,
                edition_2012,
                edition_2023,
                extensions,
            }
        };
        Self {
            chapters: chapters.into_iter().map(report).collect(),
            missing,
        }
    }

    /// Chapter, and present of known functions in the editions of 2012, of 2023 and among the extensions.
    pub(in crate::command) fn rows(&self) -> Vec<[String; 4]> {
        let row = |chapter: &ChapterReport| {
            [
                chapter.chapter.clone(),
                chapter.edition_2012.text(),
                chapter.edition_2023.text(),
                chapter.extensions.text(),
            ]
        };
        self.chapters.iter().map(row).collect()
    }

    /// Names and editions of the functions that are not there.
    pub(in crate::command) fn missing(&self) -> Vec<[String; 2]> {
        let row = |missing: &Missing| [missing.name.to_owned(), missing.edition.clone()];
        self.missing.iter().map(row).collect()
    }

    pub(in crate::command) fn text(&self) -> String {
        let mut text = format!(
            "{:32} {:>6} {:>6} {:>6}\n",
            "functions", "2012", "2023", "extra"
        );
        for chapter in &self.chapters {
            let [a, b, c] = [
                chapter.edition_2012,
                chapter.edition_2023,
                chapter.extensions,
            ]
            .map(Count::text);
            // Writing to a String does not fail.
            let _ = writeln!(text, "{:32} {a:>6} {b:>6} {c:>6}", chapter.chapter);
        }
        if self.missing.is_empty() {
            text.push_str("no function is missing\n");
        }
        for missing in &self.missing {
            let _ = writeln!(text, "missing  {} ({})", missing.name, missing.edition);
        }
        text
    }
}

impl Count {
    fn add(&mut self, counts: bool, present: bool) {
        self.known += usize::from(counts);
        self.present += usize::from(counts && present);
    }

    fn text(self) -> String {
        if self.known == 0 {
            "-".to_owned()
        } else {
            format!("{}/{}", self.present, self.known)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_library_lacks_everything_and_the_counts_are_the_standards() {
        let functions = Functions::of(&Module::from_functions("empty", Default::default()));
        assert_eq!(functions.missing.len(), SYMBOLS.len());
        let sum = |count: fn(&ChapterReport) -> Count| {
            let counts = functions.chapters.iter().map(count);
            assert!(counts.clone().all(|count| count.present == 0));
            counts.map(|count| count.known).sum::<usize>()
        };
        // 45 functions in GM/T 0018-2012; 61, 12 for debugging, 15 for SM9 and 6 for VPN in GM/T 0018-2023.
        assert_eq!(sum(|chapter| chapter.edition_2012), 45);
        assert_eq!(sum(|chapter| chapter.edition_2023), 94);
    }
}
