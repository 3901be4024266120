/*
 * Verifies SM2 signatures of digests with OpenSSL's libcrypto (3.0 or later).
 *
 * Reads lines of hexadecimal: x, y, e, r and s, 32 bytes each. Writes a line for each: 1 for a
 * valid signature, 0 for any other. Ends with the input; code 2 means that it could not tell.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { KEY = 64, DIGEST = 32, HALF = 32, RECORD = KEY + DIGEST + 2 * HALF };

/* The key of these coordinates, or NULL if they are none. */
static EVP_PKEY *read_key(const unsigned char *coordinates) {
    unsigned char point[1 + KEY] = {4};
    char group[] = "SM2";
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);

    memcpy(point + 1, coordinates, KEY);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1) {
        fprintf(stderr, "this libcrypto has no SM2\n");
        ERR_print_errors_fp(stderr);
        return NULL;
    }
    if (EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return key;
}

/* r and s as DER, or a length of 0 if there is no memory. */
static int encode(const unsigned char *signature, unsigned char **der) {
    int length = 0;
    BIGNUM *r = BN_bin2bn(signature, HALF, NULL);
    BIGNUM *s = BN_bin2bn(signature + HALF, HALF, NULL);
    ECDSA_SIG *both = ECDSA_SIG_new();

    *der = NULL;
    if (r != NULL && s != NULL && both != NULL && ECDSA_SIG_set0(both, r, s) == 1) {
        length = i2d_ECDSA_SIG(both, der);
        ECDSA_SIG_free(both);
        return length > 0 ? length : 0;
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(both);
    return 0;
}

/* 1 or 0, or 2 if it cannot tell. */
static int verify(EVP_PKEY *key, const unsigned char *digest, const unsigned char *signature) {
    unsigned char *der;
    int length = encode(signature, &der);
    int verdict = 2;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

    if (length > 0 && context != NULL && EVP_PKEY_verify_init(context) == 1) {
        verdict = EVP_PKEY_verify(context, der, (size_t)length, digest, DIGEST) == 1;
    }
    EVP_PKEY_CTX_free(context);
    OPENSSL_free(der);
    return verdict;
}

/* The record of a line, or 0 if it is not one. */
static int parse(const char *line, unsigned char *record) {
    if (strlen(line) != 2 * RECORD + 1 || line[2 * RECORD] != '\n') {
        return 0;
    }
    for (int i = 0; i < RECORD; i++) {
        unsigned int byte;
        if (sscanf(line + 2 * i, "%2x", &byte) != 1) {
            return 0;
        }
        record[i] = (unsigned char)byte;
    }
    return 1;
}

int main(void) {
    /* Room for a line, its end and the byte after it. */
    char line[2 * RECORD + 2];
    unsigned char record[RECORD];
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);

    if (context == NULL) {
        fprintf(stderr, "this libcrypto has no SM2\n");
        return 2;
    }
    EVP_PKEY_CTX_free(context);
    while (fgets(line, sizeof line, stdin) != NULL) {
        int verdict = 0;
        if (!parse(line, record)) {
            fprintf(stderr, "not a record: %s\n", line);
            return 2;
        }
        EVP_PKEY *key = read_key(record);
        if (key != NULL) {
            verdict = verify(key, record + KEY, record + KEY + DIGEST);
            EVP_PKEY_free(key);
        }
        if (verdict == 2) {
            ERR_print_errors_fp(stderr);
            return 2;
        }
        /* Why a signature is not valid is of no interest. */
        ERR_clear_error();
        printf("%d\n", verdict);
        fflush(stdout);
    }
    return 0;
}
