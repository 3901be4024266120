//! What a library must refuse with an error code.

mod asymmetric;
mod refusal;

use gmt0018::{Aead, Function as F, HmacId, KeyIndex, Mode, sm2_signing::UserId};

use super::{
    case::{Case, Chapter, Subject, Verdict, pattern},
    file,
    symmetric::{HEADER, NONCE, TAG_LENGTH},
};
use refusal::{off_curve, refused, refused_by_any_code, unaskable};

/// Every case.
pub(super) const CASES: [&[Case]; 2] = [OTHERS, asymmetric::CASES];

const OTHERS: &[Case] = &[
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
        Chapter::Symmetric,
        "negative/cbc-partial-block",
        CIPHER,
        partial_block,
    ),
    Case::new(
        Chapter::Symmetric,
        "negative/key-of-8-bits",
        KEY_LENGTH,
        |subject| key_of(subject, 8),
    ),
    Case::new(
        Chapter::Symmetric,
        "negative/key-of-8184-bits",
        KEY_LENGTH,
        |subject| key_of(subject, 8184),
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
        &[
            F::GenerateKeyWithEpkEcc,
            F::ImportKey,
            F::AuthEnc,
            F::DestroyKey,
        ],
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
        &[
            F::GenerateKeyWithEpkEcc,
            F::ImportKey,
            F::HmacInit,
            F::HmacUpdate,
            F::HmacFinal,
            F::DestroyKey,
        ],
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
    let index = subject.kek()?;
    let (_key, _) = session.generate_key_with_kek(index, 128)?;
    refused(subject, "a wrapped key of 15 bytes", || {
        session.import_key_with_kek(index, &[1; 15])
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

fn partial_block(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (key, _) = subject.known_key(&session)?;
    refused(subject, "15 bytes in CBC", || {
        session.sm4_encrypt(&key, Mode::Cbc([0; 16]), &pattern(15))
    })
}

/// Either such a key is not made, or SM4 refuses it.
fn key_of(subject: &Subject<'_>, bits: u32) -> Verdict {
    let session = subject.session()?;
    session.generate_key_with_external_key(&subject.public_key(), 128)?;
    refused_by_any_code(subject, &format!("an SM4 key of {bits} bits"), || {
        let (key, _) = session.generate_key_with_external_key(&subject.public_key(), bits)?;
        session.sm4_encrypt(&key, Mode::Ecb, &[0; 16])
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
    let offered = subject.session()?;
    let (key, _) = subject.known_key(&offered)?;
    offered.hmac_sm3(&key, b"message")?;
    let session = subject.card.module().device(&dialect)?.session()?;
    let (key, _) = subject.known_key(&session)?;
    refused_by_any_code(subject, "the algorithm 0x7ffffffe", || {
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

const EXPORT: &[F] = &[F::ExportEncPublicKeyEcc, F::ExportSignPublicKeyEcc];
const KEK: &[F] = &[F::GenerateKeyWithKek];
const IMPORT_KEK: &[F] = &[F::GenerateKeyWithKek, F::ImportKeyWithKek, F::DestroyKey];
const CIPHER: &[F] = &[
    F::GenerateKeyWithEpkEcc,
    F::ImportKey,
    F::Encrypt,
    F::DestroyKey,
];
const OPEN: &[F] = &[
    F::GenerateKeyWithEpkEcc,
    F::ImportKey,
    F::AuthEnc,
    F::AuthDec,
    F::DestroyKey,
];
const KEY_LENGTH: &[F] = &[F::GenerateKeyWithEpkEcc, F::Encrypt, F::DestroyKey];
const FAR: u32 = 0xffff;
