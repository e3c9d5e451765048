/*
 * `race-fork SECRET PUBLIC ROUNDS`: a thread reads SECRET while another copies the process; the copy, where it has what was read,
 * tries to read PUBLIC. Each round is a process of its own. Prints how many copies had it, and how many of those could read PUBLIC.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* So many that copying takes its time. No two are one. */
#define MAPPINGS 6000

static const char *secret, *public;
static volatile char *buffer; /* at the highest address: it is copied last */
static long wait_ns;

static void *steal(void *unused)
{
	struct timespec pause = { .tv_nsec = wait_ns };
	int fd;

	nanosleep(&pause, NULL);
	fd = open(secret, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, (void *)buffer, 1) != 1)
		abort();
	return unused;
}

static void map_a_lot(void)
{
	buffer = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buffer[0] = 0;
	for (int i = 0; i < MAPPINGS; i++) {
		volatile char *page = mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			abort();
		if (i % 2 == 0)
			*page = 1;
	}
}

/* 0: the copy has nothing, 1: it has and may not, 2: it has and may. */
static int copied(void)
{
	if (!buffer[0])
		return 0;
	return open(public, O_RDONLY | O_CLOEXEC) < 0 ? 1 : 2;
}

static int play(void)
{
	pthread_t thief;
	int status;
	pid_t copy;

	map_a_lot();
	if (pthread_create(&thief, NULL, steal, NULL))
		abort();
	copy = fork();
	if (!copy)
		_exit(copied());
	if (copy < 0 || waitpid(copy, &status, 0) != copy || !WIFEXITED(status))
		abort();
	pthread_join(thief, NULL);
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	int count[3] = { 0 }, rounds = argc == 4 ? atoi(argv[3]) : 0, status;

	if (!rounds)
		return 2;
	secret = argv[1];
	public = argv[2];
	for (int i = 0; i < rounds; i++) {
		pid_t round;

		wait_ns = 250000l * (1 + i % 80); /* 0.25 to 20 ms: until somewhere in the middle of it */
		round = fork();
		if (!round)
			_exit(play());
		if (waitpid(round, &status, 0) != round || !WIFEXITED(status) || WEXITSTATUS(status) > 2)
			return 1;
		count[WEXITSTATUS(status)]++;
	}
	printf("%d %d\n", count[1] + count[2], count[2]);
	return 0;
}
