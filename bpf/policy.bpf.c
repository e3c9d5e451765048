// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The one BPF program: the same bytes for every policy. A policy is only what its maps hold. */
#include "kernel.h"
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "form.bpf.h"
#include "policy_abi.h"
#include "maps.bpf.h"
#include "session.bpf.h"
#include "privileges.bpf.h"
#include "capabilities.bpf.h"
#include "processes.bpf.h"
#include "protected.bpf.h"
#include "files.bpf.h"
#include "programs.bpf.h"
#include "rename.bpf.h"
#include "sockets.bpf.h"
#include "received.bpf.h"
#include "again.bpf.h"
#include "tracepoints.bpf.h"
#include "cgroups.bpf.h"
#include "query.bpf.h"

char LICENSE[] SEC("license") = "GPL";
