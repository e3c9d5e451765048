// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Another policy for a session. Each decision reads the session's slot once and goes by what lies there; the new policy
 * is made whole in the other slot, then one write of one bit makes decisions begin there.
 */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "again.h"
#include "anchors.h"
#include "guards.h"
#include "kernel_side.h"
#include "living.h"
#include "numbers.h"
#include "record.h"
#include "say.h"
#include "sessions.h"

static bool is_listed(const char *list, size_t size, const char *path)
{
	for (const char *at = list; at < list + size; at += strlen(at) + 1)
		if (!strcmp(at, path))
			return true;
	return false;
}

/* What the old policy had guarded stays guarded while the session lives: decisions by it are still to be read. */
static int add_guards(const struct record *record, const struct session_input *input)
{
	size_t size = 0;
	char *known = (char *)record_read(record, RECORD_GUARDS, &size), *all = realloc(known, size + input->guards_size + 1);
	int failed;

	if (!all) {
		free(known);
		return say("out of memory for the files that are to be guarded");
	}
	for (const char *at = input->guards; at < input->guards + input->guards_size; at += strlen(at) + 1) {
		if (is_listed(all, size, at))
			continue;
		memcpy(all + size, at, strlen(at) + 1);
		size += strlen(at) + 1;
	}
	failed = record_write(record, RECORD_GUARDS, all, size);
	free(all);
	return failed;
}

static int fill_slot(const struct kernel_side *kernel, __u32 number, __u32 slot, const struct record *record,
		     const struct session_input *input)
{
	struct mounts mounts = NO_MOUNTS;
	struct image numbered;
	int failed;

	if (number_for_session(record, &input->image, &numbered))
		return -1;
	mounts.log = openat(record->folder, RECORD_MOUNTS, O_RDWR | O_CLOEXEC);
	failed = again_attach(kernel, &numbered) || tables_load(kernel, &numbered, slot, 1) || anchors_write(kernel, slot, &mounts) ||
		 guards_add(kernel, number, input->guards, input->guards_size) || add_guards(record, input) ||
		 record_image(record, input->image.identity, input->image.bytes, input->image.size) ||
		 (input->said && record_write(record, RECORD_SAID, input->said, input->said_size));
	mounts_free(&mounts);
	free((void *)numbered.bytes);
	return failed ? -1 : 0;
}

static int swap(const struct kernel_side *kernel, __u32 number, const struct record *record,
		const struct session_input *input)
{
	__u32 old = slot_of(kernel, number), fresh = old ^ 1;

	clear_slot(kernel, fresh); /* what a reload left that was ended */
	if (fill_slot(kernel, number, fresh, record, input)) {
		clear_slot(kernel, fresh);
		return -1;
	}
	if (bpf_map_update_elem(kernel->maps[MAP_SESSIONS], &number, &fresh, BPF_ANY)) {
		clear_slot(kernel, fresh);
		return say_errno("cannot write session %u", number);
	}
	if (wait_for_decisions(kernel))
		return -1;
	clear_slot(kernel, old);
	again_detach(kernel);
	return 0;
}

int session_reload(__u32 number, const struct session_request *asked, const struct session_input *input)
{
	static __u32 threads[POLICY_MAX_SESSIONS];
	struct kernel_side kernel;
	struct record record;
	int failed;

	(void)asked;
	if (!kernel_side_exists()) {
		say("there is no session %u", number);
		return STATUS_MACHINE;
	}
	if (check_pid_namespace() || kernel_side_open(&kernel, BACKEND_NONE))
		return STATUS_MACHINE;
	if (count_threads(&kernel, threads))
		failed = -1;
	else if (!threads[number] || !slot_of(&kernel, number) || record_open(&record, number))
		failed = say("there is no session %u", number);
	else if (kernel.backend == BACKEND_TRACEPOINT) /* what is taken from a command as it starts stays taken, or given */
		failed = say("under the backend `tracepoint` a session keeps the policy that it began with");
	else
		failed = swap(&kernel, number, &record, input);
	kernel_side_unlock(&kernel);
	return failed ? STATUS_MACHINE : STATUS_OK;
}
