//! The device: opening it, its sessions, its random numbers and its SM3.

use gmt0018::Session;

use super::check::Checks;
use crate::{
    catalogue::Value,
    command::probe::checks::Checks as Quick,
    device::{Card, Target},
    error::{Error, of_card},
    exit::Exit,
};

pub(super) fn open(target: Option<Target>, checks: &mut Checks) -> Option<Card> {
    let target = target?;
    let name = target.name();
    match target.open() {
        Ok(card) => {
            checks.ok("device.open", name);
            Some(card)
        }
        Err(error) => {
            checks.error("device.open", error);
            None
        }
    }
}

/// Looks at an open device, and gives a session with it.
pub(super) fn examine(card: Option<&Card>, checks: &mut Checks) -> Option<Session> {
    let Some(card) = card else {
        let because = ("no device is open", "设备没有打开");
        checks.skip_all(&[INFO, SESSIONS, "random", "sm3"], because);
        return None;
    };
    let session = match card.session() {
        Ok(session) => session,
        Err(error) => {
            checks.skip(INFO, NO_SESSION, None);
            checks.error(SESSIONS, error);
            checks.skip_all(&["random", "sm3"], NO_SESSION);
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
                (
                    "the device answers and the answer is wrong, or it cannot do what it offers",
                    "设备有应答但结果不对，或者无法完成它所声明的功能",
                ),
                (
                    "do not use the device before the vendor has looked at it; check --dialect",
                    "检查 --dialect；在厂商确认之前不要使用该设备",
                ),
            ),
            None => checks.warn(
                id,
                ("the library does not offer it", "动态库不提供该功能"),
                without_advice(detail),
                (
                    "run `gmt0018 probe symbols` to see who needs it",
                    "运行 `gmt0018 probe symbols` 查看哪些用途需要它",
                ),
            ),
        }
    }
    Some(session)
}

fn info(session: &Session, checks: &mut Checks) {
    match session.device_info() {
        Ok(info) => {
            let standard = info.standard();
            let (issuer, name, serial) = (info.issuer(), info.name(), info.serial());
            let english = standard.unwrap_or("of no known edition");
            let chinese = standard.unwrap_or("标准版本不明");
            let subject = (
                format!("{issuer} {name}, serial {serial}, {english}"),
                format!("{issuer} {name}，序列号 {serial}，{chinese}"),
            );
            checks.ok(INFO, subject);
        }
        Err(cause) => checks.warn(
            INFO,
            ("the device does not describe itself", "无法取得设备信息"),
            of_card(cause),
            (
                "nothing else needs it; report it to the vendor",
                "不影响其他功能；请向厂商反映",
            ),
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
        None => checks.ok(
            SESSIONS,
            (
                format!("{count} at once, and no more were tried"),
                format!("可同时打开 {count} 个会话（没有尝试更多）"),
            ),
        ),
        Some(words) => checks.warn(
            SESSIONS,
            (
                format!("the device gives {count} at once and no more"),
                format!("设备最多同时提供 {count} 个会话"),
            ),
            words.why,
            (
                "let no pool have more, and count the sessions of other processes",
                "会话池不要超过这个数，并把其他进程占用的会话计算在内",
            ),
        ),
    }
}

const NO_SESSION: (&str, &str) = ("there is no session", "没有可用的会话");
const INFO: &str = "device.info";
const SESSIONS: &str = "device.sessions";
/// The most sessions that are opened at once.
const CEILING: usize = 8;

/// Why the library does not offer something, without the advice of another layer: there is better one here.
fn without_advice(mut detail: Value) -> Value {
    if let Some(end) = detail.english.find("; try: ") {
        detail.english.truncate(end);
    }
    detail
}
