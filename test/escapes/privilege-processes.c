/*
 * What is done to processes outside, as root. Each is refused by the rule of privileges.pol that is called
 * `no-PRIVILEGE`; where the privilege is allowed, it works.
 */
#include "probe.h"

#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *of_outside(const struct place *p, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", p->outside, name);
	return path;
}

#define OTHER_USER 1234

static void become_other_user(void)
{
	must(!setresgid(OTHER_USER, OTHER_USER, OTHER_USER) && !setresuid(OTHER_USER, OTHER_USER, OTHER_USER), "another user");
}

/* A process outside of a user who has no rights, which may be looked into by that user. */
static int start_peer(const struct place *p)
{
	char number[32];
	pid_t peer = fork();

	must(peer >= 0, "fork");
	if (peer == 0) {
		become_other_user();
		prctl(PR_SET_DUMPABLE, 1);
		for (;;)
			pause();
	}
	snprintf(number, sizeof(number), "%d", peer);
	write_file(in(p->work, "peer"), number, 0644);
	return 0;
}

static const char *of_peer(const struct place *p, const char *name)
{
	static char path[64];
	char number[32] = "";
	int fd = open(in(p->work, "peer"), O_RDONLY);

	must(fd >= 0 && read(fd, number, sizeof(number) - 1) > 0, "peer");
	close(fd);
	become_other_user();
	snprintf(path, sizeof(path), "/proc/%s/%s", number, name);
	return path;
}

static int by_mem_of_peer(const struct place *p)
{
	return closed(open(of_peer(p, "mem"), O_RDWR));
}

static int by_environ_of_peer(const struct place *p)
{
	return read_path(of_peer(p, "environ"));
}

static int by_maps_of_peer(const struct place *p)
{
	return read_path(of_peer(p, "maps"));
}

static int by_auxv_of_peer(const struct place *p)
{
	return read_path(of_peer(p, "auxv"));
}

static int by_position_of_peer(const struct place *p)
{
	return read_path(of_peer(p, "fdinfo/0"));
}

/* The tracer's end lets it go. */
static int by_seize(const struct place *p)
{
	return result(ptrace(PTRACE_SEIZE, p->outside, 0, 0));
}

static int by_attach(const struct place *p)
{
	int failed = result(ptrace(PTRACE_ATTACH, p->outside, 0, 0));

	if (!failed) {
		waitpid(p->outside, NULL, __WALL);
		ptrace(PTRACE_DETACH, p->outside, 0, 0);
	}
	return failed;
}

static int by_vm_readv(const struct place *p)
{
	char byte;
	struct iovec own = { &byte, 1 }, theirs = { (void *)0x10000, 1 };

	return past(process_vm_readv(p->outside, &own, 1, &theirs, 1, 0));
}

static int by_vm_writev(const struct place *p)
{
	char byte = 0;
	struct iovec own = { &byte, 1 }, theirs = { (void *)0x10000, 1 };

	return past(process_vm_writev(p->outside, &own, 1, &theirs, 1, 0));
}

static int by_mem(const struct place *p)
{
	return closed(open(of_outside(p, "mem"), O_RDWR));
}

static int by_environ(const struct place *p)
{
	return read_path(of_outside(p, "environ"));
}

static int by_maps(const struct place *p)
{
	return read_path(of_outside(p, "maps"));
}

static int by_fd_link(const struct place *p)
{
	char target[256];

	return result(readlink(of_outside(p, "fd/0"), target, sizeof(target)));
}

static int by_outside_root(const struct place *p)
{
	char target[256];

	return result(readlink(of_outside(p, "root"), target, sizeof(target)));
}

static int by_pidfd_getfd(const struct place *p)
{
	return closed(syscall(SYS_pidfd_getfd, (int)syscall(SYS_pidfd_open, p->outside, 0), 0, 0));
}

static int by_kcmp(const struct place *p)
{
	return result(syscall(SYS_kcmp, getpid(), p->outside, KCMP_VM, 0, 0));
}

/* A signal that does nothing by itself. */
static int by_kill(const struct place *p)
{
	return result(kill(p->outside, SIGURG));
}

static int by_tgkill(const struct place *p)
{
	return result(syscall(SYS_tgkill, p->outside, p->outside, SIGURG));
}

static int by_tkill(const struct place *p)
{
	return result(syscall(SYS_tkill, p->outside, SIGURG));
}

static int by_sigqueue(const struct place *p)
{
	return result(sigqueue(p->outside, SIGURG, (union sigval){ 0 }));
}

static int by_pidfd_signal(const struct place *p)
{
	return result(syscall(SYS_pidfd_send_signal, (int)syscall(SYS_pidfd_open, p->outside, 0), SIGURG, NULL, 0));
}

static int by_owner(const struct place *p)
{
	int ends[2];

	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	return result(fcntl(ends[0], F_SETOWN, p->outside));
}

static int by_owner_ex(const struct place *p)
{
	struct f_owner_ex { int type; pid_t pid; } owner = { 1 /* F_OWNER_PID */, p->outside };
	int ends[2];

	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	return result(fcntl(ends[0], 15 /* F_SETOWN_EX */, &owner));
}

static int by_owner_ioctl(const struct place *p)
{
	int ends[2], owner = p->outside;

	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	return result(ioctl(ends[0], FIOSETOWN, &owner));
}

/* A process whose parent has ended becomes a child of init, which is outside. */
static void be_traced_by_init(const struct place *p, pid_t parent, volatile int *answer)
{
	for (int tries = 0; tries < 5000 && getppid() == parent; tries++)
		usleep(1000);
	*p->actor = getpid();
	*answer = getppid() == parent ? -ESRCH : result(ptrace(PTRACE_TRACEME, 0, 0, 0));
	_exit(0);
}

static int by_traceme(const struct place *p)
{
	volatile int *answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	*answer = -ECHILD;
	child = fork();
	if (child == 0) {
		pid_t parent = getpid();

		if (fork() == 0)
			be_traced_by_init(p, parent, answer);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	/* which may be killed for it */
	for (int tries = 0; tries < 10000 && *answer == -ECHILD && (!*p->actor || !kill(*p->actor, 0)); tries++)
		usleep(1000);
	return *answer;
}

const struct technique PRIVILEGE_PROCESSES[] = {
	PRIVILEGE("seize", "ptrace", by_seize),
	PRIVILEGE("attach", "ptrace", by_attach),
	PRIVILEGE("traceme", "ptrace", by_traceme),
	PRIVILEGE("vm-readv", "ptrace", by_vm_readv),
	PRIVILEGE("vm-writev", "ptrace", by_vm_writev),
	PRIVILEGE("mem-of-outside", "ptrace", by_mem),
	PRIVILEGE("environ-of-outside", "ptrace", by_environ),
	PRIVILEGE("maps-of-outside", "ptrace", by_maps),
	{ "privilege-mem-of-same-user", "no-ptrace", "privilege", by_mem_of_peer, start_peer },
	{ "privilege-environ-of-same-user", "no-ptrace", "privilege", by_environ_of_peer, start_peer },
	{ "privilege-maps-of-same-user", "no-ptrace", "privilege", by_maps_of_peer, start_peer },
	{ "privilege-auxv-of-same-user", "no-ptrace", "privilege", by_auxv_of_peer, start_peer },
	{ "privilege-fdinfo-of-same-user", "no-ptrace", "privilege", by_position_of_peer, start_peer },
	PRIVILEGE("fd-of-outside", "ptrace", by_fd_link),
	PRIVILEGE("root-of-outside", "ptrace", by_outside_root),
	PRIVILEGE("pidfd-getfd", "ptrace", by_pidfd_getfd),
	PRIVILEGE("kcmp", "ptrace", by_kcmp),
	PRIVILEGE("kill", "signal", by_kill),
	PRIVILEGE("tgkill", "signal", by_tgkill),
	PRIVILEGE("tkill", "signal", by_tkill),
	PRIVILEGE("sigqueue", "signal", by_sigqueue),
	PRIVILEGE("pidfd-signal", "signal", by_pidfd_signal),
	PRIVILEGE("file-owner", "signal", by_owner),
	PRIVILEGE("file-owner-ex", "signal", by_owner_ex),
	PRIVILEGE("file-owner-ioctl", "signal", by_owner_ioctl),
	{ 0 },
};
