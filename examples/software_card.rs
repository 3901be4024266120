//! A software card on disk: made, used through the C ABI, closed, opened again, guarded by its password, backed up.
//!
//! The store is what an administrator sees (`gmt0018_softcard::Card`); the function table is what a program sees, the
//! same `SDF_*` functions that `libgmt0018_soft.so` exports. Both look at the same directory.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use gmt0018::{Device, Dialect, Function, KeyIndex, Module, Open, Pin};
use gmt0018_softcard::Card;
use sm_soft::SoftVerifier;
use sm2_signing::{ErrorKind, Prehash, PublicKey, UserId, Verifier as _};

/// Make a software card in a directory, use it through the C ABI, reopen it, and back it up.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the card lives. It is kept, and used again by the next run. Without it: a temporary directory.
    #[arg(long, value_name = "DIRECTORY")]
    dir: Option<PathBuf>,

    /// The index of the key pair.
    #[arg(long, value_name = "N", default_value_t = 1)]
    key_index: u32,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("software_card failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let scratch = tempfile::tempdir()?;
    let directory = arguments
        .dir
        .clone()
        .unwrap_or_else(|| scratch.path().join("card"));
    let index = KeyIndex::new(arguments.key_index);

    // What GM/T 0018 leaves to the maker's management tool: the store and the keys in it.
    let card = Card::open_or_create(&directory)?;
    let status = card.status()?;
    println!(
        "card:        serial {} in {}",
        status.serial,
        directory.display()
    );
    if status
        .keys
        .iter()
        .all(|key| key.pair.index != index.value())
    {
        card.generate_key_pair(index.value(), PASSWORD)?;
        println!("key:         new signing and encryption pair at index {index}");
    } else {
        println!("key:         the pair at index {index} of an earlier run");
    }

    // From here on through the C ABI, as a program that knows only GM/T 0018 would.
    let module = Module::from_functions("software card", gmt0018_soft::functions());
    let device = open(&module, &directory)?;
    println!("device:      {}", device.session()?.device_info()?);
    let public_key = sign_and_verify(&device, index, "before closing")?;
    drop(device);
    if module.call_count(Function::CloseDevice) != 1 {
        return Err("the device was not closed".into());
    }
    println!(
        "closed:      device closed, {} library calls so far",
        module.calls()
    );

    let device = open(&module, &directory)?;
    if sign_and_verify(&device, index, "after opening again")? != public_key {
        return Err("the card has another key after it was opened again".into());
    }
    refuse_wrong_password(&card, &device, index)?;

    println!("public key:  {public_key}");
    print!("{}", public_key.to_spki_pem());

    let copy = scratch.path().join("backup");
    let backup = card.backup(&copy)?;
    let restored = open(&module, &copy)?;
    if sign_and_verify(&restored, index, "from the backup")? != public_key {
        return Err("the backup has another key".into());
    }
    println!(
        "backup:      {} files copied, and the copy signs with the same key",
        backup.files
    );
    Ok(())
}

/// Opens the card in `directory` with `SDF_OpenDeviceWithPath`.
fn open(module: &Module, directory: &Path) -> Result<Device, gmt0018::Error> {
    module.device(&Dialect::STANDARD.with_open(Open::WithPath(directory.to_path_buf())))
}

/// Signs inside the card and verifies in software; gives the public key that the card exports.
fn sign_and_verify(
    device: &Device,
    index: KeyIndex,
    when: &str,
) -> Result<PublicKey, Box<dyn Error>> {
    let session = device.session()?;
    let public_key = session.sign_public_key(index)?;
    let e = Prehash::of(&public_key, &UserId::DEFAULT, when.as_bytes());

    let access = session.access(index, &Pin::new(PASSWORD)?)?;
    let signature = session.sign(index, &e)?;
    drop(access);
    SoftVerifier::new().verify(&public_key, &e, &signature)?;
    println!("signed:      {when}, verified in software: valid");

    match session.sign(index, &e) {
        Err(error) if error.kind() == ErrorKind::Access => Ok(public_key),
        Err(error) => Err(error.into()),
        Ok(_) => Err("the card signed although the access right was given back".into()),
    }
}

/// Shows a wrong password to the card, and looks up how the store counted it.
fn refuse_wrong_password(
    card: &Card,
    device: &Device,
    index: KeyIndex,
) -> Result<(), Box<dyn Error>> {
    let failed = || -> Result<u32, Box<dyn Error>> {
        let status = card.status()?;
        let key = status
            .keys
            .iter()
            .find(|key| key.pair.index == index.value());
        Ok(key.ok_or("the key is gone")?.failed_attempts)
    };
    let session = device.session()?;
    let before = failed()?;
    match session.access(index, &Pin::new("not the password")?) {
        Err(error) if error.kind() == ErrorKind::Access => println!("refused:     {error}"),
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("the card took a wrong password".into()),
    }
    let counted = failed()?;
    if counted != before.saturating_add(1) {
        return Err(format!("{counted} failed tries were counted, {before} before").into());
    }
    println!(
        "counted:     {counted} wrong in a row; from the 4th on the store makes each try wait"
    );
    // One mistake locks nobody out.
    drop(session.access(index, &Pin::new(PASSWORD)?)?);
    Ok(())
}

/// A card of one's own has one that nobody else knows: `gmt0018 soft passwd` sets it.
const PASSWORD: &[u8] = b"demo password";
