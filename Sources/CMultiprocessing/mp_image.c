#define _GNU_SOURCE
#include "mp_image.h"

#include <elf.h>
#include <link.h>
#include <string.h>

struct search {
    uintptr_t address;
    const char *name;
    struct mp_image *image;
    int found;
};

static uint64_t build_of(const struct dl_phdr_info *info) {
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_NOTE) continue;
        const char *at = (const char *)(info->dlpi_addr + header->p_vaddr);
        const char *end = at + header->p_memsz;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
            const char *name = at + sizeof *note;
            const char *content = name + ((note->n_namesz + 3u) & ~3u);
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
                uint64_t build = 0;
                memcpy(&build, content, note->n_descsz < sizeof build ? note->n_descsz : sizeof build);
                return build;
            }
            at = content + ((note->n_descsz + 3u) & ~3u);
        }
    }
    return 0;
}

static int visit(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    struct search *search = context;
    const char *name = info->dlpi_name ? info->dlpi_name : "";
    int writable = 0;
    if (search->name) {
        if (strcmp(name, search->name) != 0) return 0;
    } else {
        int inside = 0;
        for (int i = 0; i < info->dlpi_phnum && !inside; i++) {
            const ElfW(Phdr) *header = &info->dlpi_phdr[i];
            if (header->p_type != PT_LOAD) continue;
            uintptr_t start = info->dlpi_addr + header->p_vaddr;
            inside = search->address >= start && search->address < start + header->p_memsz;
            writable = (header->p_flags & PF_W) != 0;
        }
        if (!inside) return 0;
    }
    *search->image = (struct mp_image){
        .bias = info->dlpi_addr, .name = name, .build = build_of(info), .writable = writable};
    search->found = 1;
    return 1;
}

int mp_image_of(uintptr_t address, struct mp_image *image) {
    struct search search = {.address = address, .image = image};
    dl_iterate_phdr(visit, &search);
    return search.found;
}

int mp_image_named(const char *name, struct mp_image *image) {
    struct search search = {.name = name, .image = image};
    dl_iterate_phdr(visit, &search);
    return search.found;
}

extern void *swift_allocObject(const void *metadata, size_t size, size_t align_mask);

void *mp_allocate_object(const void *metadata, size_t size, size_t align_mask) {
    return swift_allocObject(metadata, size, align_mask);
}
