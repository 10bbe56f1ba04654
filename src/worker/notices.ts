import type { RunTask } from "../config/config.ts";
import type { Notice } from "../config/notice.ts";
import type { NoticeClaim, NoticeEnd } from "../ledger/notice-record.ts";
import { after } from "./after.ts";
import type { Ending, MissedSlots, RunNamed, Subject } from "./notice-facts.ts";
import { createNoticeQueue, type NoticeQueue } from "./notice-queue.ts";
import type { Sent } from "./notice-request.ts";
import {
  createSender,
  jobOf,
  type Parcel,
  receiverOf,
  type Send,
  type SenderOptions,
} from "./notice-sender.ts";

export interface NotifierOptions extends SenderOptions {
  /** Puts what became of a notice into the ledger, as well as it can: nothing waits for it. */
  append(record: NoticeEnd): void;
  /** Puts a claim into the ledger, and tells whether it is the first one for its missed slots. */
  claim(record: NoticeClaim): Promise<boolean>;
}

/**
 * Tells people and services what became of runs, as the job's file wants it. Every call returns at
 * once and throws nothing; nothing that happens to a notice matters to a run. What was sent, and what
 * could not be, are events and records of the ledger.
 */
export interface Notifier {
  /** A run has failed, and there is no further attempt. */
  failed(run: RunNamed, task: RunTask, ending: Ending): void;
  /** A run was ok. */
  succeeded(run: RunNamed, task: RunTask, ending: Ending): void;
  /** A run was ok, and the one before it had failed for good. To be called beside `succeeded`. */
  recovered(run: RunNamed, task: RunTask, ending: Ending): void;
  /** An attempt begins. What is returned is to be called when it has ended. */
  started(run: RunNamed, task: RunTask): () => void;
  /** The ledger has a record of missed slots of a job of this worker's file. */
  missed(slots: MissedSlots, task: RunTask): void;
  /** Resolves when nothing is being sent, and nothing is waiting to be. */
  idle(): Promise<void>;
  /** Lets what there is be sent within `ms`, and gives the rest up. Resolves some seconds later. */
  drain(ms: number): Promise<void>;
}

/** Far more than people can read; but a service is told of each run. */
const ROOM = { going: 16, atOnePlace: 4, waiting: 1000 };

interface State {
  options: NotifierOptions;
  queue: NoticeQueue;
  send: Send;
  /** Claims that are not answered yet. */
  claims: Set<Promise<void>>;
}

export function createNotices(options: NotifierOptions): Notifier {
  const queue = createNoticeQueue(ROOM);
  const state: State = { options, queue, send: createSender(options), claims: new Set() };
  const ping = (address: string | undefined, subject: Subject, task: RunTask) => {
    if (address !== undefined) tell(state, { subject, task, what: { kind: "ping", url: address } });
  };
  return {
    failed(run, task, ending) {
      tellAll(state, task.notices.failure, { ...run, notice: "failure", ending }, task);
      ping(task.notices.ping?.failure, { ...run, notice: "ping", ending }, task);
    },
    succeeded(run, task, ending) {
      ping(task.notices.ping?.success, { ...run, notice: "ping", ending }, task);
    },
    recovered(run, task, ending) {
      tellAll(state, task.notices.recovery, { ...run, notice: "recovery", ending }, task);
    },
    started: (run, task) => watch(state, run, task),
    missed(slots, task) {
      if (!task.notices.missed) return;
      const done = claimAndTell(state, slots, task).finally(() => state.claims.delete(done));
      state.claims.add(done);
    },
    async idle() {
      await Promise.all(state.claims);
      await queue.idle();
    },
    drain: (ms) => queue.drain(ms),
  };
}

function tellAll(
  state: State,
  notices: readonly Notice[] = [],
  subject: Subject,
  task: RunTask,
): void {
  for (const what of notices) tell(state, { subject, task, what });
}

function watch(state: State, run: RunNamed, task: RunTask): () => void {
  const startedAt = state.options.time.now();
  const timers = (task.notices.long ?? []).map((what) =>
    after(what.after, () => {
      const subject: Subject = { ...run, notice: "long", startedAt, after: what.after };
      tell(state, { subject, task, what });
    }),
  );
  return () => {
    for (const callOff of timers) callOff();
  };
}

async function claimAndTell(state: State, slots: MissedSlots, task: RunTask): Promise<void> {
  const { name, time, claim } = state.options;
  const { job, first, last } = slots;
  const isMine = await claim({
    ...{ kind: "notice", at: time.now(), event: "claimed", notice: "missed", job, first, last },
    ...{ worker: name, nonce: crypto.randomUUID() },
  }).catch(() => false);
  if (isMine) tellAll(state, task.notices.missed, { ...slots, notice: "missed" }, task);
}

function tell(state: State, parcel: Parcel): void {
  // Commands are one place: starting a process holds a worker up, whatever program it is.
  const place = parcel.what.kind === "command" ? "" : receiverOf(parcel);
  const isTaken = state.queue.add(place, async (stop) => {
    report(state, parcel, await sendSafely(state, parcel, stop));
  });
  if (!isTaken) report(state, parcel, { ok: false, tries: 0, reason: "too many others wait" });
}

/** Even a fault of our own in here is none of a run's business. */
async function sendSafely(state: State, parcel: Parcel, stop: AbortSignal): Promise<Sent> {
  try {
    return await state.send(parcel, stop);
  } catch (error) {
    return { ok: false, tries: 1, reason: `clockd could not send it: ${(error as Error).name}` };
  }
}

function report({ options }: State, parcel: Parcel, { ok, tries, reason }: Sent): void {
  const { name, time, emit, append } = options;
  const { subject, what } = parcel;
  const { notice } = subject;
  const [job, to, by] = [jobOf(subject), receiverOf(parcel), what.kind];
  const fire =
    subject.notice === "missed" ? {} : { fire: subject.fire.id, attempt: subject.fire.attempt };
  const about = { notice, job, ...fire, by, to, tries };
  const why = ok ? {} : { reason: reason ?? "" };
  emit(
    ok ? { type: "notice.sent", ...about } : { type: "notice.failed", ...about, reason: reason! },
  );
  // The run's own record says as much, and there are as many of these.
  if (ok && what.kind === "ping") return;
  const event = ok ? "sent" : "failed";
  append({ kind: "notice", at: time.now(), event, ...about, worker: name, ...why });
}
