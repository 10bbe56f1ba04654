import { isBrokerProblem } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { topologyOf } from "../../src/broker/topology.ts";
import { encodeFire } from "../../src/broker/wire.ts";
import { openAmqp } from "../../test/support/amqp.ts";
import { aFire } from "../../test/support/fire.ts";
import { type Rabbitmq, startRabbitmq } from "../../test/support/rabbitmq.ts";
import type { Bench } from "./figures.ts";
import { median } from "./figures.ts";
import { jobName, sameJobs, seen, startClock, waitUntil } from "./running.ts";

/** A cold start with a long ledger, and the backlog of an hour without a clock. */
export const broker = "a private RabbitMQ on loopback";

const ROUNDS = 5;

export async function run(bench: Bench): Promise<void> {
  const rabbitmq = await startRabbitmq();
  try {
    await coldStart(bench, rabbitmq);
    await backlog(bench, rabbitmq);
  } finally {
    await rabbitmq.stop();
  }
}

const RECORDS = 1_000_000;

/** From the start of the process to leading, with a ledger of a million records. */
async function coldStart(bench: Bench, { url }: Rabbitmq): Promise<void> {
  const namespace = "cold";
  const options = { url, namespace, jobs: sameJobs(namespace, 1000, "every: 1h") };
  const first = startClock(options);
  await waitUntil(bench, "a leader", () => seen(first, "clock.leading"));
  await fill(url, namespace);
  // It has read them as they came, and has kept snapshots.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  first.signal("SIGKILL");
  await first.stop();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = Date.now();
    const clock = startClock(options);
    await waitUntil(bench, "a leader", () => seen(clock, "clock.leading"), { every: 20 });
    times.push(clock.lines().find(({ event }) => event === "clock.leading")!.at - began);
    clock.signal("SIGKILL");
    await clock.stop();
  }
  bench.figure({
    name: "cold-start-1000000-records",
    value: median(times),
    unit: "ms to leading",
    goal: 3000,
  });
}

/** Fires of a job that no clock knows, straight into the ledger. */
async function fill(url: string, namespace: string): Promise<void> {
  const amqp = await openAmqp(url);
  const channel = await amqp.model.createConfirmChannel();
  const { ledger } = topologyOf(namespace);
  for (let n = 0; n < RECORDS; n++) {
    const at = 1.79e12 + n;
    const { body, properties } = encodeFire(aFire({ job: `cold-${n % 1000}`, slot: at }), at);
    channel.publish("", ledger, body, properties);
    if (n % 5000 === 4999) await channel.waitForConfirms();
  }
  await amqp.close();
}

const LATE_JOBS = 10_000;
/** One minute's fires of the live schedule are spread over it, as real ones are. */
const LATE_FIELDS = "every: 1m, spread: 1m, catch_up: {run: all, within: 2h, max: 100}";

/** One hour without a clock, 10,000 jobs a minute: how long does it drain, and do live slots wait? */
async function backlog(bench: Bench, { url }: Rabbitmq): Promise<void> {
  const namespace = "late";
  const options = { url, namespace, jobs: sameJobs(namespace, LATE_JOBS, LATE_FIELDS) };
  await pretend(url, namespace);
  const began = Date.now();
  const clock = startClock(options);
  try {
    await waitUntil(bench, "a leader", () => seen(clock, "clock.leading"));
    const wanted = 59 * LATE_JOBS;
    const lateOnes = () => clock.fires().filter(({ catchUp }) => catchUp).length;
    await waitUntil(bench, "the late fires", () => lateOnes() >= wanted, {
      within: 600_000,
      every: 2000,
    });
    const took = (Date.now() - began) / 1000;
    const live = clock
      .fires()
      .filter(({ catchUp }) => !catchUp)
      .map(({ late }) => late)
      .sort((a, b) => a - b);
    bench.figure({ name: "backlog-600000-drained", value: took, unit: "s" });
    bench.figure({ name: "backlog-rate", value: lateOnes() / took, unit: "late fires a second" });
    bench.figure({ name: "live-beside-backlog-p50", value: live[live.length >> 1]!, unit: "ms" });
    bench.figure({
      name: "live-beside-backlog-p99",
      value: live[Math.floor(live.length * 0.99)]!,
      unit: "ms",
      goal: 1000,
    });
    bench.figure({
      name: "live-beside-backlog-worst",
      value: live.at(-1)!,
      unit: "ms",
      goal: 60_000,
    });
  } finally {
    await clock.stop();
  }
}

/** A ledger in which all jobs are known, and nobody was heard of for an hour. */
async function pretend(url: string, namespace: string): Promise<void> {
  const at = Date.now() - 3_600_000;
  const opened = openBroker(url, { namespace, name: "bench", now: Date.now, emit: () => {} });
  if ("code" in opened) throw new Error(opened.message);
  const link = await opened.openClock([]);
  if (isBrokerProblem(link)) throw new Error(link.message);
  const jobs = Array.from({ length: LATE_JOBS }, (_, n) => jobName(namespace, n));
  const added = await link.append({ kind: "job", event: "added", at, after: at, jobs });
  if (added.kind !== "confirmed") throw new Error("the ledger took no record");
  await link.close(5000);
}
