import type { Job } from "../config/config.ts";
import { type Fire, fireId } from "../ledger/fire.ts";
import type { JobRecord, LedgerRecord, Trigger } from "../ledger/record.ts";
import type { Emit } from "../observe/events.ts";
import { fireOf, type Stamp } from "./fires.ts";
import type { Follower } from "./follower.ts";
import type { Nap } from "./nap.ts";
import type { Outbound } from "./outbound.ts";
import type { Plan } from "./plan.ts";
import type { Instant } from "./time.ts";

/** What people ask of the leader, through the ledger: hold a job, release it, fire it out of turn. */
export interface Requests {
  /** Does what was asked since the last call; returns the fires that were asked for. */
  answer(now: Instant): Fire[];
}

export interface RequestDeps {
  follower: Follower;
  /** Ends the sleep of whoever calls `answer`. */
  nap: Nap;
  plan: Plan;
  outbound: Outbound;
  stamp(): Stamp;
  emit: Emit;
  /** What was asked of earlier leaders may have been fired already. */
  isUnsure: boolean;
  /** Called with every record of the ledger. */
  hear(record: LedgerRecord): void;
  /** Called after a job was released: what it was due while it was held shall not be caught up. */
  onReleased(): void;
}

/** Only what comes out of the ledger counts, whoever wrote it, and in its order. */
export function createRequests(deps: RequestDeps): Requests {
  const { follower, nap, plan, outbound, emit } = deps;
  const { epoch, triggers } = follower.state;
  const waiting: JobRecord[] = [];
  /** Ids of triggers that were dealt with: the ledger needs a moment to say so. */
  const seen = new Set<string>();
  /** What nobody has answered before this clock led. */
  const old = [...triggers.values()];
  follower.onRecord = (record) => {
    deps.hear(record);
    if (record.kind === "job") waiting.push(record);
    if (record.kind === "job" || follower.state.epoch !== epoch) nap.wake();
  };

  function fireOfTrigger(
    trigger: Trigger,
    now: Instant,
    maybeDuplicate: boolean,
  ): Fire | undefined {
    const { slot, by } = trigger;
    const job = plan.job(trigger.job);
    const fire = fireId(trigger.job, slot);
    if (seen.has(fire) || !triggers.has(fire)) return undefined;
    seen.add(fire);
    const reason = job ? refusal(trigger, job, now) : "there is no such job";
    if (job && reason === "") {
      emit({ type: "job.triggered", job: job.name, fire, by });
      return fireOf(job, slot, deps.stamp(), { trigger, maybeDuplicate });
    }
    outbound.miss({ job: trigger.job, count: 1, first: slot, last: slot, reason });
    return undefined;
  }

  function hold(record: JobRecord, now: Instant): void {
    if (record.event === "paused") {
      for (const missed of plan.hold(record.job)) outbound.miss(missed);
      emit({ type: "job.held", job: record.job, by: record.by });
    } else if (record.event === "resumed") {
      plan.release(record.job, now);
      deps.onReleased();
      emit({ type: "job.released", job: record.job, by: record.by });
    }
  }

  return {
    answer(now) {
      const asked: Trigger[] = [];
      const left = old.splice(0);
      for (const record of waiting.splice(0)) {
        if (record.event === "triggered") asked.push(record);
        else hold(record, now);
      }
      return [
        ...left.flatMap((trigger) => fireOfTrigger(trigger, now, deps.isUnsure) ?? []),
        ...asked.flatMap((trigger) => fireOfTrigger(trigger, now, false) ?? []),
      ];
    },
  };
}

/** Why a trigger is not fired; empty when it is. */
function refusal({ slot }: Trigger, { schedule, catchUp }: Job, now: Instant): string {
  if (now - slot > catchUp.within) return "it was asked for too long ago";
  // Its id would be the regular fire's.
  return schedule.next(slot - 1) === slot ? "this slot is the schedule's own" : "";
}
