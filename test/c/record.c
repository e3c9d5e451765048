// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The record of a session: what is left where policyd is killed in the middle of a frame, the change of files, the number
 * of images. Below RECORD_ROOT, which is given when this is built. The last line is `N passed, N failed`.
 */
#include "../../bpf/record.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int passed, failed;

static void check(const char *name, int ok)
{
	if (ok)
		passed++;
	else
		failed++;
	if (!ok)
		printf("FAILED: %s\n", name);
}

/* A frame of `length` bytes of path. Returns its size. */
static size_t make_frame(__u8 *frame, __u64 time, __u16 length)
{
	struct policy_event event = { .time = time, .path_len = length };

	memcpy(frame, &event, POLICY_EVENT_HEADER);
	memset(frame + POLICY_EVENT_HEADER, 'x', length);
	return POLICY_EVENT_HEADER + length;
}

static off_t size_of(const struct record *record, const char *name)
{
	struct stat status;

	return fstatat(record->folder, name, &status, 0) ? -1 : status.st_size;
}

static __u64 frames_before(const struct record *record, const char *name)
{
	size_t size = 0;
	__u8 *bytes = record_read(record, name, &size);
	__u64 count = ~0ull;

	if (bytes && size >= sizeof(count))
		memcpy(&count, bytes, sizeof(count));
	free(bytes);
	return count;
}

/* Cut anywhere, the whole frames stay and the rest goes. */
static void check_cuts(void)
{
	static __u8 frame[POLICY_EVENT_HEADER + 300];
	struct policy_event last;
	struct record record;

	for (size_t cut = 0; cut < POLICY_EVENT_HEADER + 300; cut += 37) {
		size_t first, second;

		check("a record is made", !record_make(&record, 7));
		first = make_frame(frame, 1, 5);
		check("a frame is added", !record_frame(&record, frame, first));
		second = make_frame(frame, 2, 300);
		check("so is a piece of one", write(record.events, frame, cut < second ? cut : second) >= 0);
		close(record.events);
		close(record.folder);
		check("it is opened again", !record_open(&record, 7) && !record_go_on(&record, &last));
		check("one frame is there", record.frames == 1 && record.size == sizeof(__u64) + first && last.time == 1);
		check("the rest is cut off", size_of(&record, RECORD_EVENTS) == (off_t)record.size);
		close(record.events);
		close(record.folder);
	}
}

static void check_broken(void)
{
	struct policy_event last;
	struct record record;

	check("a record is made", !record_make(&record, 7) && !record_write(&record, RECORD_EVENTS, "abc", 3));
	close(record.events);
	record.events = -1;
	check("one without a beginning is begun anew", !record_go_on(&record, &last) && !last.time && !record.frames &&
							       size_of(&record, RECORD_EVENTS) == sizeof(__u64));
	check("no number where there is none", !record_number(&record, "nothing") &&
						       !record_write(&record, "word", "12x", 3) && !record_number(&record, "word"));
	check("a number is read as written", !record_write_number(&record, "number", 123) && record_number(&record, "number") == 123);
	close(record.events);
	close(record.folder);
	record_remove(7);
	check("what is removed is not there", record_open(&record, 7) < 0);
}

static void check_rotation(void)
{
	static __u8 frame[POLICY_EVENT_HEADER + 60000];
	struct policy_event last;
	struct record record;
	__u64 count = 0;

	check("a record is made", !record_make(&record, 7));
	while (size_of(&record, RECORD_EVENTS_OLD) < 0 && count < 1000)
		check("a frame is added", !record_frame(&record, frame, make_frame(frame, ++count, 60000)));
	check("the old file is bounded", size_of(&record, RECORD_EVENTS_OLD) <= RECORD_EVENTS_MOST);
	check("the new one says how many were before", frames_before(&record, RECORD_EVENTS) == count - 1 &&
							       !frames_before(&record, RECORD_EVENTS_OLD));
	close(record.events);
	check("counting goes on", !record_go_on(&record, &last) && record.frames == count && last.time == count);
	close(record.events);
	close(record.folder);
}

static void check_images(void)
{
	struct record record;
	size_t size = 0;
	__u8 *bytes;

	check("a record is made", !record_make(&record, 7));
	for (__u64 i = 1; i <= 200; i++)
		check("an image is kept", !record_image(&record, i, &i, sizeof(i)));
	bytes = record_read_image(&record, 1, &size);
	check("the oldest is gone", !bytes);
	bytes = record_read_image(&record, 200, &size);
	check("the newest is there", bytes && size == sizeof(__u64));
	free(bytes);
	close(record.events);
	close(record.folder);
	record_remove(7);
}

int main(void)
{
	bool exists[POLICY_MAX_SESSIONS];

	check_cuts();
	check_broken();
	check_rotation();
	check_images();
	record_list(exists);
	check("nothing is left", !exists[7]);
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
