//! A C program, compiled with `cc`, that loads the library as FISCO BCOS's C++ code does.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "says what it skips")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "support/library.rs"]
mod library;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// 16 threads, as many sessions as calls.
#[test]
fn it_works_as_it_is() {
    let workshop = Workshop::new();
    let Some(program) = workshop.compile("plain", &["-O1"]) else {
        return;
    };
    workshop.run(Command::new(program), "16", "4");
}

#[test]
fn it_works_under_the_address_sanitizer() {
    let workshop = Workshop::new();
    let options = [
        "-g",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
    ];
    let Some(program) = workshop.compile("sanitized", &options) else {
        return;
    };
    workshop.run(Command::new(program), "16", "2");
}

#[test]
fn it_works_under_valgrind() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: valgrind is not installed");
        return;
    }
    let workshop = Workshop::new();
    let Some(program) = workshop.compile("plain", &["-g", "-O1"]) else {
        return;
    };
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args([
            "--error-exitcode=9",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite",
        ])
        .arg(program);
    let output = workshop.run(valgrind, "2", "1");
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(report.contains("ERROR SUMMARY: 0 errors"), "{report}");
}

/// A directory with a store, and with what was compiled.
struct Workshop(tempfile::TempDir);

impl Workshop {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        library::provision(&place.path().join("store"));
        Self(place)
    }

    fn compile(&self, name: &str, options: &[&str]) -> Option<PathBuf> {
        let program = self.0.path().join(name);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign_caller.c");
        let compiled = Command::new("cc")
            .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pthread"])
            .args(options)
            .arg(source)
            .arg("-o")
            .arg(&program)
            .arg("-ldl")
            .output();
        let Ok(compiled) = compiled else {
            println!("skipped: there is no C compiler named cc");
            return None;
        };
        let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
        if said.contains("cannot find") && said.contains("san") {
            println!("skipped: the C compiler has no sanitizer library");
            return None;
        }
        assert!(compiled.status.success(), "{said}");
        Some(program)
    }

    fn run(&self, mut command: Command, threads: &str, rounds: &str) -> Output {
        let output = command
            .arg(library::path())
            .args([threads, rounds])
            .env("GMT0018_SOFT_DIR", self.0.path().join("store"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "{}\n{said}\n{complained}",
            output.status
        );
        assert_eq!(said, format!("ok: {threads} threads, {rounds} rounds\n"));
        output
    }
}
