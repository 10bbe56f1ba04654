import { keptOf } from "./codec-runs.ts";
import {
  fieldsOf,
  isFlag,
  isInstant,
  isJobName,
  isObject,
  isText,
  isWhole,
  oneOf,
  orNothing,
} from "./fields.ts";
import { OVERLAPS } from "./run-record.ts";
import { emptyRuns, isStanding, type Run, type RunsState } from "./run-state.ts";

/** What is known of runs, as JSON has it. */
export function packRuns({ runs, lines, ended, cancelled, failing }: RunsState): object {
  return {
    going: [...runs.values()],
    lines: [...lines],
    ended: Array.from(ended, ([fire, { message, dead }]) => [fire, message, dead]),
    cancelled: [...cancelled],
    failing: [...failing],
  };
}

/** Undefined: it is not what `packRuns` makes. */
export function unpackRuns(value: unknown): RunsState | undefined {
  if (!isObject(value)) return undefined;
  const state = emptyRuns();
  const isRead =
    each(value.going, (item) => {
      const run = readRun(item);
      if (run) state.runs.set(run.fire, run);
      return run !== undefined;
    }) &&
    each(value.lines, (item) => readLine(item, state)) &&
    each(value.ended, (item) => {
      if (!Array.isArray(item)) return false;
      const [fire, message, dead] = item;
      if (!isText(fire) || !isWhole(message) || !isFlag(dead)) return false;
      state.ended.set(fire, { message, dead });
      return true;
    }) &&
    each(value.cancelled, (item) => {
      if (!Array.isArray(item) || !item.every(isText) || item.length !== 2) return false;
      state.cancelled.set(item[0]!, item[1]!);
      return true;
    }) &&
    each(value.failing, (item) => isJobName(item) && state.failing.add(item) !== undefined);
  return isRead ? state : undefined;
}

function each(list: unknown, take: (item: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(take);
}

/** A line names runs that stand, each once. */
function readLine(item: unknown, { runs, lines }: RunsState): boolean {
  if (!Array.isArray(item)) return false;
  const [job, fires] = item;
  if (!isText(job) || !Array.isArray(fires) || new Set(fires).size !== fires.length) return false;
  const stands = (fire: unknown) => {
    const run = isText(fire) ? runs.get(fire) : undefined;
    return run !== undefined && run.job === job && isStanding(run);
  };
  if (!fires.every(stands)) return false;
  lines.set(job, fires);
  return true;
}

const PHASES: readonly Run["phase"][] = ["standing", "parked", "retry", "given-back", "lost"];

function readRun(value: unknown): Run | undefined {
  if (!isObject(value)) return undefined;
  const fields = fieldsOf(value);
  const run: Run = {
    ...{ job: fields.job("job"), fire: fields.text("fire") },
    ...{ message: fields.count("message", 1), extra: fields.count("extra", 0) },
    phase: oneOf(fields, "phase", PHASES),
    ...{ nonce: fields.text("nonce"), worker: fields.text("worker"), copy: fields.text("copy") },
    ...{ overlap: oneOf(fields, "overlap", OVERLAPS), since: fields.instant("since") },
  };
  const { heir, kept } = value;
  if (heir !== undefined) run.heir = fields.take("heir", readHeir, "an heir");
  if (kept !== undefined) run.kept = fields.take("kept", keptOf, "what to fire again");
  const due = fields.get("due", orNothing(isInstant), "an instant");
  if (due !== undefined) run.due = due;
  return fields.fault === undefined ? run : undefined;
}

function readHeir(value: unknown): Run["heir"] {
  if (!isObject(value)) return undefined;
  const fields = fieldsOf(value);
  const [nonce, worker, copy] = ["nonce", "worker", "copy"].map((name) => fields.text(name));
  return fields.fault === undefined ? { nonce: nonce!, worker: worker!, copy: copy! } : undefined;
}
