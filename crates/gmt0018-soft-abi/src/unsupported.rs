//! RSA, SM9, VPN keys and vendors' calls that this card does not have: they are exported, look at
//! no argument, and answer `SDR_NOTSUPPORT`.

use gmt0018_softcard::CardError;
use gmt0018_sys::{
    Functions, Handle, RSArefPrivateKey, RSArefPublicKey, Rv, SM9SignMasterPublicKey,
    SM9SignUserPrivateKey, SM9Signature,
};

macro_rules! unsupported {
    ($($name:ident($($type:ty),*);)*) => {
        $(
            /// Answers `SDR_NOTSUPPORT`.
            #[unsafe(no_mangle)]
            pub(crate) unsafe extern "C" fn $name($(_: $type),*) -> Rv {
                CardError::NotSupported.code().cast_signed()
            }
        )*

        /// Adds these functions to a table.
        pub(crate) fn add_to(functions: &mut Functions) {
            $(functions.$name = Some($name);)*
        }
    };
}

unsupported! {
    // RSA
    SDF_ExportSignPublicKey_RSA(Handle, u32, *mut RSArefPublicKey);
    SDF_ExportEncPublicKey_RSA(Handle, u32, *mut RSArefPublicKey);
    SDF_GenerateKeyWithIPK_RSA(Handle, u32, u32, *mut u8, *mut u32, *mut Handle);
    SDF_GenerateKeyWithEPK_RSA(Handle, u32, *mut RSArefPublicKey, *mut u8, *mut u32, *mut Handle);
    SDF_ImportKeyWithISK_RSA(Handle, u32, *mut u8, u32, *mut Handle);
    SDF_ExchangeDigitEnvelopeBaseOnRSA(
        Handle, u32, *mut RSArefPublicKey, *mut u8, u32, *mut u8, *mut u32
    );
    SDF_GenerateKeyPair_RSA(Handle, u32, *mut RSArefPublicKey, *mut RSArefPrivateKey);
    SDF_ExternalPublicKeyOperation_RSA(
        Handle, *mut RSArefPublicKey, *mut u8, u32, *mut u8, *mut u32
    );
    SDF_ExternalPrivateKeyOperation_RSA(
        Handle, *mut RSArefPrivateKey, *mut u8, u32, *mut u8, *mut u32
    );
    SDF_InternalPublicKeyOperation_RSA(Handle, u32, *mut u8, u32, *mut u8, *mut u32);
    SDF_InternalPrivateKeyOperation_RSA(Handle, u32, *mut u8, u32, *mut u8, *mut u32);
    SDF_InternalPublicKeyOperation_RSA_Ex(Handle, u32, u32, *mut u8, u32, *mut u8, *mut u32);
    SDF_InternalPrivateKeyOperation_RSA_Ex(Handle, u32, u32, *mut u8, u32, *mut u8, *mut u32);
    // SM9 (annex B)
    SDF_ExternalSign_SM9(
        Handle,
        *mut SM9SignMasterPublicKey,
        *mut SM9SignUserPrivateKey,
        *mut u8,
        u32,
        *mut SM9Signature
    );
    SDF_ExternalDecrypt_SM9();
    SDF_ExportUserID_SM9();
    SDF_GenerateEncMasterKeyPair_SM9();
    SDF_GenerateKeyWithEMK_SM9();
    SDF_GenerateKeyWithIMK_SM9();
    SDF_ImportKeyWithISK_SM9();
    SDF_GenerateAgreementDataWithSM9();
    SDF_GenerateKeyWithSM9();
    SDF_GenerateAgreementDataAndKeyWithSM9();
    SDF_VerifyWithMasterEPK_SM9();
    SDF_VerifyWithMasterIPK_SM9();
    SDF_InternalSignWithMasterEPK_SM9();
    SDF_InternalSignWithMasterIPK_SM9();
    SDF_EncryptWithMasterEPK_SM9();
    SDF_EncryptWithMasterIPK_SM9();
    SDF_DecryptWithISK_SM9();
    // VPN keys (annex C)
    SDF_GenerateKeywithIKE();
    SDF_GenerateKeywithEPK_IKE();
    SDF_GenerateKeywithIPSEC();
    SDF_GenerateKeywithEPK_IPSEC();
    SDF_GenerateKeywithSSL();
    SDF_GenerateKeywithEPK_SSL();
}
