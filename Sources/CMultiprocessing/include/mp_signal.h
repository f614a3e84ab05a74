// Signals.
#ifndef MP_SIGNAL_H
#define MP_SIGNAL_H

/// The name of a signal without "SIG", NULL when it has none.
///
/// This function is provided because `sigabbrev_np` is hidden behind a feature macro.
const char *_Nullable mp_signal_name(int number);

/// SIGINT from a terminal goes by; sent by `starter` or by this process itself, it ends the process with code 1
/// after the message was written to standard error; with a null message, that goes by as well.
///
/// This function is provided because a signal handler may not run Swift code.
void mp_guard_interrupt(int starter, const char *_Nullable message);

/// From now on the signal adds one to this event descriptor and has no other effect; 0, or -1 with errno.
///
/// This function is provided because a signal handler may not run Swift code.
int mp_relay_signal(int number, int event);

/// The signal has the effect again that it had before it was relayed.
///
/// This function is provided because the earlier effect is kept beside the handler.
void mp_restore_signal(int number);

#endif
