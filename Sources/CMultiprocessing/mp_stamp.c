#include "mp_stamp.h"

#include <pthread.h>
#include <stdatomic.h>

static _Atomic uint64_t kept;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void forget(void) { atomic_store_explicit(&kept, 0, memory_order_relaxed); }
static void watch_forks(void) { pthread_atfork(NULL, NULL, forget); }

uint64_t mp_kept_stamp(void) { return atomic_load_explicit(&kept, memory_order_relaxed); }

void mp_keep_stamp(uint64_t stamp) {
    pthread_once(&once, watch_forks);
    atomic_store_explicit(&kept, stamp, memory_order_relaxed);
}
