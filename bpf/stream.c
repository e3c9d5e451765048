// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "stream.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

#define TEXT_MOST (2 * (4096 + POLICY_EVENT_PATH) + 2)
#define PIECE (1u << 15) /* of an image: what the kernel takes whole or not at all */
#define FRAME_MOST (POLICY_EVENT_HEADER + (PIECE > TEXT_MOST ? PIECE : TEXT_MOST))

static __u8 frame[FRAME_MOST];

/* ---- out --------------------------------------------------------------------------------------------------------- */

/* One write for each frame: the reader has it whole, or, where policyd is killed, not at all. */
static void put_on_pipe(struct stream *stream, size_t size)
{
	const __u8 *at = frame;

	while (stream->pipe >= 0 && size) {
		ssize_t wrote = write(stream->pipe, at, size);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0) { /* the reader is gone: enforcement goes on */
			close(stream->pipe);
			stream->pipe = -1;
			return;
		}
		at += wrote;
		size -= wrote;
	}
}

static bool is_told(const struct stream *stream, __u64 policy)
{
	for (__u32 i = 0; i < stream->told_count && i < STREAM_TOLD; i++)
		if (stream->told[i] == policy)
			return true;
	return false;
}

static void note_told(struct stream *stream, __u64 policy)
{
	stream->told[stream->told_count % STREAM_TOLD] = policy;
	stream->told_count++;
}

static void put_piece(struct stream *stream, struct policy_event header, const __u8 *bytes, size_t size)
{
	header.path_len = size;
	memcpy(frame, &header, POLICY_EVENT_HEADER);
	if (size)
		memcpy(frame + POLICY_EVENT_HEADER, bytes, size);
	put_on_pipe(stream, POLICY_EVENT_HEADER + size);
}

/* A reader of the pipe need not have the right to look into the record. */
static void tell_policy(struct stream *stream, __u64 policy)
{
	struct policy_event header = { .session = stream->number, .object = POLICY_OBJECT_POLICY, .policy = policy };
	size_t size = 0;
	__u8 *image;

	if (stream->pipe < 0 || !policy || is_told(stream, policy))
		return;
	note_told(stream, policy);
	image = record_read_image(stream->record, policy, &size);
	header.count = image ? size : 0;
	for (size_t at = 0; image && at < size; at += PIECE) {
		header.time = at;
		put_piece(stream, header, image + at, size - at < PIECE ? size - at : PIECE);
	}
	free(image);
}

void stream_told(struct stream *stream, __u64 policy)
{
	struct policy_event header = { .session = stream->number, .object = POLICY_OBJECT_POLICY, .policy = policy };

	note_told(stream, policy);
	put_piece(stream, header, NULL, 0);
}

/* The mount point that stands before a path, without its last slash where it is "/". */
static size_t mount_prefix(const struct stream *stream, __u32 mount, const char **prefix)
{
	*prefix = mount_name(stream->mounts, mount);
	return strcmp(*prefix, "/") ? strlen(*prefix) : 0;
}

/* A path of no names is the mount point itself; the root's is "/". */
static size_t whole_path(const struct stream *stream, __u32 mount, const char *path, size_t length, char *into)
{
	const char *prefix;
	size_t before = mount_prefix(stream, mount, &prefix);

	memcpy(into, prefix, before);
	memcpy(into + before, path, length);
	if (mount && !before && !length)
		into[length++] = '/';
	return before + length;
}

/* What the record ends with may be what the kernel still holds, where policyd was killed between the two. */
static bool is_on_record(struct stream *stream, const struct policy_event *event)
{
	bool same;

	if (event->object == POLICY_OBJECT_ATTENDED)
		return false;
	same = event->time && !memcmp(event, &stream->last, POLICY_EVENT_HEADER);

	stream->last.time = 0;
	return same;
}

/* Writes the frame: the event's header, then path and program with their mount points before them. */
static void put_event(struct stream *stream, struct policy_event event, const char *path, const char *exe)
{
	char *text = (char *)frame + POLICY_EVENT_HEADER;
	size_t path_len = event.path_len, exe_len;

	tell_policy(stream, event.policy);
	if (event.object == POLICY_OBJECT_PATH)
		path_len = whole_path(stream, event.path_mount, path, event.path_len, text);
	else
		memcpy(text, path, path_len);
	exe_len = event.exe_mount ? whole_path(stream, event.exe_mount, exe, event.exe_len, text + path_len) : 0;
	event.path_len = path_len;
	event.exe_len = exe_len;
	memcpy(frame, &event, POLICY_EVENT_HEADER);
	if (!is_on_record(stream, &event) &&
	    record_frame(stream->record, frame, POLICY_EVENT_HEADER + path_len + exe_len))
		stream->unrecorded++;
	put_on_pipe(stream, POLICY_EVENT_HEADER + path_len + exe_len);
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

void stream_put_plain(struct stream *stream, enum policy_object object, __u64 count)
{
	struct policy_event event = { .time = monotonic_ns(), .session = stream->number, .object = object,
				      .count = count };

	put_event(stream, event, "", "");
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static void put_repeats(struct stream *stream, const struct policy_fold_key *key, const struct policy_fold *fold)
{
	struct policy_repeats repeats = { .key = *key };
	struct policy_event event = { .time = fold->sent, .pid = key->pid, .session = key->session, .word = key->word,
				      .op = key->op, .policy = key->policy };

	if (take_repeats(stream->kernel, &repeats) || !repeats.count)
		return;
	event.count = repeats.count;
	put_event(stream, event, "", "");
}

/* Repeats that were counted in the kernel and that no event has carried for `age` ns. What is long quiet is forgotten. */
static void drain_folds(struct stream *stream, __u64 age)
{
	int folds = stream->kernel->maps[MAP_FOLDS];
	__u64 now = monotonic_ns();
	struct policy_fold_key key, last;
	struct policy_fold fold;
	void *previous = NULL;

	while (!bpf_map_get_next_key(folds, previous, &key)) {
		if (key.session == stream->number && !bpf_map_lookup_elem(folds, &key, &fold)) {
			__u64 quiet = fold.sent < now ? now - fold.sent : 0;

			if (!fold.pending && quiet >= FOLD_AGE_NS && !bpf_map_delete_elem(folds, &key))
				continue; /* from the key before it */
			if (quiet >= age)
				put_repeats(stream, &key, &fold);
		}
		last = key;
		previous = &last;
	}
}

/* Told twice rather than not at all, where policyd is killed between the two. */
static void drain_lost(struct stream *stream)
{
	__u64 count = 0;

	if (bpf_map_lookup_elem(stream->kernel->maps[MAP_LOST], &stream->number, &count))
		return;
	if (count > stream->lost) {
		stream_put_plain(stream, POLICY_OBJECT_LOST, count - stream->lost);
		stream->lost = count;
		if (stream->record->folder >= 0)
			record_write_number(stream->record, RECORD_LOST, count);
	}
}

/* Of what the record had no room for its readers learn the number; whoever reads the pipe has the events. */
static void tell_unrecorded(struct stream *stream)
{
	struct policy_event event = { .time = monotonic_ns(), .session = stream->number, .object = POLICY_OBJECT_LOST,
				      .count = stream->unrecorded };

	if (stream->unrecorded && !record_frame(stream->record, &event, POLICY_EVENT_HEADER))
		stream->unrecorded = 0;
}

void stream_report(struct stream *stream, __u64 fold_age)
{
	ring_buffer__consume(stream->ring);
	drain_folds(stream, fold_age);
	drain_lost(stream);
	tell_unrecorded(stream);
}

/* ---- begin and end ----------------------------------------------------------------------------------------------- */

int stream_make(struct stream *stream)
{
	int ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, POLICY_RING_BYTES, NULL);
	int failed = ring < 0 || bpf_map_update_elem(stream->kernel->maps[MAP_RINGS], &stream->number, &ring, BPF_ANY);

	if (!failed)
		stream->ring = ring_buffer__new(ring, on_event, stream, NULL);
	if (ring >= 0)
		close(ring);
	return stream->ring ? 0 : say_errno("cannot make the ring buffer");
}

int stream_go_on(struct stream *stream)
{
	__u32 id = 0;
	int ring = bpf_map_lookup_elem(stream->kernel->maps[MAP_RINGS], &stream->number, &id) ? -1 : bpf_map_get_fd_by_id(id);

	if (ring >= 0)
		stream->ring = ring_buffer__new(ring, on_event, stream, NULL);
	if (ring >= 0)
		close(ring);
	if (!stream->ring)
		return say_errno("cannot open the session's ring buffer");
	stream->lost = record_number(stream->record, RECORD_LOST);
	return stream->record->folder < 0 ? 0 : record_go_on(stream->record, &stream->last);
}

void stream_free(struct stream *stream)
{
	ring_buffer__free(stream->ring);
	stream->ring = NULL;
}
