import type { RetryOn, RetryPolicy } from "../config/config.ts";
import { delayAfter } from "../config/retry.ts";
import type { Outcome } from "./command.ts";

/**
 * How long to wait until the next attempt, in ms; undefined: there is none. There is none after an
 * attempt that is ok, after one that only the worker's own stop has ended, when the attempts are used
 * up, and when `on` does not name this end. `attempt` is the one that has ended; those up to `before`
 * are of an earlier set, before the fire was taken from the dead letters. `random`: 0 to 1.
 *
 * The delay is at most `maxDelay`, and rounded to two significant digits: each different one is
 * a queue of its own in the broker.
 */
export function retryAfter(
  policy: RetryPolicy,
  outcome: Pick<Outcome, "kind" | "ok" | "terminated" | "exitCode">,
  attempt: number,
  before: number,
  random: number,
): number | undefined {
  if (outcome.ok || outcome.terminated) return undefined;
  const ended = attempt - before;
  if (ended >= policy.attempts || !isWorthIt(policy, outcome)) return undefined;
  const jitter = policy.jitter * (2 * random - 1);
  return rounded(delayAfter(policy, Math.max(ended, 1)) * (1 + jitter), policy.maxDelay);
}

function isWorthIt({ on }: RetryPolicy, outcome: Pick<Outcome, "kind" | "exitCode">): boolean {
  return on === undefined || on.includes(endOf(outcome));
}

function endOf({ kind, exitCode }: Pick<Outcome, "kind" | "exitCode">): RetryOn {
  if (kind === "exited") return exitCode!;
  if (kind === "timed-out") return "timeout";
  return kind === "killed" ? "signal" : "not-started";
}

/** The next number of two significant digits, for what is left of a delay. */
export function restOf(delayMs: number): number {
  const unit = 10 ** Math.max(Math.floor(Math.log10(Math.max(delayMs, 1))) - 1, 0);
  return Math.ceil(delayMs / unit) * unit;
}

/** The nearest number of two significant digits that is not above `most`. */
function rounded(ms: number, most: number): number {
  const wanted = Math.min(ms, most);
  const unit = 10 ** Math.max(Math.floor(Math.log10(Math.max(wanted, 1))) - 1, 0);
  const nearest = Math.round(wanted / unit) * unit;
  return nearest <= most ? nearest : Math.floor(wanted / unit) * unit;
}
