/*
 * mutant PIN…      puts a program that permits everything in the place of each that is attached and pinned there, and says
 *                  `ready`; puts them back when its input ends. As root: what the kernel then lacks is one hook.
 *
 * Nothing of this is in policyd: the programs that remain are those that always run, and the number of pins is the same.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PINS 8

static struct replaced {
	const char *pin;
	int original;    /* the program */
	int cgroup_link; /* -1 where it is no program of a cgroup */
} replaced[PINS];

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "mutant: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool is_of_cgroup(const struct bpf_link_info *link)
{
	return link->type == BPF_LINK_TYPE_CGROUP;
}

/* The type that the program says when it is loaded, which its link tells, but for that of the kernel's tracepoints. */
static enum bpf_attach_type attach_type(const struct bpf_link_info *link)
{
	if (is_of_cgroup(link))
		return link->cgroup.attach_type;
	return link->type == BPF_LINK_TYPE_TRACING ? link->tracing.attach_type : BPF_TRACE_RAW_TP;
}

static int load_mutant(const struct bpf_prog_info *original, const struct bpf_link_info *link)
{
	const struct bpf_insn permits[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = is_of_cgroup(link) },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach_type(link),
		    .attach_btf_id = original->attach_btf_id);

	return bpf_prog_load(original->type, "mutant", "GPL", permits, sizeof(permits) / sizeof(*permits), &options);
}

/* The kernel takes its time with a link that nothing holds any more. */
static void await_end_of(__u32 link)
{
	for (int tries = 0; tries < 1000; tries++) {
		int fd = bpf_link_get_fd_by_id(link);

		if (fd >= 0)
			close(fd);
		else if (errno == ENOENT)
			break;
		usleep(10000);
	}
	usleep(20000); /* its number goes first, then the program */
}

/* In the place of what is pinned. */
static void attach_and_pin(int program, const char *pin)
{
	int link;

	must(!unlink(pin), pin);
	link = bpf_raw_tracepoint_open(NULL, program); /* whatever the program says that it is for */
	must(link >= 0, "cannot attach");
	must(!bpf_obj_pin(link, pin), pin);
	close(link);
}

static void replace(struct replaced *one, const char *pin)
{
	struct bpf_prog_info program = {};
	struct bpf_link_info link = {};
	__u32 size = sizeof(link);
	int fd = bpf_obj_get(pin), mutant;

	must(fd >= 0 && !bpf_obj_get_info_by_fd(fd, &link, &size), pin);
	one->pin = pin;
	one->original = bpf_prog_get_fd_by_id(link.prog_id);
	size = sizeof(program);
	must(one->original >= 0 && !bpf_obj_get_info_by_fd(one->original, &program, &size), "its program");
	mutant = load_mutant(&program, &link);
	must(mutant >= 0, "cannot load a program in its place");
	one->cgroup_link = is_of_cgroup(&link) ? fd : -1;
	if (one->cgroup_link >= 0) {
		must(!bpf_link_update(fd, mutant, NULL), "cannot update the link");
	} else {
		close(fd);
		attach_and_pin(mutant, pin);
		await_end_of(link.id);
	}
	close(mutant);
}

static void restore(const struct replaced *one)
{
	if (one->cgroup_link >= 0)
		must(!bpf_link_update(one->cgroup_link, one->original, NULL), "cannot update the link");
	else
		attach_and_pin(one->original, one->pin);
}

int main(int argc, char **argv)
{
	int count = argc - 1;
	char byte;

	if (count < 1 || count > PINS) {
		fprintf(stderr, "usage: mutant PIN...\n");
		return 2;
	}
	for (int i = 0; i < count; i++)
		replace(&replaced[i], argv[i + 1]);
	printf("ready\n");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	for (int i = 0; i < count; i++)
		restore(&replaced[i]);
	return 0;
}
