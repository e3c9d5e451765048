// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The names of the ways to hook. */
#include "backend.h"

#include <string.h>

static const char *const NAMES[] = {
	[BACKEND_NONE] = "", [BACKEND_LSM] = "lsm", [BACKEND_FMOD_RET] = "fmod_ret", [BACKEND_TRACEPOINT] = "tracepoint"
};

const char *backend_name(enum backend backend)
{
	return NAMES[backend];
}

enum backend backend_named(const char *name)
{
	for (enum backend backend = BACKEND_LSM; backend <= BACKEND_TRACEPOINT; backend++)
		if (!strcmp(name, NAMES[backend]))
			return backend;
	return BACKEND_NONE;
}
