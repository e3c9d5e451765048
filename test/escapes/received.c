/* Open files and connected sockets that a process outside hands over. */
#include "probe.h"

#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

typedef int maker(const struct place *place); /* a descriptor, made outside when it is asked for */

static struct sockaddr_un address_of(const struct place *p, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	must(snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", p->top, name) < (int)sizeof(address.sun_path),
	     "a socket's path is too long");
	return address;
}

#define CANNOT 'x' /* this kernel hands such descriptors to nobody */

static void send_fd(int socket, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(socket, &message, 0) < 0)
		send(socket, &(char){ CANNOT }, 1, 0);
}

/* A process outside that sends what `make` makes to whoever connects, for as long as the probe's server lives. */
static int hand_over(const struct place *p, maker *make)
{
	struct sockaddr_un address = address_of(p, "give");
	int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0), connection;

	must(listener >= 0 && !bind(listener, (void *)&address, sizeof(address)) && !listen(listener, 4), "handover");
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while ((connection = accept(listener, NULL, NULL)) >= 0) {
			int fd = make(p);

			send_fd(connection, fd);
			close(fd);
			close(connection);
		}
		_exit(0);
	}
	close(listener);
	return 0;
}

/* What was handed over, or -EACCES where it did not arrive. */
static int receive(const struct place *p)
{
	struct sockaddr_un address = address_of(p, "give");
	char byte, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int connection = socket(AF_UNIX, SOCK_SEQPACKET, 0), fd;
	struct cmsghdr *header;

	must(!connect(connection, (void *)&address, sizeof(address)), "connect to who hands over");
	must(recvmsg(connection, &message, 0) >= 0, "recvmsg");
	if (byte == CANNOT)
		return SKIP;
	header = CMSG_FIRSTHDR(&message);
	if (!header)
		return -EACCES;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static int received(const struct place *p)
{
	int fd = receive(p);

	return fd < 0 ? fd : 0;
}

/* ---- what is handed over ----------------------------------------------------------------------------------------- */

static int make_reader(const struct place *p)
{
	return open(in(p->dir, "file"), O_RDONLY);
}

static int make_writer(const struct place *p)
{
	return open(in(p->dir, "file"), O_WRONLY);
}

static int make_folder(const struct place *p)
{
	return open(p->dir, O_RDONLY | O_DIRECTORY);
}

static struct sockaddr_in local(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int make_connected(const struct place *p, int type)
{
	struct sockaddr_in to = local(p->port);
	int fd = socket(AF_INET, type, 0);

	return connect(fd, (void *)&to, sizeof(to)) ? -1 : fd;
}

static int make_stream(const struct place *p)
{
	return make_connected(p, SOCK_STREAM);
}

static int make_datagram(const struct place *p)
{
	return make_connected(p, SOCK_DGRAM);
}

static int make_stream6(const struct place *p)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(p->port), .sin6_addr = in6addr_loopback };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	return connect(fd, (void *)&to, sizeof(to)) ? -1 : fd;
}

static int make_mapped(const struct place *p)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(p->port) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	return connect(fd, (void *)&to, sizeof(to)) ? -1 : fd;
}

static int make_listener(const struct place *p)
{
	struct sockaddr_in own = local(p->port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(fd, (void *)&own, sizeof(own)) || listen(fd, 1) ? -1 : fd;
}

static int make_unix(const struct place *p)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", in(p->dir, "socket"));
	return connect(fd, (void *)&to, sizeof(to)) ? -1 : fd;
}

static int make_docker(const struct place *p)
{
	const struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/run/docker.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)p;
	return connect(fd, (const void *)&to, sizeof(to)) ? -1 : fd;
}

static int make_raw(const struct place *p)
{
	(void)p;
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int make_ring(const struct place *p)
{
	struct io_uring_params parameters = {};

	(void)p;
	return syscall(SYS_io_uring_setup, 4, &parameters);
}

static int prepare_reader(const struct place *p)
{
	return hand_over(p, make_reader);
}

static int prepare_writer(const struct place *p)
{
	return hand_over(p, make_writer);
}

static int prepare_folder(const struct place *p)
{
	return hand_over(p, make_folder);
}

static int prepare_stream(const struct place *p)
{
	return hand_over(p, make_stream);
}

static int prepare_datagram(const struct place *p)
{
	return hand_over(p, make_datagram);
}

static int prepare_stream6(const struct place *p)
{
	return hand_over(p, make_stream6);
}

static int prepare_mapped(const struct place *p)
{
	return hand_over(p, make_mapped);
}

static int prepare_listener(const struct place *p)
{
	return hand_over(p, make_listener);
}

static int prepare_unix(const struct place *p)
{
	struct sockaddr_un own = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(own.sun_path, sizeof(own.sun_path), "%s", in(p->dir, "socket"));
	must(!bind(fd, (void *)&own, sizeof(own)) && !listen(fd, 16), own.sun_path);
	return hand_over(p, make_unix);
}

static int prepare_docker(const struct place *p)
{
	return hand_over(p, make_docker);
}

static int prepare_raw(const struct place *p)
{
	return hand_over(p, make_raw);
}

static int prepare_ring(const struct place *p)
{
	return hand_over(p, make_ring);
}

/* ---- handed on within the session ---------------------------------------------------------------------------------- */

#define ACCEPTING_PORT 11000
#define DENIED_PEER 0x7f080001 /* 127.8.0.1 */

static int passed_on(int fd)
{
	int ends[2];
	char byte, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };

	must(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), "socketpair");
	send_fd(ends[0], fd);
	must(recvmsg(ends[1], &message, 0) >= 0, "recvmsg");
	return CMSG_FIRSTHDR(&message) ? 0 : -EACCES;
}

/* Whoever connects from an address that the session may not connect to is its client, and decided by nobody. */
static int by_accepting(const struct place *p)
{
	struct sockaddr_in own = local(ACCEPTING_PORT + p->port % 1000), from = local(ACCEPTING_PORT + 1000 + p->port % 1000);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	const struct linger at_once = { .l_onoff = 1 }; /* or the ports are taken for a while */

	if (p->denied)
		from.sin_addr.s_addr = htonl(DENIED_PEER);
	must(!setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), "SO_LINGER");
	must(!bind(listener, (void *)&own, sizeof(own)) && !listen(listener, 1), "listen");
	must(!bind(client, (void *)&from, sizeof(from)) && !connect(client, (void *)&own, sizeof(own)), "connect");
	return passed_on(accept(listener, NULL, NULL));
}

/* ---- taken, not given -------------------------------------------------------------------------------------------- */

/* A process outside has the file open, as descriptor 0. */
static int hold_open(const struct place *p)
{
	int ends[2];
	pid_t child;
	char text[32];

	must(!pipe(ends), "pipe");
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(make_reader(p), 0);
		must(write(ends[1], "x", 1) == 1, "pipe");
		for (;;)
			pause();
	}
	must(read(ends[0], text, 1) == 1, "pipe");
	close(ends[0]);
	close(ends[1]);
	snprintf(text, sizeof(text), "%d", child);
	write_file(in(p->top, "holder"), text, 0644);
	return 0;
}

static int by_getfd(const struct place *p)
{
	char text[32] = {};
	int fd = open(in(p->top, "holder"), O_RDONLY);

	must(read(fd, text, sizeof(text) - 1) > 0, "holder");
	fd = syscall(SYS_pidfd_getfd, (int)syscall(SYS_pidfd_open, atoi(text), 0), 0, 0);
	return read_once(fd);
}

const struct technique RECEIVED[] = {
	{ "received-file", "no-read", "read", received, prepare_reader },
	{ "received-for-writing", "no-write", "write", received, prepare_writer },
	{ "received-folder", "no-read", "read", received, prepare_folder },
	{ "received-stream", "no-connect", "connect", received, prepare_stream },
	{ "received-stream-on-ipv6", "no-connect", "connect", received, prepare_stream6 },
	{ "received-stream-to-mapped", "no-connect", "connect", received, prepare_mapped },
	{ "received-datagram", "no-connect", "connect", received, prepare_datagram },
	{ "received-listener", "no-bind", "bind", received, prepare_listener },
	{ "received-unix", "no-unix", "connect", received, prepare_unix },
	{ "escape-received", "no-escape-socket", "connect", received, prepare_docker },
	{ "accepted-and-passed-on", "no-prefix", "connect", by_accepting, .expect = PERMITTED },
	{ "taken-file", "no-read", "read", by_getfd, hold_open },
	{ "privilege-received-raw", "no-raw-socket", "privilege", received, prepare_raw },
	{ "privilege-received-ring", "no-io-uring", "privilege", received, prepare_ring },
	{ 0 },
};
