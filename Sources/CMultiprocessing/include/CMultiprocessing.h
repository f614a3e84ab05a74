// The umbrella of the C target: only what Swift cannot call or express, one header per concern.
#ifndef CMULTIPROCESSING_H
#define CMULTIPROCESSING_H

#include "mp_futex.h"

#endif
