//! What can go wrong with SM4.

/// Why an SM4 operation was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The key has not 16 bytes.
    #[error("an SM4 key has 16 bytes, {0} were given: pass the 128-bit key itself")]
    KeyLength(usize),
    /// The IV has not 16 bytes.
    #[error("an SM4 IV has 16 bytes, {0} were given: pass one block (ECB alone takes none)")]
    IvLength(usize),
    /// ECB, CBC or CBC-MAC ended inside a block; the number of bytes in it.
    #[error(
        "the data ends {0} bytes into a block and this mode does not pad: \
         pass a multiple of 16 bytes or pad the data first"
    )]
    PartialBlock(usize),
    /// A MAC over no data would hand back the IV.
    #[error("a CBC-MAC needs at least one block: pass 16 bytes or more")]
    NoData,
    /// The output buffer is too short.
    #[error("the output needs {needed} bytes and the buffer has {available}: pass a longer buffer")]
    OutputLength {
        /// Bytes needed.
        needed: usize,
        /// Bytes in the buffer.
        available: usize,
    },
    /// The nonce's length does not fit the mode.
    #[error(
        "a nonce of {0} bytes does not fit the mode: GCM takes 1 byte or more (12 are best), \
         CCM takes 7 to 13"
    )]
    NonceLength(usize),
    /// The tag's length does not fit the mode.
    #[error(
        "a tag of {0} bytes does not fit the mode: GCM takes 4, 8 or 12 to 16, \
         CCM takes 4, 6, 8, 10, 12, 14 or 16"
    )]
    TagLength(usize),
    /// CCM was not told the length of its data.
    #[error("CCM needs the total length of the data before the first byte: pass it at the start")]
    LengthUnknown,
    /// More data than the mode, or the length announced, allows.
    #[error(
        "{length} bytes of data where at most {limit} are allowed: split the message, or announce its true length"
    )]
    TooLong {
        /// Bytes given so far, this piece included.
        length: u64,
        /// The most that is allowed.
        limit: u64,
    },
    /// Less data than announced.
    #[error(
        "{length} bytes of data came and {announced} were announced: pass all of it before the end"
    )]
    TooShort {
        /// Bytes given.
        length: u64,
        /// Bytes announced at the start.
        announced: u64,
    },
    /// The tag does not match: the data, the associated data, the nonce or the key is not the one
    /// that was sealed.
    #[error(
        "the authentication tag does not match: the ciphertext, the associated data, the nonce \
         or the key differs from what was sealed; use nothing of the plaintext"
    )]
    TagMismatch,
    /// A tag was asked of a decryption, or given to an encryption.
    #[error("wrong direction: an encryption ends with finish, a decryption with verify")]
    Direction,
}
