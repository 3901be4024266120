use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{self, Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use sm2::PublicKey;
use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature, VerifyingKey};
use sm2_arith::batch::VerifyItem;

/// Somebody else's verification.
pub(crate) enum Oracle {
    /// None: what counts is how the items were made.
    None,
    /// The crate `sm2`.
    RustCrypto,
    /// A process of `openssl_verify.c`.
    OpenSsl(Helper),
}

impl Oracle {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::RustCrypto => "rustcrypto",
            Self::OpenSsl(_) => "openssl",
        }
    }

    /// The verdicts, or none if there is no oracle.
    pub(super) fn verdicts(&mut self, items: &[VerifyItem]) -> io::Result<Option<Vec<bool>>> {
        match self {
            Self::None => Ok(None),
            Self::RustCrypto => Ok(Some(items.iter().map(rustcrypto).collect())),
            Self::OpenSsl(helper) => helper.verdicts(items).map(Some),
        }
    }
}

/// A program around OpenSSL's libcrypto, built for this process and removed with it.
pub(crate) struct OpenSsl {
    directory: PathBuf,
}

impl OpenSsl {
    /// # Errors
    ///
    /// Why it cannot be built: no compiler, no headers or a full disk.
    pub(crate) fn build() -> Result<Self, String> {
        static BUILDS: AtomicU32 = AtomicU32::new(0);
        let build = BUILDS.fetch_add(1, Ordering::Relaxed);
        let name = format!("sm2-arith-openssl-{}-{build}", process::id());
        let directory = env::temp_dir().join(name);
        fs::create_dir(&directory).map_err(|error| error.to_string())?;
        let openssl = Self { directory };
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openssl_verify.c");
        let output = Command::new("cc")
            .args(["-O2", "-o"])
            .arg(openssl.program())
            .args([source, "-lcrypto"])
            .output()
            .map_err(|error| format!("no C compiler: {error}"))?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            return Err(format!("no libcrypto to build with: {reason}"));
        }
        Ok(openssl)
    }

    /// # Errors
    ///
    /// Why the process cannot be started.
    pub(crate) fn start(&self) -> io::Result<Oracle> {
        let mut child = Command::new(self.program())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("no pipe to the program");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        Ok(Oracle::OpenSsl(Helper {
            child,
            input: Some(input),
            output,
        }))
    }

    fn program(&self) -> PathBuf {
        self.directory.join("openssl_verify")
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A running process of that program.
pub(crate) struct Helper {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Helper {
    /// One line of hexadecimal for each item, one line for each verdict, few enough at a time for
    /// the pipes to hold them.
    fn verdicts(&mut self, items: &[VerifyItem]) -> io::Result<Vec<bool>> {
        let mut verdicts = Vec::new();
        let mut answer = String::new();
        for items in items.chunks(100) {
            let mut lines = String::new();
            for item in items {
                let parts = [&item.public_key[..], &item.e, &item.signature];
                let bytes = parts.into_iter().flatten();
                lines.extend(bytes.map(|byte| format!("{byte:02x}")));
                lines.push('\n');
            }
            let input = self.input.as_mut();
            let input = input.ok_or_else(|| io::Error::other("the pipe is closed"))?;
            input.write_all(lines.as_bytes())?;
            input.flush()?;
            for _ in items {
                answer.clear();
                self.output.read_line(&mut answer)?;
                verdicts.push(match answer.trim_end() {
                    "1" => true,
                    "0" => false,
                    other => return Err(io::Error::other(format!("answer {other:?}"))),
                });
            }
        }
        Ok(verdicts)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // The end of its input is the end of the program.
        self.input = None;
        let _ = self.child.wait();
    }
}

pub(super) fn rustcrypto(item: &VerifyItem) -> bool {
    let mut sec1 = [4; 65];
    sec1[1..].copy_from_slice(&item.public_key);
    let Ok(key) = PublicKey::from_sec1_bytes(&sec1) else {
        return false;
    };
    // The identifier goes into Z, which is in e already.
    let Ok(key) = VerifyingKey::new("", key) else {
        return false;
    };
    let Ok(signature) = Signature::from_slice(&item.signature) else {
        return false;
    };
    key.verify_prehash(&item.e, &signature).is_ok()
}
