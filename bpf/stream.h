/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What was decided in a session, as frames: on its record, and to whoever started it. */
#ifndef POLICY_STREAM_H
#define POLICY_STREAM_H

#include "anchors.h"
#include "kernel_side.h"
#include "record.h"

#define FOLD_AGE_NS 2000000000ull
#define STREAM_TOLD 16

struct stream {
	const struct kernel_side *kernel;
	struct mounts *mounts;
	struct record *record;
	__u32 number;
	int pipe;                 /* -1 once nobody reads */
	struct ring_buffer *ring;
	__u64 lost;               /* events in the kernel's count that were told */
	__u64 unrecorded;         /* events that the record had no room for */
	__u64 told[STREAM_TOLD];  /* policies that the reader of the pipe has */
	__u32 told_count;
	struct policy_event last; /* on record where another policyd was ended */
};

/* A ring buffer of the session's own. Returns 0, or -1 having said why. */
int stream_make(struct stream *stream);
/* Goes on with the one that the session has, and with its record. */
int stream_go_on(struct stream *stream);
void stream_free(struct stream *stream);
/* The reader has this policy: it was the one to bring it. */
void stream_told(struct stream *stream, __u64 policy);
/* Passes on what the kernel has, and counts of repeats that nothing has carried for `fold_age` ns. */
void stream_report(struct stream *stream, __u64 fold_age);
/* What is no decision: POLICY_OBJECT_SESSION_END or POLICY_OBJECT_ATTENDED. */
void stream_put_plain(struct stream *stream, enum policy_object object, __u64 count);

#endif
