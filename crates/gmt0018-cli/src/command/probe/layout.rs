//! `gmt0018 probe layout`.

use std::fmt::Write as _;

use gmt0018::{EccLayout, KeyIndex, KeyLayout, LayoutProbe, Session, Written};
use serde::Serialize;
use sm_soft::{SoftVerifier, curve};

use crate::{
    arguments::LayoutArguments,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
    password::{self, Given},
};

#[derive(Serialize)]
struct Report {
    device: DeviceReport,
    key_index: u32,
    structures: Vec<Structure>,
    /// `null` if a public key does not say.
    bits: Option<u32>,
    layouts: Vec<&'static str>,
    dialects: Vec<&'static str>,
    quirks: Vec<String>,
    unknown: Vec<String>,
}

/// What a call wrote.
#[derive(Serialize)]
struct Structure {
    structure: &'static str,
    function: &'static str,
    /// How many bytes, up to the last that was written.
    bytes: usize,
    standard_bytes: usize,
    /// The ranges of bytes that were written, from and up to.
    written: Vec<[usize; 2]>,
    /// `null` if it is not a known one, or has none.
    form: Option<String>,
}

pub(crate) fn run(arguments: &LayoutArguments, output: Output) -> Result<Exit, Error> {
    // The password is read first: what is wrong with the file should not be said after calls to a card.
    let given = password::if_given(&arguments.password, output)?;
    let card = Card::open(&arguments.device, Unnamed::Store, output)?;
    let session = card.session()?;
    let number = arguments
        .key_index
        .or_else(|| first_key_in_any_layout(&session))
        .ok_or_else(Error::no_key_found)?;
    let index = KeyIndex::new(number);
    let mut probe = session.probe_layout(index, curve::is_on_curve);
    let failed =
        |what: &str, cause| Error::key(number, format!("cannot {what} key index {number}"), cause);
    // A key that is not there must not count as a wrong password.
    if let Err(cause) = probe.public_key() {
        return Err(failed("read", cause.clone()));
    }
    if let Given::Password(pin) = &given {
        session
            .keep_access(index, Some(pin))
            .map_err(|cause| failed("sign with", cause))?;
    }
    if !matches!(given, Given::Nothing) {
        probe.add_signature(&session, index, &SoftVerifier::new());
    }
    let report = Report {
        device: card.report(),
        key_index: number,
        structures: structures(&probe),
        bits: probe.public_key().as_ref().ok().and_then(KeyLayout::bits),
        layouts: probe.layouts().into_iter().map(name).collect(),
        dialects: probe.dialects(),
        quirks: probe.quirks().iter().map(ToString::to_string).collect(),
        unknown: unknown(&probe),
    };
    let text = if arguments.markdown {
        markdown(&report)
    } else {
        text(&report)
    };
    output.result(&report, &text)?;
    Ok(if report.dialects.is_empty() {
        Exit::CheckFailed
    } else {
        Exit::Ok
    })
}

/// The first index with a key that can be read, else the first with something that is none in this layout.
pub(in crate::command) fn first_key(session: &Session) -> Option<u32> {
    let mut malformed = None;
    for index in INDEXES {
        match session.sign_public_key(KeyIndex::new(index)) {
            Ok(_) => return Some(index),
            Err(gmt0018::Error::Malformed(_)) => {
                malformed.get_or_insert(index);
            }
            Err(_) => {}
        }
    }
    malformed
}

/// The first index with a key in any known layout: an index without a key may be given out as zeros.
fn first_key_in_any_layout(session: &Session) -> Option<u32> {
    let has_key = |index: &u32| {
        let probe = session.probe_layout(KeyIndex::new(*index), curve::is_on_curve);
        probe
            .public_key()
            .as_ref()
            .is_ok_and(|key| key.form().is_some())
    };
    INDEXES
        .into_iter()
        .find(has_key)
        .or_else(|| first_key(session))
}

fn structures(probe: &LayoutProbe) -> Vec<Structure> {
    let mut structures = Vec::new();
    let mut add = |structure, function, written: &Written, form: Option<String>| {
        structures.push(Structure {
            structure,
            function,
            bytes: written.end(),
            standard_bytes: written.standard_size(),
            written: written
                .ranges()
                .iter()
                .map(|range| [range.start, range.end])
                .collect(),
            form,
        });
    };
    if let Ok(key) = probe.public_key() {
        let form = key.form().map(|form| form.to_string());
        add(
            "ECCrefPublicKey",
            "SDF_ExportSignPublicKey_ECC",
            key.written(),
            form,
        );
    }
    if let Ok(written) = probe.device_info() {
        add("DEVICEINFO", "SDF_GetDeviceInfo", written, None);
    }
    if let Some(Ok(signature)) = probe.signature() {
        let form = signature.form().map(|form| form.to_string());
        add(
            "ECCSignature",
            "SDF_InternalSign_ECC",
            signature.written(),
            form,
        );
    }
    if let Some(Ok(ciphertext)) = probe.ciphertext() {
        let order = ciphertext.order().map(|order| order.to_string());
        add(
            "ECCCipher (16 bytes)",
            "SDF_ExternalEncrypt_ECC",
            ciphertext.written(),
            order,
        );
    }
    structures
}

/// What could not be found out, and why.
fn unknown(probe: &LayoutProbe) -> Vec<String> {
    let mut unknown = Vec::new();
    match probe.public_key() {
        Ok(key) if key.form().is_none() => unknown.push(
            "public key: no known form gives a point of the curve; an index without a key may be given out so".to_owned(),
        ),
        _ => {}
    }
    if let Err(cause) = probe.device_info() {
        unknown.push(format!("device information: {cause}"));
    }
    match probe.signature() {
        None => unknown.push(
            "signature: none was made; pass --password-file, or --no-password if the key has none"
                .to_owned(),
        ),
        Some(Err(cause)) => unknown.push(format!("signature: {cause}")),
        Some(Ok(signature)) if signature.form().is_none() => {
            unknown.push("signature: it is valid in no known form".to_owned());
        }
        Some(Ok(_)) => {}
    }
    match probe.ciphertext() {
        None => unknown.push("ciphertext: there is no public key to encrypt to".to_owned()),
        Some(Err(cause)) => unknown.push(format!("ciphertext: {cause}")),
        Some(Ok(ciphertext)) if ciphertext.order().is_none() => {
            unknown.push("ciphertext: it is in no known order".to_owned());
        }
        Some(Ok(_)) => {}
    }
    unknown.push(
        "numbers of algorithms and of arguments: nothing shows them; the vendor's header does"
            .to_owned(),
    );
    unknown
}

const fn name(layout: EccLayout) -> &'static str {
    match layout {
        EccLayout::Bits512 => "Bits512",
        EccLayout::Bits256 => "Bits256",
        EccLayout::Legacy2008 => "Legacy2008",
        _ => "another",
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for one in &report.structures {
        let form = one.form.as_deref().unwrap_or("-");
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{:20} {:>4} bytes (standard {:>3})  {form}",
            one.structure, one.bytes, one.standard_bytes
        );
    }
    let _ = writeln!(text, "{}", conclusion(report));
    for quirk in &report.quirks {
        let _ = writeln!(text, "quirk: {quirk}");
    }
    for unknown in &report.unknown {
        let _ = writeln!(text, "not found out: {unknown}");
    }
    text
}

fn markdown(report: &Report) -> String {
    let mut text =
        "| structure | function | bytes | standard | form |\n|---|---|---|---|---|\n".to_owned();
    for one in &report.structures {
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} |",
            one.structure,
            one.function,
            one.bytes,
            one.standard_bytes,
            one.form.as_deref().unwrap_or("-")
        );
    }
    let _ = writeln!(text, "\n{}\n", conclusion(report));
    for quirk in &report.quirks {
        let _ = writeln!(text, "- quirk: {quirk}");
    }
    for unknown in &report.unknown {
        let _ = writeln!(text, "- not found out: {unknown}");
    }
    text
}

fn conclusion(report: &Report) -> String {
    if report.dialects.is_empty() {
        return "dialect: none fits; report it with this output".to_owned();
    }
    format!(
        "layout: {}; dialect: {}",
        report.layouts.join(" or "),
        report.dialects.join(" or ")
    )
}

/// Where a key is looked for when none was named.
const INDEXES: std::ops::RangeInclusive<u32> = 1..=64;
