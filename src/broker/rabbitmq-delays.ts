import type { Channel } from "amqplib";
import type { Topology } from "./topology.ts";

/**
 * The steps of a delay: queues whose messages wait for 100 ms, 200 ms, 400 ms, … each. A message goes
 * from the longest of its steps to the shortest and then to its work queue; before each step is an
 * exchange that looks into its headers. So any delay up to 38 days needs no queue of its own.
 */
const UNIT_MS = 100;
const STEPS = Array.from({ length: 25 }, (_, index) => UNIT_MS * 2 ** index);

/** Where a message goes and what it says, to wait for `delayMs`: rounded up to 100 ms, at least once. */
export function delayRoute({ retryStep }: Topology, delayMs: number) {
  let left = Math.max(1, Math.ceil(delayMs / UNIT_MS)) * UNIT_MS;
  const longest = STEPS.findLastIndex((step) => step <= left);
  const headers: Record<string, boolean> = {};
  for (const step of STEPS.slice(0, longest + 1).toReversed()) {
    headers[headerOf(step)] = step <= left;
    if (step <= left) left -= step;
  }
  return { exchange: retryStep(STEPS[longest]!), headers };
}

/** A step that somebody deleted holds messages up where they are: nothing comes early. */
export async function assertDelays(channel: Channel, topology: Topology): Promise<undefined> {
  let next = topology.workExchange;
  for (const step of STEPS) {
    const name = topology.retryStep(step);
    await channel.assertExchange(name, "headers", { durable: true });
    await channel.assertQueue(name, {
      durable: true,
      arguments: {
        "x-queue-type": "quorum",
        "x-message-ttl": step,
        "x-dead-letter-exchange": next,
        // What is passed on is confirmed there before it leaves. It needs the other one.
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
      },
    });
    const when = (waits: boolean) => ({ "x-match": "all-with-x", [headerOf(step)]: waits });
    await channel.bindQueue(name, name, "", when(true));
    await channel.bindExchange(next, name, "", when(false));
    next = name;
  }
  return undefined;
}

function headerOf(step: number): string {
  return `x-clockd-wait-${step}`;
}
