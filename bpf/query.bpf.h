/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Programs that policyd and the tests run through BPF_PROG_TEST_RUN: what the policy of a slot says of an access (the
 * same functions as in the hooks), which superblock and inode an open file has, and what lies beneath an overlay.
 */
#ifndef POLICY_QUERY_H
#define POLICY_QUERY_H

#include "arguments.bpf.h"
#include "carried.bpf.h"
#include "sockets.bpf.h"

static long read_query_byte(__u32 i, __u32 *index)
{
	struct scratch *scratch = scratch_at(*index);
	char byte;

	if (!scratch)
		return 1;
	byte = scratch->event.bytes[i & (POLICY_EVENT_PATH - 1)];
	if (byte && byte != '/') {
		if (scratch->name.length >= POLICY_NAME_MAX) {
			scratch->trouble = POLICY_REASON_UNREADABLE;
			return 1;
		}
		scratch->name.key.full.name[scratch->name.length++ & 255] = byte;
		return 0;
	}
	if (scratch->name.length)
		advance(*index);
	scratch->name.length = 0;
	__builtin_memset(scratch->name.key.full.name, 0, sizeof(scratch->name.key.full.name));
	return scratch->trouble != 0;
}

/* Names joined by '/': a NUL byte follows the last. */
static __always_inline void query_path(__u32 index, struct scratch *scratch, struct policy_root *root, __u32 length)
{
	scratch->trouble = 0;
	scratch->found.place = root->path;
	scratch->name.length = 0;
	scratch->name.literal = 1;
	__builtin_memset(scratch->name.key.full.name, 0, sizeof(scratch->name.key.full.name));
	bpf_loop(length + 1, read_query_byte, &index, 0);
	settle(index);
	weigh_found(index);
}

/* Those of a word: of the first operation, whichever it is. */
static __always_inline void keep_facts(struct scratch *scratch, __u32 op)
{
	for (int kind = 0; kind < POLICY_FACTS; kind++)
		scratch->found.facts[kind][op] = scratch->weighing.facts[kind][0];
	scratch->found.doubtful |= scratch->weighing.doubtful & (1u << op);
	scratch->found.has_facts = 1;
}

static __always_inline void read_queried_end(struct endpoint *end, const struct policy_query *query)
{
	end->protocol = query->protocol;
	end->port = query->port;
	end->family = query->kind == POLICY_QUERY_INET ? AF_INET : AF_INET6;
	bpf_probe_read_kernel(end->address, sizeof(end->address), query->bytes);
	unmap_v4(end);
}

static __always_inline void query_address(__u32 index, struct scratch *scratch, struct policy_query *query)
{
	struct endpoint end = {};

	read_queried_end(&end, query);
	end.op = POLICY_OP_CONNECT;
	scratch->found.verdict.word[POLICY_OP_CONNECT] = weigh_word(index, address_word(scratch->slot, &end));
	keep_facts(scratch, POLICY_OP_CONNECT);
	end.op = POLICY_OP_BIND;
	scratch->found.verdict.word[POLICY_OP_BIND] = weigh_word(index, address_word(scratch->slot, &end));
	keep_facts(scratch, POLICY_OP_BIND);
}

/* What has a place, or at least a record. Returns 0 for another kind of query, and for one that is too long. */
static __always_inline int find_queried(__u32 index, struct scratch *scratch, struct policy_root *root, const struct policy_query *query)
{
	__u32 length = query->length;

	switch (query->kind) {
	case POLICY_QUERY_PATH:
		if (length >= sizeof(query->bytes))
			return 0;
		scratch->found.object = POLICY_OBJECT_PATH;
		bpf_probe_read_kernel(scratch->event.bytes, sizeof(query->bytes), query->bytes);
		query_path(index, scratch, root, length);
		return 1;
	case POLICY_QUERY_ABSTRACT:
		if (length > UNIX_NAME_MAX || !name_abstract(index, scratch, (const char *)query->bytes, length))
			return 0;
		scratch->found.object = POLICY_OBJECT_ABSTRACT;
		scratch->found.place = root->abstract;
		abstract_verdict(index, scratch);
		return 1;
	case POLICY_QUERY_ANONYMOUS:
		scratch->found.object = POLICY_OBJECT_ANONYMOUS;
		find_plain(index, scratch, &root->anonymous);
		return 1;
	case POLICY_QUERY_UNNAMED:
		scratch->found.object = POLICY_OBJECT_UNNAMED;
		find_plain(index, scratch, &root->unnamed);
		return 1;
	default:
		return 0;
	}
}

/* As they are read of a program that is executed. Returns 0 where they are too many. */
static __always_inline int query_arguments(__u32 index, struct scratch *scratch, struct policy_root *root, struct policy_query *query)
{
	__u32 length = query->length;

	if (length >= sizeof(query->bytes))
		return 0;
	bpf_probe_read_kernel(scratch->event.bytes, sizeof(query->bytes), query->bytes);
	begin_reading(scratch, root, 0);
	if (!feed(index, scratch, length))
		return 0;
	scratch->trouble = answer_arguments(scratch, root, &query->who.args) ? 0 : POLICY_REASON_UNREADABLE;
	return 1;
}

SEC("syscall")
int decide_query(struct policy_query *query)
{
	__u32 index = scratch_claim();
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;

	query->error = -EINVAL;
	if (!scratch)
		return 0;
	scratch->now = 0;
	scratch->slot = query->slot;
	scratch->who = query->who;
	scratch->trouble = 0;
	scratch->unknown = query->unknown;
	forget_found(&scratch->found);
	forget_facts(&scratch->weighing);
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root)
		goto out;
	switch (query->kind) {
	case POLICY_QUERY_PRIVILEGE:
		scratch->found.verdict.word[0] = privilege_word(index, root, query->protocol);
		break;
	case POLICY_QUERY_INET:
	case POLICY_QUERY_INET6:
		query_address(index, scratch, query);
		break;
	case POLICY_QUERY_ARGUMENTS:
		if (!query_arguments(index, scratch, root, query))
			goto out;
		break;
	default:
		if (!find_queried(index, scratch, root, query))
			goto out;
	}
	for (int op = 0; op < POLICY_OPS; op++)
		query->verdict.word[op] = word_or_default(scratch->found.verdict.word[op], root->defaults.word[op]);
	query->place = scratch->found.place;
	__builtin_memcpy(query->facts, scratch->found.facts, sizeof(query->facts));
	query->doubtful = scratch->found.doubtful;
	query->error = scratch->trouble ? -EACCES : 0;
out:
	scratch_release(index);
	return 0;
}

static __always_inline int decide_act(__u32 index, struct scratch *scratch, struct policy_root *root, struct policy_act *act,
				      const struct policy_file_key *file)
{
	struct endpoint end = {};
	__u32 word, connects = act->ops & OP(CONNECT);

	if (act->query.kind != POLICY_QUERY_INET && act->query.kind != POLICY_QUERY_INET6) {
		if (!find_queried(index, scratch, root, &act->query))
			return -EINVAL;
		scratch->found.beneath = 0;
		scratch->found.reason = scratch->trouble;
		scratch->target = 0;
		act->takes = marks_to_take(scratch, file);
		if (conclude(index, act->ops))
			return -EACCES;
		return act->ops & OP(EXEC) ? 0 : happen(index);
	}
	read_queried_end(&end, &act->query);
	end.op = connects ? POLICY_OP_CONNECT : POLICY_OP_BIND;
	word = word_or_default(weigh_word(index, address_word(scratch->slot, &end)),
			       connects ? root->defaults.word[POLICY_OP_CONNECT] : root->defaults.word[POLICY_OP_BIND]);
	return decide_with_facts(index, word, end.op);
}

static __always_inline int play(__u32 index, struct scratch *scratch, struct policy_root *root, struct policy_act *act)
{
	struct policy_file_key file; /* a key may not lie in what a program is given */

	bpf_probe_read_kernel(&file, sizeof(file), &act->file);
	switch (act->kind) {
	case POLICY_ACT_DECIDE:
		return decide_act(index, scratch, root, act, &file);
	case POLICY_ACT_HAPPEN:
		scratch->deeds = act->deeds;
		return happen(index);
	case POLICY_ACT_READ:
		return pass_marks_at(index, scratch, &file, MAY_READ);
	case POLICY_ACT_WRITE:
		return pass_marks_at(index, scratch, &file, MAY_WRITE);
	case POLICY_ACT_END:
		bpf_map_delete_elem(&processes, &scratch->process);
		return 0;
	default:
		return -EINVAL;
	}
}

/* What `act` says, decided and remembered as if a process of the session did it. */
SEC("syscall")
int play_act(struct policy_act *act)
{
	__u32 index = scratch_claim();
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	__u64 *all;

	act->verdict = -EINVAL;
	if (!scratch)
		return 0;
	scratch->now = act->now;
	scratch->self = act->self;
	scratch->process = act->process;
	scratch->event.word = 0;
	if (!act->now || !begin_at(index, scratch, act->session))
		goto out;
	scratch->who.args = act->self.args;
	root = root_of(scratch);
	all = bpf_map_lookup_elem(&marks, &scratch->session);
	if (!root || !all)
		goto out;
	forget_found(&scratch->found);
	act->verdict = play(index, scratch, root, act);
	act->word = scratch->event.word;
	act->deeds = scratch->deeds;
	act->marks = *all | process_marks(&scratch->process, act->self.marks);
	__builtin_memcpy(act->query.facts, scratch->found.facts, sizeof(act->query.facts));
out:
	scratch_release(index);
	return 0;
}

SEC("syscall")
int where_is(struct policy_where *where)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file **files = BPF_CORE_READ(task, files, fdt, fd);
	struct file *file = 0;
	struct dentry *dentry, *top;
	struct tree tree;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer is what the kernel's table holds */
	bpf_probe_read_kernel(&file, sizeof(file), files + where->fd);
	if (!file)
		return -EINVAL;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	read_tree(&tree, dentry);
	where->dev = tree.dev;
	where->superblock = tree.superblock;
	where->inode = (__u64)BPF_CORE_READ(dentry, d_inode);
	where->ino = BPF_CORE_READ(dentry, d_inode, i_ino);
	top = (struct dentry *)tree.root;
	where->root_inode = (__u64)BPF_CORE_READ(top, d_inode);
	return 0;
}

SEC("syscall")
int take_repeats(struct policy_repeats *repeats)
{
	struct policy_fold_key key = repeats->key;
	struct policy_fold *known = bpf_map_lookup_elem(&folds, &key);

	repeats->count = known ? __sync_lock_test_and_set(&known->pending, 0) : 0;
	return 0;
}

/* What the kernel chose at boot, where it was built to choose: 0 and 1 preempt no BPF program. */
extern const void preempt_dynamic_mode __ksym __weak;

SEC("syscall")
int preemption(void *unused)
{
	int mode = -1;

	if (&preempt_dynamic_mode)
		bpf_probe_read_kernel(&mode, sizeof(mode), &preempt_dynamic_mode);
	return mode;
}

/* Attached only while policyd opens something: are hooks called, and which superblocks does listing an overlay open? */
volatile __u32 probing_thread;
/* Written once, when all are attached and pinned: how many pins of links there must be. */
volatile __u32 attached_hooks;
volatile __u32 attached_backend; /* enum backend */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 10);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_layer_key);
	__type(value, __u32);
} probed SEC(".maps");

SEC("lsm/file_open")
int BPF_PROG(probe_open, struct file *file, int ret)
{
	struct policy_layer_key layer = {};
	struct tree tree;
	__u32 one = 1;

	if (ret || (__u32)bpf_get_current_pid_tgid() != probing_thread)
		return ret;
	read_tree(&tree, BPF_CORE_READ(file, f_path.dentry));
	layer.dev = tree.dev;
	layer.superblock = tree.superblock;
	bpf_map_update_elem(&probed, &layer, &one, BPF_ANY);
	return 0;
}

#endif
