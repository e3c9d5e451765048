// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "say.h"

bool input_number(const char *text, unsigned long most, unsigned long *number)
{
	unsigned long value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned long digit = (unsigned char)*text - (unsigned long)'0';

		if (digit > 9 || digit > most || value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}

/* Fills what is free of `room`. Returns 0, or -1 having said why. */
static int fill(int fd, __u8 *bytes, size_t room, size_t *size)
{
	while (*size < room) {
		ssize_t got = read(fd, bytes + *size, room - *size);

		if (!got)
			return 0;
		if (got > 0)
			*size += got;
		else if (errno != EINTR)
			return say_errno("cannot read what policyc sends");
	}
	return 0;
}

__u8 *input_read(int fd, size_t room, size_t limit, size_t *size)
{
	__u8 *bytes = NULL;

	*size = 0;
	for (;; room *= 2) {
		__u8 *grown;

		if (room > limit)
			room = limit + 1;
		grown = realloc(bytes, room);
		if (!grown) {
			say("out of memory for what policyc sends");
			break;
		}
		bytes = grown;
		if (fill(fd, bytes, room, size))
			break;
		if (*size > limit) {
			say("policyc sends more than %zu bytes", limit);
			break;
		}
		if (*size < room)
			return bytes;
	}
	free(bytes);
	return NULL;
}
