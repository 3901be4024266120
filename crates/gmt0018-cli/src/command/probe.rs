//! `gmt0018 probe`.

pub(super) mod checks;
pub(super) mod functions;
pub(crate) mod layout;
pub(super) mod needs;
pub(crate) mod symbols;

use std::fmt::Write as _;

use gmt0018::DeviceInfo;
use serde::Serialize;

use super::keys::Scan;
use crate::{
    arguments::ProbeArguments,
    device::{Card, DeviceReport, Target, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
};
use checks::Checks;
use functions::Functions;

#[derive(Serialize)]
struct Report {
    device: DeviceReport,
    functions: Functions,
    /// This and what follows is `null` if the device cannot be opened.
    device_info: Option<InfoReport>,
    keys: Option<Scan>,
    checks: Option<Checks>,
}

#[derive(Serialize)]
pub(super) struct InfoReport {
    issuer: String,
    name: String,
    serial: String,
    version: u32,
    standard_version: u32,
    standard: Option<&'static str>,
    asymmetric: Vec<&'static str>,
    asymmetric_bits: u32,
    ciphers: Vec<&'static str>,
    modes: Vec<&'static str>,
    hashes: Vec<&'static str>,
    file_space: u32,
}

pub(crate) fn run(arguments: &ProbeArguments, output: Output) -> Result<Exit, Error> {
    let target = Target::choose(&arguments.device, Unnamed::StoreOrMemory, output)?;
    let mut report = Report {
        device: target.report(),
        functions: Functions::of(target.module()),
        device_info: None,
        keys: None,
        checks: None,
    };
    // What the library exports is told even if its device cannot be opened.
    let outcome = target
        .open()
        .and_then(|card| look(&card, arguments, &mut report, output));
    let text = text(&report, output);
    output.result(&report, &text)?;
    outcome?;
    let failed = report.checks.is_some_and(|checks| checks.any_failed());
    Ok(if failed { Exit::CheckFailed } else { Exit::Ok })
}

fn look(
    card: &Card,
    arguments: &ProbeArguments,
    report: &mut Report,
    output: Output,
) -> Result<(), Error> {
    let session = card.session()?;
    match session.device_info() {
        Ok(info) => report.device_info = Some(InfoReport::from(&info)),
        Err(cause) => output.note(&format!("remark: no device information: {cause}")),
    }
    report.checks = Some(Checks::run(&session));
    let scan = Scan::run(&session, arguments.range);
    scan.remark(output);
    report.keys = Some(scan);
    Ok(())
}

fn text(report: &Report, output: Output) -> String {
    let mut text = report.functions.text();
    if let Some(info) = &report.device_info {
        text.push('\n');
        info.write(&mut text);
    }
    if let Some(keys) = &report.keys {
        text.push('\n');
        text.push_str(&keys.text());
    }
    if let Some(checks) = &report.checks {
        text.push('\n');
        text.push_str(&checks.text(output));
    }
    text
}

impl From<&DeviceInfo> for InfoReport {
    fn from(info: &DeviceInfo) -> Self {
        Self {
            issuer: info.issuer(),
            name: info.name(),
            serial: info.serial(),
            version: info.version(),
            standard_version: info.standard_version(),
            standard: info.standard(),
            asymmetric: info.asymmetric(),
            asymmetric_bits: info.asymmetric_bits(),
            ciphers: info.ciphers(),
            modes: info.modes(),
            hashes: info.hashes(),
            file_space: info.file_space(),
        }
    }
}

impl InfoReport {
    pub(super) fn write(&self, text: &mut String) {
        let standard = self.standard.map_or_else(
            || {
                format!(
                    "number {:#x}, not one of the standard's",
                    self.standard_version
                )
            },
            str::to_owned,
        );
        let list = |names: &[&str]| match names {
            [] => "none named".to_owned(),
            names => names.join(", "),
        };
        // Writing to a String does not fail.
        let _ = writeln!(text, "issuer      {}", self.issuer);
        let _ = writeln!(text, "device      {}", self.name);
        let _ = writeln!(text, "serial      {}", self.serial);
        let _ = writeln!(text, "version     {:#x}", self.version);
        let _ = writeln!(text, "standard    {standard}");
        let asymmetric = list(&self.asymmetric);
        let _ = writeln!(
            text,
            "asymmetric  {asymmetric} ({} bits)",
            self.asymmetric_bits
        );
        let _ = writeln!(text, "ciphers     {}", list(&self.ciphers));
        let _ = writeln!(text, "modes       {}", list(&self.modes));
        let _ = writeln!(text, "hashes      {}", list(&self.hashes));
        let _ = writeln!(text, "file space  {} bytes", self.file_space);
    }
}
