//! A key in the card: its public key, its password, a signature, and how fast it signs.

use std::time::{Duration, Instant};

use fisco_node::{config::Password, identity::NodeId};
use gmt0018::{
    KeyIndex, Pin, PinError, Session,
    sm2_signing::{Prehash, PublicKey, Verifier as _},
};
use sm_soft::{SoftVerifier, curve};

use super::{check::Checks, node::Node};
use crate::{
    catalogue::{Texts, Value},
    command::probe::layout::first_key,
    device::Card,
    error::Error,
    exit::Exit,
    password::Given,
};

/// A key whose public key the card gave out.
pub(super) struct Key<'a> {
    session: &'a Session,
    index: u32,
    public: PublicKey,
    /// Whether the key was made for the checks, with the password that is known.
    is_ours: bool,
}

impl Key<'_> {
    pub(super) const fn index(&self) -> u32 {
        self.index
    }

    pub(super) const fn node_id(&self) -> NodeId {
        NodeId::new(self.public)
    }
}

/// Whether the key may be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Held,
    Refused,
    NotTried,
}

/// Reads the public key of the index that was named, else of the first with one.
pub(super) fn examine<'a>(
    card: Option<&Card>,
    session: Option<&'a Session>,
    named: Option<u32>,
    checks: &mut Checks,
) -> Option<Key<'a>> {
    let (Some(card), Some(session)) = (card, session) else {
        let because = ("there is no session", "没有可用的会话");
        checks.skip_all(&[PRESENT, CURVE], because);
        return None;
    };
    let is_ours = named.is_none() && card.memory().is_some();
    if is_ours && let Some(memory) = card.memory() {
        let made = memory.card().generate_key_pair(1, PASSWORD_IN_MEMORY);
        if let Err(cause) = made {
            checks.error(PRESENT, Error::soft_card("no key could be made", &cause));
            checks.skip(CURVE, NO_PUBLIC_KEY, None);
            return None;
        }
    }
    let Some(index) = named.or_else(|| first_key(session)) else {
        checks.warn(
            PRESENT,
            (
                "there is no signing key at the indexes 1 to 64",
                "密钥索引 1 至 64 处没有签名密钥",
            ),
            (
                "the device has none, or gives none out",
                "设备中没有签名密钥，或不导出其公钥",
            ),
            (
                "make one (`gmt0018 soft generate`, or the vendor's tool), or pass --key-index",
                "生成密钥（软件密码卡用 `gmt0018 soft generate`，其他密码卡用厂商的管理工具），或用 --key-index 指定密钥索引",
            ),
        );
        checks.skip(CURVE, NO_PUBLIC_KEY, None);
        return None;
    };
    match session.sign_public_key(KeyIndex::new(index)) {
        Ok(public) => {
            let origin = if is_ours {
                (", made for this check", "，为本次检查临时生成")
            } else {
                ("", "")
            };
            let id = public.to_string();
            let start = id.get(..16).unwrap_or(&id);
            let subject = (
                format!("index {index}, public key {start}...{}", origin.0),
                format!("密钥索引 {index}，公钥 {start}...{}", origin.1),
            );
            checks.ok(PRESENT, subject);
            if !on_curve(&public, index, checks) {
                return None;
            }
            Some(Key {
                session,
                index,
                public,
                is_ours,
            })
        }
        Err(cause) => {
            let what = format!("cannot read key index {index}");
            checks.error(PRESENT, Error::key(index, what, cause));
            checks.skip(CURVE, NO_PUBLIC_KEY, None);
            None
        }
    }
}

fn on_curve(public: &PublicKey, index: u32, checks: &mut Checks) -> bool {
    let is_on_curve = curve::is_on_curve(public);
    if is_on_curve {
        let subject = (
            "the public key is a point of the SM2 curve",
            "公钥是 SM2 曲线上的点",
        );
        checks.ok(CURVE, subject);
    } else {
        checks.fail(
            CURVE,
            Exit::Device,
            (
                format!("the public key of index {index} is no point of the SM2 curve"),
                format!("密钥索引 {index} 的公钥不是 SM2 曲线上的点"),
            ),
            (
                "the library has another layout than was taken, or the key is damaged",
                "动态库的结构体布局与所选的接口变体不符，或密钥已损坏",
            ),
            (
                "run `gmt0018 probe layout`, and pass the --dialect that it names",
                "运行 `gmt0018 probe layout`，用 --dialect 指定它给出的接口变体",
            ),
        );
    }
    is_on_curve
}

/// Shows the password to the card, once and only if there is one.
pub(super) fn show_password(
    key: Option<&Key<'_>>,
    given: &Result<Given, Error>,
    node: &Node,
    checks: &mut Checks,
) -> Access {
    let Some(key) = key else {
        checks.skip(PASSWORD, ("there is no key for it", "没有对应的密钥"), None);
        return Access::NotTried;
    };
    let given = match given {
        Ok(given) => given,
        Err(error) => {
            checks.error(PASSWORD, error.clone());
            return Access::NotTried;
        }
    };
    let configured = node
        .password()
        .filter(|_| node.key_index() == Some(key.index));
    let (pin, origin) = match choose(given, configured, key.is_ours) {
        Ok(chosen) => chosen,
        Err((access, because, advice)) => {
            checks.skip(PASSWORD, because, advice);
            return access;
        }
    };
    let index = KeyIndex::new(key.index);
    let outcome = pin
        .map_err(|cause| Error::password_refused(&cause))
        .and_then(|pin| {
            let what = format!("cannot use key index {}", key.index);
            key.session
                .keep_access(index, Some(&pin))
                .map_err(|cause| Error::key(key.index, what, cause))
        });
    match outcome {
        Ok(()) => {
            let subject = (
                format!("{} is right; it was shown once", origin.0),
                format!("{}正确（只向设备提交了一次）", origin.1),
            );
            checks.ok(PASSWORD, subject);
            Access::Held
        }
        Err(error) => {
            let exit = error.exit();
            let Texts { what, why, advice } = error.into_words();
            let Value { english, chinese } = advice;
            let advice = (
                english
                    + "; it was shown once and is not shown again, because a wrong try may lock the card",
                chinese + "；本次只向设备提交了一次，不再重试，以免密码卡被锁定",
            );
            checks.fail(PASSWORD, exit, what, why, advice);
            Access::Refused
        }
    }
}

/// A password, and where it comes from.
type Chosen = (Result<Pin, PinError>, (&'static str, &'static str));
/// What becomes of the key without a password, why there is none, and how one is had.
type Without = (
    Access,
    (&'static str, &'static str),
    Option<(&'static str, &'static str)>,
);

/// The password to show: the one given, else the one of config.ini, else the one made for the checks.
fn choose(given: &Given, configured: Option<&Password>, is_ours: bool) -> Result<Chosen, Without> {
    match (given, configured) {
        (Given::NoPassword, _) => {
            let because = (
                "--no-password says that the key has none",
                "--no-password 表明该密钥没有设置私钥访问控制码",
            );
            Err((Access::Held, because, None))
        }
        (Given::Password(pin), _) => Ok((Ok(pin.clone()), ("the password", "私钥访问控制码"))),
        (Given::Nothing, Some(password)) if password.is_empty() => {
            let because = (
                "config.ini has none, and the node asks for no right",
                "config.ini 中没有配置私钥访问控制码，节点不会申请私钥使用权限",
            );
            Err((Access::Held, because, None))
        }
        (Given::Nothing, Some(password)) => Ok((
            Pin::new(password.as_bytes().to_vec()),
            (
                "the password in config.ini",
                "config.ini 中的私钥访问控制码",
            ),
        )),
        (Given::Nothing, None) if is_ours => Ok((
            Pin::new(PASSWORD_IN_MEMORY.to_vec()),
            (
                "the password made for this check",
                "为本次检查设置的私钥访问控制码",
            ),
        )),
        (Given::Nothing, None) => {
            let because = ("none was given", "没有提供私钥访问控制码");
            let advice = (
                "pass --password-file, or --no-password if the key has none",
                "用 --password-file 提供；如果该密钥没有设置，请加 --no-password",
            );
            Err((Access::NotTried, because, Some(advice)))
        }
    }
}

/// Signs, verifies that in software, and measures.
pub(super) fn sign(key: Option<&Key<'_>>, access: Access, checks: &mut Checks) {
    let because = match (key, access) {
        (None, _) => ("there is no key", "没有可用的密钥"),
        (_, Access::Refused) => ("the password was refused", "私钥访问控制码被拒绝"),
        (_, Access::NotTried) => (
            "no password was shown to the card",
            "没有向密码卡提交私钥访问控制码",
        ),
        (_, Access::Held) => ("", ""),
    };
    let Some(key) = key.filter(|_| access == Access::Held) else {
        checks.skip_all(&[SIGNATURE, SPEED], because);
        return;
    };
    let index = KeyIndex::new(key.index);
    let e = Prehash::from_bytes(&[0x6b; 32]);
    let signature = match key.session.sign(index, &e) {
        Ok(signature) => signature,
        Err(cause) => {
            let what = format!("cannot sign with key index {}", key.index);
            checks.error(SIGNATURE, Error::key(key.index, what, cause));
            checks.skip(SPEED, ("the key does not sign", "该密钥无法签名"), None);
            return;
        }
    };
    if SoftVerifier::new()
        .verify(&key.public, &e, &signature)
        .is_err()
    {
        checks.error(SIGNATURE, Error::test_signature_refused(key.index));
        let because = ("the signature is not valid", "签名没有通过验签");
        checks.skip(SPEED, because, None);
        return;
    }
    let subject = (
        "made in the card, and valid in software",
        "卡内签名，软件验签通过",
    );
    checks.ok(SIGNATURE, subject);
    let start = Instant::now();
    let mut count = 0_u32;
    while count < SIGNATURES && start.elapsed() < LONGEST {
        if let Err(cause) = key.session.sign(index, &e) {
            let what = format!("cannot sign with key index {} again", key.index);
            checks.error(SPEED, Error::key(key.index, what, cause));
            return;
        }
        count = count.saturating_add(1);
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    checks.ok(
        SPEED,
        (
            format!("{rate:.0} signatures per second from one session ({count} made)"),
            format!("单会话每秒签名 {rate:.0} 次（共签名 {count} 次）"),
        ),
    );
}

const NO_PUBLIC_KEY: (&str, &str) = ("there is no public key", "没有取得公钥");
const PRESENT: &str = "key.present";
const CURVE: &str = "key.curve";
const PASSWORD: &str = "password";
const SIGNATURE: &str = "signature";
const SPEED: &str = "speed";
/// Protects nothing: the card ends with the process.
const PASSWORD_IN_MEMORY: &[u8] = b"doctor-in-memory";
/// How many signatures are made for the speed, at most,
const SIGNATURES: u32 = 50;
/// and for how long.
const LONGEST: Duration = Duration::from_millis(750);
