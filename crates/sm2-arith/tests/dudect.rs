//! Whether secrets show in how long signing takes, by measurement: Welch's t-test on the times for
//! one fixed secret and for random ones (Reparaz, Balasch and Verbauwhede, "Dude, is my code
//! constant time?", 2017).
//!
//! It sees what valgrind cannot: the code in lanes, and instructions whose time depends on their
//! operands. It says something about optimised code only: run it with `--release`.
//! `DUDECT_SECONDS` is how long one measurement takes, 0.7 unless set.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(
    clippy::print_stderr,
    reason = "the figures, and that a check does not run"
)]

use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sm2_arith::batch::{Backend, Ifma, Portable, SignItem};
use sm2_arith::{AffinePoint, JacobianPoint, Scalar, ScalarFactor, public, secret};

#[test]
fn secrets_do_not_show() {
    let Some(_alone) = alone() else { return };
    let mut leaks = leaks_of_single();
    leaks.extend(leaks_of_batches(Portable));
    match Ifma::new() {
        Some(ifma) => leaks.extend(leaks_of_batches(ifma)),
        None => eprintln!("skipped: no AVX-512 IFMA, its signatures are not measured"),
    }
    assert!(leaks.is_empty(), "secrets show in the time of {leaks:?}");
}

/// Leaks made on purpose: a test that misses them would prove nothing.
#[test]
fn leaks_are_seen() {
    let Some(_alone) = alone() else { return };
    let one = Scalar::ONE;
    expect_leak("k times G, as verification does it", &one, |input| {
        time(|| public::multiply_add(&input.k, &Scalar::ZERO, &AffinePoint::GENERATOR))
    });
    expect_leak("a comparison that ends early", &one, |input| {
        let (k, one) = (input.k.to_bytes(), one.to_bytes());
        time(|| {
            k.iter()
                .zip(&one)
                .all(|(a, b)| black_box(a) == black_box(b))
        })
    });
    // One addition to the 43 of signing, when the lowest of the digits of k is 0.
    expect_leak(
        "sign, with an addition that depends on k",
        &digit(1),
        |input| {
            let two_g = JacobianPoint::from(AffinePoint::GENERATOR).double();
            time(|| {
                if input.k.to_limbs()[0] % 64 == 0 {
                    black_box(black_box(two_g).add_affine_incomplete(&AffinePoint::GENERATOR));
                }
                secret::sign(&input.factor, &input.e, &input.k)
            })
        },
    );
}

fn leaks_of_single() -> Vec<String> {
    type Run = fn(&Input) -> f64;
    let subjects: [(&str, Secret, Run); 4] = [
        ("multiply_generator", Secret::Nonce, |input| {
            time(|| secret::multiply_generator(&input.k))
        }),
        ("inverse_for_signing", Secret::Key, |input| {
            time(|| secret::inverse_for_signing(&input.d))
        }),
        ("sign", Secret::Nonce, |input| {
            time(|| secret::sign(&input.factor, &input.e, &input.k))
        }),
        ("sign", Secret::Key, |input| {
            time(|| secret::sign(&input.factor, &input.e, &input.k))
        }),
    ];
    let mut leaks = Vec::new();
    for (name, secret, run) in subjects {
        for (fixed, scalar) in fixed_scalars() {
            let name = format!("{name}, {secret:?} {fixed}");
            if leaks_in(&name, 1, secret, &scalar, |inputs| run(&inputs[0])) {
                leaks.push(name);
            }
        }
    }
    leaks
}

fn leaks_of_batches<B: Backend>(backend: B) -> Vec<String> {
    let mut leaks = Vec::new();
    // One signature has a way of its own.
    let cases = [(1, Secret::Nonce), (8, Secret::Nonce), (8, Secret::Key)];
    for (width, secret) in cases {
        for (fixed, scalar) in fixed_scalars() {
            let name = format!("sign_batch of {}, {width}, {secret:?} {fixed}", B::NAME);
            let run = |inputs: &[Input]| {
                let items = inputs.iter().map(Input::item).collect::<Vec<_>>();
                let mut signatures = vec![None; items.len()];
                time(|| backend.sign_batch(&items, &mut signatures))
            };
            if leaks_in(&name, width, secret, &scalar, run) {
                leaks.push(name);
            }
        }
    }
    leaks
}

fn expect_leak(name: &str, fixed: &Scalar, run: impl Fn(&Input) -> f64) {
    let found = (0..5).any(|_| leaks_in(name, 1, Secret::Nonce, fixed, |inputs| run(&inputs[0])));
    assert!(found, "{name} is not seen");
}

/// Whether the times of `run` differ between inputs with the fixed secret and inputs with random
/// ones, in every one of the measurements and always to the same side.
fn leaks_in(
    name: &str,
    width: usize,
    secret: Secret,
    fixed: &Scalar,
    run: impl Fn(&[Input]) -> f64,
) -> bool {
    let mut random = Random(0x243F_6A88_85A3_08D3);
    let mut first = 0.0;
    for round in 0..MEASUREMENTS {
        let times = measure(&mut random, width, secret, fixed, &run);
        let t = times.statistic();
        eprintln!("{name}: {}, t = {t:.1}", times.description());
        if t.abs() <= THRESHOLD || (round > 0 && t.signum() != first) {
            return false;
        }
        first = t.signum();
    }
    true
}

/// Times of both classes, which take turns by chance. What is outside the call that is timed does
/// the same for both.
fn measure(
    random: &mut Random,
    width: usize,
    secret: Secret,
    fixed: &Scalar,
    run: impl Fn(&[Input]) -> f64,
) -> Times {
    let seconds = std::env::var("DUDECT_SECONDS").map_or(0.7, |text| text.parse().unwrap());
    let (start, limit) = (Instant::now(), Duration::from_secs_f64(seconds));
    let mut times = Times::default();
    while start.elapsed() < limit {
        let mut batches = Vec::with_capacity(64);
        for _ in 0..64 {
            let is_fixed = random.word() & 1 == 1;
            let fixed = is_fixed.then_some(*fixed);
            let inputs = (0..width).map(|_| Input::new(random, secret, fixed));
            batches.push((is_fixed, inputs.collect::<Vec<_>>()));
        }
        for (is_fixed, inputs) in &batches {
            times.0[usize::from(*is_fixed)].push(run(inputs));
        }
    }
    times
}

/// Nanoseconds, for random secrets and for the fixed one.
#[derive(Default)]
struct Times([Vec<f64>; 2]);

impl Times {
    /// The t of greatest magnitude, over all times and over those below some quantiles: what is
    /// slow is so because of interrupts.
    fn statistic(&self) -> f64 {
        let mut all = self.0.concat();
        all.sort_by(f64::total_cmp);
        let limits = QUANTILES.map(|permille| all[(all.len() - 1) * permille / 1000]);
        let statistics = limits.map(|limit| self.welch(limit));
        let larger = |a: f64, b: f64| if b.abs() > a.abs() { b } else { a };
        statistics.into_iter().fold(0.0, larger)
    }

    /// Welch's t for the times up to a limit.
    fn welch(&self, limit: f64) -> f64 {
        let [random, fixed] = self.0.each_ref().map(|times| Sample::new(times, limit));
        let deviation = (random.variance_of_mean() + fixed.variance_of_mean()).sqrt();
        if deviation > 0.0 {
            (fixed.mean - random.mean) / deviation
        } else {
            0.0
        }
    }

    fn description(&self) -> String {
        let medians = self.0.each_ref().map(|times| {
            let mut times = times.clone();
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        let count = self.0[0].len() + self.0[1].len();
        format!(
            "{count} times, medians {:.0} and {:.0} ns",
            medians[0], medians[1]
        )
    }
}

struct Sample {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Sample {
    fn new(times: &[f64], limit: f64) -> Self {
        let mut sample = Self {
            count: 0.0,
            mean: 0.0,
            squares: 0.0,
        };
        for time in times.iter().filter(|time| **time <= limit) {
            sample.count += 1.0;
            let difference = time - sample.mean;
            sample.mean += difference / sample.count;
            sample.squares += difference * (time - sample.mean);
        }
        sample
    }

    /// Infinite for less than two times: no t comes of them.
    fn variance_of_mean(&self) -> f64 {
        if self.count < 2.0 {
            return f64::INFINITY;
        }
        self.squares / (self.count - 1.0) / self.count
    }
}

/// Which of the inputs is fixed in one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secret {
    Key,
    Nonce,
}

struct Input {
    d: Scalar,
    factor: ScalarFactor,
    e: Scalar,
    k: Scalar,
}

impl Input {
    /// Random but for the secret, if that is given.
    fn new(random: &mut Random, secret: Secret, fixed: Option<Scalar>) -> Self {
        let [mut d, e, mut k] = std::array::from_fn(|_| random.scalar());
        let chosen = if secret == Secret::Key {
            &mut d
        } else {
            &mut k
        };
        *chosen = fixed.unwrap_or(*chosen);
        Self {
            d,
            factor: secret::inverse_for_signing(&d).unwrap(),
            e,
            k,
        }
    }

    fn item(&self) -> SignItem<'_> {
        SignItem::new(&self.factor, &self.e.to_bytes(), &self.k)
    }
}

/// Secrets with few digits, with many, and one like any other.
fn fixed_scalars() -> [(&'static str, Scalar); 3] {
    let two = Scalar::ONE.add(&Scalar::ONE);
    let other = Scalar::from_bytes_reduced(&[0x5C; 32]);
    [
        ("1", Scalar::ONE),
        ("n - 2", two.negate()),
        ("5C5C...", other),
    ]
}

/// With only that digit of six bits, and it is 1.
fn digit(index: usize) -> Scalar {
    Scalar::from_limbs(&[1 << (6 * index), 0, 0, 0])
}

/// splitmix64.
struct Random(u64);

impl Random {
    const fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn scalar(&mut self) -> Scalar {
        Scalar::from_limbs(&std::array::from_fn(|_| self.word()))
    }
}

/// How many nanoseconds the call takes.
fn time<T>(call: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(call());
    start.elapsed().as_secs_f64() * 1e9
}

/// Keeps the tests of this file from disturbing each other; none in a debug build.
fn alone() -> Option<MutexGuard<'static, ()>> {
    static ALONE: Mutex<()> = Mutex::new(());
    if cfg!(debug_assertions) {
        eprintln!("skipped: what a debug build takes says nothing; run this with --release");
        return None;
    }
    Some(ALONE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// |t| above this, in each of several measurements, is a leak. The authors call 4.5 suspicious,
/// which a machine with other work to do reaches by chance.
const THRESHOLD: f64 = 10.0;

const MEASUREMENTS: usize = 3;

/// Times are cropped at these, in thousandths.
const QUANTILES: [usize; 6] = [1000, 990, 950, 900, 750, 500];
