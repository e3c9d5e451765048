/* Tries for some seconds what a policy denies: to open a file, to connect, to execute a program. Says how often it tried and
 * how often it got through; and how often something permitted failed. usage: storm SECONDS FILE PORT PROGRAM PERMITTED */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int opens(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int connects(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int done = fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address));

	if (fd >= 0)
		close(fd);
	return done;
}

static int executes(const char *program)
{
	int status = 0;
	pid_t pid = vfork();

	if (!pid) {
		execl(program, program, NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

/* Seconds; not of the clock on the wall, of which the next may begin at once. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	unsigned long tried = 0, got = 0, failed = 0;
	double end;

	if (argc != 6)
		return 2;
	for (end = now() + atoi(argv[1]); now() < end; tried++) {
		got += opens(argv[2]) + connects(atoi(argv[3]));
		if (tried % 16 == 0)
			got += executes(argv[4]);
		failed += !opens(argv[5]);
	}
	printf("{\"tried\":%lu,\"got\":%lu,\"failed\":%lu}\n", tried, got, failed);
	return 0;
}
