//! What `openssl speed` measures on this machine.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use crate::arguments::Operation;

/// Why there is no number of OpenSSL's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Absent {
    NotInstalled,
    NotOffered,
    Failed,
}

impl Absent {
    pub(super) const fn text(&self) -> &'static str {
        match self {
            Self::NotInstalled => "not installed",
            Self::NotOffered => "not offered",
            Self::Failed => "failed",
        }
    }
}

/// Operations per second, with as many processes as there are sessions.
///
/// Signing and verifying are of a message of some bytes, with Z and its hash.
pub(super) fn rate(
    operation: Operation,
    size: u32,
    sessions: usize,
    duration: Duration,
) -> Result<f64, Absent> {
    let (name, field) = match operation {
        Operation::Sign => (&["sm2"][..], Field::PerSecond(0)),
        Operation::Verify | Operation::BatchVerify => (&["sm2"][..], Field::PerSecond(1)),
        Operation::Sm3 => (&["-evp", "sm3"][..], Field::Bytes),
        Operation::Sm4 => (&["-evp", "sm4-cbc"][..], Field::Bytes),
        Operation::Random => (&["rand"][..], Field::Bytes),
        Operation::Session | Operation::Encrypt => return Err(Absent::NotOffered),
    };
    // It takes whole seconds.
    let seconds = duration.as_secs_f64().ceil().max(1.0);
    let mut command = Command::new("openssl");
    command
        .args([
            "speed",
            "-elapsed",
            "-mr",
            "-seconds",
            &format!("{seconds:.0}"),
        ])
        .stdin(Stdio::null());
    if field == Field::Bytes {
        command.args(["-bytes", &size.to_string()]);
    }
    if sessions > 1 {
        command.args(["-multi", &sessions.to_string()]);
    }
    let output = command
        .args(name)
        .output()
        .map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => Absent::NotInstalled,
            _ => Absent::Failed,
        })?;
    let text = String::from_utf8_lossy(&output.stdout);
    match field.find(&text) {
        Some(Found::Rate(rate)) => Ok(rate),
        Some(Found::BytesPerSecond(bytes)) => Ok(bytes / f64::from(size)),
        // It ends with an error if it does not know the name, and says nothing of an algorithm that was built without.
        None if says_unknown(&output.stderr) || output.status.success() => Err(Absent::NotOffered),
        None => Err(Absent::Failed),
    }
}

fn says_unknown(stderr: &[u8]) -> bool {
    let text = String::from_utf8_lossy(stderr).to_ascii_lowercase();
    text.contains("unknown") || text.contains("unsupported")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    /// `+F7:number:bits:curve:signs per second:verifies per second`, and which of both.
    PerSecond(usize),
    /// `+F:number:name:bytes per second`.
    Bytes,
}

#[derive(Debug, PartialEq)]
enum Found {
    Rate(f64),
    BytesPerSecond(f64),
}

impl Field {
    /// The last line of its kind: those of the processes of `-multi` do not begin with it.
    fn find(self, text: &str) -> Option<Found> {
        let number = |text: Option<&str>| {
            let value: f64 = text?.trim().parse().ok()?;
            (value.is_finite() && value > 0.0).then_some(value)
        };
        text.lines().rev().find_map(|line| match self {
            Self::PerSecond(which) => {
                let mut fields = line.strip_prefix("+F7:")?.split(':').skip(3);
                number(fields.nth(which)).map(Found::Rate)
            }
            Self::Bytes => {
                let mut fields = line.strip_prefix("+F:")?.split(':');
                number(fields.nth(2)).map(Found::BytesPerSecond)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_openssl_3() {
        let sm2 = "Got: +F7:0:256:CurveSM2:1058.0:974.0 from 0\n+F7:0:256:CurveSM2:2120.000000:1851.000000\n";
        assert_eq!(Field::PerSecond(0).find(sm2), Some(Found::Rate(2120.0)));
        assert_eq!(Field::PerSecond(1).find(sm2), Some(Found::Rate(1851.0)));
        let sm3 = "+H:1024\n+F:25:sm3:372482048.00\n";
        assert_eq!(
            Field::Bytes.find(sm3),
            Some(Found::BytesPerSecond(372_482_048.0))
        );
        for nonsense in [
            "",
            "+F7:",
            "+F7:0:256:CurveSM2:nan:inf",
            "+F:25:sm3",
            "+F:25:sm3:-1",
        ] {
            assert_eq!(Field::PerSecond(0).find(nonsense), None, "{nonsense}");
            assert_eq!(Field::Bytes.find(nonsense), None, "{nonsense}");
        }
    }
}
