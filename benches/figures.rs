//! The figures of `RESULTS.md`: calls per operation, the wrapper's overhead, opening and closing sessions, one thread
//! against two, memory per session.
//!
//! Everything that is compared is measured in turns, round after round, and the median of the rounds is given: a
//! machine that is busy for a while then slows both sides. With `--test` the numbers are too small to mean anything.

#![expect(clippy::print_stdout, reason = "the output is the point")]

use std::{
    env, fs,
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use gmt0018::{CardKey, CardVerifier, Device, PoolOptions, Session, SessionPool};
use sm_soft::SoftKey;
use sm2_signing::{Signer, Verifier as _};
use support::{Card, INDEX, RawSessions, RawSigner, digest, pin};

mod fake;
mod machine;
mod support;

fn main() {
    let scale = if env::args().any(|argument| argument == "--test") {
        QUICK
    } else {
        FULL
    };
    machine::print();
    let (process, library) = (Card::in_process(), Card::shared_library());
    println!(
        "| figure | aim | median | lowest to highest of {} |",
        scale.rounds
    );
    println!("|---|---|---|---|");
    memory(&process, scale);
    calls(&library);
    wrapper(scale);
    open_and_close(&process, &library, scale);
    signatures(&process, &library, scale);
    threads(&library, scale);
}

/// Bytes of resident memory for each session that is open.
fn memory(card: &Card, scale: Scale) {
    let sessions = scale.sessions;
    let Some(before) = resident() else {
        row(
            "memory per session",
            "",
            "skipped: no /proc/self/status",
            "",
        );
        return;
    };
    let per_session = |before: u64| {
        let grown = resident().unwrap_or(0).saturating_sub(before);
        format!("{:.0} bytes", grown as f64 / sessions as f64)
    };
    let raw = RawSessions::new(card);
    let handles: Vec<_> = (0..sessions).map(|_| raw.open()).collect();
    let figure = format!("memory per session in the card, {sessions} open");
    row(&figure, "", &per_session(before), "one run");

    let before = resident().unwrap_or(0);
    let open: Vec<Session> = (0..sessions).map(|_| card.warm_session()).collect();
    let figure = "the same with an access right and the wrapper's `Session`";
    row(figure, "", &per_session(before), "one run");
    row(
        "`size_of::<gmt0018::Session>()`",
        "",
        &bytes(size_of::<Session>()),
        "exact",
    );
    let in_card = size_of::<gmt0018_softcard::Session>();
    row(
        "`size_of::<gmt0018_softcard::Session>()`",
        "",
        &bytes(in_card),
        "exact",
    );

    drop(open);
    for handle in handles {
        raw.close(handle);
    }
}

/// Library calls of a signature and a verification after the first one.
fn calls(card: &Card) {
    let module = card.device.module();
    let (key, verifier) = (card.key(1), CardVerifier::new(card.pool(1)));
    let e = digest();
    let signature = key.sign(&e).expect("a signature");
    verifier
        .verify(key.public_key(), &e, &signature)
        .expect("valid");

    let before = module.calls();
    let signature = key.sign(&e).expect("a signature");
    let signing = module.calls() - before;
    verifier
        .verify(key.public_key(), &e, &signature)
        .expect("valid");
    let verifying = module.calls() - before - signing;
    row(
        "library calls per warm signature (`CardKey`)",
        "1",
        &signing.to_string(),
        "exact",
    );
    row(
        "library calls per warm verification (`CardVerifier`)",
        "1",
        &verifying.to_string(),
        "exact",
    );
}

/// What the wrapper adds to a call that costs nothing.
fn wrapper(scale: Scale) {
    let device = fake::device();
    let warm = || {
        let session = device.session().expect("a session");
        session
            .keep_access(INDEX, Some(&pin()))
            .expect("the access right");
        session
    };
    let (raw, session, key) = (RawSigner::new(warm()), warm(), fake_key(&device));
    let e = digest();
    let mut rounds = Rounds::default();
    for _ in 0..scale.rounds {
        let bare = nanoseconds(scale.cheap, || raw.sign(&e));
        let safe = nanoseconds(scale.cheap, || {
            session.sign(INDEX, &e).expect("a signature")
        });
        let pooled = nanoseconds(scale.cheap, || key.sign(&e).expect("a signature"));
        rounds.add("raw `SDF_InternalSign_ECC` that costs nothing", "", bare);
        rounds.add(
            "wrapper overhead, `Session::sign` less the raw call",
            "< 1000 ns",
            safe - bare,
        );
        rounds.add(
            "wrapper overhead, `CardKey::sign` less the raw call",
            "< 1000 ns",
            pooled - bare,
        );
    }
    rounds.print("ns");
}

fn fake_key(device: &Device) -> CardKey {
    let pool = SessionPool::new(device.clone(), PoolOptions::default().with_max_sessions(1));
    CardKey::new(pool, INDEX, Some(pin())).expect("the key of the fake card")
}

fn open_and_close(process: &Card, library: &Card, scale: Scale) {
    let (in_process, by_dlopen) = (RawSessions::new(process), RawSessions::new(library));
    let mut rounds = Rounds::default();
    for _ in 0..scale.rounds {
        let time = nanoseconds(scale.cheap, || in_process.open_and_close());
        rounds.add(
            "`SDF_OpenSession` + `SDF_CloseSession`, in process",
            "< 1000 ns",
            time,
        );
        let time = nanoseconds(scale.cheap, || by_dlopen.open_and_close());
        rounds.add(
            "`SDF_OpenSession` + `SDF_CloseSession`, by `dlopen`",
            "< 1000 ns",
            time,
        );
        let time = nanoseconds(scale.cheap, || library.device.session().expect("a session"));
        rounds.add("`Device::session` and drop, by `dlopen`", "", time);
    }
    rounds.print("ns");
}

/// One thread; what the way to the key costs.
fn signatures(process: &Card, library: &Card, scale: Scale) {
    let soft = SoftKey::generate().expect("a key");
    let raw = RawSigner::new(library.warm_session());
    let (in_process, by_dlopen) = (process.key(1), library.key(1));
    let e = digest();
    let mut rounds = Rounds::default();
    for _ in 0..scale.rounds {
        let time = nanoseconds(scale.dear, || soft.sign(&e).expect("a signature"));
        rounds.add("one signature, soft key", "", time / 1000.0);
        let time = nanoseconds(scale.dear, || in_process.sign(&e).expect("a signature"));
        rounds.add("one signature, `CardKey` in process", "", time / 1000.0);
        let time = nanoseconds(scale.dear, || by_dlopen.sign(&e).expect("a signature"));
        rounds.add("one signature, `CardKey` by `dlopen`", "", time / 1000.0);
        let time = nanoseconds(scale.dear, || raw.sign(&e));
        rounds.add("one signature, raw call by `dlopen`", "", time / 1000.0);
    }
    rounds.print("µs");
}

/// Signatures per second with one thread and with two. Two soft keys, which share nothing, show what the machine gives.
fn threads(card: &Card, scale: Scale) {
    let soft = SoftKey::generate().expect("a key");
    let key = card.key(2);
    let mut raw = [0; 2].map(|_| RawSigner::new(card.warm_session()));
    let e = &digest();
    let (mut rates, mut ratios) = (Rounds::default(), Rounds::default());
    for _ in 0..scale.rounds {
        let mut compare = |name: &str, aim: &'static str, rate: &mut dyn FnMut(usize) -> f64| {
            let (one, two) = (rate(1), rate(2));
            rates.add(&format!("signatures per second, {name}, 1 thread"), "", one);
            rates.add(
                &format!("signatures per second, {name}, 2 threads"),
                "",
                two,
            );
            ratios.add(&format!("2 threads to 1, {name}"), aim, two / one);
        };
        compare("raw calls by `dlopen`", ">= 1.8", &mut |threads| {
            let signers = raw.iter_mut().take(threads);
            per_second(scale, signers.map(|raw| move || raw.sign(e)))
        });
        compare("`CardKey` by `dlopen`", ">= 1.8", &mut |threads| {
            per_second(
                scale,
                (0..threads).map(|_| || key.sign(e).expect("a signature")),
            )
        });
        compare("soft keys (the machine's own)", "", &mut |threads| {
            let keys = (0..threads).map(|_| soft.clone());
            per_second(
                scale,
                keys.map(|key| move || key.sign(e).expect("a signature")),
            )
        });
    }
    rates.print("/s");
    ratios.print("times");
}

/// Runs each piece of work over and over in a thread of its own, and counts.
fn per_second<T, W>(scale: Scale, work: impl Iterator<Item = W>) -> f64
where
    W: FnMut() -> T + Send,
{
    let started = Instant::now();
    let deadline = started + scale.span;
    let count: u64 = thread::scope(|scope| {
        let threads: Vec<_> = work
            .map(|mut work| {
                scope.spawn(move || {
                    let mut count = 0_u64;
                    while Instant::now() < deadline {
                        black_box(work());
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum()
    });
    count as f64 / started.elapsed().as_secs_f64()
}

/// The time of one call, of `count` in a row.
fn nanoseconds<T>(count: u32, mut call: impl FnMut() -> T) -> f64 {
    let started = Instant::now();
    for _ in 0..count {
        black_box(call());
    }
    started.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}

/// Resident memory in bytes (Linux).
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// What was measured in each round, by figure.
#[derive(Default)]
struct Rounds(Vec<Figure>);

struct Figure {
    name: String,
    aim: &'static str,
    values: Vec<f64>,
}

impl Rounds {
    fn add(&mut self, name: &str, aim: &'static str, value: f64) {
        match self.0.iter_mut().find(|figure| figure.name == name) {
            Some(figure) => figure.values.push(value),
            None => self.0.push(Figure {
                name: name.to_owned(),
                aim,
                values: vec![value],
            }),
        }
    }

    fn print(self, unit: &str) {
        for Figure {
            name,
            aim,
            mut values,
        } in self.0
        {
            values.sort_by(f64::total_cmp);
            let (lowest, highest) = (values[0], values[values.len() - 1]);
            let median = values[values.len() / 2];
            let number = |value: f64| match value.abs() {
                1000.0.. => format!("{value:.0}"),
                10.0.. => format!("{value:.1}"),
                _ => format!("{value:.2}"),
            };
            let spread = format!("{} to {}", number(lowest), number(highest));
            row(&name, aim, &format!("{} {unit}", number(median)), &spread);
        }
    }
}

fn row(figure: &str, aim: &str, median: &str, spread: &str) {
    println!("| {figure} | {aim} | {median} | {spread} |");
}

fn bytes(size: usize) -> String {
    format!("{size} bytes")
}

/// How much is measured.
#[derive(Clone, Copy)]
struct Scale {
    rounds: usize,
    sessions: usize,
    /// Repetitions of a call of nanoseconds.
    cheap: u32,
    /// Repetitions of a signature.
    dear: u32,
    /// How long threads sign.
    span: Duration,
}

const FULL: Scale = Scale {
    rounds: 11,
    sessions: 10_000,
    cheap: 500_000,
    dear: 2_000,
    span: Duration::from_millis(300),
};
const QUICK: Scale = Scale {
    rounds: 1,
    sessions: 100,
    cheap: 10,
    dear: 2,
    span: Duration::from_millis(10),
};
