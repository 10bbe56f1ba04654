import type { ConfirmChannel } from "amqplib";
import { type BrokerProblem, isBrokerProblem, type LedgerLink } from "./broker.ts";
import { pollUntil } from "./deadline.ts";
import { type Blocking, watchConfirms } from "./rabbitmq-confirms.ts";
import { type Connected, drop, orLost, tie } from "./rabbitmq-connect.ts";
import { deadOf } from "./rabbitmq-dead.ts";
import { findBase } from "./rabbitmq-declare.ts";
import { followLedger } from "./rabbitmq-follow.ts";
import {
  createPublisher,
  inDoubt,
  type Learned,
  type Pending,
  type Publisher,
} from "./rabbitmq-publisher.ts";
import { readNewestSnapshot } from "./rabbitmq-snapshots.ts";
import type { Topology } from "./topology.ts";
import { encodeRecordMessage } from "./wire-record.ts";

/** What every link of one broker has in common. */
export interface LinkOptions {
  topology: Topology;
  learned: Learned;
  /** Stamps messages, ms UTC. */
  now: () => number;
  told: (event: Blocking) => void;
}

/** A link to the ledger, and what a clock's link is built of. */
export interface LedgerParts {
  link: LedgerLink;
  channel: ConfirmChannel;
  publisher: Publisher;
  /** The link ends when one of these is silent, and its close waits for all of them. */
  pending: Pending[];
}

/** Makes a link to the ledger of a connection. Nothing is made in the broker. */
export async function openLedgerLink(
  connected: Connected,
  options: LinkOptions,
): Promise<LedgerLink | BrokerProblem> {
  const failure = await findBase(connected, options.topology);
  if (failure) return failure;
  const parts = await openLedgerParts(connected, options);
  return isBrokerProblem(parts) ? parts : parts.link;
}

export async function openLedgerParts(
  connected: Connected,
  options: LinkOptions,
): Promise<LedgerParts | BrokerProblem> {
  const { topology, learned, told } = options;
  const { model, lost } = connected;
  const opened = await orLost(connected, model.createConfirmChannel());
  if (isBrokerProblem(opened)) return opened;
  const channel = tie(opened, connected);
  const publisher = createPublisher(channel, learned, connected);
  const pending: Pending[] = [publisher];
  const stopWatching = watchConfirms(connected, () => oldestOf(pending), told);
  void lost.then(stopWatching);
  let closed = false;
  const isLost = () => closed || connected.isLost();
  const link: LedgerLink = {
    async append(record) {
      if (isLost()) return inDoubt("the link is closed");
      const route = { exchange: topology.exchange, key: topology.ledgerKey(record.kind) };
      return publisher.publish(encodeRecordMessage(record), route);
    },
    readSnapshot: () => readNewestSnapshot(connected, topology.snapshots),
    follow: (from, onEntry) => followLedger(connected, topology.ledger, from, onEntry),
    ...deadOf(connected, options),
    lost,
    get isLost() {
      return isLost();
    },
    async close(deadlineMs) {
      closed = true;
      await pollUntil(() => openOf(pending) === 0 || connected.isLost(), deadlineMs);
      stopWatching();
      connected.closing();
      await drop(model);
      for (const one of pending) one.abandon();
    },
  };
  return { link, channel, publisher, pending };
}

/** How many messages are without an answer. */
export function openOf(pending: readonly Pending[]): number {
  return pending.reduce((sum, { open }) => sum + open, 0);
}

function oldestOf(pending: readonly Pending[]): number {
  return Math.min(...pending.map(({ oldest }) => oldest));
}
