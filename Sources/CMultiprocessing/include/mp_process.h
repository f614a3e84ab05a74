// Processes: what Swift does not import, or forbids.
#ifndef MP_PROCESS_H
#define MP_PROCESS_H

#include <stdint.h>

/// A descriptor for a process, close-on-exec; -1 with errno on failure.
///
/// This function is provided because `syscall` is variadic.
int mp_pidfd_open(int pid);

/// Sends a signal to the process of a descriptor; 0, or -1 with errno.
///
/// This function is provided because `syscall` is variadic.
int mp_pidfd_signal(int pidfd, int signal);

/// This function is provided because system calls without a wrapper are variadic, which Swift cannot call.
///
/// Sends a signal to the process group that the process of this descriptor leads; fails with EINVAL before Linux 6.9.
int mp_pidfd_signal_group(int pidfd, int signal);

/// What `mp_pidfd_wait` tells.
struct mp_exit {
    /// Whether it ended by itself (1) or by a signal (0).
    int32_t exited;
    /// The exit code or the signal.
    int32_t value;
    /// What it and its reaped children used, in nanoseconds of processor time and bytes; 0 where that is unknown.
    int64_t user_time, system_time, peak_memory;
};

/// Reaps our own child of a descriptor without blocking: 1 when it has ended, 0 while it has not, -1 with errno.
///
/// This function is provided because `siginfo_t` hides its fields behind macros.
int mp_pidfd_wait(int pidfd, struct mp_exit *_Nonnull status);

/// How a process that somebody else has reaped ended: 1, 0 when the kernel does not know or tell.
///
/// This function is provided because `ioctl` is variadic.
int mp_pidfd_exit_info(int pidfd, struct mp_exit *_Nonnull status);

/// Keeps other processes of the same user out of this one and of its later copies: none can attach to it or read its
/// memory, and it leaves no core file; 0, or -1 with errno.
///
/// This function is provided because `prctl` is variadic.
int mp_forbid_inspection(void);

/// Closes all descriptors from `first` on.
///
/// This function is provided because older headers lack `close_range`.
void mp_close_from(int first);

/// The started process will close all descriptors from `first` on; 0, or an error number.
///
/// This function is provided because glibc's own is hidden behind a feature macro.
int mp_spawn_close_from(void *_Nonnull actions, int first);

/// Gives the calling thread a name of at most 15 bytes.
///
/// This function is provided because `pthread_setname_np` is hidden behind a feature macro.
void mp_thread_name(const char *_Nonnull name);

/// What the kernel calls the calling thread, as in `/proc/self/task`.
///
/// This function is provided because `gettid` is hidden behind a feature macro.
int mp_thread_id(void);

/// SIGINT is ignored (1) or has its default effect again (0).
///
/// This function is provided because `SIG_IGN` is a cast that Swift does not import.
void mp_ignore_interrupt(int ignore);

#endif
