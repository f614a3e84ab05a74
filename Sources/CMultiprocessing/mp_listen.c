#define _GNU_SOURCE
#include "mp_listen.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

int mp_free_socket(int family, int packets) {
    return socket(family, (packets ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static socklen_t local_address(struct sockaddr_un *address, const char *name, size_t length, int is_abstract) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    // A path ends with a zero byte, an abstract name begins with one.
    if (length == 0 || length > sizeof address->sun_path - 1) {
        errno = ENAMETOOLONG;
        return 0;
    }
    memcpy(address->sun_path + (is_abstract ? 1 : 0), name, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

int mp_bind_local(int socket, const char *name, size_t length, int is_abstract) {
    struct sockaddr_un address;
    socklen_t size = local_address(&address, name, length, is_abstract);
    if (size == 0) return -1;
    // The file gets the mode of the socket itself, less the process's mask.
    if (!is_abstract && fchmod(socket, S_IRUSR | S_IWUSR) != 0) return -1;
    return bind(socket, (struct sockaddr *)&address, size);
}

int mp_connect_local(int socket, const char *name, size_t length, int is_abstract) {
    struct sockaddr_un address;
    socklen_t size = local_address(&address, name, length, is_abstract);
    if (size == 0) return -1;
    return connect(socket, (struct sockaddr *)&address, size);
}

int mp_accept(int socket, void *address, uint32_t *size) {
    socklen_t length = *size;
    int result;
    do {
        result = accept4(socket, address, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    } while (result == -1 && (errno == EINTR || errno == ECONNABORTED));
    *size = length;
    return result;
}

void mp_random(void *bytes, size_t size) {
    // Fails only before the kernel's generator is ready, at the start of the machine, and then waits.
    while (getrandom(bytes, size, 0) != (ssize_t)size) {}
}

int mp_peer_of(int socket, struct mp_peer *peer) {
    struct ucred found;
    socklen_t size = sizeof found;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) return -1;
    *peer = (struct mp_peer){.process = found.pid, .user = found.uid, .group = found.gid};
    return 0;
}
