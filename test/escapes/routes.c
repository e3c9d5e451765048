/*
 * Sends that name one address and reach another: source routes, control messages, batches, SCTP's other ways. Where a
 * technique does nothing but hide where it goes, there is no place in which it is permitted.
 */
#include "probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SOL_SCTP 132
#define SCTP_SOCKOPT_CONNECTX 110
#define SCTP_DSTADDRV4 7
#ifndef IPV6_FLOWLABEL_MGR
#define IPV6_FLOWLABEL_MGR 32
#endif
#define ROUTE_PORT 30999

struct flow_label_request { /* struct in6_flowlabel_req */
	struct in6_addr destination;
	uint32_t label;
	uint8_t action;
	uint8_t share;
	uint16_t flags, expires, linger;
	uint32_t padding;
};

/* By way of 127.8.0.1; the address that the send names comes last. */
static const unsigned char LOOSE_ROUTE[] = { IPOPT_NOP, IPOPT_LSRR, 7, 4, 127, 8, 0, 1 };

/* Type 2: one address, the packet's real destination. */
static const unsigned char ROUTE6[24] = { 0, 2, 2, 1, 0, 0, 0, 0, [23] = 1 };

static struct sockaddr_in address4(const char *text, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	must(inet_pton(AF_INET, text, &address.sin_addr) == 1, text);
	return address;
}

static struct sockaddr_in6 address6(const char *text, int port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	must(inet_pton(AF_INET6, text, &address.sin6_addr) == 1, text);
	return address;
}

/* One message with one control message. `control` has room for 64 bytes. */
static struct msghdr message_with(void *to, socklen_t size, struct iovec *part, void *control, int level, int type,
				  const void *data, size_t length)
{
	struct msghdr message = { .msg_name = to, .msg_namelen = size, .msg_iov = part, .msg_iovlen = 1,
				  .msg_control = control, .msg_controllen = CMSG_SPACE(length) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	*part = (struct iovec){ "x", 1 };
	header->cmsg_len = CMSG_LEN(length);
	header->cmsg_level = level;
	header->cmsg_type = type;
	memcpy(CMSG_DATA(header), data, length);
	return message;
}

static int option4(const struct place *p)
{
	(void)p;
	return result(setsockopt(socket(AF_INET, SOCK_DGRAM, 0), SOL_IP, IP_OPTIONS, LOOSE_ROUTE, sizeof(LOOSE_ROUTE)));
}

static int option4_on_v6(const struct place *p)
{
	(void)p;
	return result(setsockopt(socket(AF_INET6, SOCK_DGRAM, 0), SOL_IP, IP_OPTIONS, LOOSE_ROUTE, sizeof(LOOSE_ROUTE)));
}

static int control4(const struct place *p)
{
	struct sockaddr_in to = address4("127.0.0.1", ROUTE_PORT);
	char control[64] __attribute__((aligned(8))) = { 0 };
	struct iovec part;
	struct msghdr message = message_with(&to, sizeof(to), &part, control, SOL_IP, IP_RETOPTS, LOOSE_ROUTE,
					     sizeof(LOOSE_ROUTE));

	(void)p;
	return result(sendmsg(socket(AF_INET, SOCK_DGRAM, 0), &message, 0));
}

/* On a connected socket no address is named at all. */
static int control4_connected(const struct place *p)
{
	struct sockaddr_in to = address4("127.0.0.1", ROUTE_PORT);
	char control[64] __attribute__((aligned(8))) = { 0 };
	struct iovec part;
	struct msghdr message = message_with(NULL, 0, &part, control, SOL_IP, IP_RETOPTS, LOOSE_ROUTE,
					     sizeof(LOOSE_ROUTE));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)p;
	return connect(fd, (void *)&to, sizeof(to)) ? -EIO : result(sendmsg(fd, &message, 0));
}

static long send_both(int fd, struct mmsghdr *messages)
{
	return sendmmsg(fd, messages, 2, 0);
}

/* Of the system call's number and the count the kernel takes the lower half. */
static long send_both_with_high_bits(int fd, struct mmsghdr *messages)
{
	long returned = 0xdeadbeef00000000 | SYS_sendmmsg;
	register long flags asm("r10") = 0;

	asm volatile("syscall"
		     : "+a"(returned)
		     : "D"((long)fd), "S"(messages), "d"(0xdeadbeef00000002), "r"(flags)
		     : "rcx", "r11", "memory");
	if (returned >= 0)
		return returned;
	errno = -returned;
	return -1;
}

/* The kernel asks no hook about a message that names the address of the one before it. */
static int control4_in_batch(long (*send_messages)(int, struct mmsghdr *))
{
	struct sockaddr_in to = address4("127.0.0.1", ROUTE_PORT);
	char control[64] __attribute__((aligned(8))) = { 0 };
	struct iovec parts[2];
	struct mmsghdr messages[2] = { 0 };
	int sent;

	messages[1].msg_hdr = message_with(&to, sizeof(to), &parts[1], control, SOL_IP, IP_RETOPTS, LOOSE_ROUTE,
					   sizeof(LOOSE_ROUTE));
	parts[0] = (struct iovec){ "x", 1 };
	messages[0].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &parts[0],
					       .msg_iovlen = 1 };
	sent = send_messages(socket(AF_INET, SOCK_DGRAM, 0), messages);
	return sent == 2 ? 0 : sent < 0 ? -errno : -EIO;
}

static int batch(const struct place *p)
{
	(void)p;
	return control4_in_batch(send_both);
}

static int batch_with_high_bits(const struct place *p)
{
	(void)p;
	return control4_in_batch(send_both_with_high_bits);
}

static int option6(const struct place *p)
{
	(void)p;
	return result(setsockopt(socket(AF_INET6, SOCK_DGRAM, 0), SOL_IPV6, IPV6_RTHDR, ROUTE6, sizeof(ROUTE6)));
}

static int control6(const struct place *p)
{
	struct sockaddr_in6 to = address6("::1", ROUTE_PORT);
	char control[64] __attribute__((aligned(8))) = { 0 };
	struct iovec part;
	struct msghdr message = message_with(&to, sizeof(to), &part, control, SOL_IPV6, IPV6_RTHDR, ROUTE6,
					     sizeof(ROUTE6));

	(void)p;
	return result(sendmsg(socket(AF_INET6, SOCK_DGRAM, 0), &message, 0));
}

/* A flow label brings its routing header to every packet that carries it. */
static int flow_label(const struct place *p)
{
	struct {
		struct flow_label_request request;
		char control[CMSG_SPACE(sizeof(ROUTE6))] __attribute__((aligned(8)));
	} option = { .request = { .destination = IN6ADDR_LOOPBACK_INIT, .action = 0, .share = 1, .flags = 1 } };
	struct cmsghdr *header = (struct cmsghdr *)option.control;

	(void)p;
	header->cmsg_len = CMSG_LEN(sizeof(ROUTE6));
	header->cmsg_level = SOL_IPV6;
	header->cmsg_type = IPV6_RTHDR;
	memcpy(CMSG_DATA(header), ROUTE6, sizeof(ROUTE6));
	return result(setsockopt(socket(AF_INET6, SOCK_DGRAM, 0), SOL_IPV6, IPV6_FLOWLABEL_MGR, &option, sizeof(option)));
}

/* ---- SCTP --------------------------------------------------------------------------------------------------------- */

static const char *other(const struct place *p)
{
	return p->denied ? "127.8.0.1" : "127.10.0.1";
}

static int load_sctp(const struct place *p)
{
	(void)p;
	return system("modprobe sctp 2>/dev/null") < 0; /* without it the techniques skip */
}

/* Nobody listens: an association that is under way is a connect that was permitted. */
static int under_way(int returned)
{
	return returned < 0 && (errno == EINPROGRESS || errno == ECONNREFUSED) ? 0 : result(returned);
}

static int connectx(const struct place *p)
{
	struct sockaddr_in to[2] = { address4("127.11.0.1", ROUTE_PORT), address4(other(p), ROUTE_PORT) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_SCTP);

	return fd < 0 ? SKIP : under_way(setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX, to, sizeof(to)));
}

static int one_more_destination(const struct place *p)
{
	struct sockaddr_in to = address4("127.10.0.1", ROUTE_PORT), second = address4("127.8.0.1", ROUTE_PORT);
	char control[64] __attribute__((aligned(8))) = { 0 };
	struct iovec part;
	struct msghdr message = message_with(&to, sizeof(to), &part, control, SOL_SCTP, SCTP_DSTADDRV4, &second.sin_addr,
					     sizeof(second.sin_addr));
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);

	(void)p;
	return fd < 0 ? SKIP : under_way(sendmsg(fd, &message, MSG_DONTWAIT));
}

/* ---- an address of no family ---------------------------------------------------------------------------------------- */

static int add_addresses(const struct place *p)
{
	(void)p;
	return system("ip -6 address replace fd08::1/128 dev lo && ip -6 address replace fd0a::1/128 dev lo") != 0;
}

/* On a raw v6 socket it is a v6 one. */
static int raw6_unspecified(const struct place *p)
{
	struct sockaddr_in6 to = address6(p->denied ? "fd08::1" : "fd0a::1", 0);
	unsigned char echo[8] = { 128 };

	to.sin6_family = AF_UNSPEC;
	return result(sendto(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), echo, sizeof(echo), 0, (void *)&to, sizeof(to)));
}

#define HIDDEN "no-connect", "connect"
#define ALONE .reason = "hidden", .only_denied = true

const struct technique ROUTES[] = {
	{ "source-route", HIDDEN, option4, ALONE },
	{ "source-route-of-v6-socket", HIDDEN, option4_on_v6, ALONE },
	{ "source-route-control", HIDDEN, control4, ALONE },
	{ "source-route-control-connected", HIDDEN, control4_connected, ALONE },
	{ "source-route-control-in-batch", HIDDEN, batch, ALONE },
	{ "source-route-control-in-batch-with-high-bits", HIDDEN, batch_with_high_bits, ALONE },
	{ "source-route6", HIDDEN, option6, ALONE },
	{ "source-route6-control", HIDDEN, control6, ALONE },
	{ "source-route6-flow-label", HIDDEN, flow_label, ALONE },
	{ "sctp-connectx", "no-prefix", "connect", connectx, load_sctp },
	{ "sctp-one-more-destination", HIDDEN, one_more_destination, load_sctp, ALONE },
	{ "raw6-sendto-unspecified", "no-prefix", "connect", raw6_unspecified, add_addresses },
	{ 0 },
};
