import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Broker, type ClockLink, isBrokerProblem } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { encodeFire } from "../../src/broker/wire.ts";
import { aFire } from "../../test/support/fire.ts";
import { temporaryFolder } from "../../test/support/folder.ts";
import { startRabbitmq } from "../../test/support/rabbitmq.ts";
import { openBare } from "./broker/bare.ts";
import { type Bench, median } from "./figures.ts";
import { cpuSeconds, waitUntil } from "./running.ts";

/** Both brokers side by side: fires, deliveries, the way between them, and what waiting costs. */
export const broker = "a private RabbitMQ on loopback, and SQLite in a file";

const ROUNDS = 5;
const FIRES = 20_000;
const PREFETCH = 500;
/** The embedded broker's own, in src/broker/sqlite-writer.ts. */
const AT_ONCE = 500;
const SECOND = 1000;

const QUIET_FIRES = 500;
const QUIET_EVERY_MS = 20;
const IDLE_S = 20;

interface Side {
  name: "sqlite" | "rabbitmq";
  url: string;
  fires: number[];
  deliveries: number[];
}

export async function run(bench: Bench): Promise<void> {
  const folder = temporaryFolder("bench");
  const rabbitmq = await startRabbitmq();
  const sides = [
    { name: "sqlite" as const, url: `sqlite:${join(folder.path, "clockd.db")}` },
    { name: "rabbitmq" as const, url: rabbitmq.url },
  ].map((side): Side => ({ ...side, fires: [], deliveries: [] }));
  try {
    await throughput(bench, sides, join(folder.path, "bare.db"));
    for (const side of sides) await onTheWay(bench, side);
    for (const side of sides) await idle(bench, side);
  } finally {
    await rabbitmq.stop();
    folder.remove();
  }
}

/** All in turns: the embedded broker, SQLite alone with the same messages, RabbitMQ. */
async function throughput(bench: Bench, sides: readonly Side[], path: string): Promise<void> {
  const bare = openBare(path);
  const messages = Array.from({ length: FIRES }, (_, n) => encodeFire(fireOf(n), 1.8e12));
  const alone: number[] = [];
  const links = new Map<Side, { broker: Broker; clock: ClockLink }>();
  for (const side of sides) links.set(side, await openClock(side.url, "speed"));
  // The first round is to warm up.
  for (let round = 0; round <= ROUNDS; round++) {
    const turns = [
      async () => void alone.push(await bare.insert(messages, AT_ONCE)),
      ...sides.map((side) => async () => {
        const { broker, clock } = links.get(side)!;
        side.fires.push(await publish(clock));
        side.deliveries.push(await consume(broker));
      }),
    ];
    if (round % 2 === 1) turns.reverse();
    for (const turn of turns) {
      if (bench.signal.aborted) throw new Error("stopped");
      await turn();
    }
  }
  for (const { clock } of links.values()) await clock.close(5000);
  bare.close();
  const rate = (times: readonly number[]) => (FIRES * SECOND) / median(times.slice(1));
  for (const { name, fires, deliveries } of sides) {
    bench.figure({ name: `${name}-fires`, value: rate(fires), unit: "a second, confirmed" });
    bench.figure({
      name: `${name}-deliveries`,
      value: rate(deliveries),
      unit: "a second, finished",
    });
  }
  bench.figure({ name: "bare-sqlite-fires", value: rate(alone), unit: "a second" });
  const ratios = sides[0]!.fires.map((took, round) => took / alone[round]!).slice(1);
  bench.figure({
    name: "sqlite-fires-ratio",
    value: median(ratios),
    unit: "x the bare loop's time",
  });
}

async function openClock(url: string, namespace: string) {
  const opened = openBroker(url, { namespace, name: "bench", now: Date.now, emit: () => {} });
  if (isBrokerProblem(opened)) throw new Error(opened.message);
  const clock = await opened.openClock(["default"]);
  if (isBrokerProblem(clock)) throw new Error(clock.message);
  await clock.elected;
  return { broker: opened, clock };
}

/** As a clock does: waits for room, and for every confirm. ms. */
async function publish(clock: ClockLink): Promise<number> {
  const began = performance.now();
  const outcomes = [];
  for (let n = 0; n < FIRES; n++) {
    const room = clock.room();
    if (room) await room;
    outcomes.push(clock.fire(fireOf(n)));
  }
  for (const { kind } of await Promise.all(outcomes)) {
    if (kind !== "confirmed") throw new Error(`a fire was ${kind}`);
  }
  return performance.now() - began;
}

/** Takes and finishes all of them. ms, from opening to closing. */
async function consume(broker: Broker): Promise<number> {
  const began = performance.now();
  const all = Promise.withResolvers<void>();
  let count = 0;
  const link = await broker.openWorker({
    queues: ["default"],
    prefetch: PREFETCH,
    onDelivery({ finish }) {
      finish();
      if (++count === FIRES) all.resolve();
    },
  });
  if (isBrokerProblem(link)) throw new Error(link.message);
  await all.promise;
  await link.close(5000);
  return performance.now() - began;
}

/** From `fire` to the delivery in a worker that waits in another process. */
async function onTheWay(bench: Bench, { name, url }: Side): Promise<void> {
  const { clock } = await openClock(url, "quiet");
  const worker = await startPeer("worker", url, "quiet");
  const times: number[] = [];
  worker.on("message", (ms) => times.push(Number(ms)));
  for (let n = 0; n < QUIET_FIRES; n++) {
    await new Promise((resolve) => setTimeout(resolve, QUIET_EVERY_MS));
    const payload = String(process.hrtime.bigint());
    const target = { kind: "run" as const, queue: "default", payload };
    void clock.fire({ ...fireOf(n), target });
  }
  await waitUntil(bench, "the deliveries", () => times.length === QUIET_FIRES);
  await endPeer(worker);
  await clock.close(5000);
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor(times.length * part)]!;
  const goal = name === "sqlite" ? { goal: 20 } : {};
  bench.figure({ name: `${name}-fire-to-delivery-p50`, value: at(0.5), unit: "ms", ...goal });
  bench.figure({ name: `${name}-fire-to-delivery-p99`, value: at(0.99), unit: "ms" });
}

/** A clock that leads and a worker that waits, each in a process of its own. */
async function idle(bench: Bench, { name, url }: Side): Promise<void> {
  const peers = {
    clock: await startPeer("clock", url, "idle"),
    worker: await startPeer("worker", url, "idle"),
  };
  // What starting costs is over then.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const cpu = () => Object.values(peers).map(({ pid }) => cpuSeconds(pid!));
  const [before, began] = [cpu(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, IDLE_S * SECOND));
  const seconds = (performance.now() - began) / SECOND;
  const after = cpu();
  for (const [index, role] of Object.keys(peers).entries()) {
    const value = (100 * (after[index]! - before[index]!)) / seconds;
    bench.figure({ name: `${name}-idle-${role}`, value, unit: "% of a core", goal: 0.5 });
  }
  for (const peer of Object.values(peers)) await endPeer(peer);
}

async function startPeer(role: string, url: string, namespace: string): Promise<ChildProcess> {
  const peer = fork(join(import.meta.dirname, "broker/peer.ts"), [role, url, namespace]);
  await once(peer, "message");
  return peer;
}

async function endPeer(peer: ChildProcess): Promise<void> {
  const ended = once(peer, "exit");
  peer.disconnect();
  await ended;
}

function fireOf(n: number) {
  return aFire({ job: `bench-${n % 1000}`, slot: 1.8e12 + n });
}
