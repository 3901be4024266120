/* A GM/T 0018 library in which the function named by $FAIL returns $CODE, or never returns if $CODE is not set.
   FAIL=load: loading it never ends. It names a device file: DEVICE_FILE. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int there;
const char *device_file = DEVICE_FILE;

static int outcome(const char *function) {
    const char *fail = getenv("FAIL"), *code = getenv("CODE");
    if (!fail || strcmp(fail, function) != 0)
        return 0;
    while (!code)
        sleep(1);
    return (int)strtoul(code, NULL, 0);
}

__attribute__((constructor)) static void load(void) { outcome("load"); }

int SDF_OpenDevice(void **device) { *device = &there; return outcome("SDF_OpenDevice"); }
int SDF_CloseDevice(void *device) { (void)device; return 0; }
int SDF_OpenSession(void *device, void **session) { (void)device; *session = &there; return outcome("SDF_OpenSession"); }
int SDF_CloseSession(void *session) { (void)session; return 0; }
int SDF_GenerateRandom(void *session, unsigned length, unsigned char *random) {
    (void)session;
    memset(random, 0x5a, length);
    return outcome("SDF_GenerateRandom");
}
