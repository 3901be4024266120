//! The page in Chinese: the same checks, and no sentence left in English.

use std::{ffi::OsStr, fs};

use serde_json::Value;

use super::{config, genesis, node, stranger};
use crate::support::{PASSWORD, Place, tool};

/// Runs it in Chinese, and finds the checks of the English report with a Chinese text wherever that has a text.
pub(super) fn assert_translated(english: &Value, place: &Place, arguments: &str, exit: i32) {
    let answer = place.run(&format!("doctor {arguments} --json --lang zh"));
    let chinese = answer.exits(exit).json();
    let checks = |report: &Value| report["checks"].as_array().unwrap().clone();
    let (english, chinese) = (checks(english), checks(&chinese));
    assert_eq!(english.len(), chinese.len(), "{arguments}");
    for (english, chinese) in english.iter().zip(&chinese) {
        for name in ["id", "status"] {
            assert_eq!(english[name], chinese[name], "{arguments}");
        }
        for name in ["subject", "why", "try"] {
            let texts = [english, chinese].map(|check| check[name].as_str());
            match texts {
                [Some(english), Some(chinese)] => {
                    assert!(!english.chars().any(is_han), "{arguments}: {english}");
                    assert!(chinese.chars().any(is_han), "{arguments}: {chinese}");
                    // Shell commands and paths stay; what an English sentence is made of does not.
                    for word in [" the ", " is ", " not ", "because ", " and ", " with "] {
                        assert!(!chinese.contains(word), "{arguments}: {chinese}");
                    }
                }
                texts => assert_eq!(texts, [None, None], "{arguments}: {name}"),
            }
        }
    }
}

/// Runs it in both languages.
fn both(place: &Place, arguments: &str, exit: i32) {
    let answer = place.run(&format!("doctor {arguments} --json"));
    assert_translated(&answer.exits(exit).json(), place, arguments, exit);
}

fn is_han(character: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&character)
}

/// The lines of a page that are not `ok`.
fn not_ok(page: &str) -> Vec<&str> {
    page.lines()
        .filter(|line| !line.starts_with("ok "))
        .collect()
}

#[test]
fn a_healthy_page() {
    let place = node();
    both(&place, "--config .", 0);
    let chinese = [("LC_ALL", OsStr::new("zh_CN.UTF-8"))];
    let answer = place
        .run_with("doctor --config .", &chinese, b"")
        .succeeds();
    assert!(answer.stderr().starts_with("设备：动态库 "), "{answer:?}");
    let page = answer.text();
    assert_eq!(
        not_ok(&page),
        ["正常 20 项，警告 0 项，错误 0 项，未检查 0 项"]
    );
    for line in [
        "ok     config                ./config.ini，密钥在密码卡中，密钥索引 1",
        "ok     genesis               ./config.genesis，1 个共识节点",
        "ok     library.symbols       FISCO BCOS 节点以及签名、验签所需的函数齐全",
        "ok     device.sessions       可同时打开 8 个会话（没有尝试更多）",
        "ok     random                两次取 32 字节随机数，结果不同",
        "ok     sm3                   \"abc\" 的杂凑值正确",
        "ok     key.curve             公钥是 SM2 曲线上的点",
        "ok     password              config.ini 中的私钥访问控制码正确（只向设备提交了一次）",
        "ok     node.pem              ./conf/node.pem 与节点的密钥一致",
        "ok     genesis.key           本节点是 1 个共识节点中的第 1 个",
        "ok     signature             卡内签名，软件验签通过",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
}

#[test]
fn a_page_with_a_wrong_password() {
    let place = Place::with_key();
    let command = "doctor --key-index 1 --password-file wrong --lang zh";
    let page = place.run(command).exits(5).text();
    let expected = "\
skip   config                没有指定节点
         建议：用 --config 指定节点目录
skip   genesis               没有 config.genesis
skip   library.file          软件密码卡内置于本程序
         建议：如需检查厂商的动态库，请用 --lib 指定
skip   library.architecture  软件密码卡内置于本程序（另有 2 项，原因相同）
error  password              密钥索引 1 的私钥访问控制码被拒绝
         原因：SDF_GetPrivateKeyAccessRight 返回 0x01000018（SDR_PRKRERR：私钥使用权限获取失败，多为访问控制码错误）
         建议：核对私钥访问控制码；许多密码卡会累计错误次数并锁定密钥，不要反复尝试；本次只向设备提交了一次，不再重试，以免密码卡被锁定
skip   node.pem              没有指定节点（另有 2 项，原因相同）
skip   signature             私钥访问控制码被拒绝（另有 1 项，原因相同）
正常 8 项，警告 0 项，错误 1 项，未检查 11 项";
    assert_eq!(not_ok(&page).join("\n"), expected);
}

#[test]
fn no_line_stays_english() {
    let place = Place::new();
    both(&place, "", 0);
    let place = Place::with_key();
    both(&place, "", 0);
    both(&place, "--no-password --key-index 1", 5);
    let empty = Place::new();
    empty.run("soft init").succeeds();
    both(&empty, "", 0);
    let place = node();
    both(&place, "--config . --soft-dir store --observer", 0);
    place.write("conf/node.nodeid", "nothing");
    place.write("conf/node.pem", "nothing");
    both(&place, "--config .", 0);
    place.write("conf/node.nodeid", &"g".repeat(128));
    fs::remove_file(place.path("conf/node.pem")).unwrap();
    both(&place, "--config .", 0);
    fs::remove_file(place.path("conf/node.nodeid")).unwrap();
    genesis(&place, &stranger());
    both(&place, "--config . --observer", 0);
    config(&place, "key_index=1\npassword=\n");
    both(&place, "--config . --observer", 5);
    config(
        &place,
        &format!("key_index=1\npasswrd={PASSWORD}\nzzzzzzzz=1\n"),
    );
    both(&place, "--config . --observer", 5);
    config(&place, "key_index=x\npassword=\n");
    both(&place, "--config .", 6);
    let twice = format!("{0}: 1\nnode.1={0}", stranger());
    for id in ["0a".repeat(64), "0a".to_owned(), String::new(), twice] {
        genesis(&place, &id);
        both(&place, "--config .", 6);
    }
    for text in [
        "[chain\n",
        "[chain]\nsm_crypto=false\n",
        "\u{feff}[chain]\n",
    ] {
        place.write("config.genesis", text);
        both(&place, "--config .", 6);
    }
    // The two files are mixed up.
    genesis(&place, &stranger());
    both(&place, "--config config.genesis", 2);
}

#[test]
fn a_device_that_answers_wrongly() {
    let place = Place::new();
    place.write("device.c", include_str!("../lying_device.c"));
    let arguments = ["-shared", "-fPIC", "-o", "device.so", "device.c"];
    if tool("cc", &arguments, &place.path("")).is_none() {
        return;
    }
    both(&place, "--lib ./device.so --password-file pin", 4);
    for (macros, exit) in [("-DSESSIONS=3", 3), ("-DSESSIONS=0", 3), ("-DOFF_CURVE", 3)] {
        if let Some(place) = crate::layout::place(macros) {
            both(&place, "--lib ./device.so --key-index 1", exit);
        }
    }
}
