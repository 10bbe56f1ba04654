import type { RetryOn, RetryPolicy } from "./config.ts";
import { formatDuration } from "./duration.ts";
import { error, type Finding } from "./finding.ts";
import { readDuration } from "./limits.ts";
import type { Raw } from "./raw.ts";

const STANDARD = { attempts: 1, delay: 10_000, backoff: "exponential", jitter: 0.1 } as const;

/** Where neither the job nor `defaults` says it; a longer `delay` is its own longest. ms */
const USUAL_MAX_DELAY = 600_000;

const MOST_ATTEMPTS = 100;

/** Reads a job's `retry`, which is at `path`: what it does not say is taken from the defaults. */
export type RetryReader = (raw: Raw, path: string) => RetryPolicy;

type Report = (finding: Finding) => void;

/** Policies that say the same are one object, since a file of many jobs has few of them. */
export function createRetries(defaults: Raw, report: Report): RetryReader {
  const policies = new Map<string, RetryPolicy>();
  const share = (policy: RetryPolicy): RetryPolicy => {
    const key = JSON.stringify(Object.values(policy));
    const same = policies.get(key);
    if (!same) policies.set(key, Object.freeze(policy));
    return same ?? policy;
  };
  const path = "/defaults/retry";
  const base = readFields(defaults, path, report);
  checkDelays(base, base, path, report);
  const standard = share(policyOf(base));
  return (raw, at) => {
    if (Object.keys(raw).length === 0) return standard;
    const own = readFields(raw, at, report);
    const all = { ...base, ...own };
    checkDelays(all, own, at, report);
    if (all.attempts === undefined && raw.attempts === undefined) report(withoutAttempts(at));
    return share(policyOf(all));
  };
}

/**
 * How long to wait after the `ended`th attempt (1, 2, …), before jitter: ms, not rounded. Never
 * longer than `maxDelay`.
 */
export function delayAfter({ delay, backoff, maxDelay }: RetryPolicy, ended: number): number {
  const wanted = backoff === "fixed" ? delay : delay * 2 ** (ended - 1);
  return Math.min(wanted, maxDelay);
}

/** How long a run waits between its attempts when all of them fail, before jitter. ms */
export function waitsOf(policy: RetryPolicy): number {
  let sum = 0;
  for (let ended = 1; ended < policy.attempts; ended++) sum += delayAfter(policy, ended);
  return sum;
}

/** Always with the same order of keys, so that policies can be compared as text. */
function policyOf(fields: Partial<RetryPolicy>): RetryPolicy {
  const { attempts, delay, backoff, jitter } = { ...STANDARD, ...fields };
  const maxDelay = Math.max(fields.maxDelay ?? USUAL_MAX_DELAY, delay);
  const policy: RetryPolicy = { attempts, delay, backoff, maxDelay, jitter };
  return fields.on ? { ...policy, on: fields.on } : policy;
}

function readFields(raw: Raw, path: string, report: Report): Partial<RetryPolicy> {
  const fields: Partial<RetryPolicy> = {};
  const attempts = raw.attempts as number;
  if (Number.isInteger(attempts) && attempts >= 1 && attempts <= MOST_ATTEMPTS) {
    fields.attempts = attempts;
  }
  const delay = readDuration("delay", raw.delay, `${path}/delay`, report);
  if (delay !== undefined) fields.delay = delay;
  const { backoff } = raw;
  if (backoff === "fixed" || backoff === "exponential") fields.backoff = backoff;
  const maxDelay = readDuration("max_delay", raw.max_delay, `${path}/max_delay`, report);
  if (maxDelay !== undefined) fields.maxDelay = maxDelay;
  if (typeof raw.jitter === "number") fields.jitter = raw.jitter;
  if (Array.isArray(raw.on)) fields.on = Object.freeze(readOn(raw.on));
  return fields;
}

/** In one order, since it is no matter which comes first. */
function readOn(items: readonly unknown[]): RetryOn[] {
  const isName = (item: unknown) => typeof item === "string" && item !== "";
  const known = items.filter((item) => Number.isInteger(item) || isName(item)) as RetryOn[];
  return [...new Set(known)].sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

/** A `max_delay` below the `delay` would make it another one than is written. */
function checkDelays(
  { delay = STANDARD.delay, maxDelay = delay }: Partial<RetryPolicy>,
  own: Partial<RetryPolicy>,
  path: string,
  report: Report,
): void {
  if (maxDelay >= delay || (own.delay === undefined && own.maxDelay === undefined)) return;
  const shorter = `max_delay ${formatDuration(maxDelay)} is shorter than delay`;
  const message = `${shorter} ${formatDuration(delay)}`;
  const field = own.maxDelay === undefined ? "delay" : "max_delay";
  report(error("CONFIG_VALUE", `${path}/${field}`, "value", message));
}

function withoutAttempts(path: string): Finding {
  const message = "without attempts there is one, and nothing is retried";
  const finding = error("CONFIG_RETRY_WITHOUT_ATTEMPTS", path, "key", message);
  return { ...finding, level: "warning", hint: "add attempts: 4" };
}
