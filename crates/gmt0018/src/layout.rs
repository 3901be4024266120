//! Keys, signatures and ciphertexts as the library's C structures, in the layout that the dialect names.
//!
//! A structure is a zeroed block of memory larger than any known variant of it: a library that writes the size of its own
//! declaration stays inside. Numbers are big-endian and right-aligned in their field.

mod probe;
#[cfg(test)]
mod tests;

use std::{fmt, ops::Range, ptr};

use sm2_signing::{Ciphertext, PublicKey, Signature};
use zeroize::{Zeroize, Zeroizing};

pub use probe::{
    CiphertextLayout, CiphertextOrder, KeyLayout, LayoutProbe, NumberForm, Quirk, SignatureLayout,
    Written,
};

use crate::{EccLayout, Function, InputError, Malformed};

/// A zeroed, aligned piece of memory for a C structure.
#[repr(C, align(8))]
pub(crate) struct Block([u8; BLOCK]);

impl Block {
    pub(crate) const fn new() -> Self {
        Self([0; BLOCK])
    }

    /// Where the structure starts.
    pub(crate) fn place<T>(&mut self) -> *mut T {
        const {
            assert!(
                size_of::<T>() <= BLOCK && align_of::<T>() <= 8,
                "a block holds the structure"
            );
        };
        ptr::from_mut(&mut self.0).cast()
    }

    fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Block(..)")
    }
}

impl Zeroize for Block {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

/// A zeroed, aligned piece of memory for an `ECCCipher` with room for a ciphertext.
#[derive(Debug)]
pub(crate) struct CipherBlock {
    memory: Vec<u8>,
    start: usize,
}

impl CipherBlock {
    /// Makes room for the ciphertext of `length` bytes.
    pub(crate) fn new(length: usize) -> Self {
        let memory = vec![0; length.saturating_add(CIPHER_SLACK)];
        let start = memory.as_ptr().align_offset(8).min(8);
        Self { memory, start }
    }

    /// Where the structure starts.
    pub(crate) fn place<T>(&mut self) -> *mut T {
        const {
            assert!(
                size_of::<T>() < CIPHER_SLACK && align_of::<T>() <= 8,
                "a block holds the structure"
            );
        };
        self.memory
            .get_mut(self.start..)
            .map_or(ptr::null_mut(), |bytes| bytes.as_mut_ptr().cast())
    }

    fn bytes(&self) -> &[u8] {
        self.memory.get(self.start..).unwrap_or_default()
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self.memory.get_mut(self.start..).unwrap_or_default()
    }
}

impl EccLayout {
    /// Writes an `ECCrefPublicKey`.
    pub(crate) fn public_key(self, key: &PublicKey) -> Block {
        let shape = self.shape();
        let mut block = Block::new();
        put(&mut block.0, 0..4, &BITS.to_ne_bytes());
        put(&mut block.0, shape.key_x.low.clone(), key.x());
        put(&mut block.0, shape.key_y.low.clone(), key.y());
        block
    }

    /// Reads the `ECCrefPublicKey` that `function` wrote.
    pub(crate) fn read_public_key(
        self,
        function: Function,
        block: &Block,
    ) -> Result<PublicKey, Malformed> {
        let shape = self.shape();
        let x = number(function, block.bytes(), &shape.key_x)?;
        let y = number(function, block.bytes(), &shape.key_y)?;
        if x == [0; 32] && y == [0; 32] {
            return Err(Malformed::new(function, "the public key is all zero"));
        }
        check_bits(function, block)?;
        Ok(PublicKey::from_x_y(&x, &y))
    }

    /// Writes an `ECCrefPrivateKey`.
    pub(crate) fn private_key(self, scalar: &[u8; 32]) -> Zeroizing<Block> {
        let mut block = Zeroizing::new(Block::new());
        put(&mut block.0, 0..4, &BITS.to_ne_bytes());
        // The scalar sits where x does in the public key.
        put(&mut block.0, self.shape().key_x.low.clone(), scalar);
        block
    }

    /// Reads the `ECCrefPrivateKey` that `function` wrote.
    pub(crate) fn read_private_key(
        self,
        function: Function,
        block: &Block,
    ) -> Result<Zeroizing<[u8; 32]>, Malformed> {
        let scalar = Zeroizing::new(number(function, block.bytes(), &self.shape().key_x)?);
        if *scalar == [0; 32] {
            return Err(Malformed::new(function, "the private key is zero"));
        }
        check_bits(function, block)?;
        Ok(scalar)
    }

    /// Writes an `ECCSignature`.
    pub(crate) fn signature(self, signature: &Signature) -> Block {
        let shape = self.shape();
        let mut block = Block::new();
        put(&mut block.0, shape.signature_r.low.clone(), signature.r());
        put(&mut block.0, shape.signature_s.low.clone(), signature.s());
        block
    }

    /// Reads the `ECCSignature` that `function` wrote.
    pub(crate) fn read_signature(
        self,
        function: Function,
        block: &Block,
    ) -> Result<Signature, Malformed> {
        let shape = self.shape();
        let r = number(function, block.bytes(), &shape.signature_r)?;
        let s = number(function, block.bytes(), &shape.signature_s)?;
        if r == [0; 32] || s == [0; 32] {
            return Err(Malformed::new(function, "r or s of the signature is zero"));
        }
        Ok(Signature::from_r_s(&r, &s))
    }

    /// Refuses a message whose ciphertext the structure has no room for; gives its length.
    pub(crate) fn check_message(self, message: &[u8]) -> Result<u32, InputError> {
        let found = message.len();
        let expected = match self {
            Self::Legacy2008 => "at most 136 (the 2008 layout)",
            Self::Bits512 | Self::Bits256 => "less than 4 GiB",
        };
        u32::try_from(found)
            .ok()
            .filter(|_| found <= self.shape().cipher_room)
            .ok_or(InputError::Length {
                what: "SM2 message or ciphertext C2",
                expected,
                found,
            })
    }

    /// Writes an `ECCCipher`.
    pub(crate) fn ciphertext(self, ciphertext: &Ciphertext) -> Result<CipherBlock, InputError> {
        let shape = self.shape();
        let found = ciphertext.c2().len();
        let length = self.check_message(ciphertext.c2())?;
        let mut block = CipherBlock::new(found);
        let bytes = block.bytes_mut();
        put(bytes, shape.cipher_x.low.clone(), ciphertext.c1().x());
        put(bytes, shape.cipher_y.low.clone(), ciphertext.c1().y());
        put(bytes, shape.cipher_m.clone(), ciphertext.c3());
        put(bytes, shape.cipher_length.clone(), &length.to_ne_bytes());
        put(
            bytes,
            shape.cipher_c..shape.cipher_c.saturating_add(found),
            ciphertext.c2(),
        );
        Ok(block)
    }

    /// Reads the `ECCCipher` of a plaintext of at most `longest` bytes that `function` wrote.
    pub(crate) fn read_ciphertext(
        self,
        function: Function,
        block: &CipherBlock,
        longest: usize,
    ) -> Result<Ciphertext, Malformed> {
        let shape = self.shape();
        let bytes = block.bytes();
        let length = bytes
            .get(shape.cipher_length.clone())
            .and_then(|length| length.try_into().ok())
            .map_or(u32::MAX, u32::from_ne_bytes);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length == 0 || length > longest.min(shape.cipher_room) {
            return Err(Malformed::new(
                function,
                "the length in the ciphertext is not that of the plaintext",
            ));
        }
        let c2 = bytes
            .get(shape.cipher_c..shape.cipher_c.saturating_add(length))
            .ok_or(Malformed::new(
                function,
                "the length in the ciphertext is beyond the buffer",
            ))?;
        let x = number(function, bytes, &shape.cipher_x)?;
        let y = number(function, bytes, &shape.cipher_y)?;
        let c3 = bytes
            .get(shape.cipher_m.clone())
            .and_then(|hash| hash.try_into().ok())
            .ok_or(Malformed::new(
                function,
                "the hash in the ciphertext is beyond the buffer",
            ))?;
        if x == [0; 32] && y == [0; 32] {
            return Err(Malformed::new(function, "C1 of the ciphertext is all zero"));
        }
        Ok(Ciphertext::new(
            PublicKey::from_x_y(&x, &y),
            c3,
            c2.to_vec(),
        ))
    }

    const fn shape(self) -> &'static Shape {
        match self {
            Self::Bits512 => &BITS_512,
            Self::Bits256 => &BITS_256,
            Self::Legacy2008 => &LEGACY_2008,
        }
    }
}

/// Where everything is in the four structures.
struct Shape {
    key_x: Field,
    key_y: Field,
    signature_r: Field,
    signature_s: Field,
    cipher_x: Field,
    cipher_y: Field,
    cipher_m: Range<usize>,
    cipher_length: Range<usize>,
    cipher_c: usize,
    /// The most bytes of C2 that the structure has room for.
    cipher_room: usize,
}

/// A number of 256 bits: its field's zero part and its own bytes.
struct Field {
    high: Range<usize>,
    low: Range<usize>,
}

impl Field {
    const fn of_64(at: usize) -> Self {
        let middle = at.saturating_add(32);
        Self {
            high: at..middle,
            low: middle..at.saturating_add(64),
        }
    }

    const fn of_32(at: usize) -> Self {
        Self {
            high: at..at,
            low: at..at.saturating_add(32),
        }
    }
}

/// Copies `value` into `bytes`; a block is larger than every shape, so the range is always there.
fn put(bytes: &mut [u8], range: Range<usize>, value: &[u8]) {
    debug_assert!(
        range.end <= bytes.len() && range.len() == value.len(),
        "the shape fits the block"
    );
    if let Some(place) = bytes.get_mut(range) {
        place.copy_from_slice(value);
    }
}

/// Reads a number and refuses one of more than 256 bits.
fn number(function: Function, bytes: &[u8], field: &Field) -> Result<[u8; 32], Malformed> {
    let high = bytes.get(field.high.clone()).unwrap_or_default();
    if high.iter().any(|byte| *byte != 0) {
        return Err(Malformed::new(function, "a number has more than 256 bits"));
    }
    bytes
        .get(field.low.clone())
        .and_then(|low| low.try_into().ok())
        .ok_or(Malformed::new(function, "a number is beyond the buffer"))
}

/// Refuses a key that does not say it has 256 bits.
fn check_bits(function: Function, block: &Block) -> Result<(), Malformed> {
    match block.bytes().first_chunk() {
        Some(bits) if u32::from_ne_bytes(*bits) == BITS => Ok(()),
        _ => Err(Malformed::new(
            function,
            "the key does not say it has 256 bits",
        )),
    }
}

/// The size of an SM2 key.
const BITS: u32 = 256;
/// Larger than every variant of every structure of fixed size.
const BLOCK: usize = 512;
/// What is allocated beyond the bytes of C2: larger than every variant of `ECCCipher`.
const CIPHER_SLACK: usize = 1024;

const BITS_512: Shape = Shape {
    key_x: Field::of_64(4),
    key_y: Field::of_64(68),
    signature_r: Field::of_64(0),
    signature_s: Field::of_64(64),
    cipher_x: Field::of_64(0),
    cipher_y: Field::of_64(64),
    cipher_m: 128..160,
    cipher_length: 160..164,
    cipher_c: 164,
    cipher_room: 0xffff_ffff,
};
const BITS_256: Shape = Shape {
    key_x: Field::of_32(4),
    key_y: Field::of_32(36),
    signature_r: Field::of_32(0),
    signature_s: Field::of_32(32),
    cipher_x: Field::of_32(0),
    cipher_y: Field::of_32(32),
    cipher_m: 64..96,
    cipher_length: 96..100,
    cipher_c: 100,
    cipher_room: 0xffff_ffff,
};
const LEGACY_2008: Shape = Shape {
    key_x: Field::of_32(4),
    key_y: Field::of_32(36),
    signature_r: Field::of_32(0),
    signature_s: Field::of_32(32),
    cipher_length: 0..4,
    cipher_x: Field::of_32(4),
    cipher_y: Field::of_32(36),
    cipher_c: 68,
    cipher_m: 204..236,
    cipher_room: 136,
};
