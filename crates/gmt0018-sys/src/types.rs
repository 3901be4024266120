//! The structures of GM/T 0018 clause 5, and the older and vendor layouts that libraries in the
//! field still use.
//!
//! Integers are in the machine's byte order. Big numbers are big-endian byte arrays, right-aligned
//! in their field: a 256-bit SM2 value is in bytes 32 to 63 of a 64-byte field, and the first 32
//! bytes are zero.

use core::ffi::{c_int, c_ulong, c_void};

use crate::layout::{Layout, c_structs};

pub mod sm9;
pub mod variant;

pub use sm9::*;
pub use variant::*;

/// What every function returns: 0, or an error code of [`error_code`](crate::error_code) to be
/// compared as `u32`.
///
/// The standard says `int`; some vendors' headers say `unsigned int`. Both are 32 bits in the same
/// register.
pub type Rv = c_int;

/// A handle of a device, a session, a key or a key agreement: opaque, and null when invalid.
pub type Handle = *mut c_void;

crate::constant::constants! {
    /// Every limit of the structures by name.
    LIMITS:

    /// The largest RSA modulus of the plain structures, in bits.
    RSAREF_MAX_BITS = 2048;
    /// The largest RSA modulus of the plain structures, in bytes.
    RSAREF_MAX_LEN = 256;
    /// The largest RSA prime of the plain structures, in bytes.
    RSAREF_MAX_PLEN = 128;
    /// The largest RSA modulus of the `Ex` structures, in bits.
    EX_RSAREF_MAX_BITS = 4096;
    /// The largest RSA modulus of the `Ex` structures, in bytes.
    EX_RSAREF_MAX_LEN = 512;
    /// The largest RSA prime of the `Ex` structures, in bytes.
    EX_RSAREF_MAX_PLEN = 256;
    /// The largest coordinate of an elliptic curve point, in bits.
    ECCREF_MAX_BITS = 512;
    /// The largest coordinate of an elliptic curve point, in bytes.
    ECCREF_MAX_LEN = 64;
}

/// The bytes of [`ECCCipher`] before the ciphertext proper: a ciphertext of `L` bytes takes
/// `ECCCIPHER_HEADER_LEN + L`.
///
/// Use this and never `size_of::<ECCCipher>()`, which counts padding.
pub const ECCCIPHER_HEADER_LEN: usize = core::mem::offset_of!(ECCCipher, C);

/// Every structure of this crate with its layout, for tools that compare it with a vendor's header.
pub fn layouts() -> impl Iterator<Item = &'static Layout> {
    LAYOUTS.iter().chain(variant::LAYOUTS).chain(sm9::LAYOUTS)
}

/// Bytes of the C type `unsigned long`, which the 2012 envelope alone uses: 8 on 64-bit Unix, 4
/// elsewhere.
const LONG: usize = size_of::<c_ulong>();

c_structs! {
    /// What a device says about itself (5.2, device information).
    ///
    /// The texts are not always closed with a zero byte. The capability words are hints: libraries
    /// fill them wrongly.
    public DEVICEINFO, size 100, {
        /// The manufacturer's name.
        IssuerName: [u8; 40] = 0,
        /// The model.
        DeviceName: [u8; 16] = 40,
        /// 8 bytes date, 3 bytes batch, 5 bytes serial number.
        DeviceSerial: [u8; 16] = 56,
        /// The version of the device's software.
        DeviceVersion: u32 = 72,
        /// The edition of the standard: 1 for 2012, 2 for 2023; some libraries put other numbers.
        StandardVersion: u32 = 76,
        /// The asymmetric algorithm ids or-ed together, then the key sizes in bits or-ed together.
        AsymAlgAbility: [u32; 2] = 80,
        /// The symmetric algorithm and mode ids or-ed together.
        SymAlgAbility: u32 = 88,
        /// The hash algorithm ids or-ed together.
        HashAlgAbility: u32 = 92,
        /// The bytes of file storage in the device.
        BufferSize: u32 = 96,
    }

    /// An RSA public key of up to 2048 bits (5.3).
    public RSArefPublicKey, size 516, {
        /// The size of the modulus in bits.
        bits: u32 = 0,
        /// The modulus.
        m: [u8; 256] = 4,
        /// The public exponent.
        e: [u8; 256] = 260,
    }

    /// An RSA private key of up to 2048 bits (5.3).
    secret RSArefPrivateKey, size 1412, {
        /// The size of the modulus in bits.
        bits: u32 = 0,
        /// The modulus.
        m: [u8; 256] = 4,
        /// The public exponent.
        e: [u8; 256] = 260,
        /// The private exponent.
        d: [u8; 256] = 516,
        /// The two primes.
        prime: [[u8; 128]; 2] = 772,
        /// The private exponent modulo each prime less one.
        pexp: [[u8; 128]; 2] = 1028,
        /// The inverse of one prime modulo the other.
        coef: [u8; 128] = 1284,
    }

    /// An SM2 (or other elliptic curve) public key (5.4).
    public ECCrefPublicKey, size 132, {
        /// The size of the key in bits: 256 for SM2.
        bits: u32 = 0,
        /// The x coordinate.
        x: [u8; 64] = 4,
        /// The y coordinate.
        y: [u8; 64] = 68,
    }

    /// An SM2 (or other elliptic curve) private key (5.4).
    secret ECCrefPrivateKey, size 68, {
        /// The size of the key in bits: 256 for SM2.
        bits: u32 = 0,
        /// The private scalar; older headers call it `D`.
        K: [u8; 64] = 4,
    }

    /// An SM2 ciphertext C1, C3, C2 (5.5): a header of [`ECCCIPHER_HEADER_LEN`] bytes, then `L`
    /// bytes.
    ///
    /// This structure is the header with the first byte of the ciphertext. To receive one, hand
    /// over a zeroed buffer of 1024 bytes or more: libraries write the sizes of their own
    /// declarations, from 164 to 420 bytes.
    public ECCCipher, size 168, {
        /// The x coordinate of C1.
        x: [u8; 64] = 0,
        /// The y coordinate of C1.
        y: [u8; 64] = 64,
        /// C3, the SM3 hash.
        M: [u8; 32] = 128,
        /// The bytes of C2, which are the bytes of the plaintext.
        L: u32 = 160,
        /// C2, of which only the first byte is declared: `C[1]` in 2012, `C[]` in 2023.
        C: [u8; 1] = 164,
    }

    /// An SM2 signature (5.6).
    public ECCSignature, size 128, {
        /// The r of the signature.
        r: [u8; 64] = 0,
        /// The s of the signature.
        s: [u8; 64] = 64,
    }

    /// The protection structure of an SM2 key pair of the 2012 edition (5.8). No standard function
    /// takes it; vendors' do.
    ///
    /// Alone among the structures it has `unsigned long` members, and headers that pack it to one
    /// byte move its last two.
    public ENVELOPEDKEYBLOB, size if LONG == 8 { 384 } else { 372 }, {
        /// The asymmetric algorithm; other headers make it a version.
        ulAsymmAlgID: c_ulong = 0,
        /// The symmetric algorithm that encrypts the private key.
        ulSymmAlgID: c_ulong = LONG,
        /// The symmetric key, encrypted to the receiving device's public key.
        ECCCipherBlob: ECCCipher = 2 * LONG,
        /// The public key of the pair.
        PubKey: ECCrefPublicKey = 2 * LONG + 168,
        /// The private key, encrypted by the symmetric key; right-aligned before encryption.
        cbEncryptedPriKey: [u8; 64] = 2 * LONG + 300,
    }

    /// The protection structure of an SM2 key pair of the 2023 edition (5.9), in the order of GM/T
    /// 0016.
    ///
    /// It ends in an [`ECCCipher`] and so has a variable length: 208 + [`ECCCIPHER_HEADER_LEN`] + L
    /// bytes.
    public EnvelopedECCKey, size 376, {
        /// The version of the structure: 1.
        Version: u32 = 0,
        /// The symmetric algorithm that encrypts the private key, an ECB one.
        ulSymmAlgID: u32 = 4,
        /// The size of the key in bits.
        ulBits: u32 = 8,
        /// The private key, encrypted by the symmetric key; right-aligned before encryption.
        cbEncryptedPriKey: [u8; 64] = 12,
        /// The public key of the pair.
        PubKey: ECCrefPublicKey = 76,
        /// The symmetric key, encrypted to the receiving device's public key.
        ECCCipherBlob: ECCCipher = 208,
    }
}
