//! The results of `gmt0018 test --json`.

use std::path::Path;

use serde::Deserialize;

use super::document::Document;
use crate::{device::DeviceReport, error::Error, input};

/// What a run of `gmt0018 test` wrote, as far as it stands on the page.
#[derive(Debug, Deserialize)]
pub(super) struct Results {
    device: DeviceReport,
    mode: String,
    gone: bool,
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    chapter: String,
    name: String,
    outcome: String,
    detail: String,
}

/// Reads the results of one run, or of several, one after the other.
pub(super) fn read(path: &Path) -> Result<Vec<Results>, Error> {
    let bytes = input::whole(path, LONGEST)?.ok_or_else(|| {
        let why = format!("it has more than {LONGEST} bytes");
        Error::test_results(path, why)
    })?;
    let runs = serde_json::Deserializer::from_slice(&bytes)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(|cause| Error::test_results(path, cause))?;
    if runs.is_empty() {
        return Err(Error::test_results(path, "it is empty"));
    }
    Ok(runs)
}

impl Results {
    /// Writes what came of the run, and says so if it was another device's than the page's.
    pub(super) fn write(self, document: &mut Document, device: &DeviceReport) {
        let gone = if self.gone {
            " The device went away meanwhile."
        } else {
            ""
        };
        document.text(format!(
            "Mode {}; device: {}.{gone}",
            self.mode,
            self.device.text()
        ));
        if self.device != *device {
            document.notice(&format!(
                "These results name another device than this page, which is about: {}.",
                device.text()
            ));
        }
        let row = |case: Case| vec![case.chapter, case.name, case.outcome, case.detail];
        document.table(
            &["chapter", "case", "outcome", "detail"],
            self.cases.into_iter().map(row).collect(),
        );
    }
}

const LONGEST: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_or_several() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("results");
        let runs = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read(&path)
        };
        let run = r#"{"device":{"kind":"library","library":"a.so","store":null},"mode":"kat","gone":false,
            "cases":[{"chapter":"hash","name":"SM3","outcome":"pass","detail":"","calls":[]}],"new":1}"#;
        for (text, count) in [(run.to_owned(), 1), (format!("{run}\n{run}\n"), 2)] {
            let runs = runs(&text).unwrap();
            assert_eq!(runs.len(), count);
            assert_eq!(runs[0].cases[0].name, "SM3");
        }
        let half = &run[..run.len() - 1];
        for bad in ["", "{}", "[]", "not json", half] {
            assert!(runs(bad).is_err(), "{bad}");
        }
    }
}
