//! One SM2 signature by a key that never leaves its card, verified in software.
//!
//! 1. Open the card and read the public key of the key pair at an index.
//! 2. Compute Z (GB/T 32918.2, 5.5) and e = SM3(Z‖M) on the host.
//! 3. Have the card sign e (A1 to A7 of the standard happen inside).
//! 4. Verify with nothing but the public key, on the CPU.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{error::Error, process::ExitCode};

use clap::Parser;
use gmt0018::{CardKey, Function, Module, PoolOptions, SessionPool};
use sm_soft::SoftVerifier;
use sm2_signing::{Prehash, Signer as _, UserId, Verifier as _, VerifyError, Z};

use support::{Card, CardArguments};

mod support;

/// Sign a message with a key in a card, and verify the signature in software.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    card: CardArguments,

    /// The message.
    #[arg(long, default_value = "hello")]
    message: String,
}

fn main() -> ExitCode {
    support::exit("sign_with_card", run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let message = arguments.message.as_bytes();
    let card = Card::open(&arguments.card)?;
    let module = card.device.module();
    println!("card:       {card}");
    println!("device:     {}", card.device.session()?.device_info()?);

    let calls = Calls::so_far(module);
    // The pool opens sessions when they are needed. This key reads its public half once, here.
    let pool = SessionPool::new(card.device.clone(), PoolOptions::default());
    let key = CardKey::new(pool, card.index, card.pin.clone())?;
    println!("public key: {}", key.public_key());

    // Z depends on the key and the signer's id only: keep it where many messages are signed.
    let z = Z::new(key.public_key(), &UserId::DEFAULT);
    let e = z.prehash(message);
    println!("Z:          {z}");
    println!("e:          {e}");

    let signature = key.sign(&e)?;
    println!("signature:  {signature}");
    println!(
        "calls:      {} to open the key and sign once",
        calls.since(module).listed()
    );

    SoftVerifier::new().verify(key.public_key(), &e, &signature)?;
    println!("verified in software: valid");
    refuse_another_message(&key, &z, &signature)?;

    // The session is open and holds the access right now: what is left is the signature itself.
    let e = z.prehash(b"a second message");
    let calls = Calls::so_far(module);
    let signature = key.sign(&e)?;
    let calls = calls.since(module);
    println!("calls:      {} for a warm signature", calls.listed());
    SoftVerifier::new().verify(key.public_key(), &e, &signature)?;
    println!("verified in software: valid");
    match calls.total() {
        1 => Ok(()),
        more => Err(format!("a warm signature took {more} library calls instead of 1").into()),
    }
}

/// The same signature must not be one of another message.
fn refuse_another_message(
    key: &CardKey,
    z: &Z,
    signature: &sm2_signing::Signature,
) -> Result<(), Box<dyn Error>> {
    let other: Prehash = z.prehash(b"not what was signed");
    match SoftVerifier::new().verify(key.public_key(), &other, signature) {
        Err(VerifyError::Invalid) => {
            println!("verified for another message: invalid, as it must be");
            Ok(())
        }
        Err(VerifyError::Backend(error)) => Err(error.into()),
        Ok(()) => Err("the signature was found valid for another message".into()),
    }
}

/// How often each library function was called.
struct Calls(Vec<(Function, u64)>);

impl Calls {
    fn so_far(module: &Module) -> Self {
        let count = |function: &Function| (*function, module.call_count(*function));
        Self(Function::ALL.iter().map(count).collect())
    }

    /// The calls after `self` was taken.
    fn since(&self, module: &Module) -> Self {
        let later = |(function, before): &(Function, u64)| {
            (*function, module.call_count(*function) - before)
        };
        Self(
            self.0
                .iter()
                .map(later)
                .filter(|(_, calls)| *calls > 0)
                .collect(),
        )
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|(_, calls)| calls).sum()
    }

    /// The number of calls, and which they were.
    fn listed(&self) -> String {
        let names: Vec<String> = self
            .0
            .iter()
            .map(|(function, calls)| match calls {
                1 => function.to_string(),
                _ => format!("{function} x{calls}"),
            })
            .collect();
        format!("{} ({})", self.total(), names.join(", "))
    }
}
