import type { FireOutcome } from "../broker/broker.ts";
import type { RunTask } from "../config/config.ts";
import type { FinishedRecord, RunRecord, SkippedRecord } from "../ledger/run-record.ts";
import { isVoid } from "../ledger/run-state.ts";
import type { Emit } from "../observe/events.ts";
import { keptRecordOf, parkedOf } from "./claim.ts";
import type { Outcome } from "./command.ts";
import { finishedOf, fireOf, historyLine, outOfAttempts, skippingOf } from "./ending.ts";
import { bury, finish, giveBack, type Held, naming } from "./held.ts";
import type { RunLedger } from "./run-ledger.ts";
import { tellEnd } from "./telling.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/**
 * What becomes of a message. Each resolves when it is settled, or when it cannot be because this worker
 * ends: then the broker delivers it again. The record comes first, then what follows from it, and the
 * message is acknowledged last: whatever dies in between, the ledger says what is left to do.
 */
export interface Settle {
  /** It has not started, and is somebody else's. */
  leave(held: Held): Promise<void>;
  /** Its end, with everything that follows from it. */
  end(held: Held, task: RunTask, outcome: Outcome): Promise<void>;
  skip(held: Held, how: Pick<SkippedRecord, "why" | "by" | "since">): Promise<void>;
  /** It is a copy. */
  drop(held: Held, reason: string): Promise<void>;
  /** To the dead letters, without having been run. */
  bury(held: Held, reason: string): Promise<void>;
  /** Its attempt has failed already: asks for the next one. ms. */
  again(held: Held, delayMs: number): Promise<void>;
  /** It was out of attempts already. */
  buryAgain(held: Held): Promise<void>;
  /** From here on the ledger stands for its run. False: it may not, since its claim does not stand. */
  keep(held: Held): Promise<boolean>;
}

export interface SettleDeps {
  ledger: RunLedger;
  name: string;
  now: () => number;
  /** 0 to 1, as Math.random: spreads the delays of retries. */
  random: () => number;
  emit: Emit;
  /** Called when a run has ended for good by itself. `recovered`: the one before it had failed. */
  onFinal(held: Held, task: RunTask, outcome: Outcome, recovered: boolean): void;
}

const NOT_STARTED = "it had not started when this worker stopped";

export function createSettle(deps: SettleDeps): Settle {
  const { ledger, name, now, random, emit, onFinal } = deps;
  const by = () => ({ worker: name, at: now() });
  const of = ({ fire, message }: Held) => ({
    ...{ kind: "run" as const, ...by(), job: fire.job, fire: fire.id, message },
  });

  function tellUnrecorded(held: Held, outcome: FireOutcome | undefined): void {
    if (outcome?.kind === "confirmed") return;
    const reason = outcome ? outcome.problem.message : "the broker is away";
    emit({ type: "run.not_recorded", ...naming(held.fire), reason });
  }

  /** True when it is in the ledger, or never will be. */
  async function record(held: Held, what: RunRecord): Promise<boolean> {
    const outcome = await ledger.insist((link) => link.append(what));
    tellUnrecorded(held, outcome);
    return outcome !== undefined;
  }

  /** The same. `void`: somebody else has the run. */
  async function recordEnd(held: Held, what: FinishedRecord): Promise<boolean | "void"> {
    const outcome = await ledger.finish(what);
    tellUnrecorded(held, outcome);
    return outcome?.counts === false ? "void" : outcome !== undefined;
  }

  function done(held: Held, outcome: FireOutcome | undefined): boolean {
    if (outcome) tellUnrecorded(held, outcome);
    return outcome?.kind === "confirmed";
  }

  async function scheduleNext(held: Held, delayMs: number, ended?: string): Promise<void> {
    const next = fireOf(held, held.message + 1, ended);
    const outcome = await ledger.insist((link) => link.again(next, delayMs));
    if (!done(held, outcome)) return;
    emit({ type: "run.retrying", ...naming(held.fire), delay: delayMs });
    finish(held);
  }

  async function putAmongDead(held: Held, reason: string, ended?: string): Promise<boolean> {
    const letter = fireOf(held, held.message, ended);
    const outcome = await ledger.insist((link) => link.bury(letter, reason));
    if (!done(held, outcome)) return false;
    const { job, id: fire } = held.fire;
    emit({ type: "message.buried", queue: held.queue, reason, job, fire });
    return true;
  }

  /** Without a message that the broker takes back, it is sent anew. */
  async function returnIt(held: Held, reason: string): Promise<void> {
    if (!giveBack(held) && held.isKept) {
      await ledger.insist((link) => link.again(fireOf(held, held.message), 0));
    }
    emit({ type: "run.given_back", ...naming(held.fire), reason });
  }

  async function follow(held: Held, verdict: Verdict, outcome: Outcome): Promise<void> {
    const ended = historyLine(held.fire, outcome, name);
    switch (verdict.end) {
      case "retry":
        return scheduleNext(held, verdict.retryIn ?? 0, ended);
      case "given-back":
        return returnIt(held, verdict.reason ?? NOT_STARTED);
      case "dead":
        if (await putAmongDead(held, outOfAttempts(held, outcome), ended)) finish(held);
        return;
      default:
        finish(held);
    }
  }

  return {
    async leave(held) {
      const { claim: nonce, fire } = held;
      // It may be in the ledger without having been read back.
      if (nonce !== undefined) {
        await ledger.say(parkedOf({ job: fire.job, fire: fire.id, nonce }, by()));
      }
      if (held.messages.some(({ source }) => !source.lost) || held.isKept) {
        await returnIt(held, NOT_STARTED);
      }
    },
    async end(held, task, outcome) {
      tellEnd(held.fire, outcome, emit);
      if (held.ending?.why === "void") {
        giveBack(held);
        return;
      }
      if (!(await ledger.ready())) return;
      // Somebody else may have begun meanwhile: then it is theirs to say what becomes of it.
      if (isVoid(ledger.state, held.fire.id, held.claim!)) {
        giveBack(held);
        return;
      }
      const { before, job } = held.fire;
      const { message } = held;
      const recovered = outcome.ok && ledger.state.failing.has(job);
      const verdict = verdictOf(outcome, held.ending, task, { message, before }, random());
      // Of a kept run nobody would know that it still has to be buried.
      if (verdict.end === "dead" && held.isKept) {
        const ended = historyLine(held.fire, outcome, name);
        if (!(await putAmongDead(held, outOfAttempts(held, outcome), ended))) return;
        await record(held, finishedOf(held, outcome, verdict, by()));
      } else {
        const isRecorded = await recordEnd(held, finishedOf(held, outcome, verdict, by()));
        if (isRecorded === "void") {
          giveBack(held);
          return;
        }
        if (isRecorded) await follow(held, verdict, outcome);
      }
      const isFinal = verdict.end === "done" || verdict.end === "dead";
      if (isFinal) onFinal(held, task, outcome, recovered);
    },
    async skip(held, asked) {
      const how = skippingOf(asked);
      const nonce = held.claim === undefined ? {} : { nonce: held.claim };
      if (!(await record(held, { ...of(held), event: "skipped", ...how, ...nonce }))) return;
      emit({ type: "run.skipped", job: held.fire.job, fire: held.fire.id, ...how });
      finish(held);
    },
    async drop(held, reason) {
      emit({ type: "run.copy_dropped", ...naming(held.fire), reason });
      await record(held, { ...of(held), event: "dropped", reason });
      finish(held);
    },
    async bury(held, reason) {
      const nonce = held.claim === undefined ? {} : { nonce: held.claim };
      if (!(await record(held, { ...of(held), event: "buried", reason, ...nonce }))) return;
      const { job, id: fire } = held.fire;
      const messages = held.messages.splice(0);
      if (messages.length === 0) await putAmongDead(held, reason);
      for (const { delivery } of messages) await bury(delivery, reason, { job, fire }, emit);
    },
    again: (held, delayMs) => scheduleNext(held, delayMs),
    async buryAgain(held) {
      if (await putAmongDead(held, "out of attempts")) finish(held);
    },
    async keep(held) {
      const { claim, fire } = held;
      if (claim === undefined || !(await ledger.put(keptRecordOf(held, claim, by())))) return false;
      const run = ledger.state.runs.get(fire.id);
      if (run?.nonce !== claim || !run.kept) return false;
      held.isKept = true;
      finish(held);
      return true;
    },
  };
}
