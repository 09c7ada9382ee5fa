// The Linux calls that Swift cannot import because they are variadic or macros.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>
#include <sys/types.h>

/// Makes the calling process the parent of every orphan among its descendants, so that it can
/// see, signal and reap a whole process tree. 0, or an errno value.
int clinux_become_subreaper(void);

/// A descriptor for the process `pid`, or the negated errno value. Unlike the number, the
/// descriptor never comes to mean another process.
int clinux_pidfd_open(pid_t pid);

/// Sends `signal` to the process behind a descriptor of `clinux_pidfd_open`. 0, or an errno value.
int clinux_pidfd_send_signal(int pidfd, int signal);

/// How a process is to be started.
typedef struct {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// The working directory; NULL for the caller's.
    const char *directory;
    int standard_input;
    int standard_output;
    int standard_error;
    /// Whether the signals of `clinux_signal_descriptor` are blocked from the process's first moment.
    int is_supervisor;
} clinux_spawn_request;

/// Starts a process in a session of its own, with default signals and no descriptors beyond the three.
/// 0, or an errno value.
int clinux_spawn(const clinux_spawn_request *request, pid_t *pid);

/// Blocks the signals a supervisor waits for (CHLD, HUP, INT, QUIT, TERM, USR1, ALRM), and returns a descriptor that
/// is readable when one came; or the negated errno value.
int clinux_signal_descriptor(void);

/// The next signal of the descriptor; 0 when there is none.
int clinux_next_signal(int descriptor);

/// Has SIGALRM sent when the wall clock shows `seconds` since 1970, however it is set meanwhile. 0, or an errno value.
int clinux_alarm_at(double seconds);

/// How many processor cores this process may use.
int clinux_processor_count(void);

/// The kind of file system a path lies on (`f_type` of statfs); 0 when it cannot be told.
unsigned long clinux_file_system_kind(const char *path);

/// A new file in a folder, to be read and appended to, that has no name and goes with its last descriptor; or the negated
/// errno value.
int clinux_open_nameless(const char *folder);

/// A descriptor that stands for a file, folder or link in a folder, and opens nothing; or the negated errno value.
int clinux_open_path(int folder, const char *name);

/// Reads an extended attribute of what a path leads to. Its size, or the negated errno value.
ssize_t clinux_attribute(const char *path, const char *name, void *value, size_t size);

/// Whether this process ignores a signal.
int clinux_is_ignored(int signal);

/// Starts a process that does nothing until this one has ended, however it ends, and then ends the process groups that
/// `clinux_guard` named. It goes by itself. It shares this process's memory as it is now, so that it is best started
/// early, and calls only what is safe where there are other threads. The words of the command line, if they are given, it
/// does not show as its own. Where there is a guard, nothing happens. 0, or an errno value.
int clinux_start_guard(int count, char **arguments);

/// Names a process group by its leader and the leader's start time, or takes it off the list; nothing without a guard.
/// It is ended once this process has been gone for `grace` milliseconds, and not before `until`, on the clock of
/// `clinux_milliseconds`.
void clinux_guard(pid_t pid, uint64_t start, int is_watched, int64_t until, int64_t grace);

/// Milliseconds on a clock that nobody sets.
int64_t clinux_milliseconds(void);

/// Has all threads take memory from one heap. Effective before the first thread is made.
void clinux_use_one_heap(void);

/// Gives memory that is not in use back to the system.
void clinux_trim_memory(void);

#endif
