//! The command line.

mod bench;
mod chain;
mod config;
mod delivery;
mod device;
mod doctor;
mod encrypt;
mod explain;
mod generate;
mod keys;
mod node;
mod probe;
mod report;
mod soft;
mod test;
mod top;
mod value;
mod verify;

use std::{path::PathBuf, time::Duration};

use clap::{Args, ColorChoice, Parser, Subcommand};
use gmt0018::sm2_signing::UserId;

use crate::language::Language;

pub(crate) use bench::{BenchArguments, Operation};
pub(crate) use chain::{
    BuildArguments, ChainCommand, ExpandArguments, NodeKeyArguments, NodePemForm,
};
pub(crate) use config::{CheckArguments, ConfigCommand, FixArguments, StartArguments};
pub(crate) use delivery::{DeliveryArguments, Form};
pub(crate) use device::{DeviceArguments, PasswordArguments};
pub(crate) use doctor::DoctorArguments;
pub(crate) use encrypt::{DecryptArguments, EncryptArguments, Order};
pub(crate) use explain::ExplainArguments;
pub(crate) use generate::{CompletionsArguments, ManArguments};
pub(crate) use keys::{
    KeyForm, KeysCheckArguments, KeysExportArguments, NoActionArguments, TriedPasswordArguments,
};
pub(crate) use node::{NodeIdArguments, NodePemArguments, PemPasswordArguments};
pub(crate) use probe::{LayoutArguments, ProbeCommand, Purpose, SymbolsArguments};
pub(crate) use report::ReportArguments;
pub(crate) use soft::{
    BackupArguments, ExportArguments, GenerateArguments, ImportArguments, InitArguments,
    PasswdArguments, RemoveArguments, RoleName, SoftCommand, StatusArguments, StoreArguments,
    StorePasswordArguments,
};
pub(crate) use test::TestArguments;
pub(crate) use top::TopArguments;
pub(crate) use value::Range;
pub(crate) use verify::{BatchArguments, VerifyArguments};

/// Look at, test and use a GM/T 0018 (SDF) cryptographic card: SM2, SM3, SM4.
#[derive(Debug, Parser)]
#[command(
    name = "gmt0018",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100,
    after_help = AFTER_HELP
)]
pub(crate) struct Arguments {
    /// Write the result, or the error, as JSON on one line; the README lists the fields.
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,

    /// Write no progress and no remarks on stderr, only errors.
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) quiet: bool,

    /// The language of errors, of doctor and of explanations [default: from $LC_ALL, $LC_MESSAGES, $LANG].
    #[arg(long, global = true, value_name = "LANGUAGE", help_heading = "Output")]
    pub(crate) lang: Option<Language>,

    /// When to colour the words error, warning and ok; auto is at a terminal, unless $NO_COLOR is set.
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto, help_heading = "Output")]
    pub(crate) color: ColorChoice,

    /// End the command with exit code 4 when it takes longer, and say in which library call it hangs.
    #[arg(long, global = true, value_name = "SECONDS", value_parser = value::seconds, help_heading = "Device")]
    pub(crate) timeout: Option<Duration>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Probe(ProbeArguments),
    /// Create and manage the software card's key store.
    #[command(subcommand, arg_required_else_help = true)]
    Soft(SoftCommand),
    /// List, show, check and export the keys in the card.
    #[command(subcommand, arg_required_else_help = true)]
    Keys(KeysCommand),
    Sign(SignArguments),
    Verify(VerifyArguments),
    Hash(HashArguments),
    Encrypt(EncryptArguments),
    Decrypt(DecryptArguments),
    Random(RandomArguments),
    Bench(BenchArguments),
    /// Build a FISCO BCOS chain with its keys in files or in a card, and add nodes to it.
    #[command(subcommand, arg_required_else_help = true)]
    Chain(ChainCommand),
    NodeId(NodeIdArguments),
    NodePem(NodePemArguments),
    /// Check and mend a node's config.ini.
    #[command(subcommand, arg_required_else_help = true)]
    Config(ConfigCommand),
    Explain(ExplainArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
    Test(TestArguments),
    Doctor(DoctorArguments),
    Report(ReportArguments),
    Top(TopArguments),
}

impl Command {
    /// Whether it times library calls, so that nothing else may be done in them.
    pub(crate) const fn measures(&self) -> bool {
        matches!(
            self,
            Self::Bench(_) | Self::Report(_) | Self::Test(_) | Self::Top(_)
        )
    }
}

/// Say what a card and its library can do, and check random numbers and SM3.
///
/// Shows the library's functions by chapter and edition of the standard, the device information with its abilities in
/// words, the key indexes with a public key, and two quick checks. Ends with exit code 1 if a check fails.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  gmt0018 probe
  gmt0018 probe --lib /usr/local/lib/libgmt0018.so --range 1-100
  gmt0018 probe --json | jq .device_info"
)]
pub(crate) struct ProbeArguments {
    #[command(subcommand)]
    pub(crate) command: Option<ProbeCommand>,

    /// The key indexes to look at, first and last.
    #[arg(long, value_name = "FIRST-LAST", default_value = "1-64")]
    pub(crate) range: Range,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the key indexes that have a public key.
    #[command(after_help = "\
Examples:
  gmt0018 keys list
  gmt0018 keys list --range 1-100 --lib /usr/local/lib/libgmt0018.so")]
    List(KeysListArguments),
    /// Show a signing public key in every form that a node's configuration asks for.
    #[command(after_help = "\
Examples:
  gmt0018 keys show --key-index 1
  gmt0018 keys show --key-index 43 --lib /usr/local/lib/libgmt0018.so --json")]
    Show(KeysShowArguments),
    /// Check a key: the pairs, the curve, and if asked the password and a signature.
    ///
    /// A key to sign with must be there; an encryption key is not needed by a node, and is remarked on if it is missing.
    ///
    /// The password is tried only with --password-file or --check-password, and then once: many cards count wrong passwords
    /// and lock the key. The card then signs a text of this command, and the signature is verified in software.
    ///
    /// Ends with exit code 5 if there is no signing key or the password is wrong, 1 if a key is not on the curve, 4 if the
    /// signature is wrong.
    #[command(after_help = "\
Examples:
  gmt0018 keys check --key-index 1
  gmt0018 keys check --key-index 43 --lib /usr/local/lib/libgmt0018.so --password-file pin --json")]
    Check(KeysCheckArguments),
    /// Write a public key, a node id or an address to stdout or to a new file.
    ///
    /// No password is needed. A file is never overwritten.
    #[command(after_help = "\
Examples:
  gmt0018 keys export --key-index 1 > key.pem
  gmt0018 keys export --key-index 1 --role encrypt --form der -o encryption.der
  gmt0018 keys export --key-index 43 --lib /usr/local/lib/libgmt0018.so --form node-id")]
    Export(KeysExportArguments),
    /// Say who makes a key pair: the vendor's tool, or `gmt0018 soft generate`.
    ///
    /// GM/T 0018 has no call that makes a key pair at an index. This command makes none and ends with exit code 2.
    #[command(after_help = "\
Examples:
  gmt0018 soft generate --key-index 2 --password-file pin")]
    Generate(NoActionArguments),
    /// Say who imports a key pair: the vendor's tool, or `gmt0018 soft import`.
    ///
    /// GM/T 0018 has no call that puts a key pair at an index. This command imports none and ends with exit code 2.
    #[command(after_help = "\
Examples:
  gmt0018 soft import --key-index 43 --pem node.key --password-file pin")]
    Import(NoActionArguments),
}

#[derive(Debug, Args)]
pub(crate) struct KeysListArguments {
    /// The key indexes to look at, first and last.
    #[arg(long, value_name = "FIRST-LAST", default_value = "1-64")]
    pub(crate) range: Range,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct KeysShowArguments {
    /// The key's index in the card.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: u32,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// Sign with a private key inside the card, and verify the signature before printing it.
///
/// With FILE, e = SM3(Z || file) is computed here (GB/T 32918.2 §6.1), Z from the user id and the card's public key. With
/// --digest, HEX is e itself: nothing is hashed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 sign --key-index 1 --password-file pin message.txt
  gmt0018 sign --key-index 1 --format der --binary -o message.sig message.txt
  gmt0018 sign --key-index 43 --lib /usr/local/lib/libgmt0018.so --digest f0b43e94...0d28640")]
pub(crate) struct SignArguments {
    /// The key's index in the card.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: u32,

    #[command(flatten)]
    pub(crate) message: MessageArguments,

    /// How the signature is written: raw is r || s, 64 bytes, der is GM/T 0009; both in hex digits.
    #[arg(long, value_enum, default_value_t = Form::Raw)]
    pub(crate) format: Form,

    #[command(flatten)]
    pub(crate) delivery: DeliveryArguments,

    #[command(flatten)]
    pub(crate) password: PasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// What is signed: e itself, or a file that e is computed from.
#[derive(Debug, Args)]
pub(crate) struct MessageArguments {
    /// The message; - reads stdin.
    #[arg(value_name = "FILE", required_unless_present = "digest")]
    pub(crate) file: Option<PathBuf>,

    /// e itself, 64 hex digits, instead of a file. It is used as it is: not hashed, and Z is not added.
    #[arg(long, value_name = "HEX", conflicts_with = "file")]
    pub(crate) digest: Option<String>,

    /// The signer's user id in Z, with FILE [default: 1234567812345678].
    #[arg(long, value_name = "ID", value_parser = value::user_id, conflicts_with = "digest")]
    pub(crate) user_id: Option<UserId>,
}

/// Print the SM3 digest of files, plain: without Z.
///
/// One FILE gives the digest alone. More give a line each: the digest, two blanks and the file, which --check takes. A file that
/// cannot be read stops nothing, and the exit code is that of the first one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 hash message.txt
  printf abc | gmt0018 hash -
  gmt0018 hash *.tar > SM3SUMS && gmt0018 hash --check SM3SUMS
  gmt0018 hash --on-card --lib /usr/local/lib/libgmt0018.so message.txt")]
pub(crate) struct HashArguments {
    /// The files; - reads stdin.
    #[arg(
        value_name = "FILE",
        required_unless_present = "check",
        conflicts_with = "check"
    )]
    pub(crate) files: Vec<PathBuf>,

    /// Compare with the digests of this list: 64 hex digits, two blanks and a file on each line; - reads stdin.
    ///
    /// Prints `ok` or `changed` and the file for each line, and ends with exit code 1 if one is changed, or 2 if a line or a
    /// file cannot be read.
    #[arg(long, value_name = "LIST")]
    pub(crate) check: Option<PathBuf>,

    /// Let the device hash instead of software.
    #[arg(long)]
    pub(crate) on_card: bool,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// Print random bytes from the card.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 random 32
  gmt0018 random 16 --raw -o sm4.key
  gmt0018 random 1000000 --raw --lib /usr/local/lib/libgmt0018.so | ent")]
pub(crate) struct RandomArguments {
    /// How many bytes, 1 to 1073741824.
    #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    pub(crate) count: u32,

    /// Write hex digits and a line end; this is the default.
    #[arg(long, conflicts_with = "raw")]
    pub(crate) hex: bool,

    /// Write the bytes themselves; refused on a terminal.
    #[arg(long)]
    pub(crate) raw: bool,

    /// Write to this file, which must not exist and will be its owner's alone, instead of stdout.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

const AFTER_HELP: &str = "\
The device: --lib FILE, else $GMT0018_LIB, else the software card in this process with the store in \
$GMT0018_SOFT_DIR or the user's data directory. Every result says which one was used, on stderr and in JSON.

The password of a key: --password-file FILE, else $GMT0018_PASSWORD, else a prompt; never an argument. \
A variable that is empty counts as not set.

Exit codes: 0 ok, 1 a check failed, 2 usage or input, 3 library, 4 device, 5 key or password, 6 configuration.

Examples:
  gmt0018 soft init --key-index 1
  gmt0018 sign --key-index 1 message.txt
  gmt0018 bench sign";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_tree_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_option_and_command_is_documented() {
        fn check(command: &clap::Command) {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name}");
            let leaf = command
                .get_subcommands()
                .all(|sub| sub.get_name() == "help");
            let examples = command.get_after_help().map(ToString::to_string);
            assert!(
                !leaf || examples.is_some_and(|text| text.contains("Examples:")),
                "{name}"
            );
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{name} {}",
                    argument.get_id()
                );
            }
            command
                .get_subcommands()
                .filter(|sub| sub.get_name() != "help")
                .for_each(check);
        }
        check(&Arguments::command());
    }
}
