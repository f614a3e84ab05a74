// Memory that processes share.
#ifndef MP_MEMORY_H
#define MP_MEMORY_H

/// Makes an empty anonymous file: close-on-exec, sealable, never executable where the kernel can say so.
/// Returns its descriptor, or -1 with errno.
///
/// This function is provided because `memfd_create` is hidden behind a feature macro.
int mp_anonymous_file(const char *_Nonnull name);

/// Seals an anonymous file against shrinking and further seals, and unless it `may_grow` against growing; 0, or -1
/// with errno.
///
/// This function is provided because the seals' names are macros that Swift does not import.
int mp_seal_size(int file, int may_grow);

/// Seals an anonymous file against every change from now on; 0, or -1 with errno.
///
/// This function is provided because the seals' names are macros that Swift does not import.
int mp_seal_contents(int file);

/// Gives the memory of a part of an anonymous file back, which is zero then.
///
/// This function is provided because `fallocate` and its modes are hidden behind a feature macro.
void mp_punch(int file, long long offset, long long count);

/// 1 if nobody can make the file shorter, 0 otherwise.
///
/// This function is provided because `fcntl` is variadic and its seals are macros.
int mp_has_size_seal(int file);

/// Makes an empty file in a folder of memory that has no name yet, for its owner only: close-on-exec, and gone with the
/// last descriptor of it. Returns that, or -1 with errno.
///
/// This function is provided because `O_TMPFILE` is a macro that Swift does not import.
int mp_unnamed_file(const char *_Nonnull folder);

/// Gives such a file its name, if that is free; 0, or -1 with errno.
///
/// This function is provided because it takes a path of the process's own that C formats best.
int mp_name_file(int file, const char *_Nonnull path);

/// Whether a file is anonymous memory that nobody can shrink or grow; any descriptor may be asked for.
///
/// This function is provided because the seals' names are macros that Swift does not import.
int mp_has_fixed_size(int file);

/// How many processors the process may run on, by its affinity.
///
/// This function is provided because `cpu_set_t` is counted by macros and hidden behind a feature macro.
int mp_allowed_processors(void);

/// Freed memory goes back to the system only beyond so many bytes.
///
/// This function is provided because Swift does not import `malloc.h`.
void mp_keep_freed_memory(int bytes);

/// Gives memory that was freed and kept back to the system.
///
/// This function is provided because Swift does not import `malloc.h`.
void mp_return_freed_memory(void);

#endif
