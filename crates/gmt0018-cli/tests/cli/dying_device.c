/* A GM/T 0018 library whose device goes away after ten random numbers. */
#include <string.h>

static int there;
static unsigned count;

static int gone(void) { return count > 10 ? 0x01000003 : 0; }

int SDF_OpenDevice(void **device) { *device = &there; return gone(); }
int SDF_CloseDevice(void *device) { (void)device; return 0; }
int SDF_OpenSession(void *device, void **session) { (void)device; *session = &there; return 0; }
int SDF_CloseSession(void *session) { (void)session; return 0; }
int SDF_GenerateRandom(void *session, unsigned length, unsigned char *random) {
    (void)session;
    count++;
    for (unsigned i = 0; i < length; i++) random[i] = (unsigned char)(count * 167 + i * 29);
    return gone();
}
