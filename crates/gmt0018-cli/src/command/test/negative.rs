//! What a library must refuse with an error code.

use gmt0018::{
    Aead, Error, Function as F, HmacId, KeyIndex, Mode, Session,
    sm2_signing::{Ciphertext, PublicKey, Signature, UserId},
};

use super::{
    asymmetric::{E, seal, signature},
    case::{Case, Chapter, Password, Subject, Trouble, Verdict, accepts, failed, pattern},
    file,
    symmetric::{HEADER, NONCE, TAG_LENGTH},
};

pub(super) const CASES: &[Case] = &[
    Case::new(Chapter::Device, "negative/close-twice", &[], |_| {
        Err(unaskable("a handle is closed once, when its owner is gone"))
    }),
    Case::new(Chapter::Device, "negative/use-after-close", &[], |_| {
        Err(unaskable("a session that is closed cannot be named"))
    }),
    Case::new(
        Chapter::Device,
        "negative/random-of-no-bytes",
        &[F::GenerateRandom],
        no_random,
    ),
    Case::new(
        Chapter::Key,
        "negative/export-index-65535",
        EXPORT,
        export_far,
    ),
    Case::new(Chapter::Key, "negative/kek-index-0", KEK, |subject| {
        kek(subject, 0)
    }),
    Case::new(Chapter::Key, "negative/kek-index-65535", KEK, |subject| {
        kek(subject, FAR)
    }),
    Case::new(
        Chapter::Key,
        "negative/wrapped-key-short",
        IMPORT_KEK,
        wrapped_short,
    ),
    Case::new(
        Chapter::Key,
        "negative/internal-key-index-65535",
        &[F::GenerateKeyWithIpkEcc],
        ipk_far,
    ),
    Case::new(
        Chapter::Key,
        "negative/recipient-off-curve",
        &[F::GenerateKeyWithEpkEcc],
        epk_off_curve,
    ),
    Case::new(
        Chapter::Key,
        "negative/session-key-empty",
        &[F::ImportKey],
        import_empty,
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
        |subject| out_of_range(subject, "r = 0", |_, s| (ZERO, *s)),
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-s-0",
        VERIFY,
        |subject| out_of_range(subject, "s = 0", |r, _| (*r, ZERO)),
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-r-n",
        VERIFY,
        |subject| out_of_range(subject, "r = n", |_, s| (N, *s)),
    ),
    Case::new(
        Chapter::Asymmetric,
        "negative/verify-s-n",
        VERIFY,
        |subject| out_of_range(subject, "s = n", |r, _| (*r, N)),
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
    Case::new(
        Chapter::Symmetric,
        "negative/cbc-partial-block",
        CIPHER,
        partial_block,
    ),
    Case::new(
        Chapter::Symmetric,
        "negative/gcm-changed-tag",
        OPEN,
        |subject| changed_tag(subject, Aead::Gcm),
    ),
    Case::new(
        Chapter::Symmetric,
        "negative/ccm-changed-tag",
        OPEN,
        |subject| changed_tag(subject, Aead::Ccm),
    ),
    Case::new(
        Chapter::Symmetric,
        "negative/tag-of-3-bytes",
        &[F::GenerateKeyWithEpkEcc, F::AuthEnc, F::DestroyKey],
        short_tag,
    ),
    Case::new(
        Chapter::Hash,
        "negative/z-key-off-curve",
        &[F::HashInit],
        z_off_curve,
    ),
    Case::new(
        Chapter::Hash,
        "negative/unknown-algorithm",
        &[F::GenerateKeyWithEpkEcc, F::HmacInit, F::DestroyKey],
        unknown_algorithm,
    ),
    Case::new(
        Chapter::File,
        "negative/read-absent-file",
        &[F::GenerateRandom, F::ReadFile],
        read_absent,
    ),
    Case::new(
        Chapter::File,
        "negative/file-limits",
        file::CALLS,
        file_limits,
    ),
];

/// Passes if the library was asked and refused; a refusal of this program says nothing about the library.
fn refused<T>(
    subject: &Subject<'_>,
    what: &str,
    ask: impl FnOnce() -> Result<T, Error>,
) -> Verdict {
    let before = subject.card.module().calls();
    match ask() {
        Ok(_) => Err(failed(format!("accepts {what}"))),
        Err(Error::MissingSymbol(cause)) => Err(Error::MissingSymbol(cause).into()),
        Err(Error::Malformed(cause)) => Err(failed(format!(
            "reports success for {what} and leaves rubbish behind: {cause}"
        ))),
        Err(_) if subject.card.module().calls() == before => Err(held_back(what)),
        Err(cause) => Ok(format!("refused: {}", short(&cause))),
    }
}

/// As [`refused`], for signatures.
fn rejected(
    subject: &Subject<'_>,
    what: &str,
    session: &Session,
    key: &PublicKey,
    signature: &Signature,
) -> Verdict {
    let before = subject.card.module().calls();
    let outcome = session.verify_external(key, &E, signature);
    if subject.card.module().calls() == before {
        accepts(outcome)?;
        return Err(held_back(what));
    }
    match outcome {
        Ok(()) => Err(failed(format!("accepts {what}"))),
        // Any code but success refuses it.
        Err(cause) => match accepts(Err(cause)) {
            Err(Trouble::NotSupported(why)) => Err(Trouble::NotSupported(why)),
            Err(Trouble::Failed(why)) => Ok(format!("refused: {why}")),
            _ => Ok("refused as invalid".to_owned()),
        },
    }
}

fn unaskable(why: &str) -> Trouble {
    Trouble::Skipped(format!(
        "the interface that is used here cannot ask it: {why}"
    ))
}

fn held_back(what: &str) -> Trouble {
    unaskable(&format!("{what} is refused before the library is called"))
}

/// The code, without the advice.
fn short(cause: &Error) -> String {
    let text = cause.to_string();
    text.split_once("; ")
        .map_or(text.clone(), |(why, _)| why.to_owned())
}

fn no_random(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let before = subject.card.module().calls();
    session.random(0)?;
    if subject.card.module().calls() == before {
        return Err(unaskable("nothing is asked for where nothing is wanted"));
    }
    Ok("answered".to_owned())
}

fn export_far(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    refused(subject, "the encryption key of index 65535", || {
        session.encryption_public_key(KeyIndex::new(FAR))
    })?;
    refused(subject, "the signing key of index 65535", || {
        session.sign_public_key(KeyIndex::new(FAR))
    })
}

fn kek(subject: &Subject<'_>, index: u32) -> Verdict {
    let session = subject.session()?;
    refused(subject, &format!("the key-encryption key {index}"), || {
        session.generate_key_with_kek(KeyIndex::new(index), 128)
    })
}

fn wrapped_short(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    refused(subject, "a wrapped key of 15 bytes", || {
        session.import_key_with_kek(subject.kek, &[1; 15])
    })
}

fn ipk_far(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    refused(subject, "a session key for index 65535", || {
        session.generate_key_with_internal_key(KeyIndex::new(FAR), 128)
    })
}

fn epk_off_curve(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    refused(subject, "a recipient's key off the curve", || {
        session.generate_key_with_external_key(&off_curve(&subject.public_key()), 128)
    })
}

fn import_empty(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    refused(subject, "a session key of no bytes", || {
        session.import_key(&[])
    })
}

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
    if matches!(subject.password, Password::NotNeeded) {
        let why = "the key is said to have no password";
        return Err(Trouble::Skipped(why.to_owned()));
    }
    let session = subject.session()?;
    refused(subject, "signing without the access right", || {
        session.sign(index, &E)
    })
}

fn out_of_range(
    subject: &Subject<'_>,
    what: &str,
    change: fn(&[u8; 32], &[u8; 32]) -> ([u8; 32], [u8; 32]),
) -> Verdict {
    let (session, valid) = (subject.session()?, signature(subject)?);
    let (r, s) = change(valid.r(), valid.s());
    let changed = Signature::from_r_s(&r, &s);
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

fn partial_block(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (key, _) = subject.known_key(&session)?;
    refused(subject, "15 bytes in CBC", || {
        session.sm4_encrypt(&key, Mode::Cbc([0; 16]), &pattern(15))
    })
}

fn changed_tag(subject: &Subject<'_>, aead: Aead) -> Verdict {
    let session = subject.session()?;
    let (key, _) = subject.known_key(&session)?;
    let (sealed, mut tag) =
        session.sm4_auth_encrypt(&key, aead, &NONCE, HEADER, b"message", TAG_LENGTH)?;
    if let Some(byte) = tag.last_mut() {
        *byte ^= 1;
    }
    refused(subject, "a changed tag", || {
        session.sm4_auth_decrypt(&key, aead, &NONCE, HEADER, &sealed, &tag)
    })
}

fn short_tag(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (key, _) = subject.known_key(&session)?;
    refused(subject, "a tag of 3 bytes", || {
        session.sm4_auth_encrypt(&key, Aead::Gcm, &NONCE, HEADER, b"message", 3)
    })
}

fn z_off_curve(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    refused(subject, "a public key off the curve in Z", || {
        session.sm3_with_z(
            &off_curve(&subject.public_key()),
            &UserId::DEFAULT,
            b"message",
        )
    })
}

/// HMAC is the operation whose algorithm a dialect can name freely.
fn unknown_algorithm(subject: &Subject<'_>) -> Verdict {
    let mut dialect = subject.card.device().dialect().clone();
    dialect.hmac_sm3 = HmacId::Other(0x7fff_fffe);
    let session = subject.card.module().device(&dialect)?.session()?;
    let (key, _) = subject.known_key(&session)?;
    refused(subject, "the algorithm 0x7ffffffe", || {
        session.hmac_sm3(&key, b"message")
    })
}

fn read_absent(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let name = format!("gmt0018-test-{}", crate::command::hex(&session.random(8)?));
    refused(subject, "reading a file that does not exist", || {
        session.read_file(&name, 0, 1)
    })
}

fn file_limits(subject: &Subject<'_>) -> Verdict {
    file::with_file(subject, |session, name| {
        refused(subject, "the same name again", || {
            session.create_file(name, file::SIZE)
        })?;
        refused(subject, "reading behind the end", || {
            session.read_file(name, file::SIZE + 1, 1)
        })?;
        refused(subject, "writing behind the end", || {
            session.write_file(name, file::SIZE, &[1; 16])
        })?;
        Ok("refused: the same name again, reading and writing behind the end".to_owned())
    })
}

/// The point moved off the curve: two points of one x have different y only up to the sign.
fn off_curve(key: &PublicKey) -> PublicKey {
    let mut bytes = *key.as_bytes();
    bytes[63] ^= 1;
    PublicKey::from_bytes(&bytes)
}

const EXPORT: &[F] = &[F::ExportEncPublicKeyEcc, F::ExportSignPublicKeyEcc];
const KEK: &[F] = &[F::GenerateKeyWithKek];
const IMPORT_KEK: &[F] = &[F::ImportKeyWithKek];
const SIGN: &[F] = &[F::InternalSignEcc];
const VERIFY: &[F] = &[F::ExternalVerifyEcc];
const ENCRYPT: &[F] = &[F::ExternalEncryptEcc];
const DECRYPT: &[F] = &[
    F::ExportEncPublicKeyEcc,
    F::GetPrivateKeyAccessRight,
    F::InternalDecryptEcc,
    F::ReleasePrivateKeyAccessRight,
];
const CIPHER: &[F] = &[F::GenerateKeyWithEpkEcc, F::Encrypt, F::DestroyKey];
const OPEN: &[F] = &[
    F::GenerateKeyWithEpkEcc,
    F::AuthEnc,
    F::AuthDec,
    F::DestroyKey,
];
const FAR: u32 = 0xffff;
const ZERO: [u8; 32] = [0; 32];
/// The order of the curve.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23,
];
