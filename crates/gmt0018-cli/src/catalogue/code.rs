//! Return codes: what each means, which functions give it, and what to try.

pub(crate) mod standard;
pub(crate) mod vendor;

use gmt0018::{ReturnCode, gmt0018_sys::error_code};

use super::Value;

/// A return code, as data.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) value: u32,
    meaning: (&'static str, &'static str),
    functions: (&'static str, &'static str),
    advice: (&'static str, &'static str),
    /// The entry of the catalogue that is about it.
    pub(crate) entry: Option<&'static str>,
}

impl Code {
    pub(crate) fn meaning(&self) -> Value {
        pair(self.meaning)
    }

    /// The functions that give it, as far as standard or vendor say.
    pub(crate) fn functions(&self) -> Value {
        pair(self.functions)
    }

    pub(crate) fn advice(&self) -> Value {
        pair(self.advice)
    }
}

/// What is known of a code of the standard, or of Sansec's, whose numbers nobody else uses.
pub(crate) fn find(value: u32) -> Option<&'static Code> {
    let all = standard::ALL.iter().chain(vendor::SANSEC);
    let mut found = all.filter(|code| code.value == value);
    found.next()
}

/// The code of this name.
pub(crate) fn named(name: &str) -> Option<ReturnCode> {
    let named = |known: &str| known.eq_ignore_ascii_case(name);
    let mut codes = error_code::ERROR_CODES.iter();
    // Some vendors' headers, and GmSSL's, have the letters the other way round.
    if named("SDR_FILEEXSITS") {
        return Some(ReturnCode::new(error_code::SDR_FILEEXISTS));
    }
    codes
        .find(|code| named(code.0))
        .map(|code| ReturnCode::new(code.1))
}

/// The code as an error writes it: number, name and meaning.
pub(crate) fn shown(code: ReturnCode) -> Value {
    let vendor = || {
        let known = vendor::REUSED
            .iter()
            .find(|one| one.value == code.value())?;
        let title = pair(known.vendor.title).chinese;
        Some(format!("{title}：{}", known.meaning.1))
    };
    let meaning = find(code.value())
        .map(|code| code.meaning.1.to_owned())
        .or_else(vendor);
    let number = number(code);
    let chinese = match (code.name(), meaning) {
        (Some(name), Some(meaning)) => format!("{number}（{name}：{meaning}）"),
        (Some(name), None) => format!("{number}（{name}）"),
        (None, Some(meaning)) => format!("{number}（{meaning}）"),
        (None, None) => format!("{number}（不是标准定义的错误码，请咨询厂商）"),
    };
    Value::new(code, chinese)
}

/// The number as C headers write it.
pub(crate) fn number(code: ReturnCode) -> String {
    format!("{:#010x}", code.value())
}

/// Whose numbers a code is among.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Range {
    Success,
    Standard,
    SansecService,
    SansecCard,
    SansecReader,
    SansecAgreement,
    Reserved,
    Outside,
}

impl Range {
    pub(crate) const fn of(code: ReturnCode) -> Self {
        match code.value() {
            0 => Self::Success,
            0x0100_0001..=0x0100_001f => Self::Standard,
            0x0101_0000..=0x0101_ffff => Self::SansecService,
            0x0102_0000..=0x0102_ffff => Self::SansecCard,
            0x0103_0000..=0x0103_ffff => Self::SansecReader,
            0x0104_0000..=0x0104_ffff => Self::SansecAgreement,
            0x0100_0000..=0x01ff_ffff => Self::Reserved,
            _ => Self::Outside,
        }
    }

    pub(crate) fn text(self) -> Value {
        pair(match self {
            Self::Success => ("GM/T 0018: success", "GM/T 0018 标准：成功"),
            Self::Standard => (
                "GM/T 0018, annex A; from 0x01000016 on some vendors mean something else",
                "GM/T 0018 标准附录 A；从 0x01000016 起，有的厂商另有含义",
            ),
            Self::SansecService => (
                "Sansec: the client of its network machine",
                "三未信安：服务器密码机的客户端与网络层",
            ),
            Self::SansecCard => ("Sansec: the card", "三未信安：密码卡"),
            Self::SansecReader => ("Sansec: the IC card reader", "三未信安：IC 卡读卡器"),
            Self::SansecAgreement => (
                "Sansec: key agreement; the single codes are not known here",
                "三未信安：密钥协商；具体错误码的含义暂无资料",
            ),
            Self::Reserved => (
                "reserved by the standard; vendors put codes of their own here",
                "标准的保留号段；厂商会在其中自定义错误码",
            ),
            Self::Outside => (
                "not in the standard's range, 0x01000000 to 0x01ffffff",
                "不在标准的号段 0x01000000 至 0x01ffffff 内",
            ),
        })
    }
}

fn pair(texts: (&str, &str)) -> Value {
    Value::new(texts.0, texts.1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue;

    #[test]
    fn every_code_with_a_name_is_explained_once_in_both_languages() {
        let mut seen = BTreeSet::new();
        for code in standard::ALL.iter().chain(vendor::SANSEC) {
            assert!(seen.insert(code.value), "{:#x} is there twice", code.value);
            for (english, chinese) in [code.meaning, code.functions, code.advice] {
                assert!(english.is_ascii() && !english.is_empty(), "{english}");
                assert!(!chinese.is_empty(), "{english}");
            }
            assert!(!code.meaning.1.is_ascii() && !code.advice.1.is_ascii());
            assert!(code.entry.is_none_or(|id| catalogue::find(id).is_some()));
        }
        for (name, value) in error_code::ERROR_CODES {
            assert!(name.ends_with("_BASE") || seen.contains(value), "{name}");
            assert_eq!(named(&name.to_lowercase()), Some(ReturnCode::new(*value)));
        }
        assert_eq!(named("SDR_NO_SUCH"), None);
        for value in seen {
            assert!(ReturnCode::new(value).name().is_some(), "{value:#x}");
        }
    }

    #[test]
    fn the_meaning_is_the_one_that_errors_have() {
        for code in standard::ALL.iter().chain(vendor::SANSEC) {
            if let Some(meaning) = ReturnCode::new(code.value).meaning() {
                assert_eq!(meaning, code.meaning.0, "{:#x}", code.value);
            }
        }
    }

    #[test]
    fn codes_are_shown_in_both_languages() {
        let code = shown(ReturnCode::new(0x0100_0008));
        assert_eq!(code.english, "0x01000008 (SDR_KEYNOTEXIST: no such key)");
        assert_eq!(code.chinese, "0x01000008（SDR_KEYNOTEXIST：密钥不存在）");
        let vendor = shown(ReturnCode::new(0x0100_0023)).chinese;
        assert_eq!(vendor, "0x01000023（渔翁信息：私钥访问控制码错误）");
        let unknown = shown(ReturnCode::new(0x0100_4242)).chinese;
        assert!(unknown.contains("咨询厂商"), "{unknown}");
    }
}
