/* System calls that Swift's Glibc module hides, and the few that must run between fork and exec. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -- Checksums ---------------------------------------------------------------------------- */

/* CRC-32C (Castagnoli) of `count` bytes, continuing from `crc` (0 at the start). */
uint32_t factory_crc32c(uint32_t crc, const void *bytes, size_t count);

/* SHA-256 of bytes that come piece by piece. */
struct factory_sha256 {
  uint32_t state[8];
  uint64_t count;
  uint8_t block[64];
};
void factory_sha256_begin(struct factory_sha256 *hash);
void factory_sha256_add(struct factory_sha256 *hash, const void *bytes, size_t count);
/* Writes 64 hexadecimal digits and a NUL; the hash is then used up. */
void factory_sha256_end(struct factory_sha256 *hash, char digits[65]);

/* -- Random numbers ------------------------------------------------------------------------- */

/* Fills `count` bytes, at most 256, from the system's generator. It cannot fail (getrandom(2)). */
void factory_random(void *bytes, size_t count);

/* -- Files --------------------------------------------------------------------------------- */

/* Takes the exclusive POSIX lock of a file without waiting: 0, or the errno. It goes when the
   process closes any descriptor of the file or dies, and no child inherits it. */
int factory_lock_file(int fd);

/* The process that holds the lock of a file; 0 when nobody does, -errno on failure. */
pid_t factory_lock_owner(int fd);

/* Takes the exclusive lock of an open file without waiting: 0, or the errno. It belongs to the
   descriptor (fcntl(2), open file description locks) and goes when that is closed or the process
   dies; asking whether somebody has it never takes it. */
int factory_lock_open_file(int fd);

/* Gives that lock back, for all descriptors of the open file. */
void factory_unlock_open_file(int fd);

/* Whether another descriptor holds the lock of `factory_lock_open_file`: 1, 0, or -errno. */
int factory_open_file_is_locked(int fd);

/* A pipe closed on exec whose reading end never waits: 0, or the errno. */
int factory_pipe(int *reading, int *writing);

/* Lets this process open as many files as the system allows it to, but no more than `most`: how many, or -errno.
   Programs that factory_spawn_detached starts get the limit that was there before. */
int64_t factory_raise_open_files(int64_t most);

/* That limit; 0 where nothing was raised. */
int64_t factory_open_files_before(void);

/* -- Processes ------------------------------------------------------------------------------ */

int factory_pidfd_open(pid_t pid);
int factory_pidfd_send_signal(int pidfd, int signal);

/* Orphaned descendants become children of this process. */
int factory_become_subreaper(void);

/* Everything that a task's process needs between fork and exec. */
struct factory_task {
  const char *path;              /* program */
  char *const *arguments;        /* ends with NULL */
  char *const *environment;      /* ends with NULL */
  const char *folder;            /* working directory; NULL stays where this process is */
  int standard_input;            /* -1 for none: it reads nothing */
  int standard_output;
  int standard_error;
  int report;                    /* descriptor kept open as `report_target`; -1 for none */
  int report_target;
  int cgroup_procs;              /* descriptor of a cgroup.procs to join; -1 for none */
  const int *cpus;               /* cores to stay on; none when cpu_count is 0 */
  size_t cpu_count;
};

/* Where factory_spawn_task failed. */
enum factory_spawn_step {
  FACTORY_SPAWN_FORK, FACTORY_SPAWN_GROUP, FACTORY_SPAWN_FOLDER, FACTORY_SPAWN_DESCRIPTORS,
  FACTORY_SPAWN_CGROUP, FACTORY_SPAWN_EXEC
};

/* Starts a process in a process group of its own with default signals, which the kernel kills
   when the calling thread dies: for the thread that lives as long as its process. Its pid, or -errno with `step` set. */
pid_t factory_spawn_task(const struct factory_task *task, int *step);

/* Starts a program in a session of its own, with no descriptors but /dev/null and `log` (appended),
   default signals, and nothing that ties it to this process. Its pid, or -errno. */
pid_t factory_spawn_detached(const char *path, char *const arguments[], char *const environment[],
                             const char *log);

/* Replaces this process by a program, which is looked up in PATH, with default signals and none blocked;
   on the cores of the process `like`, unless that is 0. Returns the errno where that fails. */
int factory_become(const char *program, char *const arguments[], char *const environment[],
                   pid_t like);

/* Takes one ended child (pid -1: any) without waiting: its pid, 0 when none has ended, -errno.
   CPU time in milliseconds; `peak_rss` in bytes of the largest process that it waited for. */
pid_t factory_reap(pid_t pid, int *exit_code, int *signal, int64_t *cpu_ms, int64_t *peak_rss);

/* The cores this process may run on: how many, the first `capacity` of them in `cpus`. */
int factory_allowed_cpus(int *cpus, int capacity);

/* -- Waiting -------------------------------------------------------------------------------- */

/* Blocks TERM, INT, HUP, USR1 and CHLD and makes a descriptor that reads them. */
int factory_signal_descriptor(void);

/* The next pending signal of that descriptor, 0 when there is none. */
int factory_next_signal(int fd);

int factory_epoll_create(void);
int factory_epoll_add(int epoll, int fd, uint64_t token);
int factory_epoll_remove(int epoll, int fd);
/* Tokens that can be read: how many, or -errno. A negative timeout waits for ever. */
int factory_epoll_wait(int epoll, uint64_t *tokens, int capacity, int timeout_ms);

int factory_event_create(void);
void factory_event_signal(int fd);
void factory_event_clear(int fd);

int factory_inotify_create(void);
/* Watches a file for writes; its watch descriptor, or -errno. */
int factory_inotify_watch(int fd, const char *path);
int factory_inotify_unwatch(int fd, int watch);
/* Watch descriptors with news (repetitions included): how many, 0 when none are left; a watch of -1
   says that the kernel dropped events. `removed` receives 1 for a watch that is no more. */
int factory_inotify_read(int fd, int *watches, uint8_t *removed, int capacity);

/* -- Files ---------------------------------------------------------------------------------- */

/* Lets the disk start to write a part of a file (sync_file_range(2)); promises nothing. */
void factory_start_writeback(int fd, int64_t offset, int64_t count);

/* -- Memory --------------------------------------------------------------------------------- */

/* Lets this process keep its memory in so many parts (mallopt(3)), and give back blocks of half a
   megabyte and more as soon as they are free; glibc would raise that bound with every such block.
   For before there are threads. */
void factory_bound_heap(int arenas);

/* Lets go of the pages of programs and libraries in memory (madvise(2), MADV_DONTNEED), which most
   of are used by starting alone; what is needed again comes back from their files. */
void factory_release_program(void);

#ifdef __cplusplus
}
#endif
