//! `gmt0018 soft init` and `gmt0018 soft generate`.

use std::{collections::BTreeSet, path::Path};

use gmt0018_soft::card::{
    Card,
    store::{Kdf, MAX_INDEX, Options, Store, StoreError},
};
use serde::Serialize;

use crate::{
    arguments::{GenerateArguments, InitArguments, StorePasswordArguments},
    device::store_directory,
    error::Error,
    exit::Exit,
    output::Output,
    password::Source,
};

#[derive(Serialize)]
struct Report {
    directory: String,
    serial: String,
    created: bool,
    keys: Vec<KeyReport>,
    keks: Vec<u32>,
}

#[derive(Serialize)]
struct KeyReport {
    key_index: u32,
    sign: Option<String>,
    encrypt: Option<String>,
}

pub(crate) fn init(arguments: &InitArguments, output: Output) -> Result<Exit, Error> {
    let wanted = Wanted::new(&arguments.key_index, &arguments.kek_index)?;
    let directory = store_directory(arguments.store.soft_dir.as_ref())?;
    let existing = match Store::open(&directory) {
        Ok(_) if !arguments.if_missing => return Err(Error::store_exists(&directory)),
        Ok(store) => Some(store),
        Err(StoreError::Missing { .. }) => None,
        Err(cause) => return Err(not_created(&cause)),
    };
    let wanted = match &existing {
        Some(store) => wanted.without_existing(store)?,
        None => wanted,
    };
    // Before anything is written: a store without the keys that were asked for is of no use.
    let password = wanted.password(&arguments.password, output)?;
    let created = existing.is_none();
    let store = match existing {
        Some(store) => store,
        None => {
            Store::create(&directory, options(arguments)).map_err(|cause| not_created(&cause))?
        }
    };
    finish(
        store,
        &directory,
        created,
        &wanted,
        password.as_ref(),
        output,
    )
}

pub(crate) fn generate(arguments: &GenerateArguments, output: Output) -> Result<Exit, Error> {
    let wanted = Wanted::new(&arguments.key_index, &arguments.kek_index)?;
    let directory = store_directory(arguments.store.soft_dir.as_ref())?;
    let store = Store::open(&directory)
        .map_err(|cause| Error::store("the store cannot be opened", &cause))?;
    wanted.refuse_existing(&store)?;
    let password = wanted.password(&arguments.password, output)?;
    finish(store, &directory, false, &wanted, password.as_ref(), output)
}

/// The indexes that keys are to be made at, each once.
struct Wanted {
    keys: BTreeSet<u32>,
    keks: BTreeSet<u32>,
}

impl Wanted {
    fn new(keys: &[u32], keks: &[u32]) -> Result<Self, Error> {
        if let Some(index) = keys.iter().chain(keks).find(|index| **index > MAX_INDEX) {
            let cause = StoreError::IndexOutOfRange { index: *index };
            return Err(Error::store("no key was made", &cause));
        }
        Ok(Self {
            keys: keys.iter().copied().collect(),
            keks: keks.iter().copied().collect(),
        })
    }

    fn without_existing(mut self, store: &Store) -> Result<Self, Error> {
        let (keys, keks) = existing(store)?;
        self.keys.retain(|index| !keys.contains(index));
        self.keks.retain(|index| !keks.contains(index));
        Ok(self)
    }

    fn refuse_existing(&self, store: &Store) -> Result<(), Error> {
        let (keys, keks) = existing(store)?;
        if let Some(index) = self.keys.intersection(&keys).next() {
            return Err(Error::keys_exist(&format!("a key pair at index {index}")));
        }
        match self.keks.intersection(&keks).next() {
            Some(index) => Err(Error::keys_exist(&format!(
                "a key-encryption key at index {index}"
            ))),
            None => Ok(()),
        }
    }

    /// The password of the new key pairs; none is asked for when there are none.
    fn password(
        &self,
        arguments: &StorePasswordArguments,
        output: Output,
    ) -> Result<Option<crate::password::Password>, Error> {
        if self.keys.is_empty() {
            return Ok(None);
        }
        let password = Source::first(arguments).read(output)?;
        password.check_for_store()?;
        Ok(Some(password))
    }
}

fn existing(store: &Store) -> Result<(BTreeSet<u32>, BTreeSet<u32>), Error> {
    let failed = |cause| Error::store("the store cannot be read", &cause);
    let keys = store.key_indexes().map_err(failed)?;
    let keks = store.kek_indexes().map_err(failed)?;
    Ok((keys.into_iter().collect(), keks.into_iter().collect()))
}

fn options(arguments: &InitArguments) -> Options {
    let options = Options::default();
    match (arguments.argon2, arguments.kdf_iterations) {
        (true, _) => options.with_kdf(Kdf::ARGON2ID),
        (false, Some(iterations)) => options.with_iterations(iterations),
        (false, None) => options,
    }
}

fn not_created(cause: &StoreError) -> Error {
    Error::store("no store was created", cause)
}

/// Makes the keys and reports.
fn finish(
    store: Store,
    directory: &Path,
    created: bool,
    wanted: &Wanted,
    password: Option<&crate::password::Password>,
    output: Output,
) -> Result<Exit, Error> {
    let mut report = Report {
        directory: directory.display().to_string(),
        serial: store.serial().to_owned(),
        created,
        keys: Vec::new(),
        keks: Vec::new(),
    };
    let card = Card::start(store)
        .map_err(|cause| Error::soft_card("the software card does not start", &cause))?;
    if let Some(password) = password {
        for &index in &wanted.keys {
            let keys = card
                .generate_key_pair(index, password.as_bytes())
                .map_err(|cause| {
                    Error::soft_card(format!("no key pair was made at index {index}"), &cause)
                })?;
            report.keys.push(KeyReport {
                key_index: index,
                sign: keys.sign.map(|key| key.to_string()),
                encrypt: keys.encrypt.map(|key| key.to_string()),
            });
        }
    }
    for &index in &wanted.keks {
        card.generate_kek(index).map_err(|cause| {
            Error::soft_card(
                format!("no key-encryption key was made at index {index}"),
                &cause,
            )
        })?;
        report.keks.push(index);
    }
    let text = text(&report);
    output.result(&report, &text)?;
    Ok(Exit::Ok)
}

fn text(report: &Report) -> String {
    let verb = if report.created {
        "created the store"
    } else {
        "opened the store"
    };
    let mut lines = vec![format!(
        "{verb} {}, serial {}",
        report.directory, report.serial
    )];
    lines.extend(report.keys.iter().map(|key| {
        format!(
            "made a signing and an encryption key pair at index {}, signing public key {}",
            key.key_index,
            key.sign.as_deref().unwrap_or("none")
        )
    }));
    lines.extend(
        report
            .keks
            .iter()
            .map(|index| format!("made a key-encryption key at index {index}")),
    );
    lines.join("\n")
}
