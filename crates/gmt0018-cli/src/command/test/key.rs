//! Key management (GM/T 0018 clause 6.3): public keys, session keys, key agreement.

use gmt0018::{
    AgreementKeys, Function as F, Mode,
    sm2_signing::{PublicKey, UserId},
};
use sm_soft::{SecretKey, cipher::Sm4Key, curve};

use super::case::{
    Case, Chapter, Subject, Verdict, ensure, failed, pattern, same_as_software, same_key,
};

pub(super) const CASES: &[Case] = &[
    case(
        "key/export-signing-key",
        &[F::ExportSignPublicKeyEcc],
        signing_key,
    ),
    case(
        "key/export-encryption-key",
        &[F::ExportEncPublicKeyEcc],
        encryption_key,
    ),
    case("key/generate-pair", &[F::GenerateKeyPairEcc], generate_pair),
    case(
        "key/session-key-external",
        &[F::GenerateKeyWithEpkEcc, F::Encrypt, F::DestroyKey],
        external,
    ),
    case(
        "key/session-key-internal",
        &[
            F::ExportEncPublicKeyEcc,
            F::GetPrivateKeyAccessRight,
            F::GenerateKeyWithIpkEcc,
            F::ImportKeyWithIskEcc,
            F::Encrypt,
            F::DestroyKey,
            F::ReleasePrivateKeyAccessRight,
        ],
        internal,
    ),
    case(
        "key/exchange-envelope",
        &[
            F::ExportEncPublicKeyEcc,
            F::GetPrivateKeyAccessRight,
            F::GenerateKeyWithIpkEcc,
            F::ExchangeDigitEnvelopeBaseOnEcc,
            F::Encrypt,
            F::DestroyKey,
            F::ReleasePrivateKeyAccessRight,
        ],
        exchange,
    ),
    case(
        "key/session-key-kek",
        &[
            F::GenerateKeyWithKek,
            F::ImportKeyWithKek,
            F::Encrypt,
            F::DestroyKey,
        ],
        kek,
    ),
    case(
        "key/import-plain",
        &[F::ImportKey, F::Encrypt, F::DestroyKey],
        import,
    ),
    case(
        "key/symmetric-key-handle",
        &[F::GetSymmKeyHandle, F::Encrypt, F::Decrypt, F::DestroyKey],
        symmetric_handle,
    ),
    case(
        "key/agreement",
        &[
            F::ExportEncPublicKeyEcc,
            F::GetPrivateKeyAccessRight,
            F::GenerateAgreementDataWithEcc,
            F::GenerateAgreementDataAndKeyWithEcc,
            F::GenerateKeyWithEcc,
            F::Encrypt,
            F::DestroyKey,
            F::ReleasePrivateKeyAccessRight,
        ],
        agreement,
    ),
];

const fn case(name: &'static str, calls: &'static [F], run: fn(&Subject<'_>) -> Verdict) -> Case {
    Case::new(Chapter::Key, name, calls, run)
}

fn signing_key(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let index = subject.index()?;
    sound(
        &session.sign_public_key(index)?,
        &session.sign_public_key(index)?,
    )
}

fn encryption_key(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let index = subject.index()?;
    sound(
        &session.encryption_public_key(index)?,
        &session.encryption_public_key(index)?,
    )
}

/// A public key is a point of the curve, and the same each time.
fn sound(first: &PublicKey, second: &PublicKey) -> Verdict {
    ensure(
        curve::is_on_curve(first),
        "the public key is no point of the curve",
    )?;
    ensure(first == second, "two calls give two keys")?;
    Ok("on the curve, the same twice".to_owned())
}

fn generate_pair(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (scalar, public) = session.generate_key_pair()?;
    let secret = SecretKey::from_bytes(&scalar)
        .map_err(|cause| failed(format!("the private key is none: {cause}")))?;
    ensure(
        secret.public_key() == public,
        "the public key is not that of the private key",
    )?;
    let (_, other) = session.generate_key_pair()?;
    ensure(public != other, "two pairs are equal")?;
    Ok("the public key is that of the private key".to_owned())
}

fn external(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (key, wrapped) = session.generate_key_with_external_key(&subject.public_key(), 128)?;
    same_as_software(&session, &key, &subject.unwrap(&wrapped)?)?;
    session.destroy_key(key)?;
    Ok("the key that came out encrypted is the one in the device".to_owned())
}

fn internal(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    session.encryption_public_key(subject.index()?)?;
    let index = subject.unlock(&session)?;
    let (key, wrapped) = session.generate_key_with_internal_key(index, 128)?;
    let again = session.import_key_with_internal_key(index, &wrapped)?;
    same_key((&session, &key), (&session, &again))?;
    session.destroy_key(again)?;
    session.destroy_key(key)?;
    Ok("given out and taken in again, it is the same key".to_owned())
}

fn exchange(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    session.encryption_public_key(subject.index()?)?;
    let index = subject.unlock(&session)?;
    let (key, wrapped) = session.generate_key_with_internal_key(index, 128)?;
    let for_software = session.exchange_envelope(index, &subject.public_key(), &wrapped)?;
    same_as_software(&session, &key, &subject.unwrap(&for_software)?)?;
    session.destroy_key(key)?;
    Ok("the envelope opens with the other key".to_owned())
}

fn kek(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (key, wrapped) = session.generate_key_with_kek(subject.kek()?, 128)?;
    let again = session.import_key_with_kek(subject.kek()?, &wrapped)?;
    same_key((&session, &key), (&session, &again))?;
    session.destroy_key(again)?;
    session.destroy_key(key)?;
    Ok(format!(
        "wrapped in {} bytes, the same key comes back",
        wrapped.len()
    ))
}

fn import(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let bytes = [0x6b; 16];
    let key = session.import_key(&bytes)?;
    same_as_software(&session, &key, &Sm4Key::from_bytes(&bytes))?;
    session.destroy_key(key)?;
    Ok("encrypts as in software".to_owned())
}

fn symmetric_handle(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let key = session.symmetric_key_handle(subject.kek()?)?;
    let plain = pattern(64);
    let sealed = session.sm4_encrypt(&key, Mode::Cbc([1; 16]), &plain)?;
    let opened = session.sm4_decrypt(&key, Mode::Cbc([1; 16]), &sealed)?;
    ensure(
        sealed != plain && opened == plain,
        "CBC does not come back to the plaintext",
    )?;
    session.destroy_key(key)?;
    Ok("encrypts and decrypts".to_owned())
}

/// Both parties are this card, in two sessions, with the same key pair.
fn agreement(subject: &Subject<'_>) -> Verdict {
    let (sponsor, responder) = (subject.session()?, subject.session()?);
    let public = sponsor.encryption_public_key(subject.index()?)?;
    let index = subject.unlock(&sponsor)?;
    subject.unlock(&responder)?;
    let id = |text: &str| UserId::new(text).map_err(|cause| failed(cause.to_string()));
    let (a, b) = (id("sponsor@test")?, id("responder@test")?);
    let started = sponsor.start_agreement(index, 128, &a)?;
    let AgreementKeys { public: sent, .. } = *started.keys();
    ensure(
        sent == public,
        "the sponsor's public key is not the one at its index",
    )?;
    let (theirs, answer) = responder.answer_agreement(index, 128, &b, &a, started.keys())?;
    let ours = sponsor.finish_agreement(started, &b, &answer)?;
    same_key((&sponsor, &ours), (&responder, &theirs))?;
    sponsor.destroy_key(ours)?;
    responder.destroy_key(theirs)?;
    Ok("both parties have the same key".to_owned())
}
