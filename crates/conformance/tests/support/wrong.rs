//! Back ends with one fault each; everything else is right.

#[path = "wrong/engine.rs"]
mod engine;
#[path = "wrong/fault.rs"]
mod fault;
#[path = "wrong/files.rs"]
mod files;
#[path = "wrong/helpers.rs"]
mod helpers;
#[path = "wrong/signer.rs"]
mod signer;

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use conformance::{Aead, Answer, Backend, Block, DeviceInfo, Direction, Half, Mode, Role, Sealed};
use sm_soft::SecretKey;
use sm2_signing::{
    BatchVerifier, Ciphertext, Prehash, PublicKey, Signature, Signer, UserId, Verifier, VerifyError,
};

use crate::soft::Soft;
use engine::Engine;
pub(crate) use fault::Fault;
use files::Files;
use helpers::{block, device, lock, random_block};
use signer::WrongSigner;

#[derive(Debug)]
pub(crate) struct Wrong {
    soft: Soft,
    engine: Engine,
    key: SecretKey,
    last: Mutex<Option<(PublicKey, Vec<u8>, Ciphertext)>>,
    files: Files,
    calls: AtomicU32,
    in_work: Mutex<Option<Prehash>>,
}

impl Wrong {
    pub(crate) fn new(fault: Fault) -> Self {
        let engine = Engine {
            soft: Soft::new(),
            fault,
        };
        Self {
            soft: Soft::new(),
            engine,
            key: SecretKey::generate().expect("the system has random numbers"),
            last: Mutex::default(),
            files: Files::default(),
            calls: AtomicU32::new(0),
            in_work: Mutex::default(),
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.engine.fault == fault
    }
}

impl Backend for Wrong {
    fn name(&self) -> String {
        format!("{:?}", self.engine.fault)
    }

    fn device_info(&self) -> Answer<DeviceInfo> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let call = if self.has(Fault::InfoChanges) {
            call
        } else {
            0
        };
        Ok(DeviceInfo {
            issuer: "nobody".to_owned(),
            name: "wrong".to_owned(),
            serial: call.to_string(),
            standard_version: 2,
        })
    }

    fn random(&self, length: usize) -> Answer<Vec<u8>> {
        match self.engine.fault {
            Fault::ConstantRandom => Ok(vec![0x5a; length]),
            Fault::ShortRandom => self.soft.random(length.saturating_sub(1)),
            _ => self.soft.random(length),
        }
    }

    fn signer(&self) -> Answer<Box<dyn Signer + '_>> {
        let (key, public) = (self.key.clone(), self.key.public_key());
        Ok(Box::new(WrongSigner {
            fault: self.engine.fault,
            key,
            public,
            in_work: &self.in_work,
        }))
    }

    fn signer_for(&self, private_key: &[u8; 32]) -> Answer<Box<dyn Signer + '_>> {
        match (self.engine.fault, self.soft.signer_for(private_key)) {
            (Fault::TakesAnyPrivateKey, Err(_)) | (Fault::WrongPublicKey, _) => self.soft.signer(),
            (Fault::GivenKeySignsAmiss, Ok(signer)) => {
                let key = SecretKey::generate().map_err(device)?;
                let (public, in_work) = (*signer.public_key(), &self.in_work);
                Ok(Box::new(WrongSigner {
                    fault: Fault::None,
                    key,
                    public,
                    in_work,
                }))
            }
            (_, answer) => answer,
        }
    }

    fn encryption_key(&self) -> Answer<PublicKey> {
        self.soft.encryption_key()
    }

    fn envelope_to_itself(&self, probe: &Block) -> Answer<(Ciphertext, Block)> {
        let (envelope, made) = self.envelope_to(&self.soft.encryption_key()?, probe)?;
        if self.has(Fault::EnvelopeOfAnotherKey) {
            return Ok((envelope, random_block(&self.soft)?));
        }
        Ok((envelope, made))
    }

    fn envelope_to(&self, key: &PublicKey, probe: &Block) -> Answer<(Ciphertext, Block)> {
        if !self.has(Fault::EnvelopeReversesKey) {
            return self.soft.envelope_to(key, probe);
        }
        let mut session_key = random_block(&self.soft)?;
        let made = self.fingerprint(&session_key, probe)?;
        session_key.reverse();
        Ok((self.soft.encrypt(key, &session_key)?, made))
    }

    fn open_envelope(&self, envelope: &Ciphertext, probe: &Block) -> Answer<Block> {
        if self.has(Fault::EnvelopeReversesKey) {
            let mut key = self.soft.decrypt(envelope)?;
            key.reverse();
            return self.fingerprint(&block(&key)?, probe);
        }
        match self.soft.open_envelope(envelope, probe) {
            Err(_) if self.has(Fault::EnvelopeUnchecked) => Ok(*probe),
            answer => answer,
        }
    }

    fn exchange_envelope(&self, envelope: &Ciphertext, key: &PublicKey) -> Answer<Ciphertext> {
        if self.has(Fault::ExchangesAnotherKey) {
            return self.soft.encrypt(key, &[0x5a; 16]);
        }
        self.soft.exchange_envelope(envelope, key)
    }

    fn wrap_with_kek(&self, probe: &Block) -> Answer<(Vec<u8>, Block)> {
        let key = random_block(&self.soft)?;
        let (mode, direction) = (Mode::Ecb, Direction::Encrypt);
        let wrapped = self.soft.sm4(mode, direction, &KEK, &mut [0; 16], &key)?;
        Ok((wrapped, self.fingerprint(&key, probe)?))
    }

    fn unwrap_with_kek(&self, wrapped: &[u8], probe: &Block) -> Answer<Block> {
        let mut wrapped = wrapped.to_vec();
        if self.has(Fault::KekTakesHalfBlocks) && !wrapped.is_empty() {
            wrapped.resize(16, 0);
        }
        let (mode, direction) = (Mode::Ecb, Direction::Decrypt);
        let key = self
            .soft
            .sm4(mode, direction, &KEK, &mut [0; 16], &wrapped)?;
        self.fingerprint(&block(&key)?, probe)
    }

    fn agree_as_sponsor(
        &self,
        own: &UserId,
        peer: &UserId,
        respond: &mut dyn FnMut(&Half) -> Answer<Half>,
        probe: &Block,
    ) -> Answer<Block> {
        match self
            .soft
            .agree_as_sponsor(self.id(own), self.id(peer), respond, probe)
        {
            Err(_) if self.has(Fault::AgreementUnchecked) => Ok(*probe),
            answer => answer,
        }
    }

    fn agree_as_responder(
        &self,
        own: &UserId,
        peer: &UserId,
        sponsor: &Half,
        probe: &Block,
    ) -> Answer<(Half, Block)> {
        self.soft
            .agree_as_responder(self.id(own), self.id(peer), sponsor, probe)
    }

    fn agree_with(
        &self,
        role: Role,
        private_keys: [&[u8; 32]; 2],
        ids: [&UserId; 2],
        peer: &Half,
        length: usize,
    ) -> Answer<Vec<u8>> {
        let role = match (self.engine.fault, role) {
            (Fault::RolesSwapped, Role::Sponsor) => Role::Responder,
            (Fault::RolesSwapped, Role::Responder) => Role::Sponsor,
            _ => role,
        };
        self.soft.agree_with(role, private_keys, ids, peer, length)
    }

    fn verifier(&self) -> Option<&dyn Verifier> {
        Some(&self.engine)
    }

    fn batch_verifier(&self) -> Option<&dyn BatchVerifier> {
        Some(&self.engine)
    }

    fn verify_own(&self, e: &Prehash, signature: &Signature) -> Result<(), VerifyError> {
        if self.has(Fault::OwnKeyAcceptsEverything) {
            return Ok(());
        }
        self.engine.verify(&self.key.public_key(), e, signature)
    }

    fn encrypt_to_itself(&self, plaintext: &[u8]) -> Answer<Ciphertext> {
        if self.has(Fault::EncryptsToAnother) {
            return self.encrypt(&self.key.public_key(), plaintext);
        }
        self.encrypt(&self.encryption_key()?, plaintext)
    }

    fn encrypt(&self, key: &PublicKey, plaintext: &[u8]) -> Answer<Ciphertext> {
        let mut last = lock(&self.last);
        if self.has(Fault::SameC1)
            && let Some((receiver, message, ciphertext)) = &*last
            && receiver == key
            && message == plaintext
        {
            return Ok(ciphertext.clone());
        }
        let ciphertext = self.own_form(&self.soft.encrypt(key, plaintext)?);
        *last = Some((*key, plaintext.to_vec(), ciphertext.clone()));
        Ok(ciphertext)
    }

    fn decrypt(&self, ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        match self.soft.decrypt(&self.own_form(ciphertext)) {
            Err(_) if self.has(Fault::IgnoresC3) => Ok(ciphertext.c2().to_vec()),
            answer => answer,
        }
    }

    fn decrypt_with(&self, private_key: &[u8; 32], ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        self.soft
            .decrypt_with(private_key, &self.own_form(ciphertext))
    }

    fn sm4(
        &self,
        mode: Mode,
        direction: Direction,
        key: &Block,
        iv: &mut Block,
        data: &[u8],
    ) -> Answer<Vec<u8>> {
        if self.has(Fault::CounterOf32Bits) && mode == Mode::Ctr {
            return self.short_counter(direction, key, iv, data);
        }
        let given = *iv;
        self.turn(iv);
        let output = self
            .soft
            .sm4(mode, direction, key, iv, &self.padded(mode, data));
        self.turn(iv);
        if self.has(Fault::IvNotUpdated) {
            *iv = given;
        }
        output
    }

    fn sm4_in_pieces(
        &self,
        mode: Mode,
        direction: Direction,
        key: &Block,
        iv: &Block,
        pieces: &[&[u8]],
    ) -> Answer<Vec<u8>> {
        if self.has(Fault::PiecesRestart) && mode == Mode::Ctr {
            let sm4 = |piece| self.soft.sm4(mode, direction, key, &mut iv.clone(), piece);
            return Ok(pieces
                .iter()
                .map(|piece| sm4(piece))
                .collect::<Answer<Vec<_>>>()?
                .concat());
        }
        if self.has(Fault::PadsBlocks) {
            let padded = self.padded(mode, &pieces.concat());
            return self
                .soft
                .sm4_in_pieces(mode, direction, key, iv, &[&padded]);
        }
        let mut iv = *iv;
        self.turn(&mut iv);
        self.soft.sm4_in_pieces(mode, direction, key, &iv, pieces)
    }

    fn sm4_mac(&self, key: &Block, iv: &mut Block, data: &[u8]) -> Answer<Block> {
        *iv = self.sm4_mac_in_pieces(key, iv, &[data])?;
        Ok(*iv)
    }

    fn sm4_mac_in_pieces(&self, key: &Block, iv: &Block, pieces: &[&[u8]]) -> Answer<Block> {
        let iv = if self.has(Fault::MacWithoutIv) {
            &[0; 16]
        } else {
            iv
        };
        self.soft
            .sm4_mac_in_pieces(key, iv, self.lose(Fault::MacLosesPiece, pieces))
    }

    fn seal(
        &self,
        aead: Aead,
        key: &Block,
        nonce: &[u8],
        aad: &[u8],
        pieces: &[&[u8]],
        tag_length: usize,
    ) -> Answer<Sealed> {
        let aad = if self.has(Fault::AadIgnored) {
            &[]
        } else {
            aad
        };
        let pieces = self.lose(Fault::AeadLosesPiece, pieces);
        self.soft.seal(aead, key, nonce, aad, pieces, tag_length)
    }

    fn open(
        &self,
        aead: Aead,
        key: &Block,
        nonce: &[u8],
        aad: &[u8],
        pieces: &[&[u8]],
        tag: &[u8],
    ) -> Answer<Vec<u8>> {
        if self.has(Fault::TagUnchecked) {
            // Both modes are a keystream, so sealing the ciphertext gives the plaintext.
            return Ok(self
                .soft
                .seal(aead, key, nonce, aad, pieces, 16)?
                .ciphertext);
        }
        let aad = if self.has(Fault::AadIgnored) {
            &[]
        } else {
            aad
        };
        self.soft.open(aead, key, nonce, aad, pieces, tag)
    }

    #[expect(clippy::panic_in_result_fn, reason = "the fault is a panic")]
    fn sm3(&self, pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        assert!(!self.has(Fault::Panics), "out of cheese");
        let mut digest = self.soft.sm3(self.lose(Fault::Sm3LosesPiece, pieces))?;
        if self.has(Fault::Sm3OffByOne) {
            digest[31] = digest[31].wrapping_add(1);
        }
        Ok(digest)
    }

    fn prehash(&self, key: &PublicKey, user: &UserId, pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        if self.has(Fault::PrehashWithoutZ) {
            return self.soft.sm3(pieces);
        }
        let user = if self.has(Fault::IgnoresUserId) {
            &UserId::DEFAULT
        } else {
            user
        };
        self.soft.prehash(key, user, pieces)
    }

    fn hmac_sm3(&self, key: &[u8], pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let cut = self.has(Fault::CutsLongHmacKey) && key.len() > 64;
        let pieces = self.lose(Fault::HmacLosesPiece, pieces);
        self.soft
            .hmac_sm3(if cut { &key[..64] } else { key }, pieces)
    }

    fn create_file(&self, name: &str, size: usize) -> Answer<()> {
        self.files.create(name, size, self.has(Fault::CreatesTwice))
    }

    fn read_file(&self, name: &str, offset: usize, length: usize) -> Answer<Vec<u8>> {
        self.files.read(name, offset, length)
    }

    fn write_file(&self, name: &str, offset: usize, data: &[u8]) -> Answer<()> {
        self.files
            .write(name, offset, data, self.has(Fault::WriteTruncates))
    }

    fn delete_file(&self, name: &str) -> Answer<()> {
        self.files.delete(name)
    }
}

const KEK: Block = [0x4b; 16];
