#define _GNU_SOURCE
#include "mp_closure.h"

#include <link.h>
#include <stdbool.h>
#include <stdlib.h>

// The runtime's own declarations; all of them use the C calling convention on the platforms we support.
extern void *swift_allocObject(const void *metadata, size_t size, size_t alignment_mask);
extern void swift_deallocUninitializedObject(void *object, size_t size, size_t alignment_mask);
extern const void *swift_conformsToProtocol(const void *metadata, const void *protocol);
extern char *swift_demangle(const char *name, size_t count, char *output, size_t *output_size, uint32_t flags);
// These use Swift's calling convention, which is that of C for up to four words and for a pair of words as result.
extern const int32_t *swift_findAccessibleFunction(const char *name, size_t count);
extern int32_t swift_func_getParameterCount(const char *name, size_t count);
extern int32_t swift_func_getParameterTypeInfo(const char *name, size_t count, const void *environment,
                                               const void *arguments, const void **types, size_t limit);
extern const void *swift_func_getReturnTypeInfo(const char *name, size_t count, const void *environment,
                                                const void *arguments);
struct witnesses {
    const void *tables;
    intptr_t count;
};
extern struct witnesses swift_distributed_getWitnessTables(const void *environment, const void *arguments);

// One image's tables, as the compiler lays them out for the runtime.
struct section {
    uintptr_t start;
    size_t size;
};
struct sections {
    uintptr_t version;
    const void *base;
    const void *unused[2];
    struct section tables[13];
};
// That of conformances, and that of the functions which can be found by name.
enum { conformances = 1, accessible_functions = 12 };
// The descriptor of the protocol `Error`.
extern const char error_protocol __asm__("$ss5ErrorMp");
extern void swift_enumerateAllMetadataSections(bool (*body)(const struct sections *, void *), void *context);

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

static const void *target(const int32_t *place) {
    return *place == 0 ? NULL : (const char *)place + *place;
}

// Words of a record: the name, the generic environment, the type, the function, flags.
enum { record_name = 0, record_environment = 1, record_function = 3, record_words = 5 };

int mp_find_distributed_method(const uint8_t *name, size_t count, struct mp_distributed_method *found) {
    if (name == NULL) return 0;
    const int32_t *record = swift_findAccessibleFunction((const char *)name, count);
    if (record == NULL) return 0;
    found->environment = target(record + record_environment);
    found->function = target(record + record_function);
    return found->function != NULL;
}

struct method_visitor {
    void (*visit)(const char *, void *);
    void *context;
    int is_expected;
};

static bool visit_sections(const struct sections *sections, void *data) {
    struct method_visitor *visitor = data;
    const struct section table = sections->tables[accessible_functions];
    if (table.size % (record_words * sizeof(int32_t)) != 0) {
        visitor->is_expected = 0;
        return false;
    }
    const int32_t *record = (const int32_t *)table.start;
    for (size_t i = 0; i < table.size / (record_words * sizeof(int32_t)); i++, record += record_words) {
        const char *name = target(record + record_name);
        if (name != NULL) visitor->visit(name, visitor->context);
    }
    return true;
}

int mp_visit_distributed_methods(void (*visit)(const char *name, void *context), void *context) {
    struct method_visitor visitor = {visit, context, 1};
    swift_enumerateAllMetadataSections(visit_sections, &visitor);
    return visitor.is_expected;
}

struct type_visitor {
    void (*visit)(const void *, void *);
    void *context;
    int is_expected;
};

// A distance, of which the lowest bit says that a pointer lies there.
static const void *indirect_target(const int32_t *place) {
    const char *at = (const char *)place + (*place & ~1);
    return *place & 1 ? *(const void *const *)at : at;
}

// A conformance: the descriptors of the type and of the protocol, and whether it has conditions.
struct conformance {
    const void *type, *protocol;
    bool is_conditional;
};

static struct conformance read_conformance(const int32_t *entry) {
    // The protocol, the type, the witness table, flags.
    const int32_t *record = target(entry);
    if (record == NULL) return (struct conformance){0};
    const uint32_t flags = (uint32_t)record[3], kind = (flags >> 3) & 7;
    const void *type = target(record + 1);
    if (type != NULL && kind == 1) type = *(const void *const *)type;
    return (struct conformance){kind <= 1 ? type : NULL, indirect_target(record), (flags & 0xff00) != 0};
}

// The conformances of an image, each an entry; NULL when they are not as expected.
static const int32_t *conformance_table(const struct sections *sections, size_t *count) {
    const struct section table = sections->tables[conformances];
    *count = table.size / sizeof(int32_t);
    return table.size % sizeof(int32_t) == 0 ? (const int32_t *)table.start : NULL;
}

static bool visit_errors(const struct sections *sections, void *data) {
    struct type_visitor *visitor = data;
    size_t count;
    const int32_t *table = conformance_table(sections, &count);
    if (table == NULL && count > 0) {
        visitor->is_expected = 0;
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct conformance found = read_conformance(table + i);
        if (found.type != NULL && found.protocol == &error_protocol) visitor->visit(found.type, visitor->context);
    }
    return true;
}

struct protocol_visitor {
    const void *type;
    void (*visit)(const char *, const char *, void *);
    void *context;
};

// Flags, the context around it, the name: so every descriptor of a module or a protocol begins.
enum { kind_mask = 0x1f, module_kind = 0, protocol_kind = 3 };

static bool visit_protocols(const struct sections *sections, void *data) {
    struct protocol_visitor *visitor = data;
    size_t count;
    const int32_t *table = conformance_table(sections, &count);
    for (size_t i = 0; table != NULL && i < count; i++) {
        const struct conformance found = read_conformance(table + i);
        const int32_t *protocol = found.protocol;
        if (found.type != visitor->type || found.is_conditional || protocol == NULL) continue;
        if ((protocol[0] & kind_mask) != protocol_kind || protocol[1] == 0) continue;
        const int32_t *module = indirect_target(protocol + 1);
        if ((module[0] & kind_mask) != module_kind) continue;
        visitor->visit(target(module + 2), target(protocol + 2), visitor->context);
    }
    return true;
}

void mp_visit_protocols(const void *type, void (*visit)(const char *, const char *, void *), void *context) {
    struct protocol_visitor visitor = {type, visit, context};
    swift_enumerateAllMetadataSections(visit_protocols, &visitor);
}

int mp_visit_error_types(void (*visit)(const void *descriptor, void *context), void *context) {
    struct type_visitor visitor = {visit, context, 1};
    swift_enumerateAllMetadataSections(visit_errors, &visitor);
    return visitor.is_expected;
}

int mp_distributed_parameters(const uint8_t *name, size_t count, const void *environment, const void *arguments,
                              const void **types, size_t limit) {
    int32_t parameters = swift_func_getParameterCount((const char *)name, count);
    if (parameters < 0 || (size_t)parameters > limit) return -1;
    return swift_func_getParameterTypeInfo((const char *)name, count, environment, arguments, types,
                                           (size_t)parameters);
}

const void *mp_distributed_result(const uint8_t *name, size_t count, const void *environment, const void *arguments) {
    return swift_func_getReturnTypeInfo((const char *)name, count, environment, arguments);
}

const void *mp_distributed_witnesses(const void *environment, const void *arguments, intptr_t *count) {
    struct witnesses witnesses = swift_distributed_getWitnessTables(environment, arguments);
    *count = witnesses.count;
    return witnesses.tables;
}
