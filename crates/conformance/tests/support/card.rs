//! The back end for anything that `gmt0018` can open: a module, a dialect, a key index, a password.

#[path = "card/convert.rs"]
mod convert;
#[path = "card/external_signer.rs"]
mod external_signer;
#[path = "card/opened.rs"]
mod opened;

use conformance::{
    Aead, Answer, Backend, Block, DeviceInfo, Direction, Half, Mode, Sealed, unsupported,
};
use gmt0018::{Session, SessionKey};
use sm2_signing::{
    BatchVerifier, Ciphertext, ErrorKind, Prehash, PublicKey, Signature, Signer, UserId, Verifier,
    VerifyError,
};

use convert::{half, keys, sdf_aead, sdf_mode};
use external_signer::ExternalSigner;
pub(crate) use opened::{Card, Settings};

impl Backend for Card {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn device_info(&self) -> Answer<DeviceInfo> {
        let info = self.session()?.device_info()?;
        Ok(DeviceInfo {
            issuer: info.issuer(),
            name: info.name(),
            serial: info.serial(),
            standard_version: info.standard_version(),
        })
    }

    fn random(&self, length: usize) -> Answer<Vec<u8>> {
        Ok(self.session()?.random(length)?)
    }

    fn signer(&self) -> Answer<Box<dyn Signer + '_>> {
        match &self.key {
            Some(key) => Ok(Box::new(key)),
            None => unsupported("a private key: no key index was given"),
        }
    }

    fn signer_for(&self, private_key: &[u8; 32]) -> Answer<Box<dyn Signer + '_>> {
        Ok(Box::new(ExternalSigner::new(self, private_key)?))
    }

    fn encryption_key(&self) -> Answer<PublicKey> {
        Ok(self.session()?.encryption_public_key(self.key()?)?)
    }

    fn envelope_to_itself(&self, probe: &Block) -> Answer<(Ciphertext, Block)> {
        let session = self.session()?;
        let (key, envelope) = session.generate_key_with_internal_key(self.key()?, 128)?;
        Ok((envelope, fingerprint(&session, &key, probe)?))
    }

    fn envelope_to(&self, key: &PublicKey, probe: &Block) -> Answer<(Ciphertext, Block)> {
        let session = self.session()?;
        let (key, envelope) = session.generate_key_with_external_key(key, 128)?;
        Ok((envelope, fingerprint(&session, &key, probe)?))
    }

    fn open_envelope(&self, envelope: &Ciphertext, probe: &Block) -> Answer<Block> {
        let session = self.session()?;
        let key = session.import_key_with_internal_key(self.key()?, envelope)?;
        fingerprint(&session, &key, probe)
    }

    fn exchange_envelope(&self, envelope: &Ciphertext, key: &PublicKey) -> Answer<Ciphertext> {
        Ok(self
            .session()?
            .exchange_envelope(self.key()?, key, envelope)?)
    }

    fn wrap_with_kek(&self, probe: &Block) -> Answer<(Vec<u8>, Block)> {
        let session = self.session()?;
        let (key, wrapped) = session.generate_key_with_kek(self.kek()?, 128)?;
        Ok((wrapped, fingerprint(&session, &key, probe)?))
    }

    fn unwrap_with_kek(&self, wrapped: &[u8], probe: &Block) -> Answer<Block> {
        let session = self.session()?;
        let key = session.import_key_with_kek(self.kek()?, wrapped)?;
        fingerprint(&session, &key, probe)
    }

    fn agree_as_sponsor(
        &self,
        own: &UserId,
        peer: &UserId,
        respond: &mut dyn FnMut(&Half) -> Answer<Half>,
        probe: &Block,
    ) -> Answer<Block> {
        let session = self.session()?;
        let agreement = session.start_agreement(self.key()?, 128, own)?;
        let reply = respond(&half(agreement.keys()))?;
        let key = session.finish_agreement(agreement, peer, &keys(&reply))?;
        fingerprint(&session, &key, probe)
    }

    fn agree_as_responder(
        &self,
        own: &UserId,
        peer: &UserId,
        sponsor: &Half,
        probe: &Block,
    ) -> Answer<(Half, Block)> {
        let session = self.session()?;
        let (key, reply) = session.answer_agreement(self.key()?, 128, own, peer, &keys(sponsor))?;
        Ok((half(&reply), fingerprint(&session, &key, probe)?))
    }

    fn verifier(&self) -> Option<&dyn Verifier> {
        Some(&self.verifier)
    }

    fn batch_verifier(&self) -> Option<&dyn BatchVerifier> {
        Some(&self.batch)
    }

    fn verify_own(&self, e: &Prehash, signature: &Signature) -> Result<(), VerifyError> {
        let index = self.key().map_err(VerifyError::Backend)?;
        let session = self.session().map_err(VerifyError::Backend)?;
        session.verify_internal(index, e, signature)
    }

    fn encrypt_to_itself(&self, plaintext: &[u8]) -> Answer<Ciphertext> {
        Ok(self
            .session()?
            .sm2_encrypt_internal(self.key()?, plaintext)?)
    }

    fn encrypt(&self, key: &PublicKey, plaintext: &[u8]) -> Answer<Ciphertext> {
        Ok(self.session()?.sm2_encrypt(key, plaintext)?)
    }

    fn decrypt(&self, ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        Ok(self
            .session()?
            .sm2_decrypt(self.key()?, ciphertext)?
            .to_vec())
    }

    fn decrypt_with(&self, private_key: &[u8; 32], ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        Ok(self
            .session()?
            .sm2_decrypt_external(private_key, ciphertext)?
            .to_vec())
    }

    fn sm4(
        &self,
        mode: Mode,
        direction: Direction,
        key: &Block,
        iv: &mut Block,
        data: &[u8],
    ) -> Answer<Vec<u8>> {
        let session = self.session()?;
        let key = self.import(&session, key)?;
        let mut mode = sdf_mode(mode, iv);
        let output = match direction {
            Direction::Encrypt => session.sm4_encrypt_chained(&key, &mut mode, data)?,
            Direction::Decrypt => session.sm4_decrypt_chained(&key, &mut mode, data)?,
        };
        match mode {
            gmt0018::Mode::Ecb => {}
            gmt0018::Mode::Cbc(next)
            | gmt0018::Mode::Cfb(next)
            | gmt0018::Mode::Ofb(next)
            | gmt0018::Mode::Ctr(next) => *iv = next,
        }
        Ok(output)
    }

    fn sm4_in_pieces(
        &self,
        mode: Mode,
        direction: Direction,
        key: &Block,
        iv: &Block,
        pieces: &[&[u8]],
    ) -> Answer<Vec<u8>> {
        let mut session = self.session()?;
        let key = self.import(&session, key)?;
        let mode = sdf_mode(mode, iv);
        let mut stream = match direction {
            Direction::Encrypt => session.sm4_encrypt_stream(&key, mode)?,
            Direction::Decrypt => session.sm4_decrypt_stream(&key, mode)?,
        };
        let mut output = Vec::new();
        for piece in pieces {
            output.extend(stream.update(piece)?);
        }
        output.extend(stream.finish()?);
        Ok(output)
    }

    fn sm4_mac(&self, key: &Block, iv: &mut Block, data: &[u8]) -> Answer<Block> {
        let session = self.session()?;
        let key = self.import(&session, key)?;
        *iv = session.sm4_mac(&key, iv, data)?;
        Ok(*iv)
    }

    fn sm4_mac_in_pieces(&self, key: &Block, iv: &Block, pieces: &[&[u8]]) -> Answer<Block> {
        let mut session = self.session()?;
        let key = self.import(&session, key)?;
        let mut stream = session.sm4_mac_stream(&key, iv)?;
        for piece in pieces {
            stream.update(piece)?;
        }
        Ok(stream.finish()?)
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
        let mut session = self.session()?;
        let key = self.import(&session, key)?;
        let aead = sdf_aead(aead);
        if let [whole] = pieces {
            let (ciphertext, tag) =
                session.sm4_auth_encrypt(&key, aead, nonce, aad, whole, tag_length)?;
            return Ok(Sealed { ciphertext, tag });
        }
        let total = total(pieces)?;
        let mut stream =
            session.sm4_auth_encrypt_stream(&key, aead, nonce, aad, total, tag_length)?;
        let mut ciphertext = Vec::new();
        for piece in pieces {
            ciphertext.extend(stream.update(piece)?);
        }
        let (rest, tag) = stream.finish()?;
        ciphertext.extend(rest);
        Ok(Sealed { ciphertext, tag })
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
        let mut session = self.session()?;
        let key = self.import(&session, key)?;
        let aead = sdf_aead(aead);
        if let [whole] = pieces {
            return Ok(session.sm4_auth_decrypt(&key, aead, nonce, aad, whole, tag)?);
        }
        let total = total(pieces)?;
        let mut stream = session.sm4_auth_decrypt_stream(&key, aead, nonce, aad, tag, total)?;
        let mut plaintext = Vec::new();
        for piece in pieces {
            plaintext.extend(stream.update(piece)?);
        }
        plaintext.extend(stream.finish()?);
        Ok(plaintext)
    }

    fn sm3(&self, pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let mut session = self.session()?;
        if let [whole] = pieces {
            return Ok(session.sm3(whole)?);
        }
        let mut stream = session.sm3_stream()?;
        for piece in pieces {
            stream.update(piece)?;
        }
        Ok(stream.finish()?)
    }

    fn prehash(&self, key: &PublicKey, user: &UserId, pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let mut session = self.session()?;
        if let [whole] = pieces {
            return Ok(*session.sm3_with_z(key, user, whole)?.as_bytes());
        }
        let mut stream = session.sm3_stream_with_z(key, user)?;
        for piece in pieces {
            stream.update(piece)?;
        }
        Ok(stream.finish()?)
    }

    fn hmac_sm3(&self, key: &[u8], pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let mut session = self.session()?;
        let key = self.import(&session, key)?;
        if let [whole] = pieces {
            return Ok(session.hmac_sm3(&key, whole)?);
        }
        let mut stream = session.hmac_sm3_stream(&key)?;
        for piece in pieces {
            stream.update(piece)?;
        }
        Ok(stream.finish()?)
    }

    fn create_file(&self, name: &str, size: usize) -> Answer<()> {
        Ok(self.session()?.create_file(name, number(size)?)?)
    }

    fn read_file(&self, name: &str, offset: usize, length: usize) -> Answer<Vec<u8>> {
        Ok(self
            .session()?
            .read_file(name, number(offset)?, number(length)?)?)
    }

    fn write_file(&self, name: &str, offset: usize, data: &[u8]) -> Answer<()> {
        Ok(self.session()?.write_file(name, number(offset)?, data)?)
    }

    fn delete_file(&self, name: &str) -> Answer<()> {
        Ok(self.session()?.delete_file(name)?)
    }
}

fn fingerprint(session: &Session, key: &SessionKey, probe: &Block) -> Answer<Block> {
    let block = session.sm4_encrypt(key, gmt0018::Mode::Ecb, probe)?;
    block
        .try_into()
        .map_err(|_| sm2_signing::Error::new(ErrorKind::Device, "ECB changed the length"))
}

fn total(pieces: &[&[u8]]) -> Answer<u32> {
    number(pieces.iter().map(|piece| piece.len()).sum())
}

fn number(value: usize) -> Answer<u32> {
    u32::try_from(value).map_err(|error| sm2_signing::Error::new(ErrorKind::Input, error))
}
