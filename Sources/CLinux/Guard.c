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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// What the program writes to its guard; less than the system writes in one piece.
struct note {
    int32_t pid;
    int32_t is_watched;
    uint64_t start;
    int64_t until;
    int64_t grace;
};

enum { greatest_count = 4096, milliseconds_to_end = 1000 };
static struct note watched[greatest_count];
static int watched_count;

static int guard_input = -1;
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

static void finish_guard(void) {
    if (guard_owner != getpid()) return;
    close(guard_input);
    while (waitpid(guard_pid, NULL, 0) < 0 && errno == EINTR) {}
}

int clinux_start_guard(int count, char **arguments) {
    if (guard_input >= 0 && guard_owner == getpid()) return 0;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    pid_t child = fork();
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
    guard_pid = child;
    guard_owner = getpid();
    atexit(finish_guard);
    return 0;
}

void clinux_guard(pid_t pid, uint64_t start, int is_watched, int64_t until, int64_t grace) {
    if (guard_input < 0) return;
    struct note note = { pid, is_watched, start, until, grace };
    ssize_t ignored = write(guard_input, &note, sizeof note);
    (void)ignored;
}
