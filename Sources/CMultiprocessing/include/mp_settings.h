// What a process changes about itself.
#ifndef MP_SETTINGS_H
#define MP_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

/// The calling process may run on these processors only; 0, or -1 with errno.
///
/// This function is provided because `cpu_set_t` is filled by macros and hidden behind a feature macro.
int mp_set_processors(const int32_t *_Nonnull processors, size_t count);

/// Sets a resource limit, `UINT64_MAX` for none; 0, or -1 with errno.
///
/// This function is provided because the resources are an enum that Swift imports in several ways.
int mp_set_limit(int32_t resource, uint64_t soft, uint64_t hard);

/// Sets the supplementary groups of the process; 0, or -1 with errno.
///
/// This function is provided because `setgroups` has a parameter of another type on each platform.
int mp_set_groups(const uint32_t *_Nonnull groups, size_t count);

/// The variables of the environment, with a null at the end; null itself when there are none.
///
/// This function is provided because Swift takes `environ` for a pointer that is never null.
char *_Nullable *_Nullable mp_environment(void);

/// Takes all variables out of the environment, which stays a list that programs can walk: not null, as `clearenv`
/// leaves it.
///
/// This function is provided because Swift cannot set `environ`.
void mp_clear_environment(void);

/// The environment as one number: two that are equal belong to the same variables, but for a chance of 2^-64.
///
/// This function is provided because the environment is an array of C strings that is walked at every start.
uint64_t mp_environment_fingerprint(void);

#endif
