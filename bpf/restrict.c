// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* What the tracepoint backend cannot refuse in time, the process is not given: capabilities, system calls, the pins. */
#include "restrict.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "calls.h"
#include "kernel_side.h"
#include "say.h"

#define X32_BIT 0x40000000u
#define BIT(number) (1ull << (number))
#define OF(name) BIT(POLICY_PRIVILEGE_##name)
#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* ---- capabilities ------------------------------------------------------------------------------------------------ */

/* A capability goes when all that it stands for is denied. */
static const struct { int number; __u64 privileges; } CAPABILITIES[] = {
	{ CAP_NET_ADMIN, OF(NET_ADMIN) },
	{ CAP_SYS_MODULE, OF(MODULE) },
	{ CAP_SYS_TIME, OF(TIME) },
	{ CAP_SYS_BOOT, OF(REBOOT) | OF(KEXEC) },
	{ CAP_SYS_RAWIO, OF(RAW_DISK) | OF(KERNEL_SETTINGS) },
	{ CAP_SYS_TTY_CONFIG, OF(TERMINAL) },
	{ CAP_SYS_PTRACE, OF(PTRACE) },
	{ CAP_BPF, OF(BPF) },
	{ CAP_PERFMON, OF(BPF) | OF(PERF) },
};

static int drop_capabilities(__u64 denied)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct own[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, own))
		return say_errno("cannot read the capabilities");
	for (size_t i = 0; i < LENGTH(CAPABILITIES); i++) {
		int number = CAPABILITIES[i].number;
		__u32 keep = ~CAP_TO_MASK(number);

		if ((denied & CAPABILITIES[i].privileges) != CAPABILITIES[i].privileges)
			continue;
		if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, number, 0, 0))
			return say_errno("cannot drop capability %d", number);
		own[CAP_TO_INDEX(number)].inheritable &= keep;
		own[CAP_TO_INDEX(number)].permitted &= keep;
		own[CAP_TO_INDEX(number)].effective &= keep;
	}
	return syscall(SYS_capset, &header, own) ? say_errno("cannot drop capabilities") : 0;
}

/* ---- system calls ------------------------------------------------------------------------------------------------ */

#define FILTER_ROOM (10 * POLICY_CALLS_COUNT + 16)

struct filter {
	struct sock_filter code[FILTER_ROOM];
	unsigned short length;
};

static void add(struct filter *filter, __u16 code, __u32 value, __u8 if_true, __u8 if_false)
{
	filter->code[filter->length++] = (struct sock_filter){ code, if_true, if_false, value };
}

static void load(struct filter *filter, __u32 offset)
{
	add(filter, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void refuse(struct filter *filter, int error)
{
	add(filter, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error, 0, 0);
}

static void load_argument(struct filter *filter, __u8 argument)
{
	__u32 half = argument & UPPER_HALF ? sizeof(__u32) : 0;

	load(filter, offsetof(struct seccomp_data, args) + sizeof(__u64) * (argument & ~UPPER_HALF) + half);
}

/* The call's number is in the accumulator, before and afterwards. */
static void add_call(struct filter *filter, const struct policy_call *call, int error)
{
	const __u8 of_type = call->type_mask ? 3 : 0, looks = call->mask ? 4 : 0;

	if (!looks) {
		add(filter, BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, 1);
		refuse(filter, error);
		return;
	}
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, looks + of_type + 2);
	load_argument(filter, call->argument);
	add(filter, BPF_ALU | BPF_AND | BPF_K, call->mask, 0, 0);
	add(filter, BPF_JMP | BPF_JGE | BPF_K, call->from, 0, of_type + 2);
	add(filter, BPF_JMP | BPF_JGT | BPF_K, call->to, of_type + 1, 0);
	if (of_type) {
		load_argument(filter, 1);
		add(filter, BPF_ALU | BPF_AND | BPF_K, call->type_mask, 0, 0);
		add(filter, BPF_JMP | BPF_JEQ | BPF_K, call->type, 0, 1);
	}
	refuse(filter, error);
	load(filter, offsetof(struct seccomp_data, nr));
}

/* As those answer who cannot do it; nobody notices that its core files are of no size. */
static int answer_to(const struct policy_call *call)
{
	switch (call->why) {
	case POLICY_CALLS_ALWAYS:
		return ENOSYS;
	case POLICY_CALLS_ATTRIBUTES:
		return ENOTSUP;
	case POLICY_CALLS_CORES:
		return 0;
	default:
		return EACCES;
	}
}

static int filter_calls(__u64 denied)
{
	static struct filter filter;
	struct sock_fprog program = { .filter = filter.code };

	denied |= BIT(POLICY_CALLS_ALWAYS) | BIT(POLICY_CALLS_CORES);
	load(&filter, offsetof(struct seccomp_data, arch));
	add(&filter, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	refuse(&filter, ENOSYS);
	load(&filter, offsetof(struct seccomp_data, nr));
	add(&filter, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	refuse(&filter, ENOSYS);
	for (size_t i = 0; i < POLICY_CALLS_COUNT; i++) {
		const struct policy_call *call = &POLICY_CALLS[i];

		if (denied & BIT(call->why))
			add_call(&filter, call, answer_to(call));
	}
	add(&filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	program.len = filter.length;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) ? say_errno("cannot install a seccomp filter") : 0;
}

/* ---- the pins ---------------------------------------------------------------------------------------------------- */

/*
 * In a mount namespace of its own, to which the machine's mounts still come, nothing lies where the pins are. For other
 * users as well: a program may be set-user-ID.
 */
static int hide_pins(void)
{
	struct statfs fs;

	if (statfs(KERNEL_SIDE_BPFFS, &fs) || fs.f_type != BPF_FS_MAGIC)
		return 0;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ||
	    mount("none", KERNEL_SIDE_BPFFS, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=0"))
		return say_errno("cannot hide %s", KERNEL_SIDE_BPFFS);
	return 0;
}

/* The kernel writes them where no program looks. The filter keeps this from being changed. */
static int leave_no_cores(void)
{
	const struct rlimit none = { 0, 0 };

	return setrlimit(RLIMIT_CORE, &none) ? say_errno("cannot limit core files") : 0;
}

int restrict_self(__u64 denied)
{
	if (hide_pins() || leave_no_cores())
		return -1;
	/* while it still may: the filter takes a privilege */
	return filter_calls(denied) || drop_capabilities(denied) ? -1 : 0;
}
