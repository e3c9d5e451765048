/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What would leave the sandbox or turn it off, by the names that the language gives it: how each is decided. */
#ifndef POLICY_PRIVILEGES_H
#define POLICY_PRIVILEGES_H

#include "decide.bpf.h"

#define PRIVILEGE(name) POLICY_PRIVILEGE_##name
#define NO_PRIVILEGE POLICY_PRIVILEGES

static __always_inline __u32 privilege_word(__u32 index, const struct policy_root *root, __u32 privilege)
{
	if (privilege >= POLICY_PRIVILEGES)
		return POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE);
	return weigh_word(index, root->privilege[privilege]) ?: root->privilege_defaults[privilege];
}

/* As `carry_out`, for a privilege. */
static __always_inline int carry_out_privilege(__u32 index, struct scratch *scratch, __u32 word, __u32 privilege,
					       __u32 reason)
{
	scratch->event.object = POLICY_OBJECT_PRIVILEGE;
	scratch->event.path_len = 0;
	return carry_out(index, scratch, word, POLICY_OP_PRIVILEGE + privilege, reason);
}

/* `quietly`: the kernel only asks whether it could, and would say nothing of a refusal either. */
static __noinline int decide_privilege_in(__u32 session, __u32 privilege, __u32 quietly)
{
	__u32 index = begin(session), word;
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root)
		goto out;
	word = privilege_word(index, root, privilege);
	if (quietly)
		verdict = word_permits(word) ? 0 : -EACCES;
	else
		verdict = carry_out_privilege(index, scratch, word, privilege, POLICY_REASON_POLICY);
out:
	scratch_release(index);
	return verdict;
}

/* Whatever the policy says of it. */
static __noinline int refuse_privilege(__u32 session, __u32 privilege)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);

	if (!scratch)
		return -EACCES;
	carry_out_privilege(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), privilege,
			    POLICY_REASON_PROTECTED);
	scratch_release(index);
	return -EACCES;
}

static __always_inline int decide_privilege(__u32 privilege)
{
	__u32 session = current_session();

	return session && privilege < NO_PRIVILEGE ? decide_privilege_in(session, privilege, 0) : 0;
}

/* Whether the kernel's string is `literal`. */
#define IS_TEXT(string, literal)                                                      \
	({                                                                            \
		char read_[sizeof(literal) + 1] = {};                                 \
		int same_ = 1;                                                        \
		bpf_probe_read_kernel_str(read_, sizeof(read_), string);              \
		for (__u32 i_ = 0; i_ < sizeof(literal); i_++)                        \
			same_ &= read_[i_] == (literal)[i_];                          \
		same_;                                                                \
	})

/* ---- what has a hook of its own ---------------------------------------------------------------------------------- */

SEC("lsm/userns_create")
int BPF_PROG(userns_create, const struct cred *cred, int ret)
{
	return ret ?: decide_privilege(PRIVILEGE(USERNS));
}

SEC("lsm/path_chroot")
int BPF_PROG(path_chroot, const struct path *path, int ret)
{
	return ret ?: decide_privilege(PRIVILEGE(CHROOT));
}

/* What others have made is nobody's to take: among it is what holds the session itself. */
static __always_inline int decide_bpf(int command)
{
	__u32 session = current_session();

	if (!session)
		return 0;
	switch (command) {
	case BPF_OBJ_GET:
	case BPF_PROG_GET_FD_BY_ID:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_LINK_GET_FD_BY_ID:
		return refuse_privilege(session, PRIVILEGE(BPF));
	default:
		return decide_privilege_in(session, PRIVILEGE(BPF), 0);
	}
}

SEC("lsm/bpf")
int BPF_PROG(bpf_call, int command, union bpf_attr *attributes, unsigned int size, int ret)
{
	return ret ?: decide_bpf(command);
}

/* The same hook since it is told of the kernel's own calls (6.14), which are no session's. */
SEC("lsm/bpf")
int BPF_PROG(bpf_call_origin, int command, union bpf_attr *attributes, unsigned int size, int by_kernel, int ret)
{
	return ret || by_kernel ? ret : decide_bpf(command);
}

SEC("lsm/perf_event_open")
int BPF_PROG(perf_event_open, struct perf_event_attr *attr, int type, int ret)
{
	return ret ?: decide_privilege(PRIVILEGE(PERF));
}

/* The same hook since it is told the kind alone (6.12). policyd loads the one that fits the kernel. */
SEC("lsm/perf_event_open")
int BPF_PROG(perf_event_open_kind, int type, int ret)
{
	return ret ?: decide_privilege(PRIVILEGE(PERF));
}

SEC("lsm/key_alloc")
int BPF_PROG(key_alloc, struct key *key, const struct cred *cred, unsigned long flags, int ret)
{
	return ret ?: decide_privilege(PRIVILEGE(KEYRING));
}

SEC("lsm/key_permission")
int BPF_PROG(key_permission, struct key *key, const struct cred *cred, unsigned int need, int ret)
{
	return ret ?: decide_privilege(PRIVILEGE(KEYRING));
}

SEC("lsm/tun_dev_create")
int BPF_PROG(tun_dev_create, int ret)
{
	return ret ?: decide_privilege(PRIVILEGE(NET_ADMIN));
}

SEC("lsm/tun_dev_open")
int BPF_PROG(tun_dev_open, void *security, int ret)
{
	return ret ?: decide_privilege(PRIVILEGE(NET_ADMIN));
}

/* A ring acts by itself: what makes one makes the file of this name. */
SEC("lsm/inode_init_security_anon")
int BPF_PROG(inode_init_security_anon, struct inode *inode, const struct qstr *name, const struct inode *context, int ret)
{
	if (ret || !current_session())
		return ret;
	return IS_TEXT(BPF_CORE_READ(name, name), "[io_uring]") ? decide_privilege(PRIVILEGE(IO_URING)) : 0;
}

static __always_inline __u32 privilege_of_socket(int family, int type)
{
	switch (family) {
	case AF_INET:
	case AF_INET6:
		return type == SOCK_RAW || type == SOCK_PACKET ? PRIVILEGE(RAW_SOCKET) : NO_PRIVILEGE;
	case AF_UNIX:
	case AF_NETLINK:
		return NO_PRIVILEGE;
	case AF_VSOCK:
		return PRIVILEGE(VSOCK);
	default:
		return PRIVILEGE(RAW_SOCKET);
	}
}

SEC("lsm/socket_create")
int BPF_PROG(socket_create, int family, int type, int protocol, int by_kernel, int ret)
{
	return ret || by_kernel ? ret : decide_privilege(privilege_of_socket(family, type));
}

#endif
