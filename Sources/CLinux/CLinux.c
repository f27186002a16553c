#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint32_t crc32c_by_table(uint32_t crc, const uint8_t *byte, size_t count) {
  static const uint32_t half_byte[16] = {
      0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
      0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
      0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
  for (size_t i = 0; i < count; i++) {
    crc ^= byte[i];
    crc = half_byte[crc & 15] ^ (crc >> 4);
    crc = half_byte[crc & 15] ^ (crc >> 4);
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
static uint32_t crc32c_by_processor(uint32_t crc, const uint8_t *byte, size_t count) {
  uint64_t wide = crc;
  for (; count >= 8; byte += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, byte, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = (uint32_t)wide;
  for (; count > 0; byte++, count--) crc = __builtin_ia32_crc32qi(crc, *byte);
  return crc;
}
#endif

uint32_t factory_crc32c(uint32_t crc, const void *bytes, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~crc32c_by_processor(~crc, bytes, count);
#endif
  return ~crc32c_by_table(~crc, bytes, count);
}

void factory_random(void *bytes, size_t count) {
  /* Up to 256 bytes come whole, and never fail once the generator is seeded. */
  while (getrandom(bytes, count, 0) != (ssize_t)count) {}
}

int factory_lock_file(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(fd, F_SETLK, &lock) == 0 ? 0 : errno;
}

pid_t factory_lock_owner(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_GETLK, &lock) != 0) return -errno;
  return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

int factory_lock_open_file(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

void factory_unlock_open_file(int fd) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  (void)!fcntl(fd, F_OFD_SETLK, &lock);
}

int factory_open_file_is_locked(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_OFD_GETLK, &lock) != 0) return -errno;
  return lock.l_type != F_UNLCK;
}

int factory_pipe(int *reading, int *writing) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  *reading = ends[0];
  *writing = ends[1];
  return 0;
}

int factory_pidfd_open(pid_t pid) {
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  return fd < 0 ? -errno : fd;
}

int factory_pidfd_send_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0 ? 0 : errno;
}

int factory_become_subreaper(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int factory_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int factory_epoll_add(int epoll, int fd, uint64_t token) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

int factory_epoll_remove(int epoll, int fd) {
  return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) == 0 ? 0 : errno;
}

int factory_epoll_wait(int epoll, uint64_t *tokens, int capacity, int timeout_ms) {
  struct epoll_event events[64];
  if (capacity > 64) capacity = 64;
  int count = epoll_wait(epoll, events, capacity, timeout_ms);
  if (count < 0) return -errno;
  for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
  return count;
}

int factory_event_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void factory_event_signal(int fd) {
  uint64_t one = 1;
  ssize_t written = write(fd, &one, sizeof one);
  (void)written; /* EAGAIN: the event is already set */
}

void factory_event_clear(int fd) {
  uint64_t value;
  ssize_t count = read(fd, &value, sizeof value);
  (void)count;
}

int factory_inotify_create(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }

int factory_inotify_watch(int fd, const char *path) {
  int watch = inotify_add_watch(fd, path, IN_MODIFY);
  return watch < 0 ? -errno : watch;
}

int factory_inotify_unwatch(int fd, int watch) { return inotify_rm_watch(fd, watch); }

int factory_inotify_read(int fd, int *watches, uint8_t *removed, int capacity) {
  char buffer[4096] __attribute__((aligned(8)));
  /* An event of a watched file has no name, so each takes exactly its head's size. */
  size_t wanted = (size_t)capacity * sizeof(struct inotify_event);
  if (wanted > sizeof buffer) wanted = sizeof buffer;
  ssize_t size = read(fd, buffer, wanted);
  if (size <= 0) return 0;
  int count = 0;
  for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= size;) {
    const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
    watches[count] = (event->mask & IN_Q_OVERFLOW) ? -1 : event->wd;
    removed[count] = (event->mask & IN_IGNORED) != 0;
    count++;
    at += (ssize_t)sizeof(struct inotify_event) + event->len;
  }
  return count;
}
