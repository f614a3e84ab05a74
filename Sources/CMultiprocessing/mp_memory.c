#define _GNU_SOURCE
#include "mp_memory.h"

#include <fcntl.h>
#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int mp_anonymous_file(const char *name) {
    int file = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    // Kernels before 6.3 do not know the flag.
    return file == -1 && errno == EINVAL ? memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING) : file;
}

int mp_seal_size(int file, int may_grow) {
    return fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL | (may_grow ? 0 : F_SEAL_GROW));
}

void mp_punch(int file, long long offset, long long count) {
    fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, count);
}

int mp_has_size_seal(int file) {
    int seals = fcntl(file, F_GET_SEALS);
    return seals != -1 && (seals & F_SEAL_SHRINK) != 0;
}

int mp_unnamed_file(const char *folder) {
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    // Whatever the process takes from new files by its mask.
    if (file != -1) fchmod(file, 0600);
    return file;
}

int mp_name_file(int file, const char *path) {
    char unnamed[32];
    snprintf(unnamed, sizeof unnamed, "/proc/self/fd/%d", file);
    return linkat(AT_FDCWD, unnamed, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

int mp_has_fixed_size(int file) {
    enum { ordinary_pages = 0x01021994 };
    int seals = fcntl(file, F_GET_SEALS);
    struct statfs system;
    if (seals == -1 || (seals & (F_SEAL_SHRINK | F_SEAL_GROW)) != (F_SEAL_SHRINK | F_SEAL_GROW)) return 0;
    // Memory of huge pages can be missing when it is read.
    return fstatfs(file, &system) == 0 && system.f_type == ordinary_pages;
}

int mp_allowed_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    // A machine with more processors than the set holds gives an error, and counts all of them.
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

void mp_keep_freed_memory(int bytes) {
    mallopt(M_MMAP_THRESHOLD, bytes);
    mallopt(M_TRIM_THRESHOLD, bytes);
}

void mp_return_freed_memory(void) {
    malloc_trim(0);
}

int mp_seal_contents(int file) {
    return fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}
