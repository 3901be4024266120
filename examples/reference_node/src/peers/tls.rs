//! The TLS configurations: version 1.3, raw public keys on both sides, no resumption, no early data.
//!
//! The keys say nothing about who the peer is. They are made when the process starts and last as long as it does, so that
//! another key means another process.

use std::{io, sync::Arc};

use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        ClientConfig, ConnectionCommon, DigitallySignedStruct, DistinguishedName, Error,
        PeerIncompatible, ServerConfig, SignatureScheme,
        client::{
            AlwaysResolvesClientRawPublicKeys, Resumption,
            danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        },
        crypto::{
            CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature_with_raw_key,
        },
        pki_types::{
            CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime,
        },
        server::{
            AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage,
            danger::{ClientCertVerified, ClientCertVerifier},
        },
        sign::CertifiedKey,
        version::TLS13,
    },
};
use zeroize::Zeroizing;

/// Both ends of TLS, with the key of this process.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) acceptor: TlsAcceptor,
    pub(super) connector: TlsConnector,
    /// This process's key, as a peer sees it.
    pub(super) key: Arc<[u8]>,
}

impl Tls {
    /// Makes a key that is not used for anything else.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(super) fn new() -> io::Result<Self> {
        Self::with_provider(&Arc::new(ring::default_provider())).map_err(io::Error::other)
    }

    fn with_provider(provider: &Arc<CryptoProvider>) -> Result<Self, Error> {
        let key = Arc::new(throw_away_key(provider)?);
        let any_key = Arc::new(AnyKey(provider.signature_verification_algorithms));

        let mut server = ServerConfig::builder_with_provider(Arc::clone(provider))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::clone(&any_key) as Arc<dyn ClientCertVerifier>)
            .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(
                Arc::clone(&key),
            )));
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
        server.max_early_data_size = 0;

        let mut client = ClientConfig::builder_with_provider(Arc::clone(provider))
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(any_key)
            .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(
                Arc::clone(&key),
            )));
        client.resumption = Resumption::disabled();
        client.enable_early_data = false;
        client.enable_sni = false;

        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(server)),
            connector: TlsConnector::from(Arc::new(client)),
            key: key
                .cert
                .first()
                .map_or_else(Arc::default, |key| Arc::from(key.as_ref())),
        })
    }
}

/// What the connection is bound to, and the peer's throw-away key.
pub(super) struct Binding {
    /// The exporter of RFC 8446 §7.5; both ends of one handshake have it, and nobody else.
    pub(super) exporter: [u8; 32],
    /// Another key is another process.
    pub(super) peer_key: Arc<[u8]>,
}

impl Binding {
    /// Reads both from a finished handshake.
    ///
    /// # Errors
    /// When the handshake is not finished, or the peer showed no key.
    pub(super) fn of<Side>(connection: &ConnectionCommon<Side>) -> Result<Self, Error> {
        let key = connection.peer_certificates().and_then(<[_]>::first);
        let key = key.ok_or(Error::NoCertificatesPresented)?;
        let context = Some(EXPORTER_CONTEXT);
        Ok(Self {
            exporter: connection.export_keying_material([0; 32], EXPORTER_LABEL, context)?,
            peer_key: Arc::from(key.as_ref()),
        })
    }
}

/// Stands for the server's name, which is not sent and not checked.
pub(super) fn no_name() -> ServerName<'static> {
    ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into())
}

/// Accepts every Ed25519 key whose owner signed the handshake.
#[derive(Debug)]
struct AnyKey(WebPkiSupportedAlgorithms);

/// What both ends ask of the signature, in traits that have nothing in common.
macro_rules! signed_by_a_raw_key {
    () => {
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Err(PeerIncompatible::Tls12NotOffered.into())
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            key: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let key = SubjectPublicKeyInfoDer::from(key.as_ref());
            verify_tls13_signature_with_raw_key(message, &key, signed, &self.0)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            vec![SignatureScheme::ED25519]
        }

        fn requires_raw_public_keys(&self) -> bool {
            true
        }
    };
}

impl ServerCertVerifier for AnyKey {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    signed_by_a_raw_key!();
}

impl ClientCertVerifier for AnyKey {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    signed_by_a_raw_key!();
}

/// An Ed25519 key as PKCS #8 (RFC 8410 §7): what is always the same, then the 32 bytes.
fn throw_away_key(provider: &CryptoProvider) -> Result<CertifiedKey, Error> {
    let mut document = Zeroizing::new([0; PKCS8_HEAD.len() + 32]);
    let (head, seed) = document.split_at_mut(PKCS8_HEAD.len());
    head.copy_from_slice(PKCS8_HEAD);
    provider.secure_random.fill(seed)?;
    let key = ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(&document[..]))?;
    let public = key.public_key().ok_or(Error::NoCertificatesPresented)?;
    let public = CertificateDer::from(public.as_ref().to_vec());
    Ok(CertifiedKey::new(vec![public], key))
}

const PKCS8_HEAD: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
/// RFC 5705 §4 leaves the labels that begin like this to everybody.
const EXPORTER_LABEL: &[u8] = b"EXPERIMENTAL-gmt0018-reference-node-peer";
const EXPORTER_CONTEXT: &[u8] = b"1";

#[cfg(test)]
mod tests;
