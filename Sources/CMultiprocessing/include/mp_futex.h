// Waiting on a word of shared memory.
#ifndef MP_FUTEX_H
#define MP_FUTEX_H

#include <stdint.h>

/// Sleeps while `*word == expected`, at most until `deadline_ns` on the monotonic clock (0: no limit).
/// Returns 0 when woken, otherwise the errno (EAGAIN: the word differed, ETIMEDOUT, EINTR).
///
/// This function is provided because `syscall` is variadic and futex has no wrapper in libc.
int mp_futex_wait(const uint32_t *_Nonnull word, uint32_t expected, uint64_t deadline_ns);

/// Wakes up to `count` sleepers of the word, in any process that maps it; returns how many were woken.
///
/// This function is provided because `syscall` is variadic and futex has no wrapper in libc.
int mp_futex_wake(const uint32_t *_Nonnull word, int count);

/// A word that somebody waits for with others, and the value that it has until then.
struct mp_futex_word {
    const uint32_t *_Nonnull word;
    uint32_t expected;
};

/// The most words that one call can wait for.
#define MP_MAXIMUM_FUTEX_WORDS 128

/// Sleeps until one of the words is woken or differs, at most until `deadline_ns` on the monotonic clock (0: no
/// limit). Returns 0, or the errno (EAGAIN: one differed, ETIMEDOUT, EINTR, ENOSYS on kernels before 5.16).
///
/// This function is provided because `syscall` is variadic and futex_waitv has no wrapper in libc.
int mp_futex_wait_any(const struct mp_futex_word *_Nonnull words, int count, uint64_t deadline_ns);

/// Tells the processor that this is a loop that only looks at memory.
///
/// This function is provided because Swift has no name for the pause instruction.
void mp_pause(void);

#endif
