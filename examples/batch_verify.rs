//! A million signatures, verified in batches on all cores.
//!
//! The signatures are made here, with keys that all differ or with a few known ones, whose tables are kept. Some are
//! spoilt at known places: every one of them must be found, and no other. Making them is not part of what is measured.
//! Every 64th is verified alone as well, to compare verdict and speed.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{
    error,
    num::NonZero,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};
use serde_json::json;
use sm_soft::{SoftVerifier, random};
use sm2_arith::{
    AffinePoint, JacobianPoint, Scalar, ScalarFactor, SigningKey,
    batch::{Backend as _, Ifma, Portable, SignItem},
};
use sm2_batch::{EngineChoice, KeyTableOptions, KeyTables, Parallel};
use sm2_signing::{
    BatchVerifier as _, Item, Prehash, PublicKey, Signature, Verdict, Verifier as _, VerifyError,
};

/// Verify many signatures in batches, and compare with one after the other.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many signatures are made and verified.
    #[arg(long, value_name = "N", default_value = "1000000")]
    count: NonZero<u64>,

    /// Sign with so many keys, whose tables the verifier keeps. Without it: every signature by another key, no tables.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=MOST_KEYS))]
    known_keys: Option<u32>,

    /// How many threads verify. Without it: as many as there are processors.
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// What verifies: auto, ifma or portable. Without it: what `SM2_BATCH_ENGINE` names, else auto.
    #[arg(long, value_name = "NAME")]
    engine: Option<EngineChoice>,

    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("batch_verify failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let count = arguments.count.get();
    if let Some(keys) = arguments.known_keys
        && u64::from(keys) > count
    {
        return Err(format!(
            "{keys} keys for {count} signatures; try: --known-keys of at most {count}"
        )
        .into());
    }
    let choice = match arguments.engine {
        Some(choice) => choice,
        None => EngineChoice::from_environment()?,
    };
    // Keys that are not pinned get no tables: what is measured stays the same from the first signature to the last.
    let engine = KeyTables::new(choice, KeyTableOptions::default().with_cache_bytes(0))?;
    let threads = arguments.threads.unwrap_or(0).into();
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(threads).build()?);
    let parallel = Parallel::on(Arc::clone(&pool), engine);

    let mut maker = Maker { pool, keys: None };
    let mut tables = Duration::ZERO;
    if let Some(keys) = arguments.known_keys {
        let keys = keys_in_a_row(keys.try_into()?)?;
        let public: Vec<PublicKey> = keys.iter().map(|key| key.public).collect();
        let started = Instant::now();
        parallel.engine().pin(&public)?;
        tables = started.elapsed();
        maker.keys = Some(keys);
    }
    let measured = measure(&maker, &parallel, count, progress(arguments))?;
    report(&measured, &maker, &parallel, tables, arguments);
    Ok(())
}

/// What was found, and how long it took.
#[derive(Default)]
struct Measured {
    verified: u64,
    invalid: u64,
    verifying: Duration,
    making: Duration,
    /// How many were verified alone.
    alone: u64,
    verifying_alone: Duration,
}

impl Measured {
    fn per_second(&self) -> f64 {
        self.verified as f64 / self.verifying.as_secs_f64()
    }

    fn alone_per_second(&self) -> f64 {
        self.alone as f64 / self.verifying_alone.as_secs_f64()
    }
}

/// Makes and verifies signatures in pieces, so that memory does not grow with their number.
fn measure(
    maker: &Maker,
    parallel: &Parallel<KeyTables>,
    count: u64,
    bar: ProgressBar,
) -> Result<Measured, Error> {
    let at_once = AT_ONCE.max(maker.pool.current_num_threads() * 4096);
    let mut measured = Measured::default();
    while measured.verified < count {
        let first = measured.verified;
        let length = (count - first).min(at_once as u64);
        let started = Instant::now();
        let items = maker.make(first, length)?;
        measured.making += started.elapsed();

        let started = Instant::now();
        let verdicts = parallel.verify_batch(&items)?;
        measured.verifying += started.elapsed();

        for ((item, verdict), index) in items.iter().zip(verdicts.iter()).zip(first..) {
            let spoilt = spoilt(index);
            let expected = if spoilt {
                Verdict::Invalid
            } else {
                Verdict::Valid
            };
            if verdict != expected {
                return Err(format!(
                    "signature {index} is {expected:?} and was found {verdict:?}: {item:?}"
                )
                .into());
            }
            measured.invalid += u64::from(spoilt);
        }
        compare(&items, first, &mut measured)?;
        measured.verified += length;
        bar.inc(length);
    }
    bar.finish_and_clear();
    Ok(measured)
}

/// Verifies some of them alone.
fn compare(items: &[Item], first: u64, measured: &mut Measured) -> Result<(), Error> {
    let verifier = SoftVerifier::new();
    let started = Instant::now();
    for (item, index) in items.iter().zip(first..).step_by(64) {
        let valid = match verifier.verify(&item.key, &item.e, &item.signature) {
            Ok(()) => true,
            Err(VerifyError::Invalid) => false,
            Err(VerifyError::Backend(error)) => return Err(error.into()),
        };
        if valid == spoilt(index) {
            return Err(format!("signature {index} alone was found otherwise: {item:?}").into());
        }
        measured.alone += 1;
    }
    measured.verifying_alone += started.elapsed();
    Ok(())
}

fn report(
    measured: &Measured,
    maker: &Maker,
    parallel: &Parallel<KeyTables>,
    tables: Duration,
    arguments: &Arguments,
) {
    let (engine, threads) = (parallel.engine(), maker.pool.current_num_threads());
    let per_second = measured.per_second();
    let per_core = per_second / threads as f64;
    let alone = measured.alone_per_second();
    if arguments.json {
        let report = json!({
            "verifications_per_second": per_second.round(),
            "engine": engine.choice().to_string(),
            "threads": threads,
            "known_keys": arguments.known_keys.unwrap_or(0),
            "count": measured.verified,
            "invalid": measured.invalid,
            "seconds": measured.verifying.as_secs_f64(),
            "per_core": per_core.round(),
            "one_by_one_per_second": alone.round(),
            "ratio": per_core / alone,
            "seconds_to_make": measured.making.as_secs_f64(),
            "seconds_for_tables": tables.as_secs_f64(),
        });
        println!("{report}");
        return;
    }
    println!("engine:     {}", engine.choice());
    println!("threads:    {threads}");
    match &maker.keys {
        None => println!("keys:       another one for every signature"),
        Some(keys) => println!(
            "keys:       {} known, tables of {:.1} MiB made in {tables:.1?}",
            keys.len(),
            engine.statistics().bytes as f64 / f64::from(1 << 20)
        ),
    }
    println!(
        "made:       {} signatures in {:.2?}",
        measured.verified, measured.making
    );
    println!(
        "verified:   {} in {:.2?}: {} invalid, just those that were spoilt",
        measured.verified, measured.verifying, measured.invalid
    );
    println!("rate:       {per_second:.0} per second, {per_core:.0} for each thread");
    println!(
        "one by one: {alone:.0} per second on one thread, from {} of them; batches are {:.2} times as fast",
        measured.alone,
        per_core / alone
    );
}

/// A progress bar on stderr; nothing if that is no terminal.
fn progress(arguments: &Arguments) -> ProgressBar {
    if arguments.json {
        return ProgressBar::hidden();
    }
    let template = "{bar:40} {human_pos} of {human_len} signatures, {eta} to go";
    let style = ProgressStyle::with_template(template);
    ProgressBar::with_draw_target(Some(arguments.count.get()), ProgressDrawTarget::stderr())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Makes signatures on all threads.
struct Maker {
    pool: Arc<ThreadPool>,
    /// The known keys, used in turn; without them every signature has its own.
    keys: Option<Vec<Key>>,
}

impl Maker {
    /// The signatures `first..first + length`.
    fn make(&self, first: u64, length: u64) -> Result<Vec<Item>, Error> {
        let length = usize::try_from(length)?;
        let starts: Vec<usize> = (0..length).step_by(PIECE).collect();
        let pieces: Result<Vec<Vec<Item>>, Error> = self.pool.install(|| {
            let starts = starts.into_par_iter();
            let piece = |start: usize| self.piece(first + start as u64, PIECE.min(length - start));
            starts.map(piece).collect()
        });
        Ok(pieces?.into_iter().flatten().collect())
    }

    fn piece(&self, first: u64, length: usize) -> Result<Vec<Item>, Error> {
        let own;
        let keys = match &self.keys {
            Some(known) => known,
            None => {
                own = keys_in_a_row(length)?;
                &own
            }
        };
        let mut bytes = vec![[[0; 32]; 2]; length];
        random::fill(bytes.as_flattened_mut().as_flattened_mut())?;
        let turn = usize::try_from(first % keys.len() as u64)?;
        let keys = || keys.iter().cycle().skip(turn);
        let to_sign: Vec<SignItem<'_>> = bytes
            .iter()
            .zip(keys())
            .map(|([e, k], key)| SignItem::new(&key.inverse, e, &Scalar::from_bytes_reduced(k)))
            .collect();
        let mut signatures = vec![None; length];
        match Ifma::new() {
            Some(lanes) => lanes.sign_batch(&to_sign, &mut signatures),
            None => Portable.sign_batch(&to_sign, &mut signatures),
        }
        let signed = bytes.iter().zip(keys()).zip(signatures).zip(first..);
        let items = signed.map(|((([e, _], key), signature), index)| {
            let item = Item {
                key: key.public,
                e: Prehash::from_bytes(e),
                signature: Signature::from_bytes(&signature.ok_or("an unusable nonce was drawn")?),
            };
            Ok(if spoilt(index) {
                spoil(&item, index)
            } else {
                item
            })
        });
        items.collect()
    }
}

/// A key that signs, and only here: it is not wiped from memory.
struct Key {
    /// (1 + d)^-1
    inverse: ScalarFactor,
    public: PublicKey,
}

/// The keys d, d + 1, d + 2, ... for a random d.
///
/// To the verifier they are as good as any, and each costs an addition. Who knows one of them knows all: for
/// measurements only.
fn keys_in_a_row(count: usize) -> Result<Vec<Key>, Error> {
    let mut d = [0; 32];
    random::fill(&mut d)?;
    let first = SigningKey::from_bytes(&d)?;
    let mut point = JacobianPoint::from(AffinePoint::from_bytes(&first.public_key())?);
    let mut one_plus_d = Scalar::from_bytes_reduced(&d).add(&Scalar::ONE);
    let (mut points, mut sums) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for _ in 0..count {
        points.push(point);
        sums.push(one_plus_d);
        point = point.add_affine_vartime(&AffinePoint::GENERATOR);
        one_plus_d = one_plus_d.add(&Scalar::ONE);
    }
    let points = JacobianPoint::batch_to_affine(&points);
    let keys = points
        .into_iter()
        .zip(inverses(&sums))
        .map(|(point, inverse)| {
            Ok(Key {
                inverse: ScalarFactor::new(&inverse),
                public: PublicKey::from_bytes(&point.ok_or("d is too large")?.to_bytes()),
            })
        });
    keys.collect()
}

/// The inverses of values that are not 0, for the price of one and three multiplications each.
fn inverses(values: &[Scalar]) -> Vec<Scalar> {
    let mut products = Vec::with_capacity(values.len());
    let mut product = Scalar::ONE;
    for value in values {
        products.push(product);
        product = product.multiply(value);
    }
    let mut inverse = product.invert();
    for (value, product) in values.iter().zip(&mut products).rev() {
        *product = product.multiply(&inverse);
        inverse = inverse.multiply(value);
    }
    products
}

/// Whether signature `index` is made invalid.
const fn spoilt(index: u64) -> bool {
    index.is_multiple_of(1000)
}

/// The item with one bit changed: of e, of r, of s, or of the key, which is off the curve then.
fn spoil(item: &Item, index: u64) -> Item {
    let (mut key, mut e, mut signature) = (
        *item.key.as_bytes(),
        *item.e.as_bytes(),
        item.signature.to_bytes(),
    );
    match index / 1000 % 4 {
        0 => e[31] ^= 1,
        1 => signature[31] ^= 1,
        2 => signature[63] ^= 1,
        _ => key[63] ^= 1,
    }
    Item {
        key: PublicKey::from_bytes(&key),
        e: Prehash::from_bytes(&e),
        signature: Signature::from_bytes(&signature),
    }
}

type Error = Box<dyn error::Error + Send + Sync>;

/// How many signatures are made, and then verified, at a time.
const AT_ONCE: usize = 64 * 1024;
/// How many signatures one thread makes at a time.
const PIECE: usize = 1024;
/// More than any set of validators; their tables take less than a gigabyte.
const MOST_KEYS: i64 = 10_000;
