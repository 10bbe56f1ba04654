import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { fireOf, type Rig } from "./rig.ts";

/** Writes a line, then goes on until the file `go` is there: a test decides how long it takes. */
export const WAITING = 'echo "$CLOCKD_FIRE" >> ran; while ! [ -e go ]; do sleep 0.02; done';

/** The fire that `fireOf("a")` is. */
export const A = "a@2026-01-01T00:00:00Z";

export function go({ folder }: Rig): void {
  writeFileSync(join(folder, "go"), "");
}

/** The fires that were really run, in order. */
export function ran({ folder }: Rig): string[] {
  const file = join(folder, "ran");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

/** Resolves when `count` commands have begun. */
export function begun(rig: Rig, count = 1): Promise<unknown> {
  return until(() => ran(rig).length >= count, 10_000, `${count} runs`);
}

/** A run that goes on while its link is lost and the broker is away. Returns what brings that back. */
export async function begunAndCutOff(rig: Rig): Promise<() => void> {
  await rig.send(fireOf("a"));
  await begun(rig);
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.broker.openings.push(promise);
  (await rig.link()).lose();
  return resolve;
}

/** With room for one: the first run goes on, and the second fire waits for it here. */
export async function begunAndWaiting(rig: Rig): Promise<void> {
  await rig.send(fireOf("a"), "one");
  await begun(rig);
  await rig.send(fireOf("a", 1), "two");
  await rig.arrived(2);
}

/** The process of the first run. */
export function pidOf({ events }: Rig): number {
  const started = events.find((event) => event.type === "run.started");
  return started?.type === "run.started" ? started.runPid : 0;
}
