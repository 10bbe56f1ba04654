import { until } from "../support/until.ts";
import type { LogEntry } from "./clock.ts";
import { leaderOf } from "./field.ts";
import type { JobUnderTest } from "./jobs.ts";
import type { Stage } from "./stage.ts";

/** For a busy machine, with waits between attempts to connect of up to 10 s. ms. */
const WELL_WITHIN_MS = 60_000;

/** Waits until every clock has its place again, and every job is fired. */
export async function becomeWell(
  stage: Stage,
  jobs: readonly JobUnderTest[],
  offset: number,
): Promise<void> {
  const living = jobs.filter(({ removed }) => !removed);
  await allFire(stage, living, Date.now() + offset);
  const placed = () => {
    stage.signal.throwIfAborted();
    return stage.seats.every(({ clock }) => clock?.state !== undefined);
  };
  await until(placed, WELL_WITHIN_MS, "every clock to lead or to stand by");
}

/**
 * Waits until somebody leads and has dealt with two slots from `since` on (ms UTC, by the clocks) of
 * each job when they were due: fired them, or said that they cannot be delivered.
 */
export async function allFire(
  stage: Stage,
  jobs: readonly JobUnderTest[],
  since: number,
): Promise<void> {
  let missing = jobs;
  const look = () => {
    stage.signal.throwIfAborted();
    const entries = leaderOf(stage.seats)?.clock?.entries ?? [];
    missing = jobs.filter((job) => dealtWith(entries, job, since) < 2);
    return missing.length === 0;
  };
  const what = () => `a leader to fire ${missing.map(({ name }) => name).join(", ")}`;
  await until(look, WELL_WITHIN_MS, what);
}

function dealtWith(entries: readonly LogEntry[], job: JobUnderTest, since: number): number {
  const wanted = job.undeliverable ? "fire.undeliverable" : "fire.confirmed";
  return entries.filter(({ event, fields }) => {
    if (event !== wanted || fields.job !== job.name || fields.catchUp === true) return false;
    return slotOf(fields) >= since;
  }).length;
}

/** A fire's id is its job's name, an @, and its slot. The clock that keeps no record tells no ids. */
function slotOf({ slot, fire }: LogEntry["fields"]): number {
  return Date.parse(String(slot ?? String(fire).split("@").at(-1)));
}
