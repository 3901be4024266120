//! What a back end may be able to do.

mod types;

use std::fmt::Debug;

use sm2_signing::{
    BatchVerifier, Ciphertext, Error, ErrorKind, Prehash, PublicKey, Signature, Signer, UserId,
    Verifier, VerifyError,
};

pub use types::{Aead, DeviceInfo, Direction, Half, Mode, Role, Sealed};

/// The longest SM2 plaintext, in bytes, that the suite asks a back end to encrypt.
///
/// GM/T 0018 leaves the limit to the device; 136 is the smallest buffer seen in vendor headers.
pub const PLAIN_TEXT_LIMIT: usize = 136;

/// One SM4 block, or an SM4 key, or an IV.
pub type Block = [u8; 16];

/// A result; [`ErrorKind::Unsupported`] means that the back end does not have the operation.
pub type Answer<T> = Result<T, Error>;

/// Everything that the suite can ask of a back end.
///
/// Each operation that a back end does not implement answers [`ErrorKind::Unsupported`], and the
/// suite reports it as such. A refusal for any other reason is a finding.
///
/// A session key never leaves a card, so the operations that make one take a `probe`: they answer
/// with the SM4-ECB encryption of that block under the new key, which tells whether two keys are
/// the same key.
///
/// ```
/// use conformance::{Answer, Backend};
///
/// #[derive(Debug)]
/// struct DiceOnly;
///
/// impl Backend for DiceOnly {
///     fn name(&self) -> String {
///         "dice".to_owned()
///     }
///
///     fn random(&self, length: usize) -> Answer<Vec<u8>> {
///         Ok(vec![4; length]) // not random at all
///     }
/// }
///
/// let report = conformance::run(&DiceOnly);
/// assert_eq!(report.failed().map(|case| case.name).collect::<Vec<_>>(), ["random bytes"]);
/// ```
#[expect(
    clippy::missing_errors_doc,
    reason = "the errors of every method are the same; the trait describes them"
)]
pub trait Backend: Debug + Send + Sync {
    /// What to call it in a report.
    fn name(&self) -> String;

    // ---- device ----

    /// What the device says about itself.
    fn device_info(&self) -> Answer<DeviceInfo> {
        unsupported("device information")
    }

    /// `length` random bytes.
    fn random(&self, length: usize) -> Answer<Vec<u8>> {
        let _ = length;
        unsupported("random bytes")
    }

    // ---- key ----

    /// A signer: a fresh key, or the card's key at the index under test.
    fn signer(&self) -> Answer<Box<dyn Signer + '_>> {
        unsupported("a signing key of its own")
    }

    /// A signer for a given private key, 32 big-endian bytes.
    ///
    /// Must be refused outside 1..=n-2 (GB/T 32918.1 §6.1).
    fn signer_for(&self, private_key: &[u8; 32]) -> Answer<Box<dyn Signer + '_>> {
        let _ = private_key;
        unsupported("signing with a given private key")
    }

    /// A signer from an unencrypted PKCS#8 PEM file.
    fn signer_from_pem(&self, pem: &str) -> Answer<Box<dyn Signer + '_>> {
        let _ = pem;
        unsupported("private keys in PEM")
    }

    /// The public half of its encryption key pair.
    fn encryption_key(&self) -> Answer<PublicKey> {
        unsupported("an encryption key pair of its own")
    }

    /// Makes a session key, enveloped to its own encryption key (GM/T 0018 `GenerateKeyWithIPK`).
    fn envelope_to_itself(&self, probe: &Block) -> Answer<(Ciphertext, Block)> {
        let _ = probe;
        unsupported("a session key enveloped to its own key")
    }

    /// Makes a session key, enveloped to a given key (`GenerateKeyWithEPK`).
    fn envelope_to(&self, key: &PublicKey, probe: &Block) -> Answer<(Ciphertext, Block)> {
        let _ = (key, probe);
        unsupported("a session key enveloped to a given key")
    }

    /// Opens an envelope with its own encryption key (`ImportKeyWithISK`).
    fn open_envelope(&self, envelope: &Ciphertext, probe: &Block) -> Answer<Block> {
        let _ = (envelope, probe);
        unsupported("opening an envelope")
    }

    /// Encrypts the session key of an envelope to its own key anew, to a given key
    /// (`ExchangeDigitEnvelope`, 2012 only).
    fn exchange_envelope(&self, envelope: &Ciphertext, key: &PublicKey) -> Answer<Ciphertext> {
        let _ = (envelope, key);
        unsupported("exchanging an envelope")
    }

    /// Makes a session key, wrapped by a key-encryption key (`GenerateKeyWithKEK`).
    fn wrap_with_kek(&self, probe: &Block) -> Answer<(Vec<u8>, Block)> {
        let _ = probe;
        unsupported("a session key wrapped by a key-encryption key")
    }

    /// Unwraps a session key with the same key-encryption key (`ImportKeyWithKEK`).
    fn unwrap_with_kek(&self, wrapped: &[u8], probe: &Block) -> Answer<Block> {
        let _ = (wrapped, probe);
        unsupported("unwrapping with a key-encryption key")
    }

    /// Runs the sponsor's side of the SM2 key exchange with its own key pair: sends its half to
    /// `respond`, takes the responder's.
    fn agree_as_sponsor(
        &self,
        own: &UserId,
        peer: &UserId,
        respond: &mut dyn FnMut(&Half) -> Answer<Half>,
        probe: &Block,
    ) -> Answer<Block> {
        let _ = (own, peer, respond, probe);
        unsupported("key agreement as the sponsor")
    }

    /// Runs the responder's side of the SM2 key exchange with its own key pair.
    fn agree_as_responder(
        &self,
        own: &UserId,
        peer: &UserId,
        sponsor: &Half,
        probe: &Block,
    ) -> Answer<(Half, Block)> {
        let _ = (own, peer, sponsor, probe);
        unsupported("key agreement as the responder")
    }

    /// Runs one side of the SM2 key exchange with given private keys, static and ephemeral, and
    /// gives `length` bytes of the shared key.
    fn agree_with(
        &self,
        role: Role,
        private_keys: [&[u8; 32]; 2],
        ids: [&UserId; 2],
        peer: &Half,
        length: usize,
    ) -> Answer<Vec<u8>> {
        let _ = (role, private_keys, ids, peer, length);
        unsupported("key agreement with given private keys")
    }

    // ---- asymmetric ----

    /// The engine that verifies one signature.
    fn verifier(&self) -> Option<&dyn Verifier> {
        None
    }

    /// The engine that verifies many signatures.
    fn batch_verifier(&self) -> Option<&dyn BatchVerifier> {
        None
    }

    /// Verifies a signature with the public half of its own signing key.
    fn verify_own(&self, e: &Prehash, signature: &Signature) -> Result<(), VerifyError> {
        let _ = (e, signature);
        unsupported("verification with its own key").map_err(VerifyError::Backend)
    }

    /// Encrypts with SM2 for its own encryption key.
    fn encrypt_to_itself(&self, plaintext: &[u8]) -> Answer<Ciphertext> {
        let _ = plaintext;
        unsupported("SM2 encryption to its own key")
    }

    /// Encrypts with SM2 for a given public key.
    fn encrypt(&self, key: &PublicKey, plaintext: &[u8]) -> Answer<Ciphertext> {
        let _ = (key, plaintext);
        unsupported("SM2 encryption")
    }

    /// Decrypts with SM2 and its own encryption key.
    fn decrypt(&self, ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        let _ = ciphertext;
        unsupported("SM2 decryption with its own key")
    }

    /// Decrypts with SM2 and a given private key, 32 big-endian bytes.
    fn decrypt_with(&self, private_key: &[u8; 32], ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        let _ = (private_key, ciphertext);
        unsupported("SM2 decryption with a given private key")
    }

    // ---- symmetric ----

    /// SM4 in one call and without padding; leaves in `iv` what the next call continues with.
    fn sm4(
        &self,
        mode: Mode,
        direction: Direction,
        key: &Block,
        iv: &mut Block,
        data: &[u8],
    ) -> Answer<Vec<u8>> {
        let _ = (mode, direction, key, iv, data);
        unsupported("SM4")
    }

    /// SM4 in several calls, without padding.
    fn sm4_in_pieces(
        &self,
        mode: Mode,
        direction: Direction,
        key: &Block,
        iv: &Block,
        pieces: &[&[u8]],
    ) -> Answer<Vec<u8>> {
        let _ = (mode, direction, key, iv, pieces);
        unsupported("SM4 in pieces")
    }

    /// SM4-CBC-MAC in one call, without padding; leaves in `iv` what the next call continues with.
    fn sm4_mac(&self, key: &Block, iv: &mut Block, data: &[u8]) -> Answer<Block> {
        let _ = (key, iv, data);
        unsupported("SM4-MAC")
    }

    /// SM4-CBC-MAC in several calls.
    fn sm4_mac_in_pieces(&self, key: &Block, iv: &Block, pieces: &[&[u8]]) -> Answer<Block> {
        let _ = (key, iv, pieces);
        unsupported("SM4-MAC in pieces")
    }

    /// SM4-GCM or SM4-CCM, encryption; a tag of `tag_length` bytes.
    fn seal(
        &self,
        aead: Aead,
        key: &Block,
        nonce: &[u8],
        aad: &[u8],
        pieces: &[&[u8]],
        tag_length: usize,
    ) -> Answer<Sealed> {
        let _ = (aead, key, nonce, aad, pieces, tag_length);
        unsupported("authenticated encryption")
    }

    /// SM4-GCM or SM4-CCM, decryption; an error unless the tag is right.
    fn open(
        &self,
        aead: Aead,
        key: &Block,
        nonce: &[u8],
        aad: &[u8],
        pieces: &[&[u8]],
        tag: &[u8],
    ) -> Answer<Vec<u8>> {
        let _ = (aead, key, nonce, aad, pieces, tag);
        unsupported("authenticated decryption")
    }

    // ---- hash ----

    /// SM3 of the pieces put together.
    fn sm3(&self, pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let _ = pieces;
        unsupported("SM3")
    }

    /// e = SM3(Z‖M) of the pieces put together, Z computed by the back end.
    fn prehash(&self, key: &PublicKey, user: &UserId, pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let _ = (key, user, pieces);
        unsupported("SM3 with the SM2 pre-process")
    }

    /// HMAC-SM3 of the pieces put together.
    fn hmac_sm3(&self, key: &[u8], pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let _ = (key, pieces);
        unsupported("HMAC-SM3")
    }

    // ---- file ----

    /// Makes a file of `size` bytes.
    fn create_file(&self, name: &str, size: usize) -> Answer<()> {
        let _ = (name, size);
        unsupported("files")
    }

    /// Reads `length` bytes at `offset`.
    fn read_file(&self, name: &str, offset: usize, length: usize) -> Answer<Vec<u8>> {
        let _ = (name, offset, length);
        unsupported("files")
    }

    /// Writes `data` at `offset`.
    fn write_file(&self, name: &str, offset: usize, data: &[u8]) -> Answer<()> {
        let _ = (name, offset, data);
        unsupported("files")
    }

    /// Deletes a file.
    fn delete_file(&self, name: &str) -> Answer<()> {
        let _ = name;
        unsupported("files")
    }
}

/// The answer of a back end that does not have an operation.
///
/// # Errors
///
/// Always: [`ErrorKind::Unsupported`].
pub fn unsupported<T>(operation: &str) -> Answer<T> {
    Err(Error::new(ErrorKind::Unsupported, operation))
}
