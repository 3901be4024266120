//! Signatures and ciphertexts that must be refused.

use gmt0018::{
    Function as F, KeyIndex,
    sm2_signing::{Ciphertext, PublicKey, Signature},
};

use super::{
    FAR,
    refusal::{off_curve, refused, rejected, unaskable},
};
use crate::command::test::{
    asymmetric::{E, seal, signature},
    case::{Case, Chapter, Password, Subject, Trouble, Verdict},
};

pub(super) const CASES: &[Case] = &[
    Case::new(
        Chapter::Asymmetric,
        "negative/digest-of-31-bytes",
        &[],
        |_| Err(unaskable("e has 32 bytes there by its type")),
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/sign-index-0",
        SIGN,
        |subject| sign_at(subject, 0),
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/sign-index-65535",
        SIGN,
        |subject| sign_at(subject, FAR),
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/sign-without-right",
        SIGN,
        sign_without_right,
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-r-0",
        VERIFY,
        |subject| {
            out_of_range(subject, "r = 0", |valid| {
                Signature::from_r_s(&ZERO, valid.s())
            })
        },
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-s-0",
        VERIFY,
        |subject| {
            out_of_range(subject, "s = 0", |valid| {
                Signature::from_r_s(valid.r(), &ZERO)
            })
        },
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-r-n",
        VERIFY,
        |subject| out_of_range(subject, "r = n", |valid| Signature::from_r_s(&N, valid.s())),
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-s-n",
        VERIFY,
        |subject| out_of_range(subject, "s = n", |valid| Signature::from_r_s(valid.r(), &N)),
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-key-off-curve",
        VERIFY,
        verify_off_curve,
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-key-of-zeros",
        VERIFY,
        verify_zeros,
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/encrypt-off-curve",
        ENCRYPT,
        encrypt_off_curve,
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/encrypt-nothing",
        ENCRYPT,
        encrypt_nothing,
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/decrypt-changed-c3",
        DECRYPT,
        decrypt_changed,
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/decrypt-c1-off-curve",
        DECRYPT,
        decrypt_off_curve,
    ),
];

fn sign_at(subject: &Subject<'_>, index: u32) -> Verdict {
    let session = subject.session()?;
    refused(
        subject,
        &format!("signing at index {index} without a right"),
        || session.sign(KeyIndex::new(index), &E),
    )
}

fn sign_without_right(subject: &Subject<'_>) -> Verdict {
    let index = subject.index()?;
    if !matches!(subject.password, Password::Given(_)) {
        let why = "a key may have no password: pass --password-file if this one has one";
        return Err(Trouble::Skipped(why.to_owned()));
    }
    let session = subject.session()?;
    refused(subject, "signing without the access right", || {
        session.sign(index, &E)
    })
}

fn out_of_range(subject: &Subject<'_>, what: &str, change: fn(&Signature) -> Signature) -> Verdict {
    let (session, valid) = (subject.session()?, signature(subject)?);
    let changed = change(&valid);
    rejected(subject, what, &session, &subject.public_key(), &changed)
}

fn verify_off_curve(subject: &Subject<'_>) -> Verdict {
    let (session, valid) = (subject.session()?, signature(subject)?);
    let key = off_curve(&subject.public_key());
    rejected(
        subject,
        "a public key off the curve",
        &session,
        &key,
        &valid,
    )
}

fn verify_zeros(subject: &Subject<'_>) -> Verdict {
    let (session, valid) = (subject.session()?, signature(subject)?);
    let key = PublicKey::from_bytes(&[0; 64]);
    rejected(subject, "a public key of zeros", &session, &key, &valid)
}

fn encrypt_off_curve(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    refused(subject, "a recipient's key off the curve", || {
        session.sm2_encrypt(&off_curve(&subject.public_key()), b"message")
    })
}

fn encrypt_nothing(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    refused(subject, "a message of no bytes", || {
        session.sm2_encrypt(&subject.public_key(), b"")
    })
}

fn decrypt_changed(subject: &Subject<'_>) -> Verdict {
    decrypt(subject, "a changed C3", |sealed| {
        let mut c3 = *sealed.c3();
        c3[0] ^= 1;
        Ciphertext::new(*sealed.c1(), c3, sealed.c2().to_vec())
    })
}

fn decrypt_off_curve(subject: &Subject<'_>) -> Verdict {
    decrypt(subject, "C1 off the curve", |sealed| {
        Ciphertext::new(off_curve(sealed.c1()), *sealed.c3(), sealed.c2().to_vec())
    })
}

fn decrypt(subject: &Subject<'_>, what: &str, change: fn(&Ciphertext) -> Ciphertext) -> Verdict {
    let session = subject.session()?;
    let public = session.encryption_public_key(subject.index()?)?;
    let index = subject.unlock(&session)?;
    let changed = change(&seal(&public, b"message")?);
    refused(subject, what, || session.sm2_decrypt(index, &changed))
}

const SIGN: &[F] = &[F::InternalSignEcc];
const VERIFY: &[F] = &[F::ExternalVerifyEcc];
const ENCRYPT: &[F] = &[F::ExternalEncryptEcc];
const DECRYPT: &[F] = &[
    F::ExportEncPublicKeyEcc,
    F::GetPrivateKeyAccessRight,
    F::InternalDecryptEcc,
    F::ReleasePrivateKeyAccessRight,
];
const ZERO: [u8; 32] = [0; 32];
/// The order of the curve.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23,
];
