//! Key management (6.3) and its extensions: public keys, session keys, key agreement, KEKs.

use gmt0018_softcard::{AgreementKeys, CardError, KeyHandle, Role};
use gmt0018_sys::{ECCCipher, ECCrefPrivateKey, ECCrefPublicKey, Handle, Rv};

use crate::algorithm;
use crate::entry::entry;
use crate::handle::Kind;
use crate::world::{to_pointer, with_session};

/// The public signing key at an index.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExportSignPublicKey_ECC(
    session: Handle,
    index: u32,
    public_key: *mut ECCrefPublicKey,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.write_public_key(public_key, &session.export_public_key(index, Role::Sign)?)
        })
    })
}

/// The public encryption key at an index.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExportEncPublicKey_ECC(
    session: Handle,
    index: u32,
    public_key: *mut ECCrefPublicKey,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.write_public_key(
                public_key,
                &session.export_public_key(index, Role::Encrypt)?,
            )
        })
    })
}

/// Makes an SM2 key pair and gives both halves out (6.8 in the 2023 edition).
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GenerateKeyPair_ECC(
    session: Handle,
    algorithm: u32,
    bits: u32,
    public_key: *mut ECCrefPublicKey,
    private_key: *mut ECCrefPrivateKey,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            algorithm::sm2(algorithm)?;
            if bits != 256 {
                return Err(CardError::Argument("SM2 keys have 256 bits"));
            }
            caller.wants(public_key)?;
            caller.wants(private_key)?;
            let (public, secret) = session.generate_key_pair()?;
            caller.write_public_key(public_key, &public)?;
            caller.write_secret_key(private_key, &secret)
        })
    })
}

/// Makes a session key, wrapped with an internal encryption public key.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GenerateKeyWithIPK_ECC(
    session: Handle,
    index: u32,
    bits: u32,
    wrapped: *mut ECCCipher,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(wrapped)?;
            caller.wants(key)?;
            let (cipher, handle) = session.generate_key_with_internal_public_key(index, bits)?;
            caller.write_ciphertext(wrapped, &cipher)?;
            caller.write(key, key_pointer(handle))
        })
    })
}

/// Makes a session key, wrapped with a public key from outside.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GenerateKeyWithEPK_ECC(
    session: Handle,
    bits: u32,
    algorithm: u32,
    public_key: *mut ECCrefPublicKey,
    wrapped: *mut ECCCipher,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            algorithm::sm2(algorithm)?;
            caller.wants(wrapped)?;
            caller.wants(key)?;
            let public_key = caller.public_key(public_key)?;
            let (cipher, handle) = session.generate_key_with_public_key(&public_key, bits)?;
            caller.write_ciphertext(wrapped, &cipher)?;
            caller.write(key, key_pointer(handle))
        })
    })
}

/// Unwraps a session key with an internal encryption private key.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ImportKeyWithISK_ECC(
    session: Handle,
    index: u32,
    wrapped: *mut ECCCipher,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(key)?;
            let wrapped = caller.ciphertext(wrapped)?;
            let handle = session.import_key_with_private_key(index, &wrapped)?;
            caller.write(key, key_pointer(handle))
        })
    })
}

/// Starts a key agreement as sponsor.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GenerateAgreementDataWithECC(
    session: Handle,
    index: u32,
    bits: u32,
    id: *mut u8,
    id_length: u32,
    public_key: *mut ECCrefPublicKey,
    temporary: *mut ECCrefPublicKey,
    agreement: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(public_key)?;
            caller.wants(temporary)?;
            caller.wants(agreement)?;
            let id = caller.input(id, id_length)?;
            let (keys, handle) = session.sponsor_agreement(index, bits, id)?;
            caller.write_public_key(public_key, &keys.public_key)?;
            caller.write_public_key(temporary, &keys.temporary)?;
            caller.write(agreement, to_pointer(Kind::Agreement.tag(handle.id())))
        })
    })
}

/// Completes a key agreement as sponsor.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GenerateKeyWithECC(
    session: Handle,
    responder_id: *mut u8,
    responder_id_length: u32,
    public_key: *mut ECCrefPublicKey,
    temporary: *mut ECCrefPublicKey,
    agreement: Handle,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(key)?;
            let id = caller.input(responder_id, responder_id_length)?;
            let (public, temporary) = (
                caller.public_key(public_key)?,
                caller.public_key(temporary)?,
            );
            let agreement = handle_of(Kind::Agreement, agreement)?;
            let responder = AgreementKeys::new(public, temporary);
            let handle = session.complete_agreement(agreement, &responder, id)?;
            caller.write(key, key_pointer(handle))
        })
    })
}

/// Answers a key agreement as responder.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GenerateAgreementDataAndKeyWithECC(
    session: Handle,
    index: u32,
    bits: u32,
    responder_id: *mut u8,
    responder_id_length: u32,
    sponsor_id: *mut u8,
    sponsor_id_length: u32,
    sponsor_public_key: *mut ECCrefPublicKey,
    sponsor_temporary: *mut ECCrefPublicKey,
    public_key: *mut ECCrefPublicKey,
    temporary: *mut ECCrefPublicKey,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(public_key)?;
            caller.wants(temporary)?;
            caller.wants(key)?;
            let id = caller.input(responder_id, responder_id_length)?;
            let sponsor_id = caller.input(sponsor_id, sponsor_id_length)?;
            let sponsor = AgreementKeys::new(
                caller.public_key(sponsor_public_key)?,
                caller.public_key(sponsor_temporary)?,
            );
            let (keys, handle) =
                session.respond_to_agreement(index, bits, id, &sponsor, sponsor_id)?;
            caller.write_public_key(public_key, &keys.public_key)?;
            caller.write_public_key(temporary, &keys.temporary)?;
            caller.write(key, key_pointer(handle))
        })
    })
}

/// Re-wraps a session key from an internal encryption key to a public key from outside.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExchangeDigitEnvelopeBaseOnECC(
    session: Handle,
    index: u32,
    algorithm: u32,
    public_key: *mut ECCrefPublicKey,
    input: *mut ECCCipher,
    output: *mut ECCCipher,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            algorithm::sm2(algorithm)?;
            caller.wants(output)?;
            let public_key = caller.public_key(public_key)?;
            let envelope = caller.ciphertext(input)?;
            let exchanged = session.exchange_digital_envelope(index, &public_key, &envelope)?;
            caller.write_ciphertext(output, &exchanged)
        })
    })
}

/// Makes a session key, wrapped with a key-encryption key.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GenerateKeyWithKEK(
    session: Handle,
    bits: u32,
    algorithm: u32,
    index: u32,
    wrapped: *mut u8,
    length: *mut u32,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let wrap = algorithm::kek_wrap(algorithm)?;
            if caller.asked_length(wrapped, length, wrap.wrapped_length(bits)?)? {
                return Ok(());
            }
            caller.wants(key)?;
            let (blob, handle) = session.generate_key_with_kek(index, wrap, bits)?;
            caller.output(wrapped, length, &blob)?;
            caller.write(key, key_pointer(handle))
        })
    })
}

/// Unwraps a session key with a key-encryption key.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ImportKeyWithKEK(
    session: Handle,
    algorithm: u32,
    index: u32,
    wrapped: *mut u8,
    length: u32,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(key)?;
            let wrap = algorithm::kek_wrap(algorithm)?;
            let wrapped = caller.short_input(wrapped, length)?;
            let handle = session.import_key_with_kek(index, wrap, wrapped)?;
            caller.write(key, key_pointer(handle))
        })
    })
}

/// Takes a session key in plain.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ImportKey(
    session: Handle,
    plain: *mut u8,
    length: u32,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(key)?;
            let handle = session.import_key(caller.short_input(plain, length)?)?;
            caller.write(key, key_pointer(handle))
        })
    })
}

/// A handle to an internal key-encryption key, for use on data.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_GetSymmKeyHandle(
    session: Handle,
    index: u32,
    key: *mut Handle,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(key)?;
            caller.write(key, key_pointer(session.kek_handle(index)?))
        })
    })
}

/// Destroys a session key or an agreement that was not completed.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_DestroyKey(session: Handle, key: Handle) -> Rv {
    entry!(|_caller| {
        with_session(session, |session| match handle_of(Kind::Agreement, key) {
            Ok(agreement) => session.destroy_agreement(agreement),
            Err(_) => session.destroy_key(key_handle(key)?),
        })
    })
}

/// The key that a C handle names.
pub(crate) fn key_handle(key: Handle) -> Result<KeyHandle, CardError> {
    handle_of(Kind::Key, key)
}

fn handle_of(kind: Kind, handle: Handle) -> Result<KeyHandle, CardError> {
    kind.untag(handle.addr())
        .map(KeyHandle::from_id)
        .ok_or(CardError::KeyHandle)
}

fn key_pointer(key: KeyHandle) -> Handle {
    to_pointer(Kind::Key.tag(key.id()))
}
