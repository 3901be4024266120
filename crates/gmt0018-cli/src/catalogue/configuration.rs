//! What is wrong in a node's `config.ini` or `config.genesis`, and what does not go together.

super::entries! {
    KEY_ID = "config-key-id", Configuration;
    en: "key_id is not the name of a setting", "the node reads key_index, and does not start without it",
        "rename it to key_index";
    zh: "key_id 不是有效的配置项", "节点读取的是 key_index，缺少它就无法启动",
        "改名为 key_index";

    KEY_ID_BESIDE = "config-key-id-beside-key-index", Configuration;
    en: "key_id is not the name of a setting", "the node reads key_index and nothing else",
        "remove it";
    zh: "key_id 不是有效的配置项", "节点只读取 key_index",
        "删除这一行";

    BOOLEAN = "config-boolean", Configuration;
    en: "{found} is not a boolean", "the node takes its default{default} and says nothing",
        "{meant}";
    zh: "{found} 不是节点能识别的布尔值", "节点会采用默认值{default}，且没有任何提示",
        "改为 {meant}";

    TRAILING_COMMENT = "config-trailing-comment", Configuration;
    en: "the value seems to end with a comment", "there are no comments behind a value: the node takes it as a part of the value",
        "put the comment on a line of its own above";
    zh: "值的末尾似乎带有注释", "值后面不能写注释：节点会把注释当作值的一部分",
        "把注释单独写在上一行";

    TRAILING_COMMENT_PASSWORD = "config-trailing-comment-password", Configuration;
    en: "the value seems to end with a comment", "there are no comments behind a value: the node takes it as a part of the value",
        "remove it, unless it is a part of the password";
    zh: "password 的值末尾似乎带有注释", "值后面不能写注释：节点会把注释当作访问控制码的一部分",
        "如果它不是访问控制码的一部分，请删除";

    UNKNOWN_KEY = "config-unknown-key", Configuration;
    en: "there is no setting of this name", "the node never reads it",
        "{nearest}";
    zh: "没有这个配置项", "节点不会读取它",
        "{nearest}";

    NO_EFFECT = "config-no-effect", Configuration;
    en: "the setting has no effect", "the node never reads it",
        "remove it";
    zh: "该配置项不起作用", "节点不会读取它",
        "删除这一行";

    CARD_UNUSED = "config-card-unused", Configuration;
    en: "a card is described but not switched on", "the node signs with the key file",
        "enable_hsm=true, or remove it";
    zh: "配置了密码卡却没有启用", "节点会用密钥文件签名",
        "设置 enable_hsm=true，或删除密码卡的配置";

    CARD_OVERRULED = "config-card-overruled", Configuration;
    en: "enable_hsm=true has no effect here", "kms_type names another way to keep the key",
        "kms_type=HSM, or enable_hsm=false";
    zh: "enable_hsm=true 在此不起作用", "kms_type 指定了另一种密钥保管方式",
        "改为 kms_type=HSM，或 enable_hsm=false";

    PASSWORD_EMPTY = "config-password-empty", Configuration;
    en: "the key in the card has no password here", "the node then does not ask the card for the right to use the key, and most cards refuse to sign",
        "password=, a password file or an environment variable";
    zh: "没有配置卡内密钥的私钥访问控制码", "节点因此不会申请私钥使用权限，多数密码卡会拒绝签名",
        "设置 password=，或通过访问控制码文件、环境变量提供";

    WITHOUT_SM_CRYPTO = "config-hsm-without-sm-crypto", Configuration;
    en: "the card is on and sm_crypto is not true", "a card has SM2 keys only, and the node crashes",
        "build the chain with sm_crypto=true";
    zh: "启用了密码卡，但 sm_crypto 不是 true", "密码卡中只有 SM2 密钥，非国密链的节点会崩溃",
        "以 sm_crypto=true 重新搭建国密链";

    GENESIS_WITHOUT_SM_CRYPTO = "genesis-without-sm-crypto", Configuration;
    en: "config.ini switches a card on, and sm_crypto is not true here", "a card has SM2 keys only, and the node crashes",
        "build the chain with sm_crypto=true";
    zh: "config.ini 启用了密码卡，而这里的 sm_crypto 不是 true", "密码卡中只有 SM2 密钥，非国密链的节点会崩溃",
        "以 sm_crypto=true 重新搭建国密链";

    GENESIS_NODE_ID = "genesis-node-id", Configuration;
    en: "the node id is not a public key of SM2", "nobody has the private key, and no signature of this node is ever valid",
        "copy it from conf/node.nodeid, or from `gmt0018 node-id`";
    zh: "节点 ID 不是 SM2 公钥", "没有人持有对应的私钥，该节点的签名永远无法通过验签",
        "从 conf/node.nodeid 复制，或用 `gmt0018 node-id` 取得";

    UNREADABLE = "config-unreadable", Configuration;
    en: "cannot read {file}", "{cause}",
        "pass a file that can be read, or the directory of a node";
    zh: "无法读取 {file}", "{cause}",
        "请指定可读的配置文件，或节点目录";

    UNWRITABLE = "config-unwritable", Configuration;
    en: "{file} was not written", "{cause}",
        "check the directory, its permissions and the disk; nothing is lost";
    zh: "未能写入 {file}", "{cause}",
        "检查目录、权限和磁盘；原文件没有丢失";

    TOO_LARGE = "config-too-large", Configuration;
    en: "the file has more than {limit} bytes and is no configuration", "nothing behind that was read",
        "is this the right file?";
    zh: "文件超过 {limit} 字节，不像配置文件", "超出部分没有读取",
        "确认是否指定了正确的文件";

    EMPTY = "config-empty", Configuration;
    en: "the file has no setting in it", "the node finds none of its settings",
        "is this the right file, and was it copied whole?";
    zh: "文件里没有任何配置项", "节点找不到任何配置",
        "确认文件是否正确、是否拷贝完整";

    BINARY = "config-binary", Configuration;
    en: "the file is binary or UTF-16, because a zero byte is in it", "the node reads something else than was meant",
        "save it as UTF-8";
    zh: "文件含有值为 0 的字节，是二进制文件或 UTF-16 文本", "节点读到的内容与本意不同",
        "另存为 UTF-8 编码";

    NOT_UTF8 = "config-not-utf8", Configuration;
    en: "the {part} is not UTF-8", "the node reads something else than was meant",
        "save the file as UTF-8";
    zh: "{part}不是 UTF-8 编码（可能是 GBK）", "节点读到的内容与本意不同",
        "把文件另存为 UTF-8 编码";

    BYTE_ORDER_MARK = "config-byte-order-mark", Configuration;
    en: "the file begins with a UTF-8 byte order mark, which the node takes for text of the first line", "the node does not start",
        "save it without";
    zh: "文件以 UTF-8 BOM 开头，节点会把它当作第一行的内容", "节点无法启动",
        "另存为不带 BOM 的 UTF-8";

    NO_EQUALS = "config-no-equals", Configuration;
    en: "the line has no '='", "the node does not start",
        "write key=value, or begin the line with ';' to make it a comment";
    zh: "这一行没有“=”", "节点无法启动",
        "写成 key=value，或在行首加“;”使其成为注释";

    NO_KEY = "config-no-key", Configuration;
    en: "there is no key before the '='", "the node does not start",
        "write key=value";
    zh: "“=”前面没有配置项的名字", "节点无法启动",
        "写成 key=value";

    BRACKET = "config-bracket", Configuration;
    en: "the '[' is not closed", "the node does not start",
        "write [section]";
    zh: "“[”没有闭合", "节点无法启动",
        "写成 [section]";

    DUPLICATE_KEY = "config-duplicate-key", Configuration;
    en: "the key is there already, at line {first}, and the node refuses to start", "the node does not start",
        "remove one of the two";
    zh: "配置项重复，第 {first} 行已有同名项，节点拒绝启动", "节点无法启动",
        "删除其中一行";

    DUPLICATE_SECTION = "config-duplicate-section", Configuration;
    en: "the section is there already, at line {first}, and the node refuses to start", "the node does not start",
        "move its keys there and remove this one";
    zh: "配置段重复，第 {first} 行已有同名段，节点拒绝启动", "节点无法启动",
        "把其中的配置项移到前一段，并删除这一段";

    MISSING_KEY_INDEX = "config-key-index-missing", Configuration;
    en: "the key is missing or empty, and there is no default for it", "the node does not start",
        "write key_index=N, the index of the signing key in the card";
    zh: "缺少 key_index 或其值为空，且没有默认值", "节点无法启动",
        "填写 key_index=N，N 为密码卡中签名密钥的密钥索引";

    MISSING = "config-missing", Configuration;
    en: "the key is missing or empty, and there is no default for it", "the node does not start",
        "{hint}";
    zh: "缺少该配置项或其值为空，且没有默认值", "节点无法启动",
        "{hint}";

    VALUE = "config-value", Configuration;
    en: "{found} is not {wanted}", "the node does not start",
        "{hint}";
    zh: "{found} 不是{wanted}", "节点无法启动",
        "{hint}";

    SEALERS = "genesis-sealers", Configuration;
    en: "{problem}", "no chain works with this list of consensus nodes",
        "{hint}";
    zh: "共识节点列表有误：{problem}", "用这样的共识节点列表无法组成链",
        "{hint}";

    DOUBT = "config-card-in-doubt", Configuration;
    en: "the node cannot start so", "it is not clear whether a card is meant: {warning}",
        "{meant}";
    zh: "节点无法以此配置启动", "无法确定是否要使用密码卡：{warning}",
        "{meant}";

    NOT_SM = "chain-without-sm-crypto", Configuration;
    en: "the node cannot start so", "the chain does not use SM2: sm_crypto is not true in config.genesis or config.ini",
        "build the chain with sm_crypto=true";
    zh: "节点无法以此配置启动", "该链不是国密链：config.genesis 或 config.ini 中的 sm_crypto 不是 true",
        "以 sm_crypto=true 重新搭建国密链";

    KEY_SERVICE = "config-key-service", Configuration;
    en: "the node cannot start so", "a key kept by {service} cannot be used here",
        "set kms_type=HSM for a card, or LEGACY for a file";
    zh: "节点无法以此配置启动", "这里不支持由 {service} 保管的密钥",
        "密钥在密码卡中请设置 kms_type=HSM，在文件中请设置 LEGACY";

    NO_PRIVATE_KEY = "node-pem-without-private-key", Key;
    en: "the node cannot start so", "the key file {path} holds no private key",
        "if the key is in a card, set enable_hsm=true, or enableHsm = \"true\" for an SDK";
    zh: "节点无法以此配置启动", "密钥文件 {path} 中没有私钥",
        "如果密钥在密码卡中，节点请设置 enable_hsm=true，SDK 请设置 enableHsm = \"true\"";

    NODE_PEM = "node-pem-of-another-key", Configuration;
    en: "the node cannot start so", "{path} has the key of node {in_file}, and the card that of node {in_card}",
        "check key_index, or write the card's key to the file";
    zh: "节点无法以此配置启动", "{path} 是节点 {in_file} 的密钥，而密码卡中是节点 {in_card} 的密钥，两者不一致",
        "核对 key_index，或用 `gmt0018 node-pem` 把密码卡的公钥写入该文件";

    NOT_A_SEALER = "key-not-in-genesis", Configuration;
    en: "the node cannot start so", "the key is none of the {sealers} consensus nodes' in config.genesis: {node_id}",
        "check key_index or private_key_path, or start the node as an observer";
    zh: "节点无法以此配置启动", "config.genesis 的 {sealers} 个共识节点中没有本节点：{node_id}",
        "核对 key_index 或 private_key_path，或以观察节点身份启动";
}
