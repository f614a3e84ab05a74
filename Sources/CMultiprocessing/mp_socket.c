#define _GNU_SOURCE
#include "mp_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * MP_MAXIMUM_DESCRIPTORS)];
};

int mp_socket_pair(int packets, int ends[2]) {
    return socketpair(AF_UNIX, (packets ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0, ends);
}

int mp_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return 0;
    int error = errno;
    close(ends[0]), close(ends[1]);
    errno = error;
    return -1;
}

int mp_end_with_peer(int socket) {
    int flags = fcntl(socket, F_GETFL);
    if (flags == -1 || fcntl(socket, F_SETOWN, getpid()) == -1 || fcntl(socket, F_SETSIG, SIGKILL) == -1) return -1;
    return fcntl(socket, F_SETFL, flags | O_ASYNC);
}

static ptrdiff_t send_parts(int socket, struct iovec *parts, size_t number, const int *descriptors, size_t count,
                            int wait) {
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = number};
    union control control;
    if (count > MP_MAXIMUM_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    if (count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
    }
    ssize_t sent;
    do {
        sent = sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
    } while (sent == -1 && errno == EINTR);
    return sent;
}

ptrdiff_t mp_send(int socket, const void *bytes, size_t size, const int *descriptors, size_t count, int wait) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
    return send_parts(socket, &part, 1, descriptors, count, wait);
}

ptrdiff_t mp_send_headed(int socket, const void *header, size_t header_size, const void *bytes, size_t size,
                       const int *descriptors, size_t count) {
    struct iovec parts[] = {{.iov_base = (void *)header, .iov_len = header_size},
                            {.iov_base = (void *)bytes, .iov_len = size}};
    return send_parts(socket, parts, 2, descriptors, count, 0);
}

static ssize_t receive_once(int socket, struct msghdr *message, int how) {
    ssize_t received;
    do {
        received = recvmsg(socket, message,
                           MSG_CMSG_CLOEXEC | (how & MP_WAIT ? 0 : MSG_DONTWAIT) | (how & MP_PEEK ? MSG_PEEK : 0));
    } while (received == -1 && errno == EINTR);
    return received;
}

static ptrdiff_t receive_parts(int socket, struct iovec *parts, size_t number, int *descriptors, size_t *count,
                               int *truncated, int how) {
    union control control;
    struct msghdr message = {
        .msg_iov = parts, .msg_iovlen = number, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t received = receive_once(socket, &message, how);
    if (received == 0 && message.msg_controllen == 0) {
        // The kernel looks at a socket of packets in two steps: is there a packet, and if not, is the other end gone?
        // A packet that comes right before the end, between the two, is found by looking once more.
        message.msg_controllen = sizeof control;
        ssize_t again = receive_once(socket, &message, how & ~MP_WAIT);
        if (again > 0) received = again;
        if (again < 0) {
            message.msg_controllen = 0;
            message.msg_flags = 0;
        }
    }
    *count = 0;
    *truncated = 0;
    if (received < 0) return received;
    *truncated = (message.msg_flags & MSG_CTRUNC ? 1 : 0) | (message.msg_flags & MSG_TRUNC ? 2 : 0);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(descriptors + *count, CMSG_DATA(header), found * sizeof(int));
        *count += found;
    }
    return received;
}

ptrdiff_t mp_receive(int socket, void *bytes, size_t size, int *descriptors, size_t *count, int *truncated,
                   int how) {
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    return receive_parts(socket, &part, 1, descriptors, count, truncated, how);
}

ptrdiff_t mp_receive_headed(int socket, void *header, size_t header_size, void *bytes, size_t size, int *descriptors,
                          size_t *count, int *truncated) {
    struct iovec parts[] = {{.iov_base = header, .iov_len = header_size}, {.iov_base = bytes, .iov_len = size}};
    return receive_parts(socket, parts, 2, descriptors, count, truncated, 0);
}

int mp_is_listening(int socket) {
    int value = 0;
    socklen_t size = sizeof value;
    return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value != 0;
}
