#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// What the program sends to its guard, in one piece each.
struct note {
    int32_t pid;
    int32_t is_watched;
    uint64_t start;
    int64_t until;
    int64_t grace;
};

// `is_end` in place of whether a process is watched: the program is about to exit.
enum { greatest_count = 4096, milliseconds_to_end = 1000, is_end = -1 };
static struct note watched[greatest_count];
static int watched_count;

static int guard_input = -1;
// The socket that `guard_input` is: whoever closes all descriptors gives its number to another file.
static dev_t guard_device;
static ino_t guard_inode;
static pid_t guard_pid;
static pid_t guard_owner;

int64_t clinux_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void take(const struct note *note) {
    for (int index = 0; index < watched_count; index++) {
        if (watched[index].pid == note->pid && watched[index].start == note->start) {
            watched[index] = watched[--watched_count];
            break;
        }
    }
    if (note->is_watched && watched_count < greatest_count) watched[watched_count++] = *note;
}

static int append_number(char *text, int place, long number) {
    char digits[24];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) text[place++] = digits[--count];
    return place;
}

// When a process started, by /proc/PID/stat; 0 when there is none.
static uint64_t start_of(pid_t pid) {
    char path[64] = "/proc/";
    int length = append_number(path, 6, pid);
    memcpy(path + length, "/stat", 6);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[2048];
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return 0;
    text[count] = 0;
    // The name stands in parentheses and may itself hold any of them: the last one closes it.
    char *place = strrchr(text, ')');
    for (int field = 0; place != NULL && field < 20; field++) {
        place = strchr(place + 1, ' ');
    }
    uint64_t start = 0;
    while (place != NULL && place[1] >= '0' && place[1] <= '9') {
        start = start * 10 + (uint64_t)(*++place - '0');
    }
    return start;
}

// Signals the group of a process, if it still is that process.
static int signal_group(const struct note *note, int number) {
    int descriptor = clinux_pidfd_open(note->pid);
    if (start_of(note->pid) != note->start) {
        if (descriptor >= 0) close(descriptor);
        return 0;
    }
    // By the descriptor where the kernel can (6.9), so that nothing can come in between.
    int done = 0;
    if (descriptor >= 0) {
        done = syscall(SYS_pidfd_send_signal, descriptor, number, (void *)0, 1U << 2) == 0;
        close(descriptor);
    }
    if (!done) kill(-note->pid, number);
    return 1;
}

static void end_what_is_due(int64_t death) {
    int64_t now = clinux_milliseconds();
    for (int index = watched_count - 1; index >= 0; index--) {
        struct note *note = &watched[index];
        if (start_of(note->pid) != note->start) {
            watched[index] = watched[--watched_count];
            continue;
        }
        int64_t until = death + note->grace > note->until ? death + note->grace : note->until;
        if (now >= until + milliseconds_to_end) {
            signal_group(note, SIGKILL);
            watched[index] = watched[--watched_count];
        } else if (now >= until) {
            signal_group(note, SIGTERM);
        }
    }
}

static void guard(int input, int count, char **arguments) {
    setsid();
    for (int number = 1; number < NSIG; number++) signal(number, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_NAME, "launcher-guard", 0, 0, 0);
    // Whoever looks for a command by its words is not to find its guard.
    for (int index = 1; index < count; index++) memset(arguments[index], 0, strlen(arguments[index]));
    int null = open("/dev/null", O_RDWR);
    for (int descriptor = 0; descriptor < 3; descriptor++) dup2(null, descriptor);
    if (dup2(input, 3) < 0 || chdir("/") != 0) _exit(1);
    if (syscall(SYS_close_range, 4U, ~0U, 0U) != 0) {
        // A kernel before 5.9.
        for (int descriptor = 4; descriptor < 1024; descriptor++) close(descriptor);
    }
    struct note note;
    ssize_t got;
    do {
        got = read(3, &note, sizeof note);
        if (got == sizeof note && note.is_watched == is_end) break;
        if (got == sizeof note) take(&note);
    } while (got > 0 || (got < 0 && errno == EINTR));
    int64_t death = clinux_milliseconds();
    // The program may be waiting for this process.
    if (watched_count == 0 || fork() != 0) _exit(0);
    while (1) {
        end_what_is_due(death);
        if (watched_count == 0) _exit(0);
        poll(NULL, 0, 50);
    }
}

// Sends a note, unless the guard's socket is no longer this process's own.
static void send_note(const struct note *note) {
    struct stat information;
    if (guard_input < 0 || guard_owner != getpid() || fstat(guard_input, &information) != 0) return;
    if (information.st_dev != guard_device || information.st_ino != guard_inode) return;
    while (send(guard_input, note, sizeof *note, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

static void finish_guard(void) {
    if (guard_owner != getpid()) return;
    // A child of the program's own may hold the other end of the socket, so that closing it says nothing.
    struct note note = { 0, is_end, 0, 0, 0 };
    send_note(&note);
    while (waitpid(guard_pid, NULL, 0) < 0 && errno == EINTR) {}
}

// The same descriptor with a number above those of the standard streams, which may be closed.
static int moved_up(int descriptor) {
    if (descriptor > 3) return descriptor;
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 4);
    close(descriptor);
    return moved;
}

int clinux_start_guard(int count, char **arguments) {
    if (guard_input >= 0 && guard_owner == getpid()) return 0;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return errno;
    ends[0] = moved_up(ends[0]);
    ends[1] = moved_up(ends[1]);
    struct stat information;
    pid_t child = ends[0] < 0 || ends[1] < 0 || fstat(ends[1], &information) != 0 ? -1 : fork();
    if (child < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    if (child == 0) {
        close(ends[1]);
        guard(ends[0], count, arguments);
    }
    close(ends[0]);
    guard_input = ends[1];
    guard_device = information.st_dev;
    guard_inode = information.st_ino;
    guard_pid = child;
    guard_owner = getpid();
    atexit(finish_guard);
    return 0;
}

void clinux_guard(pid_t pid, uint64_t start, int is_watched, int64_t until, int64_t grace) {
    struct note note = { pid, is_watched, start, until, grace };
    send_note(&note);
}
