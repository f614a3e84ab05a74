#define _GNU_SOURCE
#include "mp_signal.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

const char *mp_signal_name(int number) {
    return sigabbrev_np(number);
}

static struct {
    pid_t starter;
    char message[256];
} interrupt;

static void on_interrupt(int number, siginfo_t *info, void *context) {
    (void)number, (void)context;
    // What the kernel sends itself comes from a terminal, and went to the whole program, which decides.
    if (info->si_code > 0 || !interrupt.message[0]) return;
    if (info->si_pid != interrupt.starter && info->si_pid != getpid()) return;
    // Nobody is left to be told when this fails.
    ssize_t written = write(STDERR_FILENO, interrupt.message, strlen(interrupt.message));
    (void)written;
    _exit(1);
}

void mp_guard_interrupt(int starter, const char *message) {
    interrupt.starter = starter;
    memset(interrupt.message, 0, sizeof interrupt.message);
    if (message) strncpy(interrupt.message, message, sizeof interrupt.message - 1);
    struct sigaction action = {.sa_sigaction = on_interrupt, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

enum { signals = 65 };

static struct {
    volatile int event;
    struct sigaction before;
} relays[signals];

static void on_relayed(int number) {
    int error = errno;
    uint64_t one = 1;
    // A full counter means that the signal is known already.
    ssize_t written = write(relays[number].event, &one, sizeof one);
    (void)written;
    errno = error;
}

int mp_relay_signal(int number, int event) {
    if (number < 1 || number >= signals) {
        errno = EINVAL;
        return -1;
    }
    relays[number].event = event;
    struct sigaction action = {.sa_handler = on_relayed, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, &relays[number].before);
}

void mp_restore_signal(int number) { sigaction(number, &relays[number].before, NULL); }
