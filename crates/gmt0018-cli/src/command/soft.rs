//! `gmt0018 soft`: what GM/T 0018 leaves to the maker's management tool.

pub(crate) mod create;
pub(crate) mod status;

use gmt0018_soft::card::{Card, Role};
use serde::Serialize;

use crate::{
    arguments::{
        BackupArguments, ExportArguments, ImportArguments, PasswdArguments, RemoveArguments,
        RoleName, StoreArguments,
    },
    device::store_directory,
    error::Error,
    exit::Exit,
    output::Output,
    password::Source,
    private_key,
};

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Sign => Self::Sign,
            RoleName::Encrypt => Self::Encrypt,
        }
    }
}

/// Opens the store that is named, or the default one.
fn open(arguments: &StoreArguments, output: Output) -> Result<Card, Error> {
    let directory = store_directory(arguments.soft_dir.as_ref())?;
    output.note(&format!("store: {}", directory.display()));
    Card::open(&directory).map_err(|cause| Error::soft_card("the store cannot be opened", &cause))
}

#[derive(Serialize)]
struct KeyReport {
    key_index: u32,
    role: String,
    public_key: String,
    pem: String,
}

pub(crate) fn import(arguments: &ImportArguments, output: Output) -> Result<Exit, Error> {
    let card = open(&arguments.store, output)?;
    let key = private_key::read(
        &arguments.pem,
        arguments.pem_password_file.as_deref(),
        output,
    )?;
    let index = arguments.key_index;
    let role = Role::from(arguments.role);
    let password = Source::key(&arguments.password).read(output)?;
    let public_key = card
        .import_key(index, role, key, password.as_bytes())
        .map_err(|cause| Error::soft_card("the key was not imported", &cause))?;
    let report = KeyReport {
        key_index: index,
        role: role.to_string(),
        public_key: public_key.to_string(),
        pem: public_key.to_spki_pem(),
    };
    let text = format!("imported the {role} key at index {index}, public key {public_key}");
    output.result(&report, &text)?;
    Ok(Exit::Ok)
}

pub(crate) fn export_public(arguments: &ExportArguments, output: Output) -> Result<Exit, Error> {
    let card = open(&arguments.store, output)?;
    let index = arguments.key_index;
    let keys = card
        .export_public_keys(index)
        .map_err(|cause| Error::soft_card(format!("there is no key at index {index}"), &cause))?;
    let role = Role::from(arguments.role);
    let key = match role {
        Role::Sign => keys.sign,
        Role::Encrypt => keys.encrypt,
    };
    let key = key.ok_or_else(|| Error::no_such_role(index, &role.to_string()))?;
    let report = KeyReport {
        key_index: index,
        role: role.to_string(),
        public_key: key.to_string(),
        pem: key.to_spki_pem(),
    };
    let text = if arguments.form.hex {
        &report.public_key
    } else {
        &report.pem
    };
    output.result(&report, text)?;
    Ok(Exit::Ok)
}

#[derive(Serialize)]
struct PasswdReport {
    key_index: u32,
    changed: bool,
}

pub(crate) fn passwd(arguments: &PasswdArguments, output: Output) -> Result<Exit, Error> {
    let card = open(&arguments.store, output)?;
    let index = arguments.key_index;
    let what = format!("the password of index {index} was not changed");
    let failed = |cause| Error::soft_card(what.clone(), &cause);
    // Nobody is asked for the password of a key that is not there.
    card.export_public_keys(index).map_err(failed)?;
    let old = Source::key(&arguments.password).read(output)?;
    let new = Source::replacement(arguments.new_password_file.as_deref()).read(output)?;
    card.change_password(index, old.as_bytes(), new.as_bytes())
        .map_err(failed)?;
    let text = format!("changed the password of index {index}");
    output.result(
        &PasswdReport {
            key_index: index,
            changed: true,
        },
        &text,
    )?;
    Ok(Exit::Ok)
}

#[derive(Serialize)]
struct RemoveReport {
    key_index: u32,
    removed: bool,
}

pub(crate) fn remove(arguments: &RemoveArguments, output: Output) -> Result<Exit, Error> {
    let card = open(&arguments.store, output)?;
    let index = arguments.key_index;
    let what = format!("the keys of index {index} were not removed");
    let failed = |cause| Error::soft_card(what.clone(), &cause);
    card.export_public_keys(index).map_err(failed)?;
    let password = Source::key(&arguments.password).read(output)?;
    card.remove_key_pair(index, password.as_bytes())
        .map_err(failed)?;
    let report = RemoveReport {
        key_index: index,
        removed: true,
    };
    output.result(&report, &format!("removed the keys of index {index}"))?;
    Ok(Exit::Ok)
}

#[derive(Serialize)]
struct BackupReport {
    directory: String,
    files: usize,
    damaged: Vec<String>,
}

pub(crate) fn backup(arguments: &BackupArguments, output: Output) -> Result<Exit, Error> {
    let card = open(&arguments.store, output)?;
    let backup = card
        .backup(&arguments.to)
        .map_err(|cause| Error::soft_card("no backup was made", &cause))?;
    let report = BackupReport {
        directory: backup.directory.display().to_string(),
        files: backup.files,
        damaged: backup.damaged,
    };
    for damage in &report.damaged {
        output.note(&format!("damaged, copied as it is: {damage}"));
    }
    output.result(
        &report,
        &format!("copied {} files to {}", report.files, report.directory),
    )?;
    Ok(if report.damaged.is_empty() {
        Exit::Ok
    } else {
        Exit::CheckFailed
    })
}
