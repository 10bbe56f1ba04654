import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Instant, Time } from "../clock/time.ts";
import { after, firstOf } from "./after.ts";
import { type GroupStopper, groupStopper, type StopReason, type StopSignal } from "./group.ts";
import { whyNotStarted } from "./not-started.ts";
import { readOutput, type StreamName } from "./output.ts";

/** What to execute. */
export interface Command {
  /** A list is executed as it is; a string goes to `/bin/sh -c`. */
  command: string | readonly string[];
  /** The whole environment. */
  env: Readonly<Record<string, string>>;
  /** Absolute. */
  cwd: string;
  /** For standard input, which is closed after it; undefined: the input is empty. */
  input?: string;
  /** ms; undefined: no limit. */
  timeout?: number;
  /** ms between TERM and KILL. */
  killAfter: number;
}

/** How an attempt ended. Every end is one of these, also that of a command that never started. */
export interface Outcome {
  kind: "exited" | "killed" | "timed-out" | "not-started";
  /** It exited with 0, and nobody had asked it to end. */
  ok: boolean;
  /** True when `terminate` or `kill` was what ended it. */
  terminated: boolean;
  startedAt: Instant;
  endedAt: Instant;
  exitCode: number | null;
  /** `SIGKILL` and the like. */
  signal: string | null;
  /** Why it did not start, or what was odd about its end. */
  reason?: string;
  /** The last 8 KiB of its output, both streams, line by line as they came. */
  tail: string;
}

export interface CommandWatch {
  /** Called before `startCommand` returns; not called when it did not start. */
  onStarted(pid: number): void;
  /** A line without its end. `truncated`: it was too long, and goes on in the next piece. */
  onLine(stream: StreamName, line: string, truncated: boolean): void;
  /** A signal was sent to the command's process group. */
  onTerminating(why: StopReason, signal: StopSignal): void;
}

export interface RunningCommand {
  /** Never rejects. */
  readonly ended: Promise<Outcome>;
  /** TERM to the whole process group, KILL after `killAfter`. Only the first call counts. */
  terminate(): void;
  /** KILL to the whole process group now. */
  kill(): void;
}

/** How long output that another process still holds open is read after the command has ended. */
const OUTPUT_GRACE_MS = 1000;

/**
 * Runs one command in a process group of its own. The run ends when the command has ended and its
 * output is closed, or 1 s after its end: a process that it left in the background is neither
 * waited for nor killed. But when the command was asked to end (its timeout, `terminate`), the run
 * lasts until its whole group is gone.
 */
export function startCommand(command: Command, watch: CommandWatch, time: Time): RunningCommand {
  const startedAt = time.now();
  const child = spawnCommand(command);
  if (child instanceof Error || child.pid === undefined) {
    const ended = notStarted(child, command, startedAt);
    return { ended, terminate() {}, kill() {} };
  }
  watch.onStarted(child.pid);
  const stopper = groupStopper(child.pid, command.killAfter, watch.onTerminating);
  return {
    ended: follow(child, stopper, command, watch, { startedAt, now: time.now }),
    terminate: () => stopper.terminate("drain"),
    kill: () => stopper.kill("drain"),
  };
}

/** Some refusals of the system are thrown, others come as an event of a child without a pid. */
function spawnCommand({ command, env, cwd, input }: Command): ChildProcess | Error {
  const [program = "", ...args] =
    typeof command === "string" ? ["/bin/sh", "-c", command] : command;
  try {
    return spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
  } catch (error) {
    return error as Error;
  }
}

async function notStarted(
  child: ChildProcess | Error,
  command: Command,
  startedAt: Instant,
): Promise<Outcome> {
  const error: Error = child instanceof Error ? child : (await once(child, "error"))[0];
  return {
    kind: "not-started",
    ok: false,
    terminated: false,
    startedAt,
    endedAt: startedAt,
    exitCode: null,
    signal: null,
    reason: whyNotStarted(error, command),
    tail: "",
  };
}

async function follow(
  child: ChildProcess,
  stopper: GroupStopper,
  command: Command,
  watch: CommandWatch,
  { startedAt, now }: { startedAt: Instant; now: () => Instant },
): Promise<Outcome> {
  const closed = once(child, "close");
  const exited = once(child, "exit");
  const output = readOutput({ stdout: child.stdout!, stderr: child.stderr! }, watch.onLine);
  writeInput(child, command.input);
  const callOff = after(command.timeout ?? Infinity, () => stopper.terminate("timeout"));
  const [exitCode, signal]: [number | null, string | null] = (await exited) as never;
  callOff();
  await stopper.leaderEnded();
  const reason = await untilClosed(closed);
  const { why } = stopper;
  const kind = why === "timeout" ? "timed-out" : signal === null ? "exited" : "killed";
  return {
    kind,
    ok: exitCode === 0 && why === undefined,
    terminated: why === "drain",
    startedAt,
    endedAt: now(),
    exitCode,
    signal,
    ...(reason === undefined ? {} : { reason }),
    tail: output.end(),
  };
}

/** A command need not read its input: that its end of the pipe is closed (EPIPE) is no failure. */
function writeInput(child: ChildProcess, input: string | undefined): void {
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
}

/** Returns what is to be said of output that did not close. */
async function untilClosed(closed: Promise<unknown>): Promise<string | undefined> {
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
  });
  await firstOf([closed], OUTPUT_GRACE_MS);
  // A worker busy for all of that time has not read yet what was written before the end: one turn
  // of the event loop to read it, one to see that it is closed.
  await nextTurn();
  await nextTurn();
  if (isClosed) return undefined;
  return `a process that it left behind held its output open; not read after ${OUTPUT_GRACE_MS} ms`;
}
