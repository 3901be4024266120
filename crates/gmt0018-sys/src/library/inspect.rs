//! A look at the file before the system's loader gets it.
//!
//! The loader's own messages leave out what the user needs to know (it says "wrong ELF class" and
//! not which), and a file that was copied incompletely kills the process when its missing pages are
//! touched.

use core::fmt;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use object::elf;
use object::endian::Endianness;
use object::read::ReadCache;
use object::read::ReadRef;
use object::read::elf::{Dyn, FileHeader, ProgramHeader};

use crate::library::error::{FileKind, LoadError};

#[cfg(target_pointer_width = "64")]
type Header = elf::FileHeader64<Endianness>;
#[cfg(not(target_pointer_width = "64"))]
type Header = elf::FileHeader32<Endianness>;

/// What a library or a program was built for.
///
/// The text is such as `aarch64 (64-bit, little-endian)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Architecture {
    /// The ELF machine number; `None` for a processor that this crate does not know.
    pub machine: Option<u16>,
    /// The word size in bits: 32 or 64.
    pub bits: u8,
    /// Whether the byte order is big-endian.
    pub big_endian: bool,
}

impl Architecture {
    /// What the running program was built for.
    #[must_use]
    pub fn of_this_program() -> Self {
        let arch = std::env::consts::ARCH;
        let machine = MACHINES.iter().find(|(_, _, rust)| *rust == arch);
        Self {
            machine: machine.map(|(machine, ..)| *machine),
            bits: if cfg!(target_pointer_width = "64") {
                64
            } else {
                32
            },
            big_endian: cfg!(target_endian = "big"),
        }
    }

    /// Says whether a library for `self` can be loaded by a program for `program`.
    fn suits(self, program: Self) -> bool {
        self.bits == program.bits
            && self.big_endian == program.big_endian
            && (program.machine.is_none() || self.machine == program.machine)
    }
}

impl fmt::Display for Architecture {
    /// Writes the processor, the word size and the byte order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = MACHINES
            .iter()
            .find(|(machine, ..)| Some(*machine) == self.machine);
        match (known, self.machine) {
            (Some((_, name, _)), _) => f.write_str(name)?,
            (None, Some(machine)) => write!(f, "ELF machine {machine}")?,
            (None, None) => f.write_str(std::env::consts::ARCH)?,
        }
        let order = if self.big_endian { "big" } else { "little" };
        write!(f, " ({}-bit, {order}-endian)", self.bits)
    }
}

/// Processors that cards are used with: the ELF machine number, the usual name, Rust's name.
const MACHINES: [(u16, &str, &str); 12] = [
    (elf::EM_X86_64, "x86-64", "x86_64"),
    (elf::EM_386, "x86", "x86"),
    (elf::EM_AARCH64, "aarch64", "aarch64"),
    (elf::EM_ARM, "arm", "arm"),
    (elf::EM_LOONGARCH, "loongarch", "loongarch64"),
    (elf::EM_RISCV, "risc-v", "riscv64"),
    (elf::EM_MIPS, "mips", "mips64"),
    (elf::EM_PPC64, "powerpc64", "powerpc64"),
    (elf::EM_PPC, "powerpc", "powerpc"),
    (elf::EM_S390, "s390x", "s390x"),
    (elf::EM_SPARCV9, "sparc64", "sparc64"),
    (0x9916, "sw64", "sw_64"),
];

/// Finds what is wrong with the file at `path`, as far as can be seen without loading it.
pub(super) fn inspect(path: &Path) -> Result<(), LoadError> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if metadata.is_dir() {
        return Err(LoadError::Directory {
            path: path.to_owned(),
        });
    }
    // Before it is opened: opening a pipe waits for a writer.
    if !metadata.is_file() {
        return Err(LoadError::NotAFile {
            path: path.to_owned(),
        });
    }
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    // Read here and there as needed: the file may be of any size.
    let cache = ReadCache::new(file);
    inspect_data(&cache).map_err(|problem| match problem {
        Problem::Kind(kind) => LoadError::NotLibrary {
            path: path.to_owned(),
            kind,
        },
        Problem::Damaged(detail) => LoadError::Damaged {
            path: path.to_owned(),
            detail,
        },
        Problem::Architecture(found) => LoadError::OtherArchitecture {
            path: path.to_owned(),
            found,
            expected: Architecture::of_this_program(),
        },
    })
}

fn unreadable(path: &Path, source: io::Error) -> LoadError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => LoadError::Missing { path },
        io::ErrorKind::PermissionDenied => LoadError::Permission { path },
        _ => LoadError::Unreadable { path, source },
    }
}

/// What can be wrong with the bytes of a file.
#[derive(Debug)]
enum Problem {
    Kind(FileKind),
    Damaged(String),
    Architecture(Architecture),
}

/// The kind of file that this system's loader takes.
const NATIVE: FileKind = if cfg!(windows) {
    FileKind::Pe
} else if cfg!(target_vendor = "apple") {
    FileKind::MachO
} else {
    FileKind::Elf
};

fn inspect_data<'data>(data: impl ReadRef<'data>) -> Result<(), Problem> {
    let length = data
        .len()
        .map_err(|()| Problem::Damaged("its length cannot be told".to_owned()))?;
    let start = data
        .read_bytes_at(0, length.min(512))
        .map_err(|()| Problem::Damaged("its first bytes cannot be read".to_owned()))?;
    let kind = kind_of(start);
    if kind != NATIVE {
        return Err(Problem::Kind(kind));
    }
    if kind == FileKind::Elf {
        inspect_elf(data, start, length)
    } else {
        Ok(())
    }
}

/// Tells a file's kind by its first bytes.
fn kind_of(start: &[u8]) -> FileKind {
    const MACH_O: [[u8; 4]; 5] = [
        [0xFE, 0xED, 0xFA, 0xCE],
        [0xFE, 0xED, 0xFA, 0xCF],
        [0xCE, 0xFA, 0xED, 0xFE],
        [0xCF, 0xFA, 0xED, 0xFE],
        [0xCA, 0xFE, 0xBA, 0xBE],
    ];
    const COMPRESSED: [&[u8]; 5] = [
        b"\x1F\x8B",
        b"PK\x03\x04",
        b"BZh",
        b"\xFD7zXZ\0",
        b"\x28\xB5\x2F\xFD",
    ];
    if start.is_empty() {
        FileKind::Empty
    } else if start.starts_with(&elf::ELFMAG) {
        FileKind::Elf
    } else if MACH_O.iter().any(|magic| start.starts_with(magic)) {
        FileKind::MachO
    } else if start.starts_with(b"MZ") {
        FileKind::Pe
    } else if start.starts_with(b"!<arch>\n") || start.starts_with(b"!<thin>\n") {
        FileKind::StaticLibrary
    } else if COMPRESSED.iter().any(|magic| start.starts_with(magic)) {
        FileKind::Compressed
    } else if start.starts_with(b"#!") {
        FileKind::Script
    } else if start.iter().any(|byte| *byte < b'\t') {
        FileKind::Data
    } else {
        // A character may be cut at the end of what was read.
        let text = String::from_utf8_lossy(start);
        let is_linker_script = ["GNU ld script", "GROUP", "INPUT", "OUTPUT_FORMAT"]
            .iter()
            .any(|word| text.contains(word));
        if is_linker_script {
            FileKind::LinkerScript
        } else if text.trim_end_matches('\u{FFFD}').contains('\u{FFFD}') {
            FileKind::Data
        } else {
            FileKind::Text
        }
    }
}

/// Checks an ELF file: for this machine, a shared library, and with all the bytes that the loader
/// will map.
fn inspect_elf<'data>(data: impl ReadRef<'data>, start: &[u8], length: u64) -> Result<(), Problem> {
    let found = architecture(start)?;
    if !found.suits(Architecture::of_this_program()) {
        return Err(Problem::Architecture(found));
    }
    let damaged = |error: object::read::Error| Problem::Damaged(error.to_string());
    let header = Header::parse(data).map_err(damaged)?;
    let endian = header.endian().map_err(damaged)?;
    match header.e_type(endian) {
        elf::ET_DYN => {}
        elf::ET_REL => return Err(Problem::Kind(FileKind::ObjectFile)),
        elf::ET_EXEC => return Err(Problem::Kind(FileKind::Program)),
        _ => return Err(Problem::Kind(FileKind::OtherElf)),
    }
    let segments = header.program_headers(endian, data).map_err(damaged)?;
    // A dynamic segment is a few kilobytes; a file that claims more is not read into memory for it.
    let small =
        |segment: &&<Header as FileHeader>::ProgramHeader| segment.file_range(endian).1 <= 1 << 20;
    for segment in segments.iter().filter(small) {
        // Where the segment cannot be read, its length is what is wrong, and found below.
        let entries = segment
            .dynamic(endian, data)
            .ok()
            .flatten()
            .unwrap_or_default();
        let is_program = |entry: &<Header as FileHeader>::Dyn| {
            entry.tag(endian) == elf::DT_FLAGS_1
                && entry.val(endian) & u64::from(elf::DF_1_PIE) != 0
        };
        if entries.iter().any(is_program) {
            return Err(Problem::Kind(FileKind::Program));
        }
    }
    let needed = segments
        .iter()
        .filter(|segment| segment.p_type(endian) == elf::PT_LOAD)
        .map(|segment| segment.file_range(endian))
        .map(|(offset, size)| offset.saturating_add(size))
        .max()
        .ok_or_else(|| Problem::Damaged("it has nothing to load".to_owned()))?;
    if length < needed {
        let detail = format!("it has {length} bytes and should have {needed} or more");
        return Err(Problem::Damaged(detail));
    }
    Ok(())
}

/// Reads from an ELF header of either word size and byte order what the file is for.
fn architecture(start: &[u8]) -> Result<Architecture, Problem> {
    let damaged = || Problem::Damaged("its ELF header is cut short or wrong".to_owned());
    let bits = match start.get(4) {
        Some(&elf::ELFCLASS32) => 32,
        Some(&elf::ELFCLASS64) => 64,
        _ => return Err(damaged()),
    };
    let big_endian = match start.get(5) {
        Some(&elf::ELFDATA2LSB) => false,
        Some(&elf::ELFDATA2MSB) => true,
        _ => return Err(damaged()),
    };
    let machine: [u8; 2] = start
        .get(18..20)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(damaged)?;
    let machine = if big_endian {
        u16::from_be_bytes(machine)
    } else {
        u16::from_le_bytes(machine)
    };
    Ok(Architecture {
        machine: Some(machine),
        bits,
        big_endian,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The start of an ELF file that the checks let pass as far as its first bytes go.
    fn library_header() -> Vec<u8> {
        let architecture = Architecture::of_this_program();
        let mut bytes = vec![0; 64 + 2 * 56];
        bytes[..4].copy_from_slice(&elf::ELFMAG);
        bytes[4] = if architecture.bits == 64 {
            elf::ELFCLASS64
        } else {
            elf::ELFCLASS32
        };
        bytes[5] = if architecture.big_endian {
            elf::ELFDATA2MSB
        } else {
            elf::ELFDATA2LSB
        };
        bytes[6] = elf::EV_CURRENT;
        bytes[16..18].copy_from_slice(&elf::ET_DYN.to_ne_bytes());
        let machine = architecture.machine.unwrap_or(0);
        bytes[18..20].copy_from_slice(&machine.to_ne_bytes());
        bytes[20..24].copy_from_slice(&1_u32.to_ne_bytes());
        bytes
    }

    #[cfg(all(
        target_pointer_width = "64",
        not(windows),
        not(target_vendor = "apple")
    ))]
    #[test]
    fn segments_decide_how_long_the_file_has_to_be() {
        let mut bytes = library_header();
        bytes[32..40].copy_from_slice(&64_u64.to_ne_bytes()); // e_phoff
        bytes[54..56].copy_from_slice(&56_u16.to_ne_bytes()); // e_phentsize
        bytes[56..58].copy_from_slice(&1_u16.to_ne_bytes()); // e_phnum
        bytes[64..68].copy_from_slice(&elf::PT_LOAD.to_ne_bytes());
        for (size, whole) in [(0, true), (176, true), (177, false), (u64::MAX, false)] {
            bytes[96..104].copy_from_slice(&size.to_ne_bytes()); // p_filesz
            let result = inspect_data(bytes.as_slice());
            assert_eq!(result.is_ok(), whole, "{size}: {result:?}");
        }
        // p_offset and p_filesz that overflow when added.
        bytes[72..80].copy_from_slice(&u64::MAX.to_ne_bytes());
        assert!(matches!(
            inspect_data(bytes.as_slice()),
            Err(Problem::Damaged(_))
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            prop_assert!(inspect_data(bytes.as_slice()).is_err());
        }

        #[test]
        fn any_bytes_after_a_good_start_get_an_answer(
            rest in proptest::collection::vec(any::<u8>(), 0..600),
            kept in 0_usize..=64,
        ) {
            let mut bytes = library_header();
            bytes.truncate(kept);
            bytes.extend(rest);
            let _ = inspect_data(bytes.as_slice());
        }

        #[test]
        fn a_changed_header_gets_an_answer(
            changes in proptest::collection::vec((0_usize..64, any::<u8>()), 1..4),
            length in 0_usize..=176,
        ) {
            let mut bytes = library_header();
            for (offset, byte) in changes {
                bytes[offset] = byte;
            }
            bytes.truncate(length);
            let _ = inspect_data(bytes.as_slice());
        }
    }
}
