/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What is on record of a session, below /run: from it another policyd goes on, and others read what was decided. */
#ifndef POLICY_RECORD_H
#define POLICY_RECORD_H

#include <stdbool.h>
#include <linux/types.h>
#include <stddef.h>

#include "policy_abi.h"

#ifndef RECORD_ROOT /* tests have one of their own */
#define RECORD_ROOT "/run/policyc"
#endif
#define RECORD_PATH_SIZE 64

/* Files of a record. Images lie beside them, each under its identity. */
#define RECORD_SAID "session"   /* what policyc has to say of the session: JSON, which only policyc reads */
#define RECORD_GUARDS "guards"  /* paths of files that no session may change, each with a NUL byte behind it */
#define RECORD_MOUNTS "mounts"  /* mount points by number, each with a NUL byte behind it */
#define RECORD_FIRST "first"    /* number of the first process */
#define RECORD_SERVED "policyd" /* number of the process that serves the session */
#define RECORD_LOST "lost"      /* how many lost events were told */
#define RECORD_EVENTS "events"  /* how many frames were written before (8 bytes), then frames as on the pipe */
#define RECORD_EVENTS_OLD RECORD_EVENTS ".1"

#define RECORD_EVENTS_MOST (16u << 20)
#define RECORD_SAID_MOST (1u << 16)

struct record {
	int folder; /* -1: there is none */
	int events;
	__u64 frames; /* ever written */
	__u64 size;   /* of the file of events */
};

#define NO_RECORD ((struct record){ .folder = -1, .events = -1 })

void record_path(char path[RECORD_PATH_SIZE], __u32 number);
/* Makes an empty record in the place of what is left there. Returns 0, or -1 having said why. */
int record_make(struct record *record, __u32 number);
/* Opens one that is there, but for its events. Returns 0 or -1, silently. */
int record_open(struct record *record, __u32 number);
/* Opens its events to add to them: a frame that was not written whole is cut off. `last` is the last header; all zero
 * where there is none. Returns 0, or -1 having said why. */
int record_go_on(struct record *record, struct policy_event *last);
/* Adds a frame. Returns 0, or -1, silently, where it cannot be. */
int record_frame(struct record *record, const void *frame, size_t size);
/* Writes a file whole, in the place of an older one. Returns 0, or -1 having said why. */
int record_write(const struct record *record, const char *name, const void *bytes, size_t size);
/* Reads a file; NULL, silently, where it is not there. To be freed. */
__u8 *record_read(const struct record *record, const char *name, size_t *size);
/* A number that is written in a file; 0 where there is none. */
__u64 record_number(const struct record *record, const char *name);
int record_write_number(const struct record *record, const char *name, __u64 number);
/* Keeps an image for as long as events may name it. */
int record_image(const struct record *record, __u64 identity, const void *bytes, size_t size);
__u8 *record_read_image(const struct record *record, __u64 identity, size_t *size);
/* Marks which numbers have a record. */
void record_list(bool exists[POLICY_MAX_SESSIONS]);
void record_remove(__u32 number);

#endif
