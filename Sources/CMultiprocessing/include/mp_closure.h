// What closure transport asks of the dynamic loader and of the Swift runtime.
#ifndef MP_CLOSURE_H
#define MP_CLOSURE_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/// One image of this process: the executable or a shared object. Valid only during the visit.
struct mp_image {
    /// Empty for the executable.
    const char *_Nonnull name;
    uintptr_t base;
    const Elf64_Phdr *_Nonnull headers;
    size_t header_count;
};

/// Calls `visit` for each image that is loaded now, the executable first.
///
/// This function is provided because `dl_iterate_phdr` is hidden behind `_GNU_SOURCE`, which Swift cannot set.
void mp_visit_images(void (*_Nonnull visit)(const struct mp_image *_Nonnull image, void *_Nonnull context),
                     void *_Nonnull context);

/// A number that changes whenever an image is loaded or unloaded.
///
/// This function is provided because `dl_iterate_phdr` is hidden behind `_GNU_SOURCE`, which Swift cannot set.
uint64_t mp_image_generation(void);

/// A new object with one reference; what lies behind its two words of header is not initialised.
///
/// This function is provided because the runtime's allocator of closure contexts has no name in Swift.
void *_Nonnull mp_allocate_object(const void *_Nonnull metadata, size_t size, size_t alignment_mask);

/// Frees an object whose contents were never initialised, or are so no longer, without running its deinit.
///
/// This function is provided because the runtime's allocator of closure contexts has no name in Swift.
void mp_deallocate_uninitialized_object(void *_Nonnull object, size_t size, size_t alignment_mask);

/// The witness table of the type's conformance to the protocol; null when it does not conform.
///
/// This function is provided because a protocol that is known by its descriptor only has no name in Swift.
const void *_Nullable mp_find_conformance(const void *_Nonnull metadata, const void *_Nonnull protocol);

/// What a mangled name means, in words; null if it is none. To be freed with `mp_free`.
///
/// This function is provided because the runtime's demangler has no name in Swift.
char *_Nullable mp_demangle(const uint8_t *_Nullable name, size_t count);

/// Frees what `mp_demangle` returned.
void mp_free(void *_Nullable memory);

/// What the compiler recorded about a distributed method.
struct mp_distributed_method {
    const void *_Nullable environment;
    /// The record of an async function, which decodes the arguments and calls the method.
    const void *_Nullable function;
};

/// Finds the distributed method of this name; 0 if there is none.
///
/// This function is provided because the runtime's table of such methods has no name in Swift.
int mp_find_distributed_method(const uint8_t *_Nullable name, size_t count,
                               struct mp_distributed_method *_Nonnull found);

/// Calls `visit` with the name of each distributed method of each image; 0 if the runtime's tables are not as expected.
///
/// This function is provided because the runtime's tables have no name in Swift.
int mp_visit_distributed_methods(void (*_Nonnull visit)(const char *_Nonnull name, void *_Nonnull context),
                                 void *_Nonnull context);

/// Calls `visit` with the descriptor of each declared type that the program says is an `Error`; 0 if the runtime's
/// tables are not as expected.
///
/// This function is provided because the runtime's tables have no name in Swift.
int mp_visit_error_types(void (*_Nonnull visit)(const void *_Nonnull descriptor, void *_Nonnull context),
                         void *_Nonnull context);

/// Calls `visit` with the module and the name of each protocol that a declared type conforms to, of those that are at
/// the top level of their module, and without conditions; `type` is its descriptor.
///
/// This function is provided because the runtime's tables have no name in Swift.
void mp_visit_protocols(const void *_Nonnull type,
                        void (*_Nonnull visit)(const char *_Nonnull module, const char *_Nonnull name,
                                               void *_Nonnull context),
                        void *_Nonnull context);

/// The types of a distributed method's parameters; their number, or a negative one.
///
/// `arguments` are the generic arguments of the method and of the types around it. This function is provided because
/// the runtime's function has no public name in Swift.
int mp_distributed_parameters(const uint8_t *_Nonnull name, size_t count, const void *_Nullable environment,
                              const void *_Nullable arguments, const void *_Nullable *_Nonnull types, size_t limit);

/// The type that a distributed method returns; null if there is none.
///
/// This function is provided because the runtime's function has no public name in Swift.
const void *_Nullable mp_distributed_result(const uint8_t *_Nonnull name, size_t count,
                                            const void *_Nullable environment, const void *_Nullable arguments);

/// The witness tables that generic arguments need, to be freed with `mp_free`; the number is negative when one of the
/// arguments does not conform.
///
/// This function is provided because the runtime's function has no public name in Swift.
const void *_Nullable mp_distributed_witnesses(const void *_Nonnull environment, const void *_Nonnull arguments,
                                               intptr_t *_Nonnull count);

#endif
