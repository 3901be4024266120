//! The reasons that the system and other crates give, in both languages.

use std::io;

use fisco_node::identity::{IdentityError, NodePem, NodePemError};
use gmt0018::{PinError, sm2_signing::EncodingError};
use gmt0018_soft::card::store::{
    MAX_INDEX, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, Role, StoreError,
};
use sm_soft::{KeyError, keyfile};

use super::Error;
use crate::catalogue::{Value, phrase::phrase};

/// What the system answered: in Chinese what it means, and the system's words behind.
pub(crate) fn of_system(cause: &io::Error) -> Value {
    use io::ErrorKind as Kind;
    let chinese = match cause.kind() {
        Kind::NotFound => "文件或目录不存在",
        Kind::PermissionDenied => "权限不足",
        Kind::AlreadyExists => "文件已存在",
        Kind::IsADirectory => "这是目录，不是文件",
        Kind::NotADirectory => "路径中有一级不是目录",
        Kind::StorageFull => "磁盘空间不足",
        Kind::QuotaExceeded => "磁盘配额已用尽",
        Kind::ReadOnlyFilesystem => "文件系统只读",
        _ => return Value::same(cause),
    };
    Value::new(cause, format_args!("{chinese}（{cause}）"))
}

/// What the card's library answered, without what to try.
pub(crate) fn of_card(cause: gmt0018::Error) -> Value {
    let english = cause.to_string();
    let why = Error::card(String::new(), cause).into_words().why;
    Value { english, ..why }
}

/// Why a text is no node id.
pub(crate) fn of_node_id(cause: &IdentityError) -> Value {
    let chinese = match cause {
        IdentityError::NodeIdLength(found) => format!(
            "节点 ID 应为 128 位十六进制数，实际有 {found} 个字符；请从 node.nodeid 复制，前面不带 04"
        ),
        IdentityError::NodeIdDigits => {
            "节点 ID 只能由 0-9 和 a-f 组成；请从 node.nodeid 复制".to_owned()
        }
        _ => return Value::same(cause),
    };
    Value::new(cause, chinese)
}

/// Why a file in one of the forms of `node.pem` is of no use.
pub(crate) fn of_node_key(cause: &NodePemError) -> Value {
    match cause {
        NodePemError::Unreadable(system) => Value::new(
            cause,
            format_args!("无法读取密钥文件：{}", of_system(system).chinese),
        ),
        NodePemError::TooLarge => Value::new(
            cause,
            format_args!("文件超过 {} 字节，不是密钥文件", NodePem::MAX),
        ),
        NodePemError::Key(cause) => of_key_file(cause),
        _ => Value::same(cause),
    }
}

/// Why a key file is of no use.
pub(super) fn of_key_file(cause: &keyfile::Error) -> Value {
    use keyfile::Error as File;
    let chinese = match cause {
        File::Unrecognised => {
            "不是密钥文件：既不是 PEM（-----BEGIN ...）或 DER（首字节为 30），也不是十六进制数".into()
        }
        File::HexLength(found) => format!(
            "{found} 位十六进制数不是密钥：私钥为 64 位，公钥为 128 位，或前面带 04 的 130 位"
        ),
        File::Pem(why) => format!(
            "PEM 文本已损坏（{}）：检查 BEGIN 行、END 行和中间各行是否完整",
            phrase(why).chinese
        ),
        File::Label { found, wanted } => {
            format!("PEM 中是 {found}，需要的是 {wanted}：请换用正确的文件")
        }
        File::LegacyEncryption => {
            "PEM 采用 OpenSSL 的旧式加密（Proc-Type: 4,ENCRYPTED）：请用 `openssl pkcs8 -topk8` 转换"
                .into()
        }
        File::Truncated(what) => format!("密钥数据不完整（{what}）：请重新拷贝整个文件"),
        File::Der { what, reason } => {
            format!("不是合法的 DER 编码（{what}：{reason}）：文件已损坏，或是其他类型的文件")
        }
        File::NotSm2 { found } => format!(
            "不是 SM2 密钥：算法或曲线标识为 {found}，SM2 应为 1.2.840.10045.2.1 和 1.2.156.10197.1.301；请导出 SM2 密钥"
        ),
        File::PasswordNeeded => "私钥已加密：请提供密钥文件的口令".into(),
        File::WrongPassword => "密钥文件的口令错误，或加密的密钥已损坏".into(),
        File::UnsupportedEncryption { part, oid } => format!(
            "不支持密钥文件的加密方式（{part} {oid}）：请用 PBKDF2、HMAC-SM3 或 HMAC-SHA256、SM4-CBC 或 AES-CBC 重新加密"
        ),
        File::PublicKeyMismatch => "文件中的公钥与私钥不匹配：文件内容有误".into(),
        File::NotOnCurve => "公钥不是 SM2 曲线上的点：检查其内容和字节序".into(),
        File::Key(KeyError::Length(found)) => {
            format!("SM2 私钥应为 32 字节，实际为 {found} 字节：请只给出 d，大端序")
        }
        File::Key(KeyError::OutOfRange) => {
            "私钥不在 [1, n-2] 范围内，SM2 无法用它签名：请重新生成密钥，或检查字节序".into()
        }
        File::PublicKey(cause) => return of_encoding(cause),
        _ => return Value::same(cause),
    };
    Value::new(cause, chinese)
}

/// Why a signature, a public key or a digest on the command line is none.
pub(super) fn of_encoding(cause: &EncodingError) -> Value {
    let name = |what: &str| phrase(what).chinese;
    let chinese = match cause {
        EncodingError::Length {
            what,
            expected,
            found,
        } => format!(
            "{}的字节数应为 {}，实际为 {found}",
            name(what),
            name(expected)
        ),
        EncodingError::Hex { what } => format!(
            "{}不是十六进制数：只能由成对的 0-9、a-f、A-F 组成，不带前缀和空格",
            name(what)
        ),
        EncodingError::Der { what, reason } => {
            format!("{}不是 GM/T 0009 规定的 DER 编码：{reason}", name(what))
        }
        EncodingError::Pem {
            what,
            expected,
            reason,
        } => format!("{}不是标签为 {expected:?} 的 PEM：{reason}", name(what)),
        EncodingError::NotSm2 { found } => format!(
            "不是 SM2 公钥：算法标识为 {found}，SM2 应为 1.2.840.10045.2.1，曲线为 1.2.156.10197.1.301"
        ),
        EncodingError::PointForm { what, prefix } => format!(
            "{}的点格式 {prefix:#04x} 不受支持：请使用非压缩形式 04 || x || y",
            name(what)
        ),
        EncodingError::UserIdTooLong { found } => {
            format!("用户 ID 有 {found} 字节，超过 ENTL 所能表示的 8191 字节")
        }
        _ => return Value::same(cause),
    };
    Value::new(cause, chinese)
}

/// Why a password is refused before it is shown to the card.
pub(super) fn of_password(cause: &PinError) -> Value {
    let chinese = match cause {
        PinError::Empty => {
            "私钥访问控制码为空；请给出该密钥的访问控制码，没有设置的则不要提供".to_owned()
        }
        PinError::TooLong { found } => format!(
            "私钥访问控制码有 {found} 字节或更长，最多 {} 字节；请确认文件是否正确",
            gmt0018::Pin::MAX
        ),
        _ => return Value::same(cause),
    };
    Value::new(cause, chinese)
}

/// Why a store refused, and what to try; `None` for what is not translated.
pub(super) fn of_store(cause: &StoreError) -> Option<(String, String)> {
    let (why, advice) = match cause {
        StoreError::NotAStore { directory } => (
            format!("{} 不是空目录，也不是密钥库", directory.display()),
            "请指定空目录或新目录",
        ),
        StoreError::AlreadyExists { path } => (
            format!("{} 已存在", path.display()),
            "直接使用它，或指定其他目录",
        ),
        StoreError::NoDirectory { why } => (
            format!("无法确定密钥库的目录：{why}"),
            "用环境变量 GMT0018_SOFT_DIR 指定",
        ),
        StoreError::Corrupt { file, why } => (
            format!("{} 已损坏：{why}", file.display()),
            "从同一密钥库的备份中恢复该文件",
        ),
        StoreError::ForeignVersion {
            file,
            found,
            supported,
        } => (
            format!(
                "{} 的格式版本是 {found}，本程序只能读取版本 {supported}",
                file.display()
            ),
            "请使用写入该文件的程序版本",
        ),
        StoreError::ReadOnly { path, .. } => (
            format!("无法写入 {}：文件系统只读", path.display()),
            "重新挂载为可写，或把密钥库移到别处",
        ),
        StoreError::Full { path, .. } => (
            format!("空间不足，无法写入 {}", path.display()),
            "释放磁盘空间；原有内容完好",
        ),
        StoreError::Io { path, source } => (
            format!(
                "读写 {} 失败：{}",
                path.display(),
                of_system(source).chinese
            ),
            STATUS,
        ),
        StoreError::Random { why } => (format!("操作系统没有给出随机数：{why}"), STATUS),
        StoreError::Throttled { index, retry_after } => (
            format!(
                "密钥索引 {index} 正在等待的访问控制码尝试过多，{} 毫秒内不再受理",
                retry_after.as_millis()
            ),
            "稍后重试",
        ),
        _ => return of_store_key(cause),
    };
    Some((why, advice.to_owned()))
}

/// Why a store refused to do something with a key or its password.
fn of_store_key(cause: &StoreError) -> Option<(String, String)> {
    let list = "用 `gmt0018 soft status` 查看已有的密钥";
    let (why, advice) = match cause {
        StoreError::IndexOutOfRange { index } => (
            format!("密钥索引 {index} 超出范围：应为 0 至 {MAX_INDEX}"),
            "换一个密钥索引",
        ),
        StoreError::KeyNotFound { index } => (format!("密钥索引 {index} 处没有密钥对"), list),
        StoreError::KekNotFound { index } => {
            (format!("索引 {index} 处没有密钥加密密钥（KEK）"), list)
        }
        StoreError::KeyExists { index, role } => (
            format!("密钥索引 {index} 处已有{}", of_role(*role)),
            "先删除该密钥对，或换一个密钥索引",
        ),
        StoreError::KekExists { index } => (
            format!("索引 {index} 处已有密钥加密密钥（KEK）"),
            "先删除它，或换一个索引",
        ),
        StoreError::WrongPassword {
            index,
            attempts,
            next_delay,
        } => (
            format!(
                "密钥索引 {index} 的私钥访问控制码错误（已连续错误 {attempts} 次，下一次尝试将延迟 {} 毫秒）",
                next_delay.as_millis()
            ),
            "核对私钥访问控制码；密钥仍然完好，输入正确后错误计数清零",
        ),
        StoreError::PasswordLength { length } => (
            format!(
                "私钥访问控制码应为 {MIN_PASSWORD_LENGTH} 至 {MAX_PASSWORD_LENGTH} 字节，实际为 {length} 字节"
            ),
            "换一个私钥访问控制码",
        ),
        StoreError::Kdf { why } => (format!("口令派生参数有误：{why}"), "换一个数值"),
        _ => return None,
    };
    Some((why, advice.to_owned()))
}

const fn of_role(role: Role) -> &'static str {
    match role {
        Role::Sign => "签名密钥",
        Role::Encrypt => "加密密钥",
    }
}

const STATUS: &str = "运行 `gmt0018 soft status`，并检查密钥库目录";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_words_stay_behind_the_chinese() {
        let cause = std::fs::File::open("/nonexistent/file").unwrap_err();
        let value = of_system(&cause);
        assert_eq!(value.english, cause.to_string());
        assert_eq!(value.chinese, format!("文件或目录不存在（{cause}）"));
        let other = io::Error::other("nobody knows");
        assert_eq!(of_system(&other), Value::same("nobody knows"));
    }

    #[test]
    fn reasons_are_translated() {
        let cause = keyfile::parse_private(b"no key", None).unwrap_err();
        assert!(of_key_file(&cause).chinese.starts_with("不是密钥文件"));
        let cause = gmt0018::sm2_signing::PublicKey::from_hex("00").unwrap_err();
        assert_eq!(
            of_encoding(&cause).chinese,
            "公钥的字节数应为 64（x || y）或 65（04 || x || y），实际为 1"
        );
        let cause = "00".parse::<fisco_node::identity::NodeId>().unwrap_err();
        assert!(of_node_id(&cause).chinese.contains("实际有 2 个字符"));
        let cause = StoreError::KeyExists {
            index: 3,
            role: Role::Encrypt,
        };
        let (why, _) = of_store(&cause).unwrap();
        assert_eq!(why, "密钥索引 3 处已有加密密钥");
        assert_eq!(of_store(&StoreError::FileNotFound), None);
    }
}
