import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { executable } from "../support/process.ts";
import { until } from "../support/until.ts";

/** A clock as a process: the real program, or the same with a wall clock that can be set. */
export interface ClockProcess {
  readonly pid: number;
  /** Everything it wrote so far. */
  readonly lines: readonly string[];
  /** Of them, the log's. */
  readonly entries: readonly LogEntry[];
  /** It has not ended, frozen or not. */
  readonly isRunning: boolean;
  /** By its own log: what it does now. Undefined: it starts, looks for the broker, or has ended. */
  readonly state: ClockState | undefined;
  /** How it ended. All its lines are there by then. */
  readonly exited: Promise<Exit>;
  /** The same, once it has. */
  readonly exit: Exit | undefined;
  /** The ends that it was told to come to; none: it has to live. */
  told: ("kill" | "term")[];
  signal(name: NodeJS.Signals): void;
  /** Stops it, and resolves when it surely does nothing: it may have been killed, too. */
  freeze(): Promise<void>;
  /** Sets its wall clock, and resolves when that is done. */
  setOffset(ms: number): Promise<void>;
}

export type ClockState = "leading" | "standing by";

export interface LogEntry {
  event: string;
  /** The machine's clock, ms UTC. */
  at: number;
  fields: Readonly<Record<string, unknown>>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ClockOptions {
  file: string;
  url: string;
  /** Which program to start. */
  program: ClockProgram;
  /** How far its wall clock is off, if that can be set. ms. */
  offset: number;
}

/** The real one, the same with a wall clock that can be set, or one that keeps no promise. */
export type ClockProgram = "real" | "steered" | "naive";

/** The variables that would point a clock at a broker of the person who runs this. */
const NOT_INHERITED = ["CLOCKD_BROKER_URL", "AMQP_URL", "CLOUDAMQP_URL", "RABBITMQ_URL"];
const SOON_MS = 10_000;

/** Starts a clock. It does not outlive this process. */
export function startClock({ file, url, program, offset }: ClockOptions): ClockProcess {
  const [command, ...first] = commandOf(program, offset);
  const without = Object.fromEntries(NOT_INHERITED.map((name) => [name, undefined]));
  const child = spawn(command, [...first, "--config", file, "--broker", url], {
    env: { ...process.env, ...without },
    stdio: ["ignore", "pipe", "pipe", program === "steered" ? "ipc" : "ignore"],
  });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const lines: string[] = [];
  const entries: LogEntry[] = [];
  let state: ClockState | undefined;
  const collect = (from: Readable) =>
    createInterface({ input: from }).on("line", (line) => {
      lines.push(line);
      const entry = entryOf(line);
      if (!entry) return;
      entries.push(entry);
      if (entry.event in STATES) state = STATES[entry.event];
    });
  collect(child.stdout!);
  collect(child.stderr!);
  const exited = once(child, "close").then(([code, signal]): Exit => {
    process.off("exit", kill);
    return { code, signal };
  });
  const clock: ClockProcess = {
    pid: child.pid ?? 0,
    lines,
    entries,
    get isRunning() {
      return isRunning(child);
    },
    get state() {
      return isRunning(child) ? state : undefined;
    },
    exited,
    get exit() {
      return isRunning(child) ? undefined : { code: child.exitCode, signal: child.signalCode };
    },
    told: [],
    signal: (name) => void child.kill(name),
    async freeze() {
      child.kill("SIGSTOP");
      const stopped = () => stateOf(child.pid!) === "T" || !isRunning(child);
      await until(stopped, SOON_MS, "a clock to be stopped");
    },
    async setOffset(ms) {
      child.send({ offset: ms });
      await Promise.race([once(child, "message"), exited]);
    },
  };
  return clock;
}

/** What a log line says of its state. */
const STATES: Readonly<Record<string, ClockState | undefined>> = {
  "clock.leading": "leading",
  "clock.stepped_down": undefined,
  "clock.standing_by": "standing by",
  "broker.lost": undefined,
};

function commandOf(program: ClockProgram, offset: number): [string, ...string[]] {
  if (program === "real") return executable();
  const script = pathOf(SCRIPTS[program]);
  const steering = program === "steered" ? [`--offset=${offset}`] : [];
  return [process.execPath, script, ...steering];
}

const SCRIPTS = {
  steered: "./clock-process.ts",
  naive: "./naive-clock.ts",
} as const;

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function entryOf(line: string): LogEntry | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const { event, time, ...fields } = JSON.parse(line);
    return { event: String(event), at: Date.parse(String(time)), fields };
  } catch {
    return undefined;
  }
}

/** The letter of proc_pid_stat(5): R, S, T (stopped), … */
export function stateOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.[0];
  } catch {
    return undefined;
  }
}
