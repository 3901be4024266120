//! The C spelling of the types that prototypes use, so that a prototype can be checked by a C
//! compiler.

use core::ffi::c_char;

use crate::types::{
    DEVICEINFO, ECCCipher, ECCSignature, ECCrefPrivateKey, ECCrefPublicKey, Handle,
    RSArefPrivateKey, RSArefPublicKey, SM9SignMasterPublicKey, SM9SignUserPrivateKey, SM9Signature,
};

/// A type of a parameter, with its name in C.
pub(crate) trait CType {
    const NAME: &'static str;
}

macro_rules! c_types {
    ($($ty:ty = $name:literal,)+) => {
        $(impl CType for $ty {
            const NAME: &'static str = $name;
        })+
    };
}

c_types! {
    u8 = "unsigned char",
    u32 = "unsigned int",
    Handle = "void *",
    *mut u8 = "unsigned char *",
    *mut u32 = "unsigned int *",
    *mut Handle = "void **",
    *mut c_char = "char *",
    *const c_char = "const char *",
    *mut *mut c_char = "char **",
    *mut DEVICEINFO = "DEVICEINFO *",
    *mut RSArefPublicKey = "RSArefPublicKey *",
    *mut RSArefPrivateKey = "RSArefPrivateKey *",
    *mut ECCrefPublicKey = "ECCrefPublicKey *",
    *mut ECCrefPrivateKey = "ECCrefPrivateKey *",
    *mut ECCCipher = "ECCCipher *",
    *mut ECCSignature = "ECCSignature *",
    *mut SM9SignMasterPublicKey = "SM9SignMasterPublicKey *",
    *mut SM9SignUserPrivateKey = "SM9SignUserPrivateKey *",
    *mut SM9Signature = "SM9Signature *",
}
