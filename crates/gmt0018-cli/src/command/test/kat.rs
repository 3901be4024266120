//! Answers that are published, each with its origin.

use gmt0018::{
    Error, Function as F, Mode,
    sm2_signing::{Ciphertext, Prehash, PublicKey, Signature, UserId},
};

use super::case::{Case, Chapter, Subject, Verdict, accepts, ensure, failed};
use crate::command::hex;

pub(super) const CASES: &[Case] = &[
    Case::new(Chapter::Hash, "kat/sm3-abc", HASH, |subject| {
        digest(
            subject,
            b"abc",
            SM3_ABC,
            "GB/T 32905-2016 annex A, example 1",
        )
    }),
    Case::new(Chapter::Hash, "kat/sm3-64-bytes", HASH, |subject| {
        digest(
            subject,
            &b"abcd".repeat(16),
            SM3_64,
            "GB/T 32905-2016 annex A, example 2",
        )
    }),
    Case::new(Chapter::Hash, "kat/sm3-empty", HASH, |subject| {
        digest(subject, b"", SM3_EMPTY, "FISCO BCOS, empty input")
    }),
    Case::new(Chapter::Hash, "kat/sm3-abcd", HASH, |subject| {
        digest(subject, b"abcd", FISCO.message_digest, FISCO.origin)
    }),
    Case::new(Chapter::Hash, "kat/e-of-the-standard", HASH, |subject| {
        e(subject, &STANDARD)
    }),
    Case::new(Chapter::Hash, "kat/e-of-fisco-bcos", HASH, |subject| {
        e(subject, &FISCO)
    }),
    Case::new(
        Chapter::Asymmetric,
        "kat/verify-the-standard",
        VERIFY,
        |subject| verify(subject, &STANDARD, STANDARD.e, true),
    ),
    Case::new(
        Chapter::Asymmetric,
        "kat/verify-fisco-bcos",
        VERIFY,
        |subject| verify(subject, &FISCO, FISCO.e, true),
    ),
    Case::new(
        Chapter::Asymmetric,
        "kat/verify-fisco-bcos-without-z",
        VERIFY,
        |subject| verify(subject, &FISCO, FISCO.message_digest, false),
    ),
    Case::new(
        Chapter::Asymmetric,
        "kat/decrypt-the-standard",
        &[F::ExternalDecryptEcc],
        decrypt,
    ),
    Case::new(
        Chapter::Symmetric,
        "kat/sm4-block",
        &[F::ImportKey, F::Encrypt, F::Decrypt, F::DestroyKey],
        sm4,
    ),
];

/// A published signature.
struct Signed {
    origin: &'static str,
    public_key: &'static str,
    /// What follows Z.
    message: &'static str,
    /// SM3 of the text that the message stands for, without Z.
    message_digest: &'static str,
    e: &'static str,
    signature: &'static str,
}

const STANDARD: Signed = Signed {
    origin: "GB/T 32918.5-2017 annex A.2",
    public_key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                 ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
    // "message digest"
    message: "6d65737361676520646967657374",
    message_digest: "",
    e: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
    signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
                b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
};

/// The digest of "abcd" is itself the message there.
const FISCO: Signed = Signed {
    origin: "FISCO BCOS, bcos-crypto/test/unittests/SignatureTest.cpp",
    public_key: "f7dee65e76603ed7cd4c598d53cabe875c459e0fae4c6fd7b858189fd4741081\
                 e970bca0d5cb571a7ac30586aec71b23187d4b25e59143812f74a2744604d42b",
    message: "82ec580fe6d36ae4f81cae3c73f4a5b3b5a09c943172dc9053c69fd8e18dca1e",
    message_digest: "82ec580fe6d36ae4f81cae3c73f4a5b3b5a09c943172dc9053c69fd8e18dca1e",
    e: "bf2deebb8fa0b9a60d6cf1c6a8c8607febcaa916b333a2cbd4c386c13fc196c5",
    signature: "cd39bf939d999ca710576a629c962edfc28608701a3a7b61c971daeac5a1399c\
                f4a7272fa80783e171c7fd5b038a3af4521f681ebe9fd44db3b60e750c438293",
};

fn digest(subject: &Subject<'_>, message: &[u8], expected: &str, origin: &str) -> Verdict {
    let found = hex(&subject.session()?.sm3(message)?);
    ensure(
        found == expected,
        format!("{found} instead of {expected} ({origin})"),
    )?;
    Ok(origin.to_owned())
}

fn e(subject: &Subject<'_>, known: &Signed) -> Verdict {
    let session = subject.session()?;
    let (key, message) = (
        parsed(PublicKey::from_hex(known.public_key))?,
        bytes(known.message)?,
    );
    let found = session.sm3_with_z(&key, &UserId::DEFAULT, &message)?;
    let found = hex(found.as_bytes());
    ensure(
        found == known.e,
        format!("e is {found} instead of {} ({})", known.e, known.origin),
    )?;
    Ok(known.origin.to_owned())
}

fn verify(subject: &Subject<'_>, known: &Signed, e: &str, valid: bool) -> Verdict {
    let session = subject.session()?;
    let key = parsed(PublicKey::from_hex(known.public_key))?;
    let signature = parsed(Signature::from_hex(known.signature))?;
    let e = parsed(Prehash::from_hex(e))?;
    let accepted = accepts(session.verify_external(&key, &e, &signature))?;
    let wrong = if valid { "refuses" } else { "accepts" };
    ensure(
        accepted == valid,
        format!("{wrong} the signature ({})", known.origin),
    )?;
    Ok(known.origin.to_owned())
}

fn decrypt(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let scalar = bytes(PRIVATE_KEY)?;
    let scalar = scalar
        .first_chunk()
        .ok_or_else(|| failed("the constant is too short"))?;
    let sealed = parsed(Ciphertext::from_c1c3c2(&bytes(CIPHERTEXT)?))?;
    let found = session.sm2_decrypt_external(scalar, &sealed)?;
    let origin = "GB/T 32918.5-2017 annex C.2";
    ensure(
        *found == b"encryption standard",
        format!("decrypts to something else ({origin})"),
    )?;
    Ok(origin.to_owned())
}

/// The key is a session key: it is gone with its session.
fn sm4(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let block = bytes(SM4_KEY)?;
    let origin = "GB/T 32907-2016 annex A, example 1";
    let key = match session.import_key(&block) {
        Err(cause @ Error::MissingSymbol(_)) => return Err(cause.into()),
        other => other?,
    };
    let sealed = session.sm4_encrypt(&key, Mode::Ecb, &block)?;
    ensure(
        hex(&sealed) == SM4_CIPHERTEXT,
        format!("{} instead of {SM4_CIPHERTEXT} ({origin})", hex(&sealed)),
    )?;
    let opened = session.sm4_decrypt(&key, Mode::Ecb, &sealed)?;
    ensure(opened == block, format!("does not decrypt ({origin})"))?;
    Ok(origin.to_owned())
}

fn bytes(text: &str) -> Result<Vec<u8>, super::case::Trouble> {
    base16ct::mixed::decode_vec(text).map_err(|cause| failed(cause.to_string()))
}

fn parsed<T>(
    outcome: Result<T, gmt0018::sm2_signing::EncodingError>,
) -> Result<T, super::case::Trouble> {
    outcome.map_err(|cause| failed(cause.to_string()))
}

const HASH: &[F] = &[F::HashInit, F::HashUpdate, F::HashFinal];
const VERIFY: &[F] = &[F::ExternalVerifyEcc];
const SM3_ABC: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
const SM3_64: &str = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";
const SM3_EMPTY: &str = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
/// Also the plaintext of the standard's example.
const SM4_KEY: &str = "0123456789abcdeffedcba9876543210";
const SM4_CIPHERTEXT: &str = "681edf34d206965e86b3e94f536e4246";
/// The example's private key, which protects nothing.
const PRIVATE_KEY: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const CIPHERTEXT: &str = "\
04\
04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73\
e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0\
59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766\
21886ca989ca9c7d58087307ca93092d651efa";
