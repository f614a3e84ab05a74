// What tells a process from every other, also from one that gets its number later.
#ifndef MP_STAMP_H
#define MP_STAMP_H

#include <stdint.h>

/// The number that is kept for this process; 0 when none has been kept, as in a copy that was just forked.
///
/// This function is provided because only a handler of pthread_atfork can forget it in time.
uint64_t mp_kept_stamp(void);

/// Keeps a number for this process.
///
/// This function is provided because only a handler of pthread_atfork can forget it in time.
void mp_keep_stamp(uint64_t stamp);

#endif
