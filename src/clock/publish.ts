import type { ClockLink, FireOutcome } from "../broker/broker.ts";
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

export function createOutbound(deps: { time: Time; emit: Emit }): Outbound {
  const { time, emit } = deps;
  const unanswered = new Map<string, Fire>();

  function send(link: ClockLink, fire: Fire): void {
    const id = fireId(fire.job, fire.slot);
    unanswered.set(id, fire);
    void link.fire(fire).then((outcome) => settle(link, id, fire, outcome));
  }

  function settle(link: ClockLink, id: string, fire: Fire, outcome: FireOutcome): void {
    // A newer copy is on its way: what becomes of this one changes nothing.
    if (unanswered.get(id) !== fire) return;
    const { job, slot, catchUp, maybeDuplicate } = fire;
    if (outcome.kind === "in-doubt") {
      const { code, message: reason } = outcome.problem;
      emit({ type: "fire.in_doubt", job, fire: id, code, reason });
      // On a link that goes on, only this one fire was hit.
      if (!link.isLost) send(link, { ...fire, maybeDuplicate: true });
      return;
    }
    unanswered.delete(id);
    if (outcome.kind === "undeliverable") {
      const { code, message: reason } = outcome.problem;
      emit({ type: "fire.undeliverable", job, fire: id, code, reason });
    } else {
      const late = time.now() - slot;
      emit({ type: "fire.confirmed", job, fire: id, slot, late, catchUp, maybeDuplicate });
    }
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
