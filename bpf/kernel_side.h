/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_KERNEL_SIDE_H
#define POLICY_KERNEL_SIDE_H

#include <stdbool.h>

#include "backend.h"
#include "image.h"

#define KERNEL_SIDE_LOCK "/run/policyc.lock"
#define KERNEL_SIDE_BPFFS "/sys/fs/bpf"
#define KERNEL_SIDE_PINS KERNEL_SIDE_BPFFS "/policyc-" POLICY_BUILD

/* The maps that hold something for each slot or session; all others are used by the BPF program alone. */
enum map_id {
	MAP_TERMS, MAP_CASES, MAP_LIMITS, MAP_ARGUMENT_CLASSES, MAP_WINDOWS, MAP_RECORDS, MAP_STATES, MAP_SHORT_EDGES,
	MAP_LONG_EDGES, MAP_PREFIXES, MAP_SUFFIXES, MAP_CLASSES, MAP_GLOB_ROWS, MAP_ADDRESSES4, MAP_ADDRESSES6, MAP_PORTS, /* inner maps by slot */
	MAP_ROOTS, MAP_SESSIONS, MAP_TASKS, MAP_ANCHORS, MAP_LAYERS, MAP_RINGS, MAP_LOST, MAP_FOLDS, MAP_FORKS,
	MAP_GUARDS, MAP_GUARD_ACCOUNTS, MAP_MARKS, MAP_PROCESSES, MAP_MARKED_FILES,
	MAP_PROBED,
	MAP_BSS,
	MAPS
};

/* Programs that are run or attached on demand; the hooks need no handle once they are attached. */
enum program_id {
	PROGRAM_LIST_TASKS, PROGRAM_DECIDE_QUERY, PROGRAM_WHERE_IS, PROGRAM_TAKE_REPEATS, PROGRAM_PROBE_OPEN,
	PROGRAM_PREEMPTION, PROGRAM_RELEASE_TASKS, PROGRAM_ADMIT_TASKS, PROGRAM_FILE_PERMISSION, PROGRAM_PLAY_ACT,
	PROGRAMS
};

/* File descriptors of what is loaded; `lock` is held from kernel_side_open to kernel_side_unlock. */
struct kernel_side {
	int lock;
	enum backend backend;
	int maps[MAPS];
	int programs[PROGRAMS];
};

/*
 * Finds the pinned BPF program, or loads it for the backend (BACKEND_NONE: one that works), attaches every hook and pins
 * all. What is pinned for another backend than asked for is refused. Returns 0, or -1 having said why.
 */
int kernel_side_open(struct kernel_side *kernel, enum backend backend);
/* Whether pins of this build exist. */
bool kernel_side_exists(void);
/* Whether what is pinned now is what `kernel` holds: others may have removed that, and made it anew. */
bool kernel_side_is_current(const struct kernel_side *kernel);
/* A descriptor that keeps the session number from others while it is open, or -1 where another has it. */
int kernel_side_lock_number(__u32 number);
/* Loads only what BPF_PROG_TEST_RUN needs, attaches and pins nothing: for tests on kernels without LSM programs. */
int kernel_side_open_detached(struct kernel_side *kernel);
/* Loads every program (or `only` that one) and prints its name and the instructions that the verifier processed. */
int kernel_side_verify(enum backend backend, const char *only);
struct policy_bpf;
/* Duplicates the descriptors of what is loaded. */
void take_handles(struct kernel_side *kernel, struct policy_bpf *skeleton);
int kernel_side_lock(struct kernel_side *kernel);
void kernel_side_unlock(struct kernel_side *kernel);
/* Detaches the hooks and removes the pins, once no session is left. */
int kernel_side_remove(void);

/* Fills `count` slots from `first_slot` on with the tables of the images; on failure they are empty again. */
#define TABLES_AT_ONCE 64
int tables_load(const struct kernel_side *kernel, const struct image *images, __u32 first_slot, __u32 count);
void tables_clear(const struct kernel_side *kernel, __u32 slot);
/*
 * Returns once every decision that was under way has ended. The kernel waits for that (for a grace period of RCU) whenever
 * an inner map takes the place of another; membarrier(2) would not, on a machine of one processor.
 */
int wait_for_decisions(const struct kernel_side *kernel);
bool tables_are_clear(const struct kernel_side *kernel, __u32 slot);
/* The identity of the policy in a slot; 0: none. */
__u64 policy_in(const struct kernel_side *kernel, __u32 slot);

/* Runs decide_query, where_is or take_repeats; play_act, which is there for tests alone. */
int ask(const struct kernel_side *kernel, struct policy_query *query);
int play_act(const struct kernel_side *kernel, struct policy_act *act);
int where_is(const struct kernel_side *kernel, int fd, struct policy_where *where);
int take_repeats(const struct kernel_side *kernel, struct policy_repeats *repeats);
/* Makes probe_open, once it is attached, note what this thread opens; 0: no thread. */
int set_probing_thread(const struct kernel_side *kernel, __u32 thread);
/* Which session release_tasks and admit_tasks are about, and by whom are stopped those that are to be admitted. */
int set_change(const struct kernel_side *kernel, __u32 session, __u32 thread_group);

#endif
