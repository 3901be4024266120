//! Device management (GM/T 0018 clause 6.2).

use gmt0018::Function as F;

use super::case::{Case, Chapter, Password, Subject, Trouble, Verdict, ensure, failed};

pub(super) const CASES: &[Case] = &[
    case("device/session", &[F::GenerateRandom], one_session),
    case("device/two-sessions", &[F::GenerateRandom], two_sessions),
    case("device/information", &[F::GetDeviceInfo], information),
    case(
        "device/random-lengths",
        &[F::GenerateRandom],
        random_lengths,
    ),
    case(
        "device/random-differs",
        &[F::GenerateRandom],
        random_differs,
    ),
    case(
        "device/random-statistics",
        &[F::GenerateRandom],
        random_statistics,
    ),
    case(
        "device/access-right",
        &[F::GetPrivateKeyAccessRight, F::ReleasePrivateKeyAccessRight],
        access_right,
    ),
];

const fn case(name: &'static str, calls: &'static [F], run: fn(&Subject<'_>) -> Verdict) -> Case {
    Case::new(Chapter::Device, name, calls, run)
}

fn one_session(subject: &Subject<'_>) -> Verdict {
    for _ in 0..8 {
        let session = subject.session()?;
        session.random(1)?;
    }
    Ok("eight sessions, one after the other".to_owned())
}

fn two_sessions(subject: &Subject<'_>) -> Verdict {
    let (first, second) = (subject.session()?, subject.session()?);
    first.random(8)?;
    second.random(8)?;
    drop(first);
    second.random(8)?;
    Ok("two at a time; the second works when the first is closed".to_owned())
}

fn information(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (first, second) = (session.device_info()?, session.device_info()?);
    ensure(
        first.to_string() == second.to_string(),
        "two calls describe two devices",
    )?;
    let texts = [first.issuer(), first.name(), first.serial()];
    ensure(
        texts.iter().all(|text| !text.is_empty()),
        "issuer, name or serial number is empty",
    )?;
    ensure(
        !texts.iter().any(|text| text.contains('?')),
        "issuer, name or serial number has characters that are none",
    )?;
    Ok(first.to_string())
}

/// A buffer that is not filled to its end is all zero there, which random bytes are once in 2^64.
fn random_lengths(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let mut count = 0_usize;
    for length in (1..=80).chain(LENGTHS) {
        let bytes = session.random(length)?;
        ensure(
            bytes.last_chunk::<8>() != Some(&[0; 8]),
            format!("{length} bytes were asked for and the end is not filled"),
        )?;
        count += 1;
    }
    Ok(format!("{count} lengths from 1 to 4096"))
}

fn random_differs(subject: &Subject<'_>) -> Verdict {
    let (session, other) = (subject.session()?, subject.session()?);
    let draws = [session.random(32)?, session.random(32)?, other.random(32)?];
    let [first, second, third] = &draws;
    ensure(
        first != second && first != third && second != third,
        "two draws of 32 bytes are equal",
    )?;
    Ok("three draws of 32 bytes, in two sessions".to_owned())
}

/// The monobit and the runs test on 20000 bits; a good source fails about once in a million runs.
fn random_statistics(subject: &Subject<'_>) -> Verdict {
    let bytes = subject.session()?.random(2500)?;
    let (ones, runs) = statistics(&bytes);
    let detail = format!("20000 bits: {ones} ones, {runs} runs");
    ensure(
        (9654..=10346).contains(&ones),
        format!("{detail}; ones are out of 9654 to 10346"),
    )?;
    ensure(
        (9640..=10360).contains(&runs),
        format!("{detail}; runs are out of 9640 to 10360"),
    )?;
    Ok(detail)
}

/// How many bits are set, and how many runs of equal bits there are.
fn statistics(bytes: &[u8]) -> (u32, u32) {
    let bits = || {
        bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1))
    };
    let ones = bits().map(u32::from).sum();
    let changes: u32 = bits()
        .zip(bits().skip(1))
        .map(|(one, next)| u32::from(one != next))
        .sum();
    (ones, changes + 1)
}

fn access_right(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let index = subject.unlock(&session)?;
    match &subject.password {
        Password::Given(_) if session.has_access(index) => {
            Ok(format!("granted for key index {index}"))
        }
        Password::Given(_) => Err(failed("the right is not held")),
        Password::NotNeeded | Password::NotGiven => Err(Trouble::Skipped(
            "the key is said to have no password".to_owned(),
        )),
    }
}

const LENGTHS: [usize; 16] = [
    127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 2048, 4080, 4095, 4096,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_and_runs_are_counted() {
        assert_eq!(statistics(&[0b0000_1111, 0b1010_1010]), (8, 9));
        assert_eq!(statistics(&[0; 3]), (0, 1));
        assert_eq!(statistics(&[0xff]), (8, 1));
    }
}
