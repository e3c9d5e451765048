/**
 * Where the services listen that start programs outside of a session for whoever may talk to them. Connecting there takes
 * the privilege `escape-socket` besides what is said of `connect`: see docs/decisions/0019-escape-sockets.md. A folder that
 * such a service has to itself stands here whole. Names are literal, `*` or a beginning and `*`; `**` comes last.
 */
import type { Effect, Privilege } from "./ast.js";
import type { Span } from "./diagnostic.js";
import type { PatternText, ResolvedPolicy, ResolvedTarget } from "./resolved.js";

export const ESCAPE_SOCKET: Privilege = "escape-socket";

/** Below /run, and below /var/run where that is a folder of its own. */
const RUNTIME = [
  // Docker docs, "dockerd" and "Rootless mode": the API; containerd and plug-ins that the daemon keeps for itself.
  "docker.sock", "user/*/docker.sock", "docker/**", "user/*/docker/**",
  // kubernetes.io, "Container Runtimes", and kubeadm's constants: runtimes that kubelet knows.
  "containerd/**", "crio/**", "cri-dockerd.sock", "dockershim.sock",
  // K3s docs, "Advanced options": its own containerd.
  "k3s/containerd/**",
  // podman-system-service(1).
  "podman/**", "user/*/podman/**",
  // BuildKit's README and docs/rootless.md.
  "buildkit/**", "user/*/buildkit/**",
  // libvirt.org, "Daemons": libvirt-sock, virtqemud-sock and so on, "equivalent to having a root shell".
  "libvirt/**", "user/*/libvirt/**",
  // Incus docs, "Environment variables"; incus.socket of distributions.
  "incus/unix.socket", "incus/unix.socket.user",
  // snapcraft.io, "Using the REST API"; snapd's snapd.socket.
  "snapd.socket", "snapd-snap.socket",
  // systemd(1) and systemctl's source: the manager's own bus, of the system and of each user.
  "systemd/private", "user/*/systemd/private",
  // systemd's units *.socket: Varlink interfaces (io.systemd.Manager, io.systemd.Credentials and others). Those of
  // name look-ups (userdb, resolve) and of the journal have folders of their own and start nothing.
  "systemd/io.systemd.*/**", "user/*/systemd/io.systemd.*/**", "systemd/machine/**",
  // D-Bus specification, "Well-known message bus instances"; systemd's user bus. systemd-run goes this way.
  "dbus/system_bus_socket", "user/*/bus",
] as const;

const ELSEWHERE = [
  // LXD docs, "lxc remote" and the snap's interface `lxd`; Incus docs.
  "/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket", "/var/snap/lxd/common/lxd-user/unix.socket",
  "/var/lib/incus/unix.socket", "/var/lib/incus/unix.socket.user",
  // MicroK8s docs, "Configuring services": its own containerd.
  "/var/snap/microk8s/common/run/**",
  // dbus-daemon(1), session.conf: `unix:tmpdir=/tmp`, of which the specification says `dbus-` and a random name.
  "/tmp/dbus-*",
] as const;

const OF_HOME = [
  // Docker docs, "Docker Desktop for Linux": its context. "Rootless mode, Tips": $XDG_RUNTIME_DIR where there is no /run/user.
  "/.docker/desktop/**", "/.docker/run/**",
] as const;

/** Without `@`. */
const ABSTRACT = [
  // CVE-2020-15257: shims of containerd before 1.3.9 and 1.4.3.
  "/containerd-shim/*",
  // D-Bus specification, `unix:tmpdir`: abstract where the system has such names.
  "/tmp/dbus-*",
] as const;

const asPattern = (text: string): PatternText => [{ literal: false, text }];

/** One object each, so that a pattern is read once. */
const PATHS: readonly PatternText[] = [...["/run/", "/var/run/"].flatMap((folder) => RUNTIME.map((path) => folder + path)), ...ELSEWHERE]
  .map(asPattern);
const NAMES: readonly PatternText[] = ABSTRACT.map(asPattern);

const TEXTS: ReadonlySet<string> = new Set([...PATHS, ...NAMES].flatMap((pattern) => pattern.map(({ text }) => text)));

/** Whether it is one of those that no home directory is part of. No two of them match the same but by a `*` of one text. */
export const isEscapeSocket = (pattern: string): boolean => TEXTS.has(pattern);

/** All of them as targets of `connect`, at `span`. `home`: absolute. */
export function escapeSockets(home: string, span: Span): readonly ResolvedTarget[] {
  const ofHome = OF_HOME.map((text): PatternText => [{ literal: true, text: home.replace(/\/+$/, "") }, { literal: false, text }]);
  return [
    ...[...PATHS, ...ofHome].map((pattern) => ({ kind: "unix-path", pattern, span }) as const),
    ...NAMES.map((pattern) => ({ kind: "unix-abstract", pattern, span }) as const),
  ];
}

/** What decides where no rule does: like a rule, but that there need not be a statement. */
export interface ImpliedRule {
  readonly id: string;
  readonly effect: Effect;
  readonly because: string;
  /** Null where the default is built in. */
  readonly span: Span | null;
}

/** What the default of privileges says of connecting to the sockets. */
export function impliedByDefault({ defaultSpans, privilegeDefault }: ResolvedPolicy): ImpliedRule {
  return {
    id: `privilege ${ESCAPE_SOCKET}`, effect: privilegeDefault ?? "deny", span: defaultSpans.get("privilege") ?? null,
    because: `who may talk to it can act outside of the session; \`allow privilege ${ESCAPE_SOCKET}\` permits that`,
  };
}
