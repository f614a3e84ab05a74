#include "mp_task.h"

#include <stddef.h>
#include <stdint.h>

// The runtime's own declarations of these are in swift/Runtime/Concurrency.h; they are part of its stable interface.
typedef __attribute__((swiftcall)) void (*original)(void *job);
typedef __attribute__((swiftcall)) void (*hook)(void *job, original original);
extern hook swift_task_enqueueGlobal_hook;
extern __attribute__((swiftcall)) void swift_job_run(void *job, void *identity, uintptr_t implementation);

static hook next_hook;
static __thread int catches;
static __thread void *caught;
static __thread int is_here;

static __attribute__((swiftcall)) void enqueue(void *job, original original) {
    if (catches) {
        catches = 0;
        caught = job;
    } else if (next_hook != NULL) {
        next_hook(job, original);
    } else {
        original(job);
    }
}

void mp_task_prepare(void) {
    if (swift_task_enqueueGlobal_hook == enqueue) return;
    next_hook = swift_task_enqueueGlobal_hook;
    swift_task_enqueueGlobal_hook = enqueue;
}

void mp_task_catch(void) { catches = 1; }

int mp_task_run(void) {
    catches = 0;
    void *job = caught;
    if (job == NULL) return 0;
    caught = NULL;
    // Two null words are the default executor.
    is_here = 1;
    swift_job_run(job, NULL, 0);
    is_here = 0;
    return 1;
}

int mp_task_is_here(void) { return is_here; }
