//! The names of the library functions that this crate calls.

use std::fmt;

/// Declares the enum from pairs of a variant and the C name.
macro_rules! functions {
    ($($variant:ident = $symbol:ident,)*) => {
        /// A function of GM/T 0018 that this crate calls; every failure carries one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Function {$(
            #[doc = concat!("`", stringify!($symbol), "`.")]
            $variant,
        )*}

        impl Function {
            /// Every function, in the order of the standard.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Gives the C name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($symbol),)*
                }
            }
        }
    };
}

functions! {
    OpenDevice = SDF_OpenDevice,
    OpenDeviceWithPath = SDF_OpenDeviceWithPath,
    OpenDeviceWithConf = SDF_OpenDeviceWithConf,
    CloseDevice = SDF_CloseDevice,
    OpenSession = SDF_OpenSession,
    CloseSession = SDF_CloseSession,
    GetDeviceInfo = SDF_GetDeviceInfo,
    GenerateRandom = SDF_GenerateRandom,
    GetPrivateKeyAccessRight = SDF_GetPrivateKeyAccessRight,
    ReleasePrivateKeyAccessRight = SDF_ReleasePrivateKeyAccessRight,
    ExportSignPublicKeyEcc = SDF_ExportSignPublicKey_ECC,
    ExportEncPublicKeyEcc = SDF_ExportEncPublicKey_ECC,
    GenerateKeyPairEcc = SDF_GenerateKeyPair_ECC,
    GenerateKeyWithIpkEcc = SDF_GenerateKeyWithIPK_ECC,
    GenerateKeyWithEpkEcc = SDF_GenerateKeyWithEPK_ECC,
    ImportKeyWithIskEcc = SDF_ImportKeyWithISK_ECC,
    GenerateAgreementDataWithEcc = SDF_GenerateAgreementDataWithECC,
    GenerateKeyWithEcc = SDF_GenerateKeyWithECC,
    GenerateAgreementDataAndKeyWithEcc = SDF_GenerateAgreementDataAndKeyWithECC,
    ExchangeDigitEnvelopeBaseOnEcc = SDF_ExchangeDigitEnvelopeBaseOnECC,
    GenerateKeyWithKek = SDF_GenerateKeyWithKEK,
    ImportKeyWithKek = SDF_ImportKeyWithKEK,
    DestroyKey = SDF_DestroyKey,
    ImportKey = SDF_ImportKey,
    GetSymmKeyHandle = SDF_GetSymmKeyHandle,
    ExternalVerifyEcc = SDF_ExternalVerify_ECC,
    InternalSignEcc = SDF_InternalSign_ECC,
    InternalVerifyEcc = SDF_InternalVerify_ECC,
    ExternalEncryptEcc = SDF_ExternalEncrypt_ECC,
    InternalEncryptEcc = SDF_InternalEncrypt_ECC,
    InternalDecryptEcc = SDF_InternalDecrypt_ECC,
    ExternalSignEcc = SDF_ExternalSign_ECC,
    ExternalDecryptEcc = SDF_ExternalDecrypt_ECC,
    Encrypt = SDF_Encrypt,
    Decrypt = SDF_Decrypt,
    CalculateMac = SDF_CalculateMAC,
    AuthEnc = SDF_AuthEnc,
    AuthDec = SDF_AuthDec,
    EncryptInit = SDF_EncryptInit,
    EncryptUpdate = SDF_EncryptUpdate,
    EncryptFinal = SDF_EncryptFinal,
    DecryptInit = SDF_DecryptInit,
    DecryptUpdate = SDF_DecryptUpdate,
    DecryptFinal = SDF_DecryptFinal,
    CalculateMacInit = SDF_CalculateMACInit,
    CalculateMacUpdate = SDF_CalculateMACUpdate,
    CalculateMacFinal = SDF_CalculateMACFinal,
    AuthEncInit = SDF_AuthEncInit,
    AuthEncUpdate = SDF_AuthEncUpdate,
    AuthEncFinal = SDF_AuthEncFinal,
    AuthDecInit = SDF_AuthDecInit,
    AuthDecUpdate = SDF_AuthDecUpdate,
    AuthDecFinal = SDF_AuthDecFinal,
    HashInit = SDF_HashInit,
    HashUpdate = SDF_HashUpdate,
    HashFinal = SDF_HashFinal,
    HmacInit = SDF_HMACInit,
    HmacUpdate = SDF_HMACUpdate,
    HmacFinal = SDF_HMACFinal,
    CreateFile = SDF_CreateFile,
    ReadFile = SDF_ReadFile,
    WriteFile = SDF_WriteFile,
    DeleteFile = SDF_DeleteFile,
}

impl fmt::Display for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
