//! The results of `gmt0018 test --json`.

use std::path::Path;

use serde_json::Value;

use crate::{error::Error, input};

/// Chapter, case, status and detail of each result.
pub(super) fn read(path: &Path) -> Result<Vec<Vec<String>>, Error> {
    let mut bytes = Vec::new();
    input::stream(path, |part| {
        if bytes.len() + part.len() > LONGEST {
            let why = format!("it has more than {LONGEST} bytes");
            return Err(Error::test_results(path, why));
        }
        bytes.extend_from_slice(part);
        Ok::<(), Error>(())
    })?;
    // One document, or one object on each line.
    let values: Vec<Value> = serde_json::Deserializer::from_slice(&bytes)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|cause| Error::test_results(path, cause))?;
    let mut rows = Vec::new();
    values
        .iter()
        .for_each(|value| collect(value, "", &mut rows));
    if rows.is_empty() {
        return Err(Error::test_results(
            path,
            "no object in it has the fields case and status",
        ));
    }
    Ok(rows)
}

/// An object with `case` and `status` is a result, wherever it stands; the chapter may be that of an object around it.
fn collect(value: &Value, chapter: &str, rows: &mut Vec<Vec<String>>) {
    match value {
        Value::Array(array) => array.iter().for_each(|value| collect(value, chapter, rows)),
        Value::Object(object) => {
            let text = |name: &str| object.get(name).map(text);
            let chapter = text("chapter").unwrap_or_else(|| chapter.to_owned());
            if let (Some(case), Some(status)) = (text("case"), text("status")) {
                rows.push(vec![
                    chapter,
                    case,
                    status,
                    text("detail").unwrap_or_default(),
                ]);
                return;
            }
            object
                .values()
                .for_each(|value| collect(value, &chapter, rows));
        }
        _ => {}
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

const LONGEST: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_found_wherever_they_stand() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("results");
        let rows = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read(&path)
        };
        let expected = vec![
            vec!["6.2", "sm3", "ok", ""]
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        ];
        for text in [
            r#"{"results":[{"chapter":"6.2","case":"sm3","status":"ok","detail":null}]}"#,
            r#"[{"chapter":"6.2","cases":[{"case":"sm3","status":"ok"}]}]"#,
            "{\"device\":1}\n{\"chapter\":\"6.2\",\"case\":\"sm3\",\"status\":\"ok\"}\n",
        ] {
            assert_eq!(rows(text).unwrap(), expected, "{text}");
        }
        for bad in ["", "{}", "[", "not json", r#"{"case":"a"}"#] {
            assert!(rows(bad).is_err(), "{bad}");
        }
    }
}
