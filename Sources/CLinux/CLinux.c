#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <sched.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
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

static void run_in_child(const clinux_spawn_request *request, int error_pipe) {
    // Handlers are the parent's; ignored signals would stay ignored in the program, unless they are put right here.
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t mask;
    sigemptyset(&mask);
    if (request->is_supervisor) awaited_signals(&mask);
    int failed = setsid() < 0 || (request->directory != NULL && chdir(request->directory) != 0)
        || dup2(request->standard_input, 0) < 0 || dup2(request->standard_output, 1) < 0
        || dup2(request->standard_error, 2) < 0
        || sigprocmask(SIG_SETMASK, &mask, NULL) != 0;
    // Marked rather than closed: the pipe still has to tell whether the program could be started.
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        // A kernel before 5.11.
        long limit = sysconf(_SC_OPEN_MAX);
        if (limit < 0 || limit > 65536) limit = 65536;
        for (int descriptor = 3; descriptor < limit; descriptor++) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    if (!failed) execve(request->path, request->arguments, request->environment);
    int error = errno;
    ssize_t ignored = write(error_pipe, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

int clinux_spawn(const clinux_spawn_request *request, pid_t *pid) {
    int descriptors[2];
    if (pipe2(descriptors, O_CLOEXEC) != 0) return errno;
    // Not posix_spawn: its child shares the caller's memory until the program is loaded, and the kernel would report
    // the caller's size as the least peak memory of every job. The child of a real fork only has what was written to.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) run_in_child(request, descriptors[1]);
    int error = child < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(descriptors[1]);
    if (child > 0) {
        int told = 0;
        ssize_t count;
        do count = read(descriptors[0], &told, sizeof told);
        while (count < 0 && errno == EINTR);
        if (count == sizeof told) {
            error = told;
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
        }
    }
    close(descriptors[0]);
    if (error == 0) *pid = child;
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

int clinux_open_nameless(const char *folder) {
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    return descriptor >= 0 ? descriptor : -errno;
}

int clinux_open_path(int folder, const char *name) {
    int descriptor = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

ssize_t clinux_attribute(const char *path, const char *name, void *value, size_t size) {
    ssize_t count = getxattr(path, name, value, size);
    return count >= 0 ? count : -errno;
}

int clinux_is_ignored(int signal) {
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void clinux_use_one_heap(void) {
    mallopt(M_ARENA_MAX, 1);
}

void clinux_trim_memory(void) {
    malloc_trim(0);
}
