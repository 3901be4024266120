//! Texts with a number or a name in them.

/// What stands before and behind a number or a name, in English and in Chinese.
pub(super) type Template = ((&'static str, &'static str), (&'static str, &'static str));

pub(super) const NUMBERED: &[Template] = &[
    (
        ("cannot sign with key index ", ""),
        ("无法用密钥索引 ", " 的私钥签名"),
    ),
    (
        ("cannot sign with key index ", " again"),
        ("无法再次用密钥索引 ", " 的私钥签名"),
    ),
    (
        ("cannot decrypt with key index ", ""),
        ("无法用密钥索引 ", " 的私钥解密"),
    ),
    (
        ("cannot read key index ", ""),
        ("无法读取密钥索引 ", " 的公钥"),
    ),
    (
        ("cannot use key index ", ""),
        ("无法使用密钥索引 ", " 的私钥"),
    ),
    (
        ("there is no key at index ", ""),
        ("密钥索引 ", " 处没有密钥"),
    ),
    (
        ("no key pair was made at index ", ""),
        ("没有在密钥索引 ", " 处生成密钥对"),
    ),
    (
        ("no key-encryption key was made at index ", ""),
        ("没有在索引 ", " 处生成密钥加密密钥（KEK）"),
    ),
    (
        ("the password of index ", " was not changed"),
        ("没有修改密钥索引 ", " 的私钥访问控制码"),
    ),
    (
        ("the keys of index ", " were not removed"),
        ("没有删除密钥索引 ", " 的密钥"),
    ),
    (("a key pair at index ", ""), ("密钥索引 ", " 处的密钥对")),
    (
        ("a key-encryption key at index ", ""),
        ("索引 ", " 处的密钥加密密钥（KEK）"),
    ),
    (("it has more than ", " bytes"), ("文件超过 ", " 字节")),
];

pub(super) const NAMED: &[Template] = &[
    (
        ("the device of ", " cannot be used"),
        ("", " 的设备无法使用"),
    ),
    (("the file ", ""), ("文件 ", "")),
    (("a line of the file ", ""), ("文件 ", " 的某一行")),
    (("the node ", " is there twice"), ("节点 ", " 重复出现")),
    (("the node ", " has the weight 0"), ("节点 ", " 的权重为 0")),
    (("", " cannot be used"), ("", " 无法使用")),
];
