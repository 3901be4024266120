/* A card that can be pulled out: hands every call on to another GM/T 0018 library, until a file exists.
 *
 * PULLED_CARD_LIBRARY names the other library, PULLED_CARD_FILE the file. While the file exists every function that a
 * signature needs answers SDR_COMMFAIL, as a card does that is no longer in its slot. */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#define SDR_COMMFAIL 0x01000003u
#define SDR_NOTSUPPORT 0x01000002u

typedef unsigned int u32;
typedef unsigned char u8;

static int gone(void) {
    const char *file = getenv("PULLED_CARD_FILE");
    return file != NULL && access(file, F_OK) == 0;
}

static void *find(const char *name) {
    const char *library = getenv("PULLED_CARD_LIBRARY");
    void *handle = library != NULL ? dlopen(library, RTLD_NOW) : NULL;
    return handle != NULL ? dlsym(handle, name) : NULL;
}

#define HAND_ON(name, parameters, arguments)                 \
    u32 name parameters {                                    \
        u32 (*other) parameters;                             \
        if (gone()) {                                        \
            return SDR_COMMFAIL;                             \
        }                                                    \
        *(void **)&other = find(#name);                      \
        return other != NULL ? other arguments : SDR_NOTSUPPORT; \
    }

HAND_ON(SDF_OpenDevice, (void **device), (device))
HAND_ON(SDF_OpenDeviceWithPath, (u8 *path, void **device), (path, device))
HAND_ON(SDF_CloseDevice, (void *device), (device))
HAND_ON(SDF_OpenSession, (void *device, void **session), (device, session))
HAND_ON(SDF_CloseSession, (void *session), (session))
HAND_ON(SDF_GetDeviceInfo, (void *session, void *info), (session, info))
HAND_ON(SDF_GenerateRandom, (void *session, u32 length, u8 *random), (session, length, random))
HAND_ON(SDF_ExportSignPublicKey_ECC, (void *session, u32 index, void *key), (session, index, key))
HAND_ON(SDF_GetPrivateKeyAccessRight, (void *session, u32 index, u8 *password, u32 length),
        (session, index, password, length))
HAND_ON(SDF_ReleasePrivateKeyAccessRight, (void *session, u32 index), (session, index))
HAND_ON(SDF_InternalSign_ECC, (void *session, u32 index, u8 *data, u32 length, void *signature),
        (session, index, data, length, signature))
