//! The short texts and their Chinese.

pub(super) const PHRASES: &[(&str, &str)] = &[
    // What was being done.
    ("the device cannot be opened", "无法打开设备"),
    ("no session with the device", "无法与设备建立会话"),
    ("the library cannot be used", "动态库无法使用"),
    ("the device gives no random bytes", "设备无法产生随机数"),
    ("the device cannot hash", "设备无法进行 SM3 杂凑运算"),
    ("cannot hash", "无法进行 SM3 杂凑运算"),
    ("cannot encrypt", "无法加密"),
    ("the device cannot encrypt", "设备无法加密"),
    ("nothing was encrypted", "没有加密任何数据"),
    ("nothing was decrypted", "没有解密任何数据"),
    // What is not written to a terminal.
    ("a signature", "签名的二进制数据"),
    ("a ciphertext", "密文的二进制数据"),
    ("raw random data", "原始随机数据"),
    ("a plaintext that is no text", "非文本的明文"),
    ("DER", " DER 编码"),
    ("the node cannot start so", "节点无法以此配置启动"),
    ("nothing was checked", "没有进行任何检查"),
    ("nothing was changed", "没有进行任何修改"),
    (
        "the software card's store cannot be opened",
        "软件密码卡的密钥库无法打开",
    ),
    ("no key was made", "没有生成密钥"),
    ("no key could be made", "无法生成密钥"),
    ("the key was not imported", "没有导入密钥"),
    ("the store cannot be opened", "密钥库无法打开"),
    ("the store cannot be read", "密钥库无法读取"),
    ("no store was created", "没有创建密钥库"),
    ("no backup was made", "没有完成备份"),
    ("no directory for the store", "没有密钥库目录"),
    ("the software card does not start", "软件密码卡无法启动"),
    (
        "cannot make a software card in memory",
        "无法创建内存中的软件密码卡",
    ),
    (
        "no key was made in the software card in memory",
        "内存中的软件密码卡没有生成密钥",
    ),
    ("the signature could not be verified", "无法验签"),
    ("cannot verify", "无法验签"),
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
    ("the handle it gave is null", "返回的句柄为空"),
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
        "返回的长度大于缓冲区",
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
        "使用密码卡时请设置 kms_type=HSM",
    ),
    (
        "write it, or set [storage_security] enable=false",
        "补上该项，或设置 [storage_security] enable=false",
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
    (
        "all weights together are more than 64 bits hold",
        "权重之和超出 64 位整数的范围",
    ),
    ("write small numbers", "请写较小的权重"),
    (
        "the node id is missing: build_chain.sh leaves it out when it is given a public key",
        "缺少节点 ID：build_chain.sh 对公钥不会写入节点 ID，请补上",
    ),
    (
        "from version 3.3.0 on the node does not start without: write the address of an account",
        "3.3.0 及以上版本的节点缺少它就无法启动：请写管理员账户的地址",
    ),
    (
        "a number from -2147483648 to 2147483647",
        " -2147483648 至 2147483647 之间的整数",
    ),
    (
        "there are no comments behind a value: put it on a line of its own",
        "值后面不能写注释：请把注释单独写一行",
    ),
    ("write digits only", "只能写数字"),
    ("a number of 1 or more", "大于等于 1 的整数"),
    ("pbft or rpbft", " pbft 或 rpbft"),
    ("write consensus_type=pbft", "写 consensus_type=pbft"),
    // Passwords and keys.
    ("what was typed", "键入的内容"),
    ("the password", "私钥访问控制码"),
    // The roles of keys.
    ("signing", "签名密钥"),
    ("encryption", "加密密钥"),
    (
        "the index has only the other key of the pair",
        "该索引处只有这一对密钥中的另一把",
    ),
    ("it is not text", "不是文本"),
    ("the BEGIN line does not end", "BEGIN 行没有结尾"),
    ("the END line is missing", "缺少 END 行"),
    (
        "there is nothing between BEGIN and END",
        "BEGIN 行与 END 行之间没有内容",
    ),
    ("the text is not base64", "内容不是 base64"),
    // What was given on the command line.
    ("public key", "公钥"),
    ("signature", "签名"),
    ("signature r", "签名的 r"),
    ("signature s", "签名的 s"),
    (
        "64 (x || y) or 65 (04 || x || y)",
        "64（x || y）或 65（04 || x || y）",
    ),
    ("it is not made of hex digits", "它不是十六进制数"),
    (
        "pass e in hex, or a FILE to have e computed from it",
        "用十六进制给出 e，或指定 FILE，由本命令计算 e",
    ),
    (
        "give x || y in 128 hex digits, or @ and the path of a PEM file",
        "请给出 128 位十六进制的 x || y，或 @ 加 PEM 文件的路径",
    ),
    (
        "pass a SubjectPublicKeyInfo PEM, such as `gmt0018 soft export-public` writes",
        "请指定 SubjectPublicKeyInfo 格式的 PEM 文件，例如 `gmt0018 soft export-public` 的输出",
    ),
    (
        "there is neither FILE nor --digest",
        "既没有 FILE，也没有 --digest",
    ),
    (
        "there is neither FILE nor --key-index",
        "既没有 FILE，也没有 --key-index",
    ),
    ("give one of them", "请给出其中一个"),
    ("there is no key to encrypt with", "没有指定加密用的密钥"),
    (
        "pass --key-index, --public-key or --sm4-key",
        "请指定 --key-index、--public-key 或 --sm4-key",
    ),
    ("there is no key to decrypt with", "没有指定解密用的密钥"),
    (
        "pass --key-index, --private-key or --sm4-key",
        "请指定 --key-index、--private-key 或 --sm4-key",
    ),
    (
        "--raw and --json would mix on stdout",
        "--raw 和 --json 的输出会在标准输出上混在一起",
    ),
    (
        "pass -o FILE for the bytes, or leave --raw out: JSON has them in hex",
        "用 -o FILE 接收二进制数据，或去掉 --raw：JSON 中是十六进制",
    ),
    (
        "--binary and --json would mix on stdout",
        "--binary 和 --json 的输出会在标准输出上混在一起",
    ),
    (
        "pass -o FILE for the bytes, or leave --binary out: JSON has them in hex",
        "用 -o FILE 接收二进制数据，或去掉 --binary：JSON 中是十六进制",
    ),
    ("a key or a signature is missing", "缺少公钥或签名"),
    (
        "give --public-key and --signature, or --batch",
        "请给出 --public-key 和 --signature，或使用 --batch",
    ),
    (
        "--vendor is for a return code, and this is an error of the command",
        "--vendor 只用于错误码，而这是本命令的错误",
    ),
    ("leave out --vendor", "去掉 --vendor"),
    (
        "--password-file is for the key that --key-index names, and none is named",
        "--password-file 用于 --key-index 指定的密钥，而没有指定密钥索引",
    ),
    ("pass --key-index N too", "请同时指定 --key-index N"),
    (
        "a node and an account are named by their signing key, and --role encrypt asks for the other",
        "节点 ID 和账户地址由签名密钥得出，而 --role encrypt 指定的是加密密钥",
    ),
    (
        "leave --role out, or use --form hex",
        "去掉 --role，或使用 --form hex",
    ),
    (
        "--dialect and --open-conf are for a vendor's library, and none is named",
        "--dialect 和 --open-conf 用于厂商的动态库，而没有指定动态库",
    ),
    (
        "name the library with --lib or $GMT0018_LIB, or leave these options out",
        "用 --lib 或 $GMT0018_LIB 指定动态库，或去掉这些选项",
    ),
    (
        "--dialect is for a vendor's library, and none is named",
        "--dialect 用于厂商的动态库，而没有指定动态库",
    ),
    (
        "name the library with --hsm-lib, or leave --dialect out",
        "用 --hsm-lib 指定动态库，或去掉 --dialect",
    ),
    (
        "--node-pem is for keys in a card",
        "--node-pem 用于密码卡中的密钥",
    ),
    (
        "leave it out; a node whose key is in no card needs its private key in conf/node.pem",
        "请去掉它；密钥不在密码卡中的节点需要 conf/node.pem 中的私钥",
    ),
    (
        "with --hsm the keys exist already, and neither --node-keys nor --key-indexes says which they are",
        "--hsm 表示密钥已经存在，而 --node-keys 和 --key-indexes 都没有给出",
    ),
    (
        "pass --key-indexes to have them read from the card, or --node-keys with a directory of key files",
        "用 --key-indexes 从密码卡读取公钥，或用 --node-keys 指定存放密钥文件的目录",
    ),
    (
        "make keys in a card with the vendor's tool; for the software card leave --hsm-lib and $GMT0018_LIB out",
        "密码卡中的密钥请用厂商的管理工具生成；使用软件密码卡时请去掉 --hsm-lib 和 $GMT0018_LIB",
    ),
    (
        "SM4-CBC takes whole blocks of 16 bytes",
        "SM4-CBC 的数据长度必须是 16 字节的整数倍",
    ),
    (
        "pass an address such as http://127.0.0.1:20200/metrics",
        "请给出地址，例如 http://127.0.0.1:20200/metrics",
    ),
    (
        "it does not begin with http://, and nothing else is spoken",
        "它不以 http:// 开头，而这里只支持 http",
    ),
    (
        "there are blanks or control characters in it",
        "其中有空格或控制字符",
    ),
    (
        "a user or a password in it is not sent",
        "其中的用户名和口令不会发送",
    ),
    ("there is no host in it", "其中没有主机名"),
    // A chain.
    ("write two different ports", "两个端口不能相同"),
    ("both ports are the same", "两个端口相同"),
    (
        "a node beside the new one has the last port there is",
        "新节点旁的节点已占用最后一个端口",
    ),
    (
        "pass --ports with two that are free",
        "用 --ports 指定两个空闲端口",
    ),
    // What to try where nothing better is known.
    (
        "run `gmt0018 probe` to see what the library offers",
        "用 `gmt0018 probe` 查看动态库提供的功能",
    ),
    (
        "`gmt0018 keys list` shows the indexes in use; check the password",
        "用 `gmt0018 keys list` 查看已有密钥的索引，并核对私钥访问控制码",
    ),
    (
        "run `gmt0018 probe`; check the card, its driver and --dialect",
        "运行 `gmt0018 probe`；检查密码卡、驱动和 --dialect",
    ),
    (
        "pass the path of the vendor's SDF library with --lib",
        "用 --lib 指定厂商 SDF 动态库的路径",
    ),
    (
        "leave out --on-card to verify in software",
        "去掉 --on-card，改用软件验签",
    ),
    (
        "pass --engine portable, and report it",
        "加 --engine portable，并请反馈该问题",
    ),
    // Quick checks.
    (
        "two draws of 32 bytes differ",
        "两次取 32 字节随机数，结果不同",
    ),
    (
        "two draws of 32 bytes are equal or constant",
        "两次取 32 字节随机数，结果相同或为常数",
    ),
    ("the digest of \"abc\" is right", "\"abc\" 的杂凑值正确"),
    ("the digest of \"abc\" is wrong", "\"abc\" 的杂凑值错误"),
];
