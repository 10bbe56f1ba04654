import type { Schedule, ScheduleSpec } from "../schedule/schedule.ts";
import type { Notices } from "./notice.ts";
import type { TestCase } from "./test-case.ts";

/** A whole, valid file, with its defaults applied. Immutable: a reload makes a new one. */
export interface Config {
  /** Prefix of every exchange and queue. */
  namespace: string;
  /** `broker.url` with its variables replaced; the command line and the environment win over it. */
  brokerUrl?: string;
  /** By name, in the order of the file. */
  jobs: ReadonlyMap<string, Job>;
  /** What the file expects of its schedules, in its order. */
  tests: readonly TestCase[];
  /**
   * Twelve hex digits of the SHA-256 of the text, and of the calendar files that it names: tells which
   * file a fire came from. Empty for a mere check of the file.
   */
  hash: string;
}

export interface Job {
  name: string;
  description?: string;
  schedule: Schedule;
  /** What the schedule was made from, after defaults. Jobs written the same share it. */
  spec: ScheduleSpec;
  /** Equal for two jobs exactly when their schedules were written the same, after defaults. */
  scheduleKey: string;
  /** An IANA zone name. */
  timezone: string;
  paused: boolean;
  /** Jobs that say the same share it. */
  catchUp: CatchUpPolicy;
  /** What the job was called before, so that it goes on from where that one was. No job of the file. */
  renamedFrom?: string;
  task: RunTask | PublishTask;
}

/** What becomes of slots whose time passed with no clock leading. */
export interface CatchUpPolicy {
  /** Which of them are fired late. */
  run: "none" | "latest" | "all";
  /** A slot that is older is not fired any more. ms, 1s to 30d. */
  within: number;
  /** The most that `all` fires: the newest ones. */
  max: number;
}

/** A command that a worker executes. */
export interface RunTask extends Starting {
  kind: "run";
  /** A string goes to `shell`; a list is executed as it is. */
  command: string | readonly string[];
  queue: string;
  /** Variables replaced. */
  env: Readonly<Record<string, string>>;
  /** JSON for the command's standard input; undefined: the input is empty. */
  payload?: unknown;
  /** As written; relative to the folder of the config file. */
  cwd?: string;
  /** ms; undefined: no limit. */
  timeout?: number;
  /** ms between TERM and KILL. */
  killAfter: number;
  overlap: Overlap;
  /** Jobs that say the same share it. */
  retry: RetryPolicy;
  /** How old a slot may be when its run starts, ms; `next`: not as old as the job's next slot is due. */
  expires?: number | "next";
  /** How long a message is held for a run; from then on the ledger stands for it. ms, 1s to 24d. */
  ackDeadline: number;
  /** Jobs that say nothing of their own share it. */
  notices: Notices;
}

/** What becomes of a slot that comes due while an earlier run of the job is still going. */
export type Overlap = "allow" | "skip" | "queue" | "replace";

/** When a failed attempt is followed by another one. */
export interface RetryPolicy {
  /** Of one run, the first one included: 1 to 100. */
  attempts: number;
  /** From the end of the first attempt to the second one, ms: 0 to 1d. */
  delay: number;
  /** `exponential`: twice as long after each further attempt. */
  backoff: "fixed" | "exponential";
  /** No delay is longer: ms, `delay` to 1d. */
  maxDelay: number;
  /** By which part of itself a delay is made longer or shorter at random: 0 to 1. */
  jitter: number;
  /** The ends that are worth another attempt; undefined: every failure. */
  on?: readonly RetryOn[];
}

/** An exit code from 1 to 255, or what ended the attempt. */
export type RetryOn = number | "timeout" | "signal" | "not-started";

/** What a command is started with beside its environment. What is undefined is as the worker's own. */
export interface Starting {
  /** The program and its arguments that a text is given to; undefined: `/bin/sh -c`. */
  shell?: readonly string[];
  /** A name or a number of the worker's machine. */
  user?: string;
  group?: string;
  /** Three octal digits. */
  umask?: string;
  /** -20 to 19, by itself and not beside the worker's own. */
  nice?: number;
  limits?: Limits;
  /** False: only some variables of the worker's environment. */
  inheritEnv?: false;
  /** `none`: the input is empty, whatever the payload. */
  stdin?: "none";
}

/** What the system lets each process of a command have. */
export interface Limits {
  /** bytes of private memory */
  memory?: number;
  /** ms of processor time, whole seconds */
  cpu?: number;
  openFiles?: number;
}

/** A message for another service, published by the clock itself. */
export interface PublishTask {
  kind: "publish";
  exchange: string;
  routingKey: string;
  headers: Readonly<Record<string, unknown>>;
  body: unknown;
}
