/*
 * Processes that are there before a session is. `tree DIR PORT`: threads, and children that start grandchildren all the
 * time; once DIR/go is there each tries to read DIR/../both/file and adds a byte to DIR/denied or DIR/escaped; until
 * DIR/stop is there. Keeps that file and a connection to PORT open. `tree trace PID`: traces a process.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BRANCHES 3
#define THREADS 2

static const char SECRET[] = "../both/file";

static void note(const char *name)
{
	int fd = open(name, O_WRONLY | O_APPEND | O_CREAT, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1)
		abort();
	close(fd);
}

static void try_to_read(void)
{
	int fd;

	if (access("go", F_OK))
		return;
	fd = open(SECRET, O_RDONLY);
	note(fd < 0 ? "denied" : "escaped");
	if (fd >= 0)
		close(fd);
}

static int is_over(void)
{
	return !access("stop", F_OK);
}

static void *work(void *unused)
{
	while (!is_over()) {
		try_to_read();
		usleep(1000);
	}
	return unused;
}

/* A child that has a child: whoever looks finds one of them just gone. Once they are all in, others need the processor, too. */
static void branch(void)
{
	while (!is_over()) {
		if (!access("go", F_OK))
			usleep(20000);
		pid_t child = fork();

		if (!child) {
			pid_t grandchild = fork();

			try_to_read();
			if (grandchild)
				waitpid(grandchild, NULL, 0);
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
	_exit(0);
}

static int keep_open(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return open(SECRET, O_RDONLY) < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address));
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	if (argc == 3 && !strcmp(argv[1], "trace")) {
		if (ptrace(PTRACE_SEIZE, atoi(argv[2]), 0, 0))
			return 1;
		puts("traces");
		fflush(stdout);
		pause();
	}
	if (argc != 3 || chdir(argv[1]) || keep_open(atoi(argv[2])))
		return 2;
	for (int i = 0; i < BRANCHES; i++)
		if (!fork())
			branch();
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			return 1;
	note("ready");
	work(NULL);
	while (wait(NULL) > 0)
		;
	return 0;
}
