//! The part of the command line that the examples share: which card, which key, which password.

use std::{
    error::Error,
    fmt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use gmt0018::{Device, Dialect, KeyIndex, Module, Open, Pin};
use gmt0018_soft::EphemeralCard;

/// Which card, which key, which password.
#[derive(Debug, Args)]
pub(crate) struct CardArguments {
    /// The vendor's library. Without it: a software card in this process, in memory, with a new key.
    #[arg(long, value_name = "PATH")]
    pub(crate) lib: Option<PathBuf>,

    /// The index of the key pair in the card.
    #[arg(long, value_name = "N", default_value_t = 1)]
    key_index: u32,

    /// A file with the key's access password; else `GMT0018_PASSWORD`, else the key is used without one.
    #[arg(long, value_name = "FILE", requires = "lib")]
    pub(crate) password_file: Option<PathBuf>,

    /// How the library differs from the standard: standard, sansec-legacy, softsdf, fisherman or sdf4j.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "standard",
        requires = "lib"
    )]
    dialect: Dialect,

    /// Open the device with `SDF_OpenDeviceWithPath` and this directory (Sansec, Fisherman, the software card).
    #[arg(long, value_name = "DIRECTORY", requires = "lib")]
    open_path: Option<PathBuf>,
}

/// An open card, and what it takes to use one of its keys.
pub(crate) struct Card {
    pub(crate) device: Device,
    pub(crate) index: KeyIndex,
    pub(crate) pin: Option<Pin>,
    /// The software card, which is gone when this is dropped.
    memory: Option<EphemeralCard>,
}

impl Card {
    /// Opens the card of the command line: a vendor's, or a software card made for this run.
    pub(crate) fn open(arguments: &CardArguments) -> Result<Self, Box<dyn Error>> {
        match &arguments.lib {
            Some(path) => Self::vendor(path, arguments),
            None => Self::software(KeyIndex::new(arguments.key_index)),
        }
    }

    fn vendor(path: &Path, arguments: &CardArguments) -> Result<Self, Box<dyn Error>> {
        let pin = match &arguments.password_file {
            Some(file) => Some(Pin::from_file(file)?),
            None => std::env::var_os("GMT0018_PASSWORD")
                .map(|password| Pin::new(password.into_encoded_bytes()))
                .transpose()?,
        };
        let mut dialect = arguments.dialect.clone();
        if let Some(directory) = &arguments.open_path {
            dialect = dialect.with_open(Open::WithPath(directory.clone()));
        }
        let device = Module::open(path)?.device(&dialect)?;
        Ok(Self {
            device,
            index: KeyIndex::new(arguments.key_index),
            pin,
            memory: None,
        })
    }

    fn software(index: KeyIndex) -> Result<Self, Box<dyn Error>> {
        let memory = EphemeralCard::new()?;
        memory
            .card()
            .generate_key_pair(index.value(), DEMO_PASSWORD)?;
        // The same C functions that libgmt0018_soft.so exports, without loading a file.
        let module = Module::from_functions("software card", gmt0018_soft::functions());
        let open = Open::WithPath(memory.path().into());
        let device = module.device(&Dialect::STANDARD.with_open(open))?;
        let pin = Some(Pin::new(DEMO_PASSWORD)?);
        Ok(Self {
            device,
            index,
            pin,
            memory: Some(memory),
        })
    }
}

impl fmt::Display for Card {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.memory {
            Some(_) => formatter.write_str("software card in this process, in memory only")?,
            None => write!(formatter, "library {}", self.device.module().name())?,
        }
        write!(formatter, ", key index {}", self.index)?;
        match self.pin {
            Some(_) => Ok(()),
            None => formatter.write_str(", used without a password"),
        }
    }
}

/// Turns the outcome of an example into its exit code, and a failure into a message.
pub(crate) fn exit(example: &str, outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{example} failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The password of the key in the software card, which lives for one run only.
pub(crate) const DEMO_PASSWORD: &[u8] = b"demo password";
