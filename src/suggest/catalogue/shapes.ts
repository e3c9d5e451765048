/** Other words for whole requests. What `request` says the grammar understands, with negation, exceptions and slots. */
import type { Entry } from "./entry.js";
import { document, idiom } from "./make-entry.js";

const LANGUAGE = document("inotify(7), open(2): what opening for writing is", "https://man7.org/linux/man-pages/man2/open.2.html");
const NETWORK = document("connect(2)", "https://man7.org/linux/man-pages/man2/connect.2.html");
const REMOVAL = document("unlink(2)", "https://man7.org/linux/man-pages/man2/unlink.2.html");

export const SHAPES: readonly Entry[] = [
  idiom("read-only", "read-only", ["read-only|readonly mode|session", "read only mode|session", "look but don't touch", "look don't touch"], "no writes", "read-only mode please", LANGUAGE),
  idiom("confined", "confined to the project", ["stay|remain|keep inside|within|in|to project|repo|workspace|repository|folder|directory", "don't leave project|repo|workspace|repository|folder|directory", "don't escape project|repo|workspace|repository|folder|directory", "confined to project|repo|workspace|repository|folder|directory"], "only write in the workspace", "stay inside the project", LANGUAGE),
  idiom("offline", "offline", ["offline", "work|stay|run|remain|be|go|completely offline", "air-gapped|airgapped", "air gapped", "disconnected", "offline mode|only", "cut off from network", "network isolation", "no-network"], "no network", "work offline", NETWORK),
  idiom("phone-home", "phoning home", ["phone|phoning|call|calling home", "go online"], "connect to the internet", "don't phone home", NETWORK),
  idiom("local-only", "only this machine", ["local only", "local-only"], "only connect to localhost", "local only", NETWORK),
  idiom("servers", "listening", ["start|run|open|launch|spin server|listener", "act as server", "accept incoming? connection", "incoming|inbound connection|traffic", "open port|ports", "listening socket|port", "expose port|service|server"], "listen", "don't start servers", document("bind(2)", "https://man7.org/linux/man-pages/man2/bind.2.html")),
  idiom("outgoing", "outgoing connections", ["outgoing|outbound connection|traffic|network|request|call", "outgoing network connection|traffic", "network egress", "egress"], "connect", "no outgoing connections", NETWORK),
  idiom("deletion", "deletion", ["deletion of? file", "file deletion", "destroy|lose data|file"], "delete files", "no file deletion", REMOVAL),
];
