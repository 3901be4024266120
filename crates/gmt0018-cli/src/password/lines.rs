//! The passwords of several keys: one for all, or one a line.

use std::{fs::File, io::Read as _, path::Path};

use zeroize::Zeroizing;

use super::{LONGEST, Password, Source, remark_on_mode};
use crate::{error::Error, output::Output};

/// The passwords of `count` keys, in order: from a file with one line or as many as there are keys, else one for all.
///
/// `is_new` says that the keys are yet to be made: what is typed is then asked for twice.
pub(crate) fn of_keys(
    file: Option<&Path>,
    count: usize,
    is_new: bool,
    output: Output,
) -> Result<Vec<Password>, Error> {
    let Some(path) = file else {
        let source = Source {
            file: None,
            variable: "GMT0018_PASSWORD",
            option: "--password-file",
            prompt: "Password of the keys: ",
            is_new,
        };
        let password = source.read(output)?;
        return (0..count).map(|_| copy(password.as_bytes())).collect();
    };
    let bytes = read(path, count, output)?;
    let lines: Vec<&[u8]> = lines(&bytes).collect();
    let origin = |line: usize| format!("line {line} of the file {}", path.display());
    let password =
        |line: usize, bytes: &[u8]| Password::new(Zeroizing::new(bytes.to_vec()), &origin(line));
    match lines.len() {
        1 => (0..count).map(|_| password(1, lines[0])).collect(),
        found if found == count => {
            let numbered = lines.iter().zip(1..);
            numbered
                .map(|(bytes, line)| password(line, bytes))
                .collect()
        }
        found => Err(Error::password_lines(path, found, count)),
    }
}

fn copy(bytes: &[u8]) -> Result<Password, Error> {
    Password::new(Zeroizing::new(bytes.to_vec()), "the password")
}

/// The lines; what follows the last line end is one too, unless it is empty.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn read(path: &Path, count: usize, output: Output) -> Result<Zeroizing<Vec<u8>>, Error> {
    let unreadable = |cause: std::io::Error| Error::password_file(path, &cause);
    let mut file = File::open(path).map_err(unreadable)?;
    remark_on_mode(path, &file, output);
    // The full size at once: a growing buffer would leave copies of the passwords behind.
    let mut bytes = Zeroizing::new(vec![0; (LONGEST + 2).saturating_mul(count.max(1)) + 1]);
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]).map_err(unreadable)? {
            0 => break,
            read => length += read,
        }
    }
    if length == bytes.len() {
        return Err(Error::password_too_long(
            &format!("a line of the file {}", path.display()),
            LONGEST,
        ));
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_for_all_and_else_there_is_one_for_each() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pins");
        let read = |content: &str, count| {
            std::fs::write(&path, content).unwrap();
            let passwords = of_keys(Some(&path), count, false, Output::new(false, true))?;
            let text = |password: &Password| String::from_utf8(password.as_bytes().to_vec());
            Ok::<_, Error>(
                passwords
                    .iter()
                    .map(|p| text(p).unwrap())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(read("12345678\n", 2).unwrap(), ["12345678", "12345678"]);
        assert_eq!(read("pin-1\r\npin-2", 2).unwrap(), ["pin-1", "pin-2"]);
        assert_eq!(read(" pin-1 \npin-2\n", 2).unwrap(), [" pin-1 ", "pin-2"]);
        for (content, count, part) in [
            ("", 2, "empty"),
            ("pin-1\n\n", 2, "empty"),
            ("pin-1\npin-2\n", 3, "2 lines"),
            ("pin-1\npin-2\npin-3\n", 2, "3 lines"),
            (&"x".repeat(1025), 2, "too long"),
            (&"x".repeat(5000), 2, "too long"),
        ] {
            let error = read(content, count).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
            assert!(!error.contains("pin-") && !error.contains("xxx"), "{error}");
        }
    }
}
