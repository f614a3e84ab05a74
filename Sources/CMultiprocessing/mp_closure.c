#define _GNU_SOURCE
#include "mp_closure.h"

#include <link.h>
#include <stdlib.h>

// The runtime's own declarations; all of them use the C calling convention on the platforms we support.
extern void *swift_allocObject(const void *metadata, size_t size, size_t alignment_mask);
extern void swift_deallocUninitializedObject(void *object, size_t size, size_t alignment_mask);
extern const void *swift_conformsToProtocol(const void *metadata, const void *protocol);
extern char *swift_demangle(const char *name, size_t count, char *output, size_t *output_size, uint32_t flags);
// Uses Swift's calling convention, which is that of C for two words.
extern const void *swift_findAccessibleFunction(const char *name, size_t count);

struct visitor {
    void (*visit)(const struct mp_image *, void *);
    void *context;
};

static int visit_one(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    const struct visitor *visitor = data;
    struct mp_image image = {
        .name = info->dlpi_name ? info->dlpi_name : "",
        .base = info->dlpi_addr,
        .headers = info->dlpi_phdr,
        .header_count = info->dlpi_phnum,
    };
    visitor->visit(&image, visitor->context);
    return 0;
}

void mp_visit_images(void (*visit)(const struct mp_image *image, void *context), void *context) {
    struct visitor visitor = {visit, context};
    dl_iterate_phdr(visit_one, &visitor);
}

static int read_generation(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    *(uint64_t *)data = (uint64_t)info->dlpi_adds << 32 | (uint32_t)info->dlpi_subs;
    return 1;
}

uint64_t mp_image_generation(void) {
    uint64_t generation = 0;
    dl_iterate_phdr(read_generation, &generation);
    return generation;
}

void *mp_allocate_object(const void *metadata, size_t size, size_t alignment_mask) {
    return swift_allocObject(metadata, size, alignment_mask);
}

void mp_deallocate_uninitialized_object(void *object, size_t size, size_t alignment_mask) {
    swift_deallocUninitializedObject(object, size, alignment_mask);
}

const void *mp_find_conformance(const void *metadata, const void *protocol) {
    return swift_conformsToProtocol(metadata, protocol);
}

char *mp_demangle(const uint8_t *name, size_t count) {
    if (name == NULL) return NULL;
    return swift_demangle((const char *)name, count, NULL, NULL, 0);
}

void mp_free(void *memory) { free(memory); }

const void *mp_find_distributed_method(const uint8_t *name, size_t count) {
    if (name == NULL) return NULL;
    return swift_findAccessibleFunction((const char *)name, count);
}
