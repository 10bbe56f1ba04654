import type { ClockLink } from "../broker/broker.ts";
import type { Fire } from "../ledger/fire.ts";
import { parseFireId } from "../ledger/fire.ts";
import type { Pace } from "../ledger/pace.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { isStanding, type Run } from "../ledger/run-state.ts";
import type { Emit } from "../observe/events.ts";
import type { Stamp } from "./fires.ts";
import type { Follower } from "./follower.ts";
import type { Instant } from "./time.ts";

/** The leader's care for runs whose workers have gone. */
export interface LostRuns {
  /** Every record of the ledger, as it is read. */
  hear(record: LedgerRecord): void;
  /** Looks, if it is time to; returns the fires that are to be fired again. */
  look(now: Instant): Fire[];
}

export interface LostRunsDeps {
  link: ClockLink;
  follower: Follower;
  /** This clock's name. */
  clock: string;
  stamp(): Stamp;
  pace: Pace;
  emit: Emit;
}

/**
 * A worker says every 30 s what it holds. A claim of which nothing is heard for long is lost: it is not in
 * the way of its job any more, and is fired again if no message stands for it. So is an attempt
 * that was to come and did not.
 */
export function createLostRuns(deps: LostRunsDeps): LostRuns {
  const { follower, pace } = deps;
  /** By nonce of what waits for a sign: the looks without one. */
  const silent = new Map<string, number>();
  let lookedAt = -Infinity;

  function lose(run: Run, now: Instant): void {
    const { job, fire, nonce } = run;
    const record = { kind: "run", at: now, event: "lost", worker: deps.clock } as const;
    void deps.link.append({ ...record, job, fire, nonce });
    deps.emit({ type: "run.lost", job, fire, worker: run.worker });
  }

  return {
    hear(record) {
      if (record.kind !== "run") return;
      if (record.event === "alive") for (const nonce of record.claims) silent.delete(nonce);
      else if ("nonce" in record && record.nonce !== undefined) silent.delete(record.nonce);
    },
    look(now) {
      // The wall clock may have been set back.
      lookedAt = Math.min(lookedAt, now);
      if (now - lookedAt < pace.look) return [];
      lookedAt = now;
      const again: Fire[] = [];
      const { runs } = follower.state.runs;
      forget(silent, runs);
      for (const run of runs.values()) {
        const isDue = isStanding(run) || (run.kept && now >= (run.due ?? now));
        if (!isDue) continue;
        const key = run.heir?.nonce ?? run.nonce;
        const looks = (silent.get(key) ?? 0) + 1;
        silent.set(key, looks);
        if (run.phase === "lost" || looks >= pace.silentLooks) {
          silent.delete(key);
          if (isStanding(run)) lose(run, now);
          else again.push(...refire(run, deps.stamp()));
        }
      }
      return again;
    },
  };
}

function forget(silent: Map<string, number>, runs: ReadonlyMap<string, Run>): void {
  if (silent.size === 0) return;
  const known = new Set(runs.values().flatMap((run) => [run.nonce, run.heir?.nonce ?? ""]));
  for (const nonce of silent.keys()) if (!known.has(nonce)) silent.delete(nonce);
}

/** Flagged: its message may be somewhere after all. */
function refire({ job, fire, message, phase, kept }: Run, stamp: Stamp): Fire[] {
  const parsed = parseFireId(fire);
  if (!kept || !parsed) return [];
  const { queue, payload, catchUp, triggered, history, before } = kept;
  return [
    {
      ...{ job, slot: parsed.slot, attempt: phase === "retry" ? message + 1 : message, ...stamp },
      ...{ catchUp, maybeDuplicate: true, triggered, history, before },
      target: { kind: "run", queue, ...(payload === undefined ? {} : { payload }) },
    },
  ];
}
