/** What a process may do to leave the sandbox or the machine's order. */
import type { Entry } from "./entry.js";
import { document, privileges } from "./make-entry.js";

const man = (page: string, section: number) => document(`${page}(${String(section)})`, `https://man7.org/linux/man-pages/man${String(section)}/${page}.${String(section)}.html`);

export const PRIVILEGES_OF_PROCESSES: readonly Entry[] = [
  privileges("ptrace", "debugging other processes", ["ptrace", "attach to other? process|program", "debug|trace|inspect other? process|program", "debugging process|program", "process memory", "memory of? other process", "read other process memory", "process injection", "inject code into process"], ["ptrace"], "no ptrace", man("ptrace", 2)),
  privileges("signal", "signalling other processes", ["signal other? process|program", "send signal to? other? process|program", "signal", "kill|terminate other? process|program|processes", "killing process|processes|other process", "kill process outside"], ["signal"], "don't kill other processes", man("kill", 2)),
  privileges("mount", "mounting", ["mount|mounts", "mount file? system|filesystem|filesystems|disk|drive|volume|anything", "unmount|umount filesystem?", "bind mount"], ["mount"], "no mounting of filesystems", man("mount", 2)),
  privileges("userns", "user namespaces", ["user namespace|namespaces|ns", "userns", "create|new|unshare user? namespace", "unprivileged user? namespace"], ["userns"], "no user namespaces", man("user_namespaces", 7)),
  privileges("setns", "entering namespaces", ["setns", "enter|join other? namespace|container", "nsenter"], ["setns"], "don't enter other namespaces", man("setns", 2)),
  privileges("namespaces", "namespaces", ["namespace|namespaces", "unshare"], ["userns", "setns"], "no namespaces", man("namespaces", 7)),
  privileges("chroot", "chroot", ["chroot", "change root directory?", "pivot_root"], ["chroot"], "no chroot", man("chroot", 2)),
  privileges("bpf", "BPF", ["bpf|ebpf program?", "load bpf|ebpf program", "bpf syscall"], ["bpf"], "no bpf", man("bpf", 2)),
  privileges("module", "loading kernel modules", ["kernel module|driver", "load|insert|unload|remove kernel? module|driver", "modprobe|insmod|rmmod", "module loading", "lkm"], ["module"], "don't load kernel modules", man("init_module", 2)),
  privileges("kexec", "kexec", ["kexec", "load|boot new|other kernel"], ["kexec"], "no kexec", man("kexec_load", 2)),
  privileges("reboot", "rebooting", ["reboot|shutdown|poweroff|halt machine|system|computer|host?", "shut down machine|system|computer|host?", "restart machine|computer|host|system", "power off machine|system|computer?"], ["reboot"], "don't reboot the machine", man("reboot", 2)),
  privileges("perf", "performance events", ["perf|performance event|monitoring|counter?", "perf_event_open", "profile other? process|kernel"], ["perf"], "no perf events", man("perf_event_open", 2)),
  privileges("raw-disk", "raw disks", ["raw disk|device|storage|drive access?", "disk|drive directly", "raw disk write|read", "physical|kernel memory", "direct disk access"], ["raw-disk"], "no raw disk access", document("full(4), mem(4)", "https://man7.org/linux/man-pages/man4/mem.4.html")),
  privileges("raw-socket", "raw sockets", ["raw|packet socket", "raw packet|network packet", "craft packet", "icmp packet?"], ["raw-socket"], "no raw sockets", man("raw", 7)),
  privileges("vsock", "vsock", ["vsock", "vm socket", "virtual machine socket"], ["vsock"], "no vsock", man("vsock", 7)),
  privileges("net-admin", "network administration", ["net-admin|netadmin", "network admin", "change|add|modify|delete route|routing", "change|add|modify|configure network interface", "network route", "routing table", "tun|tap device|interface", "network interface"], ["net-admin"], "don't add routes", man("capabilities", 7)),
  privileges("kernel-settings", "kernel settings", ["kernel setting|parameter|tunable|config|configuration", "sysctl", "proc sys", "change|modify|write kernel setting|parameter", "cgroup|cgroups", "debugfs|tracefs|sysfs"], ["kernel-settings"], "don't change kernel parameters", man("proc_sys", 5)),
  privileges("handle-open", "opening by handle", ["file handle", "open_by_handle_at", "open file? by handle"], ["handle-open"], "no opening of file handles", man("open_by_handle_at", 2)),
  privileges("io-uring", "io_uring", ["io_uring|iouring|io-uring", "io uring"], ["io-uring"], "no io_uring", man("io_uring_setup", 2)),
  privileges("keyring", "kernel keyrings", ["kernel keyring|key", "keyctl|add_key|request_key"], ["keyring"], "no kernel keyrings", man("keyrings", 7)),
  privileges("time", "setting the clock", ["clock|system clock|time", "set|change|adjust system? clock|time|date", "settimeofday"], ["time"], "don't change the clock", man("settimeofday", 2)),
  privileges("swap", "swap", ["swap|swapon|swapoff file|partition|space?"], ["swap"], "no swap files", man("swapon", 2)),
  privileges("escape-socket", "daemons' control sockets", ["control socket", "daemon control socket", "container control socket", "docker|containerd|podman|libvirt|snapd|systemd control socket", "container|sandbox escape", "escape sandbox|container"], ["escape-socket"], "no control sockets", document("Docker documentation, Docker daemon attack surface", "https://docs.docker.com/engine/security/#docker-daemon-attack-surface")),
  privileges("terminal", "typing into the terminal", ["tiocsti|tioclinux", "terminal injection|input|typing", "inject|type input|keystroke|command into terminal", "type into terminal", "fake keystroke|input"], ["terminal"], "no typing into my terminal", man("ioctl_tty", 2)),
  privileges("all", "privileges", ["special|system|linux privilege", "linux? capability|capabilities"], ["ptrace", "signal", "mount", "userns", "setns", "chroot", "bpf", "module", "kexec", "reboot", "perf", "raw-disk", "raw-socket", "vsock", "net-admin", "kernel-settings", "handle-open", "keyring", "time", "swap", "escape-socket", "terminal"], "no privileges", man("capabilities", 7)),
  privileges("kernel-access", "changing the kernel", ["kernel modification|hacking|tampering", "kernel", "tamper kernel"], ["module", "bpf", "kexec", "kernel-settings", "raw-disk", "perf"], "don't tamper with the kernel", man("capabilities", 7)),
];
