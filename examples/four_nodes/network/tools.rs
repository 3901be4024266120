//! The programs that a chain needs, built with what this example was built with.

use std::{
    env,
    error::Error,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

/// The programs, in one directory.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    directory: PathBuf,
}

impl Tools {
    /// Builds the command `gmt0018`, the software card's library and the reference node, if they are not there yet.
    pub(crate) fn build() -> Result<Self, Box<dyn Error>> {
        let example = env::current_exe()?;
        let directory = example.parent().and_then(Path::parent);
        let directory = directory.ok_or("this program is in no target directory")?;
        let target = directory.parent().ok_or("no target directory")?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut build = Command::new(&cargo);
        build
            .args(["build", "--locked", "--quiet", "--manifest-path"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .arg("--target-dir")
            .arg(target)
            .args([
                "-p",
                "gmt0018-cli",
                "-p",
                "gmt0018-soft-abi",
                "-p",
                "reference-node",
            ]);
        if directory.file_name().is_some_and(|name| name != "debug") {
            build.arg("--release");
        }
        let status = build.status()?;
        if !status.success() {
            return Err(format!("{build:?}: {status}").into());
        }
        Ok(Self {
            directory: directory.to_path_buf(),
        })
    }

    /// The command `gmt0018`.
    pub(crate) fn gmt0018(&self) -> Command {
        Command::new(self.directory.join("gmt0018"))
    }

    /// The reference node.
    pub(crate) fn node(&self) -> PathBuf {
        self.directory.join("reference-node")
    }

    /// The software card's library.
    pub(crate) fn library(&self) -> PathBuf {
        self.directory.join("libgmt0018_soft.so")
    }
}
