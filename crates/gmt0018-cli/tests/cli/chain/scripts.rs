//! The scripts, run with a program that stands for the node's.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use super::{NODE, place, write_program};
use crate::support::{Place, tool};

/// A chain whose nodes are stopped when the test ends, however it ends.
struct Chain {
    // A name that needs quoting everywhere.
    host: PathBuf,
    place: Place,
}

impl Chain {
    fn build(program: &str, options: &str) -> Self {
        let place = place();
        write_program(&place.path("node"), program);
        let name = "it's a $(chain)";
        fs::create_dir(place.path(name)).unwrap();
        let build = format!("chain build -l 127.0.0.1:2 -e ./node {options}");
        place.run(&build).succeeds();
        let host = place.path(name).join("nodes/127.0.0.1");
        fs::rename(place.path("nodes"), place.path(name).join("nodes")).unwrap();
        Self { host, place }
    }

    fn run(&self, script: &str) -> Answer {
        let output = Command::new("bash")
            .arg(self.host.join(script))
            .current_dir("/")
            .output()
            .unwrap();
        Answer::new(output)
    }

    /// The processes that are a node.
    fn processes(&self, node: &str) -> Vec<u32> {
        let mut processes = self.all_processes(node);
        processes.retain(|id| {
            let arguments = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            let arguments = String::from_utf8_lossy(&arguments).into_owned();
            arguments.contains("fisco-bcos\0-c\0config.ini\0-g\0config.genesis")
        });
        processes
    }

    /// All processes in a node's directory.
    fn all_processes(&self, node: &str) -> Vec<u32> {
        let directory = self.host.join(node).canonicalize().unwrap();
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(|id: &u32| {
            fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|cwd| cwd == directory)
        })
        .collect()
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        for node in ["node0", "node1"] {
            for id in self.all_processes(node) {
                let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
            }
        }
    }
}

struct Answer {
    code: Option<i32>,
    lines: Vec<String>,
}

impl Answer {
    fn new(output: Output) -> Self {
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let text = String::from_utf8(output.stdout).unwrap();
        Self {
            code: output.status.code(),
            lines: text.lines().map(str::to_owned).collect(),
        }
    }

    fn says(&self, code: i32, mut lines: Vec<String>) {
        let mut found = self.lines.clone();
        // The nodes start at the same time.
        found.sort();
        lines.sort();
        assert_eq!((self.code, found), (Some(code), lines));
    }
}

#[test]
fn nodes_start_once_and_stop() {
    let chain = Chain::build(NODE, "");
    let started = chain.run("start_all.sh");
    let ids = ["node0", "node1"].map(|node| {
        let [id] = chain.processes(node)[..] else {
            panic!("{node}: one process")
        };
        id
    });
    started.says(
        0,
        vec![
            "try to start node0".to_owned(),
            "try to start node1".to_owned(),
            format!(" node0 start successfully pid={}", ids[0]),
            format!(" node1 start successfully pid={}", ids[1]),
        ],
    );
    chain.run("start_all.sh").says(
        0,
        vec![
            "try to start node0".to_owned(),
            "try to start node1".to_owned(),
            format!(" node0 is running, pid is {}.", ids[0]),
            format!(" node1 is running, pid is {}.", ids[1]),
        ],
    );
    // A program without handlers for the signals that a running node gets is still there.
    assert_eq!(chain.processes("node0"), [ids[0]]);

    chain
        .run("node0/stop.sh")
        .says(0, vec![" stop node0 success.".to_owned()]);
    assert_eq!(chain.processes("node0"), [] as [u32; 0]);
    assert_eq!(chain.processes("node1"), [ids[1]]);
    chain.run("stop_all.sh").says(
        0,
        vec![
            "try to stop node0".to_owned(),
            " node0 isn't running.".to_owned(),
            "try to stop node1".to_owned(),
            " stop node1 success.".to_owned(),
        ],
    );
    let output = fs::read_to_string(chain.host.join("node1/nohup.out")).unwrap();
    assert!(output.starts_with("software card: \n"), "{output}");
}

#[test]
fn chains_with_the_same_names_do_not_see_one_another() {
    let (one, other) = (Chain::build(NODE, ""), Chain::build(NODE, ""));
    assert_eq!(one.run("node0/start.sh").code, Some(0));
    other
        .run("node0/stop.sh")
        .says(0, vec![" node0 isn't running.".to_owned()]);
    assert_eq!(one.processes("node0").len(), 1);
}

#[test]
fn a_node_whose_key_is_in_the_software_card_is_told_of_the_store() {
    let options = "--key-indexes 1,2 --create-keys --password-file pin --soft-dir store";
    let chain = Chain::build(NODE, options);
    assert_eq!(chain.run("node0/start.sh").code, Some(0));
    let output = fs::read_to_string(chain.host.join("node0/nohup.out")).unwrap();
    let store = chain.place.path("store").canonicalize().unwrap();
    assert!(
        output.starts_with(&format!("software card: {}\n", store.display())),
        "{output}"
    );
}

#[test]
fn a_node_that_does_not_come_up_is_shown_with_its_last_words() {
    let program = "#!/bin/bash\necho 'start fisco-bcos failed, error: no card'\nexit 255\n";
    let chain = Chain::build(program, "");
    // What an earlier start has written is no sign of life.
    fs::write(
        chain.host.join("node0/nohup.out"),
        "fisco-bcos is running...\n",
    )
    .unwrap();
    let begin = Instant::now();
    chain.run("node0/start.sh").says(
        1,
        vec![
            "  Exceed waiting time. Please try again to start node0 ".to_owned(),
            "fisco-bcos is running...".to_owned(),
            "start fisco-bcos failed, error: no card".to_owned(),
        ],
    );
    assert!(begin.elapsed() >= Duration::from_millis(3500));
    assert_eq!(chain.run("start_all.sh").code, Some(1));
}

#[test]
fn a_running_node_is_signalled_if_it_listens() {
    let program = NODE.replace(
        "trap 'kill $!; exit 0' TERM",
        "trap 'kill $!; exit 0' TERM; trap 'echo again' USR1",
    );
    // The shell's wait ends with each signal that is handled.
    let program = program.replace("\nwait\n", "\nwhile kill -0 $!; do wait $!; done\n");
    let chain = Chain::build(&program, "");
    assert_eq!(chain.run("node0/start.sh").code, Some(0));
    assert_eq!(chain.run("node0/start.sh").code, Some(0));
    assert_eq!(chain.processes("node0").len(), 1);
    let output = chain.host.join("node0/nohup.out");
    let begin = Instant::now();
    while !fs::read_to_string(&output).unwrap().contains("again") {
        assert!(begin.elapsed() < Duration::from_secs(10), "no signal came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_node_that_does_not_stop_is_reported() {
    let program = NODE.replace("trap 'kill $!; exit 0' TERM", "trap '' TERM");
    let chain = Chain::build(&program, "");
    assert_eq!(chain.run("node0/start.sh").code, Some(0));
    chain.run("node0/stop.sh").says(
        1,
        vec!["  Exceed maximum number of retries. Please try again to stop node0".to_owned()],
    );
}

#[test]
fn shellcheck_finds_nothing() {
    let chain = Chain::build(NODE, "--key-indexes 1,2 --create-keys --password-file pin");
    let scripts = [
        "start_all.sh",
        "stop_all.sh",
        "node0/start.sh",
        "node0/stop.sh",
    ];
    if let Some(output) = tool("shellcheck", &scripts, Path::new(&chain.host)) {
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
    }
}
