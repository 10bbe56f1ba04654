import type { BrokerProblem, ClockLink } from "../broker/broker.ts";
import type { ClockRecord } from "../ledger/record.ts";
import type { Outbound } from "./outbound.ts";
import type { Plan } from "./plan.ts";
import type { Instant, Time } from "./time.ts";

/**
 * The leader's sign of life in the ledger. It says how far everything is settled, so that whoever
 * leads next takes nothing for open, or for missed, that is not.
 */
export interface Progress {
  /** Says how far it is, if it is time to. */
  look(now: Instant): void;
  /** When to look again, at the latest. */
  due(now: Instant): Instant;
  /** Says it in any case: resolves when it is in the ledger, or cannot get there. */
  say(): Promise<void>;
  /** The last word. */
  resign(): Promise<void>;
}

export interface ProgressDeps {
  link: ClockLink;
  plan: Plan;
  outbound: Outbound;
  epoch: number;
  /** This clock's name. */
  clock: string;
  time: Time;
  /** Called when the first record is in the ledger that says that nothing is owed any more. */
  onCaughtUp(): void;
  onRefused(problem: BrokerProblem): void;
}

/** Between two records when every fire is answered; when some are not; when nothing happens. ms. */
const CALM_MS = 250;
const BUSY_MS = 1000;
const IDLE_MS = 10_000;

export function createProgress(deps: ProgressDeps): Progress {
  const { link, plan, outbound, epoch, clock, time, onCaughtUp, onRefused } = deps;
  let saidAt = -Infinity;
  let saidAnswers = -1;
  let caughtUp = false;

  function due(now: Instant): Instant {
    const wait =
      outbound.answers === saidAnswers ? IDLE_MS : outbound.open === 0 ? CALM_MS : BUSY_MS;
    // The clock was set back: it counts from there, or nothing would be said until it is forward again.
    saidAt = Math.min(saidAt, now);
    return saidAt + wait;
  }

  async function say(event: "progress" | "resigned"): Promise<void> {
    const now = time.now();
    saidAt = now;
    saidAnswers = outbound.answers;
    const record = recordOf(event, now);
    const outcome = await link.append(record);
    if (outcome.kind !== "confirmed") {
      if (!link.isLost) onRefused(outcome.problem);
    } else if (record.caughtUp && !caughtUp) {
      caughtUp = true;
      onCaughtUp();
    }
  }

  function recordOf(event: "progress" | "resigned", at: Instant) {
    // A fire that waits for its queue may not be in the ledger yet: it is not settled.
    const settled = Math.min(plan.settled, outbound.oldestOpen() - 1);
    const nothingOwed = plan.late === 0 && outbound.openLate === 0;
    const open = outbound.openIds();
    const record = { kind: "clock", at, clock, event, epoch, settled, caughtUp: nothingOwed, open };
    return record as typeof record & ClockRecord & { caughtUp: boolean };
  }

  return {
    due,
    look(now) {
      if (now >= due(now)) void say("progress");
    },
    say: () => say("progress"),
    resign: () => say("resigned"),
  };
}
