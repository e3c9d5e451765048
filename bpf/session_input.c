// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* What policyc sends for a session. */
#include <stdlib.h>

#include "input.h"
#include "record.h"
#include "say.h"
#include "session.h"

#define IMAGE_ROOM (1u << 20) /* where reading begins */
#define IMAGE_LIMIT (1u << 30)
#define GUARDS_ROOM (1u << 12)
#define GUARDS_LIMIT (1u << 22)
#define SAID_ROOM (1u << 12)

static bool read_all(const struct session_request *asked, struct session_input *input, size_t *size)
{
	input->bytes = input_read(asked->image_fd, IMAGE_ROOM, IMAGE_LIMIT, size);
	if (input->bytes)
		input->guards = (char *)input_read(asked->guards_fd, GUARDS_ROOM, GUARDS_LIMIT, &input->guards_size);
	if (input->guards && asked->record_fd >= 0) {
		input->said = input_read(asked->record_fd, SAID_ROOM, RECORD_SAID_MOST, &input->said_size);
		return input->said;
	}
	return input->guards;
}

int session_read(const struct session_request *asked, struct session_input *input)
{
	char why[256];
	size_t size;

	*input = (struct session_input){};
	if (!read_all(asked, input, &size))
		return STATUS_MACHINE;
	if (!image_open(&input->image, input->bytes, size, why, sizeof(why)))
		return STATUS_OK;
	say("%s", why);
	return STATUS_POLICY;
}

void session_input_free(struct session_input *input)
{
	free(input->bytes);
	free(input->said);
	free(input->guards);
}
