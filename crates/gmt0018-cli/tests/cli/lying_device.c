/* A GM/T 0018 library that reports success and lies: constant random bytes, a wrong digest, a signature that is none,
   and at every index but 1 a key of zeros. */
#include <string.h>

static int there;

int SDF_OpenDevice(void **device) { *device = &there; return 0; }
int SDF_CloseDevice(void *device) { (void)device; return 0; }
int SDF_OpenSession(void *device, void **session) { (void)device; *session = &there; return 0; }
int SDF_CloseSession(void *session) { (void)session; return 0; }

int SDF_GenerateRandom(void *session, unsigned length, unsigned char *random) {
    (void)session;
    memset(random, 0x5a, length);
    return 0;
}

int SDF_HashInit(void *session, unsigned algorithm, void *key, unsigned char *id, unsigned length) {
    (void)session, (void)algorithm, (void)key, (void)id, (void)length;
    return 0;
}
int SDF_HashUpdate(void *session, unsigned char *data, unsigned length) {
    (void)session, (void)data, (void)length;
    return 0;
}
int SDF_HashFinal(void *session, unsigned char *hash, unsigned *length) {
    (void)session;
    memset(hash, 0xc3, 32);
    *length = 32;
    return 0;
}

/* The public key of GB/T 32918.5-2017 annex A. */
static const unsigned char key_x[32] = {
    0x09, 0xf9, 0xdf, 0x31, 0x1e, 0x54, 0x21, 0xa1, 0x50, 0xdd, 0x7d, 0x16, 0x1e, 0x4b, 0xc5, 0xc6,
    0x72, 0x17, 0x9f, 0xad, 0x18, 0x33, 0xfc, 0x07, 0x6b, 0xb0, 0x8f, 0xf3, 0x56, 0xf3, 0x50, 0x20};
static const unsigned char key_y[32] = {
    0xcc, 0xea, 0x49, 0x0c, 0xe2, 0x67, 0x75, 0xa5, 0x2d, 0xc6, 0xea, 0x71, 0x8c, 0xc1, 0xaa, 0x60,
    0x0a, 0xed, 0x05, 0xfb, 0xf3, 0x5e, 0x08, 0x4a, 0x66, 0x32, 0xf6, 0x07, 0x2d, 0xa9, 0xad, 0x13};

int SDF_ExportSignPublicKey_ECC(void *session, unsigned index, unsigned char *key) {
    unsigned bits = 256;
    (void)session;
    memset(key, 0, 132);
    if (index == 1) {
        memcpy(key, &bits, 4);
        memcpy(key + 4 + 32, key_x, 32);
        memcpy(key + 68 + 32, key_y, 32);
    }
    return 0;
}
int SDF_ExportEncPublicKey_ECC(void *session, unsigned index, unsigned char *key) {
    return SDF_ExportSignPublicKey_ECC(session, index, key);
}

int SDF_GetPrivateKeyAccessRight(void *session, unsigned index, unsigned char *password, unsigned length) {
    (void)session, (void)index, (void)password, (void)length;
    return 0;
}
int SDF_ReleasePrivateKeyAccessRight(void *session, unsigned index) {
    (void)session, (void)index;
    return 0;
}
int SDF_InternalSign_ECC(void *session, unsigned index, unsigned char *e, unsigned length, unsigned char *signature) {
    (void)session, (void)index, (void)e, (void)length;
    memset(signature, 0, 128);
    signature[63] = signature[127] = 1;
    return 0;
}
/* Two answers in three are right. */
int SDF_ExternalVerify_ECC(void *session, unsigned algorithm, void *key, unsigned char *e, unsigned length, void *s) {
    static unsigned count;
    (void)session, (void)algorithm, (void)key, (void)e, (void)length, (void)s;
    return ++count % 3 == 0 ? 0x0100000e : 0;
}
