/** The signals that policyc takes notice of, and passing them on. */
import { constants } from "node:os";

/** From the terminal's keys: the command is in the same foreground process group and gets them itself. */
export const TERMINAL_SIGNALS = ["SIGINT", "SIGQUIT"] as const;
/** Meant for the command by whoever sends them to policyc. */
export const RELAYED_SIGNALS = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT"] as const;
export type NoticedSignal = (typeof TERMINAL_SIGNALS | typeof RELAYED_SIGNALS)[number];

/** Those that ask policyc itself to stop, while there is no command that they could be meant for. */
export const STOPPING_SIGNALS: ReadonlySet<NoticedSignal> = new Set(["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"]);

/** Calls `handler` for each of them instead of what the signal does by itself. Returns how to undo that. */
export function takeSignals(handler: (signal: NoticedSignal) => void): () => void {
  const listeners = [...TERMINAL_SIGNALS, ...RELAYED_SIGNALS]
    .map((signal) => ({ signal, listener: (): void => { handler(signal); } }));
  for (const { signal, listener } of listeners) process.on(signal, listener);
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
}

/** As a shell reports it. */
export const statusOfSignal = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
