import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Emit } from "../observe/events.ts";
import { after, firstOf } from "./after.ts";
import { announcement, BEAT, BEAT_MS, registration, release, SILENT_LOOKS } from "./guarding.ts";

/** Sees to it that no command outlives its worker, or goes on while the worker stands still. */
export interface Guard {
  /**
   * A process is about to be started that will lead a session of its own, with this `NAME=value` in
   * its environment. `register` follows in the same turn, unless nothing was started.
   */
  announce(variable: string): void;
  /**
   * From now on the process group is KILLed when this worker dies, however it dies, and when its
   * event loop stands still for more than 7 s.
   */
  register(group: number): void;
  /** It has ended, or need not end with the worker. */
  release(group: number): void;
  /** Ends the guard process; resolves when it is gone. What is registered still is KILLed by it. */
  close(): Promise<void>;
}

export interface GuardOptions {
  /** The command line that starts a guard process. */
  command: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  emit: Emit;
}

interface State {
  options: GuardOptions;
  /** The line that registers each group. */
  groups: Map<number, string>;
  child: ChildProcess | undefined;
  beat: NodeJS.Timeout | undefined;
  lastBeat: number;
  /** Before the next guard, should this one not live long. ms */
  pause: number;
  isPausing: boolean;
  isClosed: boolean;
}

/** A guard that lived for so long was well: the next one is started at once. ms */
const WELL_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;
const CLOSE_MS = 2000;

/**
 * Makes a guard, whose process is started with the first command. It is in a session of its own, so
 * that a Ctrl-C does not reach it, and ends with this process. When it dies another one is started.
 */
export function createGuard(options: GuardOptions): Guard {
  const state: State = {
    options,
    groups: new Map(),
    child: undefined,
    beat: undefined,
    lastBeat: 0,
    pause: 0,
    isPausing: false,
    isClosed: false,
  };
  return {
    announce(variable) {
      if (!state.child) start(state);
      tell(state, announcement(variable));
    },
    register(group) {
      const line = registration(group);
      state.groups.set(group, line);
      tell(state, line);
    },
    release(group) {
      if (state.groups.delete(group)) tell(state, release(group));
    },
    close: () => close(state),
  };
}

function tell({ child }: State, line: string): void {
  child?.stdin?.write(line);
}

function start(state: State): void {
  const { options, isPausing, isClosed } = state;
  if (isPausing || isClosed) return;
  const [program = "", ...args] = options.command;
  // What it would make Node load (an agent, an inspector) is for the worker.
  const { NODE_OPTIONS: _, ...env } = options.environment;
  const child = spawn(program, args, {
    cwd: "/",
    env,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  state.child = child;
  const startedAt = performance.now();
  const gone = (why: string) => {
    if (state.child === child) startAnew(state, performance.now() - startedAt, why);
  };
  child.once("error", (error: NodeJS.ErrnoException) => gone(error.code ?? error.message));
  child.once("exit", (code, signal) => gone(signal ?? `exit code ${code}`));
  child.stdin!.on("error", () => {}); // it has ended: see above
  child.unref();
  (child.stdin as Socket).unref();
  for (const line of state.groups.values()) tell(state, line);
  state.lastBeat = performance.now();
  state.beat ??= setInterval(() => beat(state), BEAT_MS).unref();
}

function startAnew(state: State, lived: number, why: string): void {
  state.child = undefined;
  if (state.isClosed) return;
  const { options, groups } = state;
  const pause = lived >= WELL_MS ? 0 : state.pause;
  state.pause = Math.min(Math.max(2 * pause, 1000), LONGEST_PAUSE_MS);
  options.emit({ type: "worker.unguarded", reason: why, retryIn: pause });
  state.isPausing = true;
  after(pause, () => {
    state.isPausing = false;
    if (groups.size > 0) start(state);
  });
}

function beat(state: State): void {
  const { child, options } = state;
  const now = performance.now();
  const stoodFor = now - state.lastBeat;
  state.lastBeat = now;
  if (stoodFor >= (SILENT_LOOKS - 1) * BEAT_MS)
    options.emit({ type: "worker.stood_still", for: stoodFor });
  // One that no longer reads does not guard either.
  if (child?.stdin?.writableNeedDrain) child.kill("SIGKILL");
  else tell(state, BEAT);
}

async function close(state: State): Promise<void> {
  state.isClosed = true;
  clearInterval(state.beat);
  const { child } = state;
  if (!child) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.ref();
  child.stdin!.end();
  await firstOf([exited], CLOSE_MS);
  if (state.child === child) child.kill("SIGKILL");
}
