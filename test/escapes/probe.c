/*
 * probe list                                  the techniques, as JSON, one a line
 * probe serve BASE…                           prepares every folder, listens where techniques connect, then waits
 * probe run VARIANT BASE OUTSIDE [NAME…]      runs techniques and prints what became of each, as JSON, one a line
 */
#include "probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_PER_TECHNIQUE 60

const char *build_directory;

/* By what a hostile agent reaches for. */
static const struct family {
	const char *reach;
	const struct technique *techniques;
} FAMILIES[] = {
	{ "the file by another name", NAMES },
	{ "the data without opening, and replacing a file", CHANGES },
	{ "hard links and renames", MOVES },
	{ "a program", PROGRAMS },
	{ "the network", NETWORK },
	{ "the network by another destination", ROUTES },
	{ "unix sockets", UNIX },
	{ "leaving the session", PROCESSES },
	{ "io_uring", URING },
	{ "other processes", PRIVILEGE_PROCESSES },
	{ "mounts, namespaces and roots", PRIVILEGE_MOUNTS },
	{ "the kernel itself", PRIVILEGE_KERNEL },
	{ "disks, settings and the terminal", PRIVILEGE_DEVICES },
	{ "raw sockets and routes", PRIVILEGE_NETWORKS },
	{ "what others hand over", RECEIVED },
	{ "services that start programs outside", CONTROL_SOCKETS },
	{ "what holds the session", PINS },
};
static const char *const VARIANTS[] = { "outside", "inside", "free" };

/* ---- helpers ---------------------------------------------------------------------------------------------------- */

void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(2);
}

const char *in(const char *directory, const char *name)
{
	static char buffers[16][2 * PATH_MAX];
	static unsigned int next;
	char *buffer = buffers[next++ % 16];

	must(snprintf(buffer, sizeof(buffers[0]), "%s/%s", directory, name) < (int)sizeof(buffers[0]), "path too long");
	return buffer;
}

void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && !fchmod(fd, mode), path);
	close(fd);
}

void copy_file(const char *from, const char *to, mode_t mode)
{
	char buffer[65536];
	int source = open(from, O_RDONLY | O_CLOEXEC), target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	ssize_t got;

	must(source >= 0, from);
	must(target >= 0, to);
	while ((got = read(source, buffer, sizeof(buffer))) > 0)
		must(write(target, buffer, got) == got, to);
	must(got == 0 && !fchmod(target, mode), to);
	close(source);
	close(target);
}

int read_once(int fd)
{
	char byte;
	int failed;

	if (fd < 0)
		return -errno;
	failed = read(fd, &byte, 1) == 1 ? 0 : -EIO;
	close(fd);
	return failed;
}

int closed(int fd)
{
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int read_path(const char *path)
{
	return read_once(open(path, O_RDONLY | O_CLOEXEC));
}

int in_child(int (*body)(const void *), const void *argument)
{
	int *answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), result;
	pid_t child;

	must(answer != MAP_FAILED, "mmap");
	*answer = -ECHILD;
	child = fork();
	if (child == 0) {
		*answer = body(argument);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	result = *answer;
	munmap(answer, sizeof(*answer));
	return result;
}

int run_program(const char *path, char *const arguments[], char *const environment[])
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 2);
		execve(path, arguments, environment);
		_exit(errno == EACCES ? 126 : 125);
	}
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == PAYLOAD_STATUS)
		return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 125 ? -EIO : -EACCES;
}

/* ---- places ----------------------------------------------------------------------------------------------------- */

#define GUARDED_PORT 20000
#define FREE_PORT 30000
#define PORTS 1000 /* of each variant */

static void find_place(struct place *place, const struct technique *technique, const char *variant, const char *base,
		       int number)
{
	bool is_free = !strcmp(variant, "free");

	memset(place, 0, sizeof(*place));
	place->technique = technique->name;
	place->denied = !is_free;
	snprintf(place->top, sizeof(place->top), "%s/%s/%s", base, variant, technique->name);
	snprintf(place->dir, sizeof(place->dir), "%s/%s", place->top,
		 is_free && !technique->same_place ? "free" : technique->guard);
	snprintf(place->work, sizeof(place->work), "%s/work", place->top);
	snprintf(place->label, sizeof(place->label), "e2e-%s-%s-%s-%s", is_free ? "free" : technique->guard, technique->name,
		 variant, strrchr(base, '/') + 1);
	place->port = (is_free ? FREE_PORT : GUARDED_PORT) + number;
}

/* What most techniques need: a file, a folder with a file, an empty folder, programs, and things to work with. */
static void fill(const struct place *place)
{
	must(!mkdir(place->top, 0755) && !mkdir(place->dir, 0755) && !mkdir(place->work, 0755), place->top);
	write_file(in(place->dir, "file"), "secret\n", 0644);
	must(!mkdir(in(place->dir, "sub"), 0755) && !mkdir(in(place->dir, "empty"), 0755), place->dir);
	write_file(in(place->dir, "sub/inner"), "inner\n", 0644);
	write_file(in(place->work, "own"), "own\n", 0644);
	must(!mkdir(in(place->work, "folder"), 0755), place->work);
}

/* Not what stands where services have it, on a machine that is not thrown away. */
static bool keeps_to_itself(const struct technique *one)
{
	return strcmp(one->op, "privilege") && strcmp(one->guard, "no-escape-socket") && strcmp(one->guard, "pins");
}

static void prepare_all(const char *base, bool privileged)
{
	must(!mkdir(base, 0755) || errno == EEXIST, base);
	for (size_t v = 0; v < sizeof(VARIANTS) / sizeof(*VARIANTS); v++) {
		int number = 0;

		must(!mkdir(in(base, VARIANTS[v]), 0755), base);
		for (size_t f = 0; f < sizeof(FAMILIES) / sizeof(*FAMILIES); f++)
			for (const struct technique *one = FAMILIES[f].techniques; one->name; one++) {
				struct place place;

				find_place(&place, one, VARIANTS[v], base, number++);
				fill(&place);
				if (one->prepare && (privileged || keeps_to_itself(one)))
					must(!one->prepare(&place), one->name);
			}
	}
}

static void listen_on(int port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int tcp = socket(AF_INET6, SOCK_STREAM, 0), udp = socket(AF_INET6, SOCK_DGRAM, 0);

	must(!bind(tcp, (void *)&address, sizeof(address)) && !listen(tcp, 16), "listen on TCP");
	must(!bind(udp, (void *)&address, sizeof(address)), "listen on UDP");
}

static int count_of(const struct technique *family)
{
	int count = 0;

	for (; family->name; family++)
		count++;
	return count;
}

static _Noreturn void serve(char **bases, bool privileged)
{
	int number = 0;

	umask(0);
	signal(SIGPIPE, SIG_IGN);
	for (; *bases; bases++)
		prepare_all(*bases, privileged);
	for (size_t f = 0; f < sizeof(FAMILIES) / sizeof(*FAMILIES); f++) {
		for (int i = 0; i < count_of(FAMILIES[f].techniques); i++, number++) {
			if (strcmp(FAMILIES[f].techniques[i].op, "connect"))
				continue;
			listen_on(GUARDED_PORT + number);
			listen_on(FREE_PORT + number);
		}
	}
	listen_on(GUARDED_PORT - 1);
	listen_on(GUARDED_PORT);
	listen_on(GUARDED_PORT + PORTS - 1);
	listen_on(GUARDED_PORT + PORTS);
	listen_on(FREE_PORT + PORTS - 1);
	printf("ready %d\n", getpid());
	fflush(stdout);
	for (;;)
		pause();
}

/* ---- runs ------------------------------------------------------------------------------------------------------- */

static void act(const struct technique *technique, const struct place *place, int *answer)
{
	int status = 0;
	pid_t child;

	*answer = -ETIMEDOUT; /* unless the child says otherwise */
	*place->actor = 0;
	child = fork();
	if (child == 0) {
		*answer = technique->act(place);
		_exit(0);
	}
	must(child > 0, "fork");
	for (int tries = 0; tries < SECONDS_PER_TECHNIQUE * 1000; tries++) {
		if (waitpid(child, &status, WNOHANG))
			break;
		usleep(1000);
		if (tries == SECONDS_PER_TECHNIQUE * 1000 - 2)
			kill(child, SIGKILL);
	}
	printf("\"pid\":%d,\"signal\":%d,\"errno\":%d,\"skip\":%s}\n", *place->actor ?: child,
	       WIFSIGNALED(status) ? WTERMSIG(status) : 0, *answer == SKIP ? 0 : -*answer,
	       *answer == SKIP ? "true" : "false");
	fflush(stdout);
}

static bool is_chosen(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static int run(const char *variant, const char *base, pid_t outside, char **names)
{
	struct { int answer; pid_t actor; } *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
							   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int number = 0;

	umask(0);
	for (size_t f = 0; f < sizeof(FAMILIES) / sizeof(*FAMILIES); f++)
		for (const struct technique *one = FAMILIES[f].techniques; one->name; one++, number++) {
			struct place place;

			if (!is_chosen(one->name, names) || (!strcmp(variant, "free") && one->only_denied))
				continue;
			find_place(&place, one, variant, base, number);
			place.outside = outside;
			place.actor = &shared->actor;
			printf("{\"name\":\"%s\",\"variant\":\"%s\",\"port\":%d,", one->name, variant, place.port);
			fflush(stdout);
			act(one, &place, &shared->answer);
		}
	return 0;
}

static int list(void)
{
	static const char *const EXPECTATIONS[] = { "refused", "killed", "permitted" };

	for (size_t f = 0; f < sizeof(FAMILIES) / sizeof(*FAMILIES); f++)
		for (const struct technique *one = FAMILIES[f].techniques; one->name; one++)
			printf("{\"reach\":\"%s\",\"name\":\"%s\",\"guard\":\"%s\",\"op\":\"%s\",\"reason\":\"%s\","
			       "\"expect\":\"%s\",\"onlyDenied\":%s}\n",
			       FAMILIES[f].reach, one->name, one->guard, one->op, one->reason ? one->reason : "",
			       EXPECTATIONS[one->expect], one->only_denied ? "true" : "false");
	return 0;
}

int main(int argc, char **argv)
{
	static char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	must(length > 0, "/proc/self/exe");
	*strrchr(path, '/') = 0;
	build_directory = path;
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc >= 3 && (!strcmp(argv[1], "serve") || !strcmp(argv[1], "serve-own")))
		serve(argv + 2, !strcmp(argv[1], "serve"));
	if (argc >= 5 && !strcmp(argv[1], "run"))
		return run(argv[2], argv[3], atoi(argv[4]), argv + 5);
	if (argc == 3 && !strcmp(argv[1], "read")) /* what a technique starts anew to see what a new program may do */
		return read_path(argv[2]) == 0 ? PAYLOAD_STATUS : 1;
	fprintf(stderr, "usage: probe list | serve BASE... | serve-own BASE... | run VARIANT BASE OUTSIDE [NAME...]\n");
	return 2;
}
