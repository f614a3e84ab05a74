// Running a task's beginning on a thread of one's own.
#ifndef MP_TASK_H
#define MP_TASK_H

/// From now on this process can run the beginnings of tasks where it wants to.
///
/// This function is provided because the hook that it sets has Swift's calling convention, which Swift has no type for.
void mp_task_prepare(void);

/// The next job that this thread hands to the default executor stays with it.
///
/// This function is provided because Swift has no thread-local variables.
void mp_task_catch(void);

/// Runs the job that has stayed with this thread, until it ends or suspends; 0 if there is none.
///
/// This function is provided because Swift has no name for the executor that runs a job as the default one does.
int mp_task_run(void);

/// 1 while this thread runs a job in `mp_task_run`.
///
/// This function is provided because Swift has no thread-local variables.
int mp_task_is_here(void);

#endif
