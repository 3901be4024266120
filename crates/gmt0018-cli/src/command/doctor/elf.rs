//! What an ELF library says about itself, without loading it.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use object::{
    Endianness, elf,
    read::elf::{Dyn as _, FileHeader, Sym as _},
};

#[cfg(target_pointer_width = "64")]
type Header = elf::FileHeader64<Endianness>;
#[cfg(not(target_pointer_width = "64"))]
type Header = elf::FileHeader32<Endianness>;

/// The names in a library of this process's word size.
#[derive(Debug, Default)]
pub(in crate::command) struct Elf {
    needed: Vec<String>,
    search: Vec<PathBuf>,
    exports: Vec<String>,
}

impl Elf {
    /// Reads the file. What is no regular file is not opened: a pipe would wait for a writer.
    pub(in crate::command) fn read(path: &Path) -> Result<Self, String> {
        if !path.is_file() {
            return Err("it is not a regular file".to_owned());
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(|cause| cause.to_string())?;
        file.take(LONGEST)
            .read_to_end(&mut bytes)
            .map_err(|cause| cause.to_string())?;
        let origin = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let origin = origin.parent().unwrap_or(Path::new("/"));
        Self::parse(&bytes, origin).map_err(|cause| cause.to_string())
    }

    fn parse(bytes: &[u8], origin: &Path) -> Result<Self, object::read::Error> {
        let header = Header::parse(bytes)?;
        let endian = header.endian()?;
        let sections = header.sections(endian, bytes)?;
        let mut names = Self::default();
        if let Some((entries, link)) = sections.dynamic(endian, bytes)? {
            let strings = sections.strings(endian, bytes, link)?;
            for entry in entries {
                let text = || -> Result<String, object::read::Error> {
                    Ok(String::from_utf8_lossy(entry.string(endian, strings)?).into_owned())
                };
                match entry.tag(endian) {
                    tag if tag == elf::DT_NEEDED => names.needed.push(text()?),
                    tag if tag == elf::DT_RPATH || tag == elf::DT_RUNPATH => {
                        names.search.extend(directories(&text()?, origin));
                    }
                    _ => {}
                }
            }
        }
        let symbols = sections.symbols(endian, bytes, elf::SHT_DYNSYM)?;
        for symbol in symbols.iter() {
            if symbol.is_definition(endian, symbols.strings()) {
                let name = symbol.name(endian, symbols.strings())?;
                names
                    .exports
                    .push(String::from_utf8_lossy(name).into_owned());
            }
        }
        Ok(names)
    }

    pub(in crate::command) fn exports(&self, name: &str) -> bool {
        self.exports.iter().any(|export| export == name)
    }

    /// The libraries that it names as needed.
    pub(super) fn needed(&self) -> &[String] {
        &self.needed
    }

    /// Those that are in none of the directories where the system's loader looks, as far as these are known.
    pub(super) fn not_found(&self) -> Vec<&str> {
        let mut directories = self.search.clone();
        let from_environment = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        directories.extend(std::env::split_paths(&from_environment));
        directories.extend(configured());
        let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
        for directory in ["/lib", "/usr/lib", "/usr/local/lib", "/lib64", "/usr/lib64"] {
            directories.push(PathBuf::from(directory));
            directories.push(Path::new(directory).join(&multiarch));
        }
        let found = |name: &str| {
            name.contains('/') && Path::new(name).exists()
                || directories
                    .iter()
                    .any(|directory| directory.join(name).exists())
        };
        let names = self.needed.iter().map(String::as_str);
        names.filter(|name| !found(name)).collect()
    }
}

/// A run path, with the library's own directory for `$ORIGIN`.
fn directories(text: &str, origin: &Path) -> Vec<PathBuf> {
    let origin = origin.display().to_string();
    let parts = text.split(':').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            part.replace("${ORIGIN}", &origin)
                .replace("$ORIGIN", &origin)
        })
        .map(PathBuf::from)
        .collect()
}

/// The directories in the configuration of ldconfig.
fn configured() -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from("/etc/ld.so.conf")];
    if let Ok(entries) = fs::read_dir("/etc/ld.so.conf.d") {
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    let texts = files
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok());
    let lines: Vec<String> = texts
        .flat_map(|text| {
            text.lines()
                .map(|line| line.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    let absolute = lines.into_iter().filter(|line| line.starts_with('/'));
    absolute.map(PathBuf::from).collect()
}

/// No vendor's library is as long.
const LONGEST: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_path_has_its_origin() {
        let found = directories("$ORIGIN/lib::/opt/card", Path::new("/usr/card"));
        assert_eq!(found, [Path::new("/usr/card/lib"), Path::new("/opt/card")]);
    }

    #[test]
    fn bytes_that_are_no_library_are_an_error() {
        for bytes in [&b""[..], b"\x7fELF", &[0x7f; 4096]] {
            assert!(Elf::parse(bytes, Path::new("/")).is_err());
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_program_finds_what_it_needs() {
        let elf = Elf::read(&std::env::current_exe().unwrap()).unwrap();
        assert!(elf.needed().iter().any(|name| name.starts_with("libc.so")));
        assert_eq!(elf.not_found(), [""; 0]);
    }
}
