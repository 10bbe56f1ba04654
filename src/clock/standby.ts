import type { BrokerProblem, ClockLink } from "../broker/broker.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { Emit } from "../observe/events.ts";
import type { Follower } from "./follower.ts";
import type { Instant, Time } from "./time.ts";

export interface StandbyDeps {
  link: ClockLink;
  follower: Follower;
  /** This clock's name. */
  clock: string;
  time: Time;
  emit: Emit;
  stop: AbortSignal;
}

/** A clock that is elected sooner never stood by. ms. */
const AT_ONCE_MS = 500;
/** How often a standby says that it is there. ms. */
const SIGN_MS = 30_000;
/** A leader says something every 10 s: after this long there is none, or it is frozen. ms. */
const SILENT_MS = 30_000;
const LOOK_MS = 5000;

/**
 * Stands by until this clock is elected, following the ledger meanwhile, so that it takes over warm.
 * False: the link was lost, or the stop came first.
 */
export async function standBy(deps: StandbyDeps): Promise<boolean> {
  const { link, follower, clock, time, emit, stop } = deps;
  const over = Promise.withResolvers<false>();
  const end = () => over.resolve(false);
  stop.addEventListener("abort", end, { once: true });
  if (stop.aborted) end();
  const elected = link.elected.then(() => true);
  const ended = Promise.race([over.promise, link.lost.then(() => false)]);
  let saidAt = -Infinity;
  /** Real time, since it is about the broker and not about slots. ms. */
  let heardAt = performance.now();
  follower.onRecord = (record) => {
    if (isOfLeader(record)) heardAt = performance.now();
  };
  const say = (event: "standing-by" | "left") =>
    link.append({ kind: "clock", at: time.now(), clock, event });
  const look = () => {
    const now = performance.now();
    if (saidAt === -Infinity) {
      const leader = follower.state.leader?.clock;
      emit({ type: "clock.standing_by", ...(leader === undefined ? {} : { leader }) });
    }
    if (now - saidAt >= SIGN_MS) {
      saidAt = now;
      void say("standing-by");
    }
    if (now - heardAt >= SILENT_MS) {
      heardAt = now;
      emit({ type: "clock.no_leader", silent: SILENT_MS });
      void link.callElection();
    }
  };
  const first = setTimeout(look, AT_ONCE_MS);
  const timer = setInterval(look, LOOK_MS);
  const leads = await Promise.race([elected, ended]);
  clearTimeout(first);
  clearInterval(timer);
  stop.removeEventListener("abort", end);
  if (!leads && saidAt > -Infinity && !link.isLost) await Promise.race([say("left"), link.lost]);
  return leads;
}

function isOfLeader(record: LedgerRecord): boolean {
  return record.kind === "clock" ? "epoch" in record : record.kind === "fire";
}

/** How long reading up to the own marker may take: a million records and more. ms. */
const READ_WITHIN_MS = 120_000;
/** Without any new record for this long there is nothing more to come. ms. */
const STUCK_MS = 10_000;

/**
 * Puts the new leader's marker into the ledger and reads up to it: after that the fold says what all
 * earlier leaders did, and the epoch. The problem `LEDGER_SHORT`: the marker never came, because the
 * ledger ends before the place where the reading began.
 */
export async function markEpoch(
  { link, follower, clock, time }: StandbyDeps,
  config: string,
): Promise<{ epoch: number; since: Instant } | BrokerProblem | LedgerShort> {
  const nonce = crypto.randomUUID();
  const at = time.now();
  const reached = follower.reached(nonce).then(() => ({ epoch: follower.state.epoch, since: at }));
  const epoch = follower.state.epoch + 1;
  const marker = {
    kind: "clock" as const,
    at,
    clock,
    event: "leading" as const,
    epoch,
    nonce,
    config,
  };
  const outcome = await link.append(marker);
  if (outcome.kind !== "confirmed") return outcome.problem;
  const stuck = watchReading(follower);
  const read = await Promise.race([reached, link.lost, stuck.never]);
  stuck.end();
  return read;
}

export interface LedgerShort {
  code: "LEDGER_SHORT";
  message: string;
}

/** Resolves when the follower does not get on. */
function watchReading(follower: Follower): { never: Promise<LedgerShort>; end(): void } {
  const { promise: never, resolve } = Promise.withResolvers<LedgerShort>();
  const begun = performance.now();
  let [position, movedAt] = [follower.state.position, begun];
  const timer = setInterval(() => {
    const now = performance.now();
    if (follower.state.position !== position) {
      [position, movedAt] = [follower.state.position, now];
    }
    if (now - movedAt < STUCK_MS && now - begun < READ_WITHIN_MS) return;
    const message = `the ledger ends before position ${follower.state.position}`;
    resolve({ code: "LEDGER_SHORT", message });
  }, 1000);
  return { never, end: () => clearInterval(timer) };
}
