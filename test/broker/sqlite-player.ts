/**
 * A clock, a worker, or somebody who sends a fire again, on a file in a process of its own, which tests
 * kill, freeze and starve: `node sqlite-player.ts ROLE PATH [--job NAME] [--from N] [--every MS]
 * [--open N] [--hold MS] [--delay MS]`. Says on standard output, one JSON object a line, what happens to
 * it. As long as it lives it connects again.
 */
import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ClockLink, Delivery, WorkerLink } from "../../src/broker/broker.ts";
import { keepConnected } from "../../src/broker/connect.ts";
import { createSqlite } from "../../src/broker/sqlite.ts";
import { systemTime } from "../../src/clock/time.ts";
import { fireId } from "../../src/ledger/fire.ts";
import { aFire } from "../support/fire.ts";

/** What a player says: an event of the broker, the outcome of a fire, or a delivery. */
export type Said =
  | { event: string; code?: string; reason?: string }
  | { elected: true }
  | { fired: string; kind: string; at: number }
  | { took: string; redelivered: boolean; at: number }
  | { finished: string; accepted: boolean };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    job: { type: "string", default: "job" },
    /** The number of the first fire. */
    from: { type: "string", default: "0" },
    /** A pause between fires. ms. */
    every: { type: "string", default: "50" },
    /** Fires without an answer at once. */
    open: { type: "string", default: "1" },
    /** How long a delivery is worked on. ms. */
    hold: { type: "string", default: "0" },
    /** How long a fire that is sent again is kept back. ms. */
    delay: { type: "string", default: "0" },
  },
});
const [role, path = ""] = positionals;
const [every, most, hold] = [Number(values.every), Number(values.open), Number(values.hold)];
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
const stopped = new Promise<void>((resolve) =>
  stop.signal.addEventListener("abort", () => resolve()),
);
const time = systemTime();
// It has been said when this returns: a stream would keep some of it, and a kill takes that.
const say = (said: Said) => void writeSync(1, `${JSON.stringify(said)}\n`);
const broker = createSqlite(
  { scheme: "sqlite", path },
  { namespace: "test", now: time.now, emit: ({ type, ...more }) => say({ event: type, ...more }) },
);
let next = Number(values.from);
const connecting = {
  ...{ place: broker.place, time, random: () => 0, stop: stop.signal },
  emit: ({ type, ...more }: { type: string }) => say({ event: type, ...more }),
};

if (role === "clock") await keepConnected(() => broker.openClock([]), lead, connecting);
else await keepConnected(openWorker, role === "asker" ? ask : work, connecting);

async function lead(link: ClockLink): Promise<void> {
  const over = Promise.race([link.lost, stopped]);
  if (await Promise.race([link.elected.then(() => false), over.then(() => true)])) return;
  say({ elected: true });
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  const open = new Set<Promise<void>>();
  while (!isOver) {
    const one = fire(link).then(() => void open.delete(one));
    open.add(one);
    if (open.size >= most) await Promise.race(open);
    if (every > 0) await new Promise((resolve) => setTimeout(resolve, every));
  }
  await link.close(1000);
}

async function fire(link: ClockLink): Promise<void> {
  const fire = aFire({ job: values.job, slot: 1_796_000_000_000 + 1000 * next++ });
  const { kind } = await link.fire(fire);
  say({ fired: fireId(fire.job, fire.slot), kind, at: Date.now() });
}

function openWorker() {
  const queues = [role === "asker" ? "other" : "default"];
  return broker.openWorker({ queues, prefetch: 100, onDelivery });
}

function onDelivery({ content, redelivered, finish }: Delivery): void {
  const id = "id" in content ? content.id : content.problem;
  say({ took: id, redelivered, at: Date.now() });
  const end = () => say({ finished: id, accepted: finish() });
  if (hold > 0) setTimeout(end, hold);
  else end();
}

async function ask(link: WorkerLink): Promise<void> {
  const fire = aFire({ job: values.job, slot: 1_796_000_000_000 + 1000 * next++ });
  const { kind } = await link.again(fire, Number(values.delay));
  say({ fired: fireId(fire.job, fire.slot), kind, at: Date.now() });
  await work(link);
}

async function work(link: WorkerLink): Promise<void> {
  await Promise.race([link.lost, stopped]);
  await link.close(1000);
}
