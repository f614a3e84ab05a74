#define _GNU_SOURCE
#include "mp_fork.h"

#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <unistd.h>

/// Runs before the handlers that the other process had registered, because it was registered after them, and they
/// do not run any more.
static void end_forked(int status, void *end) {
    ((void (*)(void))end)();
    fflush(stdout);
    fflush(stderr);
    _exit(status);
}

void mp_begin_forked(void (*end)(void)) {
    __fpurge(stdin);
    __fpurge(stdout);
    __fpurge(stderr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    on_exit(end_forked, (void *)end);
}
