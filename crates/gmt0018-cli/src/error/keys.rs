//! Errors of `keys check`, `keys export` and what a card's interface lacks.

use super::{Error, key::OTHER_OF_THE_PAIR};
use crate::{catalogue::phrase::phrase, exit::Exit};

impl Error {
    pub(crate) fn no_call_to_generate() -> Self {
        Self::translated(
            Exit::Usage,
            ("no key pair was made", "没有生成密钥对"),
            (
                "GM/T 0018 has no call that makes a key pair at an index: SDF_GenerateKeyPair_ECC hands the pair out and keeps \
                 nothing in the card",
                "GM/T 0018 没有在指定密钥索引处生成密钥对的接口：SDF_GenerateKeyPair_ECC 只把密钥对输出到卡外，卡内不保存",
            ),
            (
                "make it with the vendor's management tool; for the software card, `gmt0018 soft generate`",
                "用厂商的管理工具生成；软件密码卡用 `gmt0018 soft generate`",
            ),
        )
    }

    pub(crate) fn no_call_to_import() -> Self {
        Self::translated(
            Exit::Usage,
            ("no key pair was imported", "没有导入密钥对"),
            (
                "GM/T 0018 has no call that puts a key pair at an index",
                "GM/T 0018 没有把密钥对导入指定密钥索引的接口",
            ),
            (
                "import it with the vendor's management tool; for the software card, `gmt0018 soft import`",
                "用厂商的管理工具导入；软件密码卡用 `gmt0018 soft import`",
            ),
        )
    }

    pub(crate) fn no_signing_key(index: u32) -> Self {
        Self::translated(
            Exit::Key,
            (
                format!("there is no signing key at index {index}"),
                format!("密钥索引 {index} 处没有签名密钥"),
            ),
            (
                "the index has only the encryption key of the pair",
                "该索引处只有加密密钥对",
            ),
            (
                "make or import the signing key, or use another index; `gmt0018 keys list` shows them",
                "生成或导入签名密钥，或换一个密钥索引；`gmt0018 keys list` 可列出",
            ),
        )
    }

    pub(crate) fn no_key_of_role(index: u32, role: &str) -> Self {
        Self::translated(
            Exit::Key,
            (
                format!("there is no {role} key at index {index}"),
                format!("密钥索引 {index} 处没有{}", phrase(role).chinese),
            ),
            phrase(OTHER_OF_THE_PAIR),
            (
                "use --role with the other role, or another index; `gmt0018 keys list` shows them",
                "改变 --role，或换一个密钥索引；`gmt0018 keys list` 可列出",
            ),
        )
    }

    pub(crate) fn checked_signature_refused(index: u32) -> Self {
        Self::translated(
            Exit::Device,
            (
                format!("the test signature of key index {index} is wrong"),
                format!("密钥索引 {index} 的测试签名不正确"),
            ),
            (
                "it does not verify under the public key that the device exports for this index",
                "用设备导出的该索引公钥验签不通过",
            ),
            (
                "do not use this key; ask the vendor, and check --dialect",
                "不要使用这个密钥；请联系厂商，并检查 --dialect",
            ),
        )
    }
}
