import { fireId } from "../../src/ledger/fire.ts";
import { applyEntry, emptyState } from "../../src/ledger/fold.ts";
import { gapsOf } from "../../src/ledger/owed.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import * as r from "./records.ts";

/** What may happen next. `at` is how long after the step before it; the others choose. */
export interface Step {
  what: "elect" | "live" | "late" | "miss" | "retry" | "progress" | "stale-live" | "stale-late";
  wait: number;
  pick: number;
  /** How far the clock of the next leader is off. */
  skew: number;
  /** The broker refuses it: what is sent is not in the ledger. */
  refused: boolean;
}

/** Jobs and the time between their slots. */
export const JOBS = { fast: 3, slow: 10 } as const;
type Job = keyof typeof JOBS;
export const NAMES = Object.keys(JOBS) as Job[];

interface Sent {
  job: Job;
  slot: number;
  catchUp: boolean;
}

/** A clock that leads, or did and does not know that another one does. */
interface Leader {
  epoch: number;
  skew: number;
  settled: number;
  next: Record<Job, number>;
  backlog: Record<Job, number[]>;
  refused: Sent[];
}

/**
 * A ledger that leaders write to, one after the other: each goes by nothing but what the ledger says
 * up to its own marker. Their clocks differ, the broker refuses some of their fires, they die at any
 * time, and the last one may go on for a while without knowing that it was replaced.
 */
export function createWorld(start: number) {
  const state = emptyState();
  /** By job: slots that are in the ledger as fired or missed. What the fold must know. */
  const recorded = new Map(NAMES.map((name) => [name, new Set<number>()]));
  /** Refused, and not yet told of: if their leader dies now, nobody can know. */
  const untold = new Set<string>();
  let time = start;
  let leader: Leader | undefined;
  let before: Leader | undefined;

  const append = (record: LedgerRecord) => applyEntry(state, state.position + 1, record);
  const record = (job: Job, slot: number) => {
    recorded.get(job)!.add(slot);
    untold.delete(fireId(job, slot));
  };

  function elect(skew: number): void {
    const at = time + skew;
    const open = () => [...state.open.values()];
    append(r.leading(at, state.epoch + 1, `c:${state.epoch + 1}`));
    const { epoch, settled } = state;
    const owed = (job: Job) => slotsIn(job, gapsOf(state, job, at)!);
    const first = (job: Job) => nextOf(job, Math.max(at, state.jobs.get(job)!.last, settled));
    before = leader;
    leader = {
      ...{ epoch, skew, settled: at, refused: [] },
      next: { fast: first("fast"), slow: first("slow") },
      backlog: { fast: owed("fast"), slow: owed("slow") },
    };
    for (const fire of open()) append(r.copy(fire.job, fire.slot, { ...fire, epoch }));
  }

  function send(by: Leader, sent: Sent, isRefused: boolean, maybeDuplicate = false): void {
    const { job, slot, catchUp } = sent;
    if (isRefused) {
      by.refused.push(sent);
      untold.add(fireId(job, slot));
      return;
    }
    append(r.fire(job, slot, { epoch: by.epoch, catchUp, maybeDuplicate }));
    record(job, slot);
  }

  function live(by: Leader, refused: boolean): void {
    for (const job of NAMES) {
      while (by.next[job] <= time + by.skew) {
        send(by, { job, slot: by.next[job], catchUp: false }, refused);
        by.next[job] += JOBS[job];
      }
    }
    by.settled = Math.max(by.settled, time + by.skew);
  }

  function late(by: Leader, job: Job, refused: boolean): void {
    const slot = by.backlog[job].shift();
    if (slot !== undefined) send(by, { job, slot, catchUp: true }, refused);
  }

  function miss(by: Leader, job: Job, count: number): void {
    const slots = by.backlog[job].splice(0, count);
    if (slots.length === 0) return;
    append({ ...r.missed(job, slots[0]!, slots.at(-1)!), count: slots.length, epoch: by.epoch });
    for (const slot of slots) record(job, slot);
  }

  function progress(by: Leader, pick: number): void {
    const waits = by.refused.filter(({ catchUp }) => !catchUp).map(({ slot }) => slot);
    const caughtUp =
      NAMES.every((job) => by.backlog[job].length === 0) &&
      by.refused.every(({ catchUp }) => !catchUp);
    const refused = by.refused.map(({ job, slot }) => fireId(job, slot));
    const open = [...[...state.open.keys()].filter((_, at) => (pick >> at) % 2 === 1), ...refused];
    const unsure = [...state.open.values()].filter(({ job, slot }) =>
      open.includes(fireId(job, slot)),
    );
    // What is open bounds what is settled, whoever has sent it first.
    for (const { slot, catchUp } of unsure) if (!catchUp) waits.push(slot);
    const settled = Math.min(by.settled, ...waits.map((slot) => slot - 1));
    append(r.progress(settled, by.epoch, { caughtUp, open, at: time + by.skew }));
    for (const id of refused) untold.delete(id);
  }

  function retry(by: Leader, pick: number): void {
    const [sent] = by.refused.splice(pick % Math.max(1, by.refused.length), 1);
    if (sent) send(by, sent, false, true);
  }

  append(r.added(start, ...NAMES));
  return {
    state,
    recorded,
    untold,
    get time() {
      return time;
    },
    step({ what, wait, pick, skew, refused }: Step): void {
      time += wait;
      const job = NAMES[pick % NAMES.length]!;
      if (what === "elect") elect(skew);
      else if (what === "stale-live" && before) live(before, refused);
      else if (what === "stale-late" && before) late(before, job, refused);
      else if (!leader) return;
      else if (what === "live") live(leader, refused);
      else if (what === "late") late(leader, job, refused);
      else if (what === "miss") miss(leader, job, 1 + (pick % 4));
      else if (what === "retry") retry(leader, pick);
      else if (what === "progress") progress(leader, pick);
    },
  };
}

function nextOf(job: Job, after: number): number {
  return (Math.floor(after / JOBS[job]) + 1) * JOBS[job];
}

export function slotsIn(job: Job, gaps: readonly { after: number; until: number }[]): number[] {
  return gaps.flatMap(({ after, until }) => {
    const slots: number[] = [];
    for (let slot = nextOf(job, after); slot <= until; slot += JOBS[job]) slots.push(slot);
    return slots;
  });
}
