//! The in-process function table.

use gmt0018_sys::Functions;

use crate::asymmetric::*;
use crate::device::*;
use crate::file::*;
use crate::hash::*;
use crate::key::*;
use crate::session::*;
use crate::symmetric::authenticated::*;
use crate::symmetric::external::*;
use crate::symmetric::mac::*;
use crate::symmetric::*;
use crate::unsupported;

/// The software card as a function table: the same functions that `libgmt0018_soft.so` exports.
///
/// # Examples
///
/// ```
/// use gmt0018_soft::{EphemeralCard, functions};
///
/// let functions = functions();
/// assert!(functions.SDF_InternalSign_ECC.is_some());
/// assert!(functions.SDF_AuthEnc.is_some());
/// ```
#[must_use]
pub fn functions() -> Functions {
    let mut functions = Functions {
        // device
        SDF_OpenDevice: Some(SDF_OpenDevice),
        SDF_OpenDeviceWithPath: Some(SDF_OpenDeviceWithPath),
        SDF_OpenDeviceWithConf: Some(SDF_OpenDeviceWithConf),
        SDF_CloseDevice: Some(SDF_CloseDevice),
        SDF_GetDeviceInfo: Some(SDF_GetDeviceInfo),
        SDF_GenerateRandom: Some(SDF_GenerateRandom),
        // session
        SDF_OpenSession: Some(SDF_OpenSession),
        SDF_CloseSession: Some(SDF_CloseSession),
        SDF_GetPrivateKeyAccessRight: Some(SDF_GetPrivateKeyAccessRight),
        SDF_GetPrivateKeyAccessRight_Ex: Some(SDF_GetPrivateKeyAccessRight_Ex),
        SDF_ReleasePrivateKeyAccessRight: Some(SDF_ReleasePrivateKeyAccessRight),
        SDF_GetKEKAccessRight: Some(SDF_GetKEKAccessRight),
        SDF_GetKekAccessRight: Some(SDF_GetKekAccessRight),
        SDF_ReleaseKEKAccessRight: Some(SDF_ReleaseKEKAccessRight),
        // key
        SDF_ExportSignPublicKey_ECC: Some(SDF_ExportSignPublicKey_ECC),
        SDF_ExportEncPublicKey_ECC: Some(SDF_ExportEncPublicKey_ECC),
        SDF_GenerateKeyPair_ECC: Some(SDF_GenerateKeyPair_ECC),
        SDF_GenerateKeyWithIPK_ECC: Some(SDF_GenerateKeyWithIPK_ECC),
        SDF_GenerateKeyWithEPK_ECC: Some(SDF_GenerateKeyWithEPK_ECC),
        SDF_ImportKeyWithISK_ECC: Some(SDF_ImportKeyWithISK_ECC),
        SDF_GenerateAgreementDataWithECC: Some(SDF_GenerateAgreementDataWithECC),
        SDF_GenerateKeyWithECC: Some(SDF_GenerateKeyWithECC),
        SDF_GenerateAgreementDataAndKeyWithECC: Some(SDF_GenerateAgreementDataAndKeyWithECC),
        SDF_ExchangeDigitEnvelopeBaseOnECC: Some(SDF_ExchangeDigitEnvelopeBaseOnECC),
        SDF_GenerateKeyWithKEK: Some(SDF_GenerateKeyWithKEK),
        SDF_ImportKeyWithKEK: Some(SDF_ImportKeyWithKEK),
        SDF_ImportKey: Some(SDF_ImportKey),
        SDF_GetSymmKeyHandle: Some(SDF_GetSymmKeyHandle),
        SDF_DestroyKey: Some(SDF_DestroyKey),
        // asymmetric
        SDF_ExternalVerify_ECC: Some(SDF_ExternalVerify_ECC),
        SDF_InternalSign_ECC: Some(SDF_InternalSign_ECC),
        SDF_InternalSign_ECC_Ex: Some(SDF_InternalSign_ECC_Ex),
        SDF_InternalVerify_ECC: Some(SDF_InternalVerify_ECC),
        SDF_InternalVerify_ECC_Ex: Some(SDF_InternalVerify_ECC_Ex),
        SDF_ExternalSign_ECC: Some(SDF_ExternalSign_ECC),
        SDF_ExternalEncrypt_ECC: Some(SDF_ExternalEncrypt_ECC),
        SDF_ExternalDecrypt_ECC: Some(SDF_ExternalDecrypt_ECC),
        SDF_InternalEncrypt_ECC: Some(SDF_InternalEncrypt_ECC),
        SDF_InternalDecrypt_ECC: Some(SDF_InternalDecrypt_ECC),
        // symmetric
        SDF_Encrypt: Some(SDF_Encrypt),
        SDF_Decrypt: Some(SDF_Decrypt),
        SDF_CalculateMAC: Some(SDF_CalculateMAC),
        SDF_EncryptInit: Some(SDF_EncryptInit),
        SDF_EncryptUpdate: Some(SDF_EncryptUpdate),
        SDF_EncryptFinal: Some(SDF_EncryptFinal),
        SDF_DecryptInit: Some(SDF_DecryptInit),
        SDF_DecryptUpdate: Some(SDF_DecryptUpdate),
        SDF_DecryptFinal: Some(SDF_DecryptFinal),
        SDF_CalculateMACInit: Some(SDF_CalculateMACInit),
        SDF_CalculateMACUpdate: Some(SDF_CalculateMACUpdate),
        SDF_CalculateMACFinal: Some(SDF_CalculateMACFinal),
        SDF_ExternalKeyEncrypt: Some(SDF_ExternalKeyEncrypt),
        SDF_ExternalKeyDecrypt: Some(SDF_ExternalKeyDecrypt),
        SDF_ExternalKeyEncryptInit: Some(SDF_ExternalKeyEncryptInit),
        SDF_ExternalKeyDecryptInit: Some(SDF_ExternalKeyDecryptInit),
        // symmetric/authenticated
        SDF_AuthEnc: Some(SDF_AuthEnc),
        SDF_AuthDec: Some(SDF_AuthDec),
        SDF_AuthEncInit: Some(SDF_AuthEncInit),
        SDF_AuthEncUpdate: Some(SDF_AuthEncUpdate),
        SDF_AuthEncFinal: Some(SDF_AuthEncFinal),
        SDF_AuthDecInit: Some(SDF_AuthDecInit),
        SDF_AuthDecUpdate: Some(SDF_AuthDecUpdate),
        SDF_AuthDecFinal: Some(SDF_AuthDecFinal),
        // hash
        SDF_HashInit: Some(SDF_HashInit),
        SDF_HashUpdate: Some(SDF_HashUpdate),
        SDF_HashFinal: Some(SDF_HashFinal),
        SDF_HMACInit: Some(SDF_HMACInit),
        SDF_ExternalKeyHMACInit: Some(SDF_ExternalKeyHMACInit),
        SDF_HMACUpdate: Some(SDF_HMACUpdate),
        SDF_HMACFinal: Some(SDF_HMACFinal),
        // file
        SDF_CreateFile: Some(SDF_CreateFile),
        SDF_ReadFile: Some(SDF_ReadFile),
        SDF_WriteFile: Some(SDF_WriteFile),
        SDF_DeleteFile: Some(SDF_DeleteFile),
        ..Functions::default()
    };
    unsupported::add_to(&mut functions);
    functions
}
