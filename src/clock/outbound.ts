import type { BrokerProblem, ClockLink, FireOutcome } from "../broker/broker.ts";
import { type Fire, fireId } from "../ledger/fire.ts";
import type { Emit } from "../observe/events.ts";
import type { Missed } from "./backlog.ts";
import type { Instant, Time } from "./time.ts";

/** What one leader has sent over one link, and what the broker has not answered yet. */
export interface Outbound {
  /** Sends one fire. The outcome is dealt with when it comes. */
  send(fire: Fire): void;
  /** Records slots as missed. */
  miss(missed: Missed): void;
  /** Ids of fires without an answer. */
  openIds(): string[];
  /** How many fires and records have no answer. */
  readonly open: number;
  /** How many of the open ones are late work. */
  readonly openLate: number;
  /** The earliest slot of an open fire that is not late; Infinity: there is none. */
  oldestOpen(): Instant;
  /** How many answers have come, refusals among them. */
  readonly answers: number;
  /** Nothing is sent again from now on: somebody else sees to what is open. */
  end(): void;
}

export interface OutboundDeps {
  link: ClockLink;
  epoch: number;
  time: Time;
  emit: Emit;
  /** Called with every answer. */
  onAnswer(): void;
  /** Called when a record is refused on a link that goes on: then leading makes no sense. */
  onRefused(problem: BrokerProblem): void;
}

/** A fire that the broker could not take is sent again after 1 s, 2 s, 4 s … up to a minute. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** About five minutes of refusals. */
const MOST_RETRIES = 10;
/** Refused fires that wait at once: a queue that is full for good must not fill the ledger. */
const MOST_REFUSED = 1000;

/**
 * Fires without an answer are forgotten with the link: the ledger knows which of them arrived, and
 * the next leader, this clock or another, goes by it.
 */
export function createOutbound(deps: OutboundDeps): Outbound {
  const { link, epoch, time, emit, onAnswer, onRefused } = deps;
  const unanswered = new Map<string, Fire>();
  /** How often the broker has refused a fire on a link that went on. */
  const refusals = new Map<string, number>();
  let openRecords = 0;
  let openLate = 0;
  let answers = 0;
  let ended = false;

  function send(fire: Fire): void {
    const id = fireId(fire.job, fire.slot);
    if (fire.catchUp && !unanswered.has(id)) openLate++;
    unanswered.set(id, fire);
    void link.fire(fire).then((outcome) => {
      // A newer copy is on its way: what becomes of this one changes nothing.
      if (unanswered.get(id) === fire) settle(id, fire, outcome);
    });
  }

  function settle(id: string, fire: Fire, outcome: FireOutcome): void {
    const { job, slot, attempt, catchUp, maybeDuplicate } = fire;
    if (outcome.kind === "in-doubt") {
      doubt(id, fire, outcome.problem);
      return;
    }
    unanswered.delete(id);
    refusals.delete(id);
    if (catchUp) openLate--;
    if (outcome.kind === "undeliverable") {
      const { code, message: reason } = outcome.problem;
      emit({ type: "fire.undeliverable", job, fire: id, attempt, code, reason });
      miss({ job, count: 1, first: slot, last: slot, reason });
    } else {
      const late = time.now() - slot;
      const what = { job, fire: id, attempt, slot, late, catchUp, maybeDuplicate };
      emit({ type: "fire.confirmed", ...what });
    }
    answered();
  }

  /** After a lost link the ledger is asked. On one that goes on, the broker has refused it. */
  function doubt(id: string, fire: Fire, problem: BrokerProblem): void {
    const { code, message: reason } = problem;
    const event = {
      ...{ type: "fire.in_doubt" as const, job: fire.job, fire: id },
      ...{ attempt: fire.attempt, code, reason },
    };
    if (link.isLost) {
      emit(event);
      return;
    }
    const times = (refusals.get(id) ?? 0) + 1;
    refusals.set(id, times);
    // Something to say: newer fires may be in the ledger while this one is not.
    answers++;
    if (times > MOST_RETRIES || refusals.size > MOST_REFUSED) {
      const why = times > MOST_RETRIES ? `${MOST_RETRIES} tries` : "too many were refused";
      const givenUp = { code, message: `given up, ${why}: ${reason}` };
      settle(id, fire, { kind: "undeliverable", problem: givenUp });
      return;
    }
    const retryIn = Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LONGEST_RETRY_MS);
    emit({ ...event, retryIn });
    void time.sleepUntil(time.now() + retryIn).then(() => {
      const waits = unanswered.get(id) === fire && !link.isLost && !ended;
      if (waits) send({ ...fire, maybeDuplicate: true });
    });
  }

  function miss(missed: Missed): void {
    openRecords++;
    const at = time.now();
    // Said when it is sure; otherwise the next leader finds the same slots.
    void link.append({ kind: "missed", at, epoch, ...missed }).then((outcome) => {
      openRecords--;
      if (outcome.kind === "confirmed") emit({ type: "slots.missed", ...missed });
      else if (!link.isLost) onRefused(outcome.problem);
      answered();
    });
  }

  function answered(): void {
    answers++;
    onAnswer();
  }

  return {
    send,
    miss,
    openIds: () => [...unanswered.keys()],
    get open() {
      return unanswered.size + openRecords;
    },
    get openLate() {
      return openLate + openRecords;
    },
    oldestOpen() {
      let oldest = Infinity;
      for (const { slot, catchUp, triggered } of unanswered.values()) {
        if (!catchUp && !triggered && slot < oldest) oldest = slot;
      }
      return oldest;
    },
    get answers() {
      return answers;
    },
    end() {
      ended = true;
    },
  };
}
