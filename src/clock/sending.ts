import type { ClockLink } from "../broker/broker.ts";
import type { Fire } from "../ledger/fire.ts";
import type { Emit } from "../observe/events.ts";
import { fireOf, type Stamp } from "./fires.ts";
import type { Outbound } from "./outbound.ts";
import type { Plan } from "./plan.ts";
import type { Instant, Time } from "./time.ts";

export interface SendingDeps {
  link: ClockLink;
  plan: Plan;
  outbound: Outbound;
  time: Time;
  emit: Emit;
  stamp(): Stamp;
  /** Fires of earlier leaders that nobody knows to be confirmed. */
  inDoubt: readonly Fire[];
  /** What is late may have been fired all the same. */
  isUnsure: boolean;
  /** Nothing must be sent any more. */
  isOver(): boolean;
}

/** Sends what a leader has to send, as fast as the broker takes it. Each ends early when leading is over. */
export interface Sending {
  /** All slots up to `now`, in their order. */
  due(now: Instant): Promise<void>;
  /** Some of what is late. */
  late(): Promise<void>;
  /** There is late work, and the broker has little of it to answer for. */
  hasLate(): boolean;
  /** These fires. */
  all(fires: readonly Fire[]): Promise<void>;
  /** What is in doubt, flagged. */
  inDoubt(): Promise<void>;
  /** The broker took nothing for so long (ms) that it was as if nobody had been leading. */
  readonly stalled: number;
}

/** Late work that is on its way at once: little enough that a slot in time does not wait for it. */
const LATE_AT_ONCE = 500;
const LATE_PART = 100;

export function createSending(deps: SendingDeps): Sending {
  const { link, plan, outbound, time, emit, stamp, isOver, isUnsure } = deps;
  let stalled = 0;

  async function send(fire: Fire): Promise<boolean> {
    const room = link.room();
    if (room) {
      const asked = time.now();
      await room;
      stalled = Math.max(stalled, time.now() - asked);
    }
    if (isOver()) return false;
    outbound.send(fire);
    return true;
  }

  const hasLate = () => plan.late > 0 && outbound.openLate < LATE_AT_ONCE;

  async function all(fires: Iterable<Fire>): Promise<void> {
    for (const fire of fires) if (!(await send(fire))) return;
  }

  return {
    async due(now) {
      for (let due = plan.takeDue(now); due.length > 0; due = plan.takeDue(now)) {
        await all(due.map(({ job, slot }) => fireOf(job, slot, stamp())));
        if (isOver()) return;
        // Only now: the slots after them are worked out when everything that is due is on its way.
        plan.advance(due);
      }
    },
    async late() {
      if (!hasLate()) return;
      const cause = { catchUp: true, maybeDuplicate: isUnsure };
      for (const item of plan.takeLate(LATE_PART)) {
        if ("missed" in item) outbound.miss({ job: item.job, ...item.missed });
        else if (!(await send(fireOf(plan.job(item.job)!, item.fire, stamp(), cause)))) return;
      }
    },
    hasLate,
    all,
    async inDoubt() {
      const { epoch } = stamp();
      const again = deps.inDoubt.map((fire) => ({ ...fire, epoch, maybeDuplicate: true }));
      if (again.length > 0) emit({ type: "clock.resending", count: again.length });
      await all(again);
    },
    get stalled() {
      return stalled;
    },
  };
}
