// The images that the program is made of, and the runtime's allocator.
#ifndef MP_IMAGE_H
#define MP_IMAGE_H

#include <stddef.h>
#include <stdint.h>

/// A loaded image.
struct mp_image {
    /// What has to be added to an address in the file.
    uintptr_t bias;
    /// The path; empty for the program itself.
    const char *_Nullable name;
    /// The first bytes of the build identifier; 0 without one.
    uint64_t build;
    /// Whether the address that was asked for can be written to.
    int writable;
};

/// Finds the image that an address lies in; 1, or 0 when it lies in none.
///
/// This function is provided because the loader tells of images through a callback with a C context.
int mp_image_of(uintptr_t address, struct mp_image *_Nonnull image);

/// Finds the image with a name, empty for the program itself; 1, or 0 when there is none.
///
/// This function is provided because the loader tells of images through a callback with a C context.
int mp_image_named(const char *_Nonnull name, struct mp_image *_Nonnull image);

/// Allocates an object of the Swift runtime, with one reference and uninitialised contents.
///
/// This function is provided because the runtime's allocator has a C calling convention.
void *_Nonnull mp_allocate_object(const void *_Nonnull metadata, size_t size, size_t align_mask);

#endif
