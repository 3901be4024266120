/* A make-believe card in a vendor's dialect: 256-bit structures (-DLEGACY: those of 2008, with the old ids), SM2
   encryption without the algorithm id, the length of the tag by pointer. Its arithmetic is exclusive or. */

#include <stdlib.h>
#include <string.h>

typedef unsigned int u32;
typedef unsigned char u8;

typedef struct { u32 bits; u8 x[32]; u8 y[32]; } PublicKey;
typedef struct { u8 r[32]; u8 s[32]; } Signature;
#ifdef LEGACY
typedef struct { u32 L; u8 x[32]; u8 y[32]; u8 C[136]; u8 M[32]; } Cipher;
enum { SIGN = 0x20100, ENCRYPT = 0x20400, ECB = 0x2001 };
#else
typedef struct { u8 x[32]; u8 y[32]; u8 M[32]; u32 L; u8 C[136]; } Cipher;
enum { SIGN = 0x20200, ENCRYPT = 0x20800, ECB = 0x401 };
#endif

enum { OK = 0, VERIFYERR = 0x0100000E, INARGERR = 0x0100001D, ENCDATAERR = 0x01000016 };

static void mask(u8 *out, const u8 *in, u32 length, u8 with)
{
    for (u32 i = 0; i < length; i++) out[i] = in[i] ^ with;
}

int SDF_OpenDevice(void **device) { *device = malloc(1); return OK; }
int SDF_CloseDevice(void *device) { free(device); return OK; }
int SDF_OpenSession(void *device, void **session) { (void)device; *session = malloc(1); return OK; }
int SDF_CloseSession(void *session) { free(session); return OK; }

int SDF_ExportSignPublicKey_ECC(void *s, u32 index, PublicKey *key)
{
    (void)s;
    key->bits = 256;
    memset(key->x, 0x11, 32);
    memset(key->y, (int)index, 32);
    return OK;
}

int SDF_InternalSign_ECC(void *s, u32 index, u8 *e, u32 length, Signature *signature)
{
    (void)s;
    if (length != 32) return INARGERR;
    mask(signature->r, e, 32, 0x5a);
    memset(signature->s, (int)index, 32);
    return OK;
}

int SDF_ExternalVerify_ECC(void *s, u32 id, PublicKey *key, u8 *e, u32 length, Signature *signature)
{
    u8 expected[32];
    (void)s;
    if (id != SIGN || key->bits != 256 || length != 32) return INARGERR;
    mask(expected, e, 32, 0x5a);
    if (memcmp(expected, signature->r, 32) || signature->s[0] != key->y[0]) return VERIFYERR;
    return OK;
}

int SDF_ExternalEncrypt_ECC(void *s, u32 id, PublicKey *key, u8 *data, u32 length, Cipher *out)
{
    (void)s;
    if (id != ENCRYPT || key->bits != 256 || length > 136) return INARGERR;
    memcpy(out->x, key->x, 32);
    memcpy(out->y, key->y, 32);
    memset(out->M, 0x44, 32);
    out->L = length;
    mask(out->C, data, length, 0x33);
    return OK;
}

int SDF_InternalEncrypt_ECC(void *s, u32 index, u8 *data, u32 length, Cipher *out)
{
    PublicKey key;
    SDF_ExportSignPublicKey_ECC(s, index, &key);
    return SDF_ExternalEncrypt_ECC(s, ENCRYPT, &key, data, length, out);
}

int SDF_InternalDecrypt_ECC(void *s, u32 index, Cipher *in, u8 *data, u32 *length)
{
    (void)s;
    if (in->y[0] != index || in->M[0] != 0x44 || in->L > 136) return ENCDATAERR;
    if (*length < in->L) return INARGERR;
    mask(data, in->C, in->L, 0x33);
    *length = in->L;
    return OK;
}

int SDF_ImportKey(void *s, u8 *key, u32 length, void **handle)
{
    (void)s; (void)key; (void)length;
    *handle = malloc(1);
    return OK;
}

int SDF_DestroyKey(void *s, void *key) { (void)s; free(key); return OK; }

/* Gives no chaining value back: the IV is left as it was. */
int SDF_Encrypt(void *s, void *key, u32 id, u8 *iv, u8 *data, u32 length, u8 *out, u32 *out_length)
{
    (void)s; (void)key; (void)iv;
    if (id != ECB) return INARGERR;
    mask(out, data, length, 0x66);
    *out_length = length;
    return OK;
}

int SDF_AuthDec(void *s, void *key, u32 id, u8 *nonce, u32 nonce_length, u8 *aad, u32 aad_length, u8 *tag,
                u32 *tag_length, u8 *data, u32 length, u8 *out, u32 *out_length)
{
    (void)s; (void)key; (void)id; (void)nonce; (void)nonce_length; (void)aad; (void)aad_length;
    if (*tag_length != 16) return INARGERR;
    if (tag[0] != 0xab) return VERIFYERR;
    mask(out, data, length, 0x77);
    *out_length = length;
    return OK;
}
