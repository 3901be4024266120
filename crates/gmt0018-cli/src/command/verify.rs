//! `gmt0018 verify`.

mod batch;
mod item;

use std::path::Path;

use gmt0018::sm2_signing::{EncodingError, PublicKey, Signature, Verifier as _, VerifyError};
use serde::Serialize;
use sm_soft::{SoftVerifier, curve};

use super::message;
use crate::{
    arguments::VerifyArguments,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    input,
    output::Output,
};

#[derive(Serialize)]
struct Report {
    valid: bool,
    public_key: String,
    e: String,
    /// `null` with --digest.
    user_id: Option<String>,
    /// `null` when software did it.
    device: Option<DeviceReport>,
}

pub(crate) fn run(arguments: &VerifyArguments, output: Output) -> Result<Exit, Error> {
    if let Some(items) = &arguments.batch.items {
        return batch::run(items, &arguments.batch, output);
    }
    let (Some(key), Some(signature)) = (&arguments.public_key, &arguments.signature) else {
        return Err(Error::options(
            "a key or a signature is missing",
            "give --public-key and --signature, or --batch",
        ));
    };
    let key = public_key(key)?;
    let signature = signature_or_file(signature)?;
    let message = message(&arguments.message, &key, output)?;
    let (verdict, device) = if arguments.on_card {
        let card = Card::open(&arguments.device, Unnamed::StoreOrMemory, output)?;
        let verdict = card
            .session()?
            .verify_external(&key, &message.e, &signature);
        (verdict, Some(card.report()))
    } else {
        (
            SoftVerifier::new().verify(&key, &message.e, &signature),
            None,
        )
    };
    let valid = match verdict {
        Ok(()) => true,
        Err(VerifyError::Invalid) => false,
        Err(VerifyError::Backend(cause)) => {
            return Err(Error::backend(
                "the signature could not be verified",
                &cause,
            ));
        }
    };
    if !curve::is_on_curve(&key) {
        output.note("remark: the public key is not a point of the SM2 curve");
    }
    let report = Report {
        valid,
        public_key: key.to_string(),
        e: message.e.to_string(),
        user_id: message.user_id,
        device,
    };
    output.result(&report, if valid { "valid" } else { "invalid" })?;
    Ok(if valid { Exit::Ok } else { Exit::CheckFailed })
}

/// The public key in hex, or in a PEM file after `@`.
pub(super) fn public_key(text: &str) -> Result<PublicKey, Error> {
    let option = "--public-key";
    let Some(path) = text.strip_prefix('@') else {
        let advice = "give x || y in 128 hex digits, or @ and the path of a PEM file";
        return PublicKey::from_hex(text).map_err(|cause| Error::encoding(option, &cause, advice));
    };
    let advice = "pass a SubjectPublicKeyInfo PEM, such as `gmt0018 soft export-public` writes";
    let bytes = input::key_file(Path::new(path))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Error::bad_value(option, format!("{path} is not text"), advice))?;
    PublicKey::from_spki_pem(text.trim_start())
        .map_err(|cause| Error::bad_value(option, format!("{path}: {cause}"), advice))
}

/// The signature in hex, or in a file after `@`.
fn signature_or_file(text: &str) -> Result<Signature, Error> {
    let refused = |cause: EncodingError| Error::signature_value(&cause);
    let Some(path) = text.strip_prefix('@') else {
        return signature(text).map_err(refused);
    };
    let bytes = input::at_most(Path::new(path), LONGEST_SIGNATURE)?;
    match std::str::from_utf8(bytes.trim_ascii()) {
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_hexdigit()) => signature(text),
        // DER first: 64 bytes that are DER by chance are none that a signature has.
        _ => Signature::from_der(&bytes).or_else(|cause| match bytes.first_chunk() {
            Some(raw) if bytes.len() == raw.len() => Ok(Signature::from_bytes(raw)),
            _ => Err(cause),
        }),
    }
    .map_err(refused)
}

/// The signature in hex: 128 digits are r ‖ s, everything else is DER.
fn signature(text: &str) -> Result<Signature, EncodingError> {
    if text.len() == 128 {
        return Signature::from_hex(text);
    }
    let der = base16ct::mixed::decode_vec(text);
    Signature::from_der(&der.map_err(|_| EncodingError::Hex { what: "signature" })?)
}

/// Of a file: DER in hex digits with blanks around it, and some more to say what it is not.
const LONGEST_SIGNATURE: usize = 4096;
