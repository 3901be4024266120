//! Secrets decide no branch and no address: valgrind watches, with the secrets marked undefined.
//!
//! memcheck reports each conditional jump and each address that depends on undefined bytes, which
//! makes it a detector of timing leaks when undefined means secret (A. Langley, "ctgrind", 2010).
//! The test runs its own binary under valgrind: once on the real code, which must be clean, and
//! once on each control that leaks on purpose, which must be reported.
//!
//! It says something about optimised code only, which is what ships: checks for overflow and
//! `debug_assert!` are branches, if ones that never happen. Run it with `--release`.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a check that does not run says so")]

use std::{env, hint::black_box, process::Command};

use sm2_arith::batch::{Backend as _, Portable, SignItem};
use sm2_arith::{AffinePoint, FieldElement, Scalar, SigningKey, public, secret, verify};

/// What valgrind exits with when it has something to report.
const REPORTED: i32 = 99;

/// The result of one of the ignored tests below under valgrind, or none if that is not installed.
fn under_valgrind(test: &str) -> Option<i32> {
    if cfg!(debug_assertions) {
        eprintln!("skipped: checks of a debug build are branches; run this with --release");
        return None;
    }
    let output = Command::new("valgrind")
        .arg(format!("--error-exitcode={REPORTED}"))
        .arg("--quiet")
        .arg(concat!(
            "--suppressions=",
            env!("CARGO_MANIFEST_DIR"),
            "/tests/constant_time.supp"
        ))
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--test-threads=1"])
        .env_remove("RUST_BACKTRACE")
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no valgrind to watch the secrets");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let code = output.status.code().unwrap_or(-1);
    let ran = text.contains("1 passed") || code == REPORTED;
    assert!(ran, "{text}{}", String::from_utf8_lossy(&output.stderr));
    if code != REPORTED {
        assert_eq!(code, 0, "{text}{}", String::from_utf8_lossy(&output.stderr));
    }
    eprintln!("{test}: {}", if code == 0 { "clean" } else { "reported" });
    Some(code)
}

#[test]
fn secrets_decide_nothing() {
    for test in [
        "poisoned_field",
        "poisoned_key",
        "poisoned_nonce",
        "poisoned_batch",
    ] {
        assert!(
            matches!(under_valgrind(test), None | Some(0)),
            "{test} leaks"
        );
    }
}

#[test]
fn leaks_are_reported() {
    for test in ["leaky_branch", "leaky_address", "leaky_verification"] {
        assert!(
            matches!(under_valgrind(test), None | Some(REPORTED)),
            "{test} is not seen"
        );
    }
}

#[test]
#[ignore = "run under valgrind by secrets_decide_nothing"]
fn poisoned_field() {
    let limbs = poisoned([0x0123_4567_89AB_CDEF, 2, u64::MAX, 4]);
    let (x, k) = (FieldElement::from_limbs(&limbs), Scalar::from_limbs(&limbs));
    let y = x
        .add(&x)
        .subtract(&x.square())
        .multiply(&x)
        .halve()
        .negate()
        .invert();
    let mut batch = [y, x];
    FieldElement::batch_invert(&mut batch);
    let m = k.add(&k).subtract(&k.multiply(&k)).negate().invert();
    black_box((batch, m, x.is_zero(), k.is_zero()));
    black_box((
        FieldElement::from_bytes(&x.to_bytes()),
        Scalar::from_bytes(&k.to_bytes()),
    ));
}

#[test]
#[ignore = "run under valgrind by secrets_decide_nothing"]
fn poisoned_key() {
    let d = Scalar::from_bytes_reduced(&poisoned([0x39; 32]));
    // That the key is in range may be known, and its public key too.
    let inverse = published(secret::inverse_for_signing(&d)).unwrap();
    let public_key = published(secret::multiply_generator(&d)).unwrap();
    let k = Scalar::from_limbs(&[1, 2, 3, 4]);
    let (r, s) = published(secret::sign(&poisoned(inverse), &Scalar::ONE, &k)).unwrap();
    assert!(public::verify(&public_key, &Scalar::ONE, &r, &s));
}

#[test]
#[ignore = "run under valgrind by secrets_decide_nothing"]
fn poisoned_nonce() {
    let key = SigningKey::from_bytes(&[0x39; 32]).unwrap();
    let public_key = AffinePoint::from_bytes(&key.public_key()).unwrap();
    for k in [[0x59; 32], [0; 32], [0xFF; 32]] {
        let k = Scalar::from_bytes_reduced(&poisoned(k));
        let signature = published(secret::sign(key.inverse(), &Scalar::ONE, &k)).into_option();
        if let Some((r, s)) = signature {
            assert!(public::verify(&public_key, &Scalar::ONE, &r, &s));
        }
    }
}

/// Keys and nonces are secret; which nonces are usable is not, and `secret::disclose` branches on it.
#[test]
#[ignore = "run under valgrind by secrets_decide_nothing"]
fn poisoned_batch() {
    let key = SigningKey::from_bytes(&[0x39; 32]).unwrap();
    let public_key = key.public_key();
    let inverse = poisoned(*key.inverse());
    // 0, which cannot be used, and more than one chunk.
    let mut nonces: Vec<_> = (0..150).map(|byte| [byte; 32]).collect();
    // The one that makes both points of the last addition equal: n - 2 (n mod 2^192).
    let n = Scalar::MODULUS;
    let low = Scalar::from_limbs(&[n[0], n[1], n[2], 0]);
    nonces.push(low.add(&low).negate().to_bytes());
    let e = [0x22; 32];
    let items = nonces.iter().map(|k| {
        let k = Scalar::from_bytes_reduced(&poisoned(*k));
        SignItem::new(&inverse, &e, &k)
    });
    let items: Vec<_> = items.collect();
    let mut signatures = vec![None; items.len()];
    Portable.sign_batch(&items, &mut signatures);
    for (signature, nonce) in signatures.into_iter().zip(nonces) {
        let signature = published(signature);
        assert_eq!(signature.is_some(), nonce != [0; 32]);
        assert!(signature.is_none_or(|signature| verify(&public_key, &e, &signature)));
    }
}

#[test]
#[ignore = "run under valgrind by leaks_are_reported"]
fn leaky_branch() {
    let k = Scalar::from_bytes_reduced(&poisoned([0x59; 32]));
    if k.to_limbs()[0] & 1 == 1 {
        black_box(k.invert());
    }
}

#[test]
#[ignore = "run under valgrind by leaks_are_reported"]
fn leaky_address() {
    let table: Vec<_> = (0..256_u64)
        .map(|i| FieldElement::from_limbs(&[i; 4]))
        .collect();
    let k = poisoned([0x59_u8; 32]);
    black_box(table[usize::from(k[3])]);
}

/// What is made for public values must not be clean, or nothing is.
#[test]
#[ignore = "run under valgrind by leaks_are_reported"]
fn leaky_verification() {
    let k = Scalar::from_bytes_reduced(&poisoned([0x59; 32]));
    black_box(public::multiply_add(&k, &k, &AffinePoint::GENERATOR));
}

/// The value, undefined for valgrind.
fn poisoned<T: Copy>(mut value: T) -> T {
    request(MAKE_MEM_UNDEFINED, &mut value);
    value
}

/// The value, defined for valgrind: it may be known now.
fn published<T>(mut value: T) -> T {
    request(MAKE_MEM_DEFINED, &mut value);
    value
}

/// memcheck's client requests ("MC"), of valgrind's memcheck.h.
const MAKE_MEM_UNDEFINED: usize = 0x4D43_0001;
const MAKE_MEM_DEFINED: usize = 0x4D43_0002;

fn request<T>(number: usize, value: &mut T) {
    let arguments = [number, (&raw mut *value).addr(), size_of::<T>(), 0, 0, 0];
    #[expect(unsafe_code, reason = "a client request is an instruction sequence")]
    // SAFETY: without valgrind the sequence turns rdi by 128 bits in all and exchanges rbx with
    // itself. With it, rax points to six words, which live until after the call, and rdx takes the
    // answer; the bytes named belong to `value`, and none of them is changed.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inout("rdx") 0_u64 => _,
        );
    }
    black_box(value);
}
