// Signals.
#ifndef MP_SIGNAL_H
#define MP_SIGNAL_H

/// The name of a signal without "SIG", NULL when it has none.
///
/// This function is provided because `sigabbrev_np` is hidden behind a feature macro.
const char *_Nullable mp_signal_name(int number);

#endif
