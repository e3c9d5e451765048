/*
 * Sockets and routes, as root. Each is refused by the rule of privileges.pol that is called
 * `no-PRIVILEGE`; where the privilege is allowed, it works.
 */
#include "probe.h"

#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/route.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int by_raw_ip(const struct place *p)
{
	(void)p;
	return closed(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int by_raw_ip6(const struct place *p)
{
	(void)p;
	return closed(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
}

static int by_packet(const struct place *p)
{
	(void)p;
	return past(socket(AF_PACKET, SOCK_DGRAM, 0));
}

static int by_old_packet(const struct place *p)
{
	(void)p;
	return past(socket(AF_INET, SOCK_PACKET, 0));
}

static int by_alg(const struct place *p)
{
	(void)p;
	return past(socket(AF_ALG, SOCK_SEQPACKET, 0));
}

static int by_bluetooth(const struct place *p)
{
	(void)p;
	return past(socket(AF_BLUETOOTH, SOCK_RAW, 0));
}

static int by_pair_of_tipc(const struct place *p)
{
	int ends[2];

	(void)p;
	return past(socketpair(AF_TIPC, SOCK_STREAM, 0, ends));
}

static int by_vsock(const struct place *p)
{
	(void)p;
	return past(socket(AF_VSOCK, SOCK_STREAM, 0));
}

static int by_interface(const struct place *p)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)p;
	must(!ioctl(fd, SIOCGIFFLAGS, &request), "SIOCGIFFLAGS");
	return result(ioctl(fd, SIOCSIFFLAGS, &request));
}

static int by_netlink(const struct place *p)
{
	struct { struct nlmsghdr head; struct ifinfomsg info; } request = {
		.head = { .nlmsg_len = sizeof(request), .nlmsg_type = RTM_SETLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.info = { .ifi_family = AF_UNSPEC, .ifi_index = 1 },
	};
	struct { struct nlmsghdr head; struct nlmsgerr error; char room[512]; } answer = {};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	(void)p;
	must(send(fd, &request, sizeof(request), 0) > 0 && recv(fd, &answer, sizeof(answer), 0) > 0, "netlink");
	return answer.error.error;
}

static int by_route(const struct place *p)
{
	struct rtentry route = {};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)p;
	return past(ioctl(fd, SIOCADDRT, &route));
}

static int by_tun(const struct place *p)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR);

	(void)p;
	return fd < 0 ? SKIP : past(ioctl(fd, TUNSETIFF, &request));
}

/* One that stays, and that its owner may take without a capability. The kernel names it. */
static int make_tun(const struct place *p)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR);

	if (fd < 0)
		return 0; /* and the technique is skipped */
	must(!ioctl(fd, TUNSETIFF, &request) && !ioctl(fd, TUNSETPERSIST, 1) && !ioctl(fd, TUNSETOWNER, 0), "tun");
	write_file(in(p->work, "tun"), request.ifr_name, 0644);
	close(fd);
	return 0;
}

static int by_own_tun(const struct place *p)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR), name = open(in(p->work, "tun"), O_RDONLY);

	if (fd < 0 || name < 0)
		return SKIP;
	must(read(name, request.ifr_name, sizeof(request.ifr_name) - 1) > 0, "tun");
	return result(ioctl(fd, TUNSETIFF, &request));
}

const struct technique PRIVILEGE_NETWORKS[] = {
	PRIVILEGE("raw-ip", "raw-socket", by_raw_ip),
	PRIVILEGE("raw-ip6", "raw-socket", by_raw_ip6),
	PRIVILEGE("packet-socket", "raw-socket", by_packet),
	PRIVILEGE("packet-socket-by-old-name", "raw-socket", by_old_packet),
	PRIVILEGE("alg-socket", "raw-socket", by_alg),
	PRIVILEGE("bluetooth-socket", "raw-socket", by_bluetooth),
	PRIVILEGE("tipc-pair", "raw-socket", by_pair_of_tipc),
	PRIVILEGE("vsock", "vsock", by_vsock),
	PRIVILEGE("interface", "net-admin", by_interface),
	PRIVILEGE("netlink", "net-admin", by_netlink),
	PRIVILEGE("route", "net-admin", by_route),
	PRIVILEGE("tun", "net-admin", by_tun),
	{ "privilege-own-tun", "no-net-admin", "privilege", by_own_tun, make_tun },
	{ 0 },
};
