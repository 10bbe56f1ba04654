import type { Instant } from "../clock/time.ts";
import { isPlausible } from "./epoch.ts";
import { parseFireId } from "./fire.ts";
import { oweSlot, oweUpTo, settleUpTo } from "./gaps.ts";
import type { ClockRecord, Progress } from "./record.ts";
import type { LedgerState } from "./state.ts";

type Leading = Extract<ClockRecord, { event: "leading" }>;
type Sign = Extract<ClockRecord, Progress>;

/** Clocks that end without a word are not kept for ever. */
const MOST_STANDBYS = 100;

/** What a clock says of itself. */
export function applyClock(state: LedgerState, record: ClockRecord): void {
  state.newest = Math.max(state.newest, record.at);
  if (record.event === "leading") applyLeading(state, record);
  else if ("epoch" in record) applySign(state, record);
  else applyStandby(state, record);
}

/** A new leader. Whatever its predecessors have not settled up to now is owed. */
function applyLeading(state: LedgerState, record: Leading): void {
  const claimed = isPlausible(state, record.epoch) ? record.epoch : 0;
  state.epoch = Math.max(state.epoch + 1, claimed);
  lead(state, record, record.config);
  for (const [name, job] of state.jobs) {
    oweUpTo(job, state.settled, record.at);
    if (job.owed.length > 0) state.owing.add(name);
    else state.owing.delete(name);
  }
}

function lead(state: LedgerState, { clock, at }: ClockRecord, config: string): void {
  state.leader = { clock, epoch: state.epoch, since: at, config, seen: at };
  state.standbys.delete(clock);
}

/** A sign of life. That of a leader that was replaced says nothing about its successor's fires. */
function applySign(state: LedgerState, record: Sign): void {
  if (record.epoch < state.epoch || !isPlausible(state, record.epoch)) return;
  state.epoch = record.epoch;
  // Without its marker nobody knows of its file.
  if (state.leader?.epoch !== record.epoch) lead(state, record, "");
  state.leader!.seen = record.at;
  state.settled = Math.max(state.settled, record.settled);
  if (record.caughtUp) forgive(state);
  confirm(state, record.open);
  if (record.event === "resigned") state.leader = undefined;
}

/** Nothing is owed from before the epoch any more. */
function forgive({ owing, jobs, leader, settled }: LedgerState): void {
  const end = Math.max(leader!.since, settled);
  for (const name of owing) {
    const job = jobs.get(name)!;
    settleUpTo(job, end);
    if (job.owed.length === 0) owing.delete(name);
  }
}

/** All fires so far are confirmed, except these. */
function confirm(state: LedgerState, ids: readonly string[]): void {
  const open = new Set(ids);
  for (const id of state.open.keys()) if (!open.has(id)) state.open.delete(id);
  for (const id of open) if (!state.open.has(id) && !state.triggers.has(id)) oweAbsent(state, id);
}

/**
 * The leader has sent a fire that is not in the ledger: the broker has refused it, or holds it up.
 * Newer ones may overtake it; then only this tells that it is still to be fired.
 */
function oweAbsent(state: LedgerState, id: string): void {
  const fire = parseFireId(id);
  const job = fire && state.jobs.get(fire.job);
  if (!job) return;
  oweSlot(job, fire.slot);
  if (job.owed.length > 0) state.owing.add(fire.job);
}

function applyStandby(state: LedgerState, { clock, at, event }: ClockRecord): void {
  const { standbys } = state;
  if (state.leader?.clock === clock) state.leader = undefined;
  // The one that was heard last stands last.
  standbys.delete(clock);
  if (event === "standing-by") standbys.set(clock, at);
  if (standbys.size > MOST_STANDBYS) standbys.delete(oldest(standbys));
}

function oldest(standbys: ReadonlyMap<string, Instant>): string {
  return standbys.keys().next().value!;
}
