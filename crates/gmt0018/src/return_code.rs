//! What a library function returned: a number, and its meaning where it has one.

use std::fmt;

use gmt0018_sys::error_code as sdr;
use sm2_signing::ErrorKind;

use crate::Function;

/// The number that a library function returned, with a name where the standard or a vendor gave it one.
///
/// Vendors add codes of their own and some reuse the standard's from 0x01000016 on, so this is not an enum and a
/// comparison is with the number.
///
/// ```
/// use gmt0018::ReturnCode;
///
/// let code = ReturnCode::new(0x0100_0007);
/// assert_eq!(code.name(), Some("SDR_PARDENY"));
/// assert_eq!(code.to_string(), "0x01000007 (SDR_PARDENY: no access right to the private key)");
/// assert_eq!(ReturnCode::new(0x0100_4242).to_string(), "0x01004242 (not a code of the standard; ask the vendor)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReturnCode(u32);

impl ReturnCode {
    /// Success.
    pub const OK: Self = Self(sdr::SDR_OK);

    /// Wraps the number that a function returned.
    #[must_use]
    pub const fn new(code: u32) -> Self {
        Self(code)
    }

    /// Gives the number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// Tells whether the call succeeded.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == sdr::SDR_OK
    }

    /// Gives the standard's name of this code, or Sansec's.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        sdr::name(self.0)
    }

    /// Gives the meaning in a few words, where it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        MEANINGS
            .iter()
            .find(|(code, _)| *code == self.0)
            .map(|(_, meaning)| *meaning)
    }

    /// Gives what else this code of the standard means on some vendors' cards.
    ///
    /// ```
    /// let code = gmt0018::ReturnCode::new(0x0100_0018);
    /// assert_eq!(code.name(), Some("SDR_PRKRERR"));
    /// assert_eq!(code.vendor_meaning(), Some("Fisherman: out of memory"));
    /// ```
    #[must_use]
    pub fn vendor_meaning(self) -> Option<&'static str> {
        VENDOR_MEANINGS
            .iter()
            .find(|(code, _)| *code == self.0)
            .map(|(_, meaning)| *meaning)
    }

    /// Says what the caller can do when `function` returned this code.
    pub(crate) const fn kind(self, function: Function) -> ErrorKind {
        match self.0 {
            sdr::SDR_NOBUFFER if matches!(function, Function::OpenSession) => ErrorKind::Busy,
            sdr::SDR_PKOPERR | sdr::SWR_CARD_PKOPERR if takes_public_key(function) => {
                ErrorKind::Input
            }
            SOFTSDF_INTERNAL if matches!(function, Function::GetPrivateKeyAccessRight) => {
                ErrorKind::Access
            }
            sdr::SDR_PARDENY
            | sdr::SDR_PRKRERR
            | sdr::SWR_INVALID_USER
            | sdr::SWR_INVALID_AUTHENCODE
            | sdr::SWR_CARD_PARDENY
            | sdr::SWR_CARD_MANAGEMENT_DENY
            | sdr::SWR_CARD_OPERATION_DENY
            | sdr::SWR_CARD_LOGIN_ERR
            | sdr::SWR_CARD_MANAGEMENT_DENY_05
            | sdr::SWR_CARD_OPERATION_DENY_05
            | sdr::SWR_CARD_LOGIN_ERR_05
            | sdr::SWR_CARD_READER_PIN_ERROR
            | FISHERMAN_PASSWORD => ErrorKind::Access,
            sdr::SDR_OPENSESSION | sdr::SWR_SEM_TIMEOUT | sdr::SWR_CARD_OPENSESSION => {
                ErrorKind::Busy
            }
            sdr::SDR_NOTSUPPORT
            | sdr::SDR_ALGNOTSUPPORT
            | sdr::SDR_ALGMODNOTSUPPORT
            | sdr::SWR_CARD_NOTSUPPORT
            | sdr::SWR_CARD_ALGNOTSUPPORT
            | sdr::SWR_CARD_ALGMODNOTSUPPORT => ErrorKind::Unsupported,
            sdr::SDR_KEYNOTEXIST
            | sdr::SDR_VERIFYERR
            | sdr::SDR_STEPERR
            | sdr::SDR_FILESIZEERR
            | sdr::SDR_FILENOEXIST
            | sdr::SDR_FILEOFSERR
            | sdr::SDR_KEYTYPEERR
            | sdr::SDR_KEYERR
            | sdr::SDR_ENCDATAERR
            | sdr::SDR_MACERR
            | sdr::SDR_FILEEXISTS
            | sdr::SDR_INARGERR
            | sdr::SDR_OUTARGERR
            | sdr::SDR_USERIDERR
            | sdr::SWR_INVALID_PARAMETERS
            | sdr::SWR_FILE_ALREADY_EXIST
            | sdr::SWR_CARD_KEYNOTEXIST
            | sdr::SWR_CARD_VERIFYERR
            | sdr::SWR_CARD_FILENOEXIST
            | sdr::SWR_CARD_KEYTYPEERR
            | sdr::SWR_CARD_KEYERR
            | sdr::SWR_CARD_DATA_PAD
            | sdr::SWR_CARD_DATA_SIZE => ErrorKind::Input,
            _ => ErrorKind::Device,
        }
    }

    /// What the code says about the session and the device it came from.
    pub(crate) const fn damage(self) -> Damage {
        match self.0 {
            sdr::SDR_COMMFAIL
            | sdr::SDR_HARDFAIL
            | sdr::SWR_CONNECT_ERR
            | sdr::SWR_SOCKET_SEND_ERR
            | sdr::SWR_SOCKET_RECV_ERR
            | sdr::SWR_SOCKET_RECV_0
            | sdr::SWR_NO_AVAILABLE_HSM
            | sdr::SWR_NO_AVAILABLE_CSM
            | sdr::SWR_CARD_COMMFAIL
            | sdr::SWR_CARD_HARDFAIL => Damage::Device,
            sdr::SWR_SOCKET_TIMEOUT | sdr::SWR_SET_SOCKOPT_ERR | sdr::SWR_SEM_TIMEOUT => {
                Damage::Session
            }
            sdr::SDR_INARGERR | sdr::SDR_UNKNOWERR => Damage::Doubt,
            _ => Damage::None,
        }
    }

    /// Whether the code, returned when a session was opened, says that the card has no more of them.
    pub(crate) const fn is_ceiling(self) -> bool {
        matches!(
            self.0,
            sdr::SDR_OPENSESSION
                | sdr::SDR_NOBUFFER
                | sdr::SWR_SEM_TIMEOUT
                | sdr::SWR_CARD_OPENSESSION
        )
    }

    /// What to try when `function` returned this code.
    pub(crate) fn advice(self, function: Function) -> Option<&'static str> {
        Some(match self.0 {
            sdr::SDR_PARDENY | sdr::SWR_CARD_PARDENY => {
                "pass the access password of this key index"
            }
            sdr::SDR_PRKRERR | FISHERMAN_PASSWORD | SOFTSDF_INTERNAL
                if function == Function::GetPrivateKeyAccessRight =>
            {
                "check the access password of this key index; most cards want at least 8 bytes"
            }
            sdr::SDR_KEYNOTEXIST | sdr::SWR_CARD_KEYNOTEXIST => {
                "another key index, or create the key with the vendor's management tool"
            }
            sdr::SDR_PKOPERR | sdr::SWR_CARD_PKOPERR if takes_public_key(function) => {
                "check that the public key is a point of the SM2 curve"
            }
            sdr::SDR_OPENDEVICE => {
                "check that the card and its driver or configuration file are there, and that no other process holds it"
            }
            sdr::SWR_NO_AVAILABLE_HSM | sdr::SWR_CONNECT_ERR => {
                "check the address and password in swsds.ini and that the machine can be reached"
            }
            sdr::SWR_CONFIG_ERR => {
                "put swsds.ini in /etc or in the directory the program starts in"
            }
            sdr::SDR_OPENSESSION | sdr::SWR_SEM_TIMEOUT | sdr::SWR_CARD_OPENSESSION => {
                "close sessions, or share fewer of them through a SessionPool"
            }
            sdr::SDR_COMMFAIL
            | sdr::SDR_HARDFAIL
            | sdr::SWR_CARD_COMMFAIL
            | sdr::SWR_CARD_HARDFAIL => "check the card; a SessionPool opens it again by itself",
            sdr::SDR_NOTSUPPORT | sdr::SDR_ALGNOTSUPPORT | sdr::SDR_ALGMODNOTSUPPORT => {
                "do it in software, or choose the dialect of this vendor"
            }
            _ => return None,
        })
    }
}

impl fmt::Display for ReturnCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:#010x} (", self.0)?;
        match (self.name(), self.meaning()) {
            (Some(name), Some(meaning)) => write!(formatter, "{name}: {meaning}")?,
            (Some(name), None) => formatter.write_str(name)?,
            (None, Some(meaning)) => formatter.write_str(meaning)?,
            (None, None) => formatter.write_str("not a code of the standard; ask the vendor")?,
        }
        formatter.write_str(")")
    }
}

impl From<u32> for ReturnCode {
    fn from(code: u32) -> Self {
        Self(code)
    }
}

/// Whether the caller gives `function` a public key, which may be wrong.
const fn takes_public_key(function: Function) -> bool {
    matches!(
        function,
        Function::ExternalEncryptEcc
            | Function::ExternalVerifyEcc
            | Function::GenerateKeyWithEpkEcc
            | Function::ExchangeDigitEnvelopeBaseOnEcc
            | Function::GenerateKeyWithEcc
            | Function::GenerateAgreementDataAndKeyWithEcc
    )
}

/// What a failed call says about the session it was made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Damage {
    /// The session can be used again.
    None,
    /// The session may be unknown to the card: ask before it is used again.
    Doubt,
    /// The session must be closed.
    Session,
    /// The session must be closed and the device opened again.
    Device,
}

/// Fisherman: the password of the private key is wrong.
const FISHERMAN_PASSWORD: u32 = 0x0100_0023;
/// `SoftSDF`: almost every internal failure, a wrong password among them.
const SOFTSDF_INTERNAL: u32 = 0x0100_0100;

/// Codes of the standard that a vendor gives another meaning.
const VENDOR_MEANINGS: &[(u32, &str)] = &[
    (sdr::SDR_ENCDATAERR, "Fisherman: no management right"),
    (sdr::SDR_RANDERR, "Fisherman: no operation right"),
    (sdr::SDR_PRKRERR, "Fisherman: out of memory"),
    (sdr::SDR_MACERR, "Fisherman: a null handle"),
];

/// Codes with their meaning.
const MEANINGS: &[(u32, &str)] = &[
    (sdr::SDR_OK, "success"),
    (sdr::SDR_UNKNOWERR, "unknown error"),
    (sdr::SDR_NOTSUPPORT, "the device does not support this call"),
    (sdr::SDR_COMMFAIL, "communication with the device failed"),
    (
        sdr::SDR_HARDFAIL,
        "the cryptographic module does not respond",
    ),
    (sdr::SDR_OPENDEVICE, "the device could not be opened"),
    (sdr::SDR_OPENSESSION, "the session could not be opened"),
    (sdr::SDR_PARDENY, "no access right to the private key"),
    (sdr::SDR_KEYNOTEXIST, "no such key"),
    (sdr::SDR_ALGNOTSUPPORT, "algorithm not supported"),
    (sdr::SDR_ALGMODNOTSUPPORT, "mode not supported"),
    (sdr::SDR_PKOPERR, "public key operation failed"),
    (sdr::SDR_SKOPERR, "private key operation failed"),
    (sdr::SDR_SIGNERR, "signing failed"),
    (sdr::SDR_VERIFYERR, "verification failed"),
    (sdr::SDR_SYMOPERR, "symmetric operation failed"),
    (sdr::SDR_STEPERR, "steps called out of order"),
    (sdr::SDR_FILESIZEERR, "the file is too long"),
    (sdr::SDR_FILENOEXIST, "no such file"),
    (sdr::SDR_FILEOFSERR, "wrong file offset"),
    (sdr::SDR_KEYTYPEERR, "wrong key type"),
    (sdr::SDR_KEYERR, "wrong key or key handle"),
    (sdr::SDR_ENCDATAERR, "wrong SM2 ciphertext"),
    (sdr::SDR_RANDERR, "the random number generator failed"),
    (
        sdr::SDR_PRKRERR,
        "no access right given, usually a wrong password",
    ),
    (sdr::SDR_MACERR, "MAC failed"),
    (sdr::SDR_FILEEXISTS, "the file exists already"),
    (sdr::SDR_FILEWERR, "the file could not be written"),
    (sdr::SDR_NOBUFFER, "not enough room"),
    (
        sdr::SDR_INARGERR,
        "wrong input argument, or a handle the device does not know",
    ),
    (sdr::SDR_OUTARGERR, "wrong output argument"),
    (sdr::SDR_USERIDERR, "wrong user id"),
    (0x0100_0020, "Fisherman: wrong parameters"),
    (0x0100_0021, "Fisherman: device error"),
    (0x0100_0022, "Fisherman: the file could not be created"),
    (
        FISHERMAN_PASSWORD,
        "Fisherman: wrong password of the private key",
    ),
    (0x0100_0024, "Fisherman: wrong length"),
    (0x0100_0025, "Fisherman: wrong key index"),
    (0x0100_0026, "Fisherman: wrong key length"),
    (
        SOFTSDF_INTERNAL,
        "SoftSDF: internal error, a wrong password among others",
    ),
    (sdr::SWR_INVALID_USER, "invalid user"),
    (sdr::SWR_INVALID_AUTHENCODE, "invalid authorisation code"),
    (sdr::SWR_SOCKET_TIMEOUT, "the connection timed out"),
    (sdr::SWR_CONNECT_ERR, "the machine could not be connected"),
    (sdr::SWR_SOCKET_SEND_ERR, "sending to the machine failed"),
    (
        sdr::SWR_SOCKET_RECV_ERR,
        "receiving from the machine failed",
    ),
    (sdr::SWR_SOCKET_RECV_0, "the machine closed the connection"),
    (
        sdr::SWR_SEM_TIMEOUT,
        "no free connection to the machine in time",
    ),
    (
        sdr::SWR_NO_AVAILABLE_HSM,
        "no cryptographic machine can be reached",
    ),
    (
        sdr::SWR_NO_AVAILABLE_CSM,
        "the machine has no usable cryptographic module",
    ),
    (
        sdr::SWR_CONFIG_ERR,
        "the configuration file is missing or wrong",
    ),
    (sdr::SWR_CARD_COMMFAIL, "communication with the card failed"),
    (
        sdr::SWR_CARD_HARDFAIL,
        "the card's cryptographic module does not respond",
    ),
    (
        sdr::SWR_CARD_OPENSESSION,
        "the card could not open the session",
    ),
    (sdr::SWR_CARD_PARDENY, "no access right to the private key"),
    (sdr::SWR_CARD_KEYNOTEXIST, "no such key"),
    (
        sdr::SWR_CARD_MANAGEMENT_DENY,
        "the management right is missing",
    ),
    (
        sdr::SWR_CARD_OPERATION_DENY,
        "the operation right is missing",
    ),
    (sdr::SWR_CARD_READER_PIN_ERROR, "wrong PIN of the IC card"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_code_of_the_standard_has_a_meaning() {
        for (name, code) in sdr::ERROR_CODES {
            let standard =
                (sdr::SDR_OK..=sdr::SDR_USERIDERR).contains(code) && *code != sdr::SDR_BASE;
            assert!(
                !standard || ReturnCode::new(*code).meaning().is_some(),
                "{name}"
            );
        }
    }

    #[test]
    fn the_function_tells_what_an_ambiguous_code_means() {
        let right = Function::GetPrivateKeyAccessRight;
        assert_eq!(
            ReturnCode::new(SOFTSDF_INTERNAL).kind(right),
            ErrorKind::Access
        );
        assert_eq!(
            ReturnCode::new(SOFTSDF_INTERNAL).kind(Function::Encrypt),
            ErrorKind::Device
        );
        assert_eq!(
            ReturnCode::new(FISHERMAN_PASSWORD).kind(right),
            ErrorKind::Access
        );
        let full = ReturnCode::new(sdr::SDR_NOBUFFER);
        assert_eq!(full.kind(Function::OpenSession), ErrorKind::Busy);
        assert_eq!(full.kind(Function::CreateFile), ErrorKind::Device);
        assert_eq!(
            ReturnCode::new(u32::MAX).kind(Function::OpenDevice),
            ErrorKind::Device
        );
    }

    #[test]
    fn connection_codes_cost_the_device_and_time_outs_the_session() {
        for code in [
            0x0100_0003,
            0x0100_0004,
            0x0101_0101,
            0x0101_0104,
            0x0101_0105,
            0x0101_0106,
            0x0101_0201,
        ] {
            assert_eq!(ReturnCode::new(code).damage(), Damage::Device, "{code:#x}");
        }
        for code in [0x0101_0100, 0x0101_0200] {
            assert_eq!(ReturnCode::new(code).damage(), Damage::Session, "{code:#x}");
        }
        for code in [0, 0x0100_0007, 0x0100_0008, 0x0100_000e, 0x0100_0018] {
            assert_eq!(ReturnCode::new(code).damage(), Damage::None, "{code:#x}");
        }
    }
}
