/*
 * Calls every function of sm2_batch.h, rightly and wrongly; C11 and C++. vectors.h is written by c_program.rs.
 *
 *   verify engine    prints what verifies by default, or why nothing does
 *   verify all       everything, and says "ok"
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vectors.h"

#define CHECK(condition)                                                             \
    do {                                                                             \
        if (!(condition)) {                                                          \
            fprintf(stderr, "line %d: %s (last error: %s)\n", __LINE__, #condition,  \
                    sm2_batch_last_error());                                         \
            exit(1);                                                                 \
        }                                                                            \
    } while (0)

enum {
    ITEM_COUNT = sizeof ITEMS / sizeof *ITEMS,
    MESSAGE_COUNT = sizeof MESSAGES / sizeof *MESSAGES,
    KEY_COUNT = sizeof KEYS / sizeof *KEYS,
    THREADS = 8,
    ROUNDS = 2
};

static sm2_batch_options options_of(uint32_t engine, uint32_t threads)
{
    sm2_batch_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.engine = engine;
    options.threads = threads;
    return options;
}

static sm2_batch_verifier *verifier_with(uint32_t engine, uint32_t threads)
{
    sm2_batch_options options = options_of(engine, threads);
    sm2_batch_verifier *verifier = NULL;
    CHECK(sm2_batch_new(&options, &verifier) == SM2_BATCH_OK);
    CHECK(verifier != NULL);
    return verifier;
}

/* Whether these are all "invalid"; they are filled with something else for the next call. */
static int refused(uint8_t *verdicts, size_t count)
{
    int all = 1;
    for (size_t i = 0; i < count; i++)
        all = all && verdicts[i] == 0;
    memset(verdicts, 1, count);
    return all;
}

static int said(const char *what)
{
    return strstr(sm2_batch_last_error(), what) != NULL;
}

static sm2_batch_counts counts_of(const sm2_batch_verifier *verifier)
{
    sm2_batch_counts counts;
    counts.size = sizeof counts;
    CHECK(sm2_batch_statistics(verifier, &counts) == SM2_BATCH_OK);
    CHECK(counts.size == sizeof counts);
    return counts;
}

static void items(const sm2_batch_verifier *verifier)
{
    uint8_t verdicts[ITEM_COUNT + 1];
    for (size_t count = 0; count <= ITEM_COUNT; count += count < 10 ? 1 : 145) {
        memset(verdicts, 7, sizeof verdicts);
        CHECK(sm2_batch_verify(verifier, ITEMS, count, verdicts) == SM2_BATCH_OK);
        CHECK(memcmp(verdicts, ITEM_VERDICTS, count) == 0);
        CHECK(verdicts[count] == 7);
    }
    CHECK(sm2_batch_verify(verifier, NULL, 0, NULL) == SM2_BATCH_OK);
}

/* As a transaction of a node: a hash, and r, s, x, y in one. */
typedef struct transaction {
    char before;
    uint8_t digest[32];
    char between;
    uint8_t signature[128];
} transaction;

static void strided(const sm2_batch_verifier *verifier)
{
    transaction *own = (transaction *)calloc(ITEM_COUNT, sizeof *own);
    uint8_t verdicts[ITEM_COUNT], same[ITEM_COUNT];
    CHECK(own != NULL);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        memcpy(own[i].digest, ITEMS[i].digest, 32);
        memcpy(own[i].signature, ITEMS[i].signature, 64);
        memcpy(own[i].signature + 64, ITEMS[i].public_key, 64);
    }
    const size_t size = sizeof *own;
    CHECK(sm2_batch_verify_strided(verifier, own->signature + 64, size, own->digest, size,
                                   own->signature, size, ITEM_COUNT, verdicts) == SM2_BATCH_OK);
    CHECK(memcmp(verdicts, ITEM_VERDICTS, ITEM_COUNT) == 0);

    /* One key for all. */
    CHECK(sm2_batch_verify_strided(verifier, KEYS[0], 0, own->digest, size, own->signature, size,
                                   ITEM_COUNT, verdicts) == SM2_BATCH_OK);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        memcpy(own[i].signature + 64, KEYS[0], 64);
        same[i] = ITEM_VERDICTS[i] && i % KEY_COUNT == 0;
        same[i] = same[i] || (i % 7 == 2 && i % KEY_COUNT == 0) || (i % 7 == 3 && i % KEY_COUNT == 0);
    }
    CHECK(memcmp(verdicts, same, ITEM_COUNT) == 0);
    free(own);

    memset(verdicts, 1, sizeof verdicts);
    const uint8_t *key = KEYS[0];
    CHECK(sm2_batch_verify_strided(verifier, key, 63, key, 0, key, 0, 2, verdicts) ==
          SM2_BATCH_ERROR_OPTION);
    CHECK(refused(verdicts, 2) && said("stride of public_keys is 63"));
    CHECK(sm2_batch_verify_strided(verifier, key, 0, key, 31, key, 0, 2, verdicts) ==
          SM2_BATCH_ERROR_OPTION);
    CHECK(refused(verdicts, 2) && said("digests"));
    CHECK(sm2_batch_verify_strided(verifier, key, 0, key, 0, key, SIZE_MAX / 3, 2, verdicts) ==
          SM2_BATCH_ERROR_OPTION);
    CHECK(refused(verdicts, 2) && said("signatures"));
    CHECK(sm2_batch_verify_strided(verifier, key, 0, NULL, 0, key, 0, 2, verdicts) ==
          SM2_BATCH_ERROR_NULL);
    CHECK(refused(verdicts, 2) && said("digests is NULL"));
    CHECK(sm2_batch_verify_strided(verifier, NULL, 0, NULL, 0, NULL, 0, 0, NULL) == SM2_BATCH_OK);
}

static void messages(const sm2_batch_verifier *verifier)
{
    uint8_t verdicts[MESSAGE_COUNT];
    CHECK(sm2_batch_verify_messages(verifier, MESSAGES, MESSAGE_COUNT, verdicts) == SM2_BATCH_OK);
    CHECK(memcmp(verdicts, MESSAGE_VERDICTS, MESSAGE_COUNT) == 0);
    CHECK(sm2_batch_verify_messages(verifier, NULL, 0, NULL) == SM2_BATCH_OK);

    /* An identity that is too long costs its own signature and no other. */
    sm2_batch_message three[3] = {MESSAGES[0], MESSAGES[1], MESSAGES[2]};
    uint8_t *id = (uint8_t *)calloc(8192, 1);
    CHECK(id != NULL && MESSAGE_VERDICTS[0] && MESSAGE_VERDICTS[1] && MESSAGE_VERDICTS[2]);
    three[1].user_id = id;
    three[1].user_id_length = 8192;
    CHECK(sm2_batch_verify_messages(verifier, three, 3, verdicts) == SM2_BATCH_OK);
    CHECK(verdicts[0] == 1 && verdicts[1] == 0 && verdicts[2] == 1);
    three[1].user_id_length = SIZE_MAX;
    CHECK(sm2_batch_verify_messages(verifier, three, 3, verdicts) == SM2_BATCH_OK);
    CHECK(verdicts[0] == 1 && verdicts[1] == 0 && verdicts[2] == 1);
    free(id);

    three[1] = MESSAGES[1];
    three[1].message = NULL;
    CHECK(sm2_batch_verify_messages(verifier, three, 3, verdicts) == SM2_BATCH_ERROR_NULL);
    CHECK(refused(verdicts, 3) && said("message is NULL"));
    three[1] = MESSAGES[1];
    three[1].user_id_length = 1;
    CHECK(sm2_batch_verify_messages(verifier, three, 3, verdicts) == SM2_BATCH_ERROR_NULL);
    CHECK(refused(verdicts, 3) && said("user_id is NULL"));
    three[1] = MESSAGES[1];
    three[1].message_length = SIZE_MAX;
    CHECK(sm2_batch_verify_messages(verifier, three, 3, verdicts) == SM2_BATCH_ERROR_COUNT);
    CHECK(refused(verdicts, 3));
}

/* Verdicts over the inputs, and structures that are not aligned. */
static void same_memory(const sm2_batch_verifier *verifier)
{
    uint8_t *memory = (uint8_t *)malloc(sizeof ITEMS);
    CHECK(memory != NULL);
    memcpy(memory, ITEMS, sizeof ITEMS);
    CHECK(sm2_batch_verify(verifier, (sm2_batch_item *)memory, ITEM_COUNT, memory) ==
          SM2_BATCH_OK);
    CHECK(memcmp(memory, ITEM_VERDICTS, ITEM_COUNT) == 0);
    memcpy(memory, ITEMS, sizeof ITEMS);
    CHECK(sm2_batch_verify(NULL, (sm2_batch_item *)memory, ITEM_COUNT, memory) ==
          SM2_BATCH_ERROR_NULL);
    CHECK(refused(memory, ITEM_COUNT));
    free(memory);

    memory = (uint8_t *)malloc(sizeof MESSAGES + 1);
    CHECK(memory != NULL);
    memcpy(memory + 1, MESSAGES, sizeof MESSAGES);
    const void *unaligned = memory + 1;
    CHECK(sm2_batch_verify_messages(verifier, (const sm2_batch_message *)unaligned, MESSAGE_COUNT,
                                    memory + 1) == SM2_BATCH_OK);
    CHECK(memcmp(memory + 1, MESSAGE_VERDICTS, MESSAGE_COUNT) == 0);
    free(memory);
}

static void known_keys(sm2_batch_verifier *verifier)
{
    CHECK(sm2_batch_pin(verifier, KEYS[0], KEY_COUNT) == SM2_BATCH_OK);
    CHECK(sm2_batch_pin(verifier, KEYS[0], 1) == SM2_BATCH_OK);
    sm2_batch_counts before = counts_of(verifier);
    CHECK(before.pinned == KEY_COUNT && before.bytes > 0);
    items(verifier);
    CHECK(counts_of(verifier).known > before.known);

    uint8_t keys[2][64];
    memcpy(keys[0], KEYS[1], 64);
    memcpy(keys[1], OFF_CURVE, 64);
    CHECK(sm2_batch_set_pinned(verifier, keys[0], 2) == SM2_BATCH_ERROR_KEY);
    CHECK(said("not a point"));
    CHECK(sm2_batch_pin(verifier, keys[0], 2) == SM2_BATCH_ERROR_KEY);
    CHECK(counts_of(verifier).pinned == KEY_COUNT);
    CHECK(sm2_batch_set_pinned(verifier, KEYS[1], 1) == SM2_BATCH_OK);
    CHECK(counts_of(verifier).pinned == 1);
    CHECK(sm2_batch_unpin(verifier, KEYS[0], KEY_COUNT) == SM2_BATCH_OK);
    CHECK(counts_of(verifier).pinned == 0);
    CHECK(sm2_batch_pin(verifier, KEYS[2], 1) == SM2_BATCH_OK);
    CHECK(sm2_batch_set_pinned(verifier, NULL, 0) == SM2_BATCH_OK);
    CHECK(counts_of(verifier).pinned == 0);
    CHECK(sm2_batch_pin(verifier, NULL, 1) == SM2_BATCH_ERROR_NULL);
    CHECK(sm2_batch_unpin(NULL, KEYS[0], 1) == SM2_BATCH_ERROR_NULL);
    CHECK(sm2_batch_set_pinned(NULL, KEYS[0], 1) == SM2_BATCH_ERROR_NULL);
    CHECK(sm2_batch_pin(verifier, KEYS[0], SIZE_MAX) == SM2_BATCH_ERROR_COUNT);

    /* Structures of a newer header. */
    struct {
        sm2_batch_counts counts;
        uint64_t newer[3];
    } grown;
    memset(&grown, 7, sizeof grown);
    grown.counts.size = sizeof grown.counts + 16;
    CHECK(sm2_batch_statistics(verifier, &grown.counts) == SM2_BATCH_OK);
    CHECK(grown.counts.size == sizeof grown.counts + 16 && grown.counts.known > 0);
    CHECK(grown.newer[0] == 0 && grown.newer[1] == 0 && grown.newer[2] != 0);
    grown.counts.size = sizeof grown.counts - 1;
    CHECK(sm2_batch_statistics(verifier, &grown.counts) == SM2_BATCH_ERROR_OPTION);
    grown.counts.size = SIZE_MAX;
    CHECK(sm2_batch_statistics(verifier, &grown.counts) == SM2_BATCH_ERROR_OPTION);
    CHECK(said("sizeof(sm2_batch_counts)"));
    CHECK(sm2_batch_statistics(verifier, NULL) == SM2_BATCH_ERROR_NULL);
}

/* A caller that looks at no code finds no verdict "valid". */
static void mistakes(const sm2_batch_verifier *verifier)
{
    uint8_t verdicts[ITEM_COUNT];
    memset(verdicts, 1, sizeof verdicts);
    CHECK(sm2_batch_verify(NULL, ITEMS, ITEM_COUNT, verdicts) == SM2_BATCH_ERROR_NULL);
    CHECK(refused(verdicts, ITEM_COUNT) && said("verifier is NULL"));
    CHECK(sm2_batch_verify(verifier, NULL, ITEM_COUNT, verdicts) == SM2_BATCH_ERROR_NULL);
    CHECK(refused(verdicts, ITEM_COUNT) && said("items is NULL"));
    CHECK(sm2_batch_verify(verifier, ITEMS, ITEM_COUNT, NULL) == SM2_BATCH_ERROR_NULL);
    CHECK(said("verdicts is NULL"));
    CHECK(sm2_batch_verify_messages(NULL, MESSAGES, MESSAGE_COUNT, verdicts) ==
          SM2_BATCH_ERROR_NULL);
    CHECK(refused(verdicts, MESSAGE_COUNT));
    CHECK(sm2_batch_verify_messages(verifier, NULL, MESSAGE_COUNT, verdicts) ==
          SM2_BATCH_ERROR_NULL);
    CHECK(refused(verdicts, MESSAGE_COUNT) && said("messages is NULL"));
    CHECK(sm2_batch_verify(verifier, ITEMS, (size_t)-1, verdicts) == SM2_BATCH_ERROR_COUNT);
    CHECK(verdicts[0] == 1 && said("a count of"));
    CHECK(sm2_batch_verify(verifier, ITEMS, SIZE_MAX / 2, verdicts) == SM2_BATCH_ERROR_COUNT);
    CHECK(sm2_batch_verify(NULL, NULL, 0, NULL) == SM2_BATCH_ERROR_NULL);
    CHECK(strcmp(sm2_batch_engine_name(NULL), "none") == 0);
    sm2_batch_free(NULL);
    for (int code = SM2_BATCH_ERROR_PANIC - 1; code <= 1; code++)
        CHECK(strlen(sm2_batch_error_text(code)) > 5);
}

static void bad_options(void)
{
    sm2_batch_verifier *verifier;
    struct {
        sm2_batch_options options;
        uint64_t newer;
    } grown;
#define REFUSED(change, code, text)                                    \
    do {                                                               \
        memset(&grown, 0, sizeof grown);                               \
        grown.options = options_of(SM2_BATCH_ENGINE_PORTABLE, 1);      \
        change;                                                        \
        verifier = (sm2_batch_verifier *)&grown;                       \
        CHECK(sm2_batch_new(&grown.options, &verifier) == code);       \
        CHECK(verifier == NULL && said(text));                         \
    } while (0)
    REFUSED(grown.options.size = 0, SM2_BATCH_ERROR_OPTION, "the size in sm2_batch_options is 0");
    REFUSED(grown.options.size--, SM2_BATCH_ERROR_OPTION, "sizeof(sm2_batch_options)");
    REFUSED(grown.options.size = SIZE_MAX, SM2_BATCH_ERROR_OPTION, "sizeof(sm2_batch_options)");
    REFUSED(grown.options.size = sizeof grown; grown.newer = 1, SM2_BATCH_ERROR_OPTION, "as new");
    REFUSED(grown.options.engine = 3, SM2_BATCH_ERROR_OPTION, "no engine 3");
    REFUSED(grown.options.threads = 1025, SM2_BATCH_ERROR_OPTION, "threads is 1025");
    REFUSED(grown.options.cache_bytes = 1, SM2_BATCH_ERROR_OPTION, "cache_bytes is 1");
    if (!IFMA)
        REFUSED(grown.options.engine = SM2_BATCH_ENGINE_IFMA, SM2_BATCH_ERROR_UNAVAILABLE, "IFMA");
    CHECK(sm2_batch_new(NULL, NULL) == SM2_BATCH_ERROR_NULL && said("out is NULL"));

    /* What a newer header leaves at its default. */
    memset(&grown, 0, sizeof grown);
    grown.options = options_of(SM2_BATCH_ENGINE_PORTABLE, 1);
    grown.options.size = sizeof grown;
    CHECK(sm2_batch_new(&grown.options, &verifier) == SM2_BATCH_OK);
    sm2_batch_free(verifier);
}

/* Keys that come back get tables, unless there is to be no cache. */
static void cache(uint64_t cache_bytes, int expected)
{
    sm2_batch_options options = options_of(SM2_BATCH_ENGINE_AUTO, 1);
    sm2_batch_verifier *verifier;
    options.cache_bytes = cache_bytes;
    CHECK(sm2_batch_new(&options, &verifier) == SM2_BATCH_OK);
    for (int round = 0; round < 2; round++)
        items(verifier);
    sm2_batch_counts counts = counts_of(verifier);
    CHECK((counts.cached > 0) == expected && (counts.promoted > 0) == expected);
    CHECK(counts.unknown > 0 && (counts.known > 0) == expected);
    sm2_batch_free(verifier);
}

static void *work(void *argument)
{
    sm2_batch_verifier *verifier = (sm2_batch_verifier *)argument;
    uint8_t verdict = 1;
    CHECK(strcmp(sm2_batch_last_error(), "") == 0);
    CHECK(sm2_batch_verify(verifier, NULL, 1, &verdict) == SM2_BATCH_ERROR_NULL);
    for (int round = 0; round < ROUNDS; round++) {
        items(verifier);
        messages(verifier);
        strided(verifier);
        CHECK(sm2_batch_pin(verifier, KEYS[round % KEY_COUNT], 1) == SM2_BATCH_OK);
        CHECK(sm2_batch_unpin(verifier, KEYS[(round + 1) % KEY_COUNT], 1) == SM2_BATCH_OK);
    }
    return NULL;
}

static void many_threads(sm2_batch_verifier *verifier)
{
    pthread_t ids[THREADS];
    CHECK(sm2_batch_new(NULL, NULL) == SM2_BATCH_ERROR_NULL);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&ids[i], NULL, work, verifier) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(ids[i], NULL) == 0);
    CHECK(said("out is NULL"));
}

static void everything(uint32_t engine, uint32_t threads)
{
    sm2_batch_verifier *verifier = verifier_with(engine, threads);
    const char *name = sm2_batch_engine_name(verifier);
    int ifma = engine == SM2_BATCH_ENGINE_IFMA;
    if (engine != SM2_BATCH_ENGINE_AUTO)
        CHECK(strcmp(name, ifma ? "ifma" : "portable") == 0);
    items(verifier);
    strided(verifier);
    messages(verifier);
    same_memory(verifier);
    known_keys(verifier);
    mistakes(verifier);
    many_threads(verifier);
    sm2_batch_free(verifier);
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    CHECK(sm2_batch_abi_version() == SM2_BATCH_ABI_VERSION);
    CHECK(strcmp(sm2_batch_last_error(), "") == 0);
    if (strcmp(arguments[1], "engine") == 0) {
        sm2_batch_verifier *verifier;
        int code = sm2_batch_new(NULL, &verifier);
        if (code == SM2_BATCH_OK)
            printf("%s\n", sm2_batch_engine_name(verifier));
        else
            printf("%d: %s\n", code, sm2_batch_last_error());
        sm2_batch_free(verifier);
        return 0;
    }
    bad_options();
    everything(SM2_BATCH_ENGINE_AUTO, 0);
    everything(SM2_BATCH_ENGINE_PORTABLE, 1);
    if (IFMA)
        everything(SM2_BATCH_ENGINE_IFMA, 3);
    cache(0, 1);
    cache(1 << 20, 1);
    cache(SM2_BATCH_CACHE_NONE, 0);
    printf("ok: version %s\n", sm2_batch_version());
    return 0;
}
