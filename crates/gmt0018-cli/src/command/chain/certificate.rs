//! Certificates with SM2 keys, signed with SM2 and SM3 (GM/T 0015).
//!
//! Every entity of a TLCP connection has two: one to sign with, one to encrypt with.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use der::{
    DateTime, Decode as _, Document, Encode as _, Sequence,
    asn1::{BitString, OctetString},
    oid::{AssociatedOid, ObjectIdentifier},
    pem::LineEnding,
};
use fisco_node::identity::NodePem;
use gmt0018::sm2_signing::{Prehash, PublicKey, Signer as _, UserId};
use sm_soft::{SecretKey, SoftKey, hash::sm3, random};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::{
    certificate::Version,
    ext::{
        Extension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier,
        },
    },
    name::Name,
    serial_number::SerialNumber,
    time::{Time, Validity},
};
use zeroize::Zeroizing;

use crate::error::Error;

/// The CA of a chain.
pub(super) struct Authority {
    key: SoftKey,
    name: Name,
    key_identifier: Option<OctetString>,
}

/// A private key and its certificate, both in PEM.
pub(super) struct Pair {
    pub(super) key: Zeroizing<String>,
    pub(super) certificate: String,
    pub(super) public_key: PublicKey,
    /// The serial number in upper-case hex digits.
    pub(super) serial: String,
}

/// What a certificate is for, with the names of the sections of `sm_cert.cnf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    /// `v3_ca`: sign certificates.
    Authority,
    /// `v3_req`: sign.
    Sign,
    /// `v3enc_req`: encrypt and agree on keys.
    Encrypt,
}

impl Authority {
    /// Makes a CA with a new key.
    pub(super) fn new() -> Result<(Self, Pair), Error> {
        let secret = new_key()?;
        let id = random_id()?;
        let name = name(
            &format!("FISCO-BCOS-{id}"),
            &format!("FISCO-BCOS-{id}"),
            "chain",
        )?;
        let identifier = key_identifier(&secret.public_key());
        let identifier = identifier.map_err(|cause| Error::certificate(&cause))?;
        let authority = Self {
            key: SoftKey::new(secret.clone()),
            name: name.clone(),
            key_identifier: Some(identifier),
        };
        let pair = authority.certify(&secret, name, Usage::Authority)?;
        Ok((authority, pair))
    }

    /// Takes the CA of a chain that exists.
    pub(super) fn read(certificate: &[u8], secret: SecretKey) -> Result<Self, Error> {
        let unusable = |cause: der::Error| Error::ca_certificate(&cause);
        let certificate = Document::from_pem(&String::from_utf8_lossy(certificate))
            .and_then(|(_, document)| document.decode_msg::<x509_cert::Certificate>())
            .map_err(unusable)?;
        let tbs = certificate.tbs_certificate();
        let key = tbs.subject_public_key_info().to_der().map_err(unusable)?;
        let key = PublicKey::from_spki_der(&key).map_err(|cause| Error::ca_certificate(&cause))?;
        if key != secret.public_key() {
            return Err(Error::ca_mismatch());
        }
        let identifier = tbs.extensions().and_then(|extensions| {
            let mut extensions = extensions.iter();
            let found =
                extensions.find(|extension| extension.extn_id == SubjectKeyIdentifier::OID)?;
            SubjectKeyIdentifier::from_der(found.extn_value.as_bytes()).ok()
        });
        Ok(Self {
            key: SoftKey::new(secret),
            name: tbs.subject().clone(),
            key_identifier: identifier.map(|identifier| identifier.0),
        })
    }

    /// Makes a new key and certifies it; `unit` is the organisational unit of the subject.
    pub(super) fn issue(&self, unit: &str, usage: Usage) -> Result<Pair, Error> {
        let subject = name(&format!("FISCO-BCOS-{}", random_id()?), "fisco-bcos", unit)?;
        self.certify(&new_key()?, subject, usage)
    }

    fn certify(&self, secret: &SecretKey, subject: Name, usage: Usage) -> Result<Pair, Error> {
        let public_key = secret.public_key();
        let serial = serial()?;
        let certificate = self
            .sign(&public_key, subject, usage, &serial)
            .and_then(|der| Document::try_from(der)?.to_pem("CERTIFICATE", LineEnding::LF))
            .map_err(|cause| Error::certificate(&cause))?;
        Ok(Pair {
            key: private_pem(secret)?,
            certificate,
            public_key,
            serial: base16ct::upper::encode_string(&serial),
        })
    }

    /// The certificate in DER.
    fn sign(
        &self,
        key: &PublicKey,
        subject: Name,
        usage: Usage,
        serial: &[u8],
    ) -> der::Result<Vec<u8>> {
        let algorithm = AlgorithmIdentifierOwned {
            oid: SM2_WITH_SM3,
            parameters: None,
        };
        let tbs_certificate = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::new(serial)?,
            signature: algorithm.clone(),
            issuer: self.name.clone(),
            validity: validity()?,
            subject,
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(&key.to_spki_der())?,
            extensions: self.extensions(key, usage)?,
        };
        let message = tbs_certificate.to_der()?;
        let e = Prehash::of(self.key.public_key(), &UserId::DEFAULT, &message);
        let signature = self.key.sign(&e).map_err(|_| der::ErrorKind::Failed)?;
        Certificate {
            tbs_certificate,
            signature_algorithm: algorithm,
            signature: BitString::from_bytes(&signature.to_der())?,
        }
        .to_der()
    }

    fn extensions(&self, key: &PublicKey, usage: Usage) -> der::Result<Vec<Extension>> {
        let is_authority = usage == Usage::Authority;
        let constraints = BasicConstraints {
            ca: is_authority,
            path_len_constraint: None,
        };
        let usages = match usage {
            Usage::Authority => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            Usage::Sign => KeyUsages::DigitalSignature | KeyUsages::NonRepudiation,
            Usage::Encrypt => {
                KeyUsages::KeyAgreement | KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment
            }
        };
        let mut extensions = vec![
            extension(&constraints, is_authority)?,
            extension(&KeyUsage(usages), is_authority)?,
            extension(&SubjectKeyIdentifier(key_identifier(key)?), false)?,
        ];
        if let Some(identifier) = &self.key_identifier {
            let identifier = AuthorityKeyIdentifier {
                key_identifier: Some(identifier.clone()),
                ..AuthorityKeyIdentifier::default()
            };
            extensions.push(extension(&identifier, false)?);
        }
        Ok(extensions)
    }
}

/// A private key as `openssl genpkey` writes it.
pub(super) fn private_pem(key: &SecretKey) -> Result<Zeroizing<String>, Error> {
    let pem = NodePem::Private(key.clone()).to_pem();
    pem.map_err(|cause| Error::certificate(&cause))
}

/// A new private key.
pub(super) fn new_key() -> Result<SecretKey, Error> {
    SecretKey::generate().map_err(|cause| Error::no_random(&cause))
}

/// RFC 5280, 4.1; the types of `x509_cert` are for reading.
#[derive(Sequence)]
struct Certificate {
    tbs_certificate: TbsCertificate,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

#[derive(Sequence)]
struct TbsCertificate {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: Version,
    serial_number: SerialNumber,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Validity,
    subject: Name,
    subject_public_key_info: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

fn extension<E: AssociatedOid + der::Encode>(value: &E, critical: bool) -> der::Result<Extension> {
    Ok(Extension {
        extn_id: E::OID,
        critical,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

/// The first 160 bits of SM3 of the public key, as RFC 7093 does with other hash functions.
fn key_identifier(key: &PublicKey) -> der::Result<OctetString> {
    OctetString::new(&sm3(&key.to_sec1())[..20])
}

/// A name with the attributes in this order.
fn name(common_name: &str, organisation: &str, unit: &str) -> Result<Name, Error> {
    // RFC 4514 writes the last attribute first.
    let text = format!("OU={unit},O={organisation},CN={common_name}");
    text.parse()
        .map_err(|cause: der::Error| Error::certificate(&cause))
}

/// From now on for as long as the nodes' own scripts make it; a time after 2049 becomes a `GeneralizedTime`.
fn validity() -> der::Result<Validity> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_err(|_| der::ErrorKind::DateTime)?;
    let time = |since_1970| DateTime::from_unix_duration(since_1970).map(Time::from);
    Ok(Validity::new(time(now)?, time(now + LIFETIME)?))
}

/// Eight hex digits that tell subjects apart.
fn random_id() -> Result<String, Error> {
    let mut bytes = [0; 4];
    random::fill(&mut bytes).map_err(|cause| Error::no_random(&cause))?;
    Ok(crate::command::hex(&bytes))
}

/// A random serial number: positive, and of 16 bytes.
fn serial() -> Result<[u8; 16], Error> {
    let mut serial = [0; 16];
    random::fill(&mut serial).map_err(|cause| Error::no_random(&cause))?;
    // Neither a sign nor a leading zero.
    serial[0] = serial[0] & 0x7F | 0x40;
    Ok(serial)
}

/// SM2-with-SM3, GM/T 0006.
const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");
/// 36500 days.
const LIFETIME: Duration = Duration::from_secs(36_500 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use gmt0018::sm2_signing::{Signature, Verifier as _};
    use sm_soft::{SoftVerifier, keyfile};
    use x509_cert::ext::Extensions;

    use super::*;

    fn decode(pem: &str) -> x509_cert::Certificate {
        let (label, document) = Document::from_pem(pem).unwrap();
        assert_eq!(label, "CERTIFICATE");
        document.decode_msg().unwrap()
    }

    fn verify(certificate: &x509_cert::Certificate, key: &PublicKey) -> bool {
        let message = certificate.tbs_certificate().to_der().unwrap();
        let e = Prehash::of(key, &UserId::DEFAULT, &message);
        let signature = certificate.signature().as_bytes().unwrap();
        let signature = Signature::from_der(signature).unwrap();
        SoftVerifier::new().verify(key, &e, &signature).is_ok()
    }

    fn find<E: AssociatedOid + for<'a> der::Decode<'a>>(extensions: &Extensions) -> (bool, E) {
        let mut extensions = extensions.iter();
        let found = extensions.find(|extension| extension.extn_id == E::OID);
        let found = found.unwrap();
        let value = E::from_der(found.extn_value.as_bytes());
        (found.critical, value.ok().unwrap())
    }

    #[test]
    fn an_authority_certifies_itself_and_others() {
        let (authority, ca) = Authority::new().unwrap();
        let ca_certificate = decode(&ca.certificate);
        let ca_tbs = ca_certificate.tbs_certificate();
        assert!(verify(&ca_certificate, &ca.public_key));
        assert_eq!(ca_tbs.issuer(), ca_tbs.subject());
        let extensions = ca_tbs.extensions().unwrap();
        let (critical, constraints) = find::<BasicConstraints>(extensions);
        assert!(critical && constraints.ca);
        let (_, ca_identifier) = find::<SubjectKeyIdentifier>(extensions);

        let leaf = authority.issue("node", Usage::Sign).unwrap();
        let certificate = decode(&leaf.certificate);
        let tbs = certificate.tbs_certificate();
        assert!(verify(&certificate, &ca.public_key));
        assert!(!verify(&certificate, &leaf.public_key));
        assert_eq!(tbs.version(), Version::V3);
        assert_eq!(tbs.issuer(), ca_tbs.subject());
        let subject = tbs.subject().to_string();
        assert!(
            subject.starts_with("OU=node,O=fisco-bcos,CN=FISCO-BCOS-"),
            "{subject}"
        );
        let extensions = tbs.extensions().unwrap();
        assert!(!find::<BasicConstraints>(extensions).1.ca);
        let (_, identifier) = find::<AuthorityKeyIdentifier>(extensions);
        assert_eq!(identifier.key_identifier, Some(ca_identifier.0));
        let key = keyfile::parse_private(leaf.key.as_bytes(), None).unwrap();
        assert_eq!(key.public_key(), leaf.public_key);
        assert_eq!(leaf.serial.len(), 32);
    }

    #[test]
    fn an_authority_is_read_back_with_its_own_key_only() {
        let (_, ca) = Authority::new().unwrap();
        let key = keyfile::parse_private(ca.key.as_bytes(), None).unwrap();
        let authority = Authority::read(ca.certificate.as_bytes(), key.clone()).unwrap();
        let leaf = authority.issue("ennode", Usage::Encrypt).unwrap();
        assert!(verify(&decode(&leaf.certificate), &ca.public_key));
        let other = Authority::read(ca.certificate.as_bytes(), new_key().unwrap());
        assert!(other.is_err());
        for bytes in [
            &b""[..],
            b"\xFF",
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            ca.key.as_bytes(),
        ] {
            assert!(Authority::read(bytes, key.clone()).is_err());
        }
    }
}
