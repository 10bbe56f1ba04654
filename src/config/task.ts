import type { Overlap, PublishTask, RunTask } from "./config.ts";
import { error, type Finding } from "./finding.ts";
import { readDuration } from "./limits.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, asText, type Raw } from "./raw.ts";
import type { NoticesReader } from "./read-notices.ts";
import type { RetryReader } from "./retry.ts";
import { checkStarting, readStarting, type StartingFields, startingOf } from "./starting.ts";
import type { Tree } from "./tree.ts";
import type { UnsetLevel, Variables } from "./variables.ts";

const KILL_AFTER_MS = 10_000;

/** RabbitMQ takes back what is held for 30 minutes, and looks once a minute. ms */
const ACK_DEADLINE_MS = 1_200_000;

const OVERLAPS: readonly Overlap[] = ["allow", "skip", "queue", "replace"];
const NO_ENV: Readonly<Record<string, string>> = Object.freeze({});

/** What reading a task needs besides the task. */
export interface TaskContext {
  variables: Variables;
  /** How bad an unset variable is here. */
  unset: { env: UnsetLevel; publish: UnsetLevel };
  /** By map, then key: scalars that are written unlike their value. */
  written: Tree["written"];
  report(finding: Finding): void;
}

/** The run fields of `defaults`, read once: jobs share them. */
export type RunDefaults = Partial<
  Omit<RunTask, "kind" | "command" | "payload" | "retry" | "notices" | keyof StartingFields>
> & { starting: StartingFields };

/** Reads the fields that `defaults` and a job with `run` have in common. */
export function readRunFields(raw: Raw, path: string, context: TaskContext): RunDefaults {
  const fields: RunDefaults = { starting: readStarting(raw, path, context.report) };
  const queue = asText(raw.queue);
  if (queue !== undefined) fields.queue = queue;
  if (raw.env !== undefined) fields.env = readEnv(asMap(raw.env), `${path}/env`, context);
  const cwd = asText(raw.cwd);
  if (cwd !== undefined) fields.cwd = withoutNul(cwd, `${path}/cwd`, context);
  const timeout = readDuration("timeout", raw.timeout, `${path}/timeout`, context.report);
  if (timeout !== undefined) fields.timeout = timeout;
  const killAfter = readDuration(
    "kill_after",
    raw.kill_after,
    `${path}/kill_after`,
    context.report,
  );
  if (killAfter !== undefined) fields.killAfter = killAfter;
  Object.assign(fields, readWhetherToRun(raw, path, context));
  return fields;
}

/** What says whether, and how often, a fire is run. */
function readWhetherToRun(raw: Raw, path: string, { report }: TaskContext) {
  const fields: Pick<RunDefaults, "overlap" | "expires" | "ackDeadline"> = {};
  const overlap = OVERLAPS.find((one) => one === raw.overlap);
  if (overlap) fields.overlap = overlap;
  const expires =
    raw.expires === "next"
      ? raw.expires
      : readDuration("expires", raw.expires, `${path}/expires`, report);
  if (expires !== undefined) fields.expires = expires;
  const deadline = raw.ack_deadline;
  const ackDeadline = readDuration("ack_deadline", deadline, `${path}/ack_deadline`, report);
  if (ackDeadline !== undefined) fields.ackDeadline = ackDeadline;
  return fields;
}

/** They know what `defaults` says. */
export interface Readers {
  readRetry: RetryReader;
  readNotices: NoticesReader;
}

/** Reads a job with `run`. Undefined when the command has the wrong shape. */
export function readRun(
  job: Raw,
  path: string,
  defaults: RunDefaults,
  context: TaskContext & Readers,
): RunTask | undefined {
  const retry = context.readRetry(asMap(job.retry), `${path}/retry`);
  const notices = context.readNotices(job, path);
  const fields = readRunFields(job, path, context);
  const stdin = fields.starting.stdin ?? defaults.starting.stdin;
  checkStarting(job, path, stdin, context.report);
  const command = readCommand(job.run, `${path}/run`, context);
  if (command === undefined) return undefined;
  const task: RunTask = {
    kind: "run",
    command,
    queue: fields.queue ?? defaults.queue ?? "default",
    env: fields.env && defaults.env ? { ...defaults.env, ...fields.env } : envOf(fields, defaults),
    killAfter: fields.killAfter ?? defaults.killAfter ?? KILL_AFTER_MS,
    overlap: fields.overlap ?? defaults.overlap ?? "skip",
    retry,
    ackDeadline: fields.ackDeadline ?? defaults.ackDeadline ?? ACK_DEADLINE_MS,
    notices,
    ...startingOf({ command }, fields.starting, defaults.starting),
  };
  const cwd = fields.cwd ?? defaults.cwd;
  if (cwd !== undefined) task.cwd = cwd;
  const timeout = fields.timeout ?? defaults.timeout;
  if (timeout !== undefined) task.timeout = timeout;
  const expires = fields.expires ?? defaults.expires;
  if (expires !== undefined) task.expires = expires;
  if (job.payload !== undefined) task.payload = job.payload;
  return task;
}

function envOf(fields: RunDefaults, defaults: RunDefaults): Readonly<Record<string, string>> {
  return fields.env ?? defaults.env ?? NO_ENV;
}

/** A text, or a list of them. Undefined when it is neither. */
export function readCommand(run: unknown, path: string, context: TaskContext) {
  if (typeof run === "string") return asText(withoutNul(run, path, context));
  if (!Array.isArray(run) || !run.every((item) => typeof item === "string")) return undefined;
  for (const [index, item] of run.entries()) withoutNul(item, joinPointer(path, index), context);
  if (run[0] === "") {
    context.report(error("CONFIG_VALUE", `${path}/0`, "value", "the command has no name"));
  }
  return run as readonly string[];
}

function readEnv(raw: Raw, path: string, context: TaskContext): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(raw)) {
    const place = joinPointer(path, name);
    if (typeof value === "string") {
      const text = context.variables.text(value, place, context.unset.env);
      entries.push([name, withoutNul(text, place, context)]);
    } else if (typeof value === "number" || typeof value === "boolean") {
      // As it is written: a version 1.10 must not become 1.1.
      entries.push([name, context.written.get(raw)?.get(name) ?? String(value)]);
    }
  }
  return Object.fromEntries(entries);
}

/** No argument and no variable of a process can hold a NUL. */
function withoutNul(text: string, path: string, context: TaskContext): string {
  if (text.includes("\0")) {
    context.report(
      error("CONFIG_VALUE", path, "value", "a process cannot be given a NUL character"),
    );
  }
  return text;
}

/** AMQP's short strings: exchanges, routing keys and names of headers. */
const SHORT_STRING_BYTES = 255;

/** Reads a job with `publish`. */
export function readPublish(raw: Raw, path: string, context: TaskContext): PublishTask {
  const deep = (key: string) =>
    context.variables.deep(raw[key], joinPointer(path, key), context.unset.publish);
  const headers = asMap(deep("headers"));
  for (const name of Object.keys(headers)) {
    short(name, joinPointer(`${path}/headers`, name), "key", context);
  }
  return {
    kind: "publish",
    exchange: short(deep("exchange"), `${path}/exchange`, "value", context),
    routingKey: short(deep("routing_key"), `${path}/routing_key`, "value", context),
    headers,
    body: deep("body") ?? null,
  };
}

function short(value: unknown, path: string, at: "key" | "value", context: TaskContext): string {
  const text = typeof value === "string" ? value : "";
  if (Buffer.byteLength(text) > SHORT_STRING_BYTES) {
    const message = `longer than the ${SHORT_STRING_BYTES} bytes that AMQP allows here`;
    context.report(error("CONFIG_VALUE", path, at, message));
  }
  return text;
}
