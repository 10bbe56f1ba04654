import { formatDuration, isDuration, parseDuration } from "./duration.ts";
import { error, type Finding } from "./finding.ts";
import { asText } from "./raw.ts";
import { LONGEST_EVERY, LONGEST_SPREAD, SHORTEST_EVERY } from "./spec.ts";

/** A timer of the runtime that is set for longer (24.8 days) goes off at once. */
const LONGEST_TIMER = 24 * 86_400_000;

/** The ledger keeps its records for 32 days: what is older cannot be told from what was fired. */
const LONGEST_WITHIN = 30 * 86_400_000;

/** The system counts them in seconds. */
const WHOLE_SECONDS: readonly string[] = ["spread", "cpu"];

/** The least and the most of each field that is a duration, ms. */
const LIMITS = {
  every: [SHORTEST_EVERY, LONGEST_EVERY],
  spread: [0, LONGEST_SPREAD],
  timeout: [1, LONGEST_TIMER],
  kill_after: [0, LONGEST_TIMER],
  within: [1000, LONGEST_WITHIN],
  delay: [0, 86_400_000],
  max_delay: [0, 86_400_000],
  expires: [1000, LONGEST_WITHIN],
  ack_deadline: [1000, LONGEST_TIMER],
  after: [1000, LONGEST_TIMER],
  notice_timeout: [1, 300_000],
  cpu: [1000, 365 * 86_400_000],
} as const;

/**
 * Reads the duration at `path` as ms and reports one out of bounds. Undefined for that one, and for
 * anything that is no duration.
 */
export function readDuration(
  field: keyof typeof LIMITS,
  value: unknown,
  path: string,
  report: (finding: Finding) => void,
): number | undefined {
  const text = asText(value);
  if (text === undefined || !isDuration(text)) return undefined;
  const ms = parseDuration(text);
  const [least, most] = LIMITS[field];
  const whole = WHOLE_SECONDS.includes(field);
  if (ms !== undefined && ms >= least && ms <= most && !(whole && ms % 1000)) return ms;
  const from = least === 0 && whole ? "" : `at least ${formatDuration(least)} and `;
  const range = `${from}at most ${formatDuration(most)}`;
  const bounds = whole ? `whole seconds, ${range}` : range;
  report(error("CONFIG_VALUE", path, "value", `expected ${bounds}, got "${text.slice(0, 40)}"`));
  return undefined;
}
