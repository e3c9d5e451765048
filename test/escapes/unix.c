/* Unix sockets, by path and by abstract name. Those who are connected to belong to no session. */
#include "probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t path_address(struct sockaddr_un *address, const char *path)
{
	address->sun_family = AF_UNIX;
	must(snprintf(address->sun_path, sizeof(address->sun_path), "%s", path) < (int)sizeof(address->sun_path), path);
	return sizeof(*address);
}

static socklen_t abstract_address(struct sockaddr_un *address, const char *name, size_t length)
{
	must(length < sizeof(address->sun_path), name);
	address->sun_family = AF_UNIX;
	address->sun_path[0] = 0;
	memcpy(address->sun_path + 1, name, length);
	return offsetof(struct sockaddr_un, sun_path) + 1 + length;
}

static int serve_on(int type, const struct sockaddr_un *address, socklen_t size)
{
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);

	if (bind(fd, (const void *)address, size))
		return -errno;
	return type == SOCK_DGRAM ? 0 : result(listen(fd, 8));
}

/* Paths of sockets are short: from the folder itself. */
static int serve_path(const struct place *p, int type)
{
	struct sockaddr_un address;
	int home = open(".", O_PATH | O_DIRECTORY), failed;

	must(!chdir(p->dir), p->dir);
	failed = serve_on(type, &address, path_address(&address, "socket"));
	must(!fchdir(home), "back");
	close(home);
	return failed;
}

static int serve_stream(const struct place *p)
{
	return serve_path(p, SOCK_STREAM);
}

static int serve_datagram(const struct place *p)
{
	return serve_path(p, SOCK_DGRAM);
}

static int serve_packets(const struct place *p)
{
	return serve_path(p, SOCK_SEQPACKET);
}

static int connect_path(const char *directory, const char *path, int type)
{
	struct sockaddr_un address;
	socklen_t size = path_address(&address, path);

	return chdir(directory) ? -errno : result(connect(socket(AF_UNIX, type, 0), (void *)&address, size));
}

static int stream(const struct place *p)
{
	return connect_path(p->dir, "socket", SOCK_STREAM);
}

static int datagram_connect(const struct place *p)
{
	return connect_path(p->dir, "socket", SOCK_DGRAM);
}

static int packets(const struct place *p)
{
	return connect_path(p->dir, "socket", SOCK_SEQPACKET);
}

static int datagram_sendto(const struct place *p)
{
	struct sockaddr_un address;
	socklen_t size = path_address(&address, "socket");

	if (chdir(p->dir))
		return -errno;
	return result(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (void *)&address, size));
}

static int sendto_by_pair(const struct place *p)
{
	struct sockaddr_un address;
	socklen_t size = path_address(&address, "socket");
	int ends[2];

	if (chdir(p->dir) || socketpair(AF_UNIX, SOCK_DGRAM, 0, ends))
		return -errno;
	return result(sendto(ends[0], "x", 1, 0, (void *)&address, size));
}

static int by_symlink(const struct place *p)
{
	return symlink(in(p->dir, "socket"), in(p->work, "link")) ? -errno : connect_path(p->work, "link", SOCK_STREAM);
}

static int by_proc_descriptor(const struct place *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(in(p->dir, "socket"), O_PATH));
	return connect_path("/", path, SOCK_STREAM);
}

static int bind_path(const struct place *p)
{
	struct sockaddr_un address;

	return chdir(p->dir) ? -errno : serve_on(SOCK_STREAM, &address, path_address(&address, "new"));
}

static int bind_by_symlinked_folder(const struct place *p)
{
	struct sockaddr_un address;

	if (symlink(p->dir, in(p->work, "link")) || chdir(p->work))
		return -errno;
	return serve_on(SOCK_STREAM, &address, path_address(&address, "link/new"));
}

/* ---- abstract names --------------------------------------------------------------------------------------------- */

static size_t name_of(const struct place *p, char name[128], const char *tail, size_t tail_length)
{
	size_t length = snprintf(name, 100, "%s", p->label);

	memcpy(name + length, tail, tail_length);
	return length + tail_length;
}

static int serve_abstract_with(const struct place *p, int type, const char *tail, size_t tail_length)
{
	struct sockaddr_un address;
	char name[128];

	return serve_on(type, &address, abstract_address(&address, name, name_of(p, name, tail, tail_length)));
}

static int connect_abstract_with(const struct place *p, int type, const char *tail, size_t tail_length)
{
	struct sockaddr_un address;
	char name[128];
	socklen_t size = abstract_address(&address, name, name_of(p, name, tail, tail_length));

	return result(connect(socket(AF_UNIX, type, 0), (void *)&address, size));
}

static int serve_abstract(const struct place *p)
{
	return serve_abstract_with(p, SOCK_STREAM, "", 0);
}

static int abstract(const struct place *p)
{
	return connect_abstract_with(p, SOCK_STREAM, "", 0);
}

static int serve_abstract_datagram(const struct place *p)
{
	return serve_abstract_with(p, SOCK_DGRAM, "", 0);
}

static int abstract_datagram(const struct place *p)
{
	struct sockaddr_un address;
	char name[128];
	socklen_t size = abstract_address(&address, name, name_of(p, name, "", 0));

	return result(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (void *)&address, size));
}

static int serve_abstract_with_nul(const struct place *p)
{
	return serve_abstract_with(p, SOCK_STREAM, "\0tail", 5);
}

static int abstract_with_nul(const struct place *p)
{
	return connect_abstract_with(p, SOCK_STREAM, "\0tail", 5);
}

static int bind_abstract(const struct place *p)
{
	return serve_abstract(p);
}

const struct technique UNIX[] = {
	{ "unix-stream", "no-unix", "connect", stream, serve_stream },
	{ "unix-datagram", "no-unix", "connect", datagram_connect, serve_datagram },
	{ "unix-packets", "no-unix", "connect", packets, serve_packets },
	{ "unix-sendto", "no-unix", "connect", datagram_sendto, serve_datagram },
	{ "unix-sendto-by-pair", "no-unix", "connect", sendto_by_pair, serve_datagram },
	{ "unix-by-symlink", "no-unix", "connect", by_symlink, serve_stream },
	{ "unix-by-proc-fd", "no-unix", "connect", by_proc_descriptor, serve_stream },
	{ "unix-bind", "no-unix-bind", "bind", bind_path },
	{ "unix-bind-by-symlink", "no-unix-bind", "bind", bind_by_symlinked_folder },
	{ "abstract", "no-abstract", "connect", abstract, serve_abstract },
	{ "abstract-datagram", "no-abstract", "connect", abstract_datagram, serve_abstract_datagram },
	{ "abstract-with-nul", "no-abstract", "connect", abstract_with_nul, serve_abstract_with_nul },
	{ "abstract-bind", "no-abstract-bind", "bind", bind_abstract },
	{ 0 },
};
