import type { BrokerProblem, ClockLink } from "../broker/broker.ts";
import type { Config } from "../config/config.ts";
import type { Pace } from "../ledger/pace.ts";
import type { JobRecord } from "../ledger/record.ts";
import type { Emit } from "../observe/events.ts";
import type { Follower } from "./follower.ts";
import { lead, nextOf } from "./lead.ts";
import { createLostRuns } from "./lost-runs.ts";
import type { Nap } from "./nap.ts";
import { createOutbound, type Outbound } from "./outbound.ts";
import { createProgress, type ProgressDeps } from "./progress.ts";
import { createRequests } from "./requests.ts";
import { createSending } from "./sending.ts";
import { createSnapshots } from "./snapshots.ts";
import { jobRecords, takeOver } from "./takeover.ts";
import type { Instant, Time } from "./time.ts";

export interface TermDeps {
  link: ClockLink;
  follower: Follower;
  /** The one that this clock was elected with. */
  epoch: number;
  /** The instant of its marker: what is older is owed, what is newer is in time. */
  since: Instant;
  /** What is not in the ledger is not in a queue either. */
  isUnbroken: boolean;
  /** This clock's name. */
  clock: string;
  nap: Nap;
  time: Time;
  pace: Pace;
  emit: Emit;
  stop: AbortSignal;
  /** The file in force. */
  config(): Config;
  hasChange(): boolean;
  /** Takes the file that waits, and puts it in force. */
  takeChange(): Config;
}

/** A wall clock that is this far behind what the ledger has seen is wrong, or was. ms. */
const BEHIND_MS = 2000;

/**
 * One clock's leading, from its election on: settles what its predecessors have left, publishes
 * slots until the link is lost, another clock leads or `stop` is aborted, and resigns. True: it
 * has to begin anew, with a new marker.
 */
export async function serveTerm(deps: TermDeps): Promise<boolean> {
  const { link, follower, epoch, since, isUnbroken, nap, time, emit, stop } = deps;
  const { state } = follower;
  /** What is absent from the ledger may have been fired all the same. */
  const isUnsure = follower.isUnsure || !isUnbroken;
  let refusal: BrokerProblem | undefined;
  const onRefused = (problem: BrokerProblem) => {
    refusal ??= problem;
    nap.wake();
  };
  const behind = Math.max(state.newest, state.settled) - since;
  if (behind > BEHIND_MS) emit({ type: "time.behind", by: behind });
  const { plan, records } = takeOver(state, deps.config(), since);
  // In an atomic broker's ledger is what was delivered; but what goes to other services is not.
  const open = [...state.open.values()];
  const inDoubt = link.isAtomic ? open.filter(({ target }) => target.kind === "publish") : open;
  tell(link, records, onRefused);
  const onAnswer = () => {
    if (outbound.open === 0 || plan.late > 0) nap.wake();
  };
  const outbound = createOutbound({ link, epoch, time, emit, onAnswer, onRefused });
  const onCaughtUp = () => void link.vouch();
  const progress = createProgress({ ...deps, plan, outbound, onCaughtUp, onRefused });
  const snapshots = createSnapshots(link, follower, emit);
  const stamp = () => ({ config: deps.config().hash, epoch });
  const onReleased = () => void progress.say();
  const lost = createLostRuns({ ...deps, stamp });
  const requests = createRequests({
    ...{ follower, nap, plan, outbound, stamp, emit, onReleased, isUnsure, hear: lost.hear },
  });
  const isOver = () => link.isLost || refusal !== undefined || state.epoch !== epoch;
  const sending = createSending({
    ...{ link, plan, outbound, time, emit, stamp, inDoubt, isUnsure, isOver },
  });
  const change = (at: Instant) => {
    changeFile(deps, { plan, outbound, onRefused }, at);
    snapshots.want();
  };
  if (state.jobs.size === 0 && plan.jobs > 0) emit({ type: "ledger.new", jobs: plan.jobs });
  emit({ type: "clock.leading", epoch, jobs: plan.jobs, late: plan.late, ...nextOf(plan.first()) });
  const again = await lead({
    ...{ plan, sending, progress, requests, lost, nap, time, emit, stop },
    ...{ isOver, change, hasChange: deps.hasChange },
    onRound: snapshots.look,
  });
  const resigned = !again && stop.aborted && !isOver();
  if (again || resigned) {
    await answered(outbound, link);
    await Promise.race([again ? progress.say() : progress.resign(), link.lost]);
  }
  outbound.end();
  if (again && !isOver()) {
    if (outbound.open === 0) return true;
    // They might go out when the next term has fired them again: only the end of the link is sure.
    refusal = { code: "BROKER_NO_CONFIRM", message: "fires have no answer after a jump of time" };
  }
  emit({ type: "clock.stepped_down", epoch, resigned, reason: reasonOf(deps, refusal) });
  return false;
}

/** Puts the file that waits in force, and tells the ledger what that means for jobs. */
function changeFile(
  { link, config, takeChange }: TermDeps,
  { plan, outbound, onRefused }: Pick<ProgressDeps, "plan" | "outbound" | "onRefused">,
  at: Instant,
): void {
  const known = [...config().jobs.keys()];
  const next = takeChange();
  const records = jobRecords(known, next, at, plan.begin(at));
  const isRename = ({ event }: JobRecord) => event === "renamed";
  // What is missed has the new names; and after its removal it would bring a job back.
  tell(link, records.filter(isRename), onRefused);
  for (const missed of plan.reload(next, at)) outbound.miss(missed);
  tell(
    link,
    records.filter((record) => !isRename(record)),
    onRefused,
  );
}

/** Records that nothing waits for, but without which leading makes no sense. */
function tell(
  link: ClockLink,
  records: readonly JobRecord[],
  onRefused: (problem: BrokerProblem) => void,
): void {
  for (const record of records) {
    void link.append(record).then((outcome) => {
      if (outcome.kind !== "confirmed" && !link.isLost) onRefused(outcome.problem);
    });
  }
}

function reasonOf({ epoch, follower, stop }: TermDeps, refusal: BrokerProblem | undefined): string {
  const { state } = follower;
  if (refusal) return refusal.message;
  if (state.epoch !== epoch) return `${state.leader?.clock ?? "another clock"} leads now`;
  return stop.aborted ? "this clock ends" : "the link to the broker was lost";
}

/** How long the end waits for answers. ms. */
const ANSWERS_MS = 5000;

/** Waits for open answers, but not for ever. */
async function answered(outbound: Outbound, link: ClockLink): Promise<void> {
  const end = performance.now() + ANSWERS_MS;
  while (outbound.open > 0 && !link.isLost && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
