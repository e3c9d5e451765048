// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Lines of /proc/PID/mountinfo. Who may mount chooses the names in them. */
#include "mountinfo.h"

#include <string.h>

#include "input.h"

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* mountinfo writes space, tab, newline and backslash as \ooo. Another backslash, or a NUL, is not the kernel's. */
static bool unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text != '\\') {
			*to++ = *text;
			continue;
		}
		if (!is_octal(text[1]) || !is_octal(text[2]) || !is_octal(text[3]))
			return false;
		*to = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
		if (!*to++)
			return false;
		text += 3;
	}
	*to = 0;
	return true;
}

/* "36 35 98:0 /root /point options optional… - type source options" */
bool mountinfo_parse(char *line, struct mount_line *mount)
{
	char *fields[6], *field, *type;
	unsigned long id;

	for (int i = 0; i < 6; i++)
		if (!(fields[i] = strsep(&line, " ")))
			return false;
	do
		field = strsep(&line, " ");
	while (field && strcmp(field, "-"));
	type = strsep(&line, " ");
	if (!type || !line || !input_number(fields[0], ~0ul, &id) || fields[4][0] != '/' || !unescape(fields[4]))
		return false;
	mount->id = id;
	mount->point = fields[4];
	mount->overlay = !strcmp(type, "overlay");
	return true;
}
