import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Amqp, openAmqp } from "../support/amqp.ts";
import { temporaryFolder } from "../support/folder.ts";
import { uniqueNamespace } from "../support/shared.ts";
import type { BrokerUnderTest } from "./broker.ts";
import type { ClockProgram } from "./clock.ts";
import type { Field } from "./field.ts";
import { foreignName, jobFile, QUEUES, queueName } from "./jobs.ts";
import type { RoundPlan } from "./kinds.ts";
import { createSeat, type Seat } from "./seat.ts";

/** What a round takes place on: a namespace of its own, a file, and seats for its clocks. */
export interface Stage extends Field {
  namespace: string;
  seats: readonly Seat[];
  /** Takes everything away again: processes, folder, queues. */
  clear(): Promise<void>;
}

/** Builds it; no clock is started yet. */
export async function buildStage(
  plan: RoundPlan,
  broker: BrokerUnderTest,
  program: ClockProgram,
  signal: AbortSignal,
): Promise<Stage> {
  const namespace = uniqueNamespace("faults");
  const folder = temporaryFolder("faults");
  const file = join(folder.path, "schedules.yml");
  let edits = 0;
  const write = () => {
    writeFileSync(`${file}.new`, jobFile(namespace, edits++));
    renameSync(`${file}.new`, file);
  };
  write();
  await withAmqp(broker.url, ({ channel }) => makeForeign(channel, namespace));
  const seats: Seat[] = [];
  for (const name of ["a", "b", "c"].slice(0, plan.clocks)) {
    const { heartbeat } = plan;
    seats.push(await createSeat({ name, file, program, broker: { port: broker.port, heartbeat } }));
  }
  return {
    namespace,
    seats,
    broker,
    signal,
    edit: write,
    async clear() {
      for (const seat of seats) await seat.close();
      folder.remove();
      await withAmqp(broker.url, (amqp) => removeAll(amqp, namespace));
    },
  };
}

/** The other service that the job `foreign` is for. */
async function makeForeign(channel: Amqp["channel"], namespace: string): Promise<void> {
  const name = foreignName(namespace);
  await channel.assertExchange(name, "topic", { durable: true });
  await channel.assertQueue(name, { durable: true, arguments: { "x-queue-type": "quorum" } });
  await channel.bindQueue(name, name, "#");
}

/** So that the broker of a long run does not grow with its rounds. */
async function removeAll({ channel }: Amqp, namespace: string): Promise<void> {
  const own = ["ledger", "leader", "snapshots", "witness", "dead"];
  const queues = [
    ...QUEUES.map((queue) => queueName(namespace, queue)),
    ...own.map((name) => `${namespace}.${name}`),
  ];
  for (const queue of queues) await channel.deleteQueue(queue);
  await channel.deleteExchange(foreignName(namespace));
  await channel.deleteExchange(namespace);
}

/** A connection for one piece of work. */
export async function withAmqp<T>(url: string, work: (amqp: Amqp) => Promise<T>): Promise<T> {
  const amqp = await openAmqp(url);
  try {
    return await work(amqp);
  } finally {
    await amqp.close();
  }
}
