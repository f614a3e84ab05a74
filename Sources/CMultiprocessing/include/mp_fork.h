// A forked copy of a process that has threads.
#ifndef MP_FORK_H
#define MP_FORK_H

/// Makes a copy a process of its own: signals are no longer blocked, what the other process had printed but not
/// written is forgotten here, and at the exit nothing happens but what the copy itself registered, then `end`, and
/// the writing of what it printed.
///
/// This function is provided because `__fpurge` and `on_exit` are hidden behind feature macros.
void mp_begin_forked(void (*_Nonnull end)(void));

/// A type that nobody but a fresh copy asks the runtime for.
struct mp_probe {
    int content;
};

#endif
