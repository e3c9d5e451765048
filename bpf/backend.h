/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_BACKEND_H
#define POLICY_BACKEND_H

/*
 * How the programs are attached: to BPF's own LSM hooks; to the kernel's functions that call the hooks of all LSMs; or to
 * tracepoints and the topmost cgroup, which sees most of what is done when it is done already.
 */
enum backend { BACKEND_NONE, BACKEND_LSM, BACKEND_FMOD_RET, BACKEND_TRACEPOINT };

/* As in --backend. */
const char *backend_name(enum backend backend);
/* BACKEND_NONE where there is none of this name. */
enum backend backend_named(const char *name);
/* Tries the backend out on this machine with a program that decides nothing. Returns an exit status. */
int backend_probe(enum backend backend);

#endif
