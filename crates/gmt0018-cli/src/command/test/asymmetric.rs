//! Asymmetric operations (GM/T 0018 clause 6.4): SM2 signatures and encryption.

use gmt0018::{
    Function as F, Session,
    sm2_signing::{Ciphertext, Prehash, Signature, Signer as _, Verifier as _},
};
use sm_soft::{SoftVerifier, encryption};

use super::case::{Case, Chapter, Subject, Trouble, Verdict, accepts, ensure, failed, pattern};

pub(super) const CASES: &[Case] = &[
    case(
        "asymmetric/internal-sign",
        &[
            F::ExportSignPublicKeyEcc,
            F::GetPrivateKeyAccessRight,
            F::InternalSignEcc,
            F::ReleasePrivateKeyAccessRight,
        ],
        internal_sign,
    ),
    case(
        "asymmetric/internal-verify",
        &[
            F::GetPrivateKeyAccessRight,
            F::InternalSignEcc,
            F::InternalVerifyEcc,
            F::ReleasePrivateKeyAccessRight,
        ],
        internal_verify,
    ),
    case(
        "asymmetric/verify-valid",
        &[F::ExternalVerifyEcc],
        verify_valid,
    ),
    case(
        "asymmetric/verify-changed-e",
        &[F::ExternalVerifyEcc],
        verify_changed_e,
    ),
    case(
        "asymmetric/verify-changed-r",
        &[F::ExternalVerifyEcc],
        verify_changed_r,
    ),
    case(
        "asymmetric/verify-changed-s",
        &[F::ExternalVerifyEcc],
        verify_changed_s,
    ),
    case(
        "asymmetric/verify-other-key",
        &[F::ExternalVerifyEcc],
        verify_other_key,
    ),
    case(
        "asymmetric/external-encrypt",
        &[F::ExternalEncryptEcc],
        external_encrypt,
    ),
    case(
        "asymmetric/internal-decrypt",
        &[
            F::ExportEncPublicKeyEcc,
            F::GetPrivateKeyAccessRight,
            F::InternalDecryptEcc,
            F::ReleasePrivateKeyAccessRight,
        ],
        internal_decrypt,
    ),
    case(
        "asymmetric/internal-encrypt",
        &[
            F::ExportEncPublicKeyEcc,
            F::GetPrivateKeyAccessRight,
            F::InternalEncryptEcc,
            F::InternalDecryptEcc,
            F::ReleasePrivateKeyAccessRight,
        ],
        internal_encrypt,
    ),
    case(
        "asymmetric/external-sign",
        &[F::ExternalSignEcc],
        external_sign,
    ),
    case(
        "asymmetric/external-decrypt",
        &[F::ExternalDecryptEcc],
        external_decrypt,
    ),
];

const fn case(name: &'static str, calls: &'static [F], run: fn(&Subject<'_>) -> Verdict) -> Case {
    Case::new(Chapter::Asymmetric, name, calls, run)
}

fn internal_sign(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let public = session.sign_public_key(subject.index()?)?;
    let index = subject.unlock(&session)?;
    let (first, second) = (session.sign(index, &E)?, session.sign(index, &E)?);
    for signature in [&first, &second] {
        let valid = accepts(SoftVerifier::new().verify(&public, &E, signature))?;
        ensure(
            valid,
            "the signature does not verify in software under the exported key",
        )?;
    }
    ensure(
        first.r() != second.r(),
        "two signatures have the same r, which gives the key away",
    )?;
    Ok("two signatures verify in software, with different r".to_owned())
}

fn internal_verify(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let index = subject.unlock(&session)?;
    let signature = session.sign(index, &E)?;
    ensure(
        accepts(session.verify_internal(index, &E, &signature))?,
        "refuses a valid signature",
    )?;
    ensure(
        !accepts(session.verify_internal(index, &OTHER_E, &signature))?,
        "accepts a changed e",
    )?;
    Ok("a valid signature and a changed e".to_owned())
}

/// A signature of e by the key in software.
pub(super) fn signature(subject: &Subject<'_>) -> Result<Signature, Trouble> {
    subject
        .software
        .sign(&E)
        .map_err(|cause| failed(format!("no signature was made in software: {cause}")))
}

fn verify_valid(subject: &Subject<'_>) -> Verdict {
    let (session, signature) = (subject.session()?, signature(subject)?);
    let accepted = accepts(session.verify_external(&subject.public_key(), &E, &signature))?;
    ensure(accepted, "refuses a valid signature")?;
    Ok("accepted".to_owned())
}

fn verify_changed_e(subject: &Subject<'_>) -> Verdict {
    let (session, signature) = (subject.session()?, signature(subject)?);
    let accepted = accepts(session.verify_external(&subject.public_key(), &OTHER_E, &signature))?;
    ensure(!accepted, "accepts a changed e")?;
    Ok("refused".to_owned())
}

fn verify_changed_r(subject: &Subject<'_>) -> Verdict {
    changed(subject, 31, "accepts a changed r")
}

fn verify_changed_s(subject: &Subject<'_>) -> Verdict {
    changed(subject, 63, "accepts a changed s")
}

fn changed(subject: &Subject<'_>, place: usize, why: &str) -> Verdict {
    let session = subject.session()?;
    let mut bytes = signature(subject)?.to_bytes();
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1;
    }
    let signature = Signature::from_bytes(&bytes);
    let accepted = accepts(session.verify_external(&subject.public_key(), &E, &signature))?;
    ensure(!accepted, why)?;
    Ok("refused".to_owned())
}

fn verify_other_key(subject: &Subject<'_>) -> Verdict {
    let (session, signature) = (subject.session()?, signature(subject)?);
    let other = sm_soft::SecretKey::generate().map_err(|cause| failed(cause.to_string()))?;
    let accepted = accepts(session.verify_external(&other.public_key(), &E, &signature))?;
    ensure(!accepted, "accepts the signature under another key")?;
    Ok("refused".to_owned())
}

fn external_encrypt(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    for length in LENGTHS {
        let plain = pattern(length);
        let sealed = session.sm2_encrypt(&subject.public_key(), &plain)?;
        let opened = encryption::decrypt(subject.software.secret_key(), &sealed)
            .map_err(|cause| failed(format!("does not decrypt in software: {cause}")))?;
        ensure(*opened == plain, "decrypts to something else in software")?;
    }
    Ok("1, 16, 32 and 48 bytes decrypt in software".to_owned())
}

fn internal_decrypt(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let public = session.encryption_public_key(subject.index()?)?;
    let index = subject.unlock(&session)?;
    for length in LENGTHS {
        let plain = pattern(length);
        let sealed = seal(&public, &plain)?;
        let opened = session.sm2_decrypt(index, &sealed)?;
        ensure(*opened == plain, "decrypts to something else")?;
    }
    Ok("1, 16, 32 and 48 bytes from software".to_owned())
}

fn internal_encrypt(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    session.encryption_public_key(subject.index()?)?;
    let index = subject.unlock(&session)?;
    let plain = pattern(32);
    let sealed = session.sm2_encrypt_internal(index, &plain)?;
    let opened = session.sm2_decrypt(index, &sealed)?;
    ensure(*opened == plain, "decrypts to something else")?;
    Ok("32 bytes there and back".to_owned())
}

fn external_sign(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let signature = session.sign_external(&subject.software.secret_key().to_bytes(), &E)?;
    let valid = accepts(SoftVerifier::new().verify(&subject.public_key(), &E, &signature))?;
    ensure(valid, "the signature does not verify in software")?;
    Ok("verifies in software".to_owned())
}

fn external_decrypt(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let plain = pattern(32);
    let sealed = seal(&subject.public_key(), &plain)?;
    let opened = decrypt_with(&session, subject, &sealed)?;
    ensure(*opened == plain, "decrypts to something else")?;
    Ok("32 bytes from software".to_owned())
}

fn decrypt_with(
    session: &Session,
    subject: &Subject<'_>,
    sealed: &Ciphertext,
) -> Result<zeroize::Zeroizing<Vec<u8>>, gmt0018::Error> {
    session.sm2_decrypt_external(&subject.software.secret_key().to_bytes(), sealed)
}

/// Encrypts in software.
pub(super) fn seal(
    public: &gmt0018::sm2_signing::PublicKey,
    plain: &[u8],
) -> Result<Ciphertext, Trouble> {
    encryption::encrypt(public, plain)
        .map_err(|cause| failed(format!("cannot encrypt in software: {cause}")))
}

/// What is signed.
pub(super) const E: Prehash = Prehash::from_bytes(&[0xe5; 32]);
const OTHER_E: Prehash = Prehash::from_bytes(&[0xe6; 32]);
/// What the cards take that take least.
const LENGTHS: [usize; 4] = [1, 16, 32, 48];
