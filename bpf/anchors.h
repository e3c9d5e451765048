/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_ANCHORS_H
#define POLICY_ANCHORS_H

#include <sys/types.h>

#include "kernel_side.h"

/*
 * Mount points by number, from 1: what stands before the paths of events. Where there is a log, each is written there
 * before its number is used, and what other processes have added is taken from there: all count alike.
 */
struct mounts {
	char **names;
	size_t count;
	int log; /* -1: none */
	off_t read; /* bytes of the log */
};

#define NO_MOUNTS ((struct mounts){ .log = -1 })

/* The name of a number, or the empty one. */
const char *mount_name(struct mounts *mounts, __u32 number);

/*
 * Writes an anchor for every mount of this mount namespace that can be reached, as places under the policy in `slot`,
 * and the superblocks beneath overlays as layers. Called again when mounts change: new ones are there before old ones go.
 */
int anchors_write(const struct kernel_side *kernel, __u32 slot, struct mounts *mounts);
void anchors_clear(const struct kernel_side *kernel, __u32 slot);
void mounts_free(struct mounts *mounts);

#endif
