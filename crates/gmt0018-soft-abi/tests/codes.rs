//! The codes that the card's errors become are those of the interface.

use gmt0018_soft::card::CardError;
use gmt0018_soft::card::store::StoreError;
use gmt0018_sys::*;

#[test]
fn every_error_has_its_code() {
    let errors = [
        (CardError::Internal(""), SDR_UNKNOWERR),
        (CardError::NotSupported, SDR_NOTSUPPORT),
        (CardError::ErrorState(""), SDR_HARDFAIL),
        (CardError::TooManySessions, SDR_OPENSESSION),
        (CardError::NoAccessRight { index: 1 }, SDR_PARDENY),
        (CardError::NoSuchKey { what: "", index: 1 }, SDR_KEYNOTEXIST),
        (CardError::Algorithm(1), SDR_ALGNOTSUPPORT),
        (CardError::Mode(1), SDR_ALGMODNOTSUPPORT),
        (CardError::PublicKey, SDR_PKOPERR),
        (CardError::PrivateKey, SDR_SKOPERR),
        (CardError::Sign, SDR_SIGNERR),
        (CardError::SignatureInvalid, SDR_VERIFYERR),
        (CardError::TagMismatch, SDR_VERIFYERR),
        (CardError::Step(""), SDR_STEPERR),
        (CardError::KeyType(1), SDR_KEYTYPEERR),
        (CardError::KeyHandle, SDR_KEYERR),
        (CardError::Ciphertext, SDR_ENCDATAERR),
        (CardError::Random(""), SDR_RANDERR),
        (CardError::Argument(""), SDR_INARGERR),
        (CardError::Output(""), SDR_OUTARGERR),
        (CardError::UserId, SDR_USERIDERR),
        (
            StoreError::Missing {
                directory: "d".into(),
            }
            .into(),
            SDR_OPENDEVICE,
        ),
        (StoreError::KeyNotFound { index: 1 }.into(), SDR_KEYNOTEXIST),
        (StoreError::KekNotFound { index: 1 }.into(), SDR_KEYNOTEXIST),
        (StoreError::PasswordLength { length: 1 }.into(), SDR_PRKRERR),
        (StoreError::FileNotFound.into(), SDR_FILENOEXIST),
        (StoreError::FileExists.into(), SDR_FILEEXISTS),
        (
            StoreError::FileRange {
                offset: 1,
                length: 1,
                size: 1,
            }
            .into(),
            SDR_FILEOFSERR,
        ),
        (
            StoreError::Capacity { needed: 1, free: 0 }.into(),
            SDR_FILESIZEERR,
        ),
        (
            StoreError::Corrupt {
                file: "f".into(),
                why: String::new(),
            }
            .into(),
            SDR_COMMFAIL,
        ),
    ];
    for (error, code) in errors {
        assert_eq!(error.code(), code, "{error:?}");
    }
}
