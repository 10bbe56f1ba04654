import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Instant, Time } from "../clock/time.ts";
import { after, firstOf } from "./after.ts";
import {
  type GroupStopper,
  groupStopper,
  type Interruption,
  type StopReason,
  type StopSignal,
} from "./group.ts";
import type { Guard } from "./guard.ts";
import { limitReached } from "./limit-reached.ts";
import { readOutput, type StreamName } from "./output.ts";
import type { Confinement } from "./prelude.ts";
import { type Spawned, spawnCommand } from "./spawn.ts";
import { meterUsage, type Usage } from "./usage.ts";

/** What to execute. */
export interface Command {
  /** A list is executed as it is; a string goes to `shell`. */
  command: string | readonly string[];
  /** A program and its arguments; undefined: `/bin/sh -c`. */
  shell?: readonly string[];
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
  confinement?: Confinement;
  /** Why it is not to be started at all, as a sentence. */
  refused?: string;
}

/** How an attempt ended. Every end is one of these, also that of a command that never started. */
export interface Outcome extends Usage {
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
  /** Undefined: there was no process. */
  pid?: number;
  /** Why it did not start, or what was odd about its end. */
  reason?: string;
  /** The last 8 KiB of its output, both streams, line by line as they came. */
  tail: string;
}

export interface CommandWatch {
  /**
   * Called before `startCommand` returns when there is a process. With a confinement it may turn out
   * later that the command itself did not start in it.
   */
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
  terminate(why: Interruption): void;
  /** KILL to the whole process group now. */
  kill(why: Interruption): void;
}

/** How long output that another process still holds open is read after the command has ended. */
const OUTPUT_GRACE_MS = 1000;

/**
 * Runs one command in a process group of its own. The run ends when the command has ended and its
 * output is closed, or 1 s after its end: a process that it left in the background is neither
 * waited for nor killed. But when the command was asked to end (its timeout, `terminate`), the run
 * lasts until its whole group is gone. While it lasts `guard` has the group.
 */
export function startCommand(
  command: Command,
  watch: CommandWatch,
  time: Time,
  guard?: Guard,
): RunningCommand {
  const startedAt = time.now();
  guard?.announce(`CLOCKD_FIRE=${command.env.CLOCKD_FIRE}`);
  const spawned = spawnCommand(command);
  if ("whyNot" in spawned) {
    const ended = spawned.whyNot.then((reason) => notStarted(reason, startedAt));
    return { ended, terminate() {}, kill() {} };
  }
  const { pid } = spawned;
  guard?.register(pid);
  watch.onStarted(pid);
  const stopper = groupStopper(pid, command.killAfter, watch.onTerminating);
  const released = () => guard?.release(pid);
  return {
    ended: follow(spawned, stopper, command, watch, { startedAt, now: time.now, released }),
    terminate: stopper.terminate,
    kill: stopper.kill,
  };
}

function notStarted(reason: string, startedAt: Instant): Outcome {
  return {
    kind: "not-started",
    ok: false,
    terminated: false,
    startedAt,
    endedAt: startedAt,
    exitCode: null,
    signal: null,
    reason,
    tail: "",
  };
}

async function follow(
  { child, pid, ear }: Spawned,
  stopper: GroupStopper,
  command: Command,
  watch: CommandWatch,
  { startedAt, now, released }: { startedAt: Instant; now: () => Instant; released: () => void },
): Promise<Outcome> {
  const closed = once(child, "close");
  const exited = once(child, "exit");
  const usage = meterUsage(child);
  const streams = { stdout: child.stdout!, stderr: child.stderr! };
  const output = readOutput(streams, watch.onLine, ear?.isCommands);
  writeInput(child, command.input);
  const callOff = after(command.timeout ?? Infinity, () => stopper.terminate("timeout"));
  const [exitCode, signal]: [number | null, string | null] = (await exited) as never;
  callOff();
  await stopper.leaderEnded();
  released();
  const held = await untilClosed(closed);
  const tail = output.end();
  const fault = ear?.fault(exitCode);
  if (fault !== undefined) return notStarted(fault, startedAt);
  const { why } = stopper;
  const kind = why === "timeout" ? "timed-out" : signal === null ? "exited" : "killed";
  const ok = exitCode === 0 && why === undefined;
  const limits = why ? undefined : command.confinement?.limits;
  const reason = held ?? (limits && limitReached(limits, { ok, exitCode, signal, tail }));
  return {
    ...{
      kind,
      ok,
      terminated: why !== undefined && why !== "timeout",
      startedAt,
      endedAt: now(),
      exitCode,
      signal,
      pid,
    },
    ...usage(),
    ...(reason === undefined ? {} : { reason }),
    tail,
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
