/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * A session that there is not, for tests: its processes are entries of a table, and what hooks note of them at fork, exec
 * and exit is noted here, as in session.bpf.h and programs.bpf.h. What is decided and remembered, the kernel decides and
 * remembers, by the functions that hooks call.
 */
#ifndef POLICY_PLAY_H
#define POLICY_PLAY_H

#include "kernel_side.h"

enum step_kind {
	STEP_ACT,  /* an operation */
	STEP_FORK, /* `other` is started */
	STEP_EXEC, /* with arguments */
	STEP_EXIT, /* with the status `other` */
	STEP_FILL  /* nothing more is noted of any process, or with `other` of any file: their table is full */
};

/* As read; `length` bytes of the query follow, then those of the arguments, each with a NUL byte behind it. */
struct step {
	__u32 kind;
	__u32 process; /* by number, from 0, which is there */
	__u32 other;   /* of an operation: its bit */
	__u32 file;    /* a number for what it is done to, that carries marks; 0: none */
	__u64 now;     /* ns */
	__u32 query, protocol, port, length;
	__u32 argument_length;
	__u32 reserved;
};

struct stepped {
	__s32 verdict; /* 0, or a negative errno */
	__u32 word;    /* of what is told; 0: nothing */
	__u64 marks;   /* that hold for the process then; those of the session, where it has ended */
};

#define PLAYED_PROCESSES 64

/* Begins with one process. `slot` holds the image. */
int play_begin(const struct kernel_side *kernel, const struct image *image, __u32 slot);
/* Returns 0, or -1 having said why. */
int play_step(const struct kernel_side *kernel, const struct step *step, const __u8 *bytes, struct stepped *stepped);
void play_end(const struct kernel_side *kernel);

#endif
