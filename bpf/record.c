// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "input.h"
#include "say.h"

#define NEW ".new"
#define IMAGE_NAME "%016llx.polc"
#define IMAGE_SUFFIX ".polc"
#define IMAGES_MOST 64 /* policies of one session that events can be read by; older ones are forgotten */
#define READ_MOST (1u << 30)
#define READ_ROOM (1u << 12)
#define NAME_SIZE 64

void record_path(char path[RECORD_PATH_SIZE], __u32 number)
{
	snprintf(path, RECORD_PATH_SIZE, RECORD_ROOT "/%u", number);
}

static int open_folder(__u32 number)
{
	char path[RECORD_PATH_SIZE];

	record_path(path, number);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static int write_whole(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size) {
		ssize_t wrote = write(fd, at, size);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -1;
		at += wrote;
		size -= wrote;
	}
	return 0;
}

int record_write(const struct record *record, const char *name, const void *bytes, size_t size)
{
	char fresh[NAME_SIZE];
	int fd, failed;

	snprintf(fresh, sizeof(fresh), "%s" NEW, name);
	fd = openat(record->folder, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	failed = fd < 0 || write_whole(fd, bytes, size) || renameat(record->folder, fresh, record->folder, name);
	if (failed)
		say_errno("cannot write %s of the session's record", name);
	if (fd >= 0)
		close(fd);
	return failed ? -1 : 0;
}

__u8 *record_read(const struct record *record, const char *name, size_t *size)
{
	int fd = openat(record->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	__u8 *bytes = fd < 0 ? NULL : input_read(fd, READ_ROOM, READ_MOST, size);

	if (fd >= 0)
		close(fd);
	return bytes;
}

__u64 record_number(const struct record *record, const char *name)
{
	char text[32] = "";
	int fd = openat(record->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	unsigned long number = 0;

	if (fd >= 0)
		close(fd);
	if (got > 0 && text[got - 1] == '\n')
		text[got - 1] = 0;
	return got > 0 && input_number(text, ~0ul, &number) ? number : 0;
}

int record_write_number(const struct record *record, const char *name, __u64 number)
{
	char text[32];

	return record_write(record, name, text, snprintf(text, sizeof(text), "%llu\n", number));
}

/* ---- images ------------------------------------------------------------------------------------------------------ */

/* Of more than are kept the oldest goes. */
static void forget_oldest(const struct record *record)
{
	DIR *folder = fdopendir(dup(record->folder));
	char oldest[NAME_SIZE] = "";
	struct timespec when = {};
	struct dirent *entry;
	int count = 0;

	if (!folder)
		return;
	rewinddir(folder);
	while ((entry = readdir(folder))) {
		const char *dot = strrchr(entry->d_name, '.');
		struct stat status;

		if (!dot || strcmp(dot, IMAGE_SUFFIX) || strlen(entry->d_name) >= sizeof(oldest) ||
		    fstatat(record->folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW))
			continue;
		if (!count++ || status.st_mtim.tv_sec < when.tv_sec ||
		    (status.st_mtim.tv_sec == when.tv_sec && status.st_mtim.tv_nsec < when.tv_nsec)) {
			when = status.st_mtim;
			snprintf(oldest, sizeof(oldest), "%.*s", (int)sizeof(oldest) - 1, entry->d_name);
		}
	}
	closedir(folder);
	if (count > IMAGES_MOST)
		unlinkat(record->folder, oldest, 0);
}

int record_image(const struct record *record, __u64 identity, const void *bytes, size_t size)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), IMAGE_NAME, identity);
	if (!utimensat(record->folder, name, NULL, AT_SYMLINK_NOFOLLOW)) /* known, and the newest again */
		return 0;
	if (record_write(record, name, bytes, size))
		return -1;
	forget_oldest(record);
	return 0;
}

__u8 *record_read_image(const struct record *record, __u64 identity, size_t *size)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), IMAGE_NAME, identity);
	return record_read(record, name, size);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* A new file of events, complete before it is called so. */
static int begin_events(struct record *record)
{
	int fd;

	if (record_write(record, RECORD_EVENTS, &record->frames, sizeof(record->frames)))
		return -1;
	fd = openat(record->folder, RECORD_EVENTS, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (record->events >= 0)
		close(record->events);
	record->events = fd;
	record->size = sizeof(record->frames);
	return 0;
}

/* What was written last stays for those who read it just now. There is no moment without a file of events. */
static int rotate(struct record *record)
{
	unlinkat(record->folder, RECORD_EVENTS_OLD, 0);
	if (linkat(record->folder, RECORD_EVENTS, record->folder, RECORD_EVENTS_OLD, 0))
		return -1;
	return begin_events(record);
}

int record_frame(struct record *record, const void *frame, size_t size)
{
	ssize_t wrote;

	if (record->events < 0)
		return -1;
	if (record->size + size > RECORD_EVENTS_MOST && rotate(record))
		return -1;
	wrote = write(record->events, frame, size);
	if (wrote != (ssize_t)size) {
		if (wrote > 0 && ftruncate(record->events, record->size))
			say_errno("cannot mend the session's record");
		return -1;
	}
	record->size += size;
	record->frames++;
	return 0;
}

static size_t frame_size(const struct policy_event *header)
{
	return POLICY_EVENT_HEADER + header->path_len + header->exe_len;
}

int record_go_on(struct record *record, struct policy_event *last)
{
	size_t size, at = sizeof(record->frames);
	__u8 *bytes = record_read(record, RECORD_EVENTS, &size);

	memset(last, 0, sizeof(*last));
	if (!bytes || size < at) {
		free(bytes);
		return begin_events(record);
	}
	memcpy(&record->frames, bytes, sizeof(record->frames));
	while (size - at >= POLICY_EVENT_HEADER) {
		struct policy_event header;

		memcpy(&header, bytes + at, POLICY_EVENT_HEADER);
		if (size - at < frame_size(&header))
			break;
		memcpy(last, &header, POLICY_EVENT_HEADER);
		at += frame_size(&header);
		record->frames++;
	}
	free(bytes);
	record->size = at;
	record->events = openat(record->folder, RECORD_EVENTS, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (record->events < 0 || (at < size && ftruncate(record->events, at)))
		return say_errno("cannot go on with the session's record");
	return 0;
}

/* ---- folders ----------------------------------------------------------------------------------------------------- */

int record_open(struct record *record, __u32 number)
{
	*record = NO_RECORD;
	record->folder = open_folder(number);
	return record->folder < 0 ? -1 : 0;
}

int record_make(struct record *record, __u32 number)
{
	char path[RECORD_PATH_SIZE];

	record_remove(number);
	record_path(path, number);
	*record = NO_RECORD;
	if ((mkdir(RECORD_ROOT, 0700) && errno != EEXIST) || mkdir(path, 0700) || record_open(record, number))
		return say_errno("cannot make %s", path);
	return begin_events(record);
}

void record_list(bool exists[POLICY_MAX_SESSIONS])
{
	DIR *root = opendir(RECORD_ROOT);
	struct dirent *entry;

	memset(exists, 0, POLICY_MAX_SESSIONS * sizeof(*exists));
	while (root && (entry = readdir(root))) {
		unsigned long number;

		if (input_number(entry->d_name, POLICY_MAX_SESSIONS - 1, &number))
			exists[number] = true;
	}
	if (root)
		closedir(root);
}

void record_remove(__u32 number)
{
	int fd = open_folder(number);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	char path[RECORD_PATH_SIZE];
	struct dirent *entry;

	if (!folder)
		return;
	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(fd, entry->d_name, 0);
	closedir(folder);
	record_path(path, number);
	if (rmdir(path))
		say_errno("cannot remove %s", path);
}
