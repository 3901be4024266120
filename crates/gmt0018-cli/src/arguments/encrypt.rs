//! `gmt0018 encrypt` and `gmt0018 decrypt`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use super::{DeliveryArguments, DeviceArguments, Form, PasswordArguments, PemPasswordArguments};

/// Encrypt to an SM2 public key, or a file of any length with an SM4 key.
///
/// SM2 is for keys and short messages: at most 1 MiB here, and a card decrypts no more than 64 to 255 bytes. It is computed in
/// software, with no card if the key is given.
///
/// With --sm4-key a file of up to 64 GiB is encrypted and authenticated with SM4-GCM in software. What is written is a random
/// nonce (12 bytes), the ciphertext and the tag (16 bytes).
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("key").required(true).args(["key_index", "public_key", "sm4_key"])),
    override_usage = "\
gmt0018 encrypt [OPTIONS] <--key-index <N>|--public-key <HEX|@FILE>> <FILE>
       gmt0018 encrypt [OPTIONS] --sm4-key <FILE> --output <FILE> <FILE>",
    after_help = "\
Examples:
  gmt0018 encrypt --key-index 1 message.txt > message.hex
  gmt0018 encrypt --public-key @key.pem --format der --binary -o message.der message.txt

A file of any length for the card's key at index 1:
  gmt0018 random 16 --raw -o sm4.key
  gmt0018 encrypt --sm4-key sm4.key -o backup.tar.sm4 backup.tar
  gmt0018 encrypt --key-index 1 -o sm4.key.sm2 sm4.key"
)]
pub(crate) struct EncryptArguments {
    /// What is encrypted; - reads stdin.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Encrypt to the encryption key at this index of the card; no password is needed.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    /// Encrypt to this public key: x || y in 128 hex digits, with or without 04 in front, or @ and a PEM file.
    #[arg(long, value_name = "HEX|@FILE")]
    pub(crate) public_key: Option<String>,

    /// Encrypt with the SM4 key in this file: 16 bytes, or 32 hex digits.
    #[arg(long, value_name = "FILE", requires = "output", conflicts_with_all = ["format", "order", "binary", "on_card"])]
    pub(crate) sm4_key: Option<PathBuf>,

    /// How an SM2 ciphertext is written: raw is its parts in their order, der is GM/T 0009; both in hex digits.
    #[arg(long, value_enum, default_value_t = Form::Raw)]
    pub(crate) format: Form,

    /// The order of the parts, with raw: c1c3c2 is that of GB/T 32918.4-2016, c1c2c3 that of the edition of 2010.
    #[arg(long, value_enum, default_value_t = Order::C1c3c2)]
    pub(crate) order: Order,

    /// Let the device encrypt instead of software.
    #[arg(long)]
    pub(crate) on_card: bool,

    #[command(flatten)]
    pub(crate) delivery: DeliveryArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// Decrypt what `gmt0018 encrypt` or another program has encrypted.
///
/// An SM2 ciphertext may be in hex digits or bytes, in DER or its parts; which it is shows. Only the order of the parts does
/// not: see --order.
///
/// Nothing is written unless the ciphertext is found unchanged; a file is made for its owner alone. Ends with exit code 1 if
/// the ciphertext was changed or made for another key, if a card says it with SDR_ENCDATAERR; not all do.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("key").required(true).args(["key_index", "private_key", "sm4_key"])),
    override_usage = "\
gmt0018 decrypt [OPTIONS] <--key-index <N>|--private-key <FILE>> <FILE>
       gmt0018 decrypt [OPTIONS] --sm4-key <FILE> --output <FILE> <FILE>",
    after_help = "\
Examples:
  gmt0018 decrypt --key-index 1 --password-file pin message.hex
  gmt0018 decrypt --private-key key.pem --order c1c2c3 -o message.txt old.bin
  gmt0018 decrypt --sm4-key sm4.key -o backup.tar backup.tar.sm4"
)]
pub(crate) struct DecryptArguments {
    /// The ciphertext; - reads stdin.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Decrypt with the encryption key at this index of the card.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    /// Decrypt in software with the private key in this file: PKCS#8 or SEC1, PEM or DER, or 64 hex digits.
    #[arg(long, value_name = "FILE")]
    pub(crate) private_key: Option<PathBuf>,

    /// Decrypt with the SM4 key in this file: 16 bytes, or 32 hex digits.
    #[arg(
        long,
        value_name = "FILE",
        requires = "output",
        conflicts_with = "order"
    )]
    pub(crate) sm4_key: Option<PathBuf>,

    /// The order of the parts, if the ciphertext is not in DER.
    #[arg(long, value_enum, default_value_t = Order::C1c3c2)]
    pub(crate) order: Order,

    /// Write to this file, which must not exist, instead of stdout.
    #[arg(long, short, value_name = "FILE", required_if_eq("json", "true"))]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) password: PasswordArguments,

    #[command(flatten)]
    pub(crate) pem: PemPasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// The order of the parts of an SM2 ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    C1c3c2,
    C1c2c3,
}
