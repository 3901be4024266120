//! Configuration files: read, checked, mended, and read again.
#![no_main]

use fisco_node::config::{Genesis, NodeConfig, SdkConfig, check, fix, ini::Ini};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let _ = SdkConfig::parse("config.toml", text);
    let Ok(mut ini) = Ini::parse("config.ini", text) else {
        return;
    };
    assert_eq!(ini.as_bytes(), data, "reading changes no byte");
    let _ = Genesis::from_ini(&ini);
    let _ = NodeConfig::from_ini(&ini);
    let before = check(&ini).len();
    if let Ok(fixed) = fix(&mut ini) {
        let again = Ini::parse("config.ini", ini.as_bytes());
        let again = again.expect("what was mended can be read");
        assert!(fixed.len() + check(&again).len() >= before || !fixed.is_empty());
        // What a node reads is what the editor believes it wrote.
        let entries = |ini: &Ini| -> Vec<(Option<String>, String, String)> {
            let entries = ini.entries().map(|entry| {
                let section = entry.section().map(str::to_owned);
                (section, entry.key().to_owned(), entry.value().to_owned())
            });
            entries.collect()
        };
        assert_eq!(entries(&ini), entries(&again));
    }
});
