/*
 * exchange SESSION IMAGE SECONDS PERIOD_MS   puts the image into the session's other slot, as a reload does, and then makes the
 *                                            one write of a reload again and again: the session's policies take turns.
 *
 * Says `exchanging` once both are there, and at the end how often it wrote and how often it was late. Leaves the session
 * under the policy that it had. A whole reload takes an emulated processor longer than such a period.
 */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anchors.h"
#include "input.h"
#include "living.h"
#include "record.h"

#define NANOSECONDS 1000000000ll

static long long now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * NANOSECONDS + at.tv_nsec;
}

static void sleep_until(long long at)
{
	struct timespec then = { at / NANOSECONDS, at % NANOSECONDS };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL);
}

static int fill(const struct kernel_side *kernel, __u32 number, __u32 slot, const char *path)
{
	struct mounts mounts = NO_MOUNTS;
	struct record record;
	struct image image;
	char why[256];
	size_t size;
	int fd = open(path, O_RDONLY);
	__u8 *bytes = fd < 0 ? NULL : input_read(fd, 1 << 20, 1 << 30, &size);

	if (!bytes || image_open(&image, bytes, size, why, sizeof(why)) || record_open(&record, number))
		return -1;
	mounts.log = openat(record.folder, RECORD_MOUNTS, O_RDWR);
	clear_slot(kernel, slot);
	return tables_load(kernel, &image, slot, 1) || anchors_write(kernel, slot, &mounts) ||
	       record_image(&record, image.identity, bytes, size);
}

static int put(const struct kernel_side *kernel, __u32 number, __u32 slot)
{
	return bpf_map_update_elem(kernel->maps[MAP_SESSIONS], &number, &slot, BPF_ANY);
}

int main(int argc, char **argv)
{
	unsigned long writes = 0, late = 0;
	struct kernel_side kernel;
	long long end, next, period;
	__u32 number, slot;

	if (argc != 5)
		return 2;
	number = strtoul(argv[1], NULL, 10);
	period = strtoll(argv[4], NULL, 10) * 1000000;
	if (kernel_side_open(&kernel, BACKEND_NONE))
		return 1;
	slot = slot_of(&kernel, number);
	if (!slot || fill(&kernel, number, slot ^ 1, argv[2]))
		return 1;
	kernel_side_unlock(&kernel); /* a policyd that is started meanwhile takes it */
	puts("exchanging");
	fflush(stdout);
	next = now();
	for (end = next + strtoll(argv[3], NULL, 10) * NANOSECONDS; next < end; next += period) {
		sleep_until(next);
		late += now() > next + period;
		if (put(&kernel, number, slot ^ (++writes % 2)))
			return 1;
	}
	if (put(&kernel, number, slot) || kernel_side_lock(&kernel) || wait_for_decisions(&kernel))
		return 1;
	clear_slot(&kernel, slot ^ 1);
	kernel_side_unlock(&kernel);
	printf("{\"writes\":%lu,\"late\":%lu}\n", writes, late);
	return 0;
}
