/* Addresses: connecting to, sending to and binding them. Every port has listeners of no session, for v4 and v6. */
#include "probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t make_address(union address *address, const char *text, int port)
{
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(port);
		return sizeof(address->v4);
	}
	must(inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1, text);
	address->v6.sin6_family = AF_INET6;
	address->v6.sin6_port = htons(port);
	return sizeof(address->v6);
}

static int connect_with(int type, int protocol, const char *text, int port)
{
	union address to;
	socklen_t size = make_address(&to, text, port);
	int fd = socket(to.any.sa_family, type, protocol);

	if (fd < 0)
		return errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT || errno == ENOPROTOOPT ? SKIP : -errno;
	return result(connect(fd, &to.any, size));
}

static int send_with(int type, int protocol, const char *text, int port, int flags)
{
	union address to;
	socklen_t size = make_address(&to, text, port);
	int fd = socket(to.any.sa_family, type, protocol);

	return fd < 0 ? -errno : result(sendto(fd, "x", 1, flags, &to.any, size));
}

static int tcp4(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "127.0.0.1", p->port);
}

static int tcp6(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "::1", p->port);
}

static int tcp_mapped(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "::ffff:127.0.0.1", p->port);
}

static int tcp_zero(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "0.0.0.0", p->port);
}

static int tcp6_zero(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "::", p->port);
}

static int tcp_mapped_zero(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "::ffff:0.0.0.0", p->port);
}

static int tcp_other_loopback(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "127.1.2.3", p->port);
}

static int mptcp(const struct place *p)
{
	return connect_with(SOCK_STREAM, IPPROTO_MPTCP, "127.0.0.1", p->port);
}

static int mptcp6(const struct place *p)
{
	return connect_with(SOCK_STREAM, IPPROTO_MPTCP, "::1", p->port);
}

static int udp_connect(const struct place *p)
{
	return connect_with(SOCK_DGRAM, 0, "127.0.0.1", p->port);
}

static int udp6_connect(const struct place *p)
{
	return connect_with(SOCK_DGRAM, 0, "::1", p->port);
}

static int udp_sendto(const struct place *p)
{
	return send_with(SOCK_DGRAM, 0, "127.0.0.1", p->port, 0);
}

static int udp6_sendto(const struct place *p)
{
	return send_with(SOCK_DGRAM, 0, "::1", p->port, 0);
}

static int udp_mapped_sendto(const struct place *p)
{
	return send_with(SOCK_DGRAM, 0, "::ffff:127.0.0.1", p->port, 0);
}

/* A v6 socket takes v4 addresses as they are, too. */
static int udp6_connect_v4(const struct place *p)
{
	union address to;
	socklen_t size = make_address(&to, "127.0.0.1", p->port);

	return result(connect(socket(AF_INET6, SOCK_DGRAM, 0), &to.any, size));
}

static int udp6_sendto_v4(const struct place *p)
{
	union address to;
	socklen_t size = make_address(&to, "127.0.0.1", p->port);

	return result(sendto(socket(AF_INET6, SOCK_DGRAM, 0), "x", 1, 0, &to.any, size));
}

static void make_message(struct msghdr *message, struct iovec *part, union address *to, const char *text, int port)
{
	memset(message, 0, sizeof(*message));
	*part = (struct iovec){ "x", 1 };
	message->msg_namelen = make_address(to, text, port);
	message->msg_name = to;
	message->msg_iov = part;
	message->msg_iovlen = 1;
}

static int udp_sendmsg(const struct place *p)
{
	struct msghdr message;
	struct iovec part;
	union address to;

	make_message(&message, &part, &to, "127.0.0.1", p->port);
	return result(sendmsg(socket(AF_INET, SOCK_DGRAM, 0), &message, 0));
}

static int udp6_sendmsg(const struct place *p)
{
	struct msghdr message;
	struct iovec part;
	union address to;

	make_message(&message, &part, &to, "::1", p->port);
	return result(sendmsg(socket(AF_INET6, SOCK_DGRAM, 0), &message, 0));
}

static int udp_sendmmsg(const struct place *p)
{
	struct mmsghdr messages[1];
	struct iovec part;
	union address to;

	make_message(&messages[0].msg_hdr, &part, &to, "127.0.0.1", p->port);
	return result(sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), messages, 1, 0));
}

/* The second message goes where the first may not hint at. */
static int udp_sendmmsg_second(const struct place *p)
{
	struct mmsghdr messages[2];
	struct iovec parts[2];
	union address to[2];
	int fd = socket(AF_INET, SOCK_DGRAM, 0), sent;

	make_message(&messages[0].msg_hdr, &parts[0], &to[0], "127.0.0.1", 30999);
	make_message(&messages[1].msg_hdr, &parts[1], &to[1], "127.0.0.1", p->port);
	sent = sendmmsg(fd, messages, 2, 0);
	return sent == 2 ? 0 : sent < 0 ? -errno : -EIO;
}

/* On a v4 socket, a destination of no family is a v4 one. */
static int udp_sendto_unspecified(const struct place *p)
{
	union address to;
	socklen_t size = make_address(&to, "127.0.0.1", p->port);

	to.any.sa_family = AF_UNSPEC;
	return result(sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, &to.any, size));
}

static int udp_reconnect(const struct place *p)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr nothing = { .sa_family = AF_UNSPEC };
	union address to;
	socklen_t size = make_address(&to, "127.0.0.1", 30999);

	if (connect(fd, &to.any, size) || connect(fd, &nothing, sizeof(nothing)))
		return -EIO;
	make_address(&to, "127.0.0.1", p->port);
	return result(connect(fd, &to.any, size));
}

/* Another destination than the one that the socket is connected to. */
static int udp_sendto_elsewhere(const struct place *p)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	union address to;
	socklen_t size = make_address(&to, "127.0.0.1", 30999);

	if (connect(fd, &to.any, size))
		return -EIO;
	make_address(&to, "127.0.0.1", p->port);
	return result(sendto(fd, "x", 1, 0, &to.any, size));
}

static int tcp_fast_open(const struct place *p)
{
	return send_with(SOCK_STREAM, 0, "127.0.0.1", p->port, MSG_FASTOPEN);
}

static int tcp6_fast_open(const struct place *p)
{
	return send_with(SOCK_STREAM, 0, "::1", p->port, MSG_FASTOPEN);
}

static int tcp_fast_open_unspecified(const struct place *p)
{
	union address to;
	socklen_t size = make_address(&to, "127.0.0.1", p->port);
	int failed;

	to.any.sa_family = AF_UNSPEC;
	failed = result(sendto(socket(AF_INET, SOCK_STREAM, 0), "x", 1, MSG_FASTOPEN, &to.any, size));
	return failed && failed != -EACCES ? SKIP : failed;
}

static int tcp_fast_open_connect(const struct place *p)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	union address to;
	socklen_t size = make_address(&to, "127.0.0.1", p->port);

	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)))
		return SKIP;
	return connect(fd, &to.any, size) ? -errno : result(write(fd, "x", 1));
}

static int mptcp_fast_open(const struct place *p)
{
	union address to;
	socklen_t size = make_address(&to, "127.0.0.1", p->port);
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), failed;

	failed = fd < 0 ? SKIP : result(sendto(fd, "x", 1, MSG_FASTOPEN, &to.any, size));
	return failed && failed != -EACCES ? SKIP : failed;
}

/* ---- edges of a range of ports ---------------------------------------------------------------------------------- */

static int first_port(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "127.0.0.1", p->denied ? 20000 : 19999);
}

static int last_port(const struct place *p)
{
	return connect_with(SOCK_STREAM, 0, "127.0.0.1", p->denied ? 20999 : 21000);
}

static int last_port_udp6(const struct place *p)
{
	return connect_with(SOCK_DGRAM, 0, "::1", p->denied ? 20999 : 21000);
}

static int edge_of_prefix(const struct place *p)
{
	return connect_with(SOCK_DGRAM, 0, p->denied ? "127.8.255.255" : "127.9.0.0", 9);
}

/* ---- other protocols, which only rules without ports cover ------------------------------------------------------- */

static const char *other(const struct place *p)
{
	return p->denied ? "127.8.0.1" : "127.10.0.1";
}

static int udp_lite(const struct place *p)
{
	return connect_with(SOCK_DGRAM, IPPROTO_UDPLITE, other(p), 9);
}

static int raw_connect(const struct place *p)
{
	return connect_with(SOCK_RAW, IPPROTO_ICMP, other(p), 0);
}

static int raw_sendto(const struct place *p)
{
	struct icmphdr echo = { .type = ICMP_ECHO, .checksum = htons(0xf7ff) };
	union address to;
	socklen_t size = make_address(&to, other(p), 0);

	return result(sendto(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), &echo, sizeof(echo), 0, &to.any, size));
}

/* Whoever may have one: /proc/sys/net/ipv4/ping_group_range says which groups. */
static int ping_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);

	return fd < 0 && errno == EACCES ? SKIP : fd < 0 ? -errno : fd;
}

static int ping_connect(const struct place *p)
{
	int fd = ping_socket();
	union address to;
	socklen_t size = make_address(&to, other(p), 0);

	return fd < 0 ? fd : result(connect(fd, &to.any, size));
}

static int ping_sendto(const struct place *p)
{
	struct icmphdr echo = { .type = ICMP_ECHO };
	int fd = ping_socket();
	union address to;
	socklen_t size = make_address(&to, other(p), 0);

	return fd < 0 ? fd : result(sendto(fd, &echo, sizeof(echo), 0, &to.any, size));
}

static int udp_prefix(const struct place *p)
{
	return connect_with(SOCK_DGRAM, 0, other(p), 53);
}

/* ---- bind ------------------------------------------------------------------------------------------------------- */

static int bind_with(int type, const char *text, int port)
{
	union address to;
	socklen_t size = make_address(&to, text, port);
	int fd = socket(to.any.sa_family, type, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return result(bind(fd, &to.any, size));
}

static int bind_tcp(const struct place *p)
{
	return bind_with(SOCK_STREAM, "127.0.0.1", p->port);
}

static int bind_tcp6(const struct place *p)
{
	return bind_with(SOCK_STREAM, "::1", p->port);
}

static int bind_mapped(const struct place *p)
{
	return bind_with(SOCK_STREAM, "::ffff:127.0.0.1", p->port);
}

static int bind_udp(const struct place *p)
{
	return bind_with(SOCK_DGRAM, "127.0.0.1", p->port);
}

static int bind_every_address(const struct place *p)
{
	return bind_with(SOCK_STREAM, "0.0.0.0", p->port);
}

static int bind_every_address6(const struct place *p)
{
	return bind_with(SOCK_DGRAM, "::", p->port);
}

static int bind_unspecified(const struct place *p)
{
	union address to;
	socklen_t size = make_address(&to, "0.0.0.0", p->port);

	to.any.sa_family = AF_UNSPEC;
	return result(bind(socket(AF_INET, SOCK_STREAM, 0), &to.any, size));
}

/* Binds every address, to a port that the kernel picks. */
static int listen_unbound(const struct place *p)
{
	(void)p;
	return result(listen(socket(AF_INET, SOCK_STREAM, 0), 1));
}

static int listen_unbound6(const struct place *p)
{
	(void)p;
	return result(listen(socket(AF_INET6, SOCK_STREAM, 0), 1));
}

#define CONNECT "no-connect", "connect"
#define BIND "no-bind", "bind"

const struct technique NETWORK[] = {
	{ "tcp4", CONNECT, tcp4 },
	{ "tcp6", CONNECT, tcp6 },
	{ "tcp-mapped", CONNECT, tcp_mapped },
	{ "tcp-zero", CONNECT, tcp_zero },
	{ "tcp6-zero", CONNECT, tcp6_zero },
	{ "tcp-mapped-zero", CONNECT, tcp_mapped_zero },
	{ "tcp-other-loopback", CONNECT, tcp_other_loopback },
	{ "mptcp", CONNECT, mptcp },
	{ "mptcp6", CONNECT, mptcp6 },
	{ "udp-connect", CONNECT, udp_connect },
	{ "udp6-connect", CONNECT, udp6_connect },
	{ "udp6-connect-v4", CONNECT, udp6_connect_v4 },
	{ "udp-sendto", CONNECT, udp_sendto },
	{ "udp6-sendto", CONNECT, udp6_sendto },
	{ "udp6-sendto-v4", CONNECT, udp6_sendto_v4 },
	{ "udp-mapped-sendto", CONNECT, udp_mapped_sendto },
	{ "udp-sendmsg", CONNECT, udp_sendmsg },
	{ "udp6-sendmsg", CONNECT, udp6_sendmsg },
	{ "udp-sendmmsg", CONNECT, udp_sendmmsg },
	{ "udp-sendmmsg-second", CONNECT, udp_sendmmsg_second, .reason = "hidden", .only_denied = true },
	{ "udp-sendto-unspecified", CONNECT, udp_sendto_unspecified },
	{ "udp-reconnect", CONNECT, udp_reconnect },
	{ "udp-sendto-elsewhere", CONNECT, udp_sendto_elsewhere },
	{ "tcp-fast-open", CONNECT, tcp_fast_open },
	{ "tcp6-fast-open", CONNECT, tcp6_fast_open },
	{ "tcp-fast-open-unspecified", CONNECT, tcp_fast_open_unspecified },
	{ "tcp-fast-open-connect", CONNECT, tcp_fast_open_connect },
	{ "mptcp-fast-open", CONNECT, mptcp_fast_open },
	{ "first-port", CONNECT, first_port },
	{ "last-port", CONNECT, last_port },
	{ "last-port-udp6", CONNECT, last_port_udp6 },
	{ "udp-lite", "no-prefix", "connect", udp_lite },
	{ "raw-connect", "no-prefix", "connect", raw_connect },
	{ "raw-sendto", "no-prefix", "connect", raw_sendto },
	{ "ping-connect", "no-prefix", "connect", ping_connect },
	{ "ping-sendto", "no-prefix", "connect", ping_sendto },
	{ "udp-prefix", "no-prefix", "connect", udp_prefix },
	{ "edge-of-prefix", "no-prefix", "connect", edge_of_prefix },
	{ "bind-tcp", BIND, bind_tcp },
	{ "bind-tcp6", BIND, bind_tcp6 },
	{ "bind-mapped", BIND, bind_mapped },
	{ "bind-udp", BIND, bind_udp },
	{ "bind-every-address", BIND, bind_every_address },
	{ "bind-every-address6", BIND, bind_every_address6 },
	{ "bind-unspecified", BIND, bind_unspecified },
	{ "listen-unbound", BIND, listen_unbound, .only_denied = true },
	{ "listen-unbound6", BIND, listen_unbound6, .only_denied = true },
	{ 0 },
};
