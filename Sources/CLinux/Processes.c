#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The limit of open files that this process had before it raised it. */
static struct rlimit files_before;
static int files_raised;

int64_t factory_raise_open_files(int64_t most) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
  rlim_t wanted = limit.rlim_max == RLIM_INFINITY || (rlim_t)most < limit.rlim_max ? (rlim_t)most : limit.rlim_max;
  if (wanted <= limit.rlim_cur) return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
  struct rlimit raised = {.rlim_cur = wanted, .rlim_max = limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) != 0) return -errno;
  files_before = limit;
  files_raised = 1;
  return (int64_t)wanted;
}

int64_t factory_open_files_before(void) {
  return files_raised ? (int64_t)files_before.rlim_cur : 0;
}

static void default_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int number = 1; number < 32; number++) {
    if (number != SIGKILL && number != SIGSTOP) sigaction(number, &action, NULL);
  }
}

/* Runs in the child, which shares memory with its waiting parent until exec. */
static int become_task(const struct factory_task *task, pid_t parent, int *step) {
  *step = FACTORY_SPAWN_GROUP;
  if (setpgid(0, 0) != 0) return errno;
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(127);

  *step = FACTORY_SPAWN_FOLDER;
  if (task->folder != NULL && chdir(task->folder) != 0) return errno;

  *step = FACTORY_SPAWN_CGROUP;
  if (task->cgroup_procs >= 0 && write(task->cgroup_procs, "0\n", 2) != 2) return errno;

  *step = FACTORY_SPAWN_DESCRIPTORS;
  int input = task->standard_input >= 0 ? task->standard_input : open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, 0) < 0) return errno;
  if (dup2(task->standard_output, 1) < 0 || dup2(task->standard_error, 2) < 0) return errno;
  if (task->report >= 0) {
    if (task->report == task->report_target) {
      if (fcntl(task->report, F_SETFD, 0) != 0) return errno;
    } else if (dup2(task->report, task->report_target) < 0) {
      return errno;
    }
  }
  unsigned first = 3;
  if (task->report >= 0) {
    if (task->report_target > 3) syscall(SYS_close_range, 3, task->report_target - 1, 4);
    first = (unsigned)task->report_target + 1;
  }
  /* 4 is CLOSE_RANGE_CLOEXEC: this process shares nothing but memory, yet exec must still fail
     with the parent's descriptors intact. Old kernels: everything of ours is close-on-exec. */
  syscall(SYS_close_range, first, ~0U, 4);

  /* Where memory runs out for everybody, the kernel shall take a task before a server. */
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) {
    ssize_t written = write(score, "500", 3);
    (void)written;
  }

  if (task->cpu_count > 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < task->cpu_count; i++) {
      if (task->cpus[i] >= 0 && task->cpus[i] < CPU_SETSIZE) CPU_SET(task->cpus[i], &set);
    }
    /* A core that went offline is no reason to fail. */
    sched_setaffinity(0, sizeof set, &set);
  }
  default_signals();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);

  *step = FACTORY_SPAWN_EXEC;
  execve(task->path, task->arguments, task->environment);
  return errno;
}

pid_t factory_spawn_task(const struct factory_task *task, int *step) {
  volatile int failure = 0;
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t parent = getpid();
  pid_t pid = vfork();
  if (pid == 0) {
    failure = become_task(task, parent, step);
    _exit(127);
  }
  int fork_error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  if (pid < 0) {
    *step = FACTORY_SPAWN_FORK;
    return -fork_error;
  }
  if (failure != 0) {
    waitpid(pid, NULL, 0);
    return -failure;
  }
  return pid;
}

int factory_become(const char *program, char *const arguments[], char *const environment[],
                   pid_t like) {
  cpu_set_t set;
  /* Cores that are gone are no reason to fail. */
  if (like > 0 && sched_getaffinity(like, sizeof set, &set) == 0) sched_setaffinity(0, sizeof set, &set);
  default_signals();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvpe(program, arguments, environment);
  return errno;
}

/* Runs in the child, which shares memory with its waiting parent until exec. */
static int become_detached(const char *path, char *const arguments[], char *const environment[],
                           const char *log) {
  if (setsid() < 0) return errno;
  int input = open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, 0) < 0) return errno;
  int output = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (output < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return errno;
  /* 4 is CLOSE_RANGE_CLOEXEC, as above. */
  syscall(SYS_close_range, 3, ~0U, 4);
  /* Here, not from outside: the program may raise its limit as soon as it runs. And not sooner: whoever has more
     files open than the limit can open none. */
  if (files_raised) setrlimit(RLIMIT_NOFILE, &files_before);
  default_signals();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(path, arguments, environment);
  return errno;
}

pid_t factory_spawn_detached(const char *path, char *const arguments[], char *const environment[],
                             const char *log) {
  volatile int failure = 0;
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t pid = vfork();
  if (pid == 0) {
    failure = become_detached(path, arguments, environment, log);
    _exit(127);
  }
  int fork_error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  if (pid < 0) return -fork_error;
  if (failure != 0) {
    waitpid(pid, NULL, 0);
    return -failure;
  }
  return pid;
}

pid_t factory_reap(pid_t pid, int *exit_code, int *signal, int64_t *cpu_ms, int64_t *peak_rss) {
  int status = 0;
  struct rusage usage;
  memset(&usage, 0, sizeof usage);
  pid_t ended = wait4(pid, &status, WNOHANG, &usage);
  if (ended < 0) return -errno;
  if (ended == 0) return 0;
  *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  *signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  *cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
            (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
  *peak_rss = (int64_t)usage.ru_maxrss * 1024;
  return ended;
}

int factory_allowed_cpus(int *cpus, int capacity) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return -errno;
  int count = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &set)) continue;
    if (count < capacity) cpus[count] = cpu;
    count++;
  }
  return count;
}

int factory_signal_descriptor(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -errno;
  signal(SIGPIPE, SIG_IGN);
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -errno : fd;
}

int factory_next_signal(int fd) {
  struct signalfd_siginfo info;
  return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}
