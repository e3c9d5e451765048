/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_SESSION_H
#define POLICY_SESSION_H

#include <stdbool.h>
#include <sys/types.h>

#include "backend.h"
#include "image.h"
#include "keeper.h"

#define MOST_NAMED 256

struct session_request {
	pid_t pids[MOST_NAMED];
	size_t pid_count;
	bool running; /* whoever is named runs already, with all that it started; else one process waits in launch() */
	int image_fd, guards_fd;
	int record_fd; /* -1: nothing to say */
	int events_fd; /* -1: nobody reads */
	enum backend backend;
};

/* What policyc sends: the policy, what it has to say of the session, and files that no session may change. */
struct session_input {
	struct image image;
	__u8 *bytes;
	__u8 *said;
	size_t said_size;
	char *guards; /* paths, each with a NUL byte behind it */
	size_t guards_size;
};

/* Reads and checks it. Returns an exit status, having said what is wrong. */
int session_read(const struct session_request *asked, struct session_input *input);
void session_input_free(struct session_input *input);

/*
 * Confines who is asked for, by the backend (BACKEND_NONE: one that works); prints "ready NUMBER", writes events to
 * events_fd and on record, and stays until the session has ended. Returns an exit status.
 */
int session_run(const struct session_request *asked, const struct session_input *input, struct kept *kept);
/* Goes on where another policyd was ended. Refused where one serves the session; nothing to do where there is none. */
int session_attend(__u32 number, int events_fd, struct kept *kept);

#endif
