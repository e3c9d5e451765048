/** A review with something in each of its sections, and text that tries to be markup. */
import type { Review } from "../../src/review/review.js";

const change = (access: string, was: string, now: string, name: string) => ({
  access, was, now, to: "deny" as const, name, statement: name === "api" ? 'api: allow connect "192.0.2.0/24" port 443' : null,
});

export const SAMPLE: Review = {
  wider: [change("connect 192.0.2.0 port 443 tcp", "deny by default", "allow by api", "api"), change("privilege userns", "deny by default", "allow by draft.pol:21", "draft.pol:21")],
  narrower: [change("read, write, create, delete, setattr /home/ada/.ssh", "allow by default", "deny by ssh-keys", "ssh-keys"),
    change("exec /usr/bin/git by /usr/bin/node with the arguments \"push\" \"--force\"", "allow by default", "deny by no-force", "no-force")],
  wishes: [
    { words: "block ssh keys", line: 4, statements: ["ssh-keys: deny access \"~/.ssh/**\" except \"~/.ssh/known_hosts\"\n  because \"private keys stay here\""] },
    { words: "the API may be reached", line: 7, statements: ["api: allow connect \"192.0.2.0/24\" port 443"] },
  ],
  unasked: ["allow privilege userns"],
  untranslated: [{ kind: "not-translated", words: "be nice <script>alert(1)</script>\u202e", line: null, reason: "no rule speaks of tone" }],
  probes: [
    { access: "read /home/ada/.ssh/id_ed25519", expected: "deny", actual: "deny", ok: true, rule: "ssh-keys", target: { kind: "anonymous" }, folders: { home: "/", workspace: "/" } },
    { access: "connect 192.0.2.1 port 80 tcp", expected: "allow", actual: "deny", ok: false, rule: null, target: { kind: "anonymous" }, folders: { home: "/", workspace: "/" } },
  ],
  broad: [{ rule: "ssh-keys", access: "read /root/.ssh/x" }, { rule: "draft.pol:21", access: null }],
  warnings: ["draft.pol:21: this allows `connect` of every address"],
  everyday: { tried: 116, broken: [{ activity: "use git", access: "exec /usr/bin/git with the arguments \"push\"", attempt: { kind: "anonymous", op: "exec" }, before: "allow", after: "deny", rule: "no-force" }] },
};
