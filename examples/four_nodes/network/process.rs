//! The process of a node, found by the directory that it runs in.

use std::{
    fs, io,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// A running node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(u32);

impl Process {
    /// The node that runs in a directory.
    pub(crate) fn in_directory(directory: &Path) -> Option<Self> {
        let directory = directory.canonicalize().ok()?;
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.map(Self)
            .find(|process| process.is_node_in(&directory))
    }

    fn is_node_in(self, directory: &Path) -> bool {
        let link = |name| fs::read_link(format!("/proc/{}/{name}", self.0));
        let is_node = |program: &Path| {
            let name = program.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with("fisco-bcos")
        };
        link("cwd").is_ok_and(|cwd| cwd == directory) && link("exe").is_ok_and(|exe| is_node(&exe))
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill(self) -> bool {
        self.signal("-KILL").is_ok() && self.wait(Duration::from_secs(10))
    }

    fn signal(self, signal: &str) -> io::Result<()> {
        let status = Command::new("kill")
            .args([signal, &self.0.to_string()])
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("kill: {status}")))
        }
    }

    fn wait(self, limit: Duration) -> bool {
        let start = Instant::now();
        let gone = || match fs::read_to_string(format!("/proc/{}/stat", self.0)) {
            // A dead process that nobody has waited for yet holds no file and no port.
            Ok(stat) => stat
                .rsplit_once(") ")
                .is_some_and(|(_, rest)| rest.starts_with('Z')),
            Err(_) => true,
        };
        while !gone() {
            if start.elapsed() > limit {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// The processor time of those of its threads whose name begins with a text.
    pub(crate) fn cpu_time_of_threads(self, name: &str) -> Option<Duration> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.0)).ok()?;
        let times = threads.flatten().filter_map(|thread| {
            let read = |file| fs::read_to_string(thread.path().join(file));
            if !read("comm").ok()?.starts_with(name) {
                return None;
            }
            // The first number is the time on a processor, in nanoseconds.
            read("schedstat")
                .ok()?
                .split(' ')
                .next()?
                .parse::<u64>()
                .ok()
        });
        Some(Duration::from_nanos(times.sum()))
    }

    /// The processor time that it has used.
    pub(crate) fn cpu_time(self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        let (_, fields) = stat.rsplit_once(") ")?;
        let mut fields = fields.split(' ').skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        // Linux counts in hundredths of a second for every program, whatever the kernel's own clock.
        Some(Duration::from_millis(
            user.saturating_add(system).saturating_mul(10),
        ))
    }
}
