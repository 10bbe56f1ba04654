import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/folder.ts";
import { uniqueNamespace } from "../support/shared.ts";
import type { ClockProgram } from "./clock.ts";
import type { Field } from "./field.ts";
import type { Ground } from "./ground.ts";
import { jobFile } from "./jobs.ts";
import type { RoundPlan } from "./kinds.ts";
import { createSeat, type Seat } from "./seat.ts";

/** What a round takes place on: a namespace of its own, a file, and seats for its clocks. */
export interface Stage extends Field {
  seats: readonly Seat[];
  /** Takes everything away again: processes, folder, what is in the broker. */
  clear(): Promise<void>;
}

/** Builds it; no clock is started yet. */
export async function buildStage(
  plan: RoundPlan,
  ground: Ground,
  program: ClockProgram,
  signal: AbortSignal,
): Promise<Stage> {
  const namespace = uniqueNamespace("faults");
  const plot = await ground.prepare(namespace, plan);
  const folder = temporaryFolder("faults");
  const file = join(folder.path, "schedules.yml");
  let edits = 0;
  const write = () => {
    writeFileSync(`${file}.new`, jobFile(namespace, plot.exchange, edits++));
    renameSync(`${file}.new`, file);
  };
  write();
  const seats: Seat[] = [];
  for (const name of ["a", "b", "c"].slice(0, plan.clocks)) {
    seats.push(createSeat({ name, file, program, way: await plot.way(name) }));
  }
  return {
    seats,
    plot,
    signal,
    edit: write,
    async clear() {
      for (const seat of seats) await seat.close();
      folder.remove();
      await plot.clear();
    },
  };
}
