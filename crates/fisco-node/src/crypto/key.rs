//! The key that signs, with a check of everything on the way to it.

#[cfg(feature = "card")]
pub(crate) use card::in_card;
#[cfg(feature = "soft")]
pub(crate) use file::in_file;

#[cfg(feature = "card")]
mod card {
    use gmt0018::{CardKey, Error, KeyIndex, Module, Pin, PinError, SessionPool};
    use sm2_batch::Portable;
    use sm2_signing::{ErrorKind, Prehash, Signer, UserId, Verifier, VerifyError};

    use crate::{
        config::{CardSettings, Password},
        crypto::{CryptoError, CryptoOptions},
    };

    /// Library, device, key index and password, in this order.
    pub(crate) fn in_card(
        settings: &CardSettings,
        options: &CryptoOptions,
    ) -> Result<CardKey, CryptoError> {
        let index = KeyIndex::new(settings.index());
        let password = options.password.password(settings.password())?;
        let pin = pin(&password).map_err(|error| CryptoError::refused(index, error.into()))?;
        let module = match &options.module {
            Some(module) => module.clone(),
            None => Module::open(settings.library())
                .map_err(|error| CryptoError::library(settings.library(), error))?,
        };
        let of_device = |error| CryptoError::device(&module, error);
        // A card that is gone is neither a wrong index nor a wrong password.
        let of = |other: fn(KeyIndex, Error) -> CryptoError| {
            move |error: Error| match error.kind() {
                ErrorKind::Device | ErrorKind::Busy | ErrorKind::Unsupported => of_device(error),
                _ => other(index, error),
            }
        };
        let device = module.device(&options.dialect).map_err(of_device)?;
        let pool = SessionPool::new(device, options.pool.clone());
        let session = pool.session().map_err(of_device)?;
        let index_of = of(CryptoError::index);
        session.sign_public_key(index).map_err(index_of)?;
        drop(session);
        let key = CardKey::new(pool, index, pin).map_err(of(CryptoError::refused))?;
        let signature = key.try_sign(&test_prehash(&key));
        let signature = signature.map_err(of(CryptoError::refused))?;
        match Portable::new().verify(key.public_key(), &test_prehash(&key), &signature) {
            Ok(()) => Ok(key),
            Err(VerifyError::Invalid) => Err(CryptoError::TestSignature(index)),
            Err(VerifyError::Backend(error)) => Err(CryptoError::engine(error)),
        }
    }

    /// A key without a password is used without asking for the right to.
    fn pin(password: &Password) -> Result<Option<Pin>, PinError> {
        match password.as_bytes() {
            [] => Ok(None),
            bytes => Pin::new(bytes).map(Some),
        }
    }

    /// Nothing that a chain signs has this text's length: it signs hashes of 32 bytes.
    fn test_prehash(key: &CardKey) -> Prehash {
        let text = b"fisco-node: signature at start";
        Prehash::of(key.public_key(), &UserId::DEFAULT, text)
    }
}

#[cfg(feature = "soft")]
mod file {
    use std::path::Path;

    use sm_soft::SoftKey;

    use crate::{config::Password, crypto::CryptoError, identity::NodePem};

    /// The private key in a PEM file.
    pub(crate) fn in_file(path: &Path, password: &Password) -> Result<SoftKey, CryptoError> {
        let password = (!password.is_empty()).then_some(password);
        let pem = NodePem::read(path, password).map_err(|source| CryptoError::KeyFile {
            path: path.to_path_buf(),
            source,
        })?;
        match pem {
            NodePem::Private(key) => Ok(SoftKey::new(key)),
            NodePem::Public(_) | NodePem::Stub(_) => {
                Err(CryptoError::NoPrivateKey(path.to_path_buf()))
            }
        }
    }
}
