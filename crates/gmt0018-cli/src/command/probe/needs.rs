//! Who needs which functions of a library.

use gmt0018::{Function, gmt0018_sys::MANDATORY};

use crate::arguments::Purpose;

/// A user of a library, and what it calls beyond the four mandatory functions.
struct User {
    name: &'static str,
    purpose: Option<Purpose>,
    functions: &'static [&'static str],
}

/// The users that call a function.
pub(in crate::command) fn users_of(function: &str) -> Vec<&'static str> {
    let users = USERS.iter().filter(|user| {
        MANDATORY.contains(&function) && user.purpose.is_some()
            || user.functions.contains(&function)
    });
    users.map(|user| user.name).collect()
}

/// The functions that a purpose needs, in the order of the standard's chapters.
pub(in crate::command) fn needed_for(purpose: Purpose) -> Vec<&'static str> {
    if purpose == Purpose::All {
        // Two of the three ways to open a device are for those who have no other.
        let others = [Function::OpenDeviceWithPath, Function::OpenDeviceWithConf];
        let all = Function::ALL.iter().filter(|one| !others.contains(one));
        return all.map(|function| function.name()).collect();
    }
    let mut needed = MANDATORY.to_vec();
    for user in USERS.iter().filter(|user| user.purpose == Some(purpose)) {
        for function in user.functions {
            if !needed.contains(function) {
                needed.push(function);
            }
        }
    }
    needed
}

const USERS: [User; 9] = [
    User {
        name: "FISCO BCOS node",
        purpose: Some(Purpose::Fisco),
        functions: &[
            "SDF_ExportSignPublicKey_ECC",
            "SDF_GetPrivateKeyAccessRight",
            "SDF_ReleasePrivateKeyAccessRight",
            "SDF_HashInit",
            "SDF_HashUpdate",
            "SDF_HashFinal",
            "SDF_InternalSign_ECC",
            "SDF_ExternalVerify_ECC",
        ],
    },
    User {
        name: "FISCO BCOS storage encryption",
        purpose: None,
        functions: &[
            "SDF_GetSymmKeyHandle",
            "SDF_Encrypt",
            "SDF_Decrypt",
            "SDF_GenerateRandom",
        ],
    },
    User {
        name: "CardKey",
        purpose: Some(Purpose::Signing),
        functions: &[
            "SDF_ExportSignPublicKey_ECC",
            "SDF_GetPrivateKeyAccessRight",
            "SDF_ReleasePrivateKeyAccessRight",
            "SDF_InternalSign_ECC",
        ],
    },
    User {
        name: "CardVerifier",
        purpose: Some(Purpose::Signing),
        functions: &["SDF_ExternalVerify_ECC"],
    },
    User {
        name: "hash",
        purpose: None,
        functions: &["SDF_HashInit", "SDF_HashUpdate", "SDF_HashFinal"],
    },
    User {
        name: "random",
        purpose: None,
        functions: &["SDF_GenerateRandom"],
    },
    User {
        name: "SM2 encryption",
        purpose: None,
        functions: &[
            "SDF_ExportEncPublicKey_ECC",
            "SDF_GetPrivateKeyAccessRight",
            "SDF_ExternalEncrypt_ECC",
            "SDF_InternalEncrypt_ECC",
            "SDF_InternalDecrypt_ECC",
        ],
    },
    User {
        name: "SM4",
        purpose: None,
        functions: &[
            "SDF_GenerateKeyWithIPK_ECC",
            "SDF_GenerateKeyWithEPK_ECC",
            "SDF_ImportKeyWithISK_ECC",
            "SDF_GenerateKeyWithKEK",
            "SDF_ImportKeyWithKEK",
            "SDF_ImportKey",
            "SDF_GetSymmKeyHandle",
            "SDF_DestroyKey",
            "SDF_Encrypt",
            "SDF_Decrypt",
            "SDF_CalculateMAC",
            "SDF_AuthEnc",
            "SDF_AuthDec",
        ],
    },
    User {
        name: "files",
        purpose: None,
        functions: &[
            "SDF_CreateFile",
            "SDF_ReadFile",
            "SDF_WriteFile",
            "SDF_DeleteFile",
        ],
    },
];

#[cfg(test)]
mod tests {
    use gmt0018::gmt0018_sys::SYMBOLS;

    use super::*;

    #[test]
    fn every_function_that_is_needed_is_known() {
        let purposes = [Purpose::Fisco, Purpose::Signing, Purpose::All];
        let needed = purposes.into_iter().flat_map(needed_for);
        let of_users = USERS.iter().flat_map(|user| user.functions.iter().copied());
        for name in needed.chain(of_users) {
            assert!(SYMBOLS.iter().any(|symbol| symbol.name == name), "{name}");
        }
        let all = needed_for(Purpose::All);
        let signing = needed_for(Purpose::Signing);
        assert!(signing.iter().all(|name| all.contains(name)), "{signing:?}");
        assert_eq!(needed_for(Purpose::Fisco).len(), 12);
    }
}
