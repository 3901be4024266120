//! Error codes: the standard's `SDR_*` (annex A) and those that Sansec's libraries add.
//!
//! Vendors add their own and some give the standard's numbers from 0x01000016 on another meaning,
//! so keep the number, take every number but [`SDR_OK`] for a failure, and use [`name`] for
//! messages only.

crate::constant::constants! {
    /// Every error code of this module by name.
    ERROR_CODES:

    /// Success.
    SDR_OK = 0x00000000;
    /// Where the error codes start; not itself an error.
    SDR_BASE = 0x01000000;
    /// Unknown error.
    SDR_UNKNOWERR = SDR_BASE + 0x01;
    /// The function is not supported.
    SDR_NOTSUPPORT = SDR_BASE + 0x02;
    /// Communication with the device failed.
    SDR_COMMFAIL = SDR_BASE + 0x03;
    /// The device's cryptographic module does not respond.
    SDR_HARDFAIL = SDR_BASE + 0x04;
    /// The device could not be opened.
    SDR_OPENDEVICE = SDR_BASE + 0x05;
    /// The session could not be opened; often because no more are to be had.
    SDR_OPENSESSION = SDR_BASE + 0x06;
    /// The session has no access right to the private key.
    SDR_PARDENY = SDR_BASE + 0x07;
    /// There is no such key.
    SDR_KEYNOTEXIST = SDR_BASE + 0x08;
    /// The algorithm is not supported.
    SDR_ALGNOTSUPPORT = SDR_BASE + 0x09;
    /// The mode is not supported.
    SDR_ALGMODNOTSUPPORT = SDR_BASE + 0x0A;
    /// The operation with the public key failed.
    SDR_PKOPERR = SDR_BASE + 0x0B;
    /// The operation with the private key failed.
    SDR_SKOPERR = SDR_BASE + 0x0C;
    /// Signing failed.
    SDR_SIGNERR = SDR_BASE + 0x0D;
    /// The signature is not valid; also a wrong AEAD tag.
    SDR_VERIFYERR = SDR_BASE + 0x0E;
    /// The symmetric operation failed.
    SDR_SYMOPERR = SDR_BASE + 0x0F;
    /// A multi-step operation was called out of order.
    SDR_STEPERR = SDR_BASE + 0x10;
    /// The file is too long.
    SDR_FILESIZEERR = SDR_BASE + 0x11;
    /// There is no such file.
    SDR_FILENOEXIST = SDR_BASE + 0x12;
    /// The file offset is wrong.
    SDR_FILEOFSERR = SDR_BASE + 0x13;
    /// The key is of the wrong type.
    SDR_KEYTYPEERR = SDR_BASE + 0x14;
    /// The key, or the key handle, is wrong.
    SDR_KEYERR = SDR_BASE + 0x15;
    /// The SM2 ciphertext is wrong.
    SDR_ENCDATAERR = SDR_BASE + 0x16;
    /// The random number generator failed.
    SDR_RANDERR = SDR_BASE + 0x17;
    /// The access right was not granted; usually the password is wrong.
    SDR_PRKRERR = SDR_BASE + 0x18;
    /// The MAC operation failed, or the tag is wrong.
    SDR_MACERR = SDR_BASE + 0x19;
    /// The file exists already.
    SDR_FILEEXISTS = SDR_BASE + 0x1A;
    /// The file could not be written.
    SDR_FILEWERR = SDR_BASE + 0x1B;
    /// There is not enough room.
    SDR_NOBUFFER = SDR_BASE + 0x1C;
    /// An input argument is wrong; also a wrong session or device handle.
    SDR_INARGERR = SDR_BASE + 0x1D;
    /// An output argument is wrong.
    SDR_OUTARGERR = SDR_BASE + 0x1E;
    /// The user id is wrong (2023 only).
    SDR_USERIDERR = SDR_BASE + 0x1F;
    // Sansec: the network and service layer.
    /// Where the codes of Sansec's client start.
    SWR_BASE = SDR_BASE + 0x0001_0000;
    /// Invalid user.
    SWR_INVALID_USER = SWR_BASE + 0x1;
    /// Invalid authorisation code.
    SWR_INVALID_AUTHENCODE = SWR_BASE + 0x2;
    /// The protocol version is not supported.
    SWR_PROTOCOL_VER_ERR = SWR_BASE + 0x3;
    /// Invalid command.
    SWR_INVALID_COMMAND = SWR_BASE + 0x4;
    /// Wrong parameters or a malformed packet.
    SWR_INVALID_PARAMETERS = SWR_BASE + 0x5;
    /// The file exists already.
    SWR_FILE_ALREADY_EXIST = SWR_BASE + 0x6;
    /// Synchronising several cards failed.
    SWR_SYNCH_ERR = SWR_BASE + 0x7;
    /// Login failed after several cards were synchronised.
    SWR_SYNCH_LOGIN_ERR = SWR_BASE + 0x8;
    /// The connection timed out.
    SWR_SOCKET_TIMEOUT = SWR_BASE + 0x100;
    /// The server could not be reached.
    SWR_CONNECT_ERR = SWR_BASE + 0x101;
    /// A socket option could not be set.
    SWR_SET_SOCKOPT_ERR = SWR_BASE + 0x102;
    /// Sending failed.
    SWR_SOCKET_SEND_ERR = SWR_BASE + 0x104;
    /// Receiving failed.
    SWR_SOCKET_RECV_ERR = SWR_BASE + 0x105;
    /// The server closed the connection.
    SWR_SOCKET_RECV_0 = SWR_BASE + 0x106;
    /// Waiting for a connection of the pool timed out.
    SWR_SEM_TIMEOUT = SWR_BASE + 0x200;
    /// No cryptographic machine can be reached: look at the address in swsds.ini.
    SWR_NO_AVAILABLE_HSM = SWR_BASE + 0x201;
    /// The machine has no cryptographic module that can be used.
    SWR_NO_AVAILABLE_CSM = SWR_BASE + 0x202;
    /// The configuration file is missing or wrong.
    SWR_CONFIG_ERR = SWR_BASE + 0x301;
    // Sansec: the card. The numbers look decimal: 0x10 follows 0x09.
    /// Where the codes of Sansec's cards start.
    SWR_CARD_BASE = SDR_BASE + 0x0002_0000;
    /// Unknown error.
    SWR_CARD_UNKNOWERR = SWR_CARD_BASE + 0x1;
    /// The function is not supported.
    SWR_CARD_NOTSUPPORT = SWR_CARD_BASE + 0x2;
    /// Communication with the card failed.
    SWR_CARD_COMMFAIL = SWR_CARD_BASE + 0x3;
    /// The card's cryptographic module does not respond.
    SWR_CARD_HARDFAIL = SWR_CARD_BASE + 0x4;
    /// The card could not be opened.
    SWR_CARD_OPENDEVICE = SWR_CARD_BASE + 0x5;
    /// The session could not be opened.
    SWR_CARD_OPENSESSION = SWR_CARD_BASE + 0x6;
    /// The session has no access right to the private key.
    SWR_CARD_PARDENY = SWR_CARD_BASE + 0x7;
    /// There is no such key.
    SWR_CARD_KEYNOTEXIST = SWR_CARD_BASE + 0x8;
    /// The algorithm is not supported.
    SWR_CARD_ALGNOTSUPPORT = SWR_CARD_BASE + 0x9;
    /// The mode is not supported.
    SWR_CARD_ALGMODNOTSUPPORT = SWR_CARD_BASE + 0x10;
    /// The operation with the public key failed.
    SWR_CARD_PKOPERR = SWR_CARD_BASE + 0x11;
    /// The operation with the private key failed.
    SWR_CARD_SKOPERR = SWR_CARD_BASE + 0x12;
    /// Signing failed.
    SWR_CARD_SIGNERR = SWR_CARD_BASE + 0x13;
    /// The signature is not valid.
    SWR_CARD_VERIFYERR = SWR_CARD_BASE + 0x14;
    /// The symmetric operation failed.
    SWR_CARD_SYMOPERR = SWR_CARD_BASE + 0x15;
    /// A multi-step operation was called out of order.
    SWR_CARD_STEPERR = SWR_CARD_BASE + 0x16;
    /// The file is too long.
    SWR_CARD_FILESIZEERR = SWR_CARD_BASE + 0x17;
    /// There is no such file.
    SWR_CARD_FILENOEXIST = SWR_CARD_BASE + 0x18;
    /// The file offset is wrong.
    SWR_CARD_FILEOFSERR = SWR_CARD_BASE + 0x19;
    /// The key is of the wrong type.
    SWR_CARD_KEYTYPEERR = SWR_CARD_BASE + 0x20;
    /// The key is wrong.
    SWR_CARD_KEYERR = SWR_CARD_BASE + 0x21;
    /// The output buffer is too small.
    SWR_CARD_BUFFER_TOO_SMALL = SWR_CARD_BASE + 0x101;
    /// The padding is wrong.
    SWR_CARD_DATA_PAD = SWR_CARD_BASE + 0x102;
    /// The length of the data does not suit the algorithm.
    SWR_CARD_DATA_SIZE = SWR_CARD_BASE + 0x103;
    /// The operation was not initialised.
    SWR_CARD_CRYPTO_NOT_INIT = SWR_CARD_BASE + 0x104;
    /// The management right is missing (cards 05 and 06).
    SWR_CARD_MANAGEMENT_DENY_05 = SWR_CARD_BASE + 0x801;
    /// The operation right is missing (cards 05 and 06).
    SWR_CARD_OPERATION_DENY_05 = SWR_CARD_BASE + 0x802;
    /// The state of the card forbids the operation (cards 05 and 06).
    SWR_CARD_DEVICE_STATUS_ERR_05 = SWR_CARD_BASE + 0x803;
    /// Login failed (cards 05 and 06).
    SWR_CARD_LOGIN_ERR_05 = SWR_CARD_BASE + 0x811;
    /// The user id is wrong (cards 05 and 06).
    SWR_CARD_USERID_ERR_05 = SWR_CARD_BASE + 0x812;
    /// A parameter is wrong (cards 05 and 06).
    SWR_CARD_PARAMENT_ERR_05 = SWR_CARD_BASE + 0x813;
    /// The management right is missing.
    SWR_CARD_MANAGEMENT_DENY = SWR_CARD_BASE + 0x1001;
    /// The operation right is missing.
    SWR_CARD_OPERATION_DENY = SWR_CARD_BASE + 0x1002;
    /// The state of the card forbids the operation.
    SWR_CARD_DEVICE_STATUS_ERR = SWR_CARD_BASE + 0x1003;
    /// Login failed.
    SWR_CARD_LOGIN_ERR = SWR_CARD_BASE + 0x1011;
    /// The user id is wrong.
    SWR_CARD_USERID_ERR = SWR_CARD_BASE + 0x1012;
    /// A parameter is wrong.
    SWR_CARD_PARAMENT_ERR = SWR_CARD_BASE + 0x1013;
    // Sansec: the card reader.
    /// Where the codes of Sansec's card reader start.
    SWR_CARD_READER_BASE = SDR_BASE + 0x0003_0000;
    /// The PIN is wrong.
    SWR_CARD_READER_PIN_ERROR = SWR_CARD_READER_BASE + 0x63CE;
    /// No IC card is in the reader.
    SWR_CARD_READER_NO_CARD = SWR_CARD_READER_BASE + 0xFF01;
    /// The IC card is turned the wrong way or not fully in.
    SWR_CARD_READER_CARD_INSERT = SWR_CARD_READER_BASE + 0xFF02;
    /// The IC card is of the wrong type.
    SWR_CARD_READER_CARD_INSERT_TYPE = SWR_CARD_READER_BASE + 0xFF03;
}

/// Gives the name of an error code: the standard's, or Sansec's. `None` for 0x01000000 and for all
/// other numbers.
///
/// ```
/// use gmt0018_sys::error_code;
///
/// assert_eq!(error_code::name(0x0100_0007), Some("SDR_PARDENY"));
/// assert_eq!(error_code::name(0x0101_0201), Some("SWR_NO_AVAILABLE_HSM"));
/// assert_eq!(error_code::name(0x0100_0100), None);
/// ```
#[must_use]
pub fn name(code: u32) -> Option<&'static str> {
    let bases = [SDR_BASE, SWR_BASE, SWR_CARD_BASE, SWR_CARD_READER_BASE];
    ERROR_CODES
        .iter()
        .find(|(_, value)| *value == code && !bases.contains(value))
        .map(|(name, _)| *name)
}
