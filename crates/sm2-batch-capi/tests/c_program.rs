//! C and C++ programs against the shared and the static library.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "says what it skips")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "support/library.rs"]
mod library;
#[path = "support/vectors.rs"]
mod vectors;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const C: [&str; 4] = ["cc", "-xc", "-std=c11", "-D_POSIX_C_SOURCE=200809L"];
const CPP: [&str; 3] = ["c++", "-xc++", "-std=c++11"];
const SANITIZERS: [&str; 3] = [
    "-g",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
];

#[test]
fn c_with_the_shared_library() {
    all(&C, &["-O1"], Link::Shared);
}

#[test]
fn c_with_the_static_library() {
    all(&C, &["-O1"], Link::Static);
}

#[test]
fn cplusplus_with_the_shared_library() {
    all(&CPP, &["-O1"], Link::Shared);
}

#[test]
fn cplusplus_with_the_static_library() {
    all(&CPP, &["-O1"], Link::Static);
}

#[test]
fn under_the_sanitizers_with_the_shared_library() {
    all(&C, &SANITIZERS, Link::Shared);
}

#[test]
fn under_the_sanitizers_with_the_static_library() {
    all(&C, &SANITIZERS, Link::Static);
}

#[test]
fn the_environment_names_the_engine() {
    let workshop = Workshop::new();
    let Some(program) = workshop.compile("verify", &verify_c(), &C, &[], Link::Shared) else {
        return;
    };
    let engine = |name| {
        let mut command = Command::new(&program);
        command.arg("engine").env("SM2_BATCH_ENGINE", name);
        workshop.run(command)
    };
    assert_eq!(engine("portable"), "portable\n");
    let best = if sm2_batch::Ifma::new().is_some() {
        "ifma\n"
    } else {
        "portable\n"
    };
    assert_eq!(engine("auto"), best);
    assert_eq!(engine(""), best);
    assert_eq!(
        engine("IFMA"),
        "-2: there is no engine \"IFMA\"; try: auto, ifma or portable\n"
    );
}

/// The program in README.md, as it stands there.
#[test]
fn the_example_of_the_readme() {
    let workshop = Workshop::new();
    let readme = include_str!("../README.md");
    let (_, example) = readme.split_once("```c\n").unwrap();
    let (example, rest) = example.split_once("```").unwrap();
    let (_, output) = rest.split_once("```text\n").unwrap();
    let (output, _) = output.split_once("```").unwrap();
    let source = workshop.place.path().join("example.c");
    std::fs::write(&source, example).unwrap();
    for link in [Link::Shared, Link::Static] {
        let Some(program) = workshop.compile("example", &source, &C, &[], link) else {
            return;
        };
        assert_eq!(workshop.run(Command::new(program)), output);
    }
}

fn verify_c() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/verify.c")
}

fn all(compiler: &[&str], options: &[&str], link: Link) {
    let workshop = Workshop::new();
    let Some(program) = workshop.compile("verify", &verify_c(), compiler, options, link) else {
        return;
    };
    let mut command = Command::new(program);
    command.arg("all").env("ASAN_OPTIONS", "detect_leaks=1");
    let expected = format!("ok: version {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(workshop.run(command), expected);
}

/// How a program gets at the library.
#[derive(Debug, Clone, Copy)]
enum Link {
    Shared,
    Static,
}

/// A directory with the vectors, and with what was compiled.
struct Workshop {
    place: tempfile::TempDir,
}

impl Workshop {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("vectors.h"), vectors::header()).unwrap();
        Self { place }
    }

    fn compile(
        &self,
        name: &str,
        source: &Path,
        compiler: &[&str],
        options: &[&str],
        link: Link,
    ) -> Option<PathBuf> {
        let program = self.place.path().join(name);
        let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
        let libraries = library::directory();
        let mut command = Command::new(compiler[0]);
        command
            .args(&compiler[1..])
            .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-pthread"])
            .args(options)
            .arg("-I")
            .arg(include)
            .arg("-I")
            .arg(self.place.path())
            .arg("-o")
            .arg(&program)
            .arg(source)
            .args(["-xnone"]);
        match link {
            Link::Shared => command
                .arg("-L")
                .arg(&libraries)
                .arg("-lsm2batch")
                .arg(format!("-Wl,-rpath,{}", libraries.display())),
            Link::Static => command
                .arg(libraries.join("libsm2batch.a"))
                .args(["-lm", "-ldl"]),
        };
        let Ok(compiled) = command.output() else {
            println!("skipped: there is no compiler named {}", compiler[0]);
            return None;
        };
        let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
        if said.contains("cannot find") && said.contains("san") {
            println!("skipped: the compiler has no sanitizer library");
            return None;
        }
        assert!(compiled.status.success(), "{said}");
        Some(program)
    }

    /// Gives what the program prints.
    fn run(&self, mut command: Command) -> String {
        let Output {
            status,
            stdout,
            stderr,
        } = command.current_dir(self.place.path()).output().unwrap();
        let complained = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{status}\n{complained}");
        assert_eq!(complained, "");
        String::from_utf8(stdout).unwrap()
    }
}
