//! Layouts other than the standard's that libraries in the field use; none appears in a prototype
//! of this crate.
//!
//! A caller who knows that a library was built with one of these passes a pointer to it in place of
//! the standard's structure. No call tells which layout a library uses; exporting a public key into
//! a marked buffer does.

use crate::layout::c_structs;

c_structs! {
    /// An RSA public key of up to 4096 bits, for the vendors' `_Ex` functions.
    public RSArefPublicKeyEx, size 1028, {
        /// The size of the modulus in bits.
        bits: u32 = 0,
        /// The modulus.
        m: [u8; 512] = 4,
        /// The public exponent.
        e: [u8; 512] = 516,
    }

    /// An RSA private key of up to 4096 bits, for the vendors' `_Ex` functions.
    secret RSArefPrivateKeyEx, size 2820, {
        /// The size of the modulus in bits.
        bits: u32 = 0,
        /// The modulus.
        m: [u8; 512] = 4,
        /// The public exponent.
        e: [u8; 512] = 516,
        /// The private exponent.
        d: [u8; 512] = 1028,
        /// The two primes.
        prime: [[u8; 256]; 2] = 1540,
        /// The private exponent modulo each prime less one.
        pexp: [[u8; 256]; 2] = 2052,
        /// The inverse of one prime modulo the other.
        coef: [u8; 256] = 2564,
    }

    /// [`ECCrefPublicKey`](crate::ECCrefPublicKey) with 256-bit fields (2008 interface, Fisherman).
    public ECCrefPublicKey_256, size 68, {
        /// The size of the key in bits: 256 for SM2.
        bits: u32 = 0,
        /// The x coordinate.
        x: [u8; 32] = 4,
        /// The y coordinate.
        y: [u8; 32] = 36,
    }

    /// [`ECCrefPrivateKey`](crate::ECCrefPrivateKey) with a 256-bit field (2008 interface,
    /// Fisherman).
    secret ECCrefPrivateKey_256, size 36, {
        /// The size of the key in bits: 256 for SM2.
        bits: u32 = 0,
        /// The private scalar.
        D: [u8; 32] = 4,
    }

    /// [`ECCSignature`](crate::ECCSignature) with 256-bit fields (2008 interface, Fisherman).
    public ECCSignature_256, size 64, {
        /// The r of the signature.
        r: [u8; 32] = 0,
        /// The s of the signature.
        s: [u8; 32] = 32,
    }

    /// [`ECCCipher`](crate::ECCCipher) with 256-bit fields in the order of the 2012 edition
    /// (Fisherman, Huawei).
    ///
    /// Only the first byte of the ciphertext is declared; Fisherman's own structure has room for
    /// 136.
    public ECCCipher_256, size 104, {
        /// The x coordinate of C1.
        x: [u8; 32] = 0,
        /// The y coordinate of C1.
        y: [u8; 32] = 32,
        /// C3, the SM3 hash.
        M: [u8; 32] = 64,
        /// The bytes of C2.
        L: u32 = 96,
        /// C2, of which only the first byte is declared.
        C: [u8; 1] = 100,
    }

    /// The ciphertext of the 2008 interface, 256-bit fields: the length first, C2 before C3.
    public ECCCipher_2008, size 236, {
        /// The bytes of C2.
        clength: u32 = 0,
        /// The x coordinate of C1.
        x: [u8; 32] = 4,
        /// The y coordinate of C1.
        y: [u8; 32] = 36,
        /// C2.
        C: [u8; 136] = 68,
        /// C3, the hash.
        M: [u8; 32] = 204,
    }

    /// The ciphertext of the 2008 interface with 512-bit fields, as early Sansec libraries have it.
    public ECCCipher_2008_512, size 332, {
        /// The bytes of C2.
        clength: u32 = 0,
        /// The x coordinate of C1.
        x: [u8; 64] = 4,
        /// The y coordinate of C1.
        y: [u8; 64] = 68,
        /// C2.
        C: [u8; 136] = 132,
        /// C3, the hash.
        M: [u8; 64] = 268,
    }
}
