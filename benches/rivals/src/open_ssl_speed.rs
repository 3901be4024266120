//! `openssl speed`: OpenSSL where its headers are not there.

use std::{error::Error, process::Command};

use crate::{implementation::Operation, report::Report};

/// The command `openssl`.
pub(crate) struct Speed {
    pub(crate) name: String,
}

impl Speed {
    /// Looks for it.
    pub(crate) fn find() -> Option<Self> {
        let Ok(output) = Command::new("openssl").arg("version").output() else {
            println!("skipped: `openssl speed`, because there is no command `openssl`");
            return None;
        };
        let output = String::from_utf8_lossy(&output.stdout);
        let version: Vec<_> = output.split_whitespace().take(2).collect();
        Some(Self {
            name: format!(
                "`openssl speed` of {}, one key read before",
                version.join(" ")
            ),
        })
    }

    /// Whether it gave its figures.
    pub(crate) fn take_turn(&self, report: &mut Report) -> bool {
        match self.per_second() {
            Ok(rates) => {
                for (operation, rate) in rates {
                    report.add(operation, &self.name, rate);
                }
                true
            }
            Err(why) => {
                println!("skipped: {}: {why}", self.name);
                false
            }
        }
    }

    /// Verifications and signatures of a short message per second, each for a second by the clock.
    fn per_second(&self) -> Result<[(Operation, f64); 2], Box<dyn Error>> {
        let arguments = ["speed", "-elapsed", "-seconds", "1", "-mr", "sm2"];
        let output = Command::new("openssl").args(arguments).output()?;
        let output = String::from_utf8(output.stdout)?;
        // +F7:0:256:CurveSM2:SIGNATURES:VERIFICATIONS
        let line = output.lines().find(|line| line.starts_with("+F7:"));
        let line = line.ok_or("it gave no figures of SM2")?;
        let mut rates = line.rsplit(':').map(str::parse);
        let mut next = || rates.next().ok_or("it gave too few figures of SM2");
        let (verify, sign) = (next()??, next()??);
        Ok([(Operation::VerifyMessage, verify), (Operation::Sign, sign)])
    }
}
