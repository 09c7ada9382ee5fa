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

#endif
