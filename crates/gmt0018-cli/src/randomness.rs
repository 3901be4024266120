//! Four of the tests of GM/T 0005 on one sample.
//!
//! A good source is below the level of 1 % in one test of a hundred.

use serde::Serialize;

/// Name and P-value of a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Outcome {
    pub(crate) test: &'static str,
    pub(crate) p_value: f64,
}

impl Outcome {
    /// Whether the sample is at or above the level of significance.
    pub(crate) fn passes(&self) -> bool {
        self.p_value >= LEVEL
    }
}

/// All tests on a sample of 10^6 bits.
pub(crate) fn test(sample: &[u8]) -> Vec<Outcome> {
    let bits = bits(sample);
    vec![
        Outcome {
            test: "monobit frequency",
            p_value: monobit(&bits),
        },
        Outcome {
            test: "poker, m = 4",
            p_value: poker(&bits, 4),
        },
        Outcome {
            test: "poker, m = 8",
            p_value: poker(&bits, 8),
        },
        Outcome {
            test: "runs, total number",
            p_value: runs(&bits),
        },
        Outcome {
            test: "longest run of ones in a block, m = 10000",
            p_value: longest_run(&bits, &BLOCKS_OF_10000),
        },
    ]
}

/// The bytes of 10^6 bits.
pub(crate) const SAMPLE_BYTES: usize = 125_000;
/// The level of significance of GM/T 0005.
pub(crate) const LEVEL: f64 = 0.01;

/// The most significant bit of a byte is its first.
fn bits(sample: &[u8]) -> Vec<u8> {
    let of = |byte: &u8| {
        let byte = *byte;
        (0..8).rev().map(move |place| byte >> place & 1)
    };
    sample.iter().flat_map(of).collect()
}

fn ones(bits: &[u8]) -> f64 {
    bits.iter().filter(|bit| **bit == 1).count() as f64
}

fn monobit(bits: &[u8]) -> f64 {
    let length = bits.len() as f64;
    let sum = 2.0 * ones(bits) - length;
    erfc(sum.abs() / length.sqrt() / std::f64::consts::SQRT_2)
}

fn poker(bits: &[u8], width: u32) -> f64 {
    let kinds = 1_usize << width;
    let mut counts = vec![0_u64; kinds];
    let words = bits.chunks_exact(width as usize);
    let number = words.len() as f64;
    for word in words {
        let value = word
            .iter()
            .fold(0, |value, bit| value << 1 | usize::from(*bit));
        counts[value] += 1;
    }
    let squares: f64 = counts.iter().map(|count| (*count as f64).powi(2)).sum();
    let statistic = kinds as f64 / number * squares - number;
    upper_gamma((kinds - 1) as f64 / 2.0, statistic / 2.0)
}

fn runs(bits: &[u8]) -> f64 {
    let length = bits.len() as f64;
    let share = ones(bits) / length;
    let variance = share * (1.0 - share);
    // A constant sample.
    if variance == 0.0 {
        return 0.0;
    }
    let total = 1.0 + bits.windows(2).filter(|pair| pair[0] != pair[1]).count() as f64;
    let statistic = (total - 2.0 * length * variance).abs();
    erfc(statistic / (2.0 * (2.0 * length).sqrt() * variance))
}

/// The classes of the longest run in a block, and how probable they are.
struct Blocks {
    length: usize,
    /// The longest run of the first class.
    least: usize,
    probabilities: &'static [f64],
}

fn longest_run(bits: &[u8], blocks: &Blocks) -> f64 {
    let classes = blocks.probabilities.len();
    let mut counts = vec![0_u64; classes];
    let parts = bits.chunks_exact(blocks.length);
    let number = parts.len() as f64;
    for part in parts {
        let runs = part.split(|bit| *bit == 0);
        let longest = runs.map(<[u8]>::len).max().unwrap_or(0);
        counts[longest.saturating_sub(blocks.least).min(classes - 1)] += 1;
    }
    let statistic: f64 = counts
        .iter()
        .zip(blocks.probabilities)
        .map(|(count, probability)| {
            let expected = number * probability;
            (*count as f64 - expected).powi(2) / expected
        })
        .sum();
    upper_gamma((classes - 1) as f64 / 2.0, statistic / 2.0)
}

fn erfc(x: f64) -> f64 {
    upper_gamma(0.5, x * x)
}

/// The regularised incomplete gamma function Q(a, x): its series below a + 1, else its continued fraction (Lentz).
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let factor = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        for _ in 0..MOST_TERMS {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        return (1.0 - sum * factor).clamp(0.0, 1.0);
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for i in 1..MOST_TERMS {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = not_zero(an * d + b).recip();
        c = not_zero(b + an / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    (fraction * factor).clamp(0.0, 1.0)
}

fn not_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

/// The logarithm of the gamma function for a multiple of 1/2, by its recurrence from 1/2 or 1.
fn ln_gamma(a: f64) -> f64 {
    let (mut value, mut sum) = if a.fract() == 0.0 {
        (1.0, 0.0)
    } else {
        (0.5, std::f64::consts::PI.ln() / 2.0)
    };
    while value < a {
        sum += f64::ln(value);
        value += 1.0;
    }
    sum
}

const MOST_TERMS: u32 = 10_000;
const TINY: f64 = 1e-300;
/// For 10^6 bits: at most 10, 11, .. 15, at least 16. These are the exact probabilities, computed in the tests below; NIST SP
/// 800-22 has approximations of them, 0.0882, 0.2092 and so on.
const BLOCKS_OF_10000: Blocks = Blocks {
    length: 10_000,
    least: 10,
    probabilities: &[
        0.086_632, 0.208_201, 0.248_419, 0.193_913, 0.121_458, 0.068_011, 0.073_366,
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "11001100000101010110110001001100111000000000001001001101010100010001001111010110100000001101011111001100111001101101100010110010";
    const BLOCKS_OF_8: Blocks = Blocks {
        length: 8,
        least: 1,
        probabilities: &[0.2148, 0.3672, 0.2305, 0.1875],
    };

    /// How probable it is that the longest run of ones has at most `most` of so many bits.
    fn at_most(length: usize, most: usize) -> f64 {
        // Of 0, 1, 2 .. bits: no run is too long, unless the first that is ends with the last bit, behind a zero.
        let mut probabilities = vec![1.0; length + 1];
        for bits in most + 1..=length {
            let before = match bits - (most + 1) {
                0 => 2.0,
                more => probabilities[more - 1],
            };
            probabilities[bits] =
                probabilities[bits - 1] - before * 0.5_f64.powi(i32::try_from(most).unwrap() + 2);
        }
        probabilities[length]
    }

    #[test]
    fn the_classes_have_their_probabilities() {
        assert_eq!(at_most(3, 1), 5.0 / 8.0);
        assert_eq!(at_most(3, 3), 1.0);
        for (blocks, digits) in [(&BLOCKS_OF_8, 5e-5), (&BLOCKS_OF_10000, 5e-7)] {
            let last = blocks.probabilities.len() - 1;
            let up_to = |class: usize| match class {
                class if class == last => 1.0,
                class => at_most(blocks.length, blocks.least + class),
            };
            let mut below = 0.0;
            for (class, stated) in blocks.probabilities.iter().enumerate() {
                let exact = up_to(class) - below;
                assert!(
                    (exact - stated).abs() <= digits,
                    "{class}: {exact} is not {stated}"
                );
                below = up_to(class);
            }
        }
    }

    fn parsed(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 2e-5, "{value} is not {expected}");
    }

    #[test]
    fn functions_at_known_places() {
        near(erfc(0.0), 1.0);
        near(erfc(0.5), 0.479_500);
        near(erfc(1.5), 0.033_895);
        near(upper_gamma(1.0, 2.0), (-2.0_f64).exp());
        near(upper_gamma(127.5, 127.5), 0.488_22);
        assert!(erfc(50.0) < 1e-300);
    }

    #[test]
    fn a_known_sequence() {
        let bits = parsed(EXAMPLE);
        assert_eq!(bits.len(), 128);
        near(monobit(&bits), 0.215_925);
        near(poker(&bits, 4), 0.213_734);
        near(runs(&bits), 0.620_729);
        near(longest_run(&bits, &BLOCKS_OF_8), 0.180_598);
    }

    #[test]
    fn ten_bits_by_hand() {
        // NIST SP 800-22, 2.1.4 and 2.3.4.
        near(monobit(&parsed("1011010101")), 0.527_089);
        near(runs(&parsed("1001101011")), 0.147_232);
    }

    #[test]
    fn bad_samples_fail_and_a_hash_passes() {
        for constant in [0x00, 0xff] {
            assert!(
                test(&vec![constant; SAMPLE_BYTES])
                    .iter()
                    .all(|outcome| !outcome.passes())
            );
        }
        let alternating = test(&vec![0x55; SAMPLE_BYTES]);
        assert!(alternating[0].passes() && !alternating[1].passes() && !alternating[3].passes());
        let mut sample = Vec::new();
        for counter in 0_u32.. {
            sample.extend(sm_soft::hash::sm3(&counter.to_be_bytes()));
            if sample.len() >= SAMPLE_BYTES {
                break;
            }
        }
        sample.truncate(SAMPLE_BYTES);
        for outcome in test(&sample) {
            assert!(outcome.p_value > 0.001, "{outcome:?}");
        }
    }
}
