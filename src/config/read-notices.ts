import { readDuration } from "./limits.ts";
import {
  type LongNotice,
  NO_NOTICES,
  type Notice,
  type NoticeCommand,
  type Notices,
  type Ping,
} from "./notice.ts";
import { placeholdersIn } from "./placeholders.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, asText, type Raw } from "./raw.ts";
import { readCommand, type TaskContext } from "./task.ts";
import { checkPlaceholder, readAddress, readWebhook } from "./webhook.ts";

const COMMAND_TIMEOUT_MS = 60_000;

/**
 * Reads whom a job wants to be told, which is at `path`. Each of its fields takes the place of that of
 * the defaults; a job that has none shares those.
 */
export type NoticesReader = (raw: Raw, path: string) => Notices;

export function createNoticesReader(defaults: Raw, context: TaskContext): NoticesReader {
  const base = withoutNothing(readAll(defaults, "/defaults", context));
  return (raw, path) => {
    const own = readAll(raw, path, context);
    return Object.keys(own).length === 0 ? base : withoutNothing({ ...base, ...own });
  };
}

type Fields = { -readonly [K in keyof Notices]: Notices[K] };

/** The fields that are written, also those that say nothing: these take away a default. */
function readAll(raw: Raw, path: string, context: TaskContext): Fields {
  const fields: Fields = {};
  const list = <T extends Notice>(key: string, read: (item: Raw, at: string) => T | undefined) =>
    readList(raw[key], `${path}/${key}`, read);
  const plain = (item: Raw, at: string) => readNotice(item, at, context);
  if (raw.on_failure !== undefined) fields.failure = list("on_failure", plain);
  if (raw.on_recovery !== undefined) fields.recovery = list("on_recovery", plain);
  if (raw.on_missed !== undefined) fields.missed = list("on_missed", plain);
  if (raw.on_long !== undefined) {
    fields.long = list("on_long", (item, at) => readLong(item, at, context));
  }
  if (raw.ping !== undefined) fields.ping = readPing(raw.ping, `${path}/ping`, context);
  return fields;
}

function withoutNothing(fields: Fields): Notices {
  const { ping } = fields;
  if (ping && ping.success === undefined && ping.failure === undefined) delete fields.ping;
  for (const key of ["failure", "recovery", "missed", "long"] as const) {
    if (fields[key]?.length === 0) delete fields[key];
  }
  return Object.keys(fields).length === 0 ? NO_NOTICES : Object.freeze(fields);
}

/** One notice, or a list of them. */
function readList<T>(
  value: unknown,
  path: string,
  read: (item: Raw, at: string) => T | undefined,
): T[] {
  const one = (item: unknown, at: string) => read(asMap(item), at) ?? [];
  if (!Array.isArray(value)) return [one(value, path)].flat() as T[];
  return value.flatMap((item, index) => one(item, joinPointer(path, index))) as T[];
}

function readNotice(raw: Raw, path: string, context: TaskContext): Notice | undefined {
  if (raw.webhook !== undefined) return readWebhook(raw, path, context);
  return readNoticeCommand(raw, path, context);
}

function readNoticeCommand(
  raw: Raw,
  path: string,
  context: TaskContext,
): NoticeCommand | undefined {
  const command = readCommand(raw.command, `${path}/command`, context);
  const at = `${path}/timeout`;
  const timeout = readDuration("notice_timeout", raw.timeout, at, context.report);
  if (command === undefined) return undefined;
  return { kind: "command", command, timeout: timeout ?? COMMAND_TIMEOUT_MS };
}

function readLong(raw: Raw, path: string, context: TaskContext): LongNotice | undefined {
  const after = readDuration("after", raw.after, `${path}/after`, context.report);
  const notice = readNotice(raw, path, context);
  return notice && after !== undefined ? { ...notice, after } : undefined;
}

/** A text is called after a run that was ok, and with `/fail` at its end after one that failed. */
function readPing(value: unknown, path: string, context: TaskContext): Ping {
  const ping: { success?: string; failure?: string } = {};
  if (typeof value === "string") {
    const success = readPingAddress(value, path, context);
    if (success !== undefined) Object.assign(ping, { success, failure: withFail(success) });
    return ping;
  }
  const raw = asMap(value);
  for (const key of ["success", "failure"] as const) {
    const address = readPingAddress(raw[key], `${path}/${key}`, context);
    if (address !== undefined) ping[key] = address;
  }
  return ping;
}

function readPingAddress(value: unknown, path: string, context: TaskContext): string | undefined {
  for (const name of placeholdersIn(asText(value) ?? "")) {
    checkPlaceholder(name, ["job"], path, context.report);
  }
  return readAddress(value, path, context);
}

function withFail(address: string): string {
  const [, start, rest] = /^([^?#]*?)\/?([?#].*)?$/s.exec(address)!;
  return `${start}/fail${rest ?? ""}`;
}
