import type { WorkerFire } from "../broker/broker.ts";
import type { Emit } from "../observe/events.ts";
import type { CommandWatch, Outcome } from "./command.ts";
import { naming } from "./held.ts";
import { usageOf } from "./usage.ts";

/** Makes events of what a command does. */
export function watchFor(fire: WorkerFire, queue: string, emit: Emit): CommandWatch {
  const named = naming(fire);
  return {
    onStarted: (runPid) => emit({ type: "run.started", ...named, runPid, queue }),
    onLine: (stream, line, truncated) =>
      emit({ type: "run.output", ...named, stream, line, truncated }),
    onTerminating: (why, signal) => emit({ type: "run.terminating", ...named, why, signal }),
  };
}

/** Makes an event of its end. */
export function tellEnd(fire: WorkerFire, outcome: Outcome, emit: Emit): void {
  const { kind, ok, exitCode, signal, reason, startedAt, endedAt, tail } = outcome;
  const { pid, ...usage } = usageOf(outcome);
  emit({
    type: "run.finished",
    ...naming(fire),
    outcome: kind,
    ok,
    exitCode,
    signal,
    duration: Math.max(endedAt - startedAt, 0),
    ...(reason === undefined ? {} : { reason }),
    ...(pid === undefined ? {} : { runPid: pid }),
    ...usage,
    tail,
  });
}
