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
#include <time.h>
#include <unistd.h>

#include "anchors.h"
#include "kernel_side.h"
#include "living.h"
#include "say.h"

#define IMAGE_LIMIT (1ull << 30)
#define POLL_MS 200        /* between looks whether the last thread is gone, after the first process has ended */
#define FOLD_AGE_NS 2000000000ull

struct session {
	struct kernel_side kernel;
	__u32 number;
	__u32 slot;
	int number_lock; /* open for as long as the number is ours */
	pid_t pid;
	int pidfd;
	int events_fd; /* -1 once nobody reads */
	int mountinfo;
	struct ring_buffer *ring;
	struct mounts mounts;
	__u64 lost; /* events, of which the reader knows */
};

/* Takes a number that no thread has, and no policyd serves any more. */
static int take_number(struct session *session)
{
	static __u32 threads[POLICY_MAX_SESSIONS];

	if (collect(&session->kernel, threads) < 0)
		return -1;
	for (__u32 number = 1; number < POLICY_MAX_SESSIONS; number++) {
		if (threads[number] || (session->number_lock = kernel_side_lock_number(number)) < 0)
			continue;
		session->number = number;
		return 0;
	}
	return say("%d sessions run already", POLICY_MAX_SESSIONS - 1);
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

static void put(struct session *session, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (session->events_fd >= 0 && size) {
		ssize_t wrote = write(session->events_fd, at, size);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0) { /* the reader is gone: enforcement goes on */
			close(session->events_fd);
			session->events_fd = -1;
			return;
		}
		at += wrote;
		size -= wrote;
	}
}

/* The mount point that stands before a path, without its last slash where it is "/". */
static size_t mount_prefix(const struct session *session, __u32 mount, const char **prefix)
{
	*prefix = mount && mount <= session->mounts.count ? session->mounts.names[mount - 1] : "";
	return strcmp(*prefix, "/") ? strlen(*prefix) : 0;
}

/* A path of no names is the mount point itself; the root's is "/". */
static size_t whole_path(const struct session *session, __u32 mount, const char *path, size_t length, char *into)
{
	const char *prefix;
	size_t before = mount_prefix(session, mount, &prefix);

	memcpy(into, prefix, before);
	memcpy(into + before, path, length);
	if (mount && !before && !length)
		into[length++] = '/';
	return before + length;
}

/* Writes the frame: the event's header, then path and program with their mount points before them. */
static void put_event(struct session *session, struct policy_event event, const char *path, const char *exe)
{
	static char paths[2 * (4096 + POLICY_EVENT_PATH) + 2];
	size_t path_len = event.path_len, exe_len;

	if (event.object == POLICY_OBJECT_PATH)
		path_len = whole_path(session, event.path_mount, path, event.path_len, paths);
	else
		memcpy(paths, path, path_len);
	exe_len = event.exe_mount ? whole_path(session, event.exe_mount, exe, event.exe_len, paths + path_len) : 0;
	event.path_len = path_len;
	event.exe_len = exe_len;
	put(session, &event, POLICY_EVENT_HEADER);
	put(session, paths, path_len + exe_len);
}

static int on_event(void *context, void *data, size_t size)
{
	const struct policy_event *event = data;
	struct policy_event header;

	if (size < POLICY_EVENT_HEADER || size < POLICY_EVENT_HEADER + event->path_len + event->exe_len)
		return 0;
	memset(&header, 0, sizeof(header));
	memcpy(&header, event, POLICY_EVENT_HEADER);
	put_event(context, header, event->bytes, event->bytes + event->path_len);
	return 0;
}

static __u64 monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void put_plain(struct session *session, enum policy_object object, __u64 count)
{
	struct policy_event event = { .time = monotonic_ns(), .session = session->number, .object = object,
				      .count = count };

	put_event(session, event, "", "");
}

static void put_repeats(struct session *session, const struct policy_fold_key *key, const struct policy_fold *fold)
{
	struct policy_repeats repeats = { .key = *key };
	struct policy_event event = { .time = fold->sent, .pid = key->pid, .session = key->session, .word = key->word,
				      .op = key->op };

	if (take_repeats(&session->kernel, &repeats) || !repeats.count)
		return;
	event.count = repeats.count;
	put_event(session, event, "", "");
}

/* Repeats that were counted in the kernel and that no event has carried for `age` ns. What is long quiet is forgotten. */
static void drain_folds(struct session *session, __u64 age)
{
	int folds = session->kernel.maps[MAP_FOLDS];
	__u64 now = monotonic_ns();
	struct policy_fold_key key, last;
	struct policy_fold fold;
	void *previous = NULL;

	while (!bpf_map_get_next_key(folds, previous, &key)) {
		if (key.session == session->number && !bpf_map_lookup_elem(folds, &key, &fold)) {
			__u64 quiet = fold.sent < now ? now - fold.sent : 0;

			if (!fold.pending && quiet >= FOLD_AGE_NS && !bpf_map_delete_elem(folds, &key))
				continue; /* from the key before it */
			if (quiet >= age)
				put_repeats(session, &key, &fold);
		}
		last = key;
		previous = &last;
	}
}

static void drain_lost(struct session *session)
{
	__u64 count = 0;

	if (bpf_map_lookup_elem(session->kernel.maps[MAP_LOST], &session->number, &count) || count == session->lost)
		return;
	put_plain(session, POLICY_OBJECT_LOST, count - session->lost);
	session->lost = count;
}

/* ---- start ------------------------------------------------------------------------------------------------------ */

static __u8 *read_image(int fd, size_t *size)
{
	size_t room = 1 << 20;
	__u8 *bytes = malloc(room);
	ssize_t got;

	*size = 0;
	while (bytes && (got = read(fd, bytes + *size, room - *size)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || *size + got > IMAGE_LIMIT) {
			say("cannot read the image");
			free(bytes);
			return NULL;
		}
		*size += got;
		if (*size == room) {
			__u8 *grown = realloc(bytes, room *= 2);

			if (!grown)
				free(bytes);
			bytes = grown;
		}
	}
	if (!bytes)
		say("out of memory for the image");
	return bytes;
}

/* The process must be our own launcher, in our own mount namespace: no other pid may be confined by mistake. */
static int check_launcher(pid_t pid)
{
	char theirs[64];
	struct stat a, b;

	snprintf(theirs, sizeof(theirs), "/proc/%d/exe", pid);
	if (stat(theirs, &a) || stat("/proc/self/exe", &b) || a.st_ino != b.st_ino || a.st_dev != b.st_dev)
		return say("process %d does not wait to be confined", pid);
	snprintf(theirs, sizeof(theirs), "/proc/%d/ns/mnt", pid);
	if (stat(theirs, &a) || stat("/proc/self/ns/mnt", &b) || a.st_ino != b.st_ino)
		return say("process %d is in another mount namespace", pid);
	return 0;
}

static int make_ring(struct session *session)
{
	int ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, POLICY_RING_BYTES, NULL);
	int failed = ring < 0 || bpf_map_update_elem(session->kernel.maps[MAP_RINGS], &session->number, &ring, BPF_ANY);

	if (!failed)
		session->ring = ring_buffer__new(ring, on_event, session, NULL);
	if (ring >= 0)
		close(ring);
	return session->ring ? 0 : say_errno("cannot make the ring buffer");
}

/* Everything is in place before the last step makes the process a member. */
static int confine(struct session *session, const struct image *image)
{
	struct policy_task member = { .session = session->number };

	if (tables_load(&session->kernel, image, session->slot, 1) ||
	    anchors_write(&session->kernel, session->slot, &session->mounts) || make_ring(session))
		return -1;
	if (bpf_map_update_elem(session->kernel.maps[MAP_SESSIONS], &session->number, &session->slot, BPF_ANY))
		return say_errno("cannot write session %u", session->number);
	if (bpf_map_update_elem(session->kernel.maps[MAP_TASKS], &session->pidfd, &member, BPF_NOEXIST))
		return say_errno("cannot confine process %d", session->pid);
	return 0;
}

static int start(struct session *session, const struct image *image)
{
	session->pidfd = syscall(SYS_pidfd_open, session->pid, 0);
	session->mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (session->pidfd < 0 || session->mountinfo < 0)
		return say_errno("cannot watch process %d", session->pid);
	/* after the pidfd, which stays with this process whoever gets its number next */
	if (check_pid_namespace() || check_launcher(session->pid) || kernel_side_open(&session->kernel))
		return -1;
	if (take_number(session))
		return -1;
	session->slot = 2 * session->number;
	if (confine(session, image)) {
		clear_session(&session->kernel, session->number, session->slot);
		return -1;
	}
	kernel_side_unlock(&session->kernel);
	return 0;
}

/* ---- the session's life ----------------------------------------------------------------------------------------- */

static void report_all(struct session *session, __u64 fold_age)
{
	ring_buffer__consume(session->ring);
	drain_folds(session, fold_age);
	drain_lost(session);
}

static __u32 threads_left(const struct session *session)
{
	static __u32 threads[POLICY_MAX_SESSIONS];

	return count_threads(&session->kernel, threads) ? 1 : threads[session->number];
}

/* Under the lock: what looks beneath overlays is there once for all sessions. */
static void follow_mounts(struct session *session)
{
	if (kernel_side_lock(&session->kernel))
		return;
	anchors_write(&session->kernel, session->slot, &session->mounts);
	kernel_side_unlock(&session->kernel);
}

/* Serves events and mounts until the session has no thread any more. */
static void serve(struct session *session)
{
	struct pollfd watched[] = {
		{ .fd = ring_buffer__epoll_fd(session->ring), .events = POLLIN },
		{ .fd = session->mountinfo, .events = POLLPRI },
		{ .fd = session->pidfd, .events = POLLIN },
	};

	for (;;) {
		__u32 left;

		if (poll(watched, 3, watched[2].fd < 0 ? POLL_MS : FOLD_AGE_NS / 1000000) < 0)
			continue;
		if (watched[1].revents)
			follow_mounts(session);
		if (watched[2].fd >= 0 && !watched[2].revents) {
			report_all(session, FOLD_AGE_NS);
			continue;
		}
		left = threads_left(session);
		report_all(session, 0);
		if (watched[2].fd >= 0) {
			put_plain(session, POLICY_OBJECT_SESSION_END, left);
			watched[2].fd = -1;
		}
		if (!left)
			return;
	}
}

static void finish(struct session *session)
{
	static __u32 threads[POLICY_MAX_SESSIONS];

	if (kernel_side_lock(&session->kernel))
		return;
	if (kernel_side_is_current(&session->kernel) && collect(&session->kernel, threads) == 0)
		kernel_side_remove();
	kernel_side_unlock(&session->kernel);
}

int session_run(pid_t pid, int image_fd, int events_fd)
{
	struct session session = { .pid = pid, .events_fd = events_fd };
	struct image image;
	char why[256];
	size_t size;
	__u8 *bytes = read_image(image_fd, &size);

	if (!bytes)
		return STATUS_MACHINE;
	if (image_open(&image, bytes, size, why, sizeof(why))) {
		say("%s", why);
		free(bytes);
		return STATUS_POLICY;
	}
	if (start(&session, &image)) {
		free(bytes);
		return STATUS_MACHINE;
	}
	free(bytes);
	printf("ready %u\n", session.number);
	fflush(stdout);
	serve(&session);
	ring_buffer__free(session.ring);
	finish(&session);
	mounts_free(&session.mounts);
	return STATUS_OK;
}

int session_clean(void)
{
	static __u32 threads[POLICY_MAX_SESSIONS];
	struct kernel_side kernel;
	int living;

	if (!kernel_side_exists())
		return STATUS_OK;
	if (check_pid_namespace() || kernel_side_open(&kernel))
		return STATUS_MACHINE;
	living = collect(&kernel, threads);
	if (living == 0)
		kernel_side_remove();
	kernel_side_unlock(&kernel);
	return living < 0 ? STATUS_MACHINE : STATUS_OK;
}
