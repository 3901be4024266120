//! The key or its password.

super::entries! {
    INDEX_EMPTY = "key-index-empty", Key;
    en: "there is no key at index {index}", "{function} returned {code}",
        "`gmt0018 keys list` shows the indexes in use";
    zh: "密钥索引 {index} 处没有密钥", "{function} 返回 {code}",
        "用 `gmt0018 keys list` 查看已有密钥的索引";

    PASSWORD_WRONG = "password-wrong", Key;
    en: "the password of key index {index} was refused", "{function} returned {code}",
        "check the password; many cards count wrong ones";
    zh: "密钥索引 {index} 的私钥访问控制码被拒绝", "{function} 返回 {code}",
        "核对私钥访问控制码；许多密码卡会累计错误次数并锁定密钥，不要反复尝试";

    ACCESS_RIGHT = "key-access-right", Key;
    en: "{what}", "{function} returned {code}",
        "pass the access password of this key index";
    zh: "{what}", "{function} 返回 {code}：当前会话没有取得私钥使用权限",
        "请提供该密钥索引的私钥访问控制码（--password-file）";

    REFUSED_BEFORE = "password-refused-before", Key;
    en: "{what}", "the card refused the password of key index {index} ({cause}), so it is not shown again: cards count wrong passwords and lock the key",
        "make the key anew with the right password";
    zh: "{what}", "密码卡已经拒绝过密钥索引 {index} 的私钥访问控制码（{cause}），不再重试：密码卡会累计错误次数并锁定密钥",
        "用正确的私钥访问控制码重新打开该密钥";

    PASSWORD_NEEDED = "password-needed", Key;
    en: "a password is needed", "there is neither {option} nor ${variable}, and stdin is no terminal to ask at",
        "put the password into a file that only you can read, and pass {option} FILE";
    zh: "需要私钥访问控制码", "既没有 {option}，也没有 ${variable}，标准输入又不是终端，无法询问",
        "把访问控制码写入只有自己可读的文件，用 {option} FILE 指定";

    PASSWORD_FILE = "password-file", Key;
    en: "cannot read the password file {path}", "{cause}",
        "check the path and its permissions";
    zh: "无法读取访问控制码文件 {path}", "{cause}",
        "检查路径和文件权限";

    PASSWORD_EMPTY = "password-empty", Key;
    en: "the password is empty", "there is not one byte in {origin}",
        "give the password of the key; for a key of a card without one, pass --no-password";
    zh: "私钥访问控制码为空", "{origin} 中一个字节也没有",
        "请给出该密钥的访问控制码；如果密码卡中的密钥没有设置，请加 --no-password";

    PASSWORD_TOO_LONG = "password-too-long", Key;
    en: "the password is too long", "{origin} has more than {longest} bytes",
        "check that this is the password's file";
    zh: "私钥访问控制码过长", "{origin} 超过 {longest} 字节",
        "检查指定的是否是访问控制码文件";

    KEY_FILE_PASSWORD = "key-file-password", Key;
    en: "cannot use the key file {path}", "{cause}",
        "check --pem-password-file, or $GMT0018_PEM_PASSWORD";
    zh: "密钥文件 {path} 无法使用", "{cause}",
        "检查 --pem-password-file 或 $GMT0018_PEM_PASSWORD";

    SIGNATURE_INVALID = "signature-invalid", Device;
    en: "the signature made with key index {index} is not printed", "it does not verify under the public key that the device exports for this index",
        "do not use this key; ask the vendor, and check --dialect";
    zh: "不输出用密钥索引 {index} 生成的签名", "用设备导出的该索引公钥验签不通过",
        "不要使用这个密钥；请联系厂商，并检查 --dialect";
}
