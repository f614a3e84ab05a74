// Waiting for many descriptors at once.
#ifndef MP_EVENT_H
#define MP_EVENT_H

#include <stdint.h>

/// What `poll` tells when the other end of a socket is gone; Swift does not see POLLRDHUP.
enum { MP_POLL_HANGUP = 0x2000 };

/// Makes an event descriptor: counts from 0, close-on-exec, never blocks; -1 with errno on failure.
///
/// This function is provided because Swift does not import `sys/eventfd.h`.
int mp_event_descriptor(void);

/// Makes a set of watched descriptors, close-on-exec; -1 with errno on failure.
///
/// This function is provided because Swift does not import `sys/epoll.h`.
int mp_watch_set(void);

/// Watches a descriptor for bytes to read or its other end's end; 0, or -1 with errno.
///
/// This function is provided because `epoll_event` is a packed union.
int mp_watch_add(int set, int descriptor, uint64_t token);

/// Watches a descriptor for space to write or its other end's end; 0, or -1 with errno.
///
/// This function is provided because `epoll_event` is a packed union.
int mp_watch_add_writing(int set, int descriptor, uint64_t token);

/// Takes a descriptor into the set, armed as by `mp_watch_arm`; 0, or -1 with errno.
///
/// This function is provided because `epoll_event` is a packed union.
int mp_watch_register(int set, int descriptor, uint64_t token, int reading, int writing);

/// Watches a registered descriptor until the next thing happens to it: bytes to read or space to write, as wanted,
/// and the other end's end. 0, or -1 with errno.
///
/// This function is provided because `epoll_event` is a packed union.
int mp_watch_arm(int set, int descriptor, uint64_t token, int reading, int writing);

/// Stops watching a descriptor.
///
/// This function is provided because Swift does not import `sys/epoll.h`.
void mp_watch_remove(int set, int descriptor);

/// Waits for up to `count` watched descriptors, `milliseconds` at most, -1 for no limit; returns how many tokens
/// it wrote, or -1 with errno.
///
/// This function is provided because `epoll_event` is a packed union.
int mp_watch_wait(int set, uint64_t *_Nonnull tokens, int count, int milliseconds);

/// Waits without a limit for something to happen to one of two descriptors, or to the other end of the first; bytes
/// to read of the first count only if `reads`. A number below 0 stands for none. Returns how many, or -1 with errno;
/// the last two say what `poll` found.
///
/// This function is provided because the same in Swift may need a lock of the runtime, which a forked copy of a
/// process may never get.
int mp_poll_pair(int first, int reads, int second, short *_Nonnull first_found, short *_Nonnull second_found);

#endif
