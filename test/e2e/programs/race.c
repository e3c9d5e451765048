// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Two processes race a mark: one reads what sets it, the other connects all the while. Where the read was over when a
 * connect began, that connect must not succeed.
 *
 *   race SECRET RESET ROUNDS     prints rounds, connects before, connects refused, and connects that got through
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
	atomic_long begun; /* rounds, by the one who reads */
	atomic_long read;  /* the round in which the read is over */
	atomic_long over;  /* rounds that the other has ended */
	long before, refused, through;
};

static void touch(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

/* A datagram socket: to connect it costs no more than the decision. */
static int tries_to_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
}

static void connect_all_the_while(struct shared *shared, long rounds)
{
	unsigned int seed = 2;

	for (long round = 1; round <= rounds; round++) {
		int late;

		while (atomic_load(&shared->begun) < round)
			sched_yield();
		do {
			if (rand_r(&seed) % 4 == 0) /* where there is one processor, both are to get on */
				sched_yield();
			late = atomic_load(&shared->read) == round;
			switch (tries_to_connect()) {
			case 0:
				if (late)
					shared->through++;
				else
					shared->before++;
				break;
			case -EACCES:
			case -EPERM: /* a cgroup's hook has no other */
				shared->refused++;
				break;
			default:
				exit(3);
			}
		} while (!late);
		atomic_store(&shared->over, round);
	}
	exit(0);
}

int main(int argc, char **argv)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long rounds = argc == 4 ? atol(argv[3]) : 0;
	unsigned int seed = 1;
	int status;
	pid_t pid;

	if (!rounds || shared == MAP_FAILED)
		return 2;
	pid = fork();
	if (!pid)
		connect_all_the_while(shared, rounds);
	for (long round = 1; round <= rounds; round++) {
		touch(argv[2]);
		atomic_store(&shared->begun, round);
		for (unsigned int wait = rand_r(&seed) % 64; wait; wait--)
			if (wait % 16 == 0)
				sched_yield();
		touch(argv[1]);
		atomic_store(&shared->read, round);
		while (atomic_load(&shared->over) < round)
			if (waitpid(pid, &status, WNOHANG) == pid)
				return 3;
			else
				sched_yield();
	}
	waitpid(pid, &status, 0);
	printf("%ld rounds, %ld before, %ld refused, %ld through\n", rounds, shared->before, shared->refused, shared->through);
	return shared->through || status ? 1 : 0;
}
