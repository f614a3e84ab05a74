#define _GNU_SOURCE
#include "mp_pipe.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_ready(int pipe, short events) {
    struct pollfd item = {.fd = pipe, .events = events};
    if (poll(&item, 1, 0) != 0) return 1;
    errno = EAGAIN;
    return 0;
}

ptrdiff_t mp_pipe_read(int pipe, void *bytes, size_t size) {
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    ssize_t count;
    do {
        count = preadv2(pipe, &part, 1, -1, RWF_NOWAIT);
        // Kernels before 5.15 cannot; a pipe with one reader does not wait when it was found readable.
        if (count == -1 && errno == EOPNOTSUPP) count = is_ready(pipe, POLLIN) ? read(pipe, bytes, size) : -1;
    } while (count == -1 && errno == EINTR);
    return count;
}

static ssize_t write_now(int pipe, const void *bytes, size_t size) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
    ssize_t count;
    do {
        count = pwritev2(pipe, &part, 1, -1, RWF_NOWAIT);
        if (count == -1 && errno == EOPNOTSUPP) {
            // A writable pipe has space for so much.
            count = is_ready(pipe, POLLOUT) ? write(pipe, bytes, size < PIPE_BUF ? size : PIPE_BUF) : -1;
        }
    } while (count == -1 && errno == EINTR);
    return count;
}

static ssize_t quietly(ssize_t (*write_some)(int, const void *, size_t), int pipe, const void *bytes, size_t size) {
    // The signal goes to the thread that writes, and is taken away there.
    sigset_t broken, before, pending;
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    sigpending(&pending);
    int was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, &before);
    ssize_t count = write_some(pipe, bytes, size);
    int error = errno;
    if (count == -1 && error == EPIPE && !was_pending) {
        struct timespec none = {0, 0};
        while (sigtimedwait(&broken, 0, &none) == -1 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, 0);
    errno = error;
    return count;
}

ptrdiff_t mp_pipe_write(int pipe, const void *bytes, size_t size) { return quietly(write_now, pipe, bytes, size); }

ptrdiff_t mp_write(int file, const void *bytes, size_t size) { return quietly(write, file, bytes, size); }
