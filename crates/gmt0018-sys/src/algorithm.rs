//! Algorithm identifiers (GM/T 0006). Vendors' firmware deviates: 0x401 is AES-ECB on some older
//! cards.

crate::constant::constants! {
    /// Every algorithm identifier of this module by name.
    ALGORITHMS:

    // Block ciphers: the low byte is the mode, the next the cipher. A capability word ors both
    // together.
    /// The ECB bit of a capability word.
    SGD_ECB = 0x00000001;
    /// The CBC bit of a capability word.
    SGD_CBC = 0x00000002;
    /// The CFB bit of a capability word.
    SGD_CFB = 0x00000004;
    /// The OFB bit of a capability word.
    SGD_OFB = 0x00000008;
    /// The CBC-MAC bit of a capability word.
    SGD_MAC = 0x00000010;
    /// The CTR bit of a capability word.
    SGD_CTR = 0x00000020;
    /// The SM1 bit of a capability word.
    SGD_SM1 = 0x00000100;
    /// The SSF33 bit of a capability word.
    SGD_SSF33 = 0x00000200;
    /// The SM4 bit of a capability word.
    SGD_SM4 = 0x00000400;
    /// SM1 in ECB mode.
    SGD_SM1_ECB = 0x00000101;
    /// SM1 in CBC mode.
    SGD_SM1_CBC = 0x00000102;
    /// SM1 in CFB, feedback of a whole block mode.
    SGD_SM1_CFB = 0x00000104;
    /// SM1 in OFB mode.
    SGD_SM1_OFB = 0x00000108;
    /// SM1 in CBC-MAC mode.
    SGD_SM1_MAC = 0x00000110;
    /// SM1 in CTR mode, an id of the vendors.
    SGD_SM1_CTR = 0x00000120;
    /// SSF33 in ECB mode.
    SGD_SSF33_ECB = 0x00000201;
    /// SSF33 in CBC mode.
    SGD_SSF33_CBC = 0x00000202;
    /// SSF33 in CFB, feedback of a whole block mode.
    SGD_SSF33_CFB = 0x00000204;
    /// SSF33 in OFB mode.
    SGD_SSF33_OFB = 0x00000208;
    /// SSF33 in CBC-MAC mode.
    SGD_SSF33_MAC = 0x00000210;
    /// SSF33 in CTR mode, an id of the vendors.
    SGD_SSF33_CTR = 0x00000220;
    /// SM4 in ECB mode.
    SGD_SM4_ECB = 0x00000401;
    /// SM4 in CBC mode.
    SGD_SM4_CBC = 0x00000402;
    /// SM4 in CFB, feedback of a whole block mode.
    SGD_SM4_CFB = 0x00000404;
    /// SM4 in OFB mode.
    SGD_SM4_OFB = 0x00000408;
    /// SM4 in CBC-MAC mode.
    SGD_SM4_MAC = 0x00000410;
    /// SM4 in CTR mode, not in the 2012 text but the same everywhere.
    SGD_SM4_CTR = 0x00000420;
    /// The older name of [`SGD_SM4_ECB`].
    SGD_SMS4_ECB = SGD_SM4_ECB;
    /// The older name of [`SGD_SM4_CBC`].
    SGD_SMS4_CBC = SGD_SM4_CBC;
    /// The older name of [`SGD_SM4_CFB`].
    SGD_SMS4_CFB = SGD_SM4_CFB;
    /// The older name of [`SGD_SM4_OFB`].
    SGD_SMS4_OFB = SGD_SM4_OFB;
    /// The older name of [`SGD_SM4_MAC`].
    SGD_SMS4_MAC = SGD_SM4_MAC;
    /// SM4-XTS, on the word of one implementation; other headers differ.
    SGD_SM4_XTS = 0x01000400;
    /// SM4-GCM (2023).
    SGD_SM4_GCM = 0x02000400;
    /// SM4-CCM (2023).
    SGD_SM4_CCM = 0x04000400;
    /// ZUC encryption; some vendors use the number for 3DES-ECB.
    SGD_ZUC_EEA3 = 0x00000801;
    /// ZUC integrity; some vendors use the number for 3DES-CBC.
    SGD_ZUC_EIA3 = 0x00000802;
    // Asymmetric algorithms.
    /// RSA.
    SGD_RSA = 0x00010000;
    /// RSA signing, an id of the vendors.
    SGD_RSA_SIGN = 0x00010100;
    /// RSA encryption, an id of the vendors.
    SGD_RSA_ENC = 0x00010200;
    /// SM2, the curve; some callers pass it where [`SGD_SM2_1`] is meant.
    SGD_SM2 = 0x00020100;
    /// SM2 signing.
    SGD_SM2_1 = 0x00020200;
    /// SM2 key agreement.
    SGD_SM2_2 = 0x00020400;
    /// SM2 encryption.
    SGD_SM2_3 = 0x00020800;
    /// SM9 signing; headers differ.
    SGD_SM9_1 = 0x00080100;
    /// SM9 key agreement; headers differ.
    SGD_SM9_2 = 0x00080200;
    /// SM9 encryption; headers differ.
    SGD_SM9_3 = 0x00080400;
    // Hashes. The numbers from 0x08 are the 2023 HMAC ids here and other hashes in vendors'
    // headers.
    /// SM3.
    SGD_SM3 = 0x00000001;
    /// SHA-1.
    SGD_SHA1 = 0x00000002;
    /// SHA-256.
    SGD_SHA256 = 0x00000004;
    /// HMAC-SM3, on the word of one implementation; [`SGD_SM3`] is used as well.
    SGD_SM3_HMAC = 0x00000008;
    /// HMAC-SHA-256, on the word of one implementation.
    SGD_SHA256_HMAC = 0x00000010;
    // Signature schemes. No function of GM/T 0018 takes them.
    /// RSA with SM3.
    SGD_SM3_RSA = 0x00010001;
    /// RSA with SHA-1.
    SGD_SHA1_RSA = 0x00010002;
    /// RSA with SHA-256.
    SGD_SHA256_RSA = 0x00010004;
    /// SM2 with SM3.
    SGD_SM3_SM2 = 0x00020201;
}
