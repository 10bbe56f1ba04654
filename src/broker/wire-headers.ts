import { isCount } from "../ledger/fields.ts";
import type { Fire } from "../ledger/fire.ts";
import { HIGHEST_EPOCH } from "../ledger/record.ts";

export type Headers = Readonly<Record<string, unknown>>;

/** A message carries no more of its past: it is for people, and the ledger has all of it. */
const LONGEST_HISTORY = 20;
const LONGEST_TEXT = 200;

/** What the headers say of a fire beside its names. */
export function fireHeaders(fire: Fire, now: number): Record<string, unknown> {
  const { history = [], before = 0 } = fire;
  const headers: Record<string, unknown> = {
    "x-clockd-at": now,
    "x-clockd-attempt": fire.attempt,
    "x-clockd-config": fire.config,
    "x-clockd-epoch": fire.epoch,
  };
  if (fire.catchUp) headers["x-clockd-catch-up"] = true;
  if (fire.maybeDuplicate) headers["x-clockd-maybe-duplicate"] = true;
  if (fire.triggered) headers["x-clockd-trigger"] = true;
  if (history.length > 0) headers["x-clockd-history"] = bounded(history);
  if (before > 0) headers["x-clockd-attempts-before"] = before;
  return headers;
}

/** What the headers say of a fire; what is missing or odd has its default. */
export function readHeaders(headers: Headers) {
  return {
    attempt: countOf(headers["x-clockd-attempt"], 1),
    config: textOf(headers["x-clockd-config"]) ?? "",
    epoch: countOf(headers["x-clockd-epoch"], 0, HIGHEST_EPOCH),
    catchUp: headers["x-clockd-catch-up"] === true,
    maybeDuplicate: headers["x-clockd-maybe-duplicate"] === true,
    triggered: headers["x-clockd-trigger"] === true,
    history: readHistory(headers),
    before: countOf(headers["x-clockd-attempts-before"], 0),
  };
}

/** The header of what became of earlier attempts: a list of texts, anything else is none. */
export function readHistory(headers: Headers): string[] {
  const history = headers["x-clockd-history"];
  if (!Array.isArray(history)) return [];
  return bounded(history.slice(-LONGEST_HISTORY).filter((text) => typeof text === "string"));
}

/** The newest ones, none too long. */
function bounded(history: readonly string[]): string[] {
  return history.slice(-LONGEST_HISTORY).map((text) => text.slice(0, LONGEST_TEXT));
}

/** A whole number of at least `least`, which is also the default. */
function countOf(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  return isCount(value, least, most) ? (value as number) : least;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
