#include "mp_task.h"

#include <stddef.h>
#include <stdint.h>

// The runtime's own declarations of these are in swift/Runtime/Concurrency.h; they are part of its stable interface.
typedef __attribute__((swiftcall)) void (*original)(void *job);
typedef __attribute__((swiftcall)) void (*hook)(void *job, original original);
extern hook swift_task_enqueueGlobal_hook;
extern __attribute__((swiftcall)) void swift_job_run(void *job, void *identity, uintptr_t implementation);
extern __attribute__((swiftcall)) void swift_task_enqueueGlobal(void *job);
extern __attribute__((swiftcall)) void *swift_task_getCurrent(void);
extern __attribute__((swiftcall)) uint64_t swift_task_getJobTaskId(void *job);

static hook next_hook;
static __thread int catches;
static __thread void *caught;
static __thread int is_here;

static __attribute__((swiftcall)) void enqueue(void *job, original original) {
    if (catches && caught == NULL) {
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

void *mp_task_take(void) {
    catches = 0;
    void *job = caught;
    caught = NULL;
    return job;
}

void mp_task_run(void *job) {
    // Two null words are the default executor.
    int was_here = is_here;
    is_here = 1;
    swift_job_run(job, NULL, 0);
    is_here = was_here;
}

void mp_task_enqueue(void *job) { swift_task_enqueueGlobal(job); }

uint64_t mp_task_number(void) {
    void *task = swift_task_getCurrent();
    return task == NULL ? 0 : swift_task_getJobTaskId(task);
}

int mp_task_is_here(void) { return is_here; }
