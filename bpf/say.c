// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool quiet;

void say_quietly(bool quietly)
{
	quiet = quietly;
}

static void line(const char *format, va_list args, const char *more)
{
	char text[1024];

	if (quiet)
		return;
	vsnprintf(text, sizeof(text), format, args);
	if (more)
		fprintf(stderr, "policyd: %s: %s\n", text, more);
	else
		fprintf(stderr, "policyd: %s\n", text);
}

int say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line(format, args, NULL);
	va_end(args);
	return -1;
}

int say_errno(const char *format, ...)
{
	const char *words = strerror(errno);
	va_list args;

	va_start(args, format);
	line(format, args, words);
	va_end(args);
	return -1;
}
