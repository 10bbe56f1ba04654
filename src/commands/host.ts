/** What a command sees of the process it runs in. Made in `main.ts`, or by a test. */
export interface Host {
  environment: Readonly<Record<string, string | undefined>>;
  /** Standard output: what a command was asked for. */
  out(text: string): void;
  /** Standard output as a log: lines are dropped when nobody reads them. */
  log(text: string): void;
  err(text: string): void;
  readStdin(): Promise<Buffer>;
  /** Standard output is a terminal: a person reads along. */
  isTerminal: boolean;
  pid: number;
  hostname: string;
  /** The command line that starts this clockd once more, without arguments. */
  self: readonly string[];
  /** The command line of this process. */
  commandLine: readonly string[];
  /** Replaces this process by a program. Returns only when that cannot be done, with the reason. */
  become(program: string, argv: readonly string[]): string;
  /** Aborted by the first SIGTERM or SIGINT; the reason is the signal's name. */
  stop: AbortSignal;
  /** Aborted by the second one: be quick now. */
  hurry: AbortSignal;
  /** Registers what SIGHUP does. */
  onReload(listener: () => void): void;
}

/** Exit codes, the same for every command (documented in docs/exit-codes.md). */
export const EXIT = {
  ok: 0,
  problems: 1,
  usage: 2,
  brokerUnreachable: 69,
  bug: 70,
  refused: 78,
} as const;
