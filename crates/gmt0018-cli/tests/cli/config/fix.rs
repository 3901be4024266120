//! What is mended in a config.ini, and what stays.

use std::fs;

use serde_json::Value;

use crate::support::Place;

/// GBK in a comment, both line ends, no line end at the end, and all that can be mended.
const MIXED: &[u8] = b"; \xD6\xD0\xCE\xC4\r\n[p2p]\n  sm_ssl = Yes\t# guomi\r\n[security]\r\n\
    \tenable_hsm=TRUE ; card\n enc_key_index=1\r\n key_id=43\nhsm_lib_path=/l.so\npassword=canary-in-the-mine ; x";
const MENDED: &[u8] = b"; \xD6\xD0\xCE\xC4\r\n[p2p]\n  # guomi\r\n  sm_ssl = true\r\n[security]\r\n\
    \t; card\r\n\tenable_hsm=true\n key_index=43\nhsm_lib_path=/l.so\npassword=canary-in-the-mine ; x";

#[test]
fn mending_keeps_every_other_byte() {
    let place = Place::new();
    let path = place.path("config.ini");
    fs::write(&path, MIXED).unwrap();
    let dry = place.run("config fix . --dry-run").exits(6);
    assert_eq!(fs::read(&path).unwrap(), MIXED);
    let text = dry.text();
    for part in [
        "line 3\n-   sm_ssl = Yes\t# guomi\n+   # guomi\n+   sm_ssl = true\n",
        "line 6\n-  enc_key_index=1\nline 7\n-  key_id=43\n+  key_index=43\n",
        "would fix 4 lines of ./config.ini; nothing was written\n",
        "1 problem left:\n./config.ini:10: [security] password: warning: the value seems to end with a comment\n",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    let fixed = place.run("config fix . --json").exits(6).json();
    assert_eq!(fs::read(&path).unwrap(), MENDED);
    assert_eq!(fixed["changes"].as_array().unwrap().len(), 4);
    assert_eq!(fixed["problems"].as_array().unwrap().len(), 1);
    // Nothing is left to do, and nothing is done.
    let again = place.run("config fix . --json").exits(6).json();
    assert_eq!(
        (&again["written"], &again["changes"]),
        (&false.into(), &Value::Array(vec![]))
    );
    assert_eq!(fs::read(&path).unwrap(), MENDED);
    assert_eq!(
        fs::read_dir(place.path("")).unwrap().count(),
        4,
        "nothing else is there"
    );
}

#[test]
fn a_backup_is_kept_if_it_is_asked_for() {
    let place = Place::new();
    fs::write(place.path("config.ini"), MIXED).unwrap();
    place.write("config.ini.bak", "another");
    place
        .run("config fix . --backup")
        .refused(2, &["config.ini.bak was not written", "never overwritten"]);
    assert_eq!(fs::read(place.path("config.ini")).unwrap(), MIXED);
    assert_eq!(fs::read(place.path("config.ini.bak")).unwrap(), b"another");
    fs::remove_file(place.path("config.ini.bak")).unwrap();
    let report = place
        .run("config fix config.ini --backup --json")
        .exits(6)
        .json();
    assert_eq!(report["backup"], "config.ini.bak");
    assert_eq!(fs::read(place.path("config.ini.bak")).unwrap(), MIXED);
    assert_eq!(fs::read(place.path("config.ini")).unwrap(), MENDED);
    // With nothing to mend there is nothing to keep.
    fs::remove_file(place.path("config.ini.bak")).unwrap();
    place.run("config fix . --backup").exits(6);
    assert!(!place.path("config.ini.bak").exists());
}

#[cfg(unix)]
#[test]
fn mode_and_link_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let place = Place::new();
    let mode = |name: &str| {
        let metadata = fs::metadata(place.path(name)).unwrap();
        metadata.permissions().mode() & 0o7777
    };
    for wanted in [0o600, 0o640, 0o444] {
        fs::write(place.path("real.ini"), MIXED).unwrap();
        let permissions = fs::Permissions::from_mode(wanted);
        fs::set_permissions(place.path("real.ini"), permissions).unwrap();
        symlink("real.ini", place.path("config.ini")).unwrap();
        place.run("config fix . --backup").exits(6);
        assert_eq!((mode("real.ini"), mode("config.ini.bak")), (wanted, wanted));
        assert!(place.path("config.ini").is_symlink());
        assert_eq!(fs::read(place.path("real.ini")).unwrap(), MENDED);
        for name in ["real.ini", "config.ini", "config.ini.bak"] {
            fs::remove_file(place.path(name)).unwrap();
        }
    }
}

#[cfg(unix)]
#[test]
fn the_owner_stays() {
    use std::os::unix::fs::{MetadataExt as _, chown};

    let place = Place::new();
    let path = place.path("config.ini");
    fs::write(&path, MIXED).unwrap();
    if let Err(cause) = chown(&path, Some(4321), Some(1234)) {
        eprintln!("skipped: only root gives files away: {cause}");
        return;
    }
    place.run("config fix . --backup").exits(6);
    for name in ["config.ini", "config.ini.bak"] {
        let metadata = fs::metadata(place.path(name)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (4321, 1234), "{name}");
    }
}
