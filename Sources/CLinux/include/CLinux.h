// The Linux calls that Swift cannot import because they are variadic or macros.
#ifndef CLINUX_H
#define CLINUX_H

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

/// Has all threads take memory from one heap. Effective before the first thread is made.
void clinux_use_one_heap(void);

/// Gives memory that is not in use back to the system.
void clinux_trim_memory(void);

#endif
