//! `gmt0018 soft`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum SoftCommand {
    Init(InitArguments),
    Generate(GenerateArguments),
    Status(StatusArguments),
    Import(ImportArguments),
    ExportPublic(ExportArguments),
    Passwd(PasswdArguments),
    Remove(RemoveArguments),
    Backup(BackupArguments),
}

/// Where the store is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Store")]
pub(crate) struct StoreArguments {
    /// The store's directory; else $GMT0018_SOFT_DIR, else the system's or the user's data directory.
    #[arg(long, alias = "dir", value_name = "DIRECTORY")]
    pub(crate) soft_dir: Option<PathBuf>,
}

/// Create a key store, and key pairs in it.
///
/// Each --key-index gets a signing and an encryption key pair under one password; each --kek-index a random SM4 key, which
/// has no password. A store that exists is refused and left as it is, unless --if-missing is given.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 soft init
  gmt0018 soft init --key-index 1 --key-index 43 --password-file pin
  gmt0018 soft init --if-missing --key-index 1 --kek-index 1 --soft-dir /var/lib/gmt0018-soft")]
pub(crate) struct InitArguments {
    /// Make a signing and an encryption key pair at this index; may be given more than once.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Vec<u32>,

    /// Make a key-encryption key at this index; may be given more than once.
    #[arg(long, value_name = "N")]
    pub(crate) kek_index: Vec<u32>,

    /// Do nothing for what exists already, instead of refusing: the store, and each key.
    #[arg(long)]
    pub(crate) if_missing: bool,

    /// Protect the keys with Argon2id (64 MiB, 3 passes) instead of PBKDF2-HMAC-SM3; it is not a ShangMi algorithm.
    #[arg(long, conflicts_with = "kdf_iterations")]
    pub(crate) argon2: bool,

    /// Iterations of PBKDF2-HMAC-SM3, 1000 to 10000000 [default: 100000].
    #[arg(long, value_name = "N")]
    pub(crate) kdf_iterations: Option<u32>,

    #[command(flatten)]
    pub(crate) store: StoreArguments,

    #[command(flatten)]
    pub(crate) password: StorePasswordArguments,
}

/// Make key pairs and key-encryption keys in a store that exists.
///
/// An index that has a key is refused before anything is made.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("what").required(true).multiple(true).args(["key_index", "kek_index"])),
    after_help = "\
Examples:
  gmt0018 soft generate --key-index 2 --password-file pin
  gmt0018 soft generate --kek-index 1"
)]
pub(crate) struct GenerateArguments {
    /// Make a signing and an encryption key pair at this index; may be given more than once.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Vec<u32>,

    /// Make a key-encryption key at this index; may be given more than once.
    #[arg(long, value_name = "N")]
    pub(crate) kek_index: Vec<u32>,

    #[command(flatten)]
    pub(crate) store: StoreArguments,

    #[command(flatten)]
    pub(crate) password: StorePasswordArguments,
}

/// Show what there is in the store: keys, files, damage, wrong passwords.
///
/// Ends with exit code 1 if a file of the store is damaged.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 soft status
  gmt0018 soft status --json --soft-dir /var/lib/gmt0018-soft")]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
}

/// Import a private key made elsewhere.
///
/// An index that has a key of this role is refused. At an index that has the other role's key, the password must be that
/// key's. The password of an encrypted file is --pem-password-file, else $GMT0018_PEM_PASSWORD, else a prompt.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 soft import --key-index 43 --pem node.key --password-file pin
  gmt0018 soft import --key-index 43 --role encrypt --pem enc.pem --pem-password-file pem-pin")]
pub(crate) struct ImportArguments {
    /// The index that the key gets.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: u32,

    /// The private key: PKCS#8 or SEC1, PEM or DER, PKCS#8 also encrypted, or 64 hex digits.
    #[arg(long, value_name = "FILE")]
    pub(crate) pem: PathBuf,

    /// What the key is for.
    #[arg(long, value_enum, default_value_t = RoleName::Sign)]
    pub(crate) role: RoleName,

    /// A file with the password of an encrypted PKCS#8 file.
    #[arg(long, value_name = "FILE")]
    pub(crate) pem_password_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) store: StoreArguments,

    #[command(flatten)]
    pub(crate) password: StorePasswordArguments,
}

/// Print a public key of the store; no password is needed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 soft export-public --key-index 1 > key.pem
  gmt0018 soft export-public --key-index 1 --role encrypt --hex")]
pub(crate) struct ExportArguments {
    /// The key's index.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: u32,

    /// Which key of the index.
    #[arg(long, value_enum, default_value_t = RoleName::Sign)]
    pub(crate) role: RoleName,

    #[command(flatten)]
    pub(crate) form: PublicForm,

    #[command(flatten)]
    pub(crate) store: StoreArguments,
}

/// How a public key is written.
#[derive(Debug, Args)]
pub(crate) struct PublicForm {
    /// Write a SubjectPublicKeyInfo PEM; this is the default.
    #[arg(long, conflicts_with = "hex")]
    pub(crate) pem: bool,

    /// Write x || y in 128 hex digits.
    #[arg(long)]
    pub(crate) hex: bool,
}

/// Change the access password of a key index.
///
/// The new password is --new-password-file, else $GMT0018_NEW_PASSWORD, else a prompt, typed twice. If anything fails, the
/// old password stays.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 soft passwd --key-index 1
  gmt0018 soft passwd --key-index 1 --password-file old --new-password-file new")]
pub(crate) struct PasswdArguments {
    /// The key's index.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: u32,

    /// A file with the new password; one line end at its end is ignored.
    #[arg(long, value_name = "FILE")]
    pub(crate) new_password_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) store: StoreArguments,

    #[command(flatten)]
    pub(crate) password: StorePasswordArguments,
}

/// Destroy the key pairs of an index.
///
/// The password is needed, and --yes: without a backup the keys are gone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 soft backup /mnt/backup/card-2026-11-23
  gmt0018 soft remove --key-index 2 --yes --password-file pin")]
pub(crate) struct RemoveArguments {
    /// The key's index.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: u32,

    /// Confirm that the private keys are to be destroyed.
    #[arg(long, required = true)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) store: StoreArguments,

    #[command(flatten)]
    pub(crate) password: StorePasswordArguments,
}

/// Copy the store into a new directory, consistent although others use it.
///
/// The copy is a store: open it with --soft-dir, or copy it back. It holds the same encrypted keys and is as secret as the
/// store. Ends with exit code 1 if damaged files were copied.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 soft backup /mnt/backup/card-2026-11-23
  gmt0018 soft status --soft-dir /mnt/backup/card-2026-11-23")]
pub(crate) struct BackupArguments {
    /// The new directory; refused if it exists.
    #[arg(value_name = "TO")]
    pub(crate) to: PathBuf,

    #[command(flatten)]
    pub(crate) store: StoreArguments,
}

/// The password of a key in the store, which always has one.
#[derive(Debug, Args)]
#[command(next_help_heading = "Password")]
pub(crate) struct StorePasswordArguments {
    /// A file with the key's access password; one line end at its end is ignored. Else $GMT0018_PASSWORD, else a prompt.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// The signing key.
    Sign,
    /// The encryption key.
    Encrypt,
}
