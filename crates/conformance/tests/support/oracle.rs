//! The other side: RustCrypto's `sm2` for signatures and encryption, and the key exchange and the
//! modes of SM4 written out from the standards' formulas, with nothing of `sm-soft` in them.

use conformance::{Answer, Backend, Block, Direction, Half, Mode};
use getrandom::SysRng;
use sm2::{
    ProjectivePoint, Scalar, SecretKey,
    dsa::{SigningKey, VerifyingKey},
    elliptic_curve::{Generate, PrimeField, point::AffineCoordinates, sec1::ToSec1Point},
    pke::{DecryptingKey, EncryptingKey},
};
use sm2_signing::{
    Ciphertext, Error, ErrorKind, Prehash, PublicKey, Signature, Signer, UserId, Verifier,
    VerifyError, Z,
};
use sm3::{Digest, Sm3};
use sm4::{
    Sm4,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};

#[derive(Debug)]
pub(crate) struct Oracle {
    key: SecretKey,
    verifier: OracleVerifier,
}

impl Oracle {
    pub(crate) fn new() -> Self {
        Self {
            key: SecretKey::generate(),
            verifier: OracleVerifier,
        }
    }

    /// GB/T 32918.3 §6.1, steps A4 to A8 (B3 to B6 are the same for the other side).
    fn agree(
        &self,
        ephemeral: &SecretKey,
        peer: &Half,
        z: [&Z; 2],
        probe: &Block,
    ) -> Answer<Block> {
        let own_r = own_key(ephemeral);
        // A4, A5: t = (d + x1' r) mod n
        let t = *self.key.to_nonzero_scalar() + half(own_r.x()) * *ephemeral.to_nonzero_scalar();
        // A6, A7: U = [h t](P + [x2'] R), h = 1
        let (peer_p, peer_r) = (point(&peer.key)?, point(&peer.ephemeral)?);
        let u = (peer_p + peer_r * half(peer.ephemeral.x())) * t;
        let u = u.to_affine().to_sec1_point(false);
        // A8: K = KDF(xU || yU || ZA || ZB, klen)
        let mut hash = Sm3::new();
        hash.update(&u.as_bytes()[1..]);
        z.iter().for_each(|z| hash.update(z.as_bytes()));
        hash.update(1_u32.to_be_bytes());
        let key: [u8; 32] = hash.finalize().into();
        let key = key.first_chunk::<16>().ok_or_else(|| input("no key"))?;
        Ok(encrypt_block(key, probe))
    }
}

impl Backend for Oracle {
    fn name(&self) -> String {
        "RustCrypto".to_owned()
    }

    fn signer(&self) -> Answer<Box<dyn Signer + '_>> {
        Ok(Box::new(OracleSigner::new(&SecretKey::generate())?))
    }

    fn signer_for(&self, private_key: &[u8; 32]) -> Answer<Box<dyn Signer + '_>> {
        let key = SecretKey::from_slice(private_key).map_err(input)?;
        Ok(Box::new(OracleSigner::new(&key)?))
    }

    fn encryption_key(&self) -> Answer<PublicKey> {
        Ok(own_key(&self.key))
    }

    fn agree_as_sponsor(
        &self,
        own: &UserId,
        peer: &UserId,
        respond: &mut dyn FnMut(&Half) -> Answer<Half>,
        probe: &Block,
    ) -> Answer<Block> {
        let ephemeral = SecretKey::generate();
        let half = Half {
            key: own_key(&self.key),
            ephemeral: own_key(&ephemeral),
        };
        let reply = respond(&half)?;
        let (z_a, z_b) = (Z::new(&half.key, own), Z::new(&reply.key, peer));
        self.agree(&ephemeral, &reply, [&z_a, &z_b], probe)
    }

    fn agree_as_responder(
        &self,
        own: &UserId,
        peer: &UserId,
        sponsor: &Half,
        probe: &Block,
    ) -> Answer<(Half, Block)> {
        let ephemeral = SecretKey::generate();
        let half = Half {
            key: own_key(&self.key),
            ephemeral: own_key(&ephemeral),
        };
        let (z_a, z_b) = (Z::new(&sponsor.key, peer), Z::new(&half.key, own));
        Ok((half, self.agree(&ephemeral, sponsor, [&z_a, &z_b], probe)?))
    }

    fn verifier(&self) -> Option<&dyn Verifier> {
        Some(&self.verifier)
    }

    fn encrypt(&self, key: &PublicKey, plaintext: &[u8]) -> Answer<Ciphertext> {
        let key = EncryptingKey::from_sec1_bytes(&key.to_sec1()).map_err(input)?;
        let bytes = key.encrypt(&mut SysRng, plaintext).map_err(input)?;
        Ciphertext::from_c1c3c2(&bytes).map_err(input)
    }

    fn decrypt(&self, ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        self.decrypt_with(&self.key.to_bytes().into(), ciphertext)
    }

    fn decrypt_with(&self, private_key: &[u8; 32], ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        let key = DecryptingKey::from_slice(private_key).map_err(input)?;
        key.decrypt(&ciphertext.to_c1c3c2()).map_err(input)
    }

    fn sm4(
        &self,
        mode: Mode,
        direction: Direction,
        key: &Block,
        iv: &mut Block,
        data: &[u8],
    ) -> Answer<Vec<u8>> {
        if mode.needs_whole_blocks() && !data.len().is_multiple_of(16) {
            return Err(input("not whole blocks"));
        }
        let mut output = Vec::with_capacity(data.len());
        for piece in data.chunks(16) {
            let mut block = [0; 16];
            block[..piece.len()].copy_from_slice(piece);
            let (found, next) = one_block(mode, direction, key, iv, &block);
            output.extend_from_slice(&found[..piece.len()]);
            *iv = next;
        }
        Ok(output)
    }
}

/// The output of one block and the IV of the next (GB/T 17964).
fn one_block(
    mode: Mode,
    direction: Direction,
    key: &Block,
    iv: &Block,
    block: &Block,
) -> (Block, Block) {
    let xor = |a: &Block, b: &Block| std::array::from_fn(|i| a[i] ^ b[i]);
    let pad = encrypt_block(key, iv);
    match (mode, direction) {
        (Mode::Ecb, Direction::Encrypt) => (encrypt_block(key, block), *iv),
        (Mode::Ecb, Direction::Decrypt) => (decrypt_block(key, block), *iv),
        (Mode::Cbc, Direction::Encrypt) => {
            let out = encrypt_block(key, &xor(block, iv));
            (out, out)
        }
        (Mode::Cbc, Direction::Decrypt) => (xor(&decrypt_block(key, block), iv), *block),
        (Mode::Cfb, Direction::Encrypt) => {
            let out = xor(block, &pad);
            (out, out)
        }
        (Mode::Cfb, Direction::Decrypt) => (xor(block, &pad), *block),
        (Mode::Ofb, _) => (xor(block, &pad), pad),
        (Mode::Ctr, _) => (
            xor(block, &pad),
            u128::from_be_bytes(*iv).wrapping_add(1).to_be_bytes(),
        ),
    }
}

#[derive(Debug)]
struct OracleSigner {
    signing: SigningKey,
    public: PublicKey,
}

impl OracleSigner {
    fn new(key: &SecretKey) -> Answer<Self> {
        let signing = SigningKey::new(ID, key).map_err(input)?;
        Ok(Self {
            signing,
            public: own_key(key),
        })
    }
}

impl Signer for OracleSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        use sm2::dsa::signature::hazmat::PrehashSigner;
        let signature: sm2::dsa::Signature =
            self.signing.sign_prehash(e.as_bytes()).map_err(input)?;
        Ok(Signature::from_bytes(&signature.to_bytes().into()))
    }
}

#[derive(Debug)]
struct OracleVerifier;

impl Verifier for OracleVerifier {
    fn verify(&self, key: &PublicKey, e: &Prehash, s: &Signature) -> Result<(), VerifyError> {
        use sm2::dsa::signature::hazmat::PrehashVerifier;
        let invalid = |_| VerifyError::Invalid;
        let key = VerifyingKey::from_sec1_bytes(ID, &key.to_sec1()).map_err(invalid)?;
        let signature = sm2::dsa::Signature::from_slice(s.as_bytes()).map_err(invalid)?;
        key.verify_prehash(e.as_bytes(), &signature)
            .map_err(invalid)
    }
}

/// x' = 2^127 + (x mod 2^127).
fn half(x: &[u8; 32]) -> Scalar {
    let mut bytes = [0; 32];
    bytes[16..].copy_from_slice(&x[16..]);
    bytes[16] |= 0x80;
    Scalar::from_repr(bytes.into()).expect("2^128 is less than n")
}

fn point(key: &PublicKey) -> Answer<ProjectivePoint> {
    let key = sm2::PublicKey::from_sec1_bytes(&key.to_sec1()).map_err(input)?;
    Ok(key.to_projective())
}

fn own_key(key: &SecretKey) -> PublicKey {
    let point = key.public_key();
    let point = point.as_affine();
    PublicKey::from_x_y(&point.x().into(), &point.y().into())
}

fn encrypt_block(key: &Block, block: &Block) -> Block {
    let mut block = (*block).into();
    Sm4::new(&(*key).into()).encrypt_block(&mut block);
    block.into()
}

fn decrypt_block(key: &Block, block: &Block) -> Block {
    let mut block = (*block).into();
    Sm4::new(&(*key).into()).decrypt_block(&mut block);
    block.into()
}

fn input(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Input, error)
}

const ID: &str = "1234567812345678";
