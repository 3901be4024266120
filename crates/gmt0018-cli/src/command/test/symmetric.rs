//! Symmetric operations (GM/T 0018 clause 6.5): SM4 in every mode, against software.

use gmt0018::{Aead, Error, Function as F, Mode, Session, SessionKey};
use sm_soft::cipher::{self, AeadMode, CbcMac, Sm4Key};

use super::case::{Case, Chapter, Subject, Trouble, Verdict, ensure, failed, pattern};

pub(super) const CASES: &[Case] = &[
    case("symmetric/ecb", ONE_CALL, |subject| {
        one_call(subject, Mode::Ecb, &BLOCKS)
    }),
    case("symmetric/cbc", ONE_CALL, |subject| {
        one_call(subject, Mode::Cbc(IV), &BLOCKS)
    }),
    case("symmetric/cfb", ONE_CALL, |subject| {
        one_call(subject, Mode::Cfb(IV), &BLOCKS)
    }),
    case("symmetric/ofb", ONE_CALL, |subject| {
        one_call(subject, Mode::Ofb(IV), &BLOCKS)
    }),
    case("symmetric/ctr", ONE_CALL, |subject| {
        one_call(subject, Mode::Ctr(IV), &BLOCKS)
    }),
    case("symmetric/ctr-any-length", ONE_CALL, |subject| {
        one_call(subject, Mode::Ctr(IV), &[1, 15, 17, 100])
    }),
    case("symmetric/ecb-in-parts", IN_PARTS, |subject| {
        in_parts(subject, Mode::Ecb)
    }),
    case("symmetric/cbc-in-parts", IN_PARTS, |subject| {
        in_parts(subject, Mode::Cbc(IV))
    }),
    case("symmetric/ctr-in-parts", IN_PARTS, |subject| {
        in_parts(subject, Mode::Ctr(IV))
    }),
    case(
        "symmetric/mac",
        &[
            F::GenerateKeyWithEpkEcc,
            F::ImportKey,
            F::CalculateMac,
            F::DestroyKey,
        ],
        mac,
    ),
    case(
        "symmetric/mac-in-parts",
        &[
            F::GenerateKeyWithEpkEcc,
            F::ImportKey,
            F::CalculateMacInit,
            F::CalculateMacUpdate,
            F::CalculateMacFinal,
            F::DestroyKey,
        ],
        mac_in_parts,
    ),
    case("symmetric/gcm", AUTHENTICATED, |subject| {
        authenticated(subject, Aead::Gcm)
    }),
    case("symmetric/ccm", AUTHENTICATED, |subject| {
        authenticated(subject, Aead::Ccm)
    }),
    case("symmetric/gcm-in-parts", AUTHENTICATED_PARTS, |subject| {
        authenticated_in_parts(subject, Aead::Gcm)
    }),
    case("symmetric/ccm-in-parts", AUTHENTICATED_PARTS, |subject| {
        authenticated_in_parts(subject, Aead::Ccm)
    }),
];

const fn case(name: &'static str, calls: &'static [F], run: fn(&Subject<'_>) -> Verdict) -> Case {
    Case::new(Chapter::Symmetric, name, calls, run)
}

fn one_call(subject: &Subject<'_>, mode: Mode, lengths: &[usize]) -> Verdict {
    let session = subject.session()?;
    let (key, bytes) = subject.known_key(&session)?;
    for &length in lengths {
        let plain = pattern(length);
        let sealed = session.sm4_encrypt(&key, mode, &plain)?;
        ensure(
            sealed == in_software(mode, &bytes, &plain)?,
            format!("{length} bytes encrypt otherwise than in software"),
        )?;
        ensure(
            session.sm4_decrypt(&key, mode, &sealed)? == plain,
            format!("{length} bytes do not decrypt to what was encrypted"),
        )?;
    }
    Ok(format!("{lengths:?} bytes, as in software"))
}

fn in_parts(subject: &Subject<'_>, mode: Mode) -> Verdict {
    let mut session = subject.session()?;
    let (key, bytes) = subject.known_key(&session)?;
    let plain = pattern(112);
    let sealed = stream(&mut session, &key, mode, &plain, true)?;
    ensure(
        sealed == in_software(mode, &bytes, &plain)?,
        "encrypts otherwise than in software",
    )?;
    let opened = stream(&mut session, &key, mode, &sealed, false)?;
    ensure(opened == plain, "does not decrypt to what was encrypted")?;
    Ok("112 bytes in parts of 16, 64 and 32, as in software".to_owned())
}

fn stream(
    session: &mut Session,
    key: &SessionKey,
    mode: Mode,
    data: &[u8],
    encrypt: bool,
) -> Result<Vec<u8>, Error> {
    let mut stream = if encrypt {
        session.sm4_encrypt_stream(key, mode)?
    } else {
        session.sm4_decrypt_stream(key, mode)?
    };
    let mut result = Vec::new();
    for part in parts(data) {
        result.extend(stream.update(part)?);
    }
    result.extend(stream.finish()?);
    Ok(result)
}

fn mac(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (key, bytes) = subject.known_key(&session)?;
    for length in BLOCKS {
        let data = pattern(length);
        ensure(
            session.sm4_mac(&key, &IV, &data)? == mac_in_software(&bytes, &data)?,
            format!("the MAC of {length} bytes is not that of software"),
        )?;
    }
    Ok(format!("{BLOCKS:?} bytes, as in software"))
}

fn mac_in_parts(subject: &Subject<'_>) -> Verdict {
    let mut session = subject.session()?;
    let (key, bytes) = subject.known_key(&session)?;
    let data = pattern(112);
    let mut stream = session.sm4_mac_stream(&key, &IV)?;
    for part in parts(&data) {
        stream.update(part)?;
    }
    ensure(
        stream.finish()? == mac_in_software(&bytes, &data)?,
        "the MAC is not that of software",
    )?;
    Ok("112 bytes in parts, as in software".to_owned())
}

fn authenticated(subject: &Subject<'_>, aead: Aead) -> Verdict {
    let session = subject.session()?;
    let (key, bytes) = subject.known_key(&session)?;
    for length in [1, 16, 100, 1024] {
        let plain = pattern(length);
        let (sealed, tag) =
            session.sm4_auth_encrypt(&key, aead, &NONCE, HEADER, &plain, TAG_LENGTH)?;
        ensure(
            (sealed.clone(), tag.clone()) == sealed_in_software(aead, &bytes, &plain)?,
            format!("{length} bytes are sealed otherwise than in software"),
        )?;
        let opened = session.sm4_auth_decrypt(&key, aead, &NONCE, HEADER, &sealed, &tag)?;
        ensure(opened == plain, "does not open to what was sealed")?;
    }
    Ok("1, 16, 100 and 1024 bytes, as in software".to_owned())
}

fn authenticated_in_parts(subject: &Subject<'_>, aead: Aead) -> Verdict {
    let mut session = subject.session()?;
    let (key, bytes) = subject.known_key(&session)?;
    let plain = pattern(112);
    let mut encryptor =
        session.sm4_auth_encrypt_stream(&key, aead, &NONCE, HEADER, 112, TAG_LENGTH)?;
    let mut sealed = Vec::new();
    for part in parts(&plain) {
        sealed.extend(encryptor.update(part)?);
    }
    let (rest, tag) = encryptor.finish()?;
    sealed.extend(rest);
    ensure(
        (sealed.clone(), tag.clone()) == sealed_in_software(aead, &bytes, &plain)?,
        "is sealed otherwise than in software",
    )?;
    let mut decryptor = session.sm4_auth_decrypt_stream(&key, aead, &NONCE, HEADER, &tag, 112)?;
    let mut opened = Vec::new();
    for part in parts(&sealed) {
        opened.extend(decryptor.update(part)?);
    }
    opened.extend(decryptor.finish()?);
    ensure(opened == plain, "does not open to what was sealed")?;
    Ok("112 bytes in parts of 16, 64 and 32, as in software".to_owned())
}

/// A message of 112 bytes in parts of whole blocks, which every card takes.
fn parts(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (first, rest) = data.split_at_checked(16).unwrap_or((data, &[]));
    let (second, third) = rest.split_at_checked(64).unwrap_or((rest, &[]));
    [first, second, third].into_iter()
}

fn in_software(mode: Mode, key: &Sm4Key, plain: &[u8]) -> Result<Vec<u8>, Trouble> {
    let (mode, iv): (_, &[u8]) = match &mode {
        Mode::Ecb => (cipher::Mode::Ecb, &[]),
        Mode::Cbc(iv) => (cipher::Mode::Cbc, iv),
        Mode::Cfb(iv) => (cipher::Mode::Cfb, iv),
        Mode::Ofb(iv) => (cipher::Mode::Ofb, iv),
        Mode::Ctr(iv) => (cipher::Mode::Ctr, iv),
    };
    cipher::encrypt(mode, key, iv, plain).map_err(|cause| software(&cause))
}

fn mac_in_software(key: &Sm4Key, data: &[u8]) -> Result<[u8; 16], Trouble> {
    let mut mac = CbcMac::new(key, &IV);
    mac.update(data);
    mac.finish().map_err(|cause| software(&cause))
}

fn sealed_in_software(
    aead: Aead,
    key: &Sm4Key,
    plain: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), Trouble> {
    let mode = match aead {
        Aead::Ccm => AeadMode::Ccm,
        _ => AeadMode::Gcm,
    };
    let (sealed, tag) = cipher::aead_encrypt(mode, key, &NONCE, HEADER, plain, TAG_LENGTH)
        .map_err(|cause| software(&cause))?;
    Ok((sealed, tag.as_bytes().to_vec()))
}

fn software(cause: &cipher::Error) -> Trouble {
    failed(format!("the comparison in software failed: {cause}"))
}

const ONE_CALL: &[F] = &[
    F::GenerateKeyWithEpkEcc,
    F::ImportKey,
    F::Encrypt,
    F::Decrypt,
    F::DestroyKey,
];
const IN_PARTS: &[F] = &[
    F::GenerateKeyWithEpkEcc,
    F::ImportKey,
    F::EncryptInit,
    F::EncryptUpdate,
    F::EncryptFinal,
    F::DecryptInit,
    F::DecryptUpdate,
    F::DecryptFinal,
    F::DestroyKey,
];
const AUTHENTICATED: &[F] = &[
    F::GenerateKeyWithEpkEcc,
    F::ImportKey,
    F::AuthEnc,
    F::AuthDec,
    F::DestroyKey,
];
const AUTHENTICATED_PARTS: &[F] = &[
    F::GenerateKeyWithEpkEcc,
    F::ImportKey,
    F::AuthEncInit,
    F::AuthEncUpdate,
    F::AuthEncFinal,
    F::AuthDecInit,
    F::AuthDecUpdate,
    F::AuthDecFinal,
    F::DestroyKey,
];
const BLOCKS: [usize; 4] = [16, 32, 1024, 4080];
/// Its counter overflows after the second block.
const IV: [u8; 16] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
];
pub(super) const NONCE: [u8; 12] = [7; 12];
pub(super) const HEADER: &[u8] = b"additional data";
pub(super) const TAG_LENGTH: usize = 16;
