//! Where the card is: as the nodes will find it, and as this process does.

use std::{
    env,
    path::{Path, PathBuf},
};

use gmt0018::Dialect;
use gmt0018_soft::card::store::Store;

use super::super::plan::parent;
use crate::{
    arguments::{DeviceArguments, NodeKeyArguments},
    device::store_directory,
    environment::environment,
    error::Error,
};

/// A card.
pub(super) struct Place {
    /// What config.ini says.
    pub(super) library: String,
    /// The software card's store, if it is that card.
    pub(super) store: Option<PathBuf>,
    /// What this process opens.
    pub(super) device: DeviceArguments,
}

impl Place {
    /// Finds it by the options, the environment, and a node that exists.
    pub(super) fn find(
        arguments: &NodeKeyArguments,
        template: Option<PathBuf>,
    ) -> Result<Self, Error> {
        let from_environment = || environment("GMT0018_LIB").map(PathBuf::from);
        let named = match (&arguments.hsm_lib, &arguments.soft_dir) {
            (Some(path), _) => Some(path.clone()),
            (None, Some(_)) => template.filter(|path| is_software_card(path)),
            (None, None) => template.or_else(from_environment),
        };
        let is_software = named.as_deref().is_none_or(is_software_card);
        if !is_software && (arguments.create_keys || arguments.soft_dir.is_some()) {
            return Err(Error::not_the_software_card(named.as_deref()));
        }
        if named.is_none() && arguments.dialect != Dialect::STANDARD {
            return Err(Error::options(
                "--dialect is for a vendor's library, and none is named",
                "name the library with --hsm-lib, or leave --dialect out",
            ));
        }
        let store = if is_software {
            let directory = arguments.soft_dir.as_ref().or(arguments.open_path.as_ref());
            Some(absolute(&store_directory(directory)?)?)
        } else {
            None
        };
        let library = match &named {
            Some(path) => as_loaded(path)?,
            None => software_library()?,
        };
        if let Some(store) = &store {
            text(store)?;
        }
        Ok(Self {
            library: text(&library)?.to_owned(),
            device: DeviceArguments {
                dialect: arguments.dialect.clone(),
                open_path: match &named {
                    Some(_) => store.clone().or_else(|| arguments.open_path.clone()),
                    None => None,
                },
                open_conf: None,
                soft_dir: store.clone().filter(|_| named.is_none()),
                lib: named,
            },
            store,
        })
    }

    /// Says what is wrong with the store, which a number from the library could not.
    pub(super) fn check_store(&self) -> Result<(), Error> {
        let opened = self.store.as_deref().map(Store::open);
        match opened.transpose() {
            Ok(_) => Ok(()),
            Err(cause) => Err(Error::store(
                "the software card's store cannot be opened",
                &cause,
            )),
        }
    }
}

/// Whether a library is the software card's, by the name of its file.
fn is_software_card(path: &Path) -> bool {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(&software_library_name())
}

fn software_library_name() -> String {
    let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    format!("{prefix}gmt0018_soft{suffix}")
}

/// The software card's library, which nodes can load: beside this program, where cargo builds it, or in ../lib.
fn software_library() -> Result<PathBuf, Error> {
    let name = software_library_name();
    let program = env::current_exe().and_then(|program| program.canonicalize());
    let program = program.unwrap_or_default();
    let found = ["", "deps", "../lib"].iter().find_map(|place| {
        let path = program.parent()?.join(place).join(&name);
        path.canonicalize().ok().filter(|path| path.is_file())
    });
    found.ok_or_else(|| Error::no_software_library(&name))
}

/// The path that a node, which has another working directory, finds the library at.
///
/// A name without a directory stays: the loader looks for it in its own places.
fn as_loaded(path: &Path) -> Result<PathBuf, Error> {
    if path.components().count() == 1 && !path.exists() {
        return Ok(path.to_path_buf());
    }
    absolute(path)
}

/// A path from the root on.
///
/// The last part stays a link if it is one: who installs the next version of a library changes the link.
fn absolute(path: &Path) -> Result<PathBuf, Error> {
    if let (Ok(directory), Some(name)) = (parent(path).canonicalize(), path.file_name()) {
        return Ok(directory.join(name));
    }
    std::path::absolute(path).map_err(|cause| Error::unreadable(path, &cause))
}

/// A path as text, which config.ini and start.sh are.
fn text(path: &Path) -> Result<&str, Error> {
    let text = path.to_str().filter(|text| !text.contains(['\n', '\r']));
    text.ok_or_else(|| Error::path_not_text(path))
}
