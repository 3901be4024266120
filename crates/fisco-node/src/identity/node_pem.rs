//! `conf/node.pem`: the key of a node, or what stands for a key in a card.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use sm_soft::{SecretKey, curve, keyfile};
use sm2_signing::PublicKey;
use zeroize::Zeroizing;

use super::NodeId;
use crate::config::Password;

/// What a `node.pem` holds.
///
/// With a key in a card the file is not used for signing, but the tools around a node read the public key from it. It then
/// holds a public key, or a *stub*: a private key file whose public key is the card's and whose private key is the number 1,
/// which signs for nobody. `build_chain.sh -n` takes stubs and no public keys.
///
/// ```
/// use fisco_node::identity::{NodeId, NodePem};
///
/// let id: NodeId = "f7dee65e76603ed7cd4c598d53cabe875c459e0fae4c6fd7b858189fd4741081\
///                   e970bca0d5cb571a7ac30586aec71b23187d4b25e59143812f74a2744604d42b".parse()?;
/// let stub = NodePem::Stub(*id.public_key()).to_pem()?;
/// let read = NodePem::parse(stub.as_bytes(), None)?;
/// assert!(matches!(read, NodePem::Stub(_)));
/// assert_eq!(read.node_id(), id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum NodePem {
    /// A private key.
    Private(SecretKey),
    /// A public key, as a card gives it away.
    Public(PublicKey),
    /// A public key in the form of a private key file.
    Stub(PublicKey),
}

impl NodePem {
    /// The longest file that is read, in bytes.
    pub const MAX: usize = 64 << 10;

    /// Reads a file in any form of [`parse`](Self::parse).
    ///
    /// # Errors
    /// When the file cannot be read, is too long, or is no key.
    pub fn read(path: impl AsRef<Path>, password: Option<&Password>) -> Result<Self, NodePemError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::MAX.saturating_add(1)));
        let limit = u64::try_from(bytes.capacity()).unwrap_or(u64::MAX);
        File::open(path)
            .and_then(|file| file.take(limit).read_to_end(&mut bytes))
            .map_err(Arc::new)?;
        Self::parse(&bytes, password)
    }

    /// Reads a private key in PKCS#8, encrypted or not, or SEC 1, a public key in SPKI, or a stub; in PEM or DER.
    ///
    /// The password is looked at only if the key is encrypted.
    ///
    /// # Errors
    /// When the bytes are too many, or no key.
    pub fn parse(bytes: &[u8], password: Option<&Password>) -> Result<Self, NodePemError> {
        if bytes.len() > Self::MAX {
            return Err(NodePemError::TooLarge);
        }
        let private = || keyfile::parse_private(bytes, password.map(Password::as_bytes));
        let has = |mark: &str| {
            bytes
                .windows(mark.len())
                .any(|part| part == mark.as_bytes())
        };
        if has("-----BEGIN ") && !has("PRIVATE KEY-----") {
            return Ok(Self::Public(keyfile::parse_public(bytes)?));
        }
        match private() {
            Ok(key) => Ok(Self::Private(key)),
            Err(keyfile::Error::PublicKeyMismatch) => Self::parse_stub(bytes),
            // DER and hexadecimal do not say which of the two they are.
            Err(error) => match keyfile::parse_public(bytes) {
                Ok(key) => Ok(Self::Public(key)),
                Err(keyfile::Error::NotOnCurve) => Err(keyfile::Error::NotOnCurve.into()),
                Err(_) => Err(error.into()),
            },
        }
    }

    fn parse_stub(bytes: &[u8]) -> Result<Self, NodePemError> {
        let mismatch = NodePemError::Key(keyfile::Error::PublicKeyMismatch);
        let decoded = pem_rfc7468::decode_vec(bytes);
        let der = decoded.as_ref().map_or(bytes, |(_, der)| der.as_slice());
        let point = der
            .strip_prefix(PKCS8_HEAD)
            .and_then(|rest| rest.strip_prefix(&STUB_SCALAR))
            .and_then(|rest| rest.strip_prefix(PKCS8_MIDDLE))
            .ok_or(mismatch)?;
        let key = PublicKey::from_slice(point).map_err(keyfile::Error::from)?;
        if curve::is_on_curve(&key) {
            Ok(Self::Stub(key))
        } else {
            Err(keyfile::Error::NotOnCurve.into())
        }
    }

    /// Writes the PEM text: PKCS#8 without encryption for a private key and for a stub, SPKI for a public key.
    ///
    /// # Errors
    /// When the encoder fails, which it does not for keys.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, NodePemError> {
        match self {
            Self::Private(key) => private_key_pem(key.to_bytes().as_slice(), &key.public_key()),
            Self::Public(key) => Ok(Zeroizing::new(key.to_spki_pem())),
            Self::Stub(key) => private_key_pem(&STUB_SCALAR, key),
        }
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        match self {
            Self::Private(key) => key.public_key(),
            Self::Public(key) | Self::Stub(key) => *key,
        }
    }

    /// The node's id.
    #[must_use]
    pub fn node_id(&self) -> NodeId {
        NodeId::new(self.public_key())
    }
}

/// Why a `node.pem` could not be read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum NodePemError {
    /// The file could not be read.
    #[error("the key file cannot be read: {0}; check the path and its permissions")]
    Unreadable(#[from] Arc<io::Error>),
    /// The file is longer than any key.
    #[error("the key file has more than {max} bytes and is none; is this the right file?", max = NodePem::MAX)]
    TooLarge,
    /// The bytes are no key.
    #[error(transparent)]
    Key(#[from] keyfile::Error),
    /// The key could not be written as PEM.
    #[error("the key has no PEM form")]
    Encoding,
}

/// PKCS#8 as OpenSSL writes it, and with it the tools of FISCO BCOS, with the curve in one place only.
fn private_key_pem(scalar: &[u8], key: &PublicKey) -> Result<Zeroizing<String>, NodePemError> {
    let parts = [PKCS8_HEAD, scalar, PKCS8_MIDDLE, key.as_bytes()];
    let der = Zeroizing::new(parts.concat());
    pem_rfc7468::encode_string("PRIVATE KEY", pem_rfc7468::LineEnding::LF, &der)
        .map(Zeroizing::new)
        .map_err(|_| NodePemError::Encoding)
}

/// PKCS#8 version 0, id-ecPublicKey on the SM2 curve, and an `ECPrivateKey` up to its 32 bytes d.
const PKCS8_HEAD: &[u8] =
    b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x08\x2A\x81\x1C\xCF\
    \x55\x01\x82\x2D\x04\x6D\x30\x6B\x02\x01\x01\x04\x20";
/// d = 1, which everybody knows.
const STUB_SCALAR: [u8; 32] = {
    let mut scalar = [0; 32];
    scalar[31] = 1;
    scalar
};
/// The public key of the `ECPrivateKey`, up to x‖y.
const PKCS8_MIDDLE: &[u8] = b"\xA1\x44\x03\x42\x00\x04";

#[cfg(test)]
mod tests {
    use sm_soft::keyfile::Encryption;

    use super::*;

    /// What `build_chain.sh` wrote, a key made for this test, and the public half as OpenSSL writes it.
    const PKCS8: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgt1eWteRScGFbkwaS
79gQWBN/M7GuxBghb7F5VxIHcIGhRANCAAS4Tb4nXTKIoweJhgAYpUGPLufnsXJC
vpS2vcWy9c+BRSqB4a6jhB9lXPibKNh73CmXkkGA6EkjvBiV4uhk1p7L
-----END PRIVATE KEY-----
";
    const SPKI: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEuE2+J10yiKMHiYYAGKVBjy7n57Fy
Qr6Utr3FsvXPgUUqgeGuo4QfZVz4myjYe9wpl5JBgOhJI7wYleLoZNaeyw==
-----END PUBLIC KEY-----
";
    const NODE_ID: &str = "b84dbe275d3288a30789860018a5418f2ee7e7b17242be94b6bdc5b2f5cf8145\
                           2a81e1aea3841f655cf89b28d87bdc2997924180e84923bc1895e2e864d69ecb";

    fn key() -> SecretKey {
        keyfile::parse_private(PKCS8.as_bytes(), None).unwrap()
    }

    #[test]
    fn every_form_gives_the_node_id() {
        let password = Password::new("secret99");
        let encrypted =
            keyfile::to_encrypted_pkcs8_pem(&key(), b"secret99", &Encryption::default()).unwrap();
        let private: [&[u8]; 4] = [
            PKCS8.as_bytes(),
            encrypted.as_bytes(),
            &keyfile::to_pkcs8_der(&key()).unwrap(),
            keyfile::to_sec1_pem(&key())
                .unwrap()
                .as_bytes()
                .to_vec()
                .leak(),
        ];
        for bytes in private {
            let pem = NodePem::parse(bytes, Some(&password)).unwrap();
            assert!(matches!(pem, NodePem::Private(_)), "{pem:?}");
            assert_eq!(pem.node_id().to_string(), NODE_ID);
        }
        let spki = key().public_key().to_spki_der();
        for bytes in [SPKI.as_bytes(), spki.as_slice(), NODE_ID.as_bytes()] {
            let pem = NodePem::parse(bytes, None).unwrap();
            assert!(matches!(pem, NodePem::Public(_)), "{pem:?}");
            assert_eq!(pem.node_id().to_string(), NODE_ID);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(NodePem::Private(key()).to_pem().unwrap().as_str(), PKCS8);
        let public = key().public_key();
        assert_eq!(NodePem::Public(public).to_pem().unwrap().as_str(), SPKI);
        let stub = NodePem::Stub(public).to_pem().unwrap();
        // The same number of bytes as a private key, none of them the private key's.
        assert_eq!(stub.len(), PKCS8.len());
        let read = NodePem::parse(stub.as_bytes(), None).unwrap();
        assert!(
            matches!(read, NodePem::Stub(key) if key == public),
            "{read:?}"
        );
        let (_, der) = pem_rfc7468::decode_vec(stub.as_bytes()).unwrap();
        assert!(matches!(NodePem::parse(&der, None), Ok(NodePem::Stub(_))));
    }

    #[test]
    fn other_bytes_are_refused() {
        let password = Password::new("secret99");
        let encrypted =
            keyfile::to_encrypted_pkcs8_pem(&key(), b"another", &Encryption::default()).unwrap();
        let error = |bytes: &[u8], password| NodePem::parse(bytes, password).unwrap_err();
        let needed = error(encrypted.as_bytes(), None);
        assert!(
            matches!(needed, NodePemError::Key(keyfile::Error::PasswordNeeded)),
            "{needed}"
        );
        let wrong = error(encrypted.as_bytes(), Some(&password));
        assert!(
            matches!(wrong, NodePemError::Key(keyfile::Error::WrongPassword)),
            "{wrong}"
        );
        // Another private key than 1 beside a public key that is not its own.
        let mut der = keyfile::to_pkcs8_der(&key()).unwrap();
        der[40] ^= 1;
        let mismatch = error(&der, None);
        assert!(
            matches!(
                mismatch,
                NodePemError::Key(keyfile::Error::PublicKeyMismatch)
            ),
            "{mismatch}"
        );
        let off = PublicKey::from_bytes(&[1; 64]);
        for pem in [NodePem::Stub(off), NodePem::Public(off)] {
            let off = error(pem.to_pem().unwrap().as_bytes(), None);
            assert!(
                matches!(off, NodePemError::Key(keyfile::Error::NotOnCurve)),
                "{off}"
            );
        }
        for bytes in [
            &b""[..],
            b"\0",
            b"\x7FELF",
            b"-----BEGIN CERTIFICATE-----\n",
            &[0x30; 300],
        ] {
            assert!(matches!(error(bytes, None), NodePemError::Key(_)));
        }
        assert!(matches!(
            error(&vec![b'0'; 100 << 20], None),
            NodePemError::TooLarge
        ));
    }

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("node.pem");
        assert!(matches!(
            NodePem::read(&path, None),
            Err(NodePemError::Unreadable(_))
        ));
        std::fs::write(&path, SPKI).unwrap();
        assert_eq!(
            NodePem::read(&path, None).unwrap().node_id().to_string(),
            NODE_ID
        );
        File::create(&path).unwrap().set_len(100 << 20).unwrap();
        assert!(matches!(
            NodePem::read(&path, None),
            Err(NodePemError::TooLarge)
        ));
    }
}
