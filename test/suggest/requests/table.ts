/**
 * What people ask for, and what must come of it: the measure of the catalogue, not written from it. `d` is denied and `a` allowed
 * afterwards, by home /home/ada and workspace /w; `un`: words that have to come back untranslated.
 */
export interface AskedFor {
  readonly request: string;
  readonly d?: readonly string[];
  readonly a?: readonly string[];
  readonly un?: readonly string[];
}

const read = (...paths: readonly string[]): readonly string[] => paths.map((path) => `read "${path}"`);
const write = (...paths: readonly string[]): readonly string[] => paths.map((path) => `write "${path}"`);
const remove = (...paths: readonly string[]): readonly string[] => paths.map((path) => `delete "${path}"`);
const H = "/home/ada";
const run = (program: string, ...args: readonly string[]): string => `exec "/usr/bin/${program}"${args.length === 0 ? "" : ` args ${args.map((arg) => `"${arg}"`).join(", ")}`}`;
const to = (address: string, port = 443): string => `connect "${address}" port ${port} tcp`;
const WEB = to("203.0.113.9");

export const CREDENTIALS: readonly AskedFor[] = [
  { request: "block ssh keys", d: read(`${H}/.ssh/id_ed25519`, `${H}/.ssh/id_rsa`), a: read(`${H}/notes.txt`) },
  { request: "don't let it read my private keys for ssh", d: read(`${H}/.ssh/id_ed25519`), a: read(`${H}/projects/a.c`) },
  { request: "keep the agent away from my AWS credentials", d: read(`${H}/.aws/credentials`), a: read(`${H}/a.txt`) },
  { request: "aws keys must not be readable", d: read(`${H}/.aws/credentials`), a: read("/etc/hosts") },
  { request: "never touch gcloud credentials", d: read(`${H}/.config/gcloud/credentials.db`), a: read(`${H}/.config/app/x`) },
  { request: "deny azure login tokens", d: read(`${H}/.azure/msal_token_cache.json`), a: read(`${H}/x`) },
  { request: "hide my kubeconfig", d: read(`${H}/.kube/config`), a: read(`${H}/x`) },
  { request: "no access to kubernetes config", d: read(`${H}/.kube/config`), a: read("/w/a.yaml") },
  { request: "protect docker credentials", d: read(`${H}/.docker/config.json`), a: read("/w/Dockerfile") },
  { request: "block my npm token", d: read(`${H}/.npmrc`), a: read("/w/package.json") },
  { request: "the pypi password file is off limits", d: read(`${H}/.pypirc`), a: read("/w/setup.py") },
  { request: "forbid reading cargo credentials", d: read(`${H}/.cargo/credentials.toml`), a: read(`${H}/.cargo/registry/a`) },
  { request: "block the github cli token", d: read(`${H}/.config/gh/hosts.yml`), a: read(`${H}/.gitconfig`) },
  { request: "do not let it see my gitlab cli login", d: read(`${H}/.config/glab-cli/config.yml`), a: read(`${H}/x`) },
  { request: "block netrc", d: read(`${H}/.netrc`), a: read(`${H}/x`) },
  { request: "it must not read my gpg keys", d: read(`${H}/.gnupg/private-keys-v1.d/a.key`), a: read(`${H}/x`) },
  { request: "protect my pass password store", d: read(`${H}/.password-store/bank.gpg`), a: read(`${H}/x`) },
  { request: "no reading of browser cookies", d: read(`${H}/.mozilla/firefox/abc.default/cookies.sqlite`), a: read(`${H}/x`) },
  { request: "block firefox and chrome profiles", d: read(`${H}/.mozilla/firefox/a/logins.json`, `${H}/.config/google-chrome/Default/Login Data`), a: read(`${H}/.config/x`) },
  { request: "keep it out of my bitcoin wallet", d: read(`${H}/.bitcoin/wallet.dat`), a: read(`${H}/x`) },
  { request: "crypto wallets are forbidden", d: read(`${H}/.bitcoin/wallet.dat`), a: read(`${H}/x`) },
  { request: "block shell history", d: read(`${H}/.bash_history`, `${H}/.zsh_history`), a: read(`${H}/.bashrc`) },
  { request: "bash history is private", d: read(`${H}/.bash_history`), a: read(`${H}/x`) },
  { request: "deny reading .env files", d: read("/w/.env", "/w/api/.env"), a: read("/w/src/env.ts") },
  { request: "block .env but allow .env.example", d: read("/w/.env"), a: read("/w/.env.example") },
  { request: "don't read dotenv files", d: read("/w/.env"), a: read("/w/a.ts") },
  { request: "block all credentials", d: read(`${H}/.aws/credentials`, `${H}/.ssh/id_rsa`, `${H}/.kube/config`), a: read(`${H}/notes.txt`) },
  { request: "keep secrets safe: no ssh keys, no aws credentials, no gpg keys", d: read(`${H}/.ssh/id_rsa`, `${H}/.aws/credentials`, `${H}/.gnupg/private-keys-v1.d/a.key`), a: read(`${H}/x`) },
  { request: "block terraform credentials", d: read(`${H}/.terraform.d/credentials.tfrc.json`), a: read("/w/main.tf") },
  { request: "deny the vault token", d: read(`${H}/.vault-token`), a: read(`${H}/x`) },
  { request: "block access to keepass databases", d: read(`${H}/secrets.kdbx`), a: read(`${H}/secrets.txt`) },
  { request: "no reading the gnome keyring", d: read(`${H}/.local/share/keyrings/login.keyring`), a: read(`${H}/.local/share/app/x`) },
  { request: "the postgres password file must stay private", d: read(`${H}/.pgpass`), a: read(`${H}/x`) },
  { request: "block rclone config", d: read(`${H}/.config/rclone/rclone.conf`), a: read(`${H}/.config/x`) },
  { request: "hugging face token: no access", d: read(`${H}/.cache/huggingface/token`), a: read(`${H}/.cache/x`) },
];

export const FILES: readonly AskedFor[] = [
  { request: "block /etc/shadow", d: read("/etc/shadow"), a: read("/etc/passwd") },
  { request: "do not read ~/Documents/taxes", d: read(`${H}/Documents/taxes/2024.pdf`), a: read(`${H}/Documents/a.pdf`) },
  { request: "deny writing to /srv/ledger", d: write("/srv/ledger/a"), a: [...read("/srv/ledger/a"), ...write("/srv/other/a")] },
  { request: "make /opt/data read only", d: [...write("/opt/data/a"), ...remove("/opt/data/a")], a: read("/opt/data/a") },
  { request: "no changes to /etc", d: [...write("/etc/hosts"), ...remove("/etc/hosts")], a: read("/etc/hosts") },
  { request: "it may not modify my bashrc", d: write(`${H}/.bashrc`), a: read(`${H}/.bashrc`) },
  { request: "protect shell startup files from being changed", d: write(`${H}/.bashrc`, `${H}/.zshrc`, `${H}/.profile`), a: [...read(`${H}/.bashrc`), ...write(`${H}/x`)] },
  { request: "don't edit sudoers", d: write("/etc/sudoers"), a: write("/w/a") },
  { request: "no cron jobs", d: ["create \"/etc/cron.d/x\""], a: write("/w/a") },
  { request: "don't let it create systemd units", d: ["create \"/etc/systemd/system/x.service\""], a: ["create \"/w/x.service\""] },
  { request: "only write inside the project", d: write("/srv/x/a", `${H}/notes.txt`), a: [...write("/w/src/a.ts"), ...read("/srv/x/a")] },
  { request: "confine it to the workspace", d: write(`${H}/notes.txt`), a: write("/w/a") },
  { request: "read-only please, no writes at all", d: [...write("/w/a", `${H}/a`), ...remove("/w/a")], a: read("/w/a") },
  { request: "make everything read only", d: write("/w/a"), a: read("/w/a") },
  { request: "the agent must not delete anything", d: remove("/w/a", `${H}/a`), a: [...write("/w/a"), ...read("/w/a")] },
  { request: "no deleting in ~/Pictures", d: remove(`${H}/Pictures/a.jpg`), a: [...remove("/w/a"), ...read(`${H}/Pictures/a.jpg`)] },
  { request: "never remove files under /srv/backups", d: remove("/srv/backups/a"), a: remove("/w/a") },
  { request: "don't touch the migrations folder", d: write("/w/migrations/1.sql"), a: write("/w/src/a.ts") },
  { request: "leave package-lock.json alone", d: write("/w/package-lock.json"), a: write("/w/package.json") },
  { request: "block reading *.pem files", d: read("/w/certs/a.pem"), a: read("/w/certs/a.txt") },
  { request: "no writes to src/generated", d: write("/w/src/generated/a.ts"), a: write("/w/src/a.ts") },
  { request: "do not read /var/log except /var/log/nginx", d: read("/var/log/syslog"), a: read("/var/log/nginx/access.log") },
  { request: "block ~/Downloads apart from ~/Downloads/specs", d: read(`${H}/Downloads/a`), a: read(`${H}/Downloads/specs/a`) },
  { request: "block everything in ~/private", d: [...read(`${H}/private/a`), ...write(`${H}/private/a`)], a: read(`${H}/public/a`) },
  { request: "kill it if it reads /etc/shadow", d: read("/etc/shadow"), a: read("/etc/hosts") },
  { request: "nothing in /mnt/usb may be read or written", d: [...read("/mnt/usb/a"), ...write("/mnt/usb/a")], a: read("/mnt/x/a") },
  { request: "please make sure that it can't look into ~/Mail", d: read(`${H}/Mail/inbox`), a: read(`${H}/x`) },
  { request: "files called secrets.yaml must not be opened", d: read("/w/config/secrets.yaml"), a: read("/w/config/values.yaml") },
];

export const NETWORK: readonly AskedFor[] = [
  { request: "no network", d: [WEB, to("10.0.0.1")], a: read("/w/a") },
  { request: "disable internet access", d: [WEB], a: read("/w/a") },
  { request: "no internet but localhost is fine", d: [WEB], a: [to("127.0.0.1", 3000)] },
  { request: "only loopback connections", d: [WEB, to("10.0.0.1")], a: [to("127.0.0.1", 8080)] },
  { request: "block the local network", d: [to("192.168.1.10"), to("10.1.2.3")], a: [WEB] },
  { request: "block private addresses", d: [to("192.168.1.10")], a: [WEB] },
  { request: "block cloud metadata", d: [to("169.254.169.254", 80)], a: [WEB] },
  { request: "prevent access to the metadata service", d: [to("169.254.169.254", 80)], a: [WEB] },
  { request: "only https", d: [to("203.0.113.9", 80)], a: [WEB] },
  { request: "outgoing connections to port 443 only", d: [to("203.0.113.9", 22)], a: [WEB] },
  { request: "block smtp", d: [to("203.0.113.9", 25)], a: [WEB] },
  { request: "no outgoing ssh connections", d: [to("203.0.113.9", 22)], a: [WEB] },
  { request: "don't connect to postgres", d: [to("10.0.0.5", 5432)], a: [WEB] },
  { request: "block mysql and redis", d: [to("10.0.0.5", 3306), to("10.0.0.5", 6379)], a: [WEB] },
  { request: "deny connections to 10.9.0.0/16", d: [to("10.9.3.4")], a: [to("10.8.3.4")] },
  { request: "deny 203.0.113.7", d: [to("203.0.113.7")], a: [to("203.0.113.8")] },
  { request: "allow connections only to 198.51.100.0/24", d: [WEB], a: [to("198.51.100.9")] },
  { request: "block port 8443", d: [to("203.0.113.9", 8443)], a: [WEB] },
  { request: "no connections to ports 6000-6010", d: [to("203.0.113.9", 6005)], a: [to("203.0.113.9", 6011)] },
  { request: "it must not listen on any port", d: ["bind \"0.0.0.0\" port 8080 tcp"], a: [WEB] },
  { request: "no servers", d: ["bind \"0.0.0.0\" port 8080 tcp"], a: [WEB] },
  { request: "block telnet and ftp", d: [to("203.0.113.9", 23), to("203.0.113.9", 21)], a: [WEB] },
  { request: "no network except 10.0.0.5 port 5432", d: [WEB, to("10.0.0.5", 22)], a: [to("10.0.0.5", 5432)] },
  { request: "no udp", d: ["connect \"203.0.113.9\" port 53 udp"], a: [WEB] },
  { request: "block the docker socket", d: ["connect unix \"/run/docker.sock\""], a: [WEB] },
];

export const PROGRAMS: readonly AskedFor[] = [
  { request: "no sudo", d: [run("sudo")], a: [run("ls")] },
  { request: "never run terraform apply", d: [run("terraform", "apply")], a: [run("terraform", "plan")] },
  { request: "don't run curl or wget", d: [run("curl"), run("wget")], a: [run("git")] },
  { request: "block docker", d: [run("docker", "ps")], a: [run("git")] },
  { request: "no rm -rf", d: [run("rm", "-rf", "x")], a: [run("rm", "x")] },
  { request: "forbid kubectl delete", d: [run("kubectl", "delete", "pod", "x")], a: [run("kubectl", "get", "pods")] },
  { request: "it may not use compilers", d: [run("gcc", "a.c")], a: [run("ls")] },
  { request: "no package managers", d: [run("npm", "install"), run("apt-get", "install", "x")], a: [run("ls")] },
  { request: "do not execute python", d: [run("python3", "a.py")], a: [run("ls")] },
  { request: "no npm publish", d: [run("npm", "publish")], a: [run("npm", "test")] },
  { request: "npm install is not allowed", d: [run("npm", "install", "left-pad")], a: [run("npm", "test")] },
  { request: "prevent helm upgrade and helm uninstall", d: [run("helm", "upgrade"), run("helm", "uninstall")], a: [run("helm", "list")] },
  { request: "never execute anything in /tmp", d: ["exec \"/tmp/x\""], a: [run("ls")] },
  { request: "block running programs from ~/Downloads", d: [`exec "${H}/Downloads/setup"`], a: [run("ls")] },
  { request: "no netcat", d: [run("nc", "-l")], a: [run("ls")] },
  { request: "no aws s3 rm", d: [run("aws", "s3", "rm", "s3://b/x")], a: [run("aws", "s3", "ls")] },
  { request: "stop it from using crontab", d: [run("crontab", "-e")], a: [run("ls")] },
];

export const GIT: readonly AskedFor[] = [
  { request: "no git push", d: [run("git", "push"), run("git", "push", "origin", "topic")], a: [run("git", "commit", "-m", "x")] },
  { request: "no force push", d: [run("git", "push", "--force"), run("git", "push", "-f", "origin", "x")], a: [run("git", "push", "origin", "x")] },
  { request: "never push to main", d: [run("git", "push", "origin", "main")], a: [run("git", "push", "origin", "topic")] },
  { request: "don't commit", d: [run("git", "commit", "-m", "x")], a: [run("git", "status")] },
  { request: "no amending of commits", d: [run("git", "commit", "--amend")], a: [run("git", "commit", "-m", "x")] },
  { request: "git reset --hard is forbidden", d: [run("git", "reset", "--hard")], a: [run("git", "reset", "a.txt")] },
  { request: "don't rebase", d: [run("git", "rebase", "main")], a: [run("git", "merge", "x")] },
  { request: "no new tags", d: [run("git", "tag", "v1")], a: [run("git", "status")] },
  { request: "don't change git hooks", d: write("/w/.git/hooks/pre-commit"), a: write("/w/.git/index") },
  { request: "commit only after the tests passed", d: [run("git", "commit", "-m", "x")], a: [`${run("git", "commit", "-m", "x")} after success "/usr/bin/npm" args "test"`, run("git", "status")] },
  { request: "only commit after npm test has passed", d: [run("git", "commit", "-m", "x")], a: [`${run("git", "commit", "-m", "x")} after success "/usr/bin/npm" args "test"`] },
  { request: "no git clean", d: [run("git", "clean", "-fd")], a: [run("git", "status")] },
  { request: "do not switch branches", d: [run("git", "switch", "main")], a: [run("git", "status")] },
  { request: "block git config changes", d: write("/w/.git/config"), a: read("/w/.git/config") },
];

const AFTER = (path: string): string => `${WEB} after read "${path}"`;
export const HISTORY: readonly AskedFor[] = [
  { request: "no network after reading ~/.ssh", d: [AFTER(`${H}/.ssh/id_rsa`)], a: [WEB] },
  { request: "after it read .env files, no internet", d: [AFTER("/w/.env")], a: [WEB] },
  { request: "once /srv/customers was read, it may not connect anywhere", d: [AFTER("/srv/customers/a.csv")], a: [WEB] },
  { request: "nothing may go out after secrets were read", d: [AFTER(`${H}/.aws/credentials`)], a: [WEB] },
  { request: "deploy only after npm run build succeeded", un: ["deploy"] },
  { request: "npm publish only after npm test passed", d: [run("npm", "publish")], a: [`${run("npm", "publish")} after success "/usr/bin/npm" args "test"`] },
  { request: "terraform apply only after terraform plan", d: [run("terraform", "apply")], a: [`${run("terraform", "apply")} after success "/usr/bin/terraform" args "plan"`] },
  { request: "at most 50 deletions in ten seconds", a: remove("/w/a") },
  { request: "no more than 20 deletions per minute", a: remove("/w/a") },
  { request: "limit connections to 100 per minute", a: [WEB] },
  { request: "only npm may change package-lock.json", d: write("/w/package-lock.json"), a: [`write "/w/package-lock.json" exe "/usr/bin/npm"`, ...write("/w/a")] },
  { request: "only ssh may read the ssh keys", d: read(`${H}/.ssh/id_rsa`), a: [`read "${H}/.ssh/id_rsa" exe "/usr/bin/ssh"`] },
  { request: "python must not connect to the network", d: [`${WEB} exe "/usr/bin/python3"`], a: [WEB] },
  { request: "nothing that npm starts may read ~/.aws", d: [`read "${H}/.aws/credentials" under "/usr/bin/npm"`], a: read("/w/a") },
];

export const PRIVILEGES: readonly AskedFor[] = [
  { request: "allow it to use user namespaces", d: ["privilege mount"], a: ["privilege userns"] },
  { request: "let it debug with ptrace", d: ["privilege bpf"], a: ["privilege ptrace"] },
  { request: "no ptrace", d: ["privilege ptrace"], a: read("/w/a") },
  { request: "no io_uring", d: ["privilege io-uring"], a: read("/w/a") },
  { request: "deny mounting file systems", d: ["privilege mount"], a: read("/w/a") },
  { request: "don't let it load kernel modules", d: ["privilege module"], a: read("/w/a") },
  { request: "no reboot", d: ["privilege reboot"], a: read("/w/a") },
];

export const SEVERAL: readonly AskedFor[] = [
  { request: "block ssh keys and no force push", d: [...read(`${H}/.ssh/id_rsa`), run("git", "push", "--force")], a: [run("git", "push")] },
  { request: "No network. Don't delete anything. Block ~/.aws.", d: [WEB, ...remove("/w/a"), ...read(`${H}/.aws/credentials`)], a: write("/w/a") },
  { request: "deny writing outside the workspace, and block sudo", d: [...write("/srv/a"), run("sudo")], a: write("/w/a") },
  { request: "block .env; only https; no git push", d: [...read("/w/.env"), to("203.0.113.9", 80), run("git", "push")], a: [WEB, ...read("/w/a")] },
  { request: "please block my ssh keys, but let it read known_hosts", d: read(`${H}/.ssh/id_rsa`), a: read(`${H}/.ssh/known_hosts`) },
];

export const MISSPELT: readonly AskedFor[] = [
  { request: "blokc ssh keys", d: read(`${H}/.ssh/id_rsa`), a: read(`${H}/x`) },
  { request: "bock my aws credentails", d: read(`${H}/.aws/credentials`), a: read(`${H}/x`) },
  { request: "no netwrok acess", d: [WEB], a: read("/w/a") },
  { request: "dont delet anything", d: remove("/w/a"), a: read("/w/a") },
  { request: "no forse push", d: [run("git", "push", "--force")], a: [run("git", "push")] },
  { request: "block kuberntes config", d: read(`${H}/.kube/config`), a: read(`${H}/x`) },
];

export const IMPOSSIBLE: readonly AskedFor[] = [
  "make it write nicer code", "block api.openai.com", "only during work hours", "ask me before every commit", "no more than 3 GB of memory", "nothing about politics",
  "be polite", "use tabs instead of spaces", "don't hallucinate", "only answer in German", "spend at most 5 dollars", "allow only github.com", "write tests for everything",
  "stop after ten minutes", "don't be lazy", "send me a mail when it is done", "prefer small functions", "xyzzy frobnicate the quux", "keep the code clean",
  "no more than 100 lines per file", "block websites with ads", "do what I mean",
].map((request) => ({ request, un: [request] }));

export const REQUESTS: readonly AskedFor[] = [...CREDENTIALS, ...FILES, ...NETWORK, ...PROGRAMS, ...GIT, ...HISTORY, ...PRIVILEGES, ...SEVERAL, ...MISSPELT, ...IMPOSSIBLE];
