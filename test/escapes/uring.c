/* io_uring: the kernel acts for the process, in its context, in a worker thread, or in a thread that polls. */
#include "probe.h"

#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sets up a ring, hands in one operation and waits for what became of it. */
static int submit(struct io_uring_sqe operation, unsigned int setup_flags)
{
	struct io_uring_params parameters = { .flags = setup_flags, .sq_thread_idle = 2000 };
	int ring = syscall(SYS_io_uring_setup, 4, &parameters);
	char *queue, *completions;
	struct io_uring_sqe *entries;
	_Atomic unsigned int *tail, *done_tail;
	unsigned int flags = IORING_ENTER_GETEVENTS;

	if (ring < 0)
		return errno == ENOSYS ? SKIP : -errno;
	queue = mmap(NULL, parameters.sq_off.array + parameters.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		     IORING_OFF_SQ_RING);
	completions = mmap(NULL, parameters.cq_off.cqes + parameters.cq_entries * sizeof(struct io_uring_cqe),
			   PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
	entries = mmap(NULL, parameters.sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		       IORING_OFF_SQES);
	if (queue == MAP_FAILED || completions == MAP_FAILED || entries == MAP_FAILED)
		return -errno;
	entries[0] = operation;
	*(unsigned int *)(queue + parameters.sq_off.array) = 0;
	tail = (_Atomic unsigned int *)(queue + parameters.sq_off.tail);
	done_tail = (_Atomic unsigned int *)(completions + parameters.cq_off.tail);
	atomic_store(tail, 1);
	if (setup_flags & IORING_SETUP_SQPOLL)
		flags |= IORING_ENTER_SQ_WAKEUP;
	if (syscall(SYS_io_uring_enter, ring, 1, 1, flags, NULL, 0) < 0)
		return -errno;
	if (!atomic_load(done_tail))
		return -ETIMEDOUT;
	return ((struct io_uring_cqe *)(completions + parameters.cq_off.cqes))->res;
}

static struct io_uring_sqe open_of(const struct place *p)
{
	return (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t)in(p->dir, "file"), .open_flags = O_RDONLY
	};
}

static int positive(int answer)
{
	return answer > 0 ? 0 : answer;
}

static int by_open(const struct place *p)
{
	return positive(submit(open_of(p), 0));
}

static int by_open_in_worker(const struct place *p)
{
	struct io_uring_sqe operation = open_of(p);

	operation.flags = IOSQE_ASYNC;
	return positive(submit(operation, 0));
}

static int by_open_of_poller(const struct place *p)
{
	return positive(submit(open_of(p), IORING_SETUP_SQPOLL));
}

static int by_rename(const struct place *p)
{
	return submit((struct io_uring_sqe){ .opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD,
					     .addr = (uintptr_t)in(p->dir, "file"), .len = (unsigned int)AT_FDCWD,
					     .off = (uintptr_t)in(p->work, "new") }, 0);
}

static int by_unlink(const struct place *p)
{
	return submit((struct io_uring_sqe){ .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD,
					     .addr = (uintptr_t)in(p->dir, "file") }, 0);
}

static int by_link(const struct place *p)
{
	return submit((struct io_uring_sqe){ .opcode = IORING_OP_LINKAT, .fd = AT_FDCWD,
					     .addr = (uintptr_t)in(p->work, "own"), .len = (unsigned int)AT_FDCWD,
					     .off = (uintptr_t)in(p->dir, "new") }, 0);
}

static int by_symlink(const struct place *p)
{
	return submit((struct io_uring_sqe){ .opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD,
					     .addr = (uintptr_t)"target", .off = (uintptr_t)in(p->dir, "new") }, 0);
}

static int by_mkdir(const struct place *p)
{
	return submit((struct io_uring_sqe){ .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD,
					     .addr = (uintptr_t)in(p->dir, "new"), .len = 0755 }, 0);
}

static struct sockaddr_in local(const struct place *p)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(p->port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int connect_with(const struct place *p, int flags, unsigned int setup_flags)
{
	struct sockaddr_in to = local(p);

	return submit((struct io_uring_sqe){ .opcode = IORING_OP_CONNECT, .flags = flags,
					     .fd = socket(AF_INET, SOCK_STREAM, 0), .addr = (uintptr_t)&to,
					     .off = sizeof(to) }, setup_flags);
}

static int by_connect(const struct place *p)
{
	return connect_with(p, 0, 0);
}

static int by_connect_in_worker(const struct place *p)
{
	return connect_with(p, IOSQE_ASYNC, 0);
}

static int by_sendmsg(const struct place *p)
{
	struct sockaddr_in to = local(p);
	struct iovec part = { "x", 1 };
	struct msghdr message = { .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &part, .msg_iovlen = 1 };

	return positive(submit((struct io_uring_sqe){ .opcode = IORING_OP_SENDMSG, .fd = socket(AF_INET, SOCK_DGRAM, 0),
						      .addr = (uintptr_t)&message, .len = 1 }, 0));
}

const struct technique URING[] = {
	{ "uring-open", "no-read", "read", by_open },
	{ "uring-open-in-worker", "no-read", "read", by_open_in_worker },
	{ "uring-open-of-poller", "no-read", "read", by_open_of_poller },
	{ "uring-rename", "no-delete", "delete", by_rename },
	{ "uring-unlink", "no-delete", "delete", by_unlink },
	{ "uring-link", "no-create", "create", by_link },
	{ "uring-symlink", "no-create", "create", by_symlink },
	{ "uring-mkdir", "no-create", "create", by_mkdir },
	{ "uring-connect", "no-connect", "connect", by_connect },
	{ "uring-connect-in-worker", "no-connect", "connect", by_connect_in_worker },
	{ "uring-sendmsg", "no-connect", "connect", by_sendmsg },
	{ 0 },
};
