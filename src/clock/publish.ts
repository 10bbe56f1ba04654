import type { BrokerProblem, ClockLink, FireOutcome } from "../broker/broker.ts";
import { type Fire, fireId } from "../ledger/fire.ts";
import type { Emit } from "../observe/events.ts";
import type { Due } from "./plan.ts";
import type { Time } from "./time.ts";

/** Sends fires and remembers each until the broker has answered for it. */
export interface Outbound {
  /** Sends one fire. The outcome is dealt with when it comes. */
  send(link: ClockLink, fire: Fire): void;
  /**
   * Sends every fire that got no answer again, flagged. Without a ledger nobody can tell whether
   * the first copy arrived.
   */
  resend(link: ClockLink): Promise<void>;
  /** Fires without an answer. */
  readonly unanswered: ReadonlyMap<string, Fire>;
}

/** A fire that the broker could not take is sent again after 1 s, 2 s, 4 s … up to a minute. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** About five minutes of refusals. */
const MOST_RETRIES = 10;

export function createOutbound(deps: { time: Time; emit: Emit }): Outbound {
  const { time, emit } = deps;
  const unanswered = new Map<string, Fire>();
  /** How often the broker has refused a fire on a link that went on. */
  const refusals = new Map<string, number>();

  function send(link: ClockLink, fire: Fire): void {
    const id = fireId(fire.job, fire.slot);
    unanswered.set(id, fire);
    void link.fire(fire).then((outcome) => settle(link, id, fire, outcome));
  }

  function settle(link: ClockLink, id: string, fire: Fire, outcome: FireOutcome): void {
    // A newer copy is on its way: what becomes of this one changes nothing.
    if (unanswered.get(id) !== fire) return;
    const { job, slot, attempt, catchUp, maybeDuplicate } = fire;
    if (outcome.kind === "in-doubt") {
      doubt(link, id, fire, outcome.problem);
      return;
    }
    unanswered.delete(id);
    refusals.delete(id);
    if (outcome.kind === "undeliverable") {
      const { code, message: reason } = outcome.problem;
      emit({ type: "fire.undeliverable", job, fire: id, attempt, code, reason });
    } else {
      const late = time.now() - slot;
      emit({
        type: "fire.confirmed",
        job,
        fire: id,
        attempt,
        slot,
        late,
        catchUp,
        maybeDuplicate,
      });
    }
  }

  /** A lost link is followed by another, which sends it again. On one that goes on, so do we. */
  function doubt(link: ClockLink, id: string, fire: Fire, problem: BrokerProblem): void {
    const { code, message: reason } = problem;
    const { job, attempt } = fire;
    const event = { type: "fire.in_doubt" as const, job, fire: id, attempt, code, reason };
    if (link.isLost) {
      emit(event);
      return;
    }
    const times = (refusals.get(id) ?? 0) + 1;
    refusals.set(id, times);
    if (times > MOST_RETRIES) {
      const givenUp = { code, message: `given up after ${MOST_RETRIES} tries: ${reason}` };
      settle(link, id, fire, { kind: "undeliverable", problem: givenUp });
      return;
    }
    const delay = Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LONGEST_RETRY_MS);
    emit({ ...event, retryIn: delay });
    void time.sleepUntil(time.now() + delay).then(() => {
      const waits = unanswered.get(id) === fire && !link.isLost;
      if (waits) send(link, { ...fire, maybeDuplicate: true });
    });
  }

  return {
    send,
    unanswered,
    async resend(link) {
      const fires = [...unanswered.values()];
      if (fires.length > 0) emit({ type: "clock.resending", count: fires.length });
      for (const fire of fires) {
        await link.room();
        if (link.isLost) return;
        send(link, { ...fire, maybeDuplicate: true });
      }
    },
  };
}

/** The fire of a due slot. The command stays behind: a worker has its own file. */
export function fireOf({ job, slot }: Due, config: string, catchUp: boolean): Fire {
  const { task } = job;
  return {
    job: job.name,
    slot,
    attempt: 1,
    config,
    catchUp,
    maybeDuplicate: false,
    target:
      task.kind === "run"
        ? { kind: "run", queue: task.queue, payload: task.payload }
        : {
            kind: "publish",
            exchange: task.exchange,
            routingKey: task.routingKey,
            headers: task.headers,
            body: task.body,
          },
  };
}
