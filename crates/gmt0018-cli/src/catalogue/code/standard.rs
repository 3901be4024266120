//! The codes of GM/T 0018, annex A.

use super::Code;

macro_rules! codes {
    ($($value:literal: $meaning:literal, $meaning_zh:literal; $functions:expr;
       $advice:literal, $advice_zh:literal $(=> $entry:literal)?;)*) => {
        pub(crate) const ALL: &[Code] = &[$(Code {
            value: $value,
            meaning: ($meaning, $meaning_zh),
            functions: $functions,
            advice: ($advice, $advice_zh),
            entry: [$(Some($entry),)? None][0],
        }),*];
    };
}

codes! {
    0x0000_0000: "success", "成功"; ANY;
        "nothing: the call did what it was asked", "无需处理：调用已成功";
    0x0100_0001: "unknown error", "未知错误"; ANY;
        "look into the library's log file (Sansec: swsds.log in the directory the program started in), and open a new session",
        "查看动态库的日志文件（三未信安为程序启动目录下的 swsds.log），并重新打开会话" => "device-call";
    0x0100_0002: "the device does not support this call", "设备不支持该接口调用"; ANY;
        "do it in software, or choose the dialect of this vendor (--dialect)",
        "改用软件实现，或用 --dialect 选择该厂商的接口变体" => "device-unsupported";
    0x0100_0003: "communication with the device failed", "与设备通信失败"; ANY;
        "check the card's seat, its driver (dmesg) and, for a network machine, the connection; then open the device again",
        "检查密码卡是否插好、驱动是否正常（dmesg），服务器密码机则检查网络，然后重新打开设备" => "device-gone";
    0x0100_0004: "the cryptographic module does not respond", "运算模块无响应"; ANY;
        "reset or power-cycle the card, then open the device again; if it comes back, ask the vendor",
        "复位密码卡或断电重启后重新打开设备；若反复出现，请联系厂商" => "device-gone";
    0x0100_0005: "the device could not be opened", "打开设备失败"; ("SDF_OpenDevice", "SDF_OpenDevice");
        "check that the card, its driver and its configuration file are there, that this user may use the device file, and that no other process holds it",
        "检查密码卡、驱动和配置文件是否就绪，当前用户是否有设备文件的读写权限，以及是否有其他进程独占设备" => "device-open";
    0x0100_0006: "the session could not be opened", "打开会话失败"; ("SDF_OpenSession", "SDF_OpenSession");
        "close sessions: the device usually has no more of them, and all processes share them",
        "关闭多余会话：多半是设备会话数已用尽，且所有进程共享这一上限" => "session-limit";
    0x0100_0007: "no access right to the private key", "没有私钥使用权限"; PRIVATE;
        "pass the access password of this key index: SDF_GetPrivateKeyAccessRight comes before the call, on the same session",
        "提供该密钥索引的私钥访问控制码：必须先在同一会话上调用 SDF_GetPrivateKeyAccessRight" => "key-access-right";
    0x0100_0008: "no such key", "密钥不存在"; KEYS;
        "`gmt0018 keys list` shows the indexes in use; create the key with the vendor's management tool",
        "用 `gmt0018 keys list` 查看已有密钥的索引；密钥需用厂商的管理工具生成" => "key-index-empty";
    0x0100_0009: "algorithm not supported", "不支持的算法"; ALGORITHM;
        "`gmt0018 probe` shows the algorithms; choose the dialect of this vendor, or do it in software",
        "用 `gmt0018 probe` 查看设备支持的算法；用 --dialect 选择该厂商的接口变体，或改用软件实现" => "device-unsupported";
    0x0100_000a: "mode not supported", "不支持的算法模式"; SYMMETRIC;
        "`gmt0018 probe` shows the modes; most cards have ECB and CBC, few have CTR or GCM",
        "用 `gmt0018 probe` 查看支持的工作模式；多数密码卡只有 ECB 和 CBC" => "device-unsupported";
    0x0100_000b: "public key operation failed", "公钥运算失败"; PUBLIC;
        "check that the public key is a point of the SM2 curve and that --dialect fits the card",
        "检查公钥是否为 SM2 曲线上的点，以及 --dialect 是否与密码卡相符";
    0x0100_000c: "private key operation failed", "私钥运算失败"; PRIVATE;
        "check the key index and the access right, then run `gmt0018 probe`",
        "检查密钥索引和私钥使用权限，再运行 `gmt0018 probe`";
    0x0100_000d: "signing failed", "签名运算失败"; ("SDF_InternalSign_ECC, SDF_ExternalSign_ECC", "SDF_InternalSign_ECC、SDF_ExternalSign_ECC");
        "check that the key at the index is a signing key and that e has 32 bytes",
        "检查该索引处是否为签名密钥，以及待签名的杂凑值 e 是否为 32 字节";
    0x0100_000e: "verification failed", "验签失败"; ("SDF_ExternalVerify_ECC, SDF_InternalVerify_ECC; the AEAD functions for a wrong tag", "SDF_ExternalVerify_ECC、SDF_InternalVerify_ECC；AEAD 接口在标签不符时");
        "the signature does not fit message, public key and user id: check which of them differs",
        "签名与消息、公钥、用户 ID 不匹配：检查是哪一项不同";
    0x0100_000f: "symmetric operation failed", "对称算法运算失败"; SYMMETRIC;
        "check the key handle, and that the data is a multiple of 16 bytes for ECB and CBC",
        "检查密钥句柄；ECB、CBC 的数据长度必须是 16 字节的整数倍";
    0x0100_0010: "steps called out of order", "多步运算的步骤错误"; ("the Init, Update and Final functions", "各 Init、Update、Final 接口");
        "start again with Init; one session has one operation in steps at a time",
        "从 Init 重新开始；一个会话同时只能有一个多步运算";
    0x0100_0011: "the file is too long", "文件长度超出限制"; FILES;
        "use a shorter file; `gmt0018 probe` shows the file space",
        "缩短文件；用 `gmt0018 probe` 查看文件空间";
    0x0100_0012: "no such file", "指定的文件不存在"; FILES;
        "check the file's name in the card", "检查密码卡中的文件名";
    0x0100_0013: "wrong file offset", "文件起始位置错误"; FILES;
        "check offset and length against the file's size", "对照文件大小检查偏移和长度";
    0x0100_0014: "wrong key type", "密钥类型错误"; KEYS;
        "the index has a key of another algorithm: use another index",
        "该索引处是其他算法的密钥：请换一个密钥索引";
    0x0100_0015: "wrong key or key handle", "密钥错误或密钥句柄无效"; ("functions that take a key handle", "使用密钥句柄的接口");
        "a key handle is good on the session that made it only, and until it is destroyed",
        "密钥句柄只能在产生它的会话中使用，销毁后即失效";
    0x0100_0016: "wrong SM2 ciphertext", "ECC 加密数据错误"; ("SDF_InternalDecrypt_ECC, SDF_ExternalDecrypt_ECC, SDF_ImportKeyWithISK_ECC", "SDF_InternalDecrypt_ECC、SDF_ExternalDecrypt_ECC、SDF_ImportKeyWithISK_ECC");
        "check that the ciphertext was made for this key, and the order of its parts (C1 C3 C2)",
        "检查密文是否用该公钥加密，以及各部分的顺序（C1C3C2）";
    0x0100_0017: "the random number generator failed", "随机数产生失败"; ("SDF_GenerateRandom and functions that make keys", "SDF_GenerateRandom 及产生密钥的接口");
        "do not use the card until its self-test passes; ask the vendor",
        "自检通过之前不要使用该密码卡；请联系厂商";
    0x0100_0018: "no access right given, usually a wrong password", "私钥使用权限获取失败，多为访问控制码错误"; ("SDF_GetPrivateKeyAccessRight", "SDF_GetPrivateKeyAccessRight");
        "check the access password of this key index; many cards count wrong ones and lock the key, so do not try many",
        "核对该密钥索引的私钥访问控制码；许多密码卡会累计错误次数并锁定，不要反复尝试" => "password-wrong";
    0x0100_0019: "MAC failed", "MAC 运算失败"; ("SDF_CalculateMAC, the HMAC and AEAD functions", "SDF_CalculateMAC、HMAC 与 AEAD 接口");
        "check key, data and, for AEAD, the tag", "检查密钥、数据，AEAD 还要检查标签";
    0x0100_001a: "the file exists already", "指定的文件已存在"; ("SDF_CreateFile", "SDF_CreateFile");
        "use another name, or delete the file first", "换一个文件名，或先删除该文件";
    0x0100_001b: "the file could not be written", "文件写入失败"; ("SDF_CreateFile, SDF_WriteFile", "SDF_CreateFile、SDF_WriteFile");
        "check the card's file space", "检查密码卡的文件空间";
    0x0100_001c: "not enough room", "存储空间不足"; ("SDF_CreateFile, functions that make key handles, SDF_OpenSession on some cards", "SDF_CreateFile、产生密钥句柄的接口，有的密码卡 SDF_OpenSession 也会返回");
        "destroy key handles, delete files or close sessions that are not needed",
        "销毁不用的密钥句柄、删除文件或关闭会话";
    0x0100_001d: "wrong input argument, or a handle the device does not know", "输入参数错误，或句柄无效"; ANY;
        "check --dialect (structure layout, number of arguments); a session of a closed device gives it too",
        "检查 --dialect（结构体布局、参数个数）；设备关闭后继续使用原会话也会返回它";
    0x0100_001e: "wrong output argument", "输出参数错误"; ANY;
        "the output buffer is missing or too small: check --dialect", "输出缓冲区为空或过小：检查 --dialect";
    0x0100_001f: "wrong user id", "用户标识错误"; ("SDF_HashInit and the agreement functions of the 2023 edition", "2023 版的 SDF_HashInit 与密钥协商接口");
        "pass a user id of 1 to 8191 bytes; the usual one is 1234567812345678",
        "用户 ID 应为 1 至 8191 字节；默认值为 1234567812345678";
}

const ANY: (&str, &str) = ("any function", "任何接口");
const PRIVATE: (&str, &str) = (
    "SDF_InternalSign_ECC, SDF_InternalDecrypt_ECC, SDF_ImportKeyWithISK_ECC and others with a private key",
    "SDF_InternalSign_ECC、SDF_InternalDecrypt_ECC、SDF_ImportKeyWithISK_ECC 等使用私钥的接口",
);
const PUBLIC: (&str, &str) = (
    "SDF_ExternalVerify_ECC, SDF_ExternalEncrypt_ECC and others with a public key",
    "SDF_ExternalVerify_ECC、SDF_ExternalEncrypt_ECC 等使用公钥的接口",
);
const KEYS: (&str, &str) = (
    "SDF_ExportSignPublicKey_ECC, SDF_ExportEncPublicKey_ECC, SDF_GetPrivateKeyAccessRight, SDF_InternalSign_ECC and others with a key index",
    "SDF_ExportSignPublicKey_ECC、SDF_ExportEncPublicKey_ECC、SDF_GetPrivateKeyAccessRight、SDF_InternalSign_ECC 等使用密钥索引的接口",
);
const ALGORITHM: (&str, &str) = (
    "functions that take an algorithm id",
    "带算法标识参数的接口",
);
const SYMMETRIC: (&str, &str) = (
    "SDF_Encrypt, SDF_Decrypt, SDF_CalculateMAC and their forms in steps",
    "SDF_Encrypt、SDF_Decrypt、SDF_CalculateMAC 及其多步接口",
);
const FILES: (&str, &str) = (
    "SDF_CreateFile, SDF_ReadFile, SDF_WriteFile, SDF_DeleteFile",
    "SDF_CreateFile、SDF_ReadFile、SDF_WriteFile、SDF_DeleteFile",
);
