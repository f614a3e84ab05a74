// Running a task's beginning on a thread of one's own.
#ifndef MP_TASK_H
#define MP_TASK_H

#include <stdint.h>

/// From now on this process can run the beginnings of tasks where it wants to.
///
/// This function is provided because the hook that it sets has Swift's calling convention, which Swift has no type for.
void mp_task_prepare(void);

/// The next job that this thread hands to the default executor stays with it.
///
/// This function is provided because Swift has no thread-local variables.
void mp_task_catch(void);

/// Hands out the job that has stayed with this thread, and lets the next one go; NULL if there is none.
///
/// This function is provided because Swift has no thread-local variables.
void *_Nullable mp_task_take(void);

/// Runs a job that was handed out, until it ends or suspends.
///
/// This function is provided because Swift has no name for the executor that runs a job as the default one does.
void mp_task_run(void *_Nonnull job);

/// Hands a job to the default executor.
///
/// This function is provided because Swift hands over only the jobs of its own executors.
void mp_task_enqueue(void *_Nonnull job);

/// What tells the current task from all others of the process; 0 where there is none.
///
/// This function is provided because Swift compares tasks by their addresses, which are used again and again.
uint64_t mp_task_number(void);

/// 1 while this thread runs a job in `mp_task_run`.
///
/// This function is provided because Swift has no thread-local variables.
int mp_task_is_here(void);

#endif
