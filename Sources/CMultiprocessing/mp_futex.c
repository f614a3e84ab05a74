#define _GNU_SOURCE
#include "mp_futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int mp_futex_wait(const uint32_t *word, uint32_t expected, uint64_t deadline_ns) {
    struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    // FUTEX_WAIT_BITSET takes an absolute time of the monotonic clock, so an interrupted wait needs no sum.
    long result = syscall(SYS_futex, word, FUTEX_WAIT_BITSET, expected, deadline_ns ? &deadline : NULL, NULL,
                          FUTEX_BITSET_MATCH_ANY);
    return result == 0 ? 0 : errno;
}

int mp_futex_wake(const uint32_t *word, int count) {
    long woken = syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
    return woken < 0 ? 0 : (int)woken;
}

// The names are newer than the headers of some systems; the numbers are the same on all of ours.
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

struct futex_waiter {
    uint64_t expected;
    uint64_t address;
    uint32_t flags;
    uint32_t reserved;
};

enum { four_bytes_shared = 2 };

int mp_futex_wait_any(const struct mp_futex_word *words, int count, uint64_t deadline_ns) {
    struct futex_waiter waiters[MP_MAXIMUM_FUTEX_WORDS];
    for (int i = 0; i < count; i++) {
        waiters[i] = (struct futex_waiter){
            .expected = words[i].expected, .address = (uintptr_t)words[i].word, .flags = four_bytes_shared};
    }
    struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    long result = syscall(SYS_futex_waitv, waiters, count, 0, deadline_ns ? &deadline : NULL, CLOCK_MONOTONIC);
    return result >= 0 ? 0 : errno;
}

void mp_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}
