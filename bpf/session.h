/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_SESSION_H
#define POLICY_SESSION_H

#include <sys/types.h>

/*
 * Confines process `pid`, which waits in launch(), under the image on image_fd; prints "ready NUMBER", writes events
 * to events_fd and stays until the session has ended. Returns an exit status.
 */
int session_run(pid_t pid, int image_fd, int events_fd);
/* Clears sessions that have no process left; removes the BPF program when none remains. Returns an exit status. */
int session_clean(void);

#endif
