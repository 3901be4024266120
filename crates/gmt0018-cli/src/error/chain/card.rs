//! A chain whose keys are in a card.

use std::path::Path;

use crate::{catalogue::phrase::phrase, error::Error, exit::Exit};

impl Error {
    pub(crate) fn no_card_keys() -> Self {
        Self::options(
            "with --hsm the keys exist already, and neither --node-keys nor --key-indexes says which they are",
            "pass --key-indexes to have them read from the card, or --node-keys with a directory of key files",
        )
    }

    pub(crate) fn number_of_indexes(found: usize, count: usize) -> Self {
        let why = (
            format!("there are {found} of them for {count} nodes"),
            format!("{count} 个节点却给出了 {found} 个密钥索引"),
        );
        let advice = ("give one index for each node", "为每个节点给出一个密钥索引");
        Self::value("--key-indexes", why, advice)
    }

    pub(crate) fn same_key_in_card(one: u32, other: u32) -> Self {
        Self::translated(
            Exit::Key,
            ("two nodes would have one key", "两个节点会使用同一把密钥"),
            (
                format!("the card gives out the same public key for the indexes {one} and {other}"),
                format!("密钥索引 {one} 和 {other} 导出的公钥相同"),
            ),
            (
                "use indexes with different keys; if `gmt0018 keys list` shows one key everywhere, check --dialect",
                "换用密钥不同的索引；如果 `gmt0018 keys list` 显示的公钥全都相同，请检查 --dialect",
            ),
        )
    }

    pub(crate) fn node_key_exists(index: u32) -> Self {
        Self::translated(
            Exit::Key,
            phrase("no key was made"),
            (
                format!(
                    "there is a key pair at index {index} already, and a key is never overwritten"
                ),
                format!("密钥索引 {index} 处已有密钥对，已有的密钥不会被覆盖"),
            ),
            (
                "leave --create-keys out to use it, or give other indexes; `gmt0018 soft status` lists those in use",
                "去掉 --create-keys 以使用该密钥，或换用其他索引；`gmt0018 soft status` 可列出已占用的索引",
            ),
        )
    }

    pub(crate) fn test_signature_refused(index: u32) -> Self {
        Self::translated(
            Exit::Device,
            (
                format!("the key at index {index} is of no use to a node"),
                format!("密钥索引 {index} 的密钥不能供节点使用"),
            ),
            (
                "a signature made with it does not verify under the public key that the device exports for this index",
                "用它生成的签名，以设备导出的该索引公钥验签不通过",
            ),
            (
                "do not use this key; ask the vendor, and check --dialect",
                "不要使用这个密钥；请联系厂商，并检查 --dialect",
            ),
        )
    }

    pub(crate) fn not_the_software_card(library: Option<&Path>) -> Self {
        let library = library.unwrap_or(Path::new("it")).display();
        Self::options(
            &format!(
                "--create-keys and --soft-dir are for the software card, and {library} is another"
            ),
            "make keys in a card with the vendor's tool; for the software card leave --hsm-lib and $GMT0018_LIB out",
        )
    }

    pub(crate) fn no_software_library(name: &str) -> Self {
        Self::translated(
            Exit::Library,
            (
                "no library of the software card was found for the nodes to load",
                "找不到供节点加载的软件密码卡动态库",
            ),
            (
                format!("there is no {name} beside this program, in deps or in ../lib"),
                format!("本程序所在目录、deps 和 ../lib 中都没有 {name}"),
            ),
            (
                format!("pass --hsm-lib with the path of {name}"),
                format!("用 --hsm-lib 指定 {name} 的路径"),
            ),
        )
    }

    pub(crate) fn password_lines(path: &Path, found: usize, count: usize) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Key,
            (
                format!("cannot use the password file {path}"),
                format!("访问控制码文件 {path} 无法使用"),
            ),
            (
                format!("it has {found} lines for {count} keys"),
                format!("共有 {count} 把密钥，文件却有 {found} 行"),
            ),
            (
                "write one password for all keys, or one for each on a line of its own",
                "所有密钥共用一个访问控制码时只写一行，否则每把密钥写一行",
            ),
        )
    }

    pub(crate) fn password_in_config(index: u32) -> Self {
        Self::translated(
            Exit::Key,
            (
                format!("the password of key index {index} cannot be written into config.ini"),
                format!("密钥索引 {index} 的私钥访问控制码无法写入 config.ini"),
            ),
            (
                "the node reads one line of text from it, without blanks at its ends",
                "节点只能从中读取一行文本，且首尾不能有空格",
            ),
            (
                "give the key another password",
                "为该密钥换一个私钥访问控制码",
            ),
        )
    }
}
