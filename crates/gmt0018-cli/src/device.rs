//! Which device is used, and opening it.

#[cfg(target_os = "linux")]
mod permission;

use std::path::{Path, PathBuf};

use gmt0018::{Device, Dialect, Function, Module, Open, Session};
use gmt0018_soft::{
    EphemeralCard,
    card::store::{Store, StoreError},
};
use serde::{Deserialize, Serialize};

use crate::{
    arguments::DeviceArguments, catalogue::Value, environment::environment, error::Error,
    language::Language, open_calls, output::Output,
};

/// The device that the options and the environment name, not open yet.
#[derive(Debug)]
pub(crate) struct Target {
    module: Module,
    dialect: Dialect,
    origin: Origin,
    memory: Option<EphemeralCard>,
}

impl Target {
    /// Loads the library, or looks for the software card's store, and says which device it is.
    pub(crate) fn choose(
        arguments: &DeviceArguments,
        unnamed: Unnamed,
        output: Output,
    ) -> Result<Self, Error> {
        let target = match library(arguments) {
            Some(path) => Self::library(path, dialect(arguments))?,
            None => Self::software(arguments, unnamed, output)?,
        };
        let name = target.name();
        output.note(&match output.language() {
            Language::English => format!("device: {}", name.english),
            Language::Chinese => format!("设备：{}", name.chinese),
        });
        Ok(target)
    }

    /// Opens the device.
    pub(crate) fn open(self) -> Result<Card, Error> {
        let what = "the device cannot be opened";
        let device = self
            .module
            .device(&self.dialect)
            .map_err(|cause| self.origin.refused(what, cause))?;
        Ok(Card {
            device,
            memory: self.memory,
            origin: self.origin,
        })
    }

    pub(crate) const fn module(&self) -> &Module {
        &self.module
    }

    /// The function that will open the device.
    pub(crate) const fn opens_with(&self) -> Function {
        match self.dialect.open {
            Open::WithPath(_) => Function::OpenDeviceWithPath,
            Open::WithConf(_) => Function::OpenDeviceWithConf,
            _ => Function::OpenDevice,
        }
    }

    pub(crate) fn report(&self) -> DeviceReport {
        self.origin.report()
    }

    /// What it is, in words.
    pub(crate) fn name(&self) -> Value {
        self.origin.name()
    }

    fn library(path: PathBuf, dialect: Dialect) -> Result<Self, Error> {
        open_calls::uses_library(&path.display().to_string());
        let module = Module::open(&path)
            .map_err(|cause| Error::open("the library cannot be used", cause))?;
        Ok(Self {
            module,
            dialect,
            origin: Origin::Library(path),
            memory: None,
        })
    }

    fn software(
        arguments: &DeviceArguments,
        unnamed: Unnamed,
        output: Output,
    ) -> Result<Self, Error> {
        if arguments.dialect != Dialect::STANDARD || arguments.open_conf.is_some() {
            return Err(Error::options(
                "--dialect and --open-conf are for a vendor's library, and none is named",
                "name the library with --lib or $GMT0018_LIB, or leave these options out",
            ));
        }
        let named = arguments.soft_dir.as_ref().or(arguments.open_path.as_ref());
        if named.is_none() && unnamed == Unnamed::Memory {
            return Self::in_memory();
        }
        let directory = store_directory(named)?;
        // Opened here first: an error code of the C interface could not say what is wrong with the store.
        match Store::open(&directory) {
            Ok(_) => Ok(Self {
                module: software_module(),
                dialect: Dialect::STANDARD.with_open(Open::WithPath(directory.clone())),
                origin: Origin::Store(directory),
                memory: None,
            }),
            Err(StoreError::Missing { .. })
                if named.is_none() && unnamed == Unnamed::StoreOrMemory =>
            {
                let directory = directory.display();
                output.note(&match output.language() {
                    Language::English => format!(
                        "remark: there is no store in {directory}; `gmt0018 soft init` creates one"
                    ),
                    Language::Chinese => {
                        format!("提示：{directory} 中没有密钥库；可用 `gmt0018 soft init` 创建")
                    }
                });
                Self::in_memory()
            }
            Err(cause) => Err(Error::store(
                "the software card's store cannot be opened",
                &cause,
            )),
        }
    }

    pub(crate) fn in_memory() -> Result<Self, Error> {
        let what = "cannot make a software card in memory";
        let memory = EphemeralCard::new().map_err(|cause| Error::soft_card(what, &cause))?;
        Ok(Self {
            module: software_module(),
            dialect: Dialect::STANDARD.with_open(Open::WithPath(memory.path().into())),
            origin: Origin::Memory,
            memory: Some(memory),
        })
    }
}

impl DeviceReport {
    /// The library's file, if it is a library.
    pub(crate) fn library(&self) -> Option<&str> {
        self.library.as_deref()
    }

    /// What it is, in words.
    pub(crate) fn text(&self) -> String {
        match (&self.library, &self.store) {
            (Some(library), _) => format!("library {library}"),
            (None, Some(store)) => format!("software card, store {store}"),
            (None, None) => "software card in memory".to_owned(),
        }
    }
}

/// An open device, and where it comes from.
#[derive(Debug)]
pub(crate) struct Card {
    // Closed before the card in memory goes away.
    device: Device,
    memory: Option<EphemeralCard>,
    origin: Origin,
}

impl Card {
    /// Opens the device that the options and the environment name.
    pub(crate) fn open(
        arguments: &DeviceArguments,
        unnamed: Unnamed,
        output: Output,
    ) -> Result<Self, Error> {
        Target::choose(arguments, unnamed, output)?.open()
    }

    /// The card in memory, if that is what is used.
    pub(crate) const fn memory(&self) -> Option<&EphemeralCard> {
        self.memory.as_ref()
    }

    pub(crate) const fn device(&self) -> &Device {
        &self.device
    }

    pub(crate) fn module(&self) -> &Module {
        self.device.module()
    }

    pub(crate) fn session(&self) -> Result<Session, Error> {
        self.device
            .session()
            .map_err(|cause| Error::open("no session with the device", cause))
    }

    /// What a result says about the device.
    pub(crate) fn report(&self) -> DeviceReport {
        self.origin.report()
    }
}

/// What is used when neither a library nor a store is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unnamed {
    /// The default store, which must exist: the command needs keys.
    Store,
    /// The default store if it exists, else a card in memory: the command needs no keys.
    StoreOrMemory,
    /// A card in memory.
    Memory,
}

/// Where the device comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Library(PathBuf),
    Store(PathBuf),
    Memory,
}

impl Origin {
    /// Why the device does not open: its file's permissions, if the library's code lets them be the reason.
    #[cfg(target_os = "linux")]
    fn refused(&self, what: &str, cause: gmt0018::Error) -> Error {
        if let (Self::Library(library), gmt0018::Error::Call(call)) = (self, &cause)
            && let Some(file) = permission::forbidden_file(library)
        {
            return Error::device_file(what, *call, &file);
        }
        Error::open(what, cause)
    }

    #[cfg(not(target_os = "linux"))]
    fn refused(&self, what: &str, cause: gmt0018::Error) -> Error {
        Error::open(what, cause)
    }

    fn name(&self) -> Value {
        match self {
            Self::Library(path) => {
                let path = path.display();
                Value::new(
                    format_args!("library {path}"),
                    format_args!("动态库 {path}"),
                )
            }
            Self::Store(path) => {
                let path = path.display();
                Value::new(
                    format_args!("software card in this process, store {path}"),
                    format_args!("内置的软件密码卡，密钥库 {path}"),
                )
            }
            Self::Memory => Value::new(
                "software card in this process, in memory only",
                "内置的软件密码卡，仅在内存中",
            ),
        }
    }

    fn report(&self) -> DeviceReport {
        let path = |path: &Path| Some(path.display().to_string());
        match self {
            Self::Library(file) => DeviceReport {
                kind: Kind::Library,
                library: path(file),
                store: None,
            },
            Self::Store(directory) => DeviceReport {
                kind: Kind::SoftwareCard,
                library: None,
                store: path(directory),
            },
            Self::Memory => DeviceReport {
                kind: Kind::SoftwareCardInMemory,
                library: None,
                store: None,
            },
        }
    }
}

/// The field `device` of every JSON result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeviceReport {
    kind: Kind,
    library: Option<String>,
    store: Option<String>,
}

impl DeviceReport {
    /// A library that is looked at and not used.
    pub(crate) fn of_library(path: &Path) -> Self {
        Origin::Library(path.to_path_buf()).report()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Library,
    SoftwareCard,
    SoftwareCardInMemory,
}

/// The store's directory: the one named, else $GMT0018_SOFT_DIR, else the system's or the user's.
pub(crate) fn store_directory(named: Option<&PathBuf>) -> Result<PathBuf, Error> {
    match named {
        Some(directory) => Ok(directory.clone()),
        None => Store::default_directory()
            .map_err(|cause| Error::store("no directory for the store", &cause)),
    }
}

/// The library that is to be loaded, if any.
pub(crate) fn library(arguments: &DeviceArguments) -> Option<PathBuf> {
    if arguments.soft_dir.is_some() {
        return None;
    }
    let from_environment = || environment("GMT0018_LIB").map(PathBuf::from);
    arguments.lib.clone().or_else(from_environment)
}

fn dialect(arguments: &DeviceArguments) -> Dialect {
    let dialect = arguments.dialect.clone();
    match (&arguments.open_path, &arguments.open_conf) {
        (Some(path), _) => dialect.with_open(Open::WithPath(path.clone())),
        (_, Some(path)) => dialect.with_open(Open::WithConf(path.clone())),
        (None, None) => dialect,
    }
}

fn software_module() -> Module {
    Module::from_functions("software card", gmt0018_soft::functions())
}
