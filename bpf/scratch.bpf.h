/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Working memory of one decision: too large for the stack. A hook can be preempted by another task on its CPU, so
 * each CPU has several and a hook claims one. When all are taken the decision is a denial.
 */
#ifndef POLICY_SCRATCH_H
#define POLICY_SCRATCH_H

#include "match.h"

#define SCRATCH_COUNT 8
#define SCRATCH_NONE SCRATCH_COUNT

/* One object as found: which tree, what its names say. */
struct found {
	__u32 object; /* enum policy_object */
	__u32 reason; /* enum policy_reason, 0 when it was found */
	__u32 mount;
	__u32 beneath; /* a layer of an overlay: the overlay's own name has decided */
	struct policy_place place;
	__u32 accepted[POLICY_LANES]; /* first cases of what is said of exactly this place, or 0 */
	__u64 facts[POLICY_FACTS][POLICY_OPS]; /* all zero, but where `has_facts` */
	__u32 has_facts;
	__u32 doubtful; /* operations of which it is not known what they leave behind */
	struct policy_record always;  /* said in any circumstances; without defaults */
	struct policy_record verdict; /* for who acts; without defaults */
};

/* Limits, one after the other, and the operations of an act that each of them counts. */
struct counting {
	__u32 slot;
	__u32 takes; /* whether operations are to be counted, not only asked about */
	__u32 limit; /* at which it is, at */
	__u32 op;    /* which operation, after */
	__u32 ahead; /* operations of the same act that will have been counted before */
	__u32 tries;
	__u32 refused; /* out: word of a limit that others have used up meanwhile */
	__u32 ops;
	__u64 now;
	__u64 limits; /* bits of those that count any of the operations */
};

/* Where in a program's memory its arguments lie, and how far they have been read. */
struct reading_at {
	__u64 list; /* address of the next address */
	__u64 at;   /* of what is read next; 0: the list says */
	__u64 end;
	__u32 width; /* of an address */
	__u32 bytes; /* so far */
	__u32 failed;
	__u32 unused;
};

struct scratch {
	__u32 busy;
	__u32 session;
	__u32 slot;
	__u32 depth;      /* dentries in use, the object itself first */
	__u64 target;     /* dentry to be found */
	__u64 subject;    /* dentry that an event is about */
	__u32 written;    /* bytes of the event's text */
	__u32 trouble;    /* enum policy_reason: a name could not be read, or a table is broken */
	__u32 detached;   /* the walk ended at something that hangs in no tree */
	__u32 padding;
	__u64 now; /* of an act that is only played, when it is: `self` and `process` are given; else 0 */
	__u64 dentries[POLICY_MAX_DEPTH];
	struct policy_name name;
	struct policy_circumstances who; /* acts */
	struct policy_circumstances unknown; /* bits of who that are not known */
	struct policy_task self; /* of who acts, and only where the policy asks for that */
	struct policy_process_key process;
	struct policy_deeds deeds; /* what the act leaves behind, if it is permitted */
	struct policy_weighing weighing;
	struct counting counting;
	struct policy_reading reading;
	struct reading_at arguments;
	struct found found;
	struct found other; /* the new name of a link or rename */
	struct found kept;  /* `found`, while an event looks for its paths */
	struct policy_event event;
	char slack[512]; /* a last name may run past the event's end before it is cut */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_COUNT);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_at(__u32 index)
{
	return bpf_map_lookup_elem(&scratches, &index);
}

static inline struct policy_name *name_of(__u32 holder)
{
	struct scratch *scratch = scratch_at(holder);

	return scratch ? &scratch->name : 0;
}

static inline struct policy_weighing *weighing_of(__u32 holder)
{
	struct scratch *scratch = scratch_at(holder);

	return scratch ? &scratch->weighing : 0;
}

/* An index, or SCRATCH_NONE. */
static __noinline __u32 scratch_claim(void)
{
	for (__u32 i = 0; i < SCRATCH_COUNT; i++) {
		struct scratch *scratch = scratch_at(i);

		if (scratch && !__sync_lock_test_and_set(&scratch->busy, 1))
			return i;
	}
	return SCRATCH_NONE;
}

static __always_inline void scratch_release(__u32 index)
{
	struct scratch *scratch = scratch_at(index);

	if (scratch)
		*(volatile __u32 *)&scratch->busy = 0;
}

#endif
