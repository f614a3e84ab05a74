#define _GNU_SOURCE
#include "mp_copy.h"
#include "mp_entry.h"
#include "mp_process.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef int (*main_function)(int, char **, char **);
typedef int (*start_function)(main_function, int, char **, main_function, void (*)(void), void (*)(void), void *);

static int child_channel = -1;
static int makes_copies = 0;
static int is_hooked = 0;

int mp_entry_is_hooked(void) { return is_hooked; }

static int run_child(int argc, char **argv, char **envp) {
    (void)argc, (void)argv, (void)envp;
    // Grandchildren are programs of their own.
    unsetenv(MP_CHILD_MARK);
    if (makes_copies) mp_make_copies(mp_child_main, child_channel);
    mp_child_main(child_channel);
}

/// The descriptor that the mark names, -1 without a mark; also when what it names is no local stream socket,
/// because then somebody else has set the variable and the program runs as always.
static int marked_channel(char **envp) {
    size_t length = strlen(MP_CHILD_MARK);
    for (; *envp; envp++) {
        if (strncmp(*envp, MP_CHILD_MARK, length) != 0 || (*envp)[length] != '=') continue;
        const char *value = *envp + length + 1;
        int channel = atoi(value);
        int domain = 0, type = 0;
        socklen_t size = sizeof domain;
        if (getsockopt(channel, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX) return -1;
        size = sizeof type;
        if (getsockopt(channel, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return -1;
        // Before it has been told anything that others must not see.
        if (strstr(value, MP_CLOSED_WORD) && mp_forbid_inspection() != 0) abort();
        makes_copies = strstr(value, MP_COPYING_WORD) != NULL;
        return channel;
    }
    return -1;
}

/// Runs before anything of the program itself, but after the dynamic loader: libc calls `main` from here.
///
/// This function is provided because it must have this name in the executable: the C runtime's entry code calls
/// it, finds this one first, and through it the real one with another `main`. A constructor would run too early
/// for Dispatch, and asking every program for a call at the top of its `main` would be easy to forget.
///
/// It is weak for the sake of fully static programs: those contain the real one, which then takes its place, and
/// a program that cannot have children is better than one that cannot be linked.
__attribute__((weak, visibility("default")))
int __libc_start_main(main_function main, int argc, char **argv, main_function init, void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end) {
    start_function start = (start_function)dlsym(RTLD_NEXT, "__libc_start_main");
    if (!start) abort();
    is_hooked = 1;
    child_channel = marked_channel(argv + argc + 1);
    return start(child_channel >= 0 ? run_child : main, argc, argv, init, fini, rtld_fini, stack_end);
}
