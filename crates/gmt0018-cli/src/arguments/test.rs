//! `gmt0018 test`.

use std::{path::PathBuf, time::Duration};

use clap::{ArgGroup, Args};

use super::{DeviceArguments, PasswordArguments, device::PASSWORD_FILE_ONLY};

/// Test a GM/T 0018 library, by the chapters of the standard, and change nothing in its card.
///
/// No key is made at an index, deleted or overwritten. Session keys and key pairs are made that live in the session only. Files
/// of the card are touched with --allow-file-writes only: one of a new name, which is deleted again. The password is shown to
/// the card if it is given, and never again once it was refused; without it the cases of private keys are skipped, and
/// nobody is asked. When no library, store or key is named, and there is no store, a software card in memory with fresh keys is
/// tested.
/// Each case passes, fails, is not supported by the library, or is skipped, with the reason. A failure does not stop the run.
/// Ends with exit code 1 if a case failed, and with 4 if the device went away.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("mode").args(["conformance", "kat", "negative", "soak"])),
    group(ArgGroup::new("form").args(["markdown", "plan"])),
    mut_arg("password_file", |file| file.help(PASSWORD_FILE_ONLY)),
    after_help = "\
Examples:
  gmt0018 test --lib /usr/local/lib/libgmt0018.so --plan
  gmt0018 test --lib /usr/local/lib/libgmt0018.so --key-index 43 --password-file pin --junit report.xml
  gmt0018 test --kat --markdown
  gmt0018 test --soak 10m --key-index 1 --password-file pin"
)]
pub(crate) struct TestArguments {
    /// Compare every function with what the standard and the software in this command say; this is the default.
    #[arg(long)]
    pub(crate) conformance: bool,

    /// Ask for answers that are published: GB/T 32905, GB/T 32907, GB/T 32918.5, FISCO BCOS.
    #[arg(long)]
    pub(crate) kat: bool,

    /// Pass what must be refused: wrong indexes, points off the curve, changed data, lengths out of range.
    #[arg(long)]
    pub(crate) negative: bool,

    /// Load several sessions for this long, such as 30s, 10m or 2h, and watch errors, memory, handles and latency.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) soak: Option<Duration>,

    /// Say which cases would make which calls, and make none.
    #[arg(long, conflicts_with = "junit")]
    pub(crate) plan: bool,

    /// The key's index in the card, for the cases that use keys of the card.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    /// The index of a key-encryption key in the card, for the cases that wrap session keys with it.
    #[arg(long, value_name = "N")]
    pub(crate) kek_index: Option<u32>,

    /// Create, write, read and delete one file of a new name in the card.
    #[arg(long)]
    pub(crate) allow_file_writes: bool,

    /// Also write the result as JUnit XML; the file is overwritten.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) junit: Option<PathBuf>,

    /// Write the result as a Markdown table.
    #[arg(long, conflicts_with = "json", help_heading = "Output")]
    pub(crate) markdown: bool,

    #[command(flatten)]
    pub(crate) password: PasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// A duration with its unit: s, m or h.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a duration from 0.1s to 720h, such as 30s, 10m or 2h".to_owned();
    let (number, unit) = match text.as_bytes().last() {
        Some(b's') => (text.strip_suffix('s'), 1.0),
        Some(b'm') => (text.strip_suffix('m'), 60.0),
        Some(b'h') => (text.strip_suffix('h'), 3600.0),
        _ => return Err(wrong()),
    };
    let number: f64 = number
        .and_then(|number| number.parse().ok())
        .ok_or_else(wrong)?;
    let seconds = number * unit;
    if (0.1..=2_592_000.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        for (text, milliseconds) in [
            ("10m", 600_000),
            ("90s", 90_000),
            ("0.5s", 500),
            ("2h", 7_200_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)));
        }
        for bad in [
            "", "10", "m", "-1s", "0s", "NaNs", "infh", "1d", "721h", "1 m",
        ] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
