//! Algorithm identifiers (GM/T 0006) and what they stand for.

use gmt0018_softcard::{AeadMode, CardError, KekWrap, Mode, Role};
use gmt0018_sys::{
    SGD_SM2, SGD_SM2_1, SGD_SM2_2, SGD_SM2_3, SGD_SM3, SGD_SM3_HMAC, SGD_SM4_CBC, SGD_SM4_CCM,
    SGD_SM4_CFB, SGD_SM4_CTR, SGD_SM4_ECB, SGD_SM4_GCM, SGD_SM4_MAC, SGD_SM4_OFB,
};

/// Any identifier of SM2: callers do not agree on which goes where.
pub(crate) const fn sm2(id: u32) -> Result<(), CardError> {
    match id {
        SGD_SM2 | SGD_SM2_1 | SGD_SM2_2 | SGD_SM2_3 => Ok(()),
        _ => Err(CardError::Algorithm(id)),
    }
}

/// Which key of an index encrypts: `SGD_SM2_1` is the signing key, everything else the encryption
/// key.
pub(crate) const fn encryption_role(id: u32) -> Role {
    match id {
        SGD_SM2_1 => Role::Sign,
        _ => Role::Encrypt,
    }
}

/// Which key of an index signs: `SGD_SM2_3` is the encryption key, the other SM2 identifiers the
/// signing key.
pub(crate) const fn signing_role(id: u32) -> Result<Role, CardError> {
    match id {
        SGD_SM2_3 => Ok(Role::Encrypt),
        SGD_SM2 | SGD_SM2_1 | SGD_SM2_2 => Ok(Role::Sign),
        _ => Err(CardError::Algorithm(id)),
    }
}

/// SM3.
pub(crate) const fn sm3(id: u32) -> Result<(), CardError> {
    match id {
        SGD_SM3 => Ok(()),
        _ => Err(CardError::Algorithm(id)),
    }
}

/// HMAC-SM3, by its own identifier or by that of SM3.
pub(crate) const fn hmac_sm3(id: u32) -> Result<(), CardError> {
    match id {
        SGD_SM3 | SGD_SM3_HMAC => Ok(()),
        _ => Err(CardError::Algorithm(id)),
    }
}

/// A mode of `SDF_Encrypt`.
pub(crate) const fn cipher(id: u32) -> Result<Mode, CardError> {
    match id {
        SGD_SM4_ECB => Ok(Mode::Ecb),
        SGD_SM4_CBC => Ok(Mode::Cbc),
        SGD_SM4_CFB => Ok(Mode::Cfb),
        SGD_SM4_OFB => Ok(Mode::Ofb),
        SGD_SM4_CTR => Ok(Mode::Ctr),
        _ => Err(other_mode(id)),
    }
}

/// The mode of `SDF_CalculateMAC`.
pub(crate) const fn mac(id: u32) -> Result<(), CardError> {
    match id {
        SGD_SM4_MAC => Ok(()),
        _ => Err(other_mode(id)),
    }
}

/// A mode of `SDF_AuthEnc`.
pub(crate) const fn aead(id: u32) -> Result<AeadMode, CardError> {
    match id {
        SGD_SM4_GCM => Ok(AeadMode::Gcm),
        SGD_SM4_CCM => Ok(AeadMode::Ccm),
        _ => Err(other_mode(id)),
    }
}

/// How a key-encryption key wraps.
pub(crate) const fn kek_wrap(id: u32) -> Result<KekWrap, CardError> {
    match id {
        SGD_SM4_ECB => Ok(KekWrap::Ecb),
        SGD_SM4_CBC => Ok(KekWrap::CbcPadded),
        _ => Err(other_mode(id)),
    }
}

/// SM4 in a mode that the service does not take, or another algorithm.
const fn other_mode(id: u32) -> CardError {
    if id & CIPHER_BITS == SM4 {
        CardError::Mode(id)
    } else {
        CardError::Algorithm(id)
    }
}

/// The bits of a symmetric identifier that name the cipher.
const CIPHER_BITS: u32 = 0x00ff_ff00;
const SM4: u32 = 0x0000_0400;
