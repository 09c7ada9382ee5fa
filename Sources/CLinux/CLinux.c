#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

int clinux_become_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int clinux_pidfd_open(pid_t pid) {
    long descriptor = syscall(SYS_pidfd_open, pid, 0);
    return descriptor >= 0 ? (int)descriptor : -errno;
}

int clinux_pidfd_send_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, (void *)0, 0) == 0 ? 0 : errno;
}

static void awaited_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGUSR1);
    sigaddset(set, SIGALRM);
}

int clinux_spawn(const clinux_spawn_request *request, pid_t *pid) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    int error = posix_spawnattr_init(&attributes);
    if (error != 0) return error;
    error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        posix_spawnattr_destroy(&attributes);
        return error;
    }
    sigset_t mask, defaults;
    sigemptyset(&mask);
    if (request->is_supervisor) awaited_signals(&mask);
    sigfillset(&defaults);
    short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    posix_spawnattr_setsigmask(&attributes, &mask);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, flags);
    if (request->directory != NULL) {
        error = posix_spawn_file_actions_addchdir_np(&actions, request->directory);
    }
    // The three are close-on-exec and numbered above 2, so that no step overwrites the next one's source.
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, request->standard_input, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, request->standard_output, 1);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, request->standard_error, 2);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (error == 0) {
        error = posix_spawn(pid, request->path, &actions, &attributes, request->arguments, request->environment);
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

int clinux_signal_descriptor(void) {
    sigset_t set;
    awaited_signals(&set);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -errno;
    int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return descriptor >= 0 ? descriptor : -errno;
}

int clinux_next_signal(int descriptor) {
    struct signalfd_siginfo information;
    ssize_t count = read(descriptor, &information, sizeof information);
    return count == sizeof information ? (int)information.ssi_signo : 0;
}

int clinux_alarm_at(double seconds) {
    static timer_t timer;
    static int exists = 0;
    if (!exists) {
        if (timer_create(CLOCK_REALTIME, NULL, &timer) != 0) return errno;
        exists = 1;
    }
    struct itimerspec when = {0};
    when.it_value.tv_sec = (time_t)seconds;
    when.it_value.tv_nsec = (long)((seconds - (double)when.it_value.tv_sec) * 1e9);
    // Zero would disarm the timer.
    if (when.it_value.tv_sec <= 0) when.it_value.tv_sec = 1;
    return timer_settime(timer, TIMER_ABSTIME, &when, NULL) == 0 ? 0 : errno;
}

int clinux_processor_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}

unsigned long clinux_file_system_kind(const char *path) {
    struct statfs information;
    return statfs(path, &information) == 0 ? (unsigned long)information.f_type : 0;
}

void clinux_trim_memory(void) {
    malloc_trim(0);
}
