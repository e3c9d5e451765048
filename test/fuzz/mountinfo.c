// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Lines of mountinfo: any bytes are refused or understood, and what the kernel writes of a mount is read back. */
#include "mountinfo.h"

#include <stdint.h>
#include <string.h>

#include "law.h"

#define LINE_MOST 4096

static void check_any(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	struct mount_line mount;

	memcpy(line, data, size);
	line[size] = 0;
	if (mountinfo_parse(line, &mount)) {
		law(mount.point > line && mount.point < line + size);
		law(mount.point[0] == '/' && strlen(mount.point) < size - (size_t)(mount.point - line));
	}
	free(line);
}

/* As the kernel writes names: what would end a field or a line, and the backslash itself, as \ooo. */
static size_t escape(const uint8_t *name, size_t length, char *into)
{
	char *at = into;

	for (size_t i = 0; i < length; i++)
		at += sprintf(at, strchr(" \t\n\\", name[i]) ? "\\%03o" : "%c", name[i]);
	return (size_t)(at - into);
}

/* A mount with `data` as its names and numbers. */
static void check_written(const uint8_t *data, size_t size)
{
	static char line[6 * LINE_MOST], point[4 * LINE_MOST];
	char name[LINE_MOST];
	struct mount_line mount;
	unsigned int id = (unsigned int)data[0] << 8 | data[1];
	int overlay = data[2] & 1, optional = data[2] >> 1 & 3, other_root = data[2] & 8;

	data += 3;
	size -= 3;
	if (memchr(data, 0, size))
		return;
	memcpy(name, data, size);
	name[size] = 0;
	point[escape(data, size, point)] = 0;
	sprintf(line, "%u 1 0:21 /%s /%s rw,relatime%s - %s none rw\n", id, other_root ? point : "", point,
		optional == 0 ? "" : optional == 1 ? " shared:1" : " master:1 propagate_from:2", overlay ? "overlay" : "ext4");
	law(mountinfo_parse(line, &mount));
	law(mount.id == id && mount.overlay == !!overlay && mount.point[0] == '/' && !strcmp(mount.point + 1, name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_any(data, size);
	if (size > 3 && size < LINE_MOST)
		check_written(data, size);
	return 0;
}
