#define _GNU_SOURCE
#include "CLinux.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

void factory_bound_heap(int arenas) {
  mallopt(M_ARENA_MAX, arenas);
  mallopt(M_MMAP_THRESHOLD, 512 << 10);
  mallopt(M_TRIM_THRESHOLD, 2 << 20);
}

/* Only whole pages of parts that nobody can have written to: they come back from their file. */
static int release_object(struct dl_phdr_info *object, size_t size, void *page) {
  (void)size;
  uintptr_t mask = *(uintptr_t *)page - 1;
  /* The kernel's own pages have no file. */
  if (object->dlpi_name != NULL && object->dlpi_name[0] == 'l') return 0;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_W) != 0) continue;
    uintptr_t first = (object->dlpi_addr + part->p_vaddr + mask) & ~mask;
    uintptr_t last = (object->dlpi_addr + part->p_vaddr + part->p_filesz) & ~mask;
    if (first < last) madvise((void *)first, last - first, MADV_DONTNEED);
  }
  return 0;
}

void factory_release_program(void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  dl_iterate_phdr(release_object, &page);
}
