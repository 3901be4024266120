//! Whether this user may use the device files that a library names.
//!
//! `SDF_OpenDevice` answers with a number that does not say why. A library names its card's device file in its text, so
//! that what it may not open can be found without knowing the vendor.

use std::{
    fs,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{FileTypeExt as _, MetadataExt as _},
    },
    path::{Path, PathBuf},
};

/// The first device file that is named in the library, is there, and may not be read and written by this user.
pub(super) fn forbidden_file(library: &Path) -> Option<PathBuf> {
    let user = User::of_process()?;
    let is_small = fs::metadata(library).is_ok_and(|about| about.len() <= LONGEST);
    let bytes = is_small.then(|| fs::read(library).ok())??;
    let mut files = named_files(&bytes).into_iter();
    files.find(|file| {
        fs::metadata(file).is_ok_and(|about| {
            let kind = about.file_type();
            (kind.is_char_device() || kind.is_block_device())
                && !user.may_use(about.mode(), about.uid(), about.gid())
        })
    })
}

/// The paths below `/dev` in a file; of a name with a number to be filled in, all that are there.
fn named_files(bytes: &[u8]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut rest = bytes;
    while let Some(start) = rest.windows(DEV.len()).position(|part| part == DEV) {
        rest = &rest[start..];
        let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_-.".contains(byte);
        let length = rest.iter().take_while(|byte| in_name(byte)).count();
        let (name, behind) = rest.split_at(length);
        let path = Path::new(std::ffi::OsStr::from_bytes(name));
        if behind.first() == Some(&b'%') {
            files.extend(numbered(path));
        } else if name.len() > DEV.len() && name != HARDWARE_RANDOM {
            files.push(path.to_path_buf());
        }
        rest = behind;
    }
    files
}

/// The files that are there of this name and a number.
fn numbered(name: &Path) -> Vec<PathBuf> {
    let (Some(directory), Some(before)) = (name.parent(), name.file_name()) else {
        return Vec::new();
    };
    let is_numbered = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_bytes();
        let number = name.strip_prefix(before.as_bytes());
        number.is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
    };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(is_numbered)
        .collect()
}

/// Whom the system takes this process for.
#[derive(Debug)]
struct User {
    id: u32,
    groups: Vec<u32>,
}

impl User {
    fn of_process() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let numbers = |name: &str| -> Option<Vec<u32>> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(
                line.split_whitespace()
                    .filter_map(|one| one.parse().ok())
                    .collect(),
            )
        };
        // The second number is the effective one.
        let id = *numbers("Uid:")?.get(1)?;
        let mut groups = numbers("Groups:")?;
        groups.push(*numbers("Gid:")?.get(1)?);
        Some(Self { id, groups })
    }

    /// Whether the bits of a file let this user read and write it.
    fn may_use(&self, mode: u32, owner: u32, group: u32) -> bool {
        let bits = if self.id == 0 {
            return true;
        } else if self.id == owner {
            mode >> 6
        } else if self.groups.contains(&group) {
            mode >> 3
        } else {
            mode
        };
        bits & 0o6 == 0o6
    }
}

const DEV: &[u8] = b"/dev/";
/// Root's own, no card, and named in every library that has `OpenSSL` in it: one of its sources of random bytes.
const HARDWARE_RANDOM: &[u8] = b"/dev/hwrng";
/// A library is shorter, in bytes.
const LONGEST: u64 = 256 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_for_owner_group_and_others() {
        let user = User {
            id: 1000,
            groups: vec![5, 20],
        };
        assert!(user.may_use(0o600, 1000, 0));
        assert!(!user.may_use(0o066, 1000, 5));
        assert!(user.may_use(0o660, 0, 20));
        assert!(!user.may_use(0o606, 0, 5));
        assert!(user.may_use(0o666, 0, 0) && !user.may_use(0o664, 0, 0));
        let root = User {
            id: 0,
            groups: vec![],
        };
        assert!(root.may_use(0, 1000, 1000));
    }

    #[test]
    fn names_in_a_library() {
        let bytes = b"\0/dev/card0\0/dev/hwrng\0open /dev/bus/usb-1.\0/dev/\0/dev/nul%d\0/dev/";
        let names = ["/dev/card0", "/dev/bus/usb-1."].map(PathBuf::from);
        assert_eq!(named_files(bytes), names);
        let directory = tempfile::tempdir().unwrap();
        for name in ["card0", "card12", "card", "cardx", "other1"] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        let mut found = numbered(&directory.path().join("card"));
        found.sort();
        let expected = ["card0", "card12"].map(|name| directory.path().join(name));
        assert_eq!(found, expected);
    }

    #[test]
    fn this_process_has_a_user() {
        assert!(User::of_process().is_some());
    }
}
