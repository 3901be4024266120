/*
 * Batched verification of SM2 signatures (GB/T 32918.2).
 *
 * Made by cbindgen from the crate sm2-batch-capi, whose tests compare every size, offset, constant and prototype here with
 * the Rust declarations. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Numbers are big-endian: a public key is x and y, a signature r and s, 32 bytes each. A function that returns int gives
 * SM2_BATCH_OK or one of the SM2_BATCH_ERROR codes, all negative. SM2_BATCH_OK says that there are verdicts, not that
 * they are good. Functions may be called from any thread; one verifier serves as many of them as there are.
 */

#ifndef SM2_BATCH_H
#define SM2_BATCH_H

#include <stddef.h>
#include <stdint.h>

/**
 * The version of this interface. It rises when a program that was built with an older header would no longer work.
 */
#define SM2_BATCH_ABI_VERSION 1

/**
 * The call did what it says; after a verification the verdicts are there.
 */
#define SM2_BATCH_OK 0

/**
 * A pointer is NULL that must not be.
 */
#define SM2_BATCH_ERROR_NULL -1

/**
 * An option, a size or a stride is not allowed.
 */
#define SM2_BATCH_ERROR_OPTION -2

/**
 * The engine cannot run on this processor.
 */
#define SM2_BATCH_ERROR_UNAVAILABLE -3

/**
 * A key to be pinned is not a point of the curve.
 */
#define SM2_BATCH_ERROR_KEY -4

/**
 * The engine failed; nothing is known about the signatures.
 */
#define SM2_BATCH_ERROR_ENGINE -5

/**
 * A count is larger than any array can be; verdicts are not touched, because they cannot be there.
 */
#define SM2_BATCH_ERROR_COUNT -6

/**
 * The system refused threads.
 */
#define SM2_BATCH_ERROR_SYSTEM -7

/**
 * A panic was caught, which is a bug in this library.
 */
#define SM2_BATCH_ERROR_PANIC -8

/**
 * The engine that the environment variable `SM2_BATCH_ENGINE` names (auto, ifma or portable), else the fastest that this
 * processor can run.
 */
#define SM2_BATCH_ENGINE_AUTO 0

/**
 * Eight signatures at a time with AVX-512 IFMA.
 */
#define SM2_BATCH_ENGINE_IFMA 1

/**
 * One signature after the other, on every processor.
 */
#define SM2_BATCH_ENGINE_PORTABLE 2

/**
 * As `cache_bytes`: keep tables of pinned keys only.
 */
#define SM2_BATCH_CACHE_NONE UINT64_MAX

/**
 * A verifier, with the tables of its keys and its threads. C programs know it by its address only.
 */
typedef struct sm2_batch_verifier sm2_batch_verifier;

/**
 * How a verifier works. Set everything to zero and then `size`: zero is the default of the rest.
 */
typedef struct sm2_batch_options {
    /**
     * `sizeof(sm2_batch_options)`.
     */
    size_t size;
    /**
     * One of `SM2_BATCH_ENGINE_AUTO`, `SM2_BATCH_ENGINE_IFMA` and `SM2_BATCH_ENGINE_PORTABLE`.
     */
    uint32_t engine;
    /**
     * How many threads work on one batch, the calling one among them; 0 for as many as the machine has, 1 for the calling
     * thread alone, at most 1024.
     */
    uint32_t threads;
    /**
     * The most bytes that tables of keys take that are not pinned but come back often; 0 for the default of 32 MiB,
     * `SM2_BATCH_CACHE_NONE` for none.
     */
    uint64_t cache_bytes;
} sm2_batch_options;

/**
 * A signature to verify, over a digest that the caller has computed.
 */
typedef struct sm2_batch_item {
    /**
     * The signer's public key, x and y.
     */
    uint8_t public_key[64];
    /**
     * e = SM3(Z || M).
     */
    uint8_t digest[32];
    /**
     * The signature, r and s.
     */
    uint8_t signature[64];
} sm2_batch_item;

/**
 * A signature to verify, over a message. Structures in an array need no alignment.
 */
typedef struct sm2_batch_message {
    /**
     * The signer's public key, x and y.
     */
    uint8_t public_key[64];
    /**
     * The signature, r and s.
     */
    uint8_t signature[64];
    /**
     * The signer's identity, which is signed with the message; NULL with length 0 for "1234567812345678".
     */
    const uint8_t *user_id;
    /**
     * The bytes of the identity. No signature is valid for an identity of more than 8191 bytes.
     */
    size_t user_id_length;
    /**
     * The message; NULL with length 0 for the empty one.
     */
    const uint8_t *message;
    /**
     * The bytes of the message.
     */
    size_t message_length;
} sm2_batch_message;

/**
 * What a verifier holds and has done so far. Set `size` before the call; fields that this library does not know become
 * zero.
 */
typedef struct sm2_batch_counts {
    /**
     * `sizeof(sm2_batch_counts)`.
     */
    size_t size;
    /**
     * How many keys are pinned.
     */
    uint64_t pinned;
    /**
     * How many other keys have tables.
     */
    uint64_t cached;
    /**
     * What the tables of both take, in bytes.
     */
    uint64_t bytes;
    /**
     * How many signatures were by keys with tables.
     */
    uint64_t known;
    /**
     * How many signatures were by other keys.
     */
    uint64_t unknown;
    /**
     * How many keys got tables because they were seen often.
     */
    uint64_t promoted;
    /**
     * How many of these lost their tables to others.
     */
    uint64_t evicted;
} sm2_batch_counts;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes a verifier: checks the engine and starts its threads. `options` may be NULL for the defaults. On an error `*out`
 * is NULL.
 *
 * # Safety
 *
 * `options` is NULL or has as many bytes as its `size` says. `out` points to a pointer.
 */
int sm2_batch_new(const struct sm2_batch_options *options,
                  struct sm2_batch_verifier **out);

/**
 * Frees a verifier, its tables and its threads; NULL is ignored.
 *
 * # Safety
 *
 * `verifier` is NULL or from `sm2_batch_new`, and is not used by any thread now or later.
 */
void sm2_batch_free(struct sm2_batch_verifier *verifier);

/**
 * Verifies signatures over digests. `verdicts[i]` becomes 1 if `items[i]` is valid and 0 if it is not; on any error all
 * become 0.
 *
 * # Safety
 *
 * `verifier` is from `sm2_batch_new`; `items` has `count` elements, which nobody writes to meanwhile; `verdicts` has
 * `count` bytes, which may overlap the items. With a count of 0 both may be NULL.
 */
int sm2_batch_verify(const struct sm2_batch_verifier *verifier,
                     const struct sm2_batch_item *items,
                     size_t count,
                     uint8_t *verdicts);

/**
 * As `sm2_batch_verify`, for fields that lie in structures of the caller's own: the fields of signature i are at
 * `public_keys + i * public_key_stride` and so on. A stride of 0 takes the same field for all.
 *
 * # Safety
 *
 * That of `sm2_batch_verify`; each of the `count` fields can be read: 64 bytes of public key, 32 of digest, 64 of
 * signature.
 */
int sm2_batch_verify_strided(const struct sm2_batch_verifier *verifier,
                             const uint8_t *public_keys,
                             size_t public_key_stride,
                             const uint8_t *digests,
                             size_t digest_stride,
                             const uint8_t *signatures,
                             size_t signature_stride,
                             size_t count,
                             uint8_t *verdicts);

/**
 * Verifies signatures over messages: computes each e = SM3(Z || M) first. Verdicts are given as by `sm2_batch_verify`.
 *
 * # Safety
 *
 * `verifier` is from `sm2_batch_new`; `messages` has `count` elements, whose pointers have as many bytes as is said beside
 * them; nobody writes to these meanwhile. `verdicts` has `count` bytes, which may overlap what is read.
 */
int sm2_batch_verify_messages(const struct sm2_batch_verifier *verifier,
                              const struct sm2_batch_message *messages,
                              size_t count,
                              uint8_t *verdicts);

/**
 * Keeps tables of these keys until they are unpinned, so that their signatures are verified faster: for the validators
 * of a chain. If one of them is not a point of the curve, none is pinned.
 *
 * # Safety
 *
 * `verifier` is from `sm2_batch_new`; `keys` has `count` times 64 bytes. With a count of 0 it may be NULL.
 */
int sm2_batch_pin(const struct sm2_batch_verifier *verifier,
                  const uint8_t *keys,
                  size_t count);

/**
 * Drops the tables of these keys; keys that are not pinned are ignored.
 *
 * # Safety
 *
 * That of `sm2_batch_pin`.
 */
int sm2_batch_unpin(const struct sm2_batch_verifier *verifier, const uint8_t *keys, size_t count);

/**
 * Pins these keys and no others; the tables of those that stay are kept. If one of them is not a point of the curve,
 * nothing changes.
 *
 * # Safety
 *
 * That of `sm2_batch_pin`.
 */
int sm2_batch_set_pinned(const struct sm2_batch_verifier *verifier,
                         const uint8_t *keys,
                         size_t count);

/**
 * Tells what the verifier holds and has done so far.
 *
 * # Safety
 *
 * `verifier` is from `sm2_batch_new`; `out` has as many bytes as its `size` says.
 */
int sm2_batch_statistics(const struct sm2_batch_verifier *verifier, struct sm2_batch_counts *out);

/**
 * What verifies: "ifma" or "portable", and "none" if `verifier` is NULL. The text is never freed.
 *
 * # Safety
 *
 * `verifier` is NULL or from `sm2_batch_new`.
 */
const char *sm2_batch_engine_name(const struct sm2_batch_verifier *verifier);

/**
 * The version of this library, "1.2.3". The text is never freed.
 */
const char *sm2_batch_version(void);

/**
 * The version of the interface that this library has. A program needs it to equal the header's `SM2_BATCH_ABI_VERSION`.
 */
uint32_t sm2_batch_abi_version(void);

/**
 * What a code means, in general. The text is never freed.
 */
const char *sm2_batch_error_text(int code);

/**
 * What went wrong in the calling thread's last call that failed, and what to try; "" if none has. The text is valid until
 * the thread's next call that fails.
 */
const char *sm2_batch_last_error(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SM2_BATCH_H */
