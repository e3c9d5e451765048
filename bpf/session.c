// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* A session from its first process to its last. Enforcement needs nothing of this: it outlives policyd. */
#include "session.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "admit.h"
#include "again.h"
#include "anchors.h"
#include "guards.h"
#include "input.h"
#include "kernel_side.h"
#include "living.h"
#include "numbers.h"
#include "probe.h"
#include "say.h"
#include "stream.h"

#define POLL_MS 200 /* between looks whether the last thread is gone, after the first process has ended */

struct session {
	struct kernel_side kernel;
	const struct session_request *asked; /* NULL where another policyd began it */
	struct kept *kept;
	__u32 number;
	int number_lock; /* open for as long as the number is ours */
	int pidfd;       /* of the first process; -1: it is not waited for */
	int mountinfo;
	__u64 policy; /* in force when we last looked */
	__u8 *guards; /* as on record when we last looked */
	size_t guards_size;
	struct mounts mounts;
	struct record record;
	struct stream stream;
};

static void set_up(struct session *session, struct kept *kept, int events_fd)
{
	memset(session, 0, sizeof(*session));
	session->kept = kept;
	session->mounts = NO_MOUNTS;
	session->record = NO_RECORD;
	session->pidfd = -1;
	session->stream = (struct stream){ .kernel = &session->kernel, .mounts = &session->mounts,
					   .record = &session->record, .pipe = events_fd };
}

static void take(struct session *session, __u32 number)
{
	session->number = number;
	session->stream.number = number;
}

/* Takes a number that no thread has, and no policyd serves any more. */
static int take_number(struct session *session)
{
	static __u32 threads[POLICY_MAX_SESSIONS];

	if (collect(&session->kernel, threads) < 0)
		return -1;
	for (__u32 number = 1; number < POLICY_MAX_SESSIONS; number++) {
		if (threads[number] || (session->number_lock = kernel_side_lock_number(number)) < 0)
			continue;
		take(session, number);
		return 0;
	}
	return say("%d sessions run already", POLICY_MAX_SESSIONS - 1);
}

/* ---- start ------------------------------------------------------------------------------------------------------ */

/* The process must be our own launcher, in our own mount namespace: no other pid may be confined by mistake. */
static int check_launcher(pid_t pid)
{
	char theirs[64];
	struct stat a, b;

	snprintf(theirs, sizeof(theirs), "/proc/%d/exe", pid);
	if (stat(theirs, &a) || stat("/proc/self/exe", &b) || a.st_ino != b.st_ino || a.st_dev != b.st_dev)
		return say("process %d does not wait to be confined", pid);
	return check_mount_namespace(pid);
}

/* What another policyd needs to go on where this one is ended, and those who want to know. */
static int put_on_record(struct session *session, const struct session_input *input)
{
	struct record *record = &session->record;

	if (record_make(record, session->number))
		return -1;
	session->mounts.log = openat(record->folder, RECORD_MOUNTS, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (session->mounts.log < 0)
		return say_errno("cannot make the session's record");
	return record_write(record, RECORD_SAID, input->said, input->said_size) ||
			       record_write(record, RECORD_GUARDS, input->guards, input->guards_size) ||
			       record_write_number(record, RECORD_FIRST, session->asked->pids[0]) ||
			       record_write_number(record, RECORD_SERVED, getpid()) ||
			       record_image(record, session->policy, input->image.bytes, input->image.size)
		       ? -1
		       : 0;
}

static int guard_all(struct session *session, const struct session_input *input)
{
	return guards_write(&session->kernel, session->number) ||
			       guards_add(&session->kernel, session->number, input->guards, input->guards_size) ||
			       guard_process(&session->kernel, getpid()) || guard_process(&session->kernel, getppid())
		       ? -1
		       : 0;
}

static int confine_launcher(struct session *session)
{
	struct policy_task member = { .session = session->number, .exe_known = ~0ull, .under_known = ~0ull };

	return bpf_map_update_elem(session->kernel.maps[MAP_TASKS], &session->pidfd, &member, BPF_NOEXIST)
		       ? say_errno("cannot confine process %d", session->asked->pids[0])
		       : 0;
}

static int load_policy(struct session *session, const struct image *image, __u32 slot)
{
	struct image numbered;
	int failed;

	if (number_for_session(&session->record, image, &numbered))
		return -1;
	failed = again_attach(&session->kernel, &numbered) || tables_load(&session->kernel, &numbered, slot, 1);
	free((void *)numbered.bytes);
	return failed ? -1 : 0;
}

/* Everything is in place before the last step makes processes members. */
static int confine(struct session *session, const struct session_input *input)
{
	const struct session_request *asked = session->asked;
	__u32 slot = FIRST_SLOT(session->number);

	session->policy = input->image.identity;
	if (put_on_record(session, input) || load_policy(session, &input->image, slot) ||
	    anchors_write(&session->kernel, slot, &session->mounts) || stream_make(&session->stream) ||
	    guard_all(session, input))
		return -1;
	if (bpf_map_update_elem(session->kernel.maps[MAP_SESSIONS], &session->number, &slot, BPF_ANY))
		return say_errno("cannot write session %u", session->number);
	session->kept->session = session->number; /* whoever is a member stays one, should this process be killed */
	return asked->running ? admit(&session->kernel, session->number, asked->pids, asked->pid_count)
			      : confine_launcher(session);
}

static int watch_mounts(struct session *session)
{
	session->mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	return session->mountinfo < 0 ? say_errno("cannot watch the mounts") : 0;
}

static int start(struct session *session, const struct session_input *input)
{
	const struct session_request *asked = session->asked;

	session->pidfd = (int)syscall(SYS_pidfd_open, asked->pids[0], 0);
	if (session->pidfd < 0)
		return errno == ESRCH ? say("there is no process %d", asked->pids[0]) : say_errno("cannot watch process %d", asked->pids[0]);
	/* after the pidfd, which stays with this process whoever gets its number next */
	if (watch_mounts(session) || check_pid_namespace() ||
	    (asked->running ? check_running(asked->pids, asked->pid_count) : check_launcher(asked->pids[0])) ||
	    kernel_side_open(&session->kernel, asked->backend))
		return -1;
	if (asked->running && session->kernel.backend == BACKEND_TRACEPOINT)
		return say("the backend `tracepoint` holds only what it starts: begin with `policyc run`");
	if (check_preemption(&session->kernel, session->kernel.backend) || take_number(session))
		return -1;
	if (confine(session, input)) {
		clear_session(&session->kernel, session->number);
		return -1;
	}
	kernel_side_unlock(&session->kernel);
	stream_told(&session->stream, session->policy);
	return 0;
}

/* ---- the session's life ----------------------------------------------------------------------------------------- */

static __u32 threads_left(const struct session *session)
{
	static __u32 threads[POLICY_MAX_SESSIONS];

	return count_threads(&session->kernel, threads) ? 1 : threads[session->number];
}

/* Under the lock: what looks beneath overlays is there once for all sessions, and nobody changes the policy meanwhile. */
static void follow_mounts(struct session *session)
{
	__u32 slot;

	if (kernel_side_lock(&session->kernel))
		return;
	slot = slot_of(&session->kernel, session->number);
	if (slot)
		anchors_write(&session->kernel, slot, &session->mounts);
	kernel_side_unlock(&session->kernel);
}

/* While they are open, the inodes of what is guarded stay where they are. */
static void hold_guarded(struct session *session)
{
	size_t size = 0;
	__u8 *guards = record_read(&session->record, RECORD_GUARDS, &size);

	if (!guards || (session->guards && size == session->guards_size && !memcmp(guards, session->guards, size))) {
		free(guards);
		return;
	}
	guards_add(&session->kernel, session->number, (const char *)guards, size);
	free(session->guards);
	session->guards = guards;
	session->guards_size = size;
}

/* False once there is no such session any more. */
static bool follow_policy(struct session *session)
{
	__u32 slot = slot_of(&session->kernel, session->number);
	__u64 policy = policy_in(&session->kernel, slot);

	if (slot && policy != session->policy) {
		session->policy = policy;
		hold_guarded(session);
	}
	return slot != 0;
}

/* The first process has ended, or is not waited for: until the last thread has. */
static bool is_over(struct session *session, struct pollfd *first)
{
	__u32 left = threads_left(session);

	stream_report(&session->stream, 0);
	if (first->fd >= 0) {
		stream_put_plain(&session->stream, POLICY_OBJECT_SESSION_END, left);
		first->fd = -1;
	}
	return !left;
}

/* Serves events and mounts until the session has no thread any more. */
static void serve(struct session *session)
{
	struct pollfd watched[] = {
		{ .fd = ring_buffer__epoll_fd(session->stream.ring), .events = POLLIN },
		{ .fd = session->mountinfo, .events = POLLPRI },
		{ .fd = session->pidfd, .events = POLLIN },
	};

	for (;;) {
		if (poll(watched, 3, watched[2].fd < 0 ? POLL_MS : FOLD_AGE_NS / 1000000) < 0)
			continue;
		if (watched[1].revents)
			follow_mounts(session);
		if (!follow_policy(session)) { /* others have ended the session */
			stream_report(&session->stream, 0);
			if (watched[2].fd >= 0)
				stream_put_plain(&session->stream, POLICY_OBJECT_SESSION_END, 0);
			return;
		}
		if (watched[2].fd >= 0 && !watched[2].revents)
			stream_report(&session->stream, FOLD_AGE_NS);
		else if (is_over(session, &watched[2]))
			return;
	}
}

static void finish(struct session *session)
{
	static __u32 threads[POLICY_MAX_SESSIONS];

	if (!kernel_side_lock(&session->kernel)) {
		if (kernel_side_is_current(&session->kernel) && collect(&session->kernel, threads) == 0)
			kernel_side_remove();
		kernel_side_unlock(&session->kernel);
	}
	stream_free(&session->stream);
	mounts_free(&session->mounts);
	free(session->guards);
}

static int serve_to_the_end(struct session *session)
{
	struct kept *kept = session->kept;

	kept->session = session->number;
	if (!kept->told &&
	    (printf("ready %u %s\n", session->number, backend_name(session->kernel.backend)) < 0 || fflush(stdout)))
		say_errno("cannot tell that session %u is ready", session->number);
	kept->told = true;
	serve(session);
	finish(session);
	return STATUS_OK;
}

int session_run(const struct session_request *asked, const struct session_input *input, struct kept *kept)
{
	static struct session session;

	set_up(&session, kept, asked->events_fd);
	session.asked = asked;
	if (start(&session, input))
		return STATUS_MACHINE;
	return serve_to_the_end(&session);
}

/* ---- after another policyd --------------------------------------------------------------------------------------- */

struct sought {
	__u32 session;
	__u32 pid;
	bool found;
};

static void seek(const struct policy_member *member, void *context)
{
	struct sought *sought = context;

	if (member->session == sought->session && member->pid == sought->pid)
		sought->found = true;
}

/* The number may be another process's by now: it counts where that is of the session. */
static int find_first(struct session *session)
{
	struct sought sought = { .session = session->number, .pid = record_number(&session->record, RECORD_FIRST) };
	int pidfd = sought.pid ? (int)syscall(SYS_pidfd_open, sought.pid, 0) : -1;

	if (pidfd >= 0 && (each_task(&session->kernel, PROGRAM_LIST_TASKS, seek, &sought) || !sought.found)) {
		close(pidfd);
		return -1;
	}
	return pidfd;
}

static int take_up(struct session *session)
{
	__u32 slot = slot_of(&session->kernel, session->number);

	if (record_open(&session->record, session->number))
		return say("nothing is on record of session %u", session->number);
	session->policy = policy_in(&session->kernel, slot);
	session->mounts.log = openat(session->record.folder, RECORD_MOUNTS, O_RDWR | O_CLOEXEC);
	if (stream_go_on(&session->stream) || watch_mounts(session) ||
	    guards_write(&session->kernel, session->number) || guard_process(&session->kernel, getpid()) ||
	    guard_process(&session->kernel, getppid()))
		return -1;
	hold_guarded(session);
	anchors_write(&session->kernel, slot, &session->mounts);
	session->pidfd = find_first(session);
	return record_write_number(&session->record, RECORD_SERVED, getpid());
}

int session_attend(__u32 number, int events_fd, struct kept *kept)
{
	static struct session session;
	__u32 left;

	set_up(&session, kept, events_fd);
	take(&session, number);
	if (!kernel_side_exists() || check_pid_namespace())
		return STATUS_OK;
	if (kernel_side_open(&session.kernel, BACKEND_NONE))
		return STATUS_MACHINE;
	session.number_lock = kernel_side_lock_number(number);
	if (session.number_lock < 0 || !slot_of(&session.kernel, number)) {
		kernel_side_unlock(&session.kernel);
		if (session.number_lock >= 0) /* it has ended */
			return STATUS_OK;
		say("another policyd serves session %u", number);
		return STATUS_MACHINE;
	}
	if (take_up(&session))
		return STATUS_MACHINE;
	kernel_side_unlock(&session.kernel);
	stream_put_plain(&session.stream, POLICY_OBJECT_ATTENDED, 0);
	stream_report(&session.stream, FOLD_AGE_NS);
	left = threads_left(&session);
	if (!left && !kept->told) { /* the other was ended before it had confined anybody */
		finish(&session);
		return STATUS_MACHINE;
	}
	if (session.pidfd < 0)
		stream_put_plain(&session.stream, POLICY_OBJECT_SESSION_END, left);
	return serve_to_the_end(&session);
}
