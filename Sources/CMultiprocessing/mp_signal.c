#define _GNU_SOURCE
#include "mp_signal.h"

#include <string.h>

const char *mp_signal_name(int number) {
    return sigabbrev_np(number);
}
