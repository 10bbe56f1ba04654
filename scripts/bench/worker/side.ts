import { type ClockLink, isBrokerProblem } from "../../../src/broker/broker.ts";
import { openBroker } from "../../../src/broker/open.ts";
import { aFire } from "../../../test/support/fire.ts";
import type { Bench } from "../figures.ts";
import { waitUntil } from "../running.ts";
import type { RunningWorker } from "./process.ts";

/** A clock that has been elected, for a bench that fires by itself. */
export async function openClock(url: string, namespace: string): Promise<ClockLink> {
  const opened = openBroker(url, { namespace, name: "bench", now: Date.now, emit: () => {} });
  if (isBrokerProblem(opened)) throw new Error(opened.message);
  const clock = await opened.openClock(["default"]);
  if (isBrokerProblem(clock)) throw new Error(clock.message);
  await clock.elected;
  return clock;
}

/** Resolves when the worker takes. */
export function taking(bench: Bench, worker: RunningWorker): Promise<void> {
  const isTaking = () => worker.lines().some(({ event }) => event === "worker.taking");
  return waitUntil(bench, "worker", isTaking, { every: 50 });
}

export function fireOf(job: string, n: number) {
  return aFire({ job, slot: 1.8e12 + n * 1000 });
}
