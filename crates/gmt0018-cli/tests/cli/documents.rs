//! The commands of the documents run.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::{Command, Stdio},
};

use crate::support::{PASSWORD, Place, soft_library};

#[test]
fn of_the_readme() {
    run_all("../../README.md", 8);
}

#[test]
fn of_the_chinese_readme() {
    run_all("../../README.zh-CN.md", 8);
}

#[test]
fn of_the_readme_of_the_command() {
    run_all("README.md", 20);
}

#[test]
fn both_readmes_have_the_same_commands() {
    let commands = |path| {
        let commands = commands_of(path).into_iter();
        // What follows is a remark in the language of the text.
        commands
            .map(|command| command.split("  #").next().unwrap().trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        commands("../../README.md"),
        commands("../../README.zh-CN.md")
    );
}

/// Runs the commands of a document one after the other; one that this cannot do must be known to run elsewhere.
fn run_all(document: &str, fewest: usize) {
    let place = prepare();
    let mut run = 0;
    for command in commands_of(document) {
        if runs_elsewhere(&command) {
            continue;
        }
        if command.contains("chain build") {
            fs::remove_dir_all(place.path("nodes")).unwrap();
        }
        let output = shell(&place, &here(&command));
        assert!(
            output.status.success(),
            "{document}: {command}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        run += 1;
    }
    assert!(run >= fewest, "{document}: only {run} commands");
}

/// The lines after `$ ` in blocks of a terminal, those that go on put together.
fn commands_of(document: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = fs::read_to_string(path).unwrap();
    let mut commands = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else {
            continue;
        };
        let mut command = command.to_owned();
        while let Some(start) = command.strip_suffix('\\') {
            command = format!("{start} {}", lines.next().unwrap().trim_start());
        }
        commands.push(command);
    }
    commands
}

/// The examples and the tests, which the checks of every change run.
fn runs_elsewhere(command: &str) -> bool {
    if let Some((_, rest)) = command.split_once("--example ") {
        let name = rest.split_whitespace().next().unwrap();
        let checks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/run");
        let checks = fs::read_to_string(checks).unwrap();
        assert!(checks.contains(name), "{name} is not run by .ci/run");
        return true;
    }
    // The first are of every change; the others need a node, and a card.
    [
        "cargo test ",
        "cargo build ",
        "bash nodes/127.0.0.1/start_all.sh",
        "GMT0018_LIB=/path/to/vendor.so",
    ]
    .iter()
    .any(|start| format!("{command} ").starts_with(start))
}

/// The command with the software card in the place of a vendor's, and less time.
fn here(command: &str) -> String {
    let library = soft_library();
    let library = library.to_str().unwrap();
    command
        .replace("/usr/local/lib/libgmt0018.so", library)
        .replace("/path/to/vendor.so", library)
        .replace("/etc/bash_completion.d/", "")
        .replace("/usr/local/share/man/man1", "man1")
        .replace("soft init", "soft init --soft-dir another")
        .replace("--soak 10m", "--soak 1s")
}

/// A place with everything that the documents name.
fn prepare() -> Place {
    let place = Place::with_key();
    let indexes = "--key-index 43 --key-index 44 --key-index 45 --key-index 46";
    let generate = format!("soft generate {indexes} --password-file pin");
    place.run(&generate).succeeds();
    place.write("message.txt", "message digest");
    place.write("pins", &format!("{PASSWORD}\n").repeat(4));
    place.write("card.password", PASSWORD);
    place.write("fisco-bcos", "#!/bin/sh\n");
    for name in ["README.md", "backup.tar"] {
        place.write(name, "some text");
    }
    for name in ["pins", "card.password"] {
        fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::set_permissions(place.path("fisco-bcos"), fs::Permissions::from_mode(0o755)).unwrap();
    let items = include_str!("../cmd/data.in/items.jsonl");
    place.write("signatures.jsonl", items.lines().next().unwrap());
    for name in ["bin", "keys", "man1", "target/release"] {
        fs::create_dir_all(place.path(name)).unwrap();
    }
    let command = env!("CARGO_BIN_EXE_gmt0018");
    symlink(command, place.path("bin/gmt0018")).unwrap();
    symlink(command, place.path("target/release/gmt0018")).unwrap();
    symlink(
        soft_library(),
        place.path("target/release/libgmt0018_soft.so"),
    )
    .unwrap();
    for (number, index) in (43..47).enumerate() {
        place
            .run(&format!(
                "node-pem --public --key-index {index} -o keys/node{number}.pem"
            ))
            .succeeds();
    }
    let build =
        "chain build -l 127.0.0.1:4 -e ./fisco-bcos --key-indexes 43,44,45,46 --password-file pins";
    place.run(build).succeeds();
    assert!(shell(&place, "gzip -k signatures.jsonl").status.success());
    place
}

fn shell(place: &Place, command: &str) -> std::process::Output {
    let path = std::env::var("PATH").unwrap();
    let bin = place.path("bin");
    Command::new("sh")
        .args(["-c", command])
        .current_dir(place.path(""))
        .env("PATH", format!("{}:{path}", bin.display()))
        .env_remove("GMT0018_LIB")
        .env("GMT0018_SOFT_DIR", place.path("store"))
        .env("GMT0018_PASSWORD", PASSWORD)
        .env("GMT0018_NEW_PASSWORD", PASSWORD)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}
