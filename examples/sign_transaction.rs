//! A FISCO BCOS transaction from an account whose key is in a card.
//!
//! 1. Read the SDK's config.toml, or make one for the card of the command line, and open the account that it names.
//! 2. Fill in a transaction that calls `set(string)` of a contract: h = SM3(fields), e = SM3(Z‖h).
//! 3. Have the card sign e; encode the whole as `sendTransaction` takes it.
//! 4. Do what the node does: decode, verify, and take the sender from the signature.
//! 5. Change each bit in turn, and verify all of that in one batch.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{error::Error, path::PathBuf, process::ExitCode};

use clap::Parser;
use fisco_node::{
    account::Account,
    config::{PasswordSource, SdkConfig},
    crypto::CryptoOptions,
    transaction::{Rejection, Transaction, TransactionData, verify_encoded},
};
use sm_soft::{SoftVerifier, random};
use sm2_signing::Signer as _;
use sm3::{Digest as _, Sm3};

use support::{Card, CardArguments};

mod support;

/// Sign a transaction with an account's key in a card, and verify it as a node does.
#[derive(Debug, Parser)]
struct Arguments {
    /// The config.toml of a Java SDK: its account signs, in a card or in a file. Without it one is made for --lib.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["lib", "key_index"])]
    config: Option<PathBuf>,

    #[command(flatten)]
    card: CardArguments,

    /// The chain.
    #[arg(long, value_name = "ID", default_value = "chain0")]
    chain: String,

    /// The group.
    #[arg(long, value_name = "ID", default_value = "group0")]
    group: String,

    /// The last block that may contain the transaction: a little more than the chain's height.
    #[arg(long, value_name = "N", default_value_t = 501)]
    block_limit: i64,

    /// The contract.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "0x6849f21d1e455e9f0712b1e99fa4fcd23758e8f1"
    )]
    to: String,

    /// What `set(string)` is called with.
    #[arg(long, default_value = "signed in a card")]
    text: String,
}

fn main() -> ExitCode {
    support::exit("sign_transaction", run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    // The software card of the command line is gone when this is dropped.
    let (account, _card) = match &arguments.config {
        Some(path) => {
            println!("config:      {}", path.display());
            let config = SdkConfig::read(path)?;
            (Account::open(&config, &CryptoOptions::default())?, None)
        }
        None => {
            let card = Card::open(&arguments.card)?;
            (account_in(&card, &arguments.card)?, Some(card))
        }
    };
    println!("in a card:   {}", account.is_in_card());
    println!("public key:  {}", account.public_key());
    println!("address:     {}", account.address());

    let data = call(arguments)?;
    println!("input:       {}", hex(&data.input));
    println!("hash h:      {}", hex(&data.hash()));
    println!("e:           {}", data.prehash(account.public_key()));
    let transaction = Transaction::sign(data, &account)?;
    println!("signature:   {} (r, s, x, y)", hex(&transaction.signature));
    let bytes = transaction.encode()?;
    println!("encoded:     {} bytes for sendTransaction", bytes.len());
    println!("0x{}", hex(&bytes));

    receive(&bytes, &transaction, &account)?;
    change_each_bit(&bytes, &transaction, &account)
}

/// Opens the account that a config.toml for the card names.
fn account_in(card: &Card, arguments: &CardArguments) -> Result<Account, Box<dyn Error>> {
    println!("card:        {card}");
    let mut text = format!(
        "[cryptoMaterial]\nenableHsm = \"true\"\nhsmKeyIndex = \"{}\"\n",
        card.index
    );
    if let Some(path) = &arguments.lib {
        text += &format!("hsmLibPath = \"{}\"\n", path.display());
    }
    print!("config.toml, without hsmPassword:\n{text}");
    // The library is loaded already, or a part of this program.
    let mut options = CryptoOptions::default()
        .with_module(card.device.module().clone())
        .with_dialect(card.device.dialect().clone());
    let mut password = "";
    if arguments.lib.is_none() {
        password = std::str::from_utf8(support::DEMO_PASSWORD)?;
    } else if let Some(file) = &arguments.password_file {
        options = options.with_password(PasswordSource::File(file.clone()));
    } else if card.pin.is_some() {
        options = options.with_password(PasswordSource::Environment("GMT0018_PASSWORD".into()));
    }
    let config = SdkConfig::parse(
        "config.toml",
        &format!("{text}hsmPassword = {password:?}\n"),
    )?;
    Ok(Account::open(&config, &options)?)
}

/// A call of `set(string)` with a nonce that nobody has used.
fn call(arguments: &Arguments) -> Result<TransactionData, Box<dyn Error>> {
    let mut nonce = [0; 16];
    random::fill(&mut nonce)?;
    let mut data = TransactionData::new(
        &arguments.chain,
        &arguments.group,
        arguments.block_limit,
        u128::from_be_bytes(nonce).to_string(),
    );
    data.to.clone_from(&arguments.to);
    // On a chain with ShangMi algorithms the selector is the beginning of an SM3 digest.
    let selector: [u8; 32] = Sm3::digest(b"set(string)").into();
    data.input = selector[..4].to_vec();
    // The text is found behind this one word, and is its length and its bytes in whole words.
    data.input.extend(word(32));
    data.input.extend(word(arguments.text.len()));
    data.input.extend(arguments.text.as_bytes());
    let length = data.input.len() - 4;
    data.input.resize(4 + length.next_multiple_of(32), 0);
    Ok(data)
}

/// A number as the contract's ABI has it: 32 bytes, big-endian.
fn word(number: usize) -> [u8; 32] {
    let mut word = [0; 32];
    let bytes = number.to_be_bytes();
    word[32 - bytes.len()..].copy_from_slice(&bytes);
    word
}

/// What a node does with the bytes, before it looks at nonce and block limit.
fn receive(bytes: &[u8], sent: &Transaction, account: &Account) -> Result<(), Box<dyn Error>> {
    let received = Transaction::decode(bytes)?;
    if received != *sent {
        return Err("the transaction was decoded to another one".into());
    }
    let verified = received.verify(&SoftVerifier::new())?;
    if verified.hash != sent.data.hash() {
        return Err("the transaction was received with another hash".into());
    }
    if verified.address != account.address() {
        return Err(format!("the sender was found to be {}", verified.address).into());
    }
    println!("verified:    valid, sent by {}", verified.address);
    Ok(())
}

/// No changed bit may change what is executed, or for whom.
fn change_each_bit(
    bytes: &[u8],
    sent: &Transaction,
    account: &Account,
) -> Result<(), Box<dyn Error>> {
    let input = &sent.data.input;
    let place = bytes
        .windows(input.len())
        .position(|part| part == input)
        .ok_or("the input is not in the encoded transaction")?;
    let changed = |bit: usize| {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    let all: Vec<Vec<u8>> = (0..8 * bytes.len()).map(changed).collect();
    let verdicts = verify_encoded(&sm2_batch::best()?, &all)?;
    match &verdicts[8 * place] {
        Err(reason @ Rejection::DataHash { .. }) => {
            println!("changed:     byte {place}, the first of the input: {reason}");
        }
        other => return Err(format!("a changed input was not noticed: {other:?}").into()),
    }
    let mut refused = 0;
    for (index, verdict) in verdicts.iter().enumerate() {
        match verdict {
            Err(_) => refused += 1,
            // The tag of the hash, for one: a transaction may come without it.
            Ok(received)
                if received.transaction.data == sent.data
                    && received.verified.address == account.address() => {}
            Ok(_) => return Err(format!("a change of bit {index} was not noticed").into()),
        }
    }
    println!(
        "changed:     each of the {} bits in turn: {refused} refused, {} without effect on data and sender",
        all.len(),
        all.len() - refused
    );
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}
