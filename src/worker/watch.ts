import type { Pace } from "../ledger/pace.ts";
import type { RunRecord } from "../ledger/run-record.ts";
import { isStanding, type Run, replacedBy } from "../ledger/run-state.ts";
import { type Claimant, parkedOf } from "./claim.ts";
import type { Ending, Held } from "./held.ts";
import type { RunLedger } from "./run-ledger.ts";
import type { Settle } from "./settle.ts";

export interface WatchDeps {
  ledger: RunLedger;
  settle: Settle;
  claimant: Claimant;
  /** What this worker is called in the ledger. */
  name: string;
  now: () => number;
  pace: Pace;
  /** Everything that this worker holds. */
  live(): Iterable<Held>;
}

/**
 * Watches what the ledger says of the runs of this worker, and answers: a run that is cancelled or
 * replaced is ended; one that an heir asks for is spoken for; a claim that nobody here knows of any more is
 * given up; a run that somebody else has got is killed. Returns what ends that.
 */
export function watchOver(deps: WatchDeps): () => void {
  const { ledger, name, now, live, pace } = deps;
  const unwatch = ledger.watch((record) => {
    if (!ledger.isCurrent) return;
    if (!record) lookAtAll(deps);
    else if (record.event !== "alive") lookAt(deps, record);
  });
  const timer = setInterval(() => {
    const claims = Array.from(live(), ({ claim }) => claim).filter((claim) => claim !== undefined);
    if (claims.length === 0) return;
    void ledger.say({ kind: "run", at: now(), event: "alive", worker: name, claims });
  }, pace.alive);
  return () => {
    unwatch();
    clearInterval(timer);
  };
}

function lookAtAll(deps: WatchDeps): void {
  const { ledger, claimant, live } = deps;
  for (const held of live()) check(deps, held);
  for (const run of ledger.state.runs.values()) {
    if (isStanding(run) && claimant.isOwn(run.nonce)) speakFor(deps, run);
  }
}

function lookAt(deps: WatchDeps, record: Exclude<RunRecord, { event: "alive" }>): void {
  const { ledger, claimant, live } = deps;
  // A later claim may replace any run of its job; everything else is about one fire.
  const isWide = record.event === "claimed" && record.overlap === "replace";
  for (const held of live()) {
    const { job, id } = held.fire;
    if (isWide ? job === record.job : id === record.fire) check(deps, held);
  }
  if (record.event !== "claimed") return;
  const run = ledger.state.runs.get(record.fire);
  if (run?.heir && claimant.isOwn(run.nonce)) speakFor(deps, run);
}

/** Ends a command that is not to go on. */
function check({ ledger }: WatchDeps, held: Held): void {
  const { running, claim, fire } = held;
  if (!running || claim === undefined) return;
  const ending = endingOf(ledger, fire.id, claim);
  if (!ending || held.ending) return;
  held.ending = ending;
  // Somebody else may start it any moment.
  if (ending.why === "void") running.kill("void");
  else running.terminate(ending.why);
}

function endingOf({ state }: RunLedger, fire: string, claim: string): Ending | undefined {
  const run = state.runs.get(fire);
  if (!run || !isStanding(run) || run.nonce !== claim) return { why: "void" };
  const canceller = state.cancelled.get(fire);
  if (canceller !== undefined) return { why: "cancelled", by: canceller };
  const replacer = replacedBy(state, run);
  return replacer === undefined ? undefined : { why: "replaced", by: replacer };
}

/** A claim of this process, perhaps over a link that was lost. */
function speakFor({ settle, ledger, name, now, live }: WatchDeps, run: Run): void {
  const held = Array.from(live()).find(({ claim }) => claim === run.nonce);
  if (!held) void ledger.say(parkedOf(run, { worker: name, at: now() }));
  else if (run.heir) void settle.keep(held);
}
