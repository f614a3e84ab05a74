// How a started process becomes a child instead of running the program's `main`.
#ifndef MP_ENTRY_H
#define MP_ENTRY_H

/// The variable that marks a child; its value is the number of the descriptor of its channel, with this word
/// behind it for a child that nobody may look into, and the other one for a child that makes copies of itself.
#define MP_CHILD_MARK "SWIFT_MULTIPROCESSING_CHANNEL"
#define MP_CLOSED_WORD ",closed"
#define MP_COPYING_WORD ",copying"

/// Whether this program began through the entry code here; if not, a child of it would be the program once more.
///
/// This function is provided because the entry code is C.
int mp_entry_is_hooked(void);

/// What a child runs in place of `main`; written in Swift.
_Noreturn void mp_child_main(int channel);

#endif
