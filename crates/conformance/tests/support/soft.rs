//! The back end in software: `sm-soft` alone, no card anywhere.

use conformance::{Aead, Answer, Backend, Block, Direction, Half, Mode, Role, Sealed};
use sm_soft::{
    SecretKey, SoftKey, SoftVerifier,
    cipher::{self, AeadMode, CbcMac, Cipher, Sm4Key},
    encryption,
    exchange::{Ephemeral, Party, Peer, responder, sponsor},
    hash::{Digest, HmacSm3, Sm3},
    keyfile, random,
};
use sm2_signing::{
    BatchVerifier, Ciphertext, Error, ErrorKind, PublicKey, Serial, Signer, UserId, Verifier, Z,
};

#[derive(Debug)]
pub(crate) struct Soft {
    encryption: SecretKey,
    verifier: SoftVerifier,
    batch: Serial<SoftVerifier>,
}

impl Soft {
    pub(crate) fn new() -> Self {
        Self {
            encryption: SecretKey::generate().expect("the system has random numbers"),
            verifier: SoftVerifier::new(),
            batch: Serial::new(SoftVerifier::new()),
        }
    }

    fn seal_key(&self, receiver: &PublicKey, probe: &Block) -> Answer<(Ciphertext, Block)> {
        let key = Sm4Key::generate().map_err(device)?;
        let envelope = encryption::encrypt(receiver, key.as_bytes()).map_err(input)?;
        Ok((envelope, fingerprint(key.as_bytes(), probe)?))
    }
}

impl Backend for Soft {
    fn name(&self) -> String {
        "soft key (sm-soft)".to_owned()
    }

    fn random(&self, length: usize) -> Answer<Vec<u8>> {
        let mut bytes = vec![0; length];
        random::fill(&mut bytes).map_err(device)?;
        Ok(bytes)
    }

    fn signer(&self) -> Answer<Box<dyn Signer + '_>> {
        Ok(Box::new(SoftKey::generate().map_err(device)?))
    }

    fn signer_for(&self, private_key: &[u8; 32]) -> Answer<Box<dyn Signer + '_>> {
        Ok(Box::new(SoftKey::new(
            SecretKey::from_bytes(private_key).map_err(input)?,
        )))
    }

    fn signer_from_pem(&self, pem: &str) -> Answer<Box<dyn Signer + '_>> {
        let key = keyfile::parse_private(pem.as_bytes(), None).map_err(input)?;
        Ok(Box::new(SoftKey::new(key)))
    }

    fn encryption_key(&self) -> Answer<PublicKey> {
        Ok(self.encryption.public_key())
    }

    fn envelope_to_itself(&self, probe: &Block) -> Answer<(Ciphertext, Block)> {
        self.seal_key(&self.encryption.public_key(), probe)
    }

    fn envelope_to(&self, key: &PublicKey, probe: &Block) -> Answer<(Ciphertext, Block)> {
        self.seal_key(key, probe)
    }

    fn open_envelope(&self, envelope: &Ciphertext, probe: &Block) -> Answer<Block> {
        let key = encryption::decrypt(&self.encryption, envelope).map_err(input)?;
        fingerprint(&key, probe)
    }

    fn exchange_envelope(&self, envelope: &Ciphertext, key: &PublicKey) -> Answer<Ciphertext> {
        self.encrypt(key, &self.decrypt(envelope)?)
    }

    fn agree_as_sponsor(
        &self,
        own: &UserId,
        peer: &UserId,
        respond: &mut dyn FnMut(&Half) -> Answer<Half>,
        probe: &Block,
    ) -> Answer<Block> {
        let ephemeral = Ephemeral::generate().map_err(device)?;
        let key = self.encryption.public_key();
        let reply = respond(&Half {
            key,
            ephemeral: ephemeral.public_key(),
        })?;
        let own = Party::new(&self.encryption, own, &ephemeral);
        let peer = Peer::new(&reply.key, peer, &reply.ephemeral);
        fingerprint(&sponsor(&own, &peer, 16).map_err(input)?, probe)
    }

    fn agree_as_responder(
        &self,
        own: &UserId,
        peer: &UserId,
        sponsor: &Half,
        probe: &Block,
    ) -> Answer<(Half, Block)> {
        let ephemeral = Ephemeral::generate().map_err(device)?;
        let reply = Half {
            key: self.encryption.public_key(),
            ephemeral: ephemeral.public_key(),
        };
        let own = Party::new(&self.encryption, own, &ephemeral);
        let peer = Peer::new(&sponsor.key, peer, &sponsor.ephemeral);
        let key = responder(&own, &peer, 16).map_err(input)?;
        Ok((reply, fingerprint(&key, probe)?))
    }

    fn agree_with(
        &self,
        role: Role,
        private_keys: [&[u8; 32]; 2],
        ids: [&UserId; 2],
        peer: &Half,
        length: usize,
    ) -> Answer<Vec<u8>> {
        let [key, ephemeral] = private_keys.map(SecretKey::from_bytes);
        let (key, ephemeral) = (key.map_err(input)?, ephemeral.map_err(input)?);
        let ephemeral = Ephemeral::from_secret(ephemeral);
        let own = Party::new(&key, ids[0], &ephemeral);
        let peer = Peer::new(&peer.key, ids[1], &peer.ephemeral);
        let shared = match role {
            Role::Sponsor => sponsor(&own, &peer, length),
            Role::Responder => responder(&own, &peer, length),
        };
        Ok(shared.map_err(input)?.to_vec())
    }

    fn verifier(&self) -> Option<&dyn Verifier> {
        Some(&self.verifier)
    }

    fn batch_verifier(&self) -> Option<&dyn BatchVerifier> {
        Some(&self.batch)
    }

    fn encrypt_to_itself(&self, plaintext: &[u8]) -> Answer<Ciphertext> {
        self.encrypt(&self.encryption.public_key(), plaintext)
    }

    fn encrypt(&self, key: &PublicKey, plaintext: &[u8]) -> Answer<Ciphertext> {
        encryption::encrypt(key, plaintext).map_err(input)
    }

    fn decrypt(&self, ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        Ok(encryption::decrypt(&self.encryption, ciphertext)
            .map_err(input)?
            .to_vec())
    }

    fn decrypt_with(&self, private_key: &[u8; 32], ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        let key = SecretKey::from_bytes(private_key).map_err(input)?;
        Ok(encryption::decrypt(&key, ciphertext)
            .map_err(input)?
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
        let mut cipher = start(mode, direction, key, iv)?;
        let output = cipher.update(data).map_err(input)?;
        *iv = cipher.finish().map_err(input)?;
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
        let mut cipher = start(mode, direction, key, iv)?;
        let mut output = Vec::new();
        for piece in pieces {
            output.extend(cipher.update(piece).map_err(input)?);
        }
        cipher.finish().map_err(input)?;
        Ok(output)
    }

    fn sm4_mac(&self, key: &Block, iv: &mut Block, data: &[u8]) -> Answer<Block> {
        *iv = self.sm4_mac_in_pieces(key, iv, &[data])?;
        Ok(*iv)
    }

    fn sm4_mac_in_pieces(&self, key: &Block, iv: &Block, pieces: &[&[u8]]) -> Answer<Block> {
        let mut mac = CbcMac::new(&Sm4Key::from_bytes(key), iv);
        for piece in pieces {
            mac.update(piece);
        }
        mac.finish().map_err(input)
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
        let length = pieces.iter().map(|piece| piece.len() as u64).sum();
        let (mode, key) = (aead_mode(aead), Sm4Key::from_bytes(key));
        let direction = cipher::Direction::Encrypt;
        let mut aead =
            cipher::Aead::new(mode, direction, &key, nonce, aad, Some(length), tag_length)
                .map_err(input)?;
        let mut ciphertext = Vec::new();
        for piece in pieces {
            ciphertext.extend(aead.update(piece).map_err(input)?);
        }
        let tag = aead.finish().map_err(input)?.as_bytes().to_vec();
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
        let (mode, key) = (aead_mode(aead), Sm4Key::from_bytes(key));
        if let [whole] = pieces {
            return cipher::aead_decrypt(mode, &key, nonce, aad, whole, tag).map_err(input);
        }
        let length = pieces.iter().map(|piece| piece.len() as u64).sum();
        let direction = cipher::Direction::Decrypt;
        let mut aead =
            cipher::Aead::new(mode, direction, &key, nonce, aad, Some(length), tag.len())
                .map_err(input)?;
        let mut plaintext = Vec::new();
        for piece in pieces {
            plaintext.extend(aead.update(piece).map_err(input)?);
        }
        aead.verify(tag).map_err(input)?;
        Ok(plaintext)
    }

    fn sm3(&self, pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let mut hash = Sm3::new();
        pieces.iter().for_each(|piece| hash.update(piece));
        Ok(hash.finalize().into())
    }

    fn prehash(&self, key: &PublicKey, user: &UserId, pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        Ok(*Z::new(key, user).prehash(&pieces.concat()).as_bytes())
    }

    fn hmac_sm3(&self, key: &[u8], pieces: &[&[u8]]) -> Answer<[u8; 32]> {
        let mut mac = HmacSm3::new(key);
        pieces.iter().for_each(|piece| mac.update(piece));
        Ok(mac.finalize())
    }
}

fn start(mode: Mode, direction: Direction, key: &Block, iv: &Block) -> Answer<Cipher> {
    let mode = match mode {
        Mode::Ecb => cipher::Mode::Ecb,
        Mode::Cbc => cipher::Mode::Cbc,
        Mode::Cfb => cipher::Mode::Cfb,
        Mode::Ofb => cipher::Mode::Ofb,
        Mode::Ctr => cipher::Mode::Ctr,
    };
    let direction = match direction {
        Direction::Encrypt => cipher::Direction::Encrypt,
        Direction::Decrypt => cipher::Direction::Decrypt,
    };
    Cipher::new(mode, direction, &Sm4Key::from_bytes(key), iv).map_err(input)
}

const fn aead_mode(aead: Aead) -> AeadMode {
    match aead {
        Aead::Gcm => AeadMode::Gcm,
        Aead::Ccm => AeadMode::Ccm,
    }
}

fn fingerprint(key: &[u8], probe: &Block) -> Answer<Block> {
    let key = Sm4Key::from_slice(key).map_err(input)?;
    let block = cipher::encrypt(cipher::Mode::Ecb, &key, &[], probe).map_err(input)?;
    block
        .try_into()
        .map_err(|_| Error::new(ErrorKind::Device, "ECB changed the length"))
}

fn input(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Input, error)
}

fn device(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Device, error)
}
