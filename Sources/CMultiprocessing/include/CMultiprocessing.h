// The umbrella of the C target: only what Swift cannot call or express, one header per concern.
#ifndef CMULTIPROCESSING_H
#define CMULTIPROCESSING_H

#include "mp_closure.h"
#include "mp_entry.h"
#include "mp_event.h"
#include "mp_copy.h"
#include "mp_fork.h"
#include "mp_futex.h"
#include "mp_listen.h"
#include "mp_memory.h"
#include "mp_pipe.h"
#include "mp_process.h"
#include "mp_settings.h"
#include "mp_signal.h"
#include "mp_socket.h"
#include "mp_stamp.h"
#include "mp_task.h"

#endif
