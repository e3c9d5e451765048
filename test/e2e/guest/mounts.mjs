// Where trees are mounted, and what kind they are: the place is what counts.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { brief, check, image, session, shell, startSession, suite, until } from "./harness.mjs";

const TOP = "/srv/mounts";

export async function runMounts() {
  suite("mounts");
  mkdirSync(TOP, { recursive: true });
  partsOfATree();
  foldedNames();
  snapshots();
  await lateMounts();
  eventWithinRename();
}

const words = (run) => run.out.trim().split("\n");

/** Bind mounts within one another, of a file system that is mounted itself only later: the first gives the place. */
function partsOfATree() {
  const made = shell(`set -e; cd ${TOP}; mkdir hidden outer inner whole; mount -t tmpfs tmpfs hidden; mkdir -p hidden/a/secret
    echo inner >hidden/a/secret/file; echo outer >hidden/a/file
    mount --bind hidden/a outer; mount --bind hidden/a/secret inner; mount --bind hidden whole; umount hidden`);
  check("bind mounts are made", made.status === 0, made.err);
  const run = session(image("mounts"), ["/bin/bash", "-c", `cd ${TOP}; cat outer/file
    for name in outer/secret inner whole/a/secret; do cat $name/file 2>/dev/null || echo no; done`]);
  check("the first one gives the place, by every name", words(run).join() === "outer,no,no,no", run);
  check("and the events name it", run.events.length > 0
    && run.events.every(({ target }) => target === null || target === `${TOP}/outer/secret/file`), brief(run.events));
}

/** Under another spelling it would be the same file. */
function foldedNames() {
  const made = shell(`set -e; cd ${TOP}; mkdir fold; truncate -s 16M fold.ext4
    mke2fs -q -t ext4 -O casefold -E encoding=utf8 fold.ext4; modprobe loop; mount -o loop fold.ext4 fold
    mkdir fold/folded fold/plain; chattr +F fold/folded; echo secret >fold/folded/secret; echo plain >fold/plain/file`);
  check("a file system that ignores case is made", made.status === 0, made.err);
  const run = session(image("mounts"), ["/bin/bash", "-c", `cd ${TOP}/fold
    cat plain/file; cat folded/SECRET 2>/dev/null || echo no; cat folded/secret 2>/dev/null || echo no`]);
  check("in a folder that ignores case nothing is permitted", words(run).join() === "plain,no,no", run);
  check("and the event says why", run.events[0]?.reason === "case", brief(run.events));
}

/** Whole trees under new names, by one command. */
function snapshots() {
  const made = shell(`set -e; cd ${TOP}; mkdir sub; truncate -s 256M sub.btrfs; mkfs.btrfs -q sub.btrfs; modprobe loop
    mount -o loop sub.btrfs sub; btrfs subvolume create sub/home; echo secret >sub/home/secret
    btrfs subvolume snapshot sub/home sub/outside; echo free >sub/free`);
  check("btrfs makes a snapshot outside of a session", made.status === 0, made.err);
  const run = session(image("mounts"), ["/bin/bash", "-c", `cd ${TOP}/sub; cat free; cat home/secret
    btrfs subvolume snapshot home inside; btrfs subvolume create new; btrfs subvolume delete outside; ls`]);
  check("in a session it makes and removes none", run.out.split("\n").slice(-4).join() === "free,home,outside,"
    && run.out.startsWith("free\n") && !run.out.includes("secret"), run);
  check("and the events say why", run.events.filter(({ reason }) => reason === "subvolume").length > 0, brief(run.events));
}

/** Mounted, moved and mounted again while a session lives. */
async function lateMounts() {
  const say = (name) => { writeFileSync(`${TOP}/said-${name}`, ""); };
  const heard = (name) => until(() => existsSync(`${TOP}/answer-${name}`), 60_000);
  shell(`mkdir ${TOP}/late ${TOP}/moved`);
  const run = startSession(image("mounts"), ["/bin/bash", "-c", `cd ${TOP}
    await() { for ((i = 0; i < 600; i++)); do [ -e said-$1 ] && break; sleep 0.1; done
      for ((i = 0; i < 300; i++)); do : 2>/dev/null <$2/free && break; sleep 0.1; done; }
    await new late; cat late/free; cat late/secret || echo no; echo >answer-new
    await moved moved; cat moved/free; cat moved/secret || echo no; cat late/secret || echo none; echo >answer-moved
    await again late; cat late/free; cat late/secret || echo no`]);
  const fill = (folder) => `mount -t tmpfs tmpfs ${folder}; echo secret >${folder}/secret; echo free >${folder}/free`;
  shell(`cd ${TOP}; ${fill("late")}`);
  say("new");
  await heard("new");
  shell(`cd ${TOP}; mount --make-private .. 2>/dev/null; mount --move late moved`);
  say("moved");
  await heard("moved");
  shell(`cd ${TOP}; umount moved; ${fill("late")}`);
  say("again");
  const result = await run.ended;
  const lines = result.out.split("\n").filter((text) => /^(?:free|secret|no|none)$/.test(text)).join();
  check("a mount that is made, moved and made again has the place that it has now",
    lines === "free,no,free,secret,none,free,no", result.out);
}

function eventWithinRename() {
  shell(`mkdir -p ${TOP}/audit/secrets; echo key >${TOP}/audit/secrets/x.pem`);
  const run = session(image("audit"), ["/bin/bash", "-c", `cd ${TOP}/audit; mv secrets public && cat public/x.pem`]);
  check("an audit event does not disturb the decision on a rename", run.status !== 0 && !run.out.includes("key")
    && run.events.some(({ reason }) => reason === "widens"), [run.out, brief(run.events)]);
}
