/* The software card's library, whose path is SOFT, with three functions that are wrong: every signature is called valid, CTR
   changes the first byte, CBC-MAC the last. What is not here comes from that library, which this one is linked to. */
#include <dlfcn.h>
#include <stddef.h>

static void *soft(const char *name) {
    void *library = dlopen(SOFT, RTLD_NOW);
    return library ? dlsym(library, name) : NULL;
}

int SDF_ExternalVerify_ECC(void *session, unsigned algorithm, void *key, unsigned char *e, unsigned length, void *s) {
    (void)session, (void)algorithm, (void)key, (void)e, (void)length, (void)s;
    return 0;
}

typedef int cipher(void *, void *, unsigned, unsigned char *, unsigned char *, unsigned, unsigned char *, unsigned *);

int SDF_Encrypt(void *session, void *key, unsigned algorithm, unsigned char *iv, unsigned char *data, unsigned length,
                unsigned char *output, unsigned *output_length) {
    int code = ((cipher *)soft("SDF_Encrypt"))(session, key, algorithm, iv, data, length, output, output_length);
    if (algorithm == 0x420) output[0] ^= 1;
    return code;
}

int SDF_CalculateMAC(void *session, void *key, unsigned algorithm, unsigned char *iv, unsigned char *data, unsigned length,
                     unsigned char *output, unsigned *output_length) {
    int code = ((cipher *)soft("SDF_CalculateMAC"))(session, key, algorithm, iv, data, length, output, output_length);
    output[15] ^= 1;
    return code;
}
