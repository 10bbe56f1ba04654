import { userInfo } from "node:os";
import type { Instant } from "../clock/time.ts";
import type { FinishedRecord } from "../ledger/run-record.ts";
import type { LedgerState } from "../ledger/state.ts";
import { formatLocal } from "../schedule/datetime.ts";
import { durationWords } from "../schedule/words.ts";
import type { Zone } from "../schedule/zone.ts";

/** A leader says something every 10 s: after this long something is wrong with it. ms. */
const SILENT_MS = 30_000;

/** How long nothing was heard of the leader, when that is remarkable. ms. */
export function leaderSilence({ leader }: LedgerState, now: Instant): number | undefined {
  const silence = leader === undefined ? 0 : now - leader.seen;
  return silence > SILENT_MS ? silence : undefined;
}

/** Who leads, as the end of a sentence: `host:12 leads`. */
export function leaderWords(state: LedgerState, now: Instant): string {
  if (!state.leader) return "no clock leads now";
  const { clock } = state.leader;
  const silence = leaderSilence(state, now);
  if (silence === undefined) return `${clock} leads`;
  return `${clock} led last, and was not heard of for ${durationWords(silence, 2)}`;
}

/** `3 minutes 5 seconds ago`; what is less than a second old, or from a clock ahead, is `now`. */
export function ago(at: Instant, now: Instant): string {
  const ms = Math.floor((now - at) / 1000) * 1000;
  return ms <= 0 ? "now" : `${durationWords(ms, 2)} ago`;
}

/** `2026-12-01 09:00:00 +01:00` */
export function timeText(at: Instant, zone: Zone): string {
  const second = Math.floor(at / 1000) * 1000;
  return formatLocal(second, zone)
    .replace("T", " ")
    .replace(/(?=[+-]\d\d:)/, " ");
}

type RunEnd = Pick<FinishedRecord, "ok" | "outcome" | "exitCode" | "signal">;

/** How an attempt ended, in few words. */
export function endWords({ ok, outcome, exitCode, signal }: RunEnd): string {
  if (ok) return "ok";
  if (outcome === "timed-out") return "timed out";
  if (outcome === "not-started") return "did not start";
  return signal === null ? `failed (exit code ${exitCode})` : `failed (${signal})`;
}

/** Cut where a line would get too long for a table. */
export function short(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Who asks, for the record: `deploy@host`. */
export function personOf({ environment, hostname }: Person): string {
  const { USER, LOGNAME, USERNAME } = environment;
  return `${USER || LOGNAME || USERNAME || userOfSystem()}@${hostname}`;
}

interface Person {
  environment: Readonly<Record<string, string | undefined>>;
  hostname: string;
}

/** Containers often have none of the variables. */
function userOfSystem(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name.
    return "unknown";
  }
}
