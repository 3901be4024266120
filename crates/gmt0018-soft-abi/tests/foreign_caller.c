/*
 * A caller that knows the library only as FISCO BCOS's C++ code does: 21 symbols by name, structures
 * whose high halves were never written, lengths that were never initialised, SGD_SM2 for key
 * generation, the internal symmetric key 8, and a session opened and closed around every call.
 *
 * usage: foreign_caller LIBRARY THREADS ROUNDS
 * GMT0018_SOFT_DIR names a store with an SM2 pair at index 1 (password 12345678) and the key
 * 0123456789abcdeffedcba9876543210 at index 8.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void *Handle;
typedef struct { unsigned int bits; unsigned char x[64], y[64]; } PublicKey;
typedef struct { unsigned int bits; unsigned char K[64]; } PrivateKey;
typedef struct { unsigned char r[64], s[64]; } Signature;

enum { SGD_SM3 = 1, SGD_SM2 = 0x20100, SGD_SM2_1 = 0x20200, SGD_SM4_CBC = 0x402 };
enum { SDR_PARDENY = 0x01000007, SDR_VERIFYERR = 0x0100000E, SDR_PRKRERR = 0x01000018 };

#define FUNCTIONS(F) \
    F(OpenDevice, (Handle *)) \
    F(CloseDevice, (Handle)) \
    F(OpenSession, (Handle, Handle *)) \
    F(CloseSession, (Handle)) \
    F(GetPrivateKeyAccessRight, (Handle, unsigned int, unsigned char *, unsigned int)) \
    F(ReleasePrivateKeyAccessRight, (Handle, unsigned int)) \
    F(GenerateKeyPair_ECC, (Handle, unsigned int, unsigned int, PublicKey *, PrivateKey *)) \
    F(InternalSign_ECC, (Handle, unsigned int, unsigned char *, unsigned int, Signature *)) \
    F(ExternalSign_ECC, \
      (Handle, unsigned int, PrivateKey *, unsigned char *, unsigned int, Signature *)) \
    F(InternalVerify_ECC, (Handle, unsigned int, unsigned char *, unsigned int, Signature *)) \
    F(ExternalVerify_ECC, \
      (Handle, unsigned int, PublicKey *, unsigned char *, unsigned int, Signature *)) \
    F(ExportSignPublicKey_ECC, (Handle, unsigned int, PublicKey *)) \
    F(HashInit, (Handle, unsigned int, PublicKey *, unsigned char *, unsigned int)) \
    F(HashUpdate, (Handle, unsigned char *, unsigned int)) \
    F(HashFinal, (Handle, unsigned char *, unsigned int *)) \
    F(ImportKey, (Handle, unsigned char *, unsigned int, Handle *)) \
    F(GetSymmKeyHandle, (Handle, unsigned int, Handle *)) \
    F(DestroyKey, (Handle, Handle)) \
    F(Encrypt, (Handle, Handle, unsigned int, unsigned char *, unsigned char *, unsigned int, \
                unsigned char *, unsigned int *)) \
    F(Decrypt, (Handle, Handle, unsigned int, unsigned char *, unsigned char *, unsigned int, \
                unsigned char *, unsigned int *)) \
    F(GenerateRandom, (Handle, unsigned int, unsigned char *))

#define DECLARE(name, arguments) static unsigned int(*name) arguments;
FUNCTIONS(DECLARE)

static Handle device;
static int rounds;

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

/* Runs a statement with a session of its own. */
#define WITH_SESSION(session, ...) \
    do { \
        Handle session = NULL; \
        CHECK(OpenSession(device, &session) == 0); \
        CHECK(session != NULL); \
        __VA_ARGS__; \
        CHECK(CloseSession(session) == 0); \
    } while (0)

static void from_hex(unsigned char *out, const char *digits)
{
    for (; *digits; digits += 2, out++) {
        unsigned int byte;
        CHECK(sscanf(digits, "%2x", &byte) == 1);
        *out = (unsigned char)byte;
    }
}

/* A structure with 32 bytes in each low half; the high halves keep what the heap left there. */
static PublicKey *public_key(const unsigned char *x, const unsigned char *y)
{
    PublicKey *key = malloc(sizeof *key);
    CHECK(key != NULL);
    key->bits = 256;
    memcpy(key->x + 32, x, 32);
    memcpy(key->y + 32, y, 32);
    return key;
}

static Signature *signature(const unsigned char *r, const unsigned char *s)
{
    Signature *sig = malloc(sizeof *sig);
    CHECK(sig != NULL);
    memcpy(sig->r + 32, r, 32);
    memcpy(sig->s + 32, s, 32);
    return sig;
}

/* e = SM3(Z || message), on the card. */
static void digest(PublicKey *key, unsigned char *message, unsigned int length, unsigned char *e)
{
    unsigned char id[] = "1234567812345678";
    unsigned int hash_length;
    WITH_SESSION(session, {
        CHECK(HashInit(session, SGD_SM3, key, key ? id : NULL, key ? 16 : 0) == 0);
        CHECK(HashUpdate(session, message, length) == 0);
        CHECK(HashFinal(session, e, &hash_length) == 0);
        CHECK(hash_length == 32);
    });
}

/* What the library verifies from r, s, x, y of 32 bytes each. */
static unsigned int verify(const unsigned char *xy, const unsigned char *rs, unsigned char *e)
{
    unsigned int code = 1;
    PublicKey *key = public_key(xy, xy + 32);
    Signature *sig = signature(rs, rs + 32);
    WITH_SESSION(session,
                 { code = ExternalVerify_ECC(session, SGD_SM2_1, key, e, 32, sig); });
    free(sig);
    free(key);
    return code;
}

static void pack(unsigned char *out, const unsigned char *first, const unsigned char *second)
{
    memcpy(out, first + 32, 32);
    memcpy(out + 32, second + 32, 32);
}

static void internal_key(unsigned char *h)
{
    unsigned char password[] = "12345678";
    unsigned char xy[64], rs[64], e[32];
    PublicKey exported;
    Signature sig;
    WITH_SESSION(session, { CHECK(ExportSignPublicKey_ECC(session, 1, &exported) == 0); });
    pack(xy, exported.x, exported.y);
    PublicKey *key = public_key(xy, xy + 32);
    digest(key, h, 32, e);
    free(key);
    WITH_SESSION(session, {
        CHECK(InternalSign_ECC(session, 1, e, 32, &sig) == SDR_PARDENY);
        CHECK(GetPrivateKeyAccessRight(session, 1, password, 8) == 0);
        CHECK(InternalSign_ECC(session, 1, e, 32, &sig) == 0);
        CHECK(ReleasePrivateKeyAccessRight(session, 1) == 0);
    });
    pack(rs, sig.r, sig.s);
    Signature *dirty = signature(rs, rs + 32);
    WITH_SESSION(session, { CHECK(InternalVerify_ECC(session, 1, e, 32, dirty) == 0); });
    free(dirty);
    CHECK(verify(xy, rs, e) == 0);
    rs[63] ^= 1;
    CHECK(verify(xy, rs, e) == SDR_VERIFYERR);
}

static void external_key(unsigned char *e)
{
    unsigned char xy[64], rs[64];
    PublicKey made;
    PrivateKey private;
    Signature sig;
    WITH_SESSION(session,
                 { CHECK(GenerateKeyPair_ECC(session, SGD_SM2, 256, &made, &private) == 0); });
    PrivateKey *key = malloc(sizeof *key);
    CHECK(key != NULL);
    key->bits = 256;
    memcpy(key->K + 32, private.K + 32, 32);
    WITH_SESSION(session,
                 { CHECK(ExternalSign_ECC(session, SGD_SM2_1, key, e, 32, &sig) == 0); });
    pack(xy, made.x, made.y);
    pack(rs, sig.r, sig.s);
    CHECK(verify(xy, rs, e) == 0);

    /* Known answer: this private key has this public key. */
    from_hex(key->K + 32, "bcec428d5205abe0f0cc8a734083908d9eb8563e31f943d760786edf42ad67dd");
    from_hex(xy, "77a8f8d2f786f079bd661e774da3a9f430c76b9acbcd71f9976bff7456bb136a"
                 "80cb97335cc929a531791970f8ce10c0ca6ffb391e9ef241a48cbd8f3db1a82e");
    WITH_SESSION(session,
                 { CHECK(ExternalSign_ECC(session, SGD_SM2_1, key, e, 32, &sig) == 0); });
    free(key);
    pack(rs, sig.r, sig.s);
    CHECK(verify(xy, rs, e) == 0);
}

/* FISCO BCOS's own unit test: SM3, Z and e, and a signature over e. */
static void known_signature(void)
{
    unsigned char xy[64], rs[64], h[32], e[32], expected[32], abcd[] = "abcd";
    from_hex(xy, "f7dee65e76603ed7cd4c598d53cabe875c459e0fae4c6fd7b858189fd4741081"
                 "e970bca0d5cb571a7ac30586aec71b23187d4b25e59143812f74a2744604d42b");
    from_hex(rs, "cd39bf939d999ca710576a629c962edfc28608701a3a7b61c971daeac5a1399c"
                 "f4a7272fa80783e171c7fd5b038a3af4521f681ebe9fd44db3b60e750c438293");
    digest(NULL, abcd, 4, h);
    from_hex(expected, "82ec580fe6d36ae4f81cae3c73f4a5b3b5a09c943172dc9053c69fd8e18dca1e");
    CHECK(memcmp(h, expected, 32) == 0);
    PublicKey *key = public_key(xy, xy + 32);
    digest(key, h, 32, e);
    free(key);
    from_hex(expected, "bf2deebb8fa0b9a60d6cf1c6a8c8607febcaa916b333a2cbd4c386c13fc196c5");
    CHECK(memcmp(e, expected, 32) == 0);
    CHECK(verify(xy, rs, e) == 0);
    CHECK(verify(xy, rs, h) == SDR_VERIFYERR);
}

/* SM4-CBC with the internal key 8 and with the same key imported. */
static void known_ciphertext(int internal)
{
    unsigned char plain[32], cipher[32], iv[16], key[16], out[32], back[32];
    unsigned int length;
    from_hex(plain, "0123456789abcdeffedcba987654321029bee1d65249f1e9b3db873e240d0647");
    from_hex(cipher, "3f1e73c3dfd5a132882fe69d996cde935499095dde68995b4d70f2309f2ef1b7");
    from_hex(key, "0123456789abcdeffedcba9876543210");
    WITH_SESSION(session, {
        Handle handle = NULL;
        if (internal)
            CHECK(GetSymmKeyHandle(session, 8, &handle) == 0);
        else
            CHECK(ImportKey(session, key, 16, &handle) == 0);
        from_hex(iv, "ebeec56858e604d8327b9b3c10c90ca7");
        CHECK(Encrypt(session, handle, SGD_SM4_CBC, iv, plain, 32, out, &length) == 0);
        CHECK(length == 32 && memcmp(out, cipher, 32) == 0);
        CHECK(memcmp(iv, cipher + 16, 16) == 0);
        from_hex(iv, "ebeec56858e604d8327b9b3c10c90ca7");
        CHECK(Decrypt(session, handle, SGD_SM4_CBC, iv, out, 32, back, &length) == 0);
        CHECK(length == 32 && memcmp(back, plain, 32) == 0);
        CHECK(DestroyKey(session, handle) == 0);
        CHECK(DestroyKey(session, handle) != 0);
    });
}

static void *work(void *argument)
{
    unsigned char last[64] = {0}, random[64];
    (void)argument;
    for (int round = 0; round < rounds; round++) {
        WITH_SESSION(session, { CHECK(GenerateRandom(session, 64, random) == 0); });
        CHECK(memcmp(random, last, 64) != 0);
        memcpy(last, random, 64);
        internal_key(random);
        external_key(random);
        known_signature();
        known_ciphertext(1);
        known_ciphertext(0);
    }
    return NULL;
}

int main(int count, char **arguments)
{
    CHECK(count == 4);
    void *library = dlopen(arguments[1], RTLD_LAZY);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
#define RESOLVE(name, arguments_) \
    CHECK((*(void **)&name = dlsym(library, "SDF_" #name)) != NULL);
    FUNCTIONS(RESOLVE)
    int threads = atoi(arguments[2]);
    rounds = atoi(arguments[3]);
    CHECK(threads > 0 && threads <= 64 && rounds > 0);
    CHECK(OpenDevice(&device) == 0);
    pthread_t ids[64];
    for (int i = 0; i < threads; i++)
        CHECK(pthread_create(&ids[i], NULL, work, NULL) == 0);
    for (int i = 0; i < threads; i++)
        CHECK(pthread_join(ids[i], NULL) == 0);
    WITH_SESSION(session, {
        unsigned char wrong[] = "12345679";
        CHECK(GetPrivateKeyAccessRight(session, 1, wrong, 8) == SDR_PRKRERR);
    });
    CHECK(CloseDevice(device) == 0);
    CHECK(dlclose(library) == 0);
    printf("ok: %d threads, %d rounds\n", threads, rounds);
    return 0;
}
