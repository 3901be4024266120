//! The SM9 structures (2023, annex B), with 32-byte fields, as one public header transcribes them.
//!
//! The two enveloped-key structures are left out: the text contradicts itself on their size and no
//! function takes them.

use crate::layout::c_structs;

c_structs! {
    /// An SM9 master private key, for signing or for encryption.
    secret SM9MasterPrivateKey, size 36, {
        /// The size of the key in bits: 256.
        bits: u32 = 0,
        /// The master secret.
        s: [u8; 32] = 4,
    }

    /// An SM9 signing master public key, a point of the twisted curve.
    public SM9SignMasterPublicKey, size 132, {
        /// The size of the key in bits: 256.
        bits: u32 = 0,
        /// The first part of the x coordinate.
        xa: [u8; 32] = 4,
        /// The second part of the x coordinate.
        xb: [u8; 32] = 36,
        /// The first part of the y coordinate.
        ya: [u8; 32] = 68,
        /// The second part of the y coordinate.
        yb: [u8; 32] = 100,
    }

    /// An SM9 encryption master public key.
    public SM9EncMasterPublicKey, size 68, {
        /// The size of the key in bits: 256.
        bits: u32 = 0,
        /// The x coordinate.
        x: [u8; 32] = 4,
        /// The y coordinate.
        y: [u8; 32] = 36,
    }

    /// A user's SM9 signing private key.
    secret SM9SignUserPrivateKey, size 68, {
        /// The size of the key in bits: 256.
        bits: u32 = 0,
        /// The x coordinate.
        x: [u8; 32] = 4,
        /// The y coordinate.
        y: [u8; 32] = 36,
    }

    /// A user's SM9 decryption private key, a point of the twisted curve.
    secret SM9EncUserPrivateKey, size 132, {
        /// The size of the key in bits: 256.
        bits: u32 = 0,
        /// The first part of the x coordinate.
        xa: [u8; 32] = 4,
        /// The second part of the x coordinate.
        xb: [u8; 32] = 36,
        /// The first part of the y coordinate.
        ya: [u8; 32] = 68,
        /// The second part of the y coordinate.
        yb: [u8; 32] = 100,
    }

    /// An SM9 ciphertext: a header of 104 bytes, then `L` bytes, of which only the first is
    /// declared.
    public SM9Cipher, size 108, {
        /// How the data is encrypted.
        EncType: u32 = 0,
        /// The x coordinate of C1.
        x: [u8; 32] = 4,
        /// The y coordinate of C1.
        y: [u8; 32] = 36,
        /// C3, the hash.
        h: [u8; 32] = 68,
        /// The bytes of C2.
        L: u32 = 100,
        /// C2, of which only the first byte is declared.
        C: [u8; 1] = 104,
    }

    /// An SM9 signature.
    public SM9Signature, size 96, {
        /// The hash part of the signature.
        h: [u8; 32] = 0,
        /// The x coordinate of the point of the signature.
        x: [u8; 32] = 32,
        /// The y coordinate of the point of the signature.
        y: [u8; 32] = 64,
    }

    /// A key encapsulated by SM9, a point.
    public SM9KeyPackage, size 64, {
        /// The x coordinate.
        x: [u8; 32] = 0,
        /// The y coordinate.
        y: [u8; 32] = 32,
    }
}
