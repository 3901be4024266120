/*
 * GM/T 0018 (SDF): the C interface of cryptographic cards, editions 2012 and 2023, with the usual
 * vendor extensions.
 *
 * Written for the crate gmt0018-sys, whose tests compare every size, offset, constant and
 * prototype here with the Rust declarations. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Every function returns SDR_OK (0) or an error code. Lengths are in bytes; only what is named
 * Bits is in bits. Integers are in the machine's byte order; big numbers are big-endian and
 * right-aligned in their field, with zeros before.
 */
#ifndef GMT0018_H
#define GMT0018_H

#ifdef __cplusplus
extern "C" {
#endif

/* A library that is built from this header defines SDF_API to what exports a symbol. */
#ifndef SDF_API
#define SDF_API
#endif

/* ---- Limits ---- */

#define RSAREF_MAX_BITS 2048u
#define RSAREF_MAX_LEN 256u
#define RSAREF_MAX_PLEN 128u
#define EX_RSAREF_MAX_BITS 4096u
#define EX_RSAREF_MAX_LEN 512u
#define EX_RSAREF_MAX_PLEN 256u
#define ECCREF_MAX_BITS 512u
#define ECCREF_MAX_LEN 64u
/* Bytes of an ECCCipher before C. A ciphertext of L bytes takes ECCCIPHER_HEADER_LEN + L, which is
 * not sizeof(ECCCipher) + L. */
#define ECCCIPHER_HEADER_LEN 164u

/* ---- Structures (clause 5) ---- */

/* 5.2. The texts need not be closed with a zero byte. */
typedef struct DEVICEINFO_st {
    unsigned char IssuerName[40];
    unsigned char DeviceName[16];
    unsigned char DeviceSerial[16];
    unsigned int DeviceVersion;
    unsigned int StandardVersion;
    unsigned int AsymAlgAbility[2];
    unsigned int SymAlgAbility;
    unsigned int HashAlgAbility;
    unsigned int BufferSize;
} DEVICEINFO;

/* 5.3 */
typedef struct RSArefPublicKey_st {
    unsigned int bits;
    unsigned char m[256];
    unsigned char e[256];
} RSArefPublicKey;

/* 5.3 */
typedef struct RSArefPrivateKey_st {
    unsigned int bits;
    unsigned char m[256];
    unsigned char e[256];
    unsigned char d[256];
    unsigned char prime[2][128];
    unsigned char pexp[2][128];
    unsigned char coef[128];
} RSArefPrivateKey;

/* 5.4: SM2 and other curves. */
typedef struct ECCrefPublicKey_st {
    unsigned int bits;
    unsigned char x[64];
    unsigned char y[64];
} ECCrefPublicKey;

/* 5.4 */
typedef struct ECCrefPrivateKey_st {
    unsigned int bits;
    unsigned char K[64];
} ECCrefPrivateKey;

/* 5.5: C1, C3, C2. Give a zeroed buffer of 1024 bytes or more to receive one. */
typedef struct ECCCipher_st {
    unsigned char x[64];
    unsigned char y[64];
    unsigned char M[32];
    unsigned int L;
    unsigned char C[1];
} ECCCipher;

/* 5.6 */
typedef struct ECCSignature_st {
    unsigned char r[64];
    unsigned char s[64];
} ECCSignature;

/* 5.8 of 2012. Its unsigned long is 8 bytes on 64-bit Unix and 4 elsewhere. */
typedef struct ENVELOPEDKEYBLOB_st {
    unsigned long ulAsymmAlgID;
    unsigned long ulSymmAlgID;
    ECCCipher ECCCipherBlob;
    ECCrefPublicKey PubKey;
    unsigned char cbEncryptedPriKey[64];
} ENVELOPEDKEYBLOB;

/* 5.9 of 2023: ends in a ciphertext of variable length. */
typedef struct EnvelopedECCKey_st {
    unsigned int Version;
    unsigned int ulSymmAlgID;
    unsigned int ulBits;
    unsigned char cbEncryptedPriKey[64];
    ECCrefPublicKey PubKey;
    ECCCipher ECCCipherBlob;
} EnvelopedECCKey;

/* ---- Other layouts in use; no prototype below takes them ---- */

/* Up to 4096 bits, for functions named _Ex. */
typedef struct RSArefPublicKeyEx_st {
    unsigned int bits;
    unsigned char m[512];
    unsigned char e[512];
} RSArefPublicKeyEx;

typedef struct RSArefPrivateKeyEx_st {
    unsigned int bits;
    unsigned char m[512];
    unsigned char e[512];
    unsigned char d[512];
    unsigned char prime[2][256];
    unsigned char pexp[2][256];
    unsigned char coef[256];
} RSArefPrivateKeyEx;

/* Layouts with 256-bit fields: the 2008 interface, Fisherman. */
typedef struct ECCrefPublicKey_256_st {
    unsigned int bits;
    unsigned char x[32];
    unsigned char y[32];
} ECCrefPublicKey_256;

typedef struct ECCrefPrivateKey_256_st {
    unsigned int bits;
    unsigned char D[32];
} ECCrefPrivateKey_256;

typedef struct ECCSignature_256_st {
    unsigned char r[32];
    unsigned char s[32];
} ECCSignature_256;

/* 256-bit fields in the order of 2012. */
typedef struct ECCCipher_256_st {
    unsigned char x[32];
    unsigned char y[32];
    unsigned char M[32];
    unsigned int L;
    unsigned char C[1];
} ECCCipher_256;

/* The 2008 interface: the length first, C2 before C3. */
typedef struct ECCCipher_2008_st {
    unsigned int clength;
    unsigned char x[32];
    unsigned char y[32];
    unsigned char C[136];
    unsigned char M[32];
} ECCCipher_2008;

/* The same with 512-bit fields. */
typedef struct ECCCipher_2008_512_st {
    unsigned int clength;
    unsigned char x[64];
    unsigned char y[64];
    unsigned char C[136];
    unsigned char M[64];
} ECCCipher_2008_512;

/* ---- SM9 structures ---- */

/* Annex B of 2023. */
typedef struct SM9MasterPrivateKey_st {
    unsigned int bits;
    unsigned char s[32];
} SM9MasterPrivateKey;

typedef struct SM9SignMasterPublicKey_st {
    unsigned int bits;
    unsigned char xa[32];
    unsigned char xb[32];
    unsigned char ya[32];
    unsigned char yb[32];
} SM9SignMasterPublicKey;

typedef struct SM9EncMasterPublicKey_st {
    unsigned int bits;
    unsigned char x[32];
    unsigned char y[32];
} SM9EncMasterPublicKey;

typedef struct SM9SignUserPrivateKey_st {
    unsigned int bits;
    unsigned char x[32];
    unsigned char y[32];
} SM9SignUserPrivateKey;

typedef struct SM9EncUserPrivateKey_st {
    unsigned int bits;
    unsigned char xa[32];
    unsigned char xb[32];
    unsigned char ya[32];
    unsigned char yb[32];
} SM9EncUserPrivateKey;

/* A header of 104 bytes, then L bytes. */
typedef struct SM9Cipher_st {
    unsigned int EncType;
    unsigned char x[32];
    unsigned char y[32];
    unsigned char h[32];
    unsigned int L;
    unsigned char C[1];
} SM9Cipher;

typedef struct SM9Signature_st {
    unsigned char h[32];
    unsigned char x[32];
    unsigned char y[32];
} SM9Signature;

typedef struct SM9KeyPackage_st {
    unsigned char x[32];
    unsigned char y[32];
} SM9KeyPackage;

/* ---- Algorithm identifiers (GM/T 0006) ---- */

/* Block ciphers: the low byte is the mode, the next the cipher. A capability word ors them. */
#define SGD_ECB 0x00000001u
#define SGD_CBC 0x00000002u
#define SGD_CFB 0x00000004u
#define SGD_OFB 0x00000008u
#define SGD_MAC 0x00000010u
#define SGD_CTR 0x00000020u
#define SGD_SM1 0x00000100u
#define SGD_SSF33 0x00000200u
#define SGD_SM4 0x00000400u
#define SGD_SM1_ECB 0x00000101u
#define SGD_SM1_CBC 0x00000102u
#define SGD_SM1_CFB 0x00000104u
#define SGD_SM1_OFB 0x00000108u
#define SGD_SM1_MAC 0x00000110u
#define SGD_SM1_CTR 0x00000120u
#define SGD_SSF33_ECB 0x00000201u
#define SGD_SSF33_CBC 0x00000202u
#define SGD_SSF33_CFB 0x00000204u
#define SGD_SSF33_OFB 0x00000208u
#define SGD_SSF33_MAC 0x00000210u
#define SGD_SSF33_CTR 0x00000220u
#define SGD_SM4_ECB 0x00000401u
#define SGD_SM4_CBC 0x00000402u
#define SGD_SM4_CFB 0x00000404u
#define SGD_SM4_OFB 0x00000408u
#define SGD_SM4_MAC 0x00000410u
#define SGD_SM4_CTR 0x00000420u
#define SGD_SMS4_ECB SGD_SM4_ECB
#define SGD_SMS4_CBC SGD_SM4_CBC
#define SGD_SMS4_CFB SGD_SM4_CFB
#define SGD_SMS4_OFB SGD_SM4_OFB
#define SGD_SMS4_MAC SGD_SM4_MAC
#define SGD_SM4_XTS 0x01000400u
#define SGD_SM4_GCM 0x02000400u
#define SGD_SM4_CCM 0x04000400u
#define SGD_ZUC_EEA3 0x00000801u
#define SGD_ZUC_EIA3 0x00000802u

/* Asymmetric algorithms. */
#define SGD_RSA 0x00010000u
#define SGD_RSA_SIGN 0x00010100u
#define SGD_RSA_ENC 0x00010200u
#define SGD_SM2 0x00020100u
#define SGD_SM2_1 0x00020200u
#define SGD_SM2_2 0x00020400u
#define SGD_SM2_3 0x00020800u
#define SGD_SM9_1 0x00080100u
#define SGD_SM9_2 0x00080200u
#define SGD_SM9_3 0x00080400u

/* Hashes. The numbers from 0x08 are the 2023 HMAC ids here and other hashes in vendors' headers. */
#define SGD_SM3 0x00000001u
#define SGD_SHA1 0x00000002u
#define SGD_SHA256 0x00000004u
#define SGD_SM3_HMAC 0x00000008u
#define SGD_SHA256_HMAC 0x00000010u

/* Signature schemes. No function of GM/T 0018 takes them. */
#define SGD_SM3_RSA 0x00010001u
#define SGD_SHA1_RSA 0x00010002u
#define SGD_SHA256_RSA 0x00010004u
#define SGD_SM3_SM2 0x00020201u

/* ---- Error codes (annex A), and those of Sansec ---- */

#define SDR_OK 0x00000000u
#define SDR_BASE 0x01000000u
#define SDR_UNKNOWERR (SDR_BASE + 0x01u)
#define SDR_NOTSUPPORT (SDR_BASE + 0x02u)
#define SDR_COMMFAIL (SDR_BASE + 0x03u)
#define SDR_HARDFAIL (SDR_BASE + 0x04u)
#define SDR_OPENDEVICE (SDR_BASE + 0x05u)
#define SDR_OPENSESSION (SDR_BASE + 0x06u)
#define SDR_PARDENY (SDR_BASE + 0x07u)
#define SDR_KEYNOTEXIST (SDR_BASE + 0x08u)
#define SDR_ALGNOTSUPPORT (SDR_BASE + 0x09u)
#define SDR_ALGMODNOTSUPPORT (SDR_BASE + 0x0Au)
#define SDR_PKOPERR (SDR_BASE + 0x0Bu)
#define SDR_SKOPERR (SDR_BASE + 0x0Cu)
#define SDR_SIGNERR (SDR_BASE + 0x0Du)
#define SDR_VERIFYERR (SDR_BASE + 0x0Eu)
#define SDR_SYMOPERR (SDR_BASE + 0x0Fu)
#define SDR_STEPERR (SDR_BASE + 0x10u)
#define SDR_FILESIZEERR (SDR_BASE + 0x11u)
#define SDR_FILENOEXIST (SDR_BASE + 0x12u)
#define SDR_FILEOFSERR (SDR_BASE + 0x13u)
#define SDR_KEYTYPEERR (SDR_BASE + 0x14u)
#define SDR_KEYERR (SDR_BASE + 0x15u)
#define SDR_ENCDATAERR (SDR_BASE + 0x16u)
#define SDR_RANDERR (SDR_BASE + 0x17u)
#define SDR_PRKRERR (SDR_BASE + 0x18u)
#define SDR_MACERR (SDR_BASE + 0x19u)
#define SDR_FILEEXISTS (SDR_BASE + 0x1Au)
#define SDR_FILEWERR (SDR_BASE + 0x1Bu)
#define SDR_NOBUFFER (SDR_BASE + 0x1Cu)
#define SDR_INARGERR (SDR_BASE + 0x1Du)
#define SDR_OUTARGERR (SDR_BASE + 0x1Eu)
#define SDR_USERIDERR (SDR_BASE + 0x1Fu)

/* Sansec: the network and service layer. */
#define SWR_BASE (SDR_BASE + 0x00010000u)
#define SWR_INVALID_USER (SWR_BASE + 0x1u)
#define SWR_INVALID_AUTHENCODE (SWR_BASE + 0x2u)
#define SWR_PROTOCOL_VER_ERR (SWR_BASE + 0x3u)
#define SWR_INVALID_COMMAND (SWR_BASE + 0x4u)
#define SWR_INVALID_PARAMETERS (SWR_BASE + 0x5u)
#define SWR_FILE_ALREADY_EXIST (SWR_BASE + 0x6u)
#define SWR_SYNCH_ERR (SWR_BASE + 0x7u)
#define SWR_SYNCH_LOGIN_ERR (SWR_BASE + 0x8u)
#define SWR_SOCKET_TIMEOUT (SWR_BASE + 0x100u)
#define SWR_CONNECT_ERR (SWR_BASE + 0x101u)
#define SWR_SET_SOCKOPT_ERR (SWR_BASE + 0x102u)
#define SWR_SOCKET_SEND_ERR (SWR_BASE + 0x104u)
#define SWR_SOCKET_RECV_ERR (SWR_BASE + 0x105u)
#define SWR_SOCKET_RECV_0 (SWR_BASE + 0x106u)
#define SWR_SEM_TIMEOUT (SWR_BASE + 0x200u)
#define SWR_NO_AVAILABLE_HSM (SWR_BASE + 0x201u)
#define SWR_NO_AVAILABLE_CSM (SWR_BASE + 0x202u)
#define SWR_CONFIG_ERR (SWR_BASE + 0x301u)

/* Sansec: the card. The numbers look decimal: 0x10 follows 0x09. */
#define SWR_CARD_BASE (SDR_BASE + 0x00020000u)
#define SWR_CARD_UNKNOWERR (SWR_CARD_BASE + 0x1u)
#define SWR_CARD_NOTSUPPORT (SWR_CARD_BASE + 0x2u)
#define SWR_CARD_COMMFAIL (SWR_CARD_BASE + 0x3u)
#define SWR_CARD_HARDFAIL (SWR_CARD_BASE + 0x4u)
#define SWR_CARD_OPENDEVICE (SWR_CARD_BASE + 0x5u)
#define SWR_CARD_OPENSESSION (SWR_CARD_BASE + 0x6u)
#define SWR_CARD_PARDENY (SWR_CARD_BASE + 0x7u)
#define SWR_CARD_KEYNOTEXIST (SWR_CARD_BASE + 0x8u)
#define SWR_CARD_ALGNOTSUPPORT (SWR_CARD_BASE + 0x9u)
#define SWR_CARD_ALGMODNOTSUPPORT (SWR_CARD_BASE + 0x10u)
#define SWR_CARD_PKOPERR (SWR_CARD_BASE + 0x11u)
#define SWR_CARD_SKOPERR (SWR_CARD_BASE + 0x12u)
#define SWR_CARD_SIGNERR (SWR_CARD_BASE + 0x13u)
#define SWR_CARD_VERIFYERR (SWR_CARD_BASE + 0x14u)
#define SWR_CARD_SYMOPERR (SWR_CARD_BASE + 0x15u)
#define SWR_CARD_STEPERR (SWR_CARD_BASE + 0x16u)
#define SWR_CARD_FILESIZEERR (SWR_CARD_BASE + 0x17u)
#define SWR_CARD_FILENOEXIST (SWR_CARD_BASE + 0x18u)
#define SWR_CARD_FILEOFSERR (SWR_CARD_BASE + 0x19u)
#define SWR_CARD_KEYTYPEERR (SWR_CARD_BASE + 0x20u)
#define SWR_CARD_KEYERR (SWR_CARD_BASE + 0x21u)
#define SWR_CARD_BUFFER_TOO_SMALL (SWR_CARD_BASE + 0x101u)
#define SWR_CARD_DATA_PAD (SWR_CARD_BASE + 0x102u)
#define SWR_CARD_DATA_SIZE (SWR_CARD_BASE + 0x103u)
#define SWR_CARD_CRYPTO_NOT_INIT (SWR_CARD_BASE + 0x104u)
#define SWR_CARD_MANAGEMENT_DENY_05 (SWR_CARD_BASE + 0x801u)
#define SWR_CARD_OPERATION_DENY_05 (SWR_CARD_BASE + 0x802u)
#define SWR_CARD_DEVICE_STATUS_ERR_05 (SWR_CARD_BASE + 0x803u)
#define SWR_CARD_LOGIN_ERR_05 (SWR_CARD_BASE + 0x811u)
#define SWR_CARD_USERID_ERR_05 (SWR_CARD_BASE + 0x812u)
#define SWR_CARD_PARAMENT_ERR_05 (SWR_CARD_BASE + 0x813u)
#define SWR_CARD_MANAGEMENT_DENY (SWR_CARD_BASE + 0x1001u)
#define SWR_CARD_OPERATION_DENY (SWR_CARD_BASE + 0x1002u)
#define SWR_CARD_DEVICE_STATUS_ERR (SWR_CARD_BASE + 0x1003u)
#define SWR_CARD_LOGIN_ERR (SWR_CARD_BASE + 0x1011u)
#define SWR_CARD_USERID_ERR (SWR_CARD_BASE + 0x1012u)
#define SWR_CARD_PARAMENT_ERR (SWR_CARD_BASE + 0x1013u)

/* Sansec: the card reader. */
#define SWR_CARD_READER_BASE (SDR_BASE + 0x00030000u)
#define SWR_CARD_READER_PIN_ERROR (SWR_CARD_READER_BASE + 0x63CEu)
#define SWR_CARD_READER_NO_CARD (SWR_CARD_READER_BASE + 0xFF01u)
#define SWR_CARD_READER_CARD_INSERT (SWR_CARD_READER_BASE + 0xFF02u)
#define SWR_CARD_READER_CARD_INSERT_TYPE (SWR_CARD_READER_BASE + 0xFF03u)

/* ---- 6.2 Device management ---- */

SDF_API int SDF_OpenDevice(void **phDeviceHandle);
SDF_API int SDF_CloseDevice(void *hDeviceHandle);
SDF_API int SDF_OpenSession(void *hDeviceHandle, void **phSessionHandle);
SDF_API int SDF_CloseSession(void *hSessionHandle);
SDF_API int SDF_GetDeviceInfo(void *hSessionHandle, DEVICEINFO *pstDeviceInfo);
SDF_API int SDF_GenerateRandom(
    void *hSessionHandle, unsigned int uiLength, unsigned char *pucRandom);
SDF_API int SDF_GetPrivateKeyAccessRight(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned char *pucPassword,
    unsigned int uiPwdLength);
SDF_API int SDF_ReleasePrivateKeyAccessRight(void *hSessionHandle, unsigned int uiKeyIndex);
/* vendor extension */
SDF_API int SDF_OpenDeviceWithPath(char *pcCfgPath, void **phDeviceHandle);
SDF_API int SDF_OpenDeviceWithConf(void **phDeviceHandle, const char *pcFile);
SDF_API int SDF_OpenDeviceWithParameter(void **phDeviceHandle, char **ppcParameters);
SDF_API int SDF_GetPrivateKeyAccessRight_Ex(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned int uiKeyType,
    unsigned char *pucPassword, unsigned int uiPwdLength);
SDF_API int SDF_GetKEKAccessRight(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned char *pucPassword,
    unsigned int uiPwdLength);
SDF_API int SDF_ReleaseKEKAccessRight(void *hSessionHandle, unsigned int uiKeyIndex);
SDF_API int SDF_GetKekAccessRight(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned char *pucPassword,
    unsigned int uiPwdLength);

/* ---- 6.3 Key management ---- */

SDF_API int SDF_ExportSignPublicKey_RSA(
    void *hSessionHandle, unsigned int uiKeyIndex, RSArefPublicKey *pucPublicKey);
SDF_API int SDF_ExportEncPublicKey_RSA(
    void *hSessionHandle, unsigned int uiKeyIndex, RSArefPublicKey *pucPublicKey);
SDF_API int SDF_GenerateKeyWithIPK_RSA(
    void *hSessionHandle, unsigned int uiIPKIndex, unsigned int uiKeyBits,
    unsigned char *pucKey, unsigned int *puiKeyLength, void **phKeyHandle);
SDF_API int SDF_GenerateKeyWithEPK_RSA(
    void *hSessionHandle, unsigned int uiKeyBits, RSArefPublicKey *pucPublicKey,
    unsigned char *pucKey, unsigned int *puiKeyLength, void **phKeyHandle);
SDF_API int SDF_ImportKeyWithISK_RSA(
    void *hSessionHandle, unsigned int uiISKIndex, unsigned char *pucKey,
    unsigned int uiKeyLength, void **phKeyHandle);
/* 2012 only */
SDF_API int SDF_ExchangeDigitEnvelopeBaseOnRSA(
    void *hSessionHandle, unsigned int uiKeyIndex, RSArefPublicKey *pucPublicKey,
    unsigned char *pucDEInput, unsigned int uiDELength, unsigned char *pucDEOutput,
    unsigned int *puiDELength);
/* 2012 and 2023 */
SDF_API int SDF_ExportSignPublicKey_ECC(
    void *hSessionHandle, unsigned int uiKeyIndex, ECCrefPublicKey *pucPublicKey);
SDF_API int SDF_ExportEncPublicKey_ECC(
    void *hSessionHandle, unsigned int uiKeyIndex, ECCrefPublicKey *pucPublicKey);
SDF_API int SDF_GenerateKeyWithIPK_ECC(
    void *hSessionHandle, unsigned int uiIPKIndex, unsigned int uiKeyBits, ECCCipher *pucKey,
    void **phKeyHandle);
SDF_API int SDF_GenerateKeyWithEPK_ECC(
    void *hSessionHandle, unsigned int uiKeyBits, unsigned int uiAlgID,
    ECCrefPublicKey *pucPublicKey, ECCCipher *pucKey, void **phKeyHandle);
SDF_API int SDF_ImportKeyWithISK_ECC(
    void *hSessionHandle, unsigned int uiISKIndex, ECCCipher *pucKey, void **phKeyHandle);
SDF_API int SDF_GenerateAgreementDataWithECC(
    void *hSessionHandle, unsigned int uiISKIndex, unsigned int uiKeyBits,
    unsigned char *pucSponsorID, unsigned int uiSponsorIDLength,
    ECCrefPublicKey *pucSponsorPublicKey, ECCrefPublicKey *pucSponsorTmpPublicKey,
    void **phAgreementHandle);
SDF_API int SDF_GenerateKeyWithECC(
    void *hSessionHandle, unsigned char *pucResponseID, unsigned int uiResponseIDLength,
    ECCrefPublicKey *pucResponsePublicKey, ECCrefPublicKey *pucResponseTmpPublicKey,
    void *hAgreementHandle, void **phKeyHandle);
SDF_API int SDF_GenerateAgreementDataAndKeyWithECC(
    void *hSessionHandle, unsigned int uiISKIndex, unsigned int uiKeyBits,
    unsigned char *pucResponseID, unsigned int uiResponseIDLength, unsigned char *pucSponsorID,
    unsigned int uiSponsorIDLength, ECCrefPublicKey *pucSponsorPublicKey,
    ECCrefPublicKey *pucSponsorTmpPublicKey, ECCrefPublicKey *pucResponsePublicKey,
    ECCrefPublicKey *pucResponseTmpPublicKey, void **phKeyHandle);
/* 2012 only */
SDF_API int SDF_ExchangeDigitEnvelopeBaseOnECC(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned int uiAlgID,
    ECCrefPublicKey *pucPublicKey, ECCCipher *pucEncDataIn, ECCCipher *pucEncDataOut);
/* 2012 and 2023 */
SDF_API int SDF_GenerateKeyWithKEK(
    void *hSessionHandle, unsigned int uiKeyBits, unsigned int uiAlgID, unsigned int uiKEKIndex,
    unsigned char *pucKey, unsigned int *puiKeyLength, void **phKeyHandle);
SDF_API int SDF_ImportKeyWithKEK(
    void *hSessionHandle, unsigned int uiAlgID, unsigned int uiKEKIndex, unsigned char *pucKey,
    unsigned int uiKeyLength, void **phKeyHandle);
SDF_API int SDF_DestroyKey(void *hSessionHandle, void *hKeyHandle);
/* vendor extension */
SDF_API int SDF_ImportKey(
    void *hSessionHandle, unsigned char *pucKey, unsigned int uiKeyLength, void **phKeyHandle);
SDF_API int SDF_GetSymmKeyHandle(
    void *hSessionHandle, unsigned int uiKeyIndex, void **phKeyHandle);
SDF_API int SDF_GetKeyStatus(
    void *hSessionHandle, unsigned int uiKeyType, unsigned int *puiKeyStatus,
    unsigned int *puiKeyCount);
SDF_API int SDF_GenerateKey(
    void *hSessionHandle, unsigned char ucType, unsigned char ucNoKek, unsigned int uiLength,
    void **phKeyHandle);

/* ---- 6.4 Asymmetric operations ---- */

SDF_API int SDF_ExternalPublicKeyOperation_RSA(
    void *hSessionHandle, RSArefPublicKey *pucPublicKey, unsigned char *pucDataInput,
    unsigned int uiInputLength, unsigned char *pucDataOutput, unsigned int *puiOutputLength);
SDF_API int SDF_InternalPublicKeyOperation_RSA(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned char *pucDataInput,
    unsigned int uiInputLength, unsigned char *pucDataOutput, unsigned int *puiOutputLength);
SDF_API int SDF_InternalPrivateKeyOperation_RSA(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned char *pucDataInput,
    unsigned int uiInputLength, unsigned char *pucDataOutput, unsigned int *puiOutputLength);
SDF_API int SDF_ExternalVerify_ECC(
    void *hSessionHandle, unsigned int uiAlgID, ECCrefPublicKey *pucPublicKey,
    unsigned char *pucDataInput, unsigned int uiInputLength, ECCSignature *pucSignature);
SDF_API int SDF_InternalSign_ECC(
    void *hSessionHandle, unsigned int uiISKIndex, unsigned char *pucData,
    unsigned int uiDataLength, ECCSignature *pucSignature);
SDF_API int SDF_InternalVerify_ECC(
    void *hSessionHandle, unsigned int uiIPKIndex, unsigned char *pucData,
    unsigned int uiDataLength, ECCSignature *pucSignature);
SDF_API int SDF_ExternalEncrypt_ECC(
    void *hSessionHandle, unsigned int uiAlgID, ECCrefPublicKey *pucPublicKey,
    unsigned char *pucData, unsigned int uiDataLength, ECCCipher *pucEncData);
/* vendor extension */
SDF_API int SDF_InternalEncrypt_ECC(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned int uiAlgID, unsigned char *pucData,
    unsigned int uiDataLength, ECCCipher *pucEncData);
SDF_API int SDF_InternalDecrypt_ECC(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned int uiAlgID, ECCCipher *pucEncData,
    unsigned char *pucData, unsigned int *puiDataLength);
SDF_API int SDF_InternalSign_ECC_Ex(
    void *hSessionHandle, unsigned int uiISKIndex, unsigned int uiAlgID, unsigned char *pucData,
    unsigned int uiDataLength, ECCSignature *pucSignature);
SDF_API int SDF_InternalVerify_ECC_Ex(
    void *hSessionHandle, unsigned int uiIPKIndex, unsigned int uiAlgID, unsigned char *pucData,
    unsigned int uiDataLength, ECCSignature *pucSignature);
SDF_API int SDF_InternalPublicKeyOperation_RSA_Ex(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned int uiKeyUsage,
    unsigned char *pucDataInput, unsigned int uiInputLength, unsigned char *pucDataOutput,
    unsigned int *puiOutputLength);
SDF_API int SDF_InternalPrivateKeyOperation_RSA_Ex(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned int uiKeyUsage,
    unsigned char *pucDataInput, unsigned int uiInputLength, unsigned char *pucDataOutput,
    unsigned int *puiOutputLength);

/* ---- 6.5 Symmetric operations ---- */

SDF_API int SDF_Encrypt(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucIV,
    unsigned char *pucData, unsigned int uiDataLength, unsigned char *pucEncData,
    unsigned int *puiEncDataLength);
SDF_API int SDF_Decrypt(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucIV,
    unsigned char *pucEncData, unsigned int uiEncDataLength, unsigned char *pucData,
    unsigned int *puiDataLength);
SDF_API int SDF_CalculateMAC(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucIV,
    unsigned char *pucData, unsigned int uiDataLength, unsigned char *pucMAC,
    unsigned int *puiMACLength);
/* 2023 */
SDF_API int SDF_AuthEnc(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucStartVar,
    unsigned int uiStartVarLength, unsigned char *pucAad, unsigned int uiAadLength,
    unsigned char *pucData, unsigned int uiDataLength, unsigned char *pucEncData,
    unsigned int *puiEncDataLength, unsigned char *pucAuthData,
    unsigned int *puiAuthDataLength);
SDF_API int SDF_AuthDec(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucStartVar,
    unsigned int uiStartVarLength, unsigned char *pucAad, unsigned int uiAadLength,
    unsigned char *pucAuthData, unsigned int uiAuthDataLength, unsigned char *pucEncData,
    unsigned int uiEncDataLength, unsigned char *pucData, unsigned int *puiDataLength);
SDF_API int SDF_EncryptInit(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucIV,
    unsigned int uiIVLength);
SDF_API int SDF_EncryptUpdate(
    void *hSessionHandle, unsigned char *pucData, unsigned int uiDataLength,
    unsigned char *pucEncData, unsigned int *puiEncDataLength);
SDF_API int SDF_EncryptFinal(
    void *hSessionHandle, unsigned char *pucLastEncData, unsigned int *puiLastEncDataLength);
SDF_API int SDF_DecryptInit(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucIV,
    unsigned int uiIVLength);
SDF_API int SDF_DecryptUpdate(
    void *hSessionHandle, unsigned char *pucEncData, unsigned int uiEncDataLength,
    unsigned char *pucData, unsigned int *puiDataLength);
SDF_API int SDF_DecryptFinal(
    void *hSessionHandle, unsigned char *pucLastData, unsigned int *puiLastDataLength);
SDF_API int SDF_CalculateMACInit(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucIV,
    unsigned int uiIVLength);
SDF_API int SDF_CalculateMACUpdate(
    void *hSessionHandle, unsigned char *pucData, unsigned int uiDataLength);
SDF_API int SDF_CalculateMACFinal(
    void *hSessionHandle, unsigned char *pucMAC, unsigned int *puiMACLength);
SDF_API int SDF_AuthEncInit(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucStartVar,
    unsigned int uiStartVarLength, unsigned char *pucAad, unsigned int uiAadLength,
    unsigned int uiDataLength);
SDF_API int SDF_AuthEncUpdate(
    void *hSessionHandle, unsigned char *pucData, unsigned int uiDataLength,
    unsigned char *pucEncData, unsigned int *puiEncDataLength);
SDF_API int SDF_AuthEncFinal(
    void *hSessionHandle, unsigned char *pucLastEncData, unsigned int *puiLastEncDataLength,
    unsigned char *pucAuthData, unsigned int *puiAuthDataLength);
SDF_API int SDF_AuthDecInit(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucStartVar,
    unsigned int uiStartVarLength, unsigned char *pucAad, unsigned int uiAadLength,
    unsigned char *pucAuthData, unsigned int uiAuthDataLength, unsigned int uiDataLength);
SDF_API int SDF_AuthDecUpdate(
    void *hSessionHandle, unsigned char *pucEncData, unsigned int uiEncDataLength,
    unsigned char *pucData, unsigned int *puiDataLength);
SDF_API int SDF_AuthDecFinal(
    void *hSessionHandle, unsigned char *pucLastData, unsigned int *puiLastDataLength);

/* ---- 6.6 Hash and HMAC ---- */

SDF_API int SDF_HashInit(
    void *hSessionHandle, unsigned int uiAlgID, ECCrefPublicKey *pucPublicKey,
    unsigned char *pucID, unsigned int uiIDLength);
SDF_API int SDF_HashUpdate(
    void *hSessionHandle, unsigned char *pucData, unsigned int uiDataLength);
SDF_API int SDF_HashFinal(
    void *hSessionHandle, unsigned char *pucHash, unsigned int *puiHashLength);
/* 2023 */
SDF_API int SDF_HMACInit(void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID);
SDF_API int SDF_HMACUpdate(
    void *hSessionHandle, unsigned char *pucData, unsigned int uiDataLength);
SDF_API int SDF_HMACFinal(
    void *hSessionHandle, unsigned char *pucHMAC, unsigned int *puiHMACLength);

/* ---- 6.7 User files ---- */

SDF_API int SDF_CreateFile(
    void *hSessionHandle, unsigned char *pucFileName, unsigned int uiNameLen,
    unsigned int uiFileSize);
SDF_API int SDF_ReadFile(
    void *hSessionHandle, unsigned char *pucFileName, unsigned int uiNameLen,
    unsigned int uiOffset, unsigned int *puiReadLength, unsigned char *pucBuffer);
SDF_API int SDF_WriteFile(
    void *hSessionHandle, unsigned char *pucFileName, unsigned int uiNameLen,
    unsigned int uiOffset, unsigned int uiWriteLength, unsigned char *pucBuffer);
SDF_API int SDF_DeleteFile(
    void *hSessionHandle, unsigned char *pucFileName, unsigned int uiNameLen);

/* ---- 6.8 Verification and debugging ---- */

SDF_API int SDF_GenerateKeyPair_RSA(
    void *hSessionHandle, unsigned int uiKeyBits, RSArefPublicKey *pucPublicKey,
    RSArefPrivateKey *pucPrivateKey);
SDF_API int SDF_GenerateKeyPair_ECC(
    void *hSessionHandle, unsigned int uiAlgID, unsigned int uiKeyBits,
    ECCrefPublicKey *pucPublicKey, ECCrefPrivateKey *pucPrivateKey);
/* 2023 */
SDF_API int SDF_ExternalPrivateKeyOperation_RSA(
    void *hSessionHandle, RSArefPrivateKey *pucPrivateKey, unsigned char *pucDataInput,
    unsigned int uiInputLength, unsigned char *pucDataOutput, unsigned int *puiOutputLength);
SDF_API int SDF_ExternalSign_ECC(
    void *hSessionHandle, unsigned int uiAlgID, ECCrefPrivateKey *pucPrivateKey,
    unsigned char *pucData, unsigned int uiDataLength, ECCSignature *pucSignature);
SDF_API int SDF_ExternalDecrypt_ECC(
    void *hSessionHandle, unsigned int uiAlgID, ECCrefPrivateKey *pucPrivateKey,
    ECCCipher *pucEncData, unsigned char *pucData, unsigned int *puiDataLength);
SDF_API int SDF_ExternalSign_SM9(
    void *hSessionHandle, SM9SignMasterPublicKey *pucMasterPublicKey,
    SM9SignUserPrivateKey *pucPrivateKey, unsigned char *pucDataInput,
    unsigned int uiDataInputLength, SM9Signature *pucSignature);
SDF_API int SDF_ExternalKeyEncrypt(
    void *hSessionHandle, unsigned int uiAlgID, unsigned char *pucKey, unsigned int uiKeyLength,
    unsigned char *pucIV, unsigned int uiIVLength, unsigned char *pucData,
    unsigned int uiDataLength, unsigned char *pucEncData, unsigned int *puiEncDataLength);
SDF_API int SDF_ExternalKeyDecrypt(
    void *hSessionHandle, unsigned int uiAlgID, unsigned char *pucKey, unsigned int uiKeyLength,
    unsigned char *pucIV, unsigned int uiIVLength, unsigned char *pucEncData,
    unsigned int uiEncDataLength, unsigned char *pucData, unsigned int *puiDataLength);
SDF_API int SDF_ExternalKeyEncryptInit(
    void *hSessionHandle, unsigned int uiAlgID, unsigned char *pucKey, unsigned int uiKeyLength,
    unsigned char *pucIV, unsigned int uiIVLength);
SDF_API int SDF_ExternalKeyDecryptInit(
    void *hSessionHandle, unsigned int uiAlgID, unsigned char *pucKey, unsigned int uiKeyLength,
    unsigned char *pucIV, unsigned int uiIVLength);
SDF_API int SDF_ExternalKeyHMACInit(
    void *hSessionHandle, unsigned int uiAlgID, unsigned char *pucKey,
    unsigned int uiKeyLength);

/* ---- Looked up by name only ----
 *
 * Their parameters are not confirmed, so there is no prototype:
 * SDF_ExternalDecrypt_SM9, SDF_ExportUserID_SM9, SDF_GenerateEncMasterKeyPair_SM9,
 * SDF_GenerateKeyWithEMK_SM9, SDF_GenerateKeyWithIMK_SM9, SDF_ImportKeyWithISK_SM9,
 * SDF_GenerateAgreementDataWithSM9, SDF_GenerateKeyWithSM9,
 * SDF_GenerateAgreementDataAndKeyWithSM9, SDF_VerifyWithMasterEPK_SM9,
 * SDF_VerifyWithMasterIPK_SM9, SDF_InternalSignWithMasterEPK_SM9,
 * SDF_InternalSignWithMasterIPK_SM9, SDF_EncryptWithMasterEPK_SM9,
 * SDF_EncryptWithMasterIPK_SM9, SDF_DecryptWithISK_SM9, SDF_GenerateKeywithIKE,
 * SDF_GenerateKeywithEPK_IKE, SDF_GenerateKeywithIPSEC, SDF_GenerateKeywithEPK_IPSEC,
 * SDF_GenerateKeywithSSL, SDF_GenerateKeywithEPK_SSL.
 */

/* ---- Second prototypes ----
 *
 * Some libraries export a function with other parameters than the prototype above. These are the
 * types to call them by, and nothing in a library tells which one it has.
 */

typedef int (*SDF_InternalEncrypt_ECC_5args)(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned char *pucData,
    unsigned int uiDataLength, ECCCipher *pucEncData);
typedef int (*SDF_InternalDecrypt_ECC_5args)(
    void *hSessionHandle, unsigned int uiKeyIndex, ECCCipher *pucEncData,
    unsigned char *pucData, unsigned int *puiDataLength);
typedef int (*SDF_InternalPublicKeyOperation_RSA_7args)(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned int uiKeyUsage,
    unsigned char *pucDataInput, unsigned int uiInputLength, unsigned char *pucDataOutput,
    unsigned int *puiOutputLength);
typedef int (*SDF_InternalPrivateKeyOperation_RSA_7args)(
    void *hSessionHandle, unsigned int uiKeyIndex, unsigned int uiKeyUsage,
    unsigned char *pucDataInput, unsigned int uiInputLength, unsigned char *pucDataOutput,
    unsigned int *puiOutputLength);
typedef int (*SDF_AuthDec_PointerTagLength)(
    void *hSessionHandle, void *hKeyHandle, unsigned int uiAlgID, unsigned char *pucStartVar,
    unsigned int uiStartVarLength, unsigned char *pucAad, unsigned int uiAadLength,
    unsigned char *pucAuthData, unsigned int *puiAuthDataLength, unsigned char *pucEncData,
    unsigned int uiEncDataLength, unsigned char *pucData, unsigned int *puiDataLength);

#ifdef __cplusplus
}
#endif

#endif /* GMT0018_H */
