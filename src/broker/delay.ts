import type { FireOutcome } from "./broker.ts";

const DAY_MS = 86_400_000;
/** The longest that a fire can be kept back. */
const LONGEST_DAYS = 30;

/** The answer for a fire that is to be kept back for longer than any broker does; otherwise undefined. */
export function refuseDelay(delayMs: number): FireOutcome | undefined {
  if (delayMs <= LONGEST_DAYS * DAY_MS) return undefined;
  const message = `nothing is kept back for more than ${LONGEST_DAYS} days`;
  return { kind: "undeliverable", problem: { code: "BROKER_DELAY", message } };
}
