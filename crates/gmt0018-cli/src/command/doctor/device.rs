//! The device: opening it, its sessions, its random numbers and its SM3.

use gmt0018::Session;

use super::check::Checks;
use crate::{
    command::probe::checks::Checks as Quick,
    device::{Card, Target},
    error::Error,
    exit::Exit,
};

pub(super) fn open(target: Option<Target>, checks: &mut Checks) -> Option<Card> {
    let report = target.as_ref().map(Target::to_string);
    match (target?.open(), report) {
        (Ok(card), report) => {
            checks.ok("device.open", report.unwrap_or_default());
            Some(card)
        }
        (Err(error), _) => {
            checks.error("device.open", error);
            None
        }
    }
}

/// Looks at an open device, and gives a session with it.
pub(super) fn examine(card: Option<&Card>, checks: &mut Checks) -> Option<Session> {
    let Some(card) = card else {
        checks.skip_all(&[INFO, SESSIONS, "random", "sm3"], "no device is open");
        return None;
    };
    let session = match card.session() {
        Ok(session) => session,
        Err(error) => {
            checks.skip(INFO, "there is no session", None);
            checks.error(SESSIONS, error);
            checks.skip_all(&["random", "sm3"], "there is no session");
            return None;
        }
    };
    info(&session, checks);
    sessions(card, checks);
    for (name, passed, detail) in Quick::run(&session).each() {
        let id = if name == "random" { "random" } else { "sm3" };
        match passed {
            Some(true) => checks.ok(id, detail),
            Some(false) => checks.fail(
                id,
                Exit::Device,
                detail,
                "the device answers and the answer is wrong, or it cannot do what it offers",
                "do not use the device before the vendor has looked at it; check --dialect",
            ),
            None => checks.warn(
                id,
                "the library does not offer it",
                detail,
                "run `gmt0018 probe symbols` to see who needs it",
            ),
        }
    }
    Some(session)
}

fn info(session: &Session, checks: &mut Checks) {
    match session.device_info() {
        Ok(info) => {
            let standard = info.standard().unwrap_or("of no known edition");
            let subject = format!(
                "{} {}, serial {}, {standard}",
                info.issuer(),
                info.name(),
                info.serial()
            );
            checks.ok(INFO, subject);
        }
        Err(cause) => checks.warn(
            INFO,
            "the device does not describe itself",
            cause.to_string(),
            "nothing else needs it; report it to the vendor",
        ),
    }
}

/// Opens sessions until the ceiling or the device's limit; they are closed at the end.
fn sessions(card: &Card, checks: &mut Checks) {
    // One is open already.
    let mut open = Vec::new();
    let refused = loop {
        if open.len().saturating_add(1) >= CEILING {
            break None;
        }
        match card.session() {
            Ok(session) => open.push(session),
            Err(error) => break Some(error),
        }
    };
    let count = open.len().saturating_add(1);
    match refused.map(Error::into_words) {
        None => checks.ok(SESSIONS, format!("{count} at once, and no more were tried")),
        Some(words) => checks.warn(
            SESSIONS,
            format!("the device gives {count} at once and no more"),
            words.why,
            "let no pool have more, and count the sessions of other processes",
        ),
    }
}

const INFO: &str = "device.info";
const SESSIONS: &str = "device.sessions";
/// The most sessions that are opened at once.
const CEILING: usize = 8;
