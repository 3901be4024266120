//! A digital envelope: a session key made in the card, wrapped to the recipient's SM2 key, and SM4-GCM over a message.
//!
//! The sender knows only the recipient's public key. The recipient's private key unwraps the session key inside the
//! card. Neither side ever sees the session key: both hold a handle of it. One card plays both parts here.
//!
//! A card without SM4-GCM, which is a call of the 2023 edition, is told so and the example fails: encryption without
//! authentication would show a habit that nobody should take up.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{error::Error, process::ExitCode};

use clap::{Parser, builder::NonEmptyStringValueParser};
use gmt0018::{Aead, Device, Session};
use sm2_signing::{Ciphertext, ErrorKind, PublicKey};

use support::{Card, CardArguments};

mod support;

/// Encrypt a message to a key in a card with a digital envelope, and open it with the card.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    card: CardArguments,

    /// The message.
    #[arg(
        long,
        default_value = "The card signs, the CPU verifies.",
        value_parser = NonEmptyStringValueParser::new()
    )]
    message: String,
}

/// What the sender sends: nothing in it is secret.
struct Envelope {
    /// The session key under the recipient's public key (SM2, C1‖C3‖C2).
    wrapped_key: Ciphertext,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

fn main() -> ExitCode {
    support::exit("envelope", run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let card = Card::open(&arguments.card)?;
    println!("card:        {card}");
    println!("device:      {}", card.device.session()?.device_info()?);

    let recipient = card.device.session()?.encryption_public_key(card.index)?;
    println!("recipient:   {recipient}");

    let envelope = seal(&card.device, &recipient, arguments.message.as_bytes())?;
    println!(
        "session key: made in the card, wrapped in {} bytes",
        envelope.wrapped_key.to_c1c3c2().len()
    );
    println!("ciphertext:  {}", hex(&envelope.ciphertext));
    println!("tag:         {}", hex(&envelope.tag));

    let message = unseal(&card, &envelope)?;
    if message != arguments.message.as_bytes() {
        return Err("the envelope was opened and holds another message".into());
    }
    println!("opened:      {}", String::from_utf8_lossy(&message));

    refuse_tampered(&card, &envelope)?;
    println!(
        "calls:       {} of library functions",
        card.device.module().calls()
    );
    Ok(())
}

/// The sender: a new session key, wrapped to the recipient; the message under it.
fn seal(
    device: &Device,
    recipient: &PublicKey,
    message: &[u8],
) -> Result<Envelope, Box<dyn Error>> {
    let session = device.session()?;
    let (key, wrapped_key) = session.generate_key_with_external_key(recipient, SM4_KEY_BITS)?;
    // The key is used once, so that a random nonce cannot meet itself.
    let nonce = session.random(12)?;
    let (ciphertext, tag) = session
        .sm4_auth_encrypt(&key, Aead::Gcm, &nonce, ASSOCIATED, message, TAG_LENGTH)
        .map_err(explain)?;
    Ok(Envelope {
        wrapped_key,
        nonce,
        ciphertext,
        tag,
    })
}

/// The recipient: the card unwraps the session key with its private key, then checks the tag and decrypts.
fn unseal(card: &Card, envelope: &Envelope) -> Result<Vec<u8>, gmt0018::Error> {
    let session: Session = card.device.session()?;
    session.keep_access(card.index, card.pin.as_ref())?;
    let key = session.import_key_with_internal_key(card.index, &envelope.wrapped_key)?;
    session.sm4_auth_decrypt(
        &key,
        Aead::Gcm,
        &envelope.nonce,
        ASSOCIATED,
        &envelope.ciphertext,
        &envelope.tag,
    )
}

/// Changes one bit of the ciphertext, of the tag and of the nonce: the card must refuse each.
fn refuse_tampered(card: &Card, envelope: &Envelope) -> Result<(), Box<dyn Error>> {
    let changed = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        if let Some(first) = bytes.first_mut() {
            *first ^= 1;
        }
        bytes
    };
    let Envelope {
        wrapped_key,
        nonce,
        ciphertext,
        tag,
    } = envelope;
    let with = |nonce: &[u8], ciphertext: &[u8], tag: &[u8]| Envelope {
        wrapped_key: wrapped_key.clone(),
        nonce: nonce.to_vec(),
        ciphertext: ciphertext.to_vec(),
        tag: tag.to_vec(),
    };
    let forgeries = [
        ("ciphertext", with(nonce, &changed(ciphertext), tag)),
        ("tag", with(nonce, ciphertext, &changed(tag))),
        ("nonce", with(&changed(nonce), ciphertext, tag)),
    ];
    for (part, forgery) in forgeries {
        match unseal(card, &forgery) {
            Err(gmt0018::Error::TagMismatch) => println!("tampered:    {part} changed, refused"),
            Err(error) => {
                return Err(format!("a changed {part} gave another error: {error}").into());
            }
            Ok(_) => return Err(format!("a changed {part} was accepted").into()),
        }
    }
    Ok(())
}

/// Says what it means when a card cannot do this.
fn explain(error: gmt0018::Error) -> Box<dyn Error> {
    if error.kind() != ErrorKind::Unsupported {
        return error.into();
    }
    format!("this card has no SM4-GCM, which the 2023 edition added, so this example cannot run on it: {error}").into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is authenticated with the message but not encrypted.
const ASSOCIATED: &[u8] = b"envelope example, version 1";
const SM4_KEY_BITS: u32 = 128;
const TAG_LENGTH: usize = 16;
