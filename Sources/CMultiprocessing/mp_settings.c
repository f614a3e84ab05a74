#define _GNU_SOURCE
#include "mp_settings.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

int mp_set_processors(const int32_t *processors, size_t count) {
    int most = 0;
    for (size_t i = 0; i < count; i++) {
        if (processors[i] < 0 || processors[i] >= 1 << 16) {
            errno = EINVAL;
            return -1;
        }
        if (processors[i] > most) most = processors[i];
    }
    cpu_set_t *set = CPU_ALLOC(most + 1);
    if (!set) return -1;
    size_t size = CPU_ALLOC_SIZE(most + 1);
    CPU_ZERO_S(size, set);
    for (size_t i = 0; i < count; i++) CPU_SET_S(processors[i], size, set);
    int result = sched_setaffinity(0, size, set);
    CPU_FREE(set);
    return result;
}

int mp_set_limit(int32_t resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    return setrlimit(resource, &limit);
}

int mp_set_groups(const uint32_t *groups, size_t count) { return setgroups(count, groups); }

char **mp_environment(void) { return environ; }

void mp_clear_environment(void) {
    static char *none[] = {NULL};
    clearenv();
    environ = none;
}

uint64_t mp_environment_fingerprint(void) {
    // FNV-1a over every byte, the ends of the strings included.
    uint64_t hash = 14695981039346656037u;
    if (!environ) return hash;
    for (char **variable = environ; *variable; variable++) {
        const char *byte = *variable;
        do hash = (hash ^ (unsigned char)*byte) * 1099511628211u;
        while (*byte++);
    }
    return hash;
}
