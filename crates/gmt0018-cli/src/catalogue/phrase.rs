//! The Chinese of the short texts that stand in the places of an entry, as far as there is one.

use super::Value;

/// A text in both languages: in English alone where nobody has translated it.
pub(crate) fn phrase(english: &str) -> Value {
    let known = PHRASES.iter().find(|phrase| phrase.0 == english);
    Value::new(english, known.map_or(english, |phrase| phrase.1))
}

/// What was being done when something failed; the number in it is a key index.
pub(crate) fn operation(english: &str) -> Value {
    for (before, chinese, after) in OPERATIONS {
        let number = english.strip_prefix(before);
        if let Some(number) = number.filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) {
            return Value::new(english, format!("{chinese}{number}{after}"));
        }
    }
    if let Some(library) = english
        .strip_prefix("the device of ")
        .and_then(|rest| rest.strip_suffix(" cannot be used"))
    {
        return Value::new(english, format!("{library} 的设备无法使用"));
    }
    phrase(english)
}

const OPERATIONS: [(&str, &str, &str); 2] = [
    (
        "cannot sign with key index ",
        "无法用密钥索引 ",
        " 的私钥签名",
    ),
    ("cannot read key index ", "无法读取密钥索引 ", " 的公钥"),
];

const PHRASES: &[(&str, &str)] = &[
    // What was being done.
    ("the device cannot be opened", "无法打开设备"),
    ("no session with the device", "无法与设备建立会话"),
    ("the library cannot be used", "动态库无法使用"),
    ("the device gives no random bytes", "设备无法产生随机数"),
    ("the device cannot hash", "设备无法做 SM3 杂凑"),
    ("cannot hash", "无法做 SM3 杂凑"),
    ("cannot encrypt", "无法加密"),
    ("the node cannot start so", "节点无法这样启动"),
    ("nothing was checked", "没有做任何检查"),
    ("nothing was changed", "没有做任何修改"),
    (
        "the software card's store cannot be opened",
        "软件密码卡的密钥库无法打开",
    ),
    ("no key was made", "没有生成密钥"),
    // What a file looks like that was taken for a library.
    ("an empty file", "空文件"),
    ("a linker script", "链接器脚本"),
    ("a script", "脚本"),
    ("a text file", "文本文件"),
    ("a static library", "静态库"),
    ("a compressed file", "压缩文件"),
    ("an object file", "目标文件（.o）"),
    ("a program", "可执行程序"),
    ("an ELF file of another type", "其他类型的 ELF 文件"),
    ("a macOS library or program", "macOS 的动态库或程序"),
    ("a Windows library or program", "Windows 的动态库或程序"),
    ("unknown data", "无法识别的数据"),
    (
        "give the path of the library that the script names",
        "请写脚本中所指的动态库的路径",
    ),
    ("ask the vendor for the shared library", "向厂商索取动态库"),
    ("unpack it first", "先解压"),
    (
        "install the vendor's package for this system",
        "安装厂商适用于本系统的软件包",
    ),
    ("copy or install it again", "重新拷贝或重新安装"),
    (
        "give the path of the vendor's SDF library",
        "请写厂商 SDF 动态库的路径",
    ),
    // What a function left behind.
    ("the handle it gave is null", "给出的句柄为空"),
    ("the public key is all zero", "公钥全为零"),
    ("r or s of the signature is zero", "签名的 r 或 s 为零"),
    ("a number has more than 256 bits", "数值超过 256 位"),
    ("a number is beyond the buffer", "数值超出缓冲区"),
    (
        "the key does not say it has 256 bits",
        "密钥的模长字段不是 256",
    ),
    ("the hash does not have 32 bytes", "杂凑值不是 32 字节"),
    ("the MAC does not have 16 bytes", "MAC 不是 16 字节"),
    (
        "the output is not as long as the input",
        "输出长度与输入长度不同",
    ),
    (
        "the length it gave is larger than the buffer",
        "给出的长度大于缓冲区",
    ),
    // What a setting should be, and what to write.
    ("true or false", "true 或 false"),
    ("remove it", "删除这一行"),
    ("key", "配置项名"),
    ("value", "值"),
    ("name of the section", "段名"),
    (
        "LEGACY, BCOSKMS, CLOUDKMS or HSM",
        " LEGACY、BCOSKMS、CLOUDKMS 或 HSM",
    ),
    (
        "set kms_type to HSM for a card",
        "使用密码卡时写 kms_type=HSM",
    ),
    (
        "write it, or set [storage_security] enable=false",
        "补上该项，或写 [storage_security] enable=false",
    ),
    ("a path", "路径"),
    (
        "write the path of the card's library",
        "请写密码卡动态库的路径",
    ),
    ("an index of 0 or more", "大于等于 0 的密钥索引"),
    (
        "write the index of the signing key in the card",
        "请写密码卡中签名密钥的密钥索引",
    ),
    ("a version such as 3.16.0", "形如 3.16.0 的版本号"),
    ("write the version of the chain", "请写链的版本号"),
    ("a name of letters and digits", "由字母和数字组成的名字"),
    ("use 0-9, a-z and A-Z only", "只能使用 0-9、a-z、A-Z"),
    (
        "a node id of 128 hexadecimal digits and a weight",
        "128 位十六进制的节点 ID 加权重",
    ),
    ("copy it from conf/node.nodeid", "从 conf/node.nodeid 复制"),
    ("a node id and a weight", "节点 ID 加权重"),
    ("write <node id>: 1", "写成 <节点 ID>: 1"),
    ("there is no consensus node", "没有共识节点"),
    ("write node.0=<node id>: 1", "写 node.0=<节点 ID>: 1"),
    (
        "every node needs a key of its own",
        "每个节点都要有自己的密钥",
    ),
    ("write 1 or more", "权重应大于等于 1"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_translated_and_the_rest_stays() {
        assert_eq!(
            operation("cannot sign with key index 43").chinese,
            "无法用密钥索引 43 的私钥签名"
        );
        assert_eq!(
            operation("the device of /l.so cannot be used").chinese,
            "/l.so 的设备无法使用"
        );
        assert_eq!(phrase("a text file").chinese, "文本文件");
        assert_eq!(phrase("never heard of"), Value::same("never heard of"));
        for (english, chinese) in PHRASES {
            assert!(english.is_ascii() && !chinese.is_ascii(), "{english}");
        }
    }
}
