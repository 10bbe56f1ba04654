import type { WorkerEvent } from "./events.ts";

import { seconds, type Wording } from "./words.ts";

/** What a worker's event says to people. */
export function workerLine(event: WorkerEvent): Wording {
  switch (event.type) {
    case "worker.taking":
      return ["info", `taking from ${event.queues.join(", ")}, ${event.concurrency} at once`];
    case "worker.unguarded":
      return ["warn", `the guard process is gone (${event.reason}), and is started anew`];
    case "worker.stood_still":
      return [
        "warn",
        `this process stood still for ${seconds(event.for)}: its guard may have killed what it ran`,
      ];
    case "run.started":
      return ["info", `started ${event.fire}`];
    case "run.output":
      return ["info", `${event.job} | ${event.line}${event.truncated ? " …" : ""}`];
    case "run.terminating":
      return ["warn", `sending ${event.signal} to ${event.fire}: ${event.why}`];
    case "run.finished":
      return [event.ok ? "info" : "error", ending(event)];
    case "run.not_recorded":
      return ["debug", `the ledger may lack the end of ${event.fire}: ${event.reason}`];
    case "run.lost":
      return ["warn", `nothing is heard of ${event.worker} any more: ${event.fire} is free`];
    case "run.retrying":
      return ["info", `${event.fire} goes on in ${seconds(event.delay)} with another attempt`];
    case "run.skipped":
      return ["warn", `skipped ${event.fire}: ${skipping(event)}`];
    case "run.given_back":
      return ["warn", `gave back ${event.fire}: ${event.reason}`];
    case "run.copy_dropped":
      return ["warn", `dropped a copy of ${event.fire}: ${event.reason}`];
    case "message.buried":
      return ["error", `to the dead letters${event.fire ? ` ${event.fire}` : ""}: ${event.reason}`];
  }
}

function skipping({ why, by }: WorkerEvent & { type: "run.skipped" }): string {
  switch (why) {
    case "overlap":
      return `${by} is still going`;
    case "replaced":
      return `${by} takes its place`;
    case "cancelled":
      return `cancelled by ${by}`;
    case "expired":
      return "it is too old";
  }
}

/** How a run ended. */
function ending(event: WorkerEvent & { type: "run.finished" }): string {
  const { fire, outcome, ok, exitCode, signal, reason } = event;
  const after = `${fire} after ${seconds(event.duration)}`;
  const why = reason ? ` (${reason})` : "";
  if (ok) return `finished ${after}${why}`;
  if (outcome === "not-started") return `could not start ${fire}: ${reason}`;
  if (outcome === "timed-out") return `timed out ${after}${why}`;
  return `failed ${after}: ${signal ?? `exit code ${exitCode}`}${why}`;
}
