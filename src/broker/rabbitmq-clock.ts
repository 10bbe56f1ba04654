import type { Fire, PublishTarget } from "../ledger/fire.ts";
import { type BrokerProblem, type ClockLink, type FireOutcome, isBrokerProblem } from "./broker.ts";
import type { Connected } from "./rabbitmq-connect.ts";
import { declareBase, watchExchanges } from "./rabbitmq-declare.ts";
import { createForeign } from "./rabbitmq-foreign.ts";
import { type LedgerParts, type LinkOptions, openLedgerParts, openOf } from "./rabbitmq-ledger.ts";
import { inDoubt } from "./rabbitmq-publisher.ts";
import { createQueues } from "./rabbitmq-queues.ts";
import { createSide } from "./rabbitmq-side.ts";
import { snapshotMessage } from "./rabbitmq-snapshots.ts";
import { standForElection } from "./rabbitmq-token.ts";
import { rescueUnrouted } from "./rabbitmq-unrouted.ts";
import { createWitness } from "./rabbitmq-witness.ts";
import { encodeFire, encodePublishFire } from "./wire.ts";

/** Messages without an answer at once: enough to keep the broker busy, few enough to be held. */
const WINDOW = 2000;

/** Makes a clock's link of a connection. */
export async function openClockLink(
  connected: Connected,
  queues: Iterable<string>,
  options: LinkOptions,
): Promise<ClockLink | BrokerProblem> {
  const { topology, learned, now } = options;
  const missing = await declareBase(connected, topology);
  if (missing) return missing;
  const parts = await openLedgerParts(connected, options);
  if (isBrokerProblem(parts)) return parts;
  const { link, channel, pending } = parts;
  const work = createQueues(connected, topology);
  const silent = await work.ensure(queues);
  if (silent && silent.code !== "BROKER_REFUSED") return silent;
  const failure = await rescueUnrouted(connected, topology, work.ensure);
  if (failure) return failure;
  const token = await standForElection(connected, channel, topology.leader);
  if (isBrokerProblem(token)) return token;
  watchExchanges(connected, topology);
  const publish = createFiring(connected, parts, work, options);
  const snapshots = createSide(connected, learned);
  pending.push(snapshots);
  const waiting = createWaiting();
  const hasRoom = () => openOf(pending) < WINDOW;
  void link.lost.then(waiting.release);

  return {
    ...token,
    ...createWitness(connected, topology.witness),
    isAtomic: false,
    async fire(fire) {
      if (link.isLost) return inDoubt("the link is closed");
      const outcome = await publish(fire);
      if (hasRoom()) waiting.release();
      return outcome;
    },
    async append(record) {
      const outcome = await link.append(record);
      if (hasRoom()) waiting.release();
      return outcome;
    },
    async saveSnapshot(snapshot) {
      if (link.isLost) return inDoubt("the link is closed");
      const route = { exchange: "", key: topology.snapshots };
      const { outcome } = await snapshots.publish(snapshotMessage(snapshot, now()), route);
      return outcome;
    },
    room: () => (link.isLost || hasRoom() ? undefined : waiting.wait()),
    ensureQueues: work.ensure,
    readSnapshot: link.readSnapshot,
    follow: link.follow,
    readDead: link.readDead,
    settleDead: link.settleDead,
    lost: link.lost,
    get isLost() {
      return link.isLost;
    },
    close(deadlineMs) {
      const closed = link.close(deadlineMs);
      waiting.release();
      return closed;
    },
  };
}

/** Publishes fires; what comes of it is in the ledger's order. */
function createFiring(
  connected: Connected,
  { publisher, pending }: LedgerParts,
  work: ReturnType<typeof createQueues>,
  { topology, learned, now }: LinkOptions,
) {
  const foreign = createForeign(connected, learned);
  pending.push(foreign);

  async function toWorker(fire: Fire, queue: string): Promise<FireOutcome> {
    // Sent in this very turn when all is well, so that it counts at once as open.
    if (work.isRefused(queue)) {
      const problem = await work.ensure([queue]);
      if (problem) {
        return { kind: problem.code === "BROKER_REFUSED" ? "undeliverable" : "in-doubt", problem };
      }
    }
    const route = { exchange: topology.exchange, key: topology.workKey(queue) };
    return publisher.publish(encodeFire(fire, now()), route);
  }

  /** In the ledger first: a clock that goes in between leaves a fire that the next one knows of. */
  async function toService(fire: Fire, target: PublishTarget): Promise<FireOutcome> {
    const route = { exchange: topology.exchange, key: topology.ledgerKey("fire") };
    const recorded = await publisher.publish(encodePublishFire(fire, target, now()), route);
    return recorded.kind === "confirmed" ? foreign.publish(fire, target, now()) : recorded;
  }

  return (fire: Fire): Promise<FireOutcome> =>
    fire.target.kind === "run" ? toWorker(fire, fire.target.queue) : toService(fire, fire.target);
}

/** People waiting for room. */
function createWaiting() {
  let next = Promise.withResolvers<void>();
  return {
    wait: () => next.promise,
    release() {
      next.resolve();
      next = Promise.withResolvers<void>();
    },
  };
}
