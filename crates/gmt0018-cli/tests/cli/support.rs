//! A directory with a store and password files, and runs of the command in it.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// The password of the keys in tests; it may stand in no output.
pub(crate) const PASSWORD: &str = "canary-in-the-mine";
/// A password that opens nothing; it may stand in no output either.
pub(crate) const WRONG: &str = "parrot-in-the-mine";

/// A place of its own for one test.
pub(crate) struct Place {
    directory: TempDir,
}

impl Place {
    /// An empty place; the store that the environment names does not exist.
    pub(crate) fn new() -> Self {
        let place = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        place.write("pin", &format!("{PASSWORD}\n"));
        place.write("wrong", &format!("{WRONG}\n"));
        place.write("message", "message digest");
        for name in ["pin", "wrong"] {
            make_private(&place.path(name));
        }
        place
    }

    /// A place with a store and a key pair at index 1, cheaply protected.
    pub(crate) fn with_key() -> Self {
        let place = Self::new();
        place
            .run("soft init --key-index 1 --kdf-iterations 1000 --password-file pin")
            .succeeds();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Runs `gmt0018` with arguments that are parted by blanks.
    pub(crate) fn run(&self, arguments: &str) -> Answer {
        self.run_with(arguments, &[], b"")
    }

    /// Runs it with more environment and something on stdin.
    pub(crate) fn run_with(
        &self,
        arguments: &str,
        environment: &[(&str, &OsStr)],
        stdin: &[u8],
    ) -> Answer {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gmt0018"))
            .args(arguments.split_whitespace())
            .current_dir(self.directory.path())
            .env_remove("GMT0018_LIB")
            .env_remove("GMT0018_PASSWORD")
            .env_remove("GMT0018_NEW_PASSWORD")
            .env_remove("GMT0018_PEM_PASSWORD")
            .env("GMT0018_SOFT_DIR", self.path("store"))
            .env("LC_ALL", "C")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The command may end without reading.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        let answer = Answer {
            arguments: arguments.to_owned(),
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for canary in [PASSWORD, WRONG] {
            assert!(
                !answer.stderr.contains(canary),
                "{arguments}: the password on stderr"
            );
            assert!(
                !answer.text().contains(canary),
                "{arguments}: the password on stdout"
            );
        }
        answer
    }
}

/// What the command answered.
#[derive(Debug)]
pub(crate) struct Answer {
    arguments: String,
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl Answer {
    pub(crate) fn succeeds(self) -> Self {
        self.exits(0)
    }

    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "{}\n{}\n{}",
            self.arguments,
            self.text(),
            self.stderr
        );
        self
    }

    /// Fails with an exit code and an error that names all of `parts`, and writes no data.
    pub(crate) fn refused(self, code: i32, parts: &[&str]) -> Self {
        let answer = self.exits(code);
        assert_eq!(answer.text(), "", "{}", answer.arguments);
        for part in parts.iter().chain(&["error: ", "  why: ", "  try: "]) {
            let error = &answer.stderr;
            assert!(
                error.contains(part),
                "{}: {part:?} is not in\n{error}",
                answer.arguments
            );
        }
        answer
    }

    pub(crate) fn stdout(&self) -> &[u8] {
        &self.stdout
    }

    pub(crate) fn stderr(&self) -> &str {
        &self.stderr
    }

    /// stdout as text, without the line end.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end().to_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.text().lines().count(), 1, "{}", self.text());
        serde_json::from_slice(&self.stdout).unwrap()
    }
}

/// The software card as a library, built beside the tests.
pub(crate) fn soft_library() -> PathBuf {
    let name = format!(
        "{}gmt0018_soft{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let path = std::env::current_exe().unwrap().with_file_name(name);
    assert!(path.exists(), "{} is not built", path.display());
    path
}

/// Runs another program if the machine has it; else says aloud what is skipped.
pub(crate) fn tool(
    name: &str,
    arguments: &[&str],
    directory: &Path,
) -> Option<std::process::Output> {
    match Command::new(name)
        .args(arguments)
        .current_dir(directory)
        .env_remove("GMT0018_LIB")
        .env_remove("GMT0018_PASSWORD")
        .env("GMT0018_SOFT_DIR", directory.join("store"))
        .stdin(Stdio::null())
        .output()
    {
        Ok(output) => Some(output),
        Err(cause) => {
            eprintln!("skipped: `{name}` does not run here: {cause}");
            None
        }
    }
}

/// A place with a library made of C; `None` without a compiler, which is said aloud.
pub(crate) fn compiled(source: &str) -> Option<Place> {
    let place = Place::new();
    place.write("device.c", source);
    let arguments = ["-shared", "-fPIC", "-o", "device.so", "device.c"];
    let output = tool("cc", &arguments, &place.path(""))?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(place)
}

#[cfg(unix)]
fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn make_private(_: &Path) {}
