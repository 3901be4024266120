//! Secrets decide no jump in the lanes either: their signatures execute the same instructions for all secrets.
//!
//! valgrind, which watches the other code in `constant_time.rs`, knows no AVX-512. So a child process signs
//! step by step under ptrace, and the addresses of its instructions are compared: with one secret after the
//! other they must be the same, from the first to the last. What is made for public values must differ. This
//! sees each jump that depends on a secret, but no address that does; for those there is `dudect.rs`.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![expect(clippy::print_stdout, reason = "a check that does not run says so")]

use std::hint::black_box;

use sm2_arith::batch::{Backend as _, Ifma, SignItem};
use sm2_arith::{AffinePoint, Scalar, ScalarFactor, public, secret};

#[test]
fn signatures_in_lanes_execute_the_same_instructions() {
    if !optimised() {
        return;
    }
    let Some(ifma) = Ifma::new() else {
        println!("skipped: no AVX-512 IFMA");
        return;
    };
    // Alone, and in a group of lanes.
    for count in [1, 5] {
        expect_one_trace(&signing(ifma, count));
    }
}

/// What is made for public values must be seen, or nothing is.
#[test]
fn verification_executes_others() {
    if !optimised() {
        return;
    }
    let leaky = |secret: &Scalar| {
        black_box(public::multiply_add(
            secret,
            secret,
            &AffinePoint::GENERATOR,
        ));
    };
    let traces: Vec<_> = secrets()
        .iter()
        .map(|secret| trace(&leaky, secret))
        .collect();
    assert!(traces[1..].iter().all(|trace| *trace != traces[0]));
}

/// Whether this is a build of the kind that ships.
fn optimised() -> bool {
    if cfg!(debug_assertions) {
        println!("skipped: what ships is optimised code; run this with --release");
    }
    !cfg!(debug_assertions)
}

/// Signs `count` digests with a key and nonces made of the secret.
fn signing(ifma: Ifma, count: usize) -> impl Fn(&Scalar) {
    move |secret| {
        let inverse = secret::inverse_for_signing(secret).unwrap_or(ScalarFactor::default());
        let mut nonce = *secret;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            nonce = nonce.multiply(secret);
            items.push(SignItem::new(&inverse, &[7; 32], &nonce));
        }
        let mut signatures = vec![None; count];
        ifma.sign_batch(&items, &mut signatures);
        black_box(signatures);
    }
}

fn expect_one_trace(work: &dyn Fn(&Scalar)) {
    let secrets = secrets();
    let expected = trace(work, &secrets[0]);
    assert!(expected.instructions > 1000, "nothing was watched");
    for secret in &secrets[1..] {
        assert_eq!(trace(work, secret), expected, "{:x?}", secret.to_limbs());
    }
}

/// Small and large, even and odd, sparse and dense.
fn secrets() -> [Scalar; 4] {
    [
        Scalar::from_limbs(&[0x0123_4567_89AB_CDEF, 2, u64::MAX, 4]),
        Scalar::from_limbs(&[2, 0, 0, 0]),
        Scalar::from_limbs(&[3, 0, 0, 0]).negate(),
        Scalar::from_limbs(&[0, 0, 0, 1 << 63]),
    ]
}

/// Which instructions of this program were executed.
#[derive(Debug, PartialEq, Eq)]
struct Trace {
    instructions: u64,
    addresses: u64,
}

/// Does the work in a child, step by step.
///
/// All children are copies of one process: memory is at the same place in each. Inlined twice, this code itself
/// would be at two.
#[inline(never)]
fn trace(work: &dyn Fn(&Scalar), secret: &Scalar) -> Trace {
    // Tables are made by the first call.
    work(&Scalar::from_limbs(&[5, 6, 7, 8]));
    process::fork(|| work(secret)).trace()
}

#[expect(unsafe_code, reason = "system calls")]
mod process {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    use std::ops::Range;
    use std::{env, fs};

    use super::Trace;

    pub(super) struct Child(libc::pid_t);

    /// A copy of this process, which stops itself before the work and after it.
    pub(super) fn fork(work: impl FnOnce()) -> Child {
        // SAFETY: the child uses memory that it alone has now, and ends without returning from here. It
        // allocates, for which glibc prepares itself in `fork`.
        let child = unsafe { libc::fork() };
        assert!(child >= 0, "fork failed");
        if child > 0 {
            return Child(child);
        }
        // SAFETY: the call takes no pointers.
        unsafe { libc::ptrace(libc::PTRACE_TRACEME) };
        stop();
        work();
        stop();
        // SAFETY: ends the process.
        unsafe { libc::_exit(0) }
    }

    #[inline(never)]
    fn stop() {
        // SAFETY: sends a signal to this process.
        unsafe { libc::raise(libc::SIGSTOP) };
    }

    impl Child {
        /// Follows the child from its first stop to its second.
        pub(super) fn trace(self) -> Trace {
            assert_eq!(self.wait(), libc::SIGSTOP, "the child is traced");
            let code = code();
            let (mut addresses, mut instructions) = (DefaultHasher::new(), 0);
            loop {
                // SAFETY: the child is stopped; the call takes no pointers.
                unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, self.0, 0, 0) };
                match self.wait() {
                    libc::SIGTRAP => {}
                    libc::SIGSTOP => break,
                    signal => panic!("the child got signal {signal}"),
                }
                let address = self.instruction();
                if code.contains(&address) {
                    address.hash(&mut addresses);
                    instructions += 1;
                }
            }
            Trace {
                instructions,
                addresses: addresses.finish(),
            }
        }

        /// Waits until the child stops; gives the signal that stopped it.
        fn wait(&self) -> libc::c_int {
            let mut status = 0;
            // SAFETY: `status` is writable.
            let waited = unsafe { libc::waitpid(self.0, &raw mut status, 0) };
            assert_eq!(waited, self.0, "waitpid");
            assert!(libc::WIFSTOPPED(status), "the child ended: {status:x}");
            libc::WSTOPSIG(status)
        }

        /// The address of the child's next instruction.
        fn instruction(&self) -> u64 {
            // SAFETY: the structure is made of integers.
            let mut registers: libc::user_regs_struct = unsafe { core::mem::zeroed() };
            // SAFETY: the child is stopped, and `registers` has room for what the call writes.
            unsafe { libc::ptrace(libc::PTRACE_GETREGS, self.0, 0, &raw mut registers) };
            registers.rip
        }
    }

    /// Where this program's own code is. The C library's allocator goes its own ways, which depend on what else
    /// was allocated before.
    fn code() -> Range<u64> {
        let maps = fs::read_to_string("/proc/self/maps").expect("a list of mappings");
        let program = env::current_exe().expect("a path");
        let program = program.to_str().expect("a path in UTF-8");
        let own = |line: &&str| line.contains(" r-xp ") && line.ends_with(program);
        let line = maps.lines().find(own).expect("code of this program");
        let (range, _) = line.split_once(' ').expect("a range");
        let (start, end) = range.split_once('-').expect("a range");
        let number = |digits| u64::from_str_radix(digits, 16).expect("an address");
        number(start)..number(end)
    }

    impl Drop for Child {
        fn drop(&mut self) {
            // SAFETY: ends the child; the call takes no pointers.
            unsafe { libc::kill(self.0, libc::SIGKILL) };
            let mut status = 0;
            // SAFETY: `status` is writable.
            unsafe { libc::waitpid(self.0, &raw mut status, 0) };
        }
    }
}
