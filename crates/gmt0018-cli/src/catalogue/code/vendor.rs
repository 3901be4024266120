//! Codes that vendors add, and those of the standard that a vendor gives another meaning.

use clap::ValueEnum;

use super::Code;

/// A maker of cards or of a software device whose codes are known in part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Vendor {
    pub(crate) name: VendorName,
    pub(crate) title: (&'static str, &'static str),
    /// What is known of its codes.
    pub(crate) note: (&'static str, &'static str),
}

/// Whose codes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum VendorName {
    Sansec,
    Fisherman,
    Softsdf,
    Kintaiw,
}

impl VendorName {
    pub(crate) const fn vendor(self) -> &'static Vendor {
        match self {
            Self::Sansec => &SANSEC_VENDOR,
            Self::Fisherman => &FISHERMAN,
            Self::Softsdf => &SOFTSDF,
            Self::Kintaiw => &KINTAIW,
        }
    }
}

const SANSEC_VENDOR: Vendor = Vendor {
    name: VendorName::Sansec,
    title: ("Sansec", "三未信安"),
    note: (
        "Sansec uses the standard's codes in the standard's sense, and adds 0x0101xxxx (network machine), 0x0102xxxx (card), 0x0103xxxx (card reader) and 0x0104xxxx (key agreement)",
        "三未信安沿用标准错误码的含义，另加 0x0101xxxx（服务器密码机）、0x0102xxxx（密码卡）、0x0103xxxx（读卡器）和 0x0104xxxx（密钥协商）",
    ),
};
const FISHERMAN: Vendor = Vendor {
    name: VendorName::Fisherman,
    title: ("Fisherman", "渔翁信息"),
    note: (
        "Fisherman gives 0x01000016 to 0x01000026 meanings of its own",
        "渔翁信息的 0x01000016 至 0x01000026 另有含义",
    ),
};
const SOFTSDF: Vendor = Vendor {
    name: VendorName::Softsdf,
    title: ("SoftSDF", "SoftSDF"),
    note: (
        "SoftSDF uses the standard's codes and 0x01000100 for almost everything that fails inside",
        "SoftSDF 使用标准错误码，内部失败几乎都返回 0x01000100",
    ),
};
const KINTAIW: Vendor = Vendor {
    name: VendorName::Kintaiw,
    title: ("kintaiW/0018-sdk-mock", "kintaiW/0018-sdk-mock"),
    note: (
        "this software device adds 0x01000100 to 0x01000102 and gives 0x01000018 to 0x0100001a other meanings, which are not known here",
        "该软件设备另加 0x01000100 至 0x01000102，并改变了 0x01000018 至 0x0100001a 的含义，暂无资料",
    ),
};

/// What a vendor means with a number that the standard or others use differently.
#[derive(Debug)]
pub(crate) struct Reused {
    pub(crate) vendor: &'static Vendor,
    pub(crate) value: u32,
    pub(crate) meaning: (&'static str, &'static str),
}

const fn reused(
    vendor: &'static Vendor,
    value: u32,
    english: &'static str,
    chinese: &'static str,
) -> Reused {
    Reused {
        vendor,
        value,
        meaning: (english, chinese),
    }
}

pub(crate) const REUSED: &[Reused] = &[
    reused(
        &FISHERMAN,
        0x0100_0016,
        "no management right",
        "没有管理权限",
    ),
    reused(
        &FISHERMAN,
        0x0100_0017,
        "no operation right",
        "没有操作权限",
    ),
    reused(&FISHERMAN, 0x0100_0018, "out of memory", "内存分配失败"),
    reused(&FISHERMAN, 0x0100_0019, "a null handle", "句柄为空"),
    reused(&FISHERMAN, 0x0100_0020, "wrong parameters", "参数错误"),
    reused(&FISHERMAN, 0x0100_0021, "device error", "设备错误"),
    reused(
        &FISHERMAN,
        0x0100_0022,
        "the file could not be created",
        "创建文件失败",
    ),
    reused(
        &FISHERMAN,
        0x0100_0023,
        "wrong password of the private key",
        "私钥访问控制码错误",
    ),
    reused(&FISHERMAN, 0x0100_0024, "wrong length", "长度错误"),
    reused(&FISHERMAN, 0x0100_0025, "wrong key index", "密钥索引错误"),
    reused(&FISHERMAN, 0x0100_0026, "wrong key length", "密钥长度错误"),
    reused(
        &SOFTSDF,
        0x0100_0100,
        "internal error, a wrong password among others",
        "内部错误，访问控制码错误也在其中",
    ),
    reused(&KINTAIW, 0x0100_0100, "wrong parameters", "参数错误"),
    reused(&KINTAIW, 0x0100_0101, "wrong configuration", "配置错误"),
    reused(&KINTAIW, 0x0100_0102, "out of memory", "内存分配失败"),
];

macro_rules! codes {
    ($($value:literal: $meaning:literal, $meaning_zh:literal, $advice:ident $(=> $entry:literal)?;)*) => {
        /// The codes that Sansec's libraries add.
        pub(crate) const SANSEC: &[Code] = &[$(Code {
            value: $value,
            meaning: ($meaning, $meaning_zh),
            functions: $advice.0,
            advice: $advice.1,
            entry: [$(Some($entry),)? None][0],
        }),*];
    };
}

codes! {
    0x0101_0001: "invalid user", "无效用户", MACHINE;
    0x0101_0002: "invalid authorisation code", "无效授权码", MACHINE;
    0x0101_0003: "the protocol version is not supported", "不支持的协议版本", VERSION;
    0x0101_0004: "invalid command", "无效命令字", VERSION;
    0x0101_0005: "wrong parameters or a malformed packet", "参数错误或数据包格式错误", ARGUMENTS;
    0x0101_0006: "the file exists already", "文件已存在", ARGUMENTS;
    0x0101_0007: "synchronising several cards failed", "多卡同步失败", CARD;
    0x0101_0008: "login failed after several cards were synchronised", "多卡同步后登录失败", CARD;
    0x0101_0100: "the connection timed out", "连接超时", NETWORK => "device-gone";
    0x0101_0101: "the machine could not be connected", "连接服务器密码机失败", NETWORK => "device-unreachable";
    0x0101_0102: "a socket option could not be set", "设置套接字选项失败", NETWORK;
    0x0101_0104: "sending to the machine failed", "向服务器密码机发送数据失败", NETWORK => "device-gone";
    0x0101_0105: "receiving from the machine failed", "从服务器密码机接收数据失败", NETWORK => "device-gone";
    0x0101_0106: "the machine closed the connection", "服务器密码机关闭了连接", NETWORK => "device-gone";
    0x0101_0200: "no free connection to the machine in time", "等待空闲连接超时（连接池已满）", POOL => "device-busy";
    0x0101_0201: "no cryptographic machine can be reached", "没有可用的服务器密码机", NETWORK => "device-unreachable";
    0x0101_0202: "the machine has no usable cryptographic module", "服务器密码机中没有可用的密码模块", CARD => "device-gone";
    0x0101_0301: "the configuration file is missing or wrong", "配置文件缺失或内容错误", INI => "device-configuration";
    0x0102_0001: "unknown error", "未知错误", CARD;
    0x0102_0002: "the function is not supported", "不支持的接口调用", UNSUPPORTED => "device-unsupported";
    0x0102_0003: "communication with the card failed", "与密码卡通信失败", CARD => "device-gone";
    0x0102_0004: "the card's cryptographic module does not respond", "密码卡运算模块无响应", CARD => "device-gone";
    0x0102_0005: "the card could not be opened", "打开密码卡失败", OPEN => "device-open";
    0x0102_0006: "the card could not open the session", "密码卡打开会话失败", POOL => "session-limit";
    0x0102_0007: "no access right to the private key", "没有私钥使用权限", RIGHT => "key-access-right";
    0x0102_0008: "no such key", "密钥不存在", KEY => "key-index-empty";
    0x0102_0009: "the algorithm is not supported", "不支持的算法", UNSUPPORTED => "device-unsupported";
    0x0102_0010: "the mode is not supported", "不支持的算法模式", UNSUPPORTED => "device-unsupported";
    0x0102_0011: "the operation with the public key failed", "公钥运算失败", ARGUMENTS;
    0x0102_0012: "the operation with the private key failed", "私钥运算失败", RIGHT;
    0x0102_0013: "signing failed", "签名运算失败", RIGHT;
    0x0102_0014: "the signature is not valid", "验签失败", ARGUMENTS;
    0x0102_0015: "the symmetric operation failed", "对称算法运算失败", ARGUMENTS;
    0x0102_0016: "a multi-step operation was called out of order", "多步运算的步骤错误", ARGUMENTS;
    0x0102_0017: "the file is too long", "文件长度超出限制", ARGUMENTS;
    0x0102_0018: "there is no such file", "指定的文件不存在", ARGUMENTS;
    0x0102_0019: "the file offset is wrong", "文件起始位置错误", ARGUMENTS;
    0x0102_0020: "the key is of the wrong type", "密钥类型错误", KEY;
    0x0102_0021: "the key is wrong", "密钥错误", KEY;
    0x0102_0101: "the output buffer is too small", "输出缓冲区过小", ARGUMENTS;
    0x0102_0102: "the padding is wrong", "数据填充错误", ARGUMENTS;
    0x0102_0103: "the length of the data does not suit the algorithm", "数据长度不符合算法要求", ARGUMENTS;
    0x0102_0104: "the operation was not initialised", "运算没有初始化", ARGUMENTS;
    0x0102_0801: "the management right is missing (cards 05 and 06)", "没有管理权限（05、06 卡）", LOGIN;
    0x0102_0802: "the operation right is missing (cards 05 and 06)", "没有操作权限（05、06 卡）", LOGIN;
    0x0102_0803: "the state of the card forbids the operation (cards 05 and 06)", "密码卡当前状态不允许该操作（05、06 卡）", LOGIN;
    0x0102_0811: "login failed (cards 05 and 06)", "登录失败（05、06 卡）", LOGIN;
    0x0102_0812: "the user id is wrong (cards 05 and 06)", "用户 ID 错误（05、06 卡）", LOGIN;
    0x0102_0813: "a parameter is wrong (cards 05 and 06)", "参数错误（05、06 卡）", ARGUMENTS;
    0x0102_1001: "the management right is missing", "没有管理权限", LOGIN;
    0x0102_1002: "the operation right is missing", "没有操作权限", LOGIN;
    0x0102_1003: "the state of the card forbids the operation", "密码卡当前状态不允许该操作", LOGIN;
    0x0102_1011: "login failed", "登录失败", LOGIN;
    0x0102_1012: "the user id is wrong", "用户 ID 错误", LOGIN;
    0x0102_1013: "a parameter is wrong", "参数错误", ARGUMENTS;
    0x0103_63ce: "wrong PIN of the IC card", "IC 卡 PIN 错误", READER;
    0x0103_ff01: "no IC card is in the reader", "读卡器中没有 IC 卡", READER;
    0x0103_ff02: "the IC card is turned the wrong way or not fully in", "IC 卡插反或没有插到位", READER;
    0x0103_ff03: "the IC card is of the wrong type", "IC 卡类型错误", READER;
}

/// The functions, and what to try.
type Group = ((&'static str, &'static str), (&'static str, &'static str));

const ANY: (&str, &str) = ("any function", "任何接口");
const NETWORK: Group = (
    (
        "SDF_OpenDevice first, and any function later",
        "首先是 SDF_OpenDevice，之后任何接口都可能返回",
    ),
    (
        "check ip, port and passwd under [HSM1] in swsds.ini and that the machine can be reached",
        "检查 swsds.ini 中 [HSM1] 的 ip、port、passwd，并确认服务器密码机网络可达",
    ),
);
const MACHINE: Group = (
    ANY,
    (
        "check passwd in swsds.ini, and ask the machine's administrator whether this client may connect",
        "检查 swsds.ini 的 passwd，并向密码机管理员确认该客户端是否允许接入",
    ),
);
const VERSION: Group = (
    ANY,
    (
        "library and machine are of different versions: take both from one package",
        "动态库与密码机版本不一致：请使用配套的版本",
    ),
);
const POOL: Group = (
    (
        "SDF_OpenSession, and calls that need a connection",
        "SDF_OpenSession，以及需要连接的调用",
    ),
    (
        "close sessions, or make poolsize under [ConnectionPool] in swsds.ini larger",
        "关闭多余会话，或调大 swsds.ini 中 [ConnectionPool] 的 poolsize",
    ),
);
const INI: Group = (
    ("SDF_OpenDevice", "SDF_OpenDevice"),
    (
        "put swsds.ini in /etc or in the directory the program starts in",
        "把 swsds.ini 放到 /etc 或程序的启动目录",
    ),
);
const OPEN: Group = (
    ("SDF_OpenDevice", "SDF_OpenDevice"),
    (
        "check the card, its driver and the permissions of its device file",
        "检查密码卡、驱动和设备文件的权限",
    ),
);
const CARD: Group = (
    ANY,
    (
        "check the card with the vendor's management tool; open the device again",
        "用厂商的管理工具检查密码卡，然后重新打开设备",
    ),
);
const UNSUPPORTED: Group = (
    ANY,
    (
        "do it in software; `gmt0018 probe` shows what the card offers",
        "改用软件实现；用 `gmt0018 probe` 查看密码卡支持的功能",
    ),
);
const RIGHT: Group = (
    ("functions that use a private key", "使用私钥的接口"),
    (
        "pass the access password of this key index, and check that the key is a signing key",
        "提供该密钥索引的私钥访问控制码，并确认是签名密钥",
    ),
);
const KEY: Group = (
    (
        "functions that take a key index or a key",
        "使用密钥索引或密钥的接口",
    ),
    (
        "`gmt0018 keys list` shows the indexes in use; create the key with the vendor's management tool",
        "用 `gmt0018 keys list` 查看已有密钥的索引；密钥需用厂商的管理工具生成",
    ),
);
const ARGUMENTS: Group = (
    ANY,
    (
        "check lengths and arguments, and --dialect (old firmware: sansec-legacy)",
        "检查长度和参数，以及 --dialect（旧固件用 sansec-legacy）",
    ),
);
const LOGIN: Group = (
    (
        "key generation and management functions",
        "密钥生成和管理类接口",
    ),
    (
        "log in with the administrator's or operator's IC card in the vendor's management tool",
        "在厂商的管理工具中用管理员或操作员 IC 卡登录",
    ),
);
const READER: Group = (
    (
        "functions that read the administrator's IC card",
        "读取管理员 IC 卡的接口",
    ),
    (
        "check the IC card in the reader and its PIN; it locks after a few wrong ones",
        "检查读卡器中的 IC 卡和 PIN；多次输错会锁定",
    ),
);
