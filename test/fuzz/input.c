// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Numbers as text, and the reading of a descriptor to its end, however its bytes come. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "law.h"

static ssize_t scripted_read(int fd, void *into, size_t most);
#define read scripted_read
#include "../../bpf/input.c"
#undef read

/* What reads answer, one byte a call: so many bytes, or an error. The end of the script is the end of the file. */
static struct {
	const uint8_t *next, *end;
	size_t served;
	int failed;
} script;

int say(const char *format, ...)
{
	law(format[0]);
	return -1;
}

int say_errno(const char *format, ...)
{
	law(format[0] && errno);
	return -1;
}

static uint8_t byte_at(size_t place)
{
	return (uint8_t)(place * 167 >> 3);
}

static ssize_t scripted_read(int fd, void *into, size_t most)
{
	size_t count;

	law(fd == 3 && most && !script.failed);
	if (script.next == script.end)
		return 0;
	count = *script.next++;
	if (!count || count == UINT8_MAX) {
		script.failed = !count;
		errno = count ? EINTR : EIO;
		return -1;
	}
	if (count > most)
		count = most;
	for (size_t i = 0; i < count; i++)
		((uint8_t *)into)[i] = byte_at(script.served++);
	return (ssize_t)count;
}

static void check_read(const uint8_t *data, size_t size)
{
	size_t room = 1 + data[0] % 64, limit = data[1] << 4 | data[2] >> 4, got;
	__u8 *bytes;

	script.next = data + 3;
	script.end = data + size;
	script.served = 0;
	script.failed = 0;
	bytes = input_read(3, room, limit, &got);
	law(!bytes == (script.failed || script.served > limit));
	law(script.served <= limit + 1 && got == script.served);
	for (size_t i = 0; bytes && i < got; i++)
		law(bytes[i] == byte_at(i));
	free(bytes);
}

static void check_number(const uint8_t *data, size_t size)
{
	char text[32], again[32];
	unsigned long most, number = 0, by_libc;
	int digits, fits;

	memcpy(&most, data, sizeof(most));
	memcpy(text, data + sizeof(most), size - sizeof(most));
	text[size - sizeof(most)] = 0;
	digits = text[0] && strspn(text, "0123456789") == strlen(text);
	errno = 0;
	by_libc = strtoul(text, NULL, 10);
	fits = digits && !errno && by_libc <= most;
	law(input_number(text, most, &number) == fits);
	law(!fits || number == by_libc);
	sprintf(again, "%lu", most);
	law(input_number(again, most, &number) && number == most);
	law(!most || !input_number(again, most - 1, &number));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 3)
		check_read(data, size);
	if (size > sizeof(unsigned long) && size < sizeof(unsigned long) + 32)
		check_number(data, size);
	return 0;
}
