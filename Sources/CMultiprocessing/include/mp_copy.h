// How a process copies itself.
#ifndef MP_COPY_H
#define MP_COPY_H

/// Copies the process: the copy's number, or -1 with errno; the copy calls `begin`, which does not return.
///
/// The copy's only thread is one that has never run Swift: a thread that has taken a lock of Swift's remembers its own
/// number, which is another one in the copy, and whoever found such a lock taken there would wait for ever. It is made
/// for the copy, but in a process that is there to make copies it is the first one: Dispatch knows that, and what it
/// remembers is right in the copy as well.
///
/// This function is provided because Swift forbids `fork`, which is right for programs with threads that do not
/// prepare for it, and because the copying thread must not run Swift.
int mp_fork(void (*_Nonnull begin)(void *_Nullable), void *_Nullable context);

/// Makes this process one that is there to make copies: its first thread does nothing else from now on, and another one
/// goes on with `body`.
_Noreturn void mp_make_copies(void (*_Nonnull body)(int), int channel);

#endif
