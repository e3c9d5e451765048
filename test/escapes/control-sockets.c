/*
 * The control sockets that take the privilege `escape-socket`, as root. They stand where the services have them, so all
 * variants try the same ones: the privilege makes the difference. Those who listen belong to no session.
 */
#include "probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DOCKER "/run/docker.sock"
#define PODMAN "/run/podman/podman.sock"
#define DATAGRAMS "/run/podman/e2e-datagrams"
#define SHIM "/containerd-shim/e2e/shim.sock"

/* `@` stands for the NUL of an abstract name. */
static socklen_t address_of(struct sockaddr_un *address, const char *name)
{
	size_t length = strlen(name);

	must(length < sizeof(address->sun_path), name);
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, length);
	if (name[0] != '@')
		return sizeof(*address);
	address->sun_path[0] = 0;
	return offsetof(struct sockaddr_un, sun_path) + length;
}

/* With the folders above it; that somebody listens there already is as good. */
static int serve(const char *name, int type)
{
	struct sockaddr_un address;
	socklen_t size = address_of(&address, name);
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
	char folder[sizeof(address.sun_path) + 1];

	for (const char *slash = name; name[0] == '/' && (slash = strchr(slash + 1, '/'));) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - name), name);
		must(!mkdir(folder, 0755) || errno == EEXIST, folder);
	}
	if (bind(fd, (const void *)&address, size))
		return errno == EADDRINUSE ? 0 : -errno;
	return type == SOCK_DGRAM ? 0 : result(listen(fd, 64));
}

static int reach(const char *name, int type)
{
	struct sockaddr_un address;
	socklen_t size = address_of(&address, name);

	return result(connect(socket(AF_UNIX, type, 0), (const void *)&address, size));
}

static int send_to(const char *name)
{
	struct sockaddr_un address;
	socklen_t size = address_of(&address, name);

	return result(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, MSG_DONTWAIT, (const void *)&address, size));
}

#define STREAM(function, name)                                                                                         \
	static int serve_##function(const struct place *p)                                                             \
	{                                                                                                              \
		(void)p;                                                                                               \
		return serve(name, SOCK_STREAM);                                                                       \
	}                                                                                                              \
	static int function(const struct place *p)                                                                     \
	{                                                                                                              \
		(void)p;                                                                                               \
		return reach(name, SOCK_STREAM);                                                                       \
	}

STREAM(docker, DOCKER)
STREAM(docker_desktop, "/root/.docker/desktop/docker.sock")
STREAM(podman, PODMAN)
STREAM(podman_of_user, "/run/user/1000/podman/podman.sock")
STREAM(containerd, "/run/containerd/containerd.sock")
STREAM(shim, "@" SHIM)
STREAM(crio, "/run/crio/crio.sock")
STREAM(libvirt, "/run/libvirt/virtqemud-sock")
STREAM(snapd, "/run/snapd.socket")
STREAM(systemd, "/run/systemd/private")
STREAM(systemd_of_user, "/run/user/1000/systemd/private")
STREAM(varlink, "/run/systemd/io.systemd.Manager")
STREAM(system_bus, "/run/dbus/system_bus_socket")
STREAM(user_bus, "/run/user/1000/bus")
STREAM(session_bus, "@/tmp/dbus-e2e")

static int serve_packets(const struct place *p)
{
	(void)p;
	return serve("/run/podman/e2e-packets", SOCK_SEQPACKET);
}

static int packets(const struct place *p)
{
	(void)p;
	return reach("/run/podman/e2e-packets", SOCK_SEQPACKET);
}

static int serve_datagrams(const struct place *p)
{
	(void)p;
	return serve(DATAGRAMS, SOCK_DGRAM) ?: serve("@/containerd-shim/e2e/datagrams", SOCK_DGRAM);
}

static int datagram_connect(const struct place *p)
{
	(void)p;
	return reach(DATAGRAMS, SOCK_DGRAM);
}

static int datagram_sendto(const struct place *p)
{
	int failed = send_to(DATAGRAMS);

	(void)p;
	return failed == -EAGAIN ? 0 : failed; /* nobody reads what others have sent */
}

static int abstract_sendto(const struct place *p)
{
	int failed = send_to("@/containerd-shim/e2e/datagrams");

	(void)p;
	return failed == -EAGAIN ? 0 : failed;
}

/* From a folder of its own: paths of sockets are short. */
static int reach_from(const char *folder, const char *name)
{
	return chdir(folder) ? -errno : reach(name, SOCK_STREAM);
}

static int by_symlink(const struct place *p)
{
	return symlink(DOCKER, in(p->work, "link")) ? -errno : reach_from(p->work, "link");
}

static int by_symlinked_folder(const struct place *p)
{
	return symlink("/run/podman", in(p->work, "link")) ? -errno : reach_from(p->work, "link/podman.sock");
}

static int by_proc_descriptor(const struct place *p)
{
	char path[64];

	(void)p;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(DOCKER, O_PATH));
	return reach(path, SOCK_STREAM);
}

static int mount_folder(const struct place *p)
{
	return serve(PODMAN, SOCK_STREAM) ?: result(mount("/run/podman", in(p->work, "folder"), NULL, MS_BIND, NULL));
}

static int by_mounted_folder(const struct place *p)
{
	return reach_from(p->work, "folder/podman.sock");
}

static int mount_socket(const struct place *p)
{
	return serve(DOCKER, SOCK_STREAM) ?: result(mount(DOCKER, in(p->work, "own"), NULL, MS_BIND, NULL));
}

static int by_mounted_socket(const struct place *p)
{
	return reach_from(p->work, "own");
}

/* Another name for it would be none of those that take the privilege. */
static const char *renamed(const struct place *p)
{
	return in("/run", p->label);
}

static int by_hard_link(const struct place *p)
{
	return link(DOCKER, renamed(p)) ? -errno : reach(renamed(p), SOCK_STREAM);
}

static int serve_to_move(const struct place *p)
{
	char name[256];

	snprintf(name, sizeof(name), "/run/docker/%s", p->label);
	return serve(name, SOCK_STREAM);
}

static int by_rename(const struct place *p)
{
	return rename(in("/run/docker", p->label), renamed(p)) ? -errno : reach(renamed(p), SOCK_STREAM);
}

#define ESCAPE(name, act, prepare) { "escape-" name, "no-escape-socket", "connect", act, prepare }

const struct technique CONTROL_SOCKETS[] = {
	ESCAPE("docker", docker, serve_docker),
	ESCAPE("docker-desktop", docker_desktop, serve_docker_desktop),
	ESCAPE("podman", podman, serve_podman),
	ESCAPE("podman-of-user", podman_of_user, serve_podman_of_user),
	ESCAPE("containerd", containerd, serve_containerd),
	ESCAPE("shim", shim, serve_shim),
	ESCAPE("crio", crio, serve_crio),
	ESCAPE("libvirt", libvirt, serve_libvirt),
	ESCAPE("snapd", snapd, serve_snapd),
	ESCAPE("systemd", systemd, serve_systemd),
	ESCAPE("systemd-of-user", systemd_of_user, serve_systemd_of_user),
	ESCAPE("varlink", varlink, serve_varlink),
	ESCAPE("system-bus", system_bus, serve_system_bus),
	ESCAPE("user-bus", user_bus, serve_user_bus),
	ESCAPE("session-bus", session_bus, serve_session_bus),
	ESCAPE("packets", packets, serve_packets),
	ESCAPE("datagram", datagram_connect, serve_datagrams),
	ESCAPE("sendto", datagram_sendto, serve_datagrams),
	ESCAPE("abstract-sendto", abstract_sendto, serve_datagrams),
	ESCAPE("by-symlink", by_symlink, serve_docker),
	ESCAPE("by-symlinked-folder", by_symlinked_folder, serve_podman),
	ESCAPE("by-proc-fd", by_proc_descriptor, serve_docker),
	ESCAPE("by-mounted-folder", by_mounted_folder, mount_folder),
	ESCAPE("by-mounted-socket", by_mounted_socket, mount_socket),
	{ "escape-by-hard-link", "no-escape-socket", "connect", by_hard_link, serve_docker, .reason = "widens" },
	{ "escape-by-rename", "no-escape-socket", "connect", by_rename, serve_to_move, .reason = "widens" },
	{ 0 },
};
