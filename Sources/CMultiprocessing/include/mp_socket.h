// Local sockets that carry descriptors.
#ifndef MP_SOCKET_H
#define MP_SOCKET_H

#include <stddef.h>

/// The most descriptors that Linux lets one message carry.
#define MP_MAXIMUM_DESCRIPTORS 253

/// A pair of joined local sockets, close-on-exec: a byte stream, or whole packets; 0, or -1 with errno.
///
/// This function is provided because the socket types and flags are an enum and macros that do not combine in
/// Swift.
int mp_socket_pair(int packets, int ends[_Nonnull 2]);

/// A pipe, close-on-exec, of which the reading end (the first) never waits; 0, or -1 with errno.
///
/// This function is provided because `pipe2` is hidden behind a feature macro.
int mp_pipe(int ends[_Nonnull 2]);

/// From now on the kernel ends this process, by SIGKILL, when anything happens to the socket: its other end is
/// closed, or sends something. 0, or -1 with errno.
///
/// This function is provided because `F_SETSIG` is hidden behind a feature macro.
int mp_end_with_peer(int socket);

/// Sends bytes and descriptors; never raises SIGPIPE. Returns the bytes taken, or -1 with errno.
///
/// This function is provided because control messages are built by macros.
ptrdiff_t mp_send(int socket, const void *_Nullable bytes, size_t size, const int *_Nullable descriptors,
                size_t count, int wait);

/// How to receive: wait for something; leave it there for the next one.
enum { MP_WAIT = 1, MP_PEEK = 2 };

/// Sends a header and bytes as one, with descriptors, if there is space at once; else as `mp_send`.
///
/// This function is provided because control messages are built by macros.
ptrdiff_t mp_send_headed(int socket, const void *_Nonnull header, size_t header_size, const void *_Nullable bytes,
                       size_t size, const int *_Nullable descriptors, size_t count);

/// Receives bytes and up to MP_MAXIMUM_DESCRIPTORS descriptors, which are close-on-exec from birth.
/// Returns the bytes received, 0 at the end of the stream, or -1 with errno; `truncated` has bit 0 when descriptors
/// were lost, bit 1 when bytes of a packet were.
///
/// This function is provided because control messages are taken apart by macros.
ptrdiff_t mp_receive(int socket, void *_Nonnull bytes, size_t size, int *_Nonnull descriptors,
                   size_t *_Nonnull count, int *_Nonnull truncated, int how);

/// Receives what is there at once, its first bytes apart from the rest; else as `mp_receive`.
///
/// This function is provided because control messages are taken apart by macros.
ptrdiff_t mp_receive_headed(int socket, void *_Nonnull header, size_t header_size, void *_Nonnull bytes, size_t size,
                          int *_Nonnull descriptors, size_t *_Nonnull count, int *_Nonnull truncated);

/// Whether a socket waits for connections instead of having one.
///
/// This function is provided because it is one option that answers with an `int` or fails for what is no socket.
int mp_is_listening(int socket);

#endif
