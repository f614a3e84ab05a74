#define _GNU_SOURCE
#include "mp_event.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum { most = 64 };

int mp_event_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int mp_watch_set(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int add(int set, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

int mp_watch_add(int set, int descriptor, uint64_t token) {
    return add(set, descriptor, EPOLLIN | EPOLLRDHUP, token);
}

int mp_watch_add_writing(int set, int descriptor, uint64_t token) {
    return add(set, descriptor, EPOLLOUT, token);
}

static uint32_t once(int reading, int writing) {
    return EPOLLONESHOT | (reading ? EPOLLIN | EPOLLRDHUP : 0) | (writing ? EPOLLOUT : 0);
}

int mp_watch_register(int set, int descriptor, uint64_t token, int reading, int writing) {
    return add(set, descriptor, once(reading, writing), token);
}

int mp_watch_arm(int set, int descriptor, uint64_t token, int reading, int writing) {
    struct epoll_event event = {.events = once(reading, writing), .data.u64 = token};
    return epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &event);
}

void mp_watch_remove(int set, int descriptor) { epoll_ctl(set, EPOLL_CTL_DEL, descriptor, 0); }

int mp_watch_wait(int set, uint64_t *tokens, int count, int milliseconds) {
    struct epoll_event events[most];
    int found = epoll_wait(set, events, count < most ? count : most, milliseconds);
    for (int i = 0; i < found; i++) tokens[i] = events[i].data.u64;
    return found;
}

int mp_poll_pair(int first, int reads, int second, short *first_found, short *second_found) {
    struct pollfd items[2] = {
        {.fd = first, .events = POLLRDHUP | (reads ? POLLIN : 0)},
        {.fd = second, .events = POLLIN},
    };
    int count = poll(items, 2, -1);
    *first_found = count > 0 ? items[0].revents : 0;
    *second_found = count > 0 ? items[1].revents : 0;
    return count;
}
