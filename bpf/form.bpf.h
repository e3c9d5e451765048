/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * libbpf's BPF_PROG leaves nothing behind of a hook's parameters once it is compiled. This one also declares a variable
 * of their types, which nobody reads: policyd compares what its BTF says with the running kernel's function. Of sections
 * that are called like debugging information libbpf makes no map.
 */
#ifndef POLICY_FORM_H
#define POLICY_FORM_H

#include <bpf/bpf_tracing.h>

#undef BPF_PROG
#define BPF_PROG(name, args...)                                                                   \
	name(unsigned long long *ctx);                                                            \
	int (*const form_##name)(args) __attribute__((section(".debug_forms"))) = 0;                     \
	static __always_inline int body_of_##name(unsigned long long *ctx, ##args);               \
	int name(unsigned long long *ctx)                                                         \
	{                                                                                         \
		_Pragma("GCC diagnostic push")                                                    \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")                            \
		return body_of_##name(___bpf_ctx_cast(args));                                     \
		_Pragma("GCC diagnostic pop")                                                     \
	}                                                                                         \
	static __always_inline int body_of_##name(unsigned long long *ctx, ##args)

#endif
