#define _GNU_SOURCE
#include "mp_process.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int mp_forbid_inspection(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int mp_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int mp_pidfd_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int mp_pidfd_signal_group(int pidfd, int signal) {
    // PIDFD_SIGNAL_PROCESS_GROUP, which the headers of older systems do not have.
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 1 << 2);
}

static int64_t nanoseconds(struct timeval time) {
    return time.tv_sec * INT64_C(1000000000) + time.tv_usec * INT64_C(1000);
}

int mp_pidfd_wait(int pidfd, struct mp_exit *status) {
    siginfo_t info = {0};
    struct rusage usage = {0};
    long result;
    do {
        // The kernel's own call has a fifth argument, which libc's lacks.
        result = syscall(SYS_waitid, P_PIDFD, pidfd, &info, WEXITED | WNOHANG, &usage);
    } while (result == -1 && errno == EINTR);
    if (result == -1) return -1;
    if (info.si_pid == 0) return 0;
    status->exited = info.si_code == CLD_EXITED;
    status->value = info.si_status;
    status->user_time = nanoseconds(usage.ru_utime);
    status->system_time = nanoseconds(usage.ru_stime);
    status->peak_memory = usage.ru_maxrss * INT64_C(1024);
    return 1;
}

// linux/pidfd.h of kernel 6.15; older headers lack it.
struct pidfd_info_v1 {
    uint64_t mask, cgroupid;
    uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
#define MP_PIDFD_GET_INFO _IOWR(0xFF, 11, struct pidfd_info_v1)
#define MP_PIDFD_INFO_EXIT (1ull << 3)

int mp_pidfd_exit_info(int pidfd, struct mp_exit *status) {
    struct pidfd_info_v1 info = {.mask = MP_PIDFD_INFO_EXIT};
    if (ioctl(pidfd, MP_PIDFD_GET_INFO, &info) != 0 || !(info.mask & MP_PIDFD_INFO_EXIT)) return 0;
    *status = (struct mp_exit){.exited = WIFEXITED(info.exit_code) ? 1 : 0};
    status->value = WIFEXITED(info.exit_code) ? WEXITSTATUS(info.exit_code) : WTERMSIG(info.exit_code);
    return 1;
}

void mp_close_from(int first) {
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0) == 0) return;
    long limit = sysconf(_SC_OPEN_MAX);
    for (int descriptor = first; descriptor < limit; descriptor++) close(descriptor);
}

int mp_spawn_close_from(void *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

void mp_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

int mp_thread_id(void) { return (int)syscall(SYS_gettid); }

void mp_ignore_interrupt(int ignore) { signal(SIGINT, ignore ? SIG_IGN : SIG_DFL); }
