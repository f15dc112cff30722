/* Preloaded into a program, lets its sound card be held by another one while the file HELD_CARD exists: what ALSA
   answers then is what it answers for a device that is in use and cannot be shared. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef int (*open_pcm)(void **pcm, const char *name, int stream, int mode);

int snd_pcm_open(void **pcm, const char *name, int stream, int mode)
{
    const char *held = getenv("HELD_CARD");
    if (held && access(held, F_OK) == 0)
        return -EBUSY;
    /* PortAudio is loaded for itself alone, so that RTLD_NEXT would not find its ALSA. */
    return ((open_pcm)dlsym(dlopen("libasound.so.2", RTLD_LAZY), "snd_pcm_open"))(pcm, name, stream, mode);
}
