//! Device management: information and random numbers.

use std::collections::HashSet;

use super::{Case, Context};
use crate::{
    Chapter::Device,
    check::{CaseResult, Check},
};

pub(super) const CASES: &[Case] = &[
    Case::new(Device, "device information", device_information),
    Case::new(Device, "random bytes", random_bytes),
];

fn device_information(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let first = context.backend.device_info()?;
    for (what, text) in [
        ("issuer", &first.issuer),
        ("name", &first.name),
        ("serial", &first.serial),
    ] {
        check.that(
            !text.contains('\0') && !text.chars().any(char::is_control),
            || format!("{what} is not plain text: {text:?}"),
        );
    }
    check.that(first.standard_version != 0, || {
        "the edition of the standard is 0".to_owned()
    });
    let second = context.backend.device_info()?;
    check.that(first == second, || format!("{first:?}, then {second:?}"));
    Ok(())
}

fn random_bytes(context: &Context<'_>, check: &mut Check) -> CaseResult {
    for length in [1, 15, 16, 255, 256, 257, 4096] {
        let bytes = context.backend.random(length)?;
        check.that(bytes.len() == length, || {
            format!("asked for {length}, got {}", bytes.len())
        });
    }
    // 64 KiB of fair coins: 262144 ± 362 ones; the bound is ten standard deviations.
    let sample = context.backend.random(SAMPLE)?;
    let ones: usize = sample.iter().map(|byte| byte.count_ones() as usize).sum();
    let expected = 4 * SAMPLE;
    check.that(ones.abs_diff(expected) < 3620, || {
        format!("{ones} of {} bits are ones", 2 * expected)
    });
    // Two equal blocks among 4096 have the chance 2^-105.
    let blocks: HashSet<&[u8; 16]> = sample.as_chunks().0.iter().collect();
    check.that(blocks.len() == SAMPLE / 16, || {
        format!(
            "{} of {} blocks came before",
            SAMPLE / 16 - blocks.len(),
            SAMPLE / 16
        )
    });
    Ok(())
}

const SAMPLE: usize = 65_536;
