#define _GNU_SOURCE
#include "mp_copy.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

/// A copy that is to be made, and what became of it.
struct copying {
    void (*begin)(void *);
    void *context;
    int pid;
    int error;
};

// What the first thread is asked to do, in a process that is there to make copies.
static int has_maker = 0;
static struct copying *wanted;
static sem_t asked, answered;

static void *copy(void *argument) {
    struct copying *copying = argument;
    copying->pid = fork();
    copying->error = errno;
    if (copying->pid == 0) {
        has_maker = 0;
        copying->begin(copying->context);
        abort();
    }
    return NULL;
}

static void await(sem_t *semaphore) {
    while (sem_wait(semaphore) != 0) {}
}

int mp_fork(void (*begin)(void *), void *context) {
    struct copying copying = {begin, context, -1, EAGAIN};
    if (has_maker) {
        wanted = &copying;
        sem_post(&asked);
        await(&answered);
    } else {
        pthread_t thread;
        int error = pthread_create(&thread, NULL, copy, &copying);
        if (error == 0) {
            pthread_join(thread, NULL);
        } else {
            copying.error = error;
        }
    }
    errno = copying.error;
    return copying.pid;
}

struct going_on {
    void (*body)(int);
    int channel;
};

static void *go_on(void *argument) {
    struct going_on *going_on = argument;
    going_on->body(going_on->channel);
    return NULL;
}

void mp_make_copies(void (*body)(int), int channel) {
    // Neither ends before the process.
    static struct going_on going_on;
    pthread_t thread;
    going_on = (struct going_on){body, channel};
    if (sem_init(&asked, 0, 0) != 0 || sem_init(&answered, 0, 0) != 0) abort();
    has_maker = 1;
    if (pthread_create(&thread, NULL, go_on, &going_on) != 0) abort();
    pthread_setname_np(pthread_self(), "mp-fork-server");
    while (1) {
        await(&asked);
        copy(wanted);
        sem_post(&answered);
    }
}
