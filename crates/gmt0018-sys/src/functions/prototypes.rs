//! The list of prototypes, in the order of the standard: the one place where they are written down
//! in Rust.
//!
//! `prototypes` groups them by chapter; the word before a name is its `Edition`. `names` has the
//! functions whose parameters are not confirmed. `second_forms` has the prototypes that some
//! libraries have instead.

/// Hands the list to another macro.
macro_rules! prototypes {
    ($table:ident) => {
$table! {
prototypes {
Device {
    /// Opens the device and gives its handle. Some libraries refuse a second open in a process.
    Both SDF_OpenDevice(phDeviceHandle: *mut Handle);
    /// Closes the device.
    Both SDF_CloseDevice(hDeviceHandle: Handle);
    /// Opens a session on the device. Access rights and multi-step operations belong to the
    /// session.
    Both SDF_OpenSession(hDeviceHandle: Handle, phSessionHandle: *mut Handle);
    /// Closes a session and gives up its access rights.
    Both SDF_CloseSession(hSessionHandle: Handle);
    /// Describes the device. Takes a session, not the device.
    Both SDF_GetDeviceInfo(hSessionHandle: Handle, pstDeviceInfo: *mut DEVICEINFO);
    /// Gives random bytes. Ask for 256 at most: some libraries refuse more.
    Both SDF_GenerateRandom(hSessionHandle: Handle, uiLength: u32, pucRandom: *mut u8);
    /// Gains the right to use both private keys at an index, for this session. The password
    /// has 8 bytes or more.
    Both SDF_GetPrivateKeyAccessRight(
        hSessionHandle: Handle, uiKeyIndex: u32, pucPassword: *mut u8, uiPwdLength: u32,
    );
    /// Gives up the right to use the private keys at an index.
    Both SDF_ReleasePrivateKeyAccessRight(hSessionHandle: Handle, uiKeyIndex: u32);

    /// Opens the device with the configuration in a directory or file: the path, then the
    /// handle (Sansec, Fisherman).
    Extension SDF_OpenDeviceWithPath(pcCfgPath: *mut c_char, phDeviceHandle: *mut Handle);
    /// Opens the device with a configuration file: the handle, then the path (sdfx, sdf4j).
    Extension SDF_OpenDeviceWithConf(phDeviceHandle: *mut Handle, pcFile: *const c_char);
    /// Opens the device with parameters in an array closed by a null pointer.
    Extension SDF_OpenDeviceWithParameter(
        phDeviceHandle: *mut Handle, ppcParameters: *mut *mut c_char,
    );
    /// Gains the right to use the private key of a type (1 RSA, 2 ECC) at an index (Sansec).
    Extension SDF_GetPrivateKeyAccessRight_Ex(
        hSessionHandle: Handle, uiKeyIndex: u32, uiKeyType: u32, pucPassword: *mut u8,
        uiPwdLength: u32,
    );
    /// Gains the right to use the key-encryption key at an index (sdfx, sdf4j).
    Extension SDF_GetKEKAccessRight(
        hSessionHandle: Handle, uiKeyIndex: u32, pucPassword: *mut u8, uiPwdLength: u32,
    );
    /// Gives up the right to use the key-encryption key at an index (sdfx, sdf4j).
    Extension SDF_ReleaseKEKAccessRight(hSessionHandle: Handle, uiKeyIndex: u32);
    /// `SDF_GetKEKAccessRight` as another vendor spells it.
    Extension SDF_GetKekAccessRight(
        hSessionHandle: Handle, uiKeyIndex: u32, pucPassword: *mut u8, uiPwdLength: u32,
    );
}

Key {
    /// Gives the public key of the RSA signing pair at an index.
    Both SDF_ExportSignPublicKey_RSA(
        hSessionHandle: Handle, uiKeyIndex: u32, pucPublicKey: *mut RSArefPublicKey,
    );
    /// Gives the public key of the RSA encryption pair at an index.
    Both SDF_ExportEncPublicKey_RSA(
        hSessionHandle: Handle, uiKeyIndex: u32, pucPublicKey: *mut RSArefPublicKey,
    );
    /// Makes a session key and wraps it with the RSA encryption key at an index (PKCS #1 v1.5).
    Both SDF_GenerateKeyWithIPK_RSA(
        hSessionHandle: Handle, uiIPKIndex: u32, uiKeyBits: u32, pucKey: *mut u8,
        puiKeyLength: *mut u32, phKeyHandle: *mut Handle,
    );
    /// Makes a session key and wraps it with a given RSA public key (PKCS #1 v1.5).
    Both SDF_GenerateKeyWithEPK_RSA(
        hSessionHandle: Handle, uiKeyBits: u32, pucPublicKey: *mut RSArefPublicKey, pucKey: *mut u8,
        puiKeyLength: *mut u32, phKeyHandle: *mut Handle,
    );
    /// Unwraps a session key with the RSA encryption key at an index. Needs the access right.
    Both SDF_ImportKeyWithISK_RSA(
        hSessionHandle: Handle, uiISKIndex: u32, pucKey: *mut u8, uiKeyLength: u32,
        phKeyHandle: *mut Handle,
    );
    /// Wraps anew, to a given RSA public key, what is wrapped to the key at an index. Needs
    /// the access right.
    Only2012 SDF_ExchangeDigitEnvelopeBaseOnRSA(
        hSessionHandle: Handle, uiKeyIndex: u32, pucPublicKey: *mut RSArefPublicKey,
        pucDEInput: *mut u8, uiDELength: u32, pucDEOutput: *mut u8, puiDELength: *mut u32,
    );

    /// Gives the public key of the SM2 signing pair at an index.
    Both SDF_ExportSignPublicKey_ECC(
        hSessionHandle: Handle, uiKeyIndex: u32, pucPublicKey: *mut ECCrefPublicKey,
    );
    /// Gives the public key of the SM2 encryption pair at an index.
    Both SDF_ExportEncPublicKey_ECC(
        hSessionHandle: Handle, uiKeyIndex: u32, pucPublicKey: *mut ECCrefPublicKey,
    );
    /// Makes a session key and encrypts it to the SM2 encryption key at an index.
    Both SDF_GenerateKeyWithIPK_ECC(
        hSessionHandle: Handle, uiIPKIndex: u32, uiKeyBits: u32, pucKey: *mut ECCCipher,
        phKeyHandle: *mut Handle,
    );
    /// Makes a session key and encrypts it to a given SM2 public key; the algorithm is `SGD_SM2_3`.
    Both SDF_GenerateKeyWithEPK_ECC(
        hSessionHandle: Handle, uiKeyBits: u32, uiAlgID: u32, pucPublicKey: *mut ECCrefPublicKey,
        pucKey: *mut ECCCipher, phKeyHandle: *mut Handle,
    );
    /// Decrypts a session key with the SM2 encryption key at an index. Needs the access right.
    Both SDF_ImportKeyWithISK_ECC(
        hSessionHandle: Handle, uiISKIndex: u32, pucKey: *mut ECCCipher, phKeyHandle: *mut Handle,
    );
    /// First step of the sponsor of an SM2 key agreement, with the encryption key at an
    /// index. Needs the access right.
    Both SDF_GenerateAgreementDataWithECC(
        hSessionHandle: Handle, uiISKIndex: u32, uiKeyBits: u32, pucSponsorID: *mut u8,
        uiSponsorIDLength: u32, pucSponsorPublicKey: *mut ECCrefPublicKey,
        pucSponsorTmpPublicKey: *mut ECCrefPublicKey, phAgreementHandle: *mut Handle,
    );
    /// Second step of the sponsor of an SM2 key agreement; the agreement handle is used up.
    Both SDF_GenerateKeyWithECC(
        hSessionHandle: Handle, pucResponseID: *mut u8, uiResponseIDLength: u32,
        pucResponsePublicKey: *mut ECCrefPublicKey, pucResponseTmpPublicKey: *mut ECCrefPublicKey,
        hAgreementHandle: Handle, phKeyHandle: *mut Handle,
    );
    /// The one step of the responder of an SM2 key agreement. Needs the access right.
    Both SDF_GenerateAgreementDataAndKeyWithECC(
        hSessionHandle: Handle, uiISKIndex: u32, uiKeyBits: u32, pucResponseID: *mut u8,
        uiResponseIDLength: u32, pucSponsorID: *mut u8, uiSponsorIDLength: u32,
        pucSponsorPublicKey: *mut ECCrefPublicKey, pucSponsorTmpPublicKey: *mut ECCrefPublicKey,
        pucResponsePublicKey: *mut ECCrefPublicKey, pucResponseTmpPublicKey: *mut ECCrefPublicKey,
        phKeyHandle: *mut Handle,
    );
    /// Encrypts anew, to a given SM2 public key, what is encrypted to the key at an index.
    /// Needs the access right.
    Only2012 SDF_ExchangeDigitEnvelopeBaseOnECC(
        hSessionHandle: Handle, uiKeyIndex: u32, uiAlgID: u32, pucPublicKey: *mut ECCrefPublicKey,
        pucEncDataIn: *mut ECCCipher, pucEncDataOut: *mut ECCCipher,
    );

    /// Makes a session key and wraps it with the key-encryption key at an index; the
    /// standard's mode is ECB.
    Both SDF_GenerateKeyWithKEK(
        hSessionHandle: Handle, uiKeyBits: u32, uiAlgID: u32, uiKEKIndex: u32, pucKey: *mut u8,
        puiKeyLength: *mut u32, phKeyHandle: *mut Handle,
    );
    /// Unwraps a session key with the key-encryption key at an index.
    Both SDF_ImportKeyWithKEK(
        hSessionHandle: Handle, uiAlgID: u32, uiKEKIndex: u32, pucKey: *mut u8, uiKeyLength: u32,
        phKeyHandle: *mut Handle,
    );
    /// Destroys a session key.
    Both SDF_DestroyKey(hSessionHandle: Handle, hKeyHandle: Handle);

    /// Makes a session key from plaintext bytes. In no edition, and in nearly every library.
    Extension SDF_ImportKey(
        hSessionHandle: Handle, pucKey: *mut u8, uiKeyLength: u32, phKeyHandle: *mut Handle,
    );
    /// Gives a handle of the symmetric key at an index (Sansec).
    Extension SDF_GetSymmKeyHandle(
        hSessionHandle: Handle, uiKeyIndex: u32, phKeyHandle: *mut Handle,
    );
    /// Says which keys of a type exist (Sansec).
    Extension SDF_GetKeyStatus(
        hSessionHandle: Handle, uiKeyType: u32, puiKeyStatus: *mut u32, puiKeyCount: *mut u32,
    );
    /// Makes a session key and does not give it out (Tongsuo); type 0xB0 is SM4.
    Extension SDF_GenerateKey(
        hSessionHandle: Handle, ucType: u8, ucNoKek: u8, uiLength: u32, phKeyHandle: *mut Handle,
    );
}

Asymmetric {
    /// Computes with a given RSA public key, without padding.
    Both SDF_ExternalPublicKeyOperation_RSA(
        hSessionHandle: Handle, pucPublicKey: *mut RSArefPublicKey, pucDataInput: *mut u8,
        uiInputLength: u32, pucDataOutput: *mut u8, puiOutputLength: *mut u32,
    );
    /// Computes with the RSA public key at an index, without padding.
    Both SDF_InternalPublicKeyOperation_RSA(
        hSessionHandle: Handle, uiKeyIndex: u32, pucDataInput: *mut u8, uiInputLength: u32,
        pucDataOutput: *mut u8, puiOutputLength: *mut u32,
    );
    /// Computes with the RSA private key at an index, without padding. Needs the access right.
    Both SDF_InternalPrivateKeyOperation_RSA(
        hSessionHandle: Handle, uiKeyIndex: u32, pucDataInput: *mut u8, uiInputLength: u32,
        pucDataOutput: *mut u8, puiOutputLength: *mut u32,
    );
    /// Verifies a signature of e with a given SM2 public key; the algorithm is `SGD_SM2_1`.
    Both SDF_ExternalVerify_ECC(
        hSessionHandle: Handle, uiAlgID: u32, pucPublicKey: *mut ECCrefPublicKey,
        pucDataInput: *mut u8, uiInputLength: u32, pucSignature: *mut ECCSignature,
    );
    /// Signs e (32 bytes) with the SM2 signing key at an index. Needs the access right.
    Both SDF_InternalSign_ECC(
        hSessionHandle: Handle, uiISKIndex: u32, pucData: *mut u8, uiDataLength: u32,
        pucSignature: *mut ECCSignature,
    );
    /// Verifies a signature of e with the SM2 signing key at an index.
    Both SDF_InternalVerify_ECC(
        hSessionHandle: Handle, uiIPKIndex: u32, pucData: *mut u8, uiDataLength: u32,
        pucSignature: *mut ECCSignature,
    );
    /// Encrypts to a given SM2 public key; the algorithm is `SGD_SM2_3`.
    Both SDF_ExternalEncrypt_ECC(
        hSessionHandle: Handle, uiAlgID: u32, pucPublicKey: *mut ECCrefPublicKey, pucData: *mut u8,
        uiDataLength: u32, pucEncData: *mut ECCCipher,
    );

    /// Encrypts to the SM2 key at an index, with an algorithm id (six parameters).
    Extension SDF_InternalEncrypt_ECC(
        hSessionHandle: Handle, uiKeyIndex: u32, uiAlgID: u32, pucData: *mut u8, uiDataLength: u32,
        pucEncData: *mut ECCCipher,
    );
    /// Decrypts with the SM2 key at an index, with an algorithm id (six parameters). Needs
    /// the access right.
    Extension SDF_InternalDecrypt_ECC(
        hSessionHandle: Handle, uiKeyIndex: u32, uiAlgID: u32, pucEncData: *mut ECCCipher,
        pucData: *mut u8, puiDataLength: *mut u32,
    );
    /// `SDF_InternalSign_ECC` with an algorithm id (Sansec). Needs the access right.
    Extension SDF_InternalSign_ECC_Ex(
        hSessionHandle: Handle, uiISKIndex: u32, uiAlgID: u32, pucData: *mut u8, uiDataLength: u32,
        pucSignature: *mut ECCSignature,
    );
    /// `SDF_InternalVerify_ECC` with an algorithm id (Sansec).
    Extension SDF_InternalVerify_ECC_Ex(
        hSessionHandle: Handle, uiIPKIndex: u32, uiAlgID: u32, pucData: *mut u8, uiDataLength: u32,
        pucSignature: *mut ECCSignature,
    );
    /// `SDF_InternalPublicKeyOperation_RSA` with the key's usage (Sansec, Fisherman).
    Extension SDF_InternalPublicKeyOperation_RSA_Ex(
        hSessionHandle: Handle, uiKeyIndex: u32, uiKeyUsage: u32, pucDataInput: *mut u8,
        uiInputLength: u32, pucDataOutput: *mut u8, puiOutputLength: *mut u32,
    );
    /// `SDF_InternalPrivateKeyOperation_RSA` with the key's usage (Sansec, Fisherman).
    /// Needs the access right.
    Extension SDF_InternalPrivateKeyOperation_RSA_Ex(
        hSessionHandle: Handle, uiKeyIndex: u32, uiKeyUsage: u32, pucDataInput: *mut u8,
        uiInputLength: u32, pucDataOutput: *mut u8, puiOutputLength: *mut u32,
    );
}

Symmetric {
    /// Encrypts whole blocks; no padding is added, and the IV becomes the chaining value.
    Both SDF_Encrypt(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucIV: *mut u8, pucData: *mut u8,
        uiDataLength: u32, pucEncData: *mut u8, puiEncDataLength: *mut u32,
    );
    /// Decrypts whole blocks; no padding is removed, and the IV becomes the chaining value.
    Both SDF_Decrypt(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucIV: *mut u8,
        pucEncData: *mut u8, uiEncDataLength: u32, pucData: *mut u8, puiDataLength: *mut u32,
    );
    /// Computes a MAC of whole blocks; the IV becomes the chaining value.
    Both SDF_CalculateMAC(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucIV: *mut u8, pucData: *mut u8,
        uiDataLength: u32, pucMAC: *mut u8, puiMACLength: *mut u32,
    );
    /// Encrypts with GCM or CCM and gives the tag, whose length is asked for in
    /// `puiAuthDataLength`.
    Only2023 SDF_AuthEnc(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucStartVar: *mut u8,
        uiStartVarLength: u32, pucAad: *mut u8, uiAadLength: u32, pucData: *mut u8,
        uiDataLength: u32, pucEncData: *mut u8, puiEncDataLength: *mut u32, pucAuthData: *mut u8,
        puiAuthDataLength: *mut u32,
    );
    /// Decrypts with GCM or CCM after checking the tag, whose length is passed by value.
    Only2023 SDF_AuthDec(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucStartVar: *mut u8,
        uiStartVarLength: u32, pucAad: *mut u8, uiAadLength: u32, pucAuthData: *mut u8,
        uiAuthDataLength: u32, pucEncData: *mut u8, uiEncDataLength: u32, pucData: *mut u8,
        puiDataLength: *mut u32,
    );
    /// Starts an encryption in several parts.
    Only2023 SDF_EncryptInit(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucIV: *mut u8, uiIVLength: u32,
    );
    /// Encrypts one part.
    Only2023 SDF_EncryptUpdate(
        hSessionHandle: Handle, pucData: *mut u8, uiDataLength: u32, pucEncData: *mut u8,
        puiEncDataLength: *mut u32,
    );
    /// Ends an encryption in several parts; what is left may be nothing.
    Only2023 SDF_EncryptFinal(
        hSessionHandle: Handle, pucLastEncData: *mut u8, puiLastEncDataLength: *mut u32,
    );
    /// Starts a decryption in several parts.
    Only2023 SDF_DecryptInit(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucIV: *mut u8, uiIVLength: u32,
    );
    /// Decrypts one part.
    Only2023 SDF_DecryptUpdate(
        hSessionHandle: Handle, pucEncData: *mut u8, uiEncDataLength: u32, pucData: *mut u8,
        puiDataLength: *mut u32,
    );
    /// Ends a decryption in several parts; what is left may be nothing.
    Only2023 SDF_DecryptFinal(
        hSessionHandle: Handle, pucLastData: *mut u8, puiLastDataLength: *mut u32,
    );
    /// Starts a MAC in several parts.
    Only2023 SDF_CalculateMACInit(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucIV: *mut u8, uiIVLength: u32,
    );
    /// Adds one part to a MAC.
    Only2023 SDF_CalculateMACUpdate(hSessionHandle: Handle, pucData: *mut u8, uiDataLength: u32);
    /// Ends a MAC in several parts.
    Only2023 SDF_CalculateMACFinal(hSessionHandle: Handle, pucMAC: *mut u8, puiMACLength: *mut u32);
    /// Starts an encryption with GCM or CCM in several parts; `uiDataLength` is the length
    /// of the whole plaintext.
    Only2023 SDF_AuthEncInit(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucStartVar: *mut u8,
        uiStartVarLength: u32, pucAad: *mut u8, uiAadLength: u32, uiDataLength: u32,
    );
    /// Encrypts one part with GCM or CCM.
    Only2023 SDF_AuthEncUpdate(
        hSessionHandle: Handle, pucData: *mut u8, uiDataLength: u32, pucEncData: *mut u8,
        puiEncDataLength: *mut u32,
    );
    /// Ends an encryption with GCM or CCM and gives the tag.
    Only2023 SDF_AuthEncFinal(
        hSessionHandle: Handle, pucLastEncData: *mut u8, puiLastEncDataLength: *mut u32,
        pucAuthData: *mut u8, puiAuthDataLength: *mut u32,
    );
    /// Starts a decryption with GCM or CCM in several parts; `uiDataLength` is the length
    /// of the whole ciphertext.
    Only2023 SDF_AuthDecInit(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucStartVar: *mut u8,
        uiStartVarLength: u32, pucAad: *mut u8, uiAadLength: u32, pucAuthData: *mut u8,
        uiAuthDataLength: u32, uiDataLength: u32,
    );
    /// Decrypts one part with GCM or CCM, before the tag is checked.
    Only2023 SDF_AuthDecUpdate(
        hSessionHandle: Handle, pucEncData: *mut u8, uiEncDataLength: u32, pucData: *mut u8,
        puiDataLength: *mut u32,
    );
    /// Ends a decryption with GCM or CCM: the device checks the tag.
    Only2023 SDF_AuthDecFinal(
        hSessionHandle: Handle, pucLastData: *mut u8, puiLastDataLength: *mut u32,
    );
}

Hash {
    /// Starts a hash; with a public key and an id, SM3 takes in Z first, so that the result is e.
    Both SDF_HashInit(
        hSessionHandle: Handle, uiAlgID: u32, pucPublicKey: *mut ECCrefPublicKey, pucID: *mut u8,
        uiIDLength: u32,
    );
    /// Adds data to a hash. Skip empty data: some libraries refuse it.
    Both SDF_HashUpdate(hSessionHandle: Handle, pucData: *mut u8, uiDataLength: u32);
    /// Ends a hash.
    Both SDF_HashFinal(hSessionHandle: Handle, pucHash: *mut u8, puiHashLength: *mut u32);
    /// Starts an HMAC with a session key.
    Only2023 SDF_HMACInit(hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32);
    /// Adds data to an HMAC.
    Only2023 SDF_HMACUpdate(hSessionHandle: Handle, pucData: *mut u8, uiDataLength: u32);
    /// Ends an HMAC.
    Only2023 SDF_HMACFinal(hSessionHandle: Handle, pucHMAC: *mut u8, puiHMACLength: *mut u32);
}

File {
    /// Makes a file of a size in bytes. Names are counted, at most 128 bytes, and not
    /// closed with a zero byte.
    Both SDF_CreateFile(
        hSessionHandle: Handle, pucFileName: *mut u8, uiNameLen: u32, uiFileSize: u32,
    );
    /// Reads from a file; `puiReadLength` is the length wanted, then the length read.
    Both SDF_ReadFile(
        hSessionHandle: Handle, pucFileName: *mut u8, uiNameLen: u32, uiOffset: u32,
        puiReadLength: *mut u32, pucBuffer: *mut u8,
    );
    /// Writes to a file at an offset.
    Both SDF_WriteFile(
        hSessionHandle: Handle, pucFileName: *mut u8, uiNameLen: u32, uiOffset: u32,
        uiWriteLength: u32, pucBuffer: *mut u8,
    );
    /// Deletes a file.
    Both SDF_DeleteFile(hSessionHandle: Handle, pucFileName: *mut u8, uiNameLen: u32);
}

Debug {
    /// Makes an RSA key pair and gives both halves out (6.3 in 2012).
    Both SDF_GenerateKeyPair_RSA(
        hSessionHandle: Handle, uiKeyBits: u32, pucPublicKey: *mut RSArefPublicKey,
        pucPrivateKey: *mut RSArefPrivateKey,
    );
    /// Makes an SM2 key pair and gives both halves out (6.3 in 2012).
    Both SDF_GenerateKeyPair_ECC(
        hSessionHandle: Handle, uiAlgID: u32, uiKeyBits: u32, pucPublicKey: *mut ECCrefPublicKey,
        pucPrivateKey: *mut ECCrefPrivateKey,
    );
    /// Computes with a given RSA private key, without padding.
    Only2023 SDF_ExternalPrivateKeyOperation_RSA(
        hSessionHandle: Handle, pucPrivateKey: *mut RSArefPrivateKey, pucDataInput: *mut u8,
        uiInputLength: u32, pucDataOutput: *mut u8, puiOutputLength: *mut u32,
    );
    /// Signs e (32 bytes) with a given SM2 private key.
    Only2023 SDF_ExternalSign_ECC(
        hSessionHandle: Handle, uiAlgID: u32, pucPrivateKey: *mut ECCrefPrivateKey,
        pucData: *mut u8, uiDataLength: u32, pucSignature: *mut ECCSignature,
    );
    /// Decrypts with a given SM2 private key.
    Only2023 SDF_ExternalDecrypt_ECC(
        hSessionHandle: Handle, uiAlgID: u32, pucPrivateKey: *mut ECCrefPrivateKey,
        pucEncData: *mut ECCCipher, pucData: *mut u8, puiDataLength: *mut u32,
    );
    /// Signs with a given SM9 private key.
    Only2023 SDF_ExternalSign_SM9(
        hSessionHandle: Handle, pucMasterPublicKey: *mut SM9SignMasterPublicKey,
        pucPrivateKey: *mut SM9SignUserPrivateKey, pucDataInput: *mut u8, uiDataInputLength: u32,
        pucSignature: *mut SM9Signature,
    );
    /// Encrypts with a given symmetric key.
    Only2023 SDF_ExternalKeyEncrypt(
        hSessionHandle: Handle, uiAlgID: u32, pucKey: *mut u8, uiKeyLength: u32, pucIV: *mut u8,
        uiIVLength: u32, pucData: *mut u8, uiDataLength: u32, pucEncData: *mut u8,
        puiEncDataLength: *mut u32,
    );
    /// Decrypts with a given symmetric key.
    Only2023 SDF_ExternalKeyDecrypt(
        hSessionHandle: Handle, uiAlgID: u32, pucKey: *mut u8, uiKeyLength: u32, pucIV: *mut u8,
        uiIVLength: u32, pucEncData: *mut u8, uiEncDataLength: u32, pucData: *mut u8,
        puiDataLength: *mut u32,
    );
    /// Starts an encryption with a given symmetric key; go on with `SDF_EncryptUpdate` and
    /// `SDF_EncryptFinal`.
    Only2023 SDF_ExternalKeyEncryptInit(
        hSessionHandle: Handle, uiAlgID: u32, pucKey: *mut u8, uiKeyLength: u32, pucIV: *mut u8,
        uiIVLength: u32,
    );
    /// Starts a decryption with a given symmetric key; go on with `SDF_DecryptUpdate` and
    /// `SDF_DecryptFinal`.
    Only2023 SDF_ExternalKeyDecryptInit(
        hSessionHandle: Handle, uiAlgID: u32, pucKey: *mut u8, uiKeyLength: u32, pucIV: *mut u8,
        uiIVLength: u32,
    );
    /// Starts an HMAC with a given key; go on with `SDF_HMACUpdate` and `SDF_HMACFinal`.
    Only2023 SDF_ExternalKeyHMACInit(
        hSessionHandle: Handle, uiAlgID: u32, pucKey: *mut u8, uiKeyLength: u32,
    );
}
}

names {
Debug {
    /// Decrypts with a given SM9 private key; the text's parameter list is garbled.
    Only2023 SDF_ExternalDecrypt_SM9;
}
Sm9 {
    /// Gives the user id that belongs to an SM9 key.
    Only2023 SDF_ExportUserID_SM9;
    /// Makes an SM9 encryption master key pair.
    Only2023 SDF_GenerateEncMasterKeyPair_SM9;
    /// Makes a session key and encapsulates it with a given master public key.
    Only2023 SDF_GenerateKeyWithEMK_SM9;
    /// Makes a session key and encapsulates it with the master public key at an index.
    Only2023 SDF_GenerateKeyWithIMK_SM9;
    /// Opens an encapsulated session key.
    Only2023 SDF_ImportKeyWithISK_SM9;
    /// First step of the sponsor of an SM9 key agreement.
    Only2023 SDF_GenerateAgreementDataWithSM9;
    /// Second step of the sponsor of an SM9 key agreement.
    Only2023 SDF_GenerateKeyWithSM9;
    /// The one step of the responder of an SM9 key agreement.
    Only2023 SDF_GenerateAgreementDataAndKeyWithSM9;
    /// Verifies with a given master public key.
    Only2023 SDF_VerifyWithMasterEPK_SM9;
    /// Verifies with the master public key at an index.
    Only2023 SDF_VerifyWithMasterIPK_SM9;
    /// Signs under a given master public key.
    Only2023 SDF_InternalSignWithMasterEPK_SM9;
    /// Signs under the master public key at an index.
    Only2023 SDF_InternalSignWithMasterIPK_SM9;
    /// Encrypts with a given master public key.
    Only2023 SDF_EncryptWithMasterEPK_SM9;
    /// Encrypts with the master public key at an index.
    Only2023 SDF_EncryptWithMasterIPK_SM9;
    /// Decrypts with the user's key at an index.
    Only2023 SDF_DecryptWithISK_SM9;
}
Vpn {
    /// Derives the keys of IKE.
    Only2023 SDF_GenerateKeywithIKE;
    /// Derives the keys of IKE and gives them out encrypted.
    Only2023 SDF_GenerateKeywithEPK_IKE;
    /// Derives the keys of IPsec.
    Only2023 SDF_GenerateKeywithIPSEC;
    /// Derives the keys of IPsec and gives them out encrypted.
    Only2023 SDF_GenerateKeywithEPK_IPSEC;
    /// Derives the keys of TLCP or SSL.
    Only2023 SDF_GenerateKeywithSSL;
    /// Derives the keys of TLCP or SSL and gives them out encrypted.
    Only2023 SDF_GenerateKeywithEPK_SSL;
}
}

second_forms {
    /// `SDF_InternalEncrypt_ECC` without the algorithm id (Tongsuo, sdf4j); call it only on
    /// a library known to have this form.
    SDF_InternalEncrypt_ECC_5args = SDF_InternalEncrypt_ECC(
        hSessionHandle: Handle, uiKeyIndex: u32, pucData: *mut u8, uiDataLength: u32,
        pucEncData: *mut ECCCipher,
    );
    /// `SDF_InternalDecrypt_ECC` without the algorithm id (Tongsuo); call it only on a
    /// library known to have this form.
    SDF_InternalDecrypt_ECC_5args = SDF_InternalDecrypt_ECC(
        hSessionHandle: Handle, uiKeyIndex: u32, pucEncData: *mut ECCCipher, pucData: *mut u8,
        puiDataLength: *mut u32,
    );
    /// `SDF_InternalPublicKeyOperation_RSA` of the 2008 interface, with the key's usage;
    /// only on a library known to have it.
    SDF_InternalPublicKeyOperation_RSA_7args = SDF_InternalPublicKeyOperation_RSA(
        hSessionHandle: Handle, uiKeyIndex: u32, uiKeyUsage: u32, pucDataInput: *mut u8,
        uiInputLength: u32, pucDataOutput: *mut u8, puiOutputLength: *mut u32,
    );
    /// `SDF_InternalPrivateKeyOperation_RSA` of the 2008 interface, with the key's usage;
    /// only on a library known to have it.
    SDF_InternalPrivateKeyOperation_RSA_7args = SDF_InternalPrivateKeyOperation_RSA(
        hSessionHandle: Handle, uiKeyIndex: u32, uiKeyUsage: u32, pucDataInput: *mut u8,
        uiInputLength: u32, pucDataOutput: *mut u8, puiOutputLength: *mut u32,
    );
    /// `SDF_AuthDec` with a pointer to the tag's length, as the 2023 text prints it; only
    /// on a library known to have it.
    SDF_AuthDec_PointerTagLength = SDF_AuthDec(
        hSessionHandle: Handle, hKeyHandle: Handle, uiAlgID: u32, pucStartVar: *mut u8,
        uiStartVarLength: u32, pucAad: *mut u8, uiAadLength: u32, pucAuthData: *mut u8,
        puiAuthDataLength: *mut u32, pucEncData: *mut u8, uiEncDataLength: u32, pucData: *mut u8,
        puiDataLength: *mut u32,
    );
}
}
    };
}

pub(super) use prototypes;
