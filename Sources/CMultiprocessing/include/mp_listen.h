// Sockets that wait for connections, and sockets that make them.
#ifndef MP_LISTEN_H
#define MP_LISTEN_H

#include <stddef.h>
#include <stdint.h>

/// Who is at the other end of a local socket, as the kernel knows it.
struct mp_peer {
    int32_t process;
    uint32_t user;
    uint32_t group;
};

/// Makes a socket that never waits: local with packets or a stream of bytes, or a stream of a network family.
/// Close-on-exec; -1 with errno.
///
/// This function is provided because the socket types and flags are an enum and macros that do not combine in
/// Swift.
int mp_free_socket(int family, int packets);

/// Binds a local socket to a path, or to an abstract name, for its owner only from its first moment; 0, or -1 with errno.
///
/// This function is provided because the path lies in an array of fixed size inside of the address.
int mp_bind_local(int socket, const char *_Nonnull name, size_t length, int is_abstract);

/// Connects a local socket; 0, or -1 with errno.
///
/// This function is provided because the path lies in an array of fixed size inside of the address.
int mp_connect_local(int socket, const char *_Nonnull name, size_t length, int is_abstract);

/// The next connection of a listening socket, close-on-exec, which never waits; -1 with errno. The address of a network
/// peer goes to `address`, whose size comes back.
///
/// This function is provided because `accept4` is hidden behind a feature macro.
int mp_accept(int socket, void *_Nonnull address, uint32_t *_Nonnull size);

/// Fills memory with bytes that nobody can guess; at most 256, which the kernel gives all at once.
///
/// This function is provided because Swift's own generator asks the kernel once for every eight bytes.
void mp_random(void *_Nonnull bytes, size_t size);

/// Asks the kernel for the other end of a local socket; 0, or -1 with errno.
///
/// This function is provided because `struct ucred` is hidden behind a feature macro.
int mp_peer_of(int socket, struct mp_peer *_Nonnull peer);

#endif
