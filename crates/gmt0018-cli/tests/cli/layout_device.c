/* A GM/T 0018 library with one key, at INDEX or index 1, whose structures are laid out as the macros say.
   WIDTH: bytes of a number's field. LEFT, LITTLE: where and how a number stands in it. NO_BITS: a key does not say its size.
   PAST: bytes that are written behind a key and the device information. CIPHER: 0 x, y, M, L, C; 1 the order of 2008.
   SESSIONS: how many there are at once. OFF_CURVE: the key is no point of the curve. NO_CIPHER: no SDF_ExternalEncrypt_ECC.
   SIGNATURE: r || s of a signature of 32 bytes 3c by the key, as 64 numbers. */
#include <string.h>

#ifndef WIDTH
#define WIDTH 64
#endif
#ifndef PAST
#define PAST 0
#endif
#ifndef CIPHER
#define CIPHER 0
#endif

static int there;
static const unsigned char signature_of_3c[64] = {SIGNATURE};

/* The public key of GB/T 32918.5-2017 annex A. */
static const unsigned char key_x[32] = {
    0x09, 0xf9, 0xdf, 0x31, 0x1e, 0x54, 0x21, 0xa1, 0x50, 0xdd, 0x7d, 0x16, 0x1e, 0x4b, 0xc5, 0xc6,
    0x72, 0x17, 0x9f, 0xad, 0x18, 0x33, 0xfc, 0x07, 0x6b, 0xb0, 0x8f, 0xf3, 0x56, 0xf3, 0x50, 0x20};
static const unsigned char key_y[32] = {
    0xcc, 0xea, 0x49, 0x0c, 0xe2, 0x67, 0x75, 0xa5, 0x2d, 0xc6, 0xea, 0x71, 0x8c, 0xc1, 0xaa, 0x60,
    0x0a, 0xed, 0x05, 0xfb, 0xf3, 0x5e, 0x08, 0x4a, 0x66, 0x32, 0xf6, 0x07, 0x2d, 0xa9, 0xad, 0x13};

static void put(unsigned char *field, const unsigned char *number) {
    int at, start = WIDTH - 32;
#ifdef LEFT
    start = 0;
#endif
    memset(field, 0, WIDTH);
    for (at = 0; at < 32; at++) {
#ifdef LITTLE
        field[start + at] = number[31 - at];
#else
        field[start + at] = number[at];
#endif
    }
}

int SDF_OpenDevice(void **device) { *device = &there; return 0; }
int SDF_CloseDevice(void *device) { (void)device; return 0; }
#ifndef SESSIONS
#define SESSIONS 1000
#endif
static int sessions;
int SDF_OpenSession(void *device, void **session) {
    (void)device;
    if (sessions >= SESSIONS) return 0x01000006;
    sessions++;
    *session = &there;
    return 0;
}
int SDF_CloseSession(void *session) { (void)session; sessions--; return 0; }

int SDF_GetDeviceInfo(void *session, unsigned char *info) {
    (void)session;
    memset(info, 0, 100 + PAST);
    return 0;
}

int SDF_ExportSignPublicKey_ECC(void *session, unsigned index, unsigned char *key) {
    (void)session;
#ifdef INDEX
    if (index != INDEX) {
        memset(key, 0, 132);
        return 0;
    }
#else
    if (index != 1) return 0x01000008;
#endif
#ifndef NO_BITS
    unsigned bits = 256;
    memcpy(key, &bits, 4);
#endif
    put(key + 4, key_x);
#ifdef OFF_CURVE
    key[4 + WIDTH - 1] ^= 1;
#endif
    put(key + 4 + WIDTH, key_y);
    memset(key + 4 + 2 * WIDTH, 0, PAST);
    return 0;
}

int SDF_GetPrivateKeyAccessRight(void *session, unsigned index, unsigned char *password, unsigned length) {
    (void)session;
    return index == 1 && length == 18 && memcmp(password, "canary-in-the-mine", 18) == 0 ? 0 : 0x01000007;
}
int SDF_ReleasePrivateKeyAccessRight(void *session, unsigned index) { (void)session, (void)index; return 0; }

int SDF_InternalSign_ECC(void *session, unsigned index, unsigned char *e, unsigned length, unsigned char *signature) {
    (void)session, (void)index, (void)e, (void)length;
    put(signature, signature_of_3c);
    put(signature + WIDTH, signature_of_3c + 32);
    return 0;
}

#ifndef NO_CIPHER
int SDF_ExternalEncrypt_ECC(void *session, unsigned id, void *key, unsigned char *data, unsigned length, unsigned char *out) {
    unsigned char *x = out, *c = out + 2 * WIDTH + 36, *m = out + 2 * WIDTH, *l = out + 2 * WIDTH + 32;
    (void)session, (void)id, (void)key;
    if (CIPHER == 1) l = out, x = out + 4, c = x + 2 * WIDTH, m = c + 136;
    put(x, key_x);
    put(x + WIDTH, key_y);
    memset(m, 0x11, 32);
    memcpy(l, &length, 4);
    memcpy(c, data, length);
    return 0;
}
#endif
