//! One module per command.

mod bench;
mod chain;
mod config;
mod decrypt;
mod doctor;
mod encrypt;
mod explain;
mod generate;
mod hash;
mod keys;
mod node_id;
mod node_pem;
mod probe;
mod random;
mod report;
mod sign;
mod sm2_input;
mod sm4_gcm;
mod soft;
mod test;
mod top;
mod verify;

use gmt0018::sm2_signing::{Prehash, PublicKey, UserId, Z};
use sm_soft::hash::{Digest as _, Sm3};

use crate::{
    arguments::{
        ChainCommand, Command, ConfigCommand, KeysCommand, MessageArguments, ProbeCommand,
        SoftCommand,
    },
    error::Error,
    exit::Exit,
    input,
    output::Output,
};

/// Runs the command that was asked for.
pub(crate) fn run(command: Command, output: Output) -> Result<Exit, Error> {
    match command {
        Command::Probe(arguments) => match &arguments.command {
            None => probe::run(&arguments, output),
            Some(ProbeCommand::Symbols(arguments)) => probe::symbols::run(arguments, output),
            Some(ProbeCommand::Layout(arguments)) => probe::layout::run(arguments, output),
        },
        Command::Soft(command) => match command {
            SoftCommand::Init(arguments) => soft::create::init(&arguments, output),
            SoftCommand::Generate(arguments) => soft::create::generate(&arguments, output),
            SoftCommand::Status(arguments) => soft::status::run(&arguments, output),
            SoftCommand::Import(arguments) => soft::import(&arguments, output),
            SoftCommand::ExportPublic(arguments) => soft::export_public(&arguments, output),
            SoftCommand::Passwd(arguments) => soft::passwd(&arguments, output),
            SoftCommand::Remove(arguments) => soft::remove(&arguments, output),
            SoftCommand::Backup(arguments) => soft::backup(&arguments, output),
        },
        Command::Keys(KeysCommand::List(arguments)) => keys::list(&arguments, output),
        Command::Keys(KeysCommand::Show(arguments)) => keys::show(&arguments, output),
        Command::Keys(KeysCommand::Check(arguments)) => keys::check(&arguments, output),
        Command::Keys(KeysCommand::Export(arguments)) => keys::export(&arguments, output),
        Command::Keys(KeysCommand::Generate(_)) => Err(Error::no_call_to_generate()),
        Command::Keys(KeysCommand::Import(_)) => Err(Error::no_call_to_import()),
        Command::Sign(arguments) => sign::run(&arguments, output),
        Command::Verify(arguments) => verify::run(&arguments, output),
        Command::Hash(arguments) => hash::run(&arguments, output),
        Command::Encrypt(arguments) => encrypt::run(&arguments, output),
        Command::Decrypt(arguments) => decrypt::run(&arguments, output),
        Command::Random(arguments) => random::run(&arguments, output),
        Command::Bench(arguments) => bench::run(&arguments, output),
        Command::Chain(ChainCommand::Build(arguments)) => chain::build(&arguments, output),
        Command::Chain(ChainCommand::Expand(arguments)) => chain::expand(&arguments, output),
        Command::NodeId(arguments) => node_id::run(&arguments, output),
        Command::NodePem(arguments) => node_pem::run(&arguments, output),
        Command::Config(ConfigCommand::Check(arguments)) => config::check::run(&arguments, output),
        Command::Config(ConfigCommand::Fix(arguments)) => config::fix::run(&arguments, output),
        Command::Explain(arguments) => explain::run(&arguments, output),
        Command::Completions(arguments) => generate::completions(&arguments, output),
        Command::Man(arguments) => generate::man(&arguments, output),
        Command::Test(arguments) => test::run(&arguments, output),
        Command::Doctor(arguments) => doctor::run(&arguments, output),
        Command::Report(arguments) => report::run(&arguments, output),
        Command::Top(arguments) => top::run(&arguments, output),
    }
}

/// What is signed, and the user id if e was computed here.
struct Message {
    e: Prehash,
    user_id: Option<String>,
}

/// e of the message: given, or SM3(Z ‖ file) with the file read piece by piece.
fn message(
    arguments: &MessageArguments,
    key: &PublicKey,
    output: Output,
) -> Result<Message, Error> {
    if let Some(digest) = &arguments.digest {
        let e = Prehash::from_hex(digest).map_err(|_| Error::digest(digest))?;
        return Ok(Message { e, user_id: None });
    }
    let Some(file) = &arguments.file else {
        return Err(Error::options(
            "there is neither FILE nor --digest",
            "give one of them",
        ));
    };
    let user = arguments.user_id.clone().unwrap_or(UserId::DEFAULT);
    let mut hash = Sm3::new();
    hash.update(Z::new(key, &user).as_bytes());
    input::stream_with_bar(file, output, |part| {
        hash.update(part);
        Ok(())
    })?;
    let user_id = String::from_utf8_lossy(user.as_bytes()).into_owned();
    Ok(Message {
        e: Prehash::from_bytes(&hash.finalize().into()),
        user_id: Some(user_id),
    })
}

/// Lower-case hex digits.
fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}
