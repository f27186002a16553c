// A clock that goes wrong by CLOCK_SECONDS for the programs that are started with this in LD_PRELOAD, and with it the
// moments until which they wait. Built by the test that wants it; glibc alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long skew;

__attribute__((constructor)) static void set(void) {
  const char *text = getenv("CLOCK_SECONDS");
  skew = text ? atol(text) : 0;
}

static int is_shifted(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int clock_gettime(clockid_t clock, struct timespec *now) {
  REAL(clock_gettime);
  int result = real(clock, now);
  if (result == 0 && is_shifted(clock)) now->tv_sec += skew;
  return result;
}

int gettimeofday(struct timeval *now, void *zone) {
  REAL(gettimeofday);
  int result = real(now, zone);
  if (result == 0) now->tv_sec += skew;
  return result;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

// A moment of the real-time clock lies decades after one of those that count from the machine's start.
static struct timespec unshifted(const struct timespec *moment) {
  struct timespec result = *moment;
  if (result.tv_sec > 1000000000) result.tv_sec -= skew;
  return result;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *moment) {
  REAL(pthread_cond_timedwait);
  struct timespec until = unshifted(moment);
  return real(condition, mutex, &until);
}

int pthread_cond_clockwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *moment) {
  REAL(pthread_cond_clockwait);
  struct timespec until = unshifted(moment);
  return real(condition, mutex, clock, &until);
}
