import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** A running clockd: the real executable, as a person starts it. */
export interface Clockd {
  readonly pid: number;
  /** Everything it wrote so far, in order. */
  readonly lines: readonly Line[];
  /**
   * Resolves with the first line that fits, of those from number `from` on (default: the first).
   * Rejects with all its output when none comes within `deadlineMs`, or when it exits without one.
   */
  waitFor(
    fits: (line: Line) => boolean,
    deadlineMs: number,
    what: string,
    from?: number,
  ): Promise<Line>;
  signal(name: NodeJS.Signals): void;
  /** How it ended. All its lines are there by then. */
  readonly exited: Promise<Exit>;
  /** Asks it to end; rejects, having killed it, when it does not within 15 s. */
  stop(): Promise<Exit>;
}

export interface Line {
  stream: "stdout" | "stderr";
  text: string;
  /** A JSON log line's fields; empty when the line is no JSON object. */
  entry: Readonly<Record<string, unknown>>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ClockdOptions {
  /** Beside the test's own environment; undefined takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** A program and its arguments that starts it, and that `pid` is then of. */
  under?: readonly string[];
  /** In a process group of its own, which it leads. */
  detached?: boolean;
  /** Its whole standard input. */
  input?: string;
}

const STOPS_WITHIN_MS = 15_000;

/** The variables that would point a test's clockd at a broker of the person who runs the tests. */
const NOT_INHERITED = ["CLOCKD_BROKER_URL", "AMQP_URL", "CLOUDAMQP_URL", "RABBITMQ_URL"];

/** Starts the executable that CLOCKD_BIN names, or what the run has built, or the source. Ends with this process. */
export function runClockd(args: readonly string[], options: ClockdOptions = {}): Clockd {
  const [command = "", ...first] = [...(options.under ?? []), ...executable()];
  const without = Object.fromEntries(NOT_INHERITED.map((name) => [name, undefined]));
  const child = spawn(command, [...first, ...args], {
    env: { ...process.env, ...without, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    detached: options.detached === true,
  });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  child.stdin.on("error", () => {}); // it may end without reading
  child.stdin.end(options.input ?? "");

  const lines: Line[] = [];
  const watchers = new Set<() => void>();
  const collect = (stream: Line["stream"], from: Readable) =>
    createInterface({ input: from }).on("line", (text) => {
      lines.push({ stream, text, entry: entryOf(text) });
      for (const look of watchers) look();
    });
  collect("stdout", child.stdout);
  collect("stderr", child.stderr);

  const exited = once(child, "close").then(([code, signal]): Exit => {
    process.off("exit", kill);
    return { code, signal };
  });
  exited.catch(() => {}); // it could not be started: whoever waits is told
  const waitFor = waiter(lines, watchers, exited);
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return { pid: child.pid ?? 0, lines, waitFor, signal, exited, stop: () => stop(signal, exited) };
}

/** The command line that starts it. */
export function executable(): [string, ...string[]] {
  const built = process.env.CLOCKD_BIN;
  if (built) return [built];
  // One file starts in a third of the processor time that the source takes.
  const bundle = process.env.CLOCKD_TEST_BUNDLE;
  if (bundle) return [process.execPath, bundle];
  return [process.execPath, fileURLToPath(new URL("../../src/main.ts", import.meta.url))];
}

function entryOf(text: string): Line["entry"] {
  if (!text.startsWith("{")) return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function waiter(
  lines: Line[],
  watchers: Set<() => void>,
  exited: Promise<Exit>,
): Clockd["waitFor"] {
  return (fits, deadlineMs, what, from = 0) =>
    new Promise((resolve, reject) => {
      let next = from;
      const done = () => {
        clearTimeout(timer);
        watchers.delete(look);
      };
      const look = () => {
        while (next < lines.length) {
          const line = lines[next++]!;
          if (!fits(line)) continue;
          done();
          return resolve(line);
        }
      };
      const fail = (why: string) => {
        done();
        const output = lines.map((line) => `  ${line.text}`).join("\n");
        reject(new Error(`${why} (waiting for ${what}). Its output:\n${output}`));
      };
      const timer = setTimeout(() => fail(`nothing within ${deadlineMs} ms`), deadlineMs);
      watchers.add(look);
      look();
      exited.then(
        ({ code, signal }) => fail(`clockd exited with ${signal ?? code}`),
        (error) => fail(`clockd did not start: ${error.message}`),
      );
    });
}

async function stop(signal: Clockd["signal"], exited: Promise<Exit>): Promise<Exit> {
  signal("SIGTERM");
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    signal("SIGKILL");
  }, STOPS_WITHIN_MS);
  const exit = await exited.finally(() => clearTimeout(timer));
  if (late) throw new Error(`clockd did not stop within ${STOPS_WITHIN_MS} ms of SIGTERM`);
  return exit;
}
