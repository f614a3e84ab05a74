// How a started process becomes a child instead of running the program's `main`.
#ifndef MP_ENTRY_H
#define MP_ENTRY_H

/// The variable that marks a child; its value is the number of the descriptor of its channel.
#define MP_CHILD_MARK "SWIFT_MULTIPROCESSING_CHANNEL"

/// What a child runs in place of `main`; written in Swift.
_Noreturn void mp_child_main(int channel);

#endif
