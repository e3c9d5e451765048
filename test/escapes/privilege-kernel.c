/*
 * What is asked of the kernel itself, as root. Each is refused by the rule of privileges.pol that is called
 * `no-PRIVILEGE`; where the privilege is allowed, it works.
 */
#include "probe.h"

#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static int by_bpf_map(const struct place *p)
{
	union bpf_attr attributes = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };

	(void)p;
	return closed(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)));
}

static int by_bpf_listing(const struct place *p)
{
	union bpf_attr attributes = {};

	(void)p;
	return past(syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &attributes, sizeof(attributes)));
}

static int by_init_module(const struct place *p)
{
	(void)p;
	return past(syscall(SYS_init_module, "no module", 9, ""));
}

static int by_finit_module(const struct place *p)
{
	return past(syscall(SYS_finit_module, open(in(p->dir, "file"), O_RDONLY), "", 0));
}

static int by_delete_module(const struct place *p)
{
	(void)p;
	return past(syscall(SYS_delete_module, "no-such-module", 0));
}

static int by_kexec(const struct place *p)
{
	(void)p;
	return past(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

static int by_kexec_file(const struct place *p)
{
	(void)p;
	return past(syscall(SYS_kexec_file_load, -1, -1, 0, NULL, 4 /* KEXEC_FILE_NO_INITRAMFS */));
}

static int by_reboot(const struct place *p)
{
	(void)p; /* Ctrl-Alt-Del goes to init: as it is */
	return result(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF, NULL));
}

static int by_perf(const struct place *p)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attributes),
					      .config = PERF_COUNT_SW_CPU_CLOCK };

	(void)p;
	return closed(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

static int by_io_uring(const struct place *p)
{
	struct io_uring_params parameters = {};

	(void)p;
	return closed(syscall(SYS_io_uring_setup, 4, &parameters));
}

static int by_add_key(const struct place *p)
{
	(void)p;
	return past(syscall(SYS_add_key, "user", p->label, "x", 1, KEY_SPEC_PROCESS_KEYRING));
}

static int by_keyctl(const struct place *p)
{
	(void)p;
	return past(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
}

/* A key that is there already. */
static int make_key(const struct place *p)
{
	long key = syscall(SYS_add_key, "user", p->label, "x", 1, KEY_SPEC_USER_KEYRING);
	char text[32];

	must(key > 0 && !syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0x3f3f3f3f), "add_key");
	snprintf(text, sizeof(text), "%ld", key);
	write_file(in(p->work, "key"), text, 0644);
	return 0;
}

/* A key that may not be used counts as none. */
static int by_read_key(const struct place *p)
{
	char text[32] = {};
	int fd = open(in(p->work, "key"), O_RDONLY), failed;

	must(read(fd, text, sizeof(text) - 1) > 0, "key");
	failed = result(syscall(SYS_keyctl, KEYCTL_READ, atol(text), text, sizeof(text)));
	return failed == -ENOKEY ? -EACCES : failed;
}

static int by_clock_settime(const struct place *p)
{
	struct timespec now;

	(void)p;
	clock_gettime(CLOCK_REALTIME, &now);
	return result(clock_settime(CLOCK_REALTIME, &now));
}

static int by_settimeofday(const struct place *p)
{
	struct timeval now;

	(void)p;
	gettimeofday(&now, NULL);
	return result(settimeofday(&now, NULL));
}

static int by_adjtimex(const struct place *p)
{
	struct timex adjustment = { .modes = ADJ_ESTERROR, .esterror = 16000000 };

	(void)p;
	return result(adjtimex(&adjustment));
}

static int by_swapon(const struct place *p)
{
	return past(swapon(in(p->dir, "file"), 0));
}

static int by_swapoff(const struct place *p)
{
	return past(swapoff(in(p->dir, "file")));
}

static int by_handle(const struct place *p)
{
	struct { struct file_handle head; char room[MAX_HANDLE_SZ]; } handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, directory = open(p->dir, O_RDONLY | O_DIRECTORY);

	if (name_to_handle_at(directory, "file", &handle.head, &mount_id, 0))
		return errno == EOPNOTSUPP ? SKIP : -errno;
	return closed(open_by_handle_at(directory, &handle.head, O_RDONLY));
}

const struct technique PRIVILEGE_KERNEL[] = {
	PRIVILEGE("bpf-map", "bpf", by_bpf_map),
	PRIVILEGE("bpf-listing", "bpf", by_bpf_listing),
	PRIVILEGE("init-module", "module", by_init_module),
	PRIVILEGE("finit-module", "module", by_finit_module),
	PRIVILEGE("delete-module", "module", by_delete_module),
	PRIVILEGE("kexec", "kexec", by_kexec),
	PRIVILEGE("kexec-file", "kexec", by_kexec_file),
	PRIVILEGE("reboot", "reboot", by_reboot),
	PRIVILEGE("perf", "perf", by_perf),
	PRIVILEGE("handle", "handle-open", by_handle),
	PRIVILEGE("io-uring", "io-uring", by_io_uring),
	PRIVILEGE("add-key", "keyring", by_add_key),
	PRIVILEGE("session-keyring", "keyring", by_keyctl),
	{ "privilege-read-key", "no-keyring", "privilege", by_read_key, make_key },
	PRIVILEGE("clock-settime", "time", by_clock_settime),
	PRIVILEGE("settimeofday", "time", by_settimeofday),
	PRIVILEGE("adjtimex", "time", by_adjtimex),
	PRIVILEGE("swapon", "swap", by_swapon),
	PRIVILEGE("swapoff", "swap", by_swapoff),
	{ 0 },
};
