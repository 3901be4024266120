//! Asymmetric operations (6.4) and their extensions: SM2 signatures and encryption.

use gmt0018_softcard::Role;
use gmt0018_sys::{ECCCipher, ECCSignature, ECCrefPrivateKey, ECCrefPublicKey, Handle, Rv};

use crate::algorithm;
use crate::entry::entry;
use crate::world::with_session;

/// Verifies a signature of e with a public key from outside.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalVerify_ECC(
    session: Handle,
    algorithm: u32,
    public_key: *mut ECCrefPublicKey,
    data: *mut u8,
    length: u32,
    signature: *mut ECCSignature,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            algorithm::sm2(algorithm)?;
            let public_key = caller.public_key(public_key)?;
            let e = caller.prehash(data, length)?;
            session.verify(&public_key, &e, &caller.signature(signature)?)
        })
    })
}

/// Signs e with an internal signing key.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_InternalSign_ECC(
    session: Handle,
    index: u32,
    data: *mut u8,
    length: u32,
    signature: *mut ECCSignature,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(signature)?;
            let e = caller.prehash(data, length)?;
            caller.write_signature(signature, &session.sign(index, Role::Sign, &e)?)
        })
    })
}

/// The same with the key named by an algorithm id.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_InternalSign_ECC_Ex(
    session: Handle,
    index: u32,
    algorithm: u32,
    data: *mut u8,
    length: u32,
    signature: *mut ECCSignature,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(signature)?;
            let role = algorithm::signing_role(algorithm)?;
            let e = caller.prehash(data, length)?;
            caller.write_signature(signature, &session.sign(index, role, &e)?)
        })
    })
}

/// Verifies a signature of e with an internal signing key.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_InternalVerify_ECC(
    session: Handle,
    index: u32,
    data: *mut u8,
    length: u32,
    signature: *mut ECCSignature,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let e = caller.prehash(data, length)?;
            session.verify_internal(index, Role::Sign, &e, &caller.signature(signature)?)
        })
    })
}

/// The same with the key named by an algorithm id.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_InternalVerify_ECC_Ex(
    session: Handle,
    index: u32,
    algorithm: u32,
    data: *mut u8,
    length: u32,
    signature: *mut ECCSignature,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let role = algorithm::signing_role(algorithm)?;
            let e = caller.prehash(data, length)?;
            session.verify_internal(index, role, &e, &caller.signature(signature)?)
        })
    })
}

/// Signs e with a private key from outside.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalSign_ECC(
    session: Handle,
    algorithm: u32,
    private_key: *mut ECCrefPrivateKey,
    data: *mut u8,
    length: u32,
    signature: *mut ECCSignature,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(signature)?;
            algorithm::sm2(algorithm)?;
            let key = caller.secret_key(private_key)?;
            let e = caller.prehash(data, length)?;
            caller.write_signature(signature, &session.external_sign(key, &e)?)
        })
    })
}

/// Encrypts 1 to 4096 bytes to a public key from outside.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalEncrypt_ECC(
    session: Handle,
    algorithm: u32,
    public_key: *mut ECCrefPublicKey,
    data: *mut u8,
    length: u32,
    ciphertext: *mut ECCCipher,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(ciphertext)?;
            algorithm::sm2(algorithm)?;
            let public_key = caller.public_key(public_key)?;
            let plaintext = caller.plaintext(data, length)?;
            caller.write_ciphertext(ciphertext, &session.encrypt_to(&public_key, plaintext)?)
        })
    })
}

/// Decrypts with a private key from outside.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ExternalDecrypt_ECC(
    session: Handle,
    algorithm: u32,
    private_key: *mut ECCrefPrivateKey,
    ciphertext: *mut ECCCipher,
    data: *mut u8,
    length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            algorithm::sm2(algorithm)?;
            let key = caller.secret_key(private_key)?;
            let ciphertext = caller.ciphertext(ciphertext)?;
            if caller.asked_length(data, length, ciphertext.c2().len())? {
                return Ok(());
            }
            caller.output(data, length, &session.external_decrypt(&key, &ciphertext)?)
        })
    })
}

/// Encrypts to an internal public key: `SGD_SM2_1` names the signing pair, anything else the
/// encryption pair.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_InternalEncrypt_ECC(
    session: Handle,
    index: u32,
    algorithm: u32,
    data: *mut u8,
    length: u32,
    ciphertext: *mut ECCCipher,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            caller.wants(ciphertext)?;
            let plaintext = caller.plaintext(data, length)?;
            let role = algorithm::encryption_role(algorithm);
            let encrypted = session.encrypt_internal(index, role, plaintext)?;
            caller.write_ciphertext(ciphertext, &encrypted)
        })
    })
}

/// Decrypts with an internal private key: `SGD_SM2_1` names the signing pair, anything else the
/// encryption pair.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_InternalDecrypt_ECC(
    session: Handle,
    index: u32,
    algorithm: u32,
    ciphertext: *mut ECCCipher,
    data: *mut u8,
    length: *mut u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let ciphertext = caller.ciphertext(ciphertext)?;
            if caller.asked_length(data, length, ciphertext.c2().len())? {
                return Ok(());
            }
            let role = algorithm::encryption_role(algorithm);
            caller.output(
                data,
                length,
                &session.decrypt_internal(index, role, &ciphertext)?,
            )
        })
    })
}
