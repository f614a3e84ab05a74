// Pipes that somebody else may read and write as well, so that they keep their mode.
#ifndef MP_PIPE_H
#define MP_PIPE_H

#include <stddef.h>

/// Reads what is there at once; returns the bytes read, 0 at the end, or -1 with errno.
///
/// This function is provided because `preadv2` and its flags are hidden behind a feature macro.
ptrdiff_t mp_pipe_read(int pipe, void *_Nonnull bytes, size_t size);

/// Writes what there is space for at once, and never raises SIGPIPE; returns the bytes written, or -1 with errno.
///
/// This function is provided because `pwritev2` and its flags are hidden behind a feature macro.
ptrdiff_t mp_pipe_write(int pipe, const void *_Nonnull bytes, size_t size);

/// Writes to whatever it is, waiting if that waits, and never raises SIGPIPE; returns the bytes written, or -1 with errno.
ptrdiff_t mp_write(int file, const void *_Nonnull bytes, size_t size);

#endif
