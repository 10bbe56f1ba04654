import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RetryPolicy, RunTask } from "../../src/config/config.ts";
import type { Pace } from "../../src/ledger/pace.ts";
import type { Ground } from "../support/ground.ts";
import { until } from "../support/until.ts";
import { job, type Rig, type Said, used } from "./rig.ts";

/** Says which attempt begins, and goes on until the test lets this fire, or all of them, go. */
export const STEP =
  'echo "$CLOCKD_FIRE#$CLOCKD_ATTEMPT" >> ran; ' +
  'until [ -e "go-$CLOCKD_SLOT" ] || [ -e go-all ]; do sleep 0.02; done';

/** As workers and leaders keep it, but all of it shorter. */
export const QUICK: Pace = { alive: 100, heirWaits: 400, look: 100, silentLooks: 8 };

export const QUICKLY: RetryPolicy = {
  ...{ attempts: 3, delay: 100, backoff: "exponential", maxDelay: 1000, jitter: 0 },
};

/** Fire `number` of job `a`: `fireOf("a", number)`. */
export const id = (number: number) => `a@2026-01-01T00:${String(number).padStart(2, "0")}:00Z`;

/** Lets one fire of job `a` go on to its end, or all. */
export function letGo({ folder }: Rig, number?: number): void {
  const which = number === undefined ? "all" : id(number).slice(2);
  writeFileSync(join(folder, `go-${which}`), "");
}

/** What has begun, in order: `a@…#1`. */
export function begun({ folder }: Rig): string[] {
  const file = join(folder, "ran");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

export function hasBegun(rig: Rig, count = 1): Promise<unknown> {
  return until(
    () => begun(rig).length >= count,
    10_000,
    () => `${count} runs, got ${begun(rig).join()}`,
  );
}

/** Gives job `a` these fields. */
export function task({ jobs }: Rig, fields: Partial<RunTask>, command = STEP): void {
  jobs.set("a", job("a", command, undefined, fields));
}

/** Resolves with what the ledger says when it has `count` records of these kinds. */
export function said(rig: Rig, events: readonly Said["event"][], count: number): Promise<Said[]> {
  const of = (runs: readonly Said[]) => runs.filter(({ event }) => events.includes(event));
  return rig.runs((runs) => of(runs).length >= count).then(of);
}

/** `claimed` and so on, of one fire. */
export async function story(rig: Rig, number: number, last: Said["event"]): Promise<string[]> {
  const of = (runs: readonly Said[]) => runs.filter(({ fire }) => fire === id(number));
  const runs = await rig.runs((all) => of(all).some(({ event }) => event === last));
  return of(runs).map((run) => (run.event === "finished" ? `finished ${run.end}` : run.event));
}

/** Two workers with one file and one ledger: `one` takes from the queue "one", `two` from "two". */
export function pairOn(ground: Ground, use: (one: Rig, two: Rig) => Promise<void>): Promise<void> {
  return used(
    ground,
    { a: STEP },
    async (one) => {
      const two = one.beside({ queues: ["two"] });
      await two.heard("worker.taking");
      await use(one, two);
    },
    { queues: ["one"], pace: QUICK },
  );
}
