import { resolve } from "node:path";
import type { WorkerFire } from "../broker/broker.ts";
import type { RunTask, Starting } from "../config/config.ts";
import { formatSlot } from "../ledger/fire.ts";
import type { Command } from "./command.ts";
import type { Identity } from "./identity.ts";
import type { Confinement } from "./prelude.ts";

/** What a worker has around it when it starts a command. */
export interface Surroundings {
  /** The worker's own environment. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The folder of the config file, absolute. */
  folder: string;
  /** The work queue that the fire came from. */
  queue: string;
  /** Who a command runs as, or why it cannot. */
  identify(starting: Starting): Identity | { refused: string };
}

/** What of the worker's environment a command has that does not inherit it. */
const ALWAYS_INHERITED = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ"];

/** A command that knows systemd would speak to it in the worker's name: "ready", or "I live". */
const NEVER_INHERITED = ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"];

/**
 * The command of a fire. What is executed comes from the worker's own file alone; what the message
 * says reaches it only as environment and standard input.
 */
export function commandOf(fire: WorkerFire, task: RunTask, around: Surroundings): Command {
  const payload = task.stdin === "none" ? undefined : fire.payload;
  return {
    command: task.command,
    ...settingOf(task, around, {
      CLOCKD_JOB: fire.job,
      CLOCKD_SLOT: formatSlot(fire.slot),
      CLOCKD_FIRE: fire.id,
      CLOCKD_ATTEMPT: String(fire.attempt),
      CLOCKD_QUEUE: around.queue,
      TRACEPARENT: fire.traceparent,
    }),
    killAfter: task.killAfter,
    ...(payload === undefined ? {} : { input: JSON.stringify(payload) }),
    ...(task.timeout === undefined ? {} : { timeout: task.timeout }),
  };
}

/**
 * Where, as whom and with what environment commands of a job run. Its user's variables win over the
 * worker's own environment, the job's `env` over these, and `own`, clockd's variables, over all.
 */
export function settingOf(
  task: RunTask,
  around: Omit<Surroundings, "queue">,
  own: Readonly<Record<string, string>>,
): Omit<Command, "command" | "killAfter"> {
  const identity = around.identify(task);
  const isRefused = "refused" in identity;
  const inherited = inheritedFrom(around.environment, task);
  return {
    env: { ...inherited, ...(isRefused ? {} : identity.env), ...task.env, ...own },
    cwd: resolve(around.folder, task.cwd ?? "."),
    ...(task.shell === undefined ? {} : { shell: task.shell }),
    ...(isRefused ? identity : confined(task, identity)),
  };
}

function confined(
  { umask, nice, limits }: Starting,
  { become }: Identity,
): { confinement?: Confinement } {
  const all = { umask, nice, limits, become };
  const said = Object.entries(all).filter(([, value]) => value !== undefined);
  return said.length === 0 ? {} : { confinement: Object.fromEntries(said) };
}

function inheritedFrom(
  environment: Surroundings["environment"],
  task: RunTask,
): Record<string, string> {
  const env: Record<string, string> = {};
  const names = task.inheritEnv === false ? ALWAYS_INHERITED : Object.keys(environment);
  for (const name of names) {
    if (NEVER_INHERITED.includes(name)) continue;
    const value = environment[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
