import { type ConfirmChannel, connect } from "amqplib";
import { encodeFire } from "../../src/broker/wire.ts";
import { openAmqp } from "../../test/support/amqp.ts";
import { aFire } from "../../test/support/fire.ts";
import { type Rabbitmq, startRabbitmq } from "../../test/support/rabbitmq.ts";
import { type Bench, interleaved } from "./figures.ts";
import { anonymousMiB, cpuSeconds, enough, jobName, sameJobs, startClock } from "./running.ts";

/** Slot to confirm on a real broker, with the real process and its log as it is by default. */
export const broker = "a private RabbitMQ on loopback";

const STEADY_JOBS = 1000;
const STEADY_S = 30;
const BURST_JOBS = 10_000;
const BURST_EVERY_S = 15;
const ROUNDS = 7;
/** clockd's own, in src/broker/rabbitmq-clock.ts. */
const WINDOW = 2000;

export async function run(bench: Bench): Promise<void> {
  const rabbitmq = await startRabbitmq();
  try {
    await steady(bench, rabbitmq);
    await burst(bench, rabbitmq);
  } finally {
    await rabbitmq.stop();
  }
}

/** 1,000 jobs every second: is every slot there, how late, and what does it cost? */
async function steady(bench: Bench, rabbitmq: Rabbitmq): Promise<void> {
  const clock = startClock({
    url: rabbitmq.url,
    namespace: "steady",
    jobs: sameJobs("steady", STEADY_JOBS, "every: 1s"),
  });
  try {
    await enough(bench, clock, STEADY_JOBS);
    const began = { at: performance.now(), cpu: cpuSeconds(clock.pid) };
    const wanted = (STEADY_S + 1) * STEADY_JOBS;
    await enough(bench, clock, wanted);
    const elapsed = (performance.now() - began.at) / 1000;
    const cpu = (100 * (cpuSeconds(clock.pid) - began.cpu)) / elapsed;
    const memory = anonymousMiB(clock.pid);
    await clock.stop();
    const fires = clock.fires();
    const slots = [...new Set(fires.map(({ slot }) => slot))].sort();
    // The last second may have been cut by the end.
    const whole = slots.slice(0, STEADY_S);
    const counted = new Set(
      fires.filter(({ slot }) => whole.includes(slot)).map(({ fire }) => fire),
    );
    const span = (Date.parse(whole.at(-1)!) - Date.parse(whole[0]!)) / 1000 + 1;
    bench.figure({
      name: "slots-missing",
      value: span * STEADY_JOBS - counted.size,
      unit: `of ${span * STEADY_JOBS}`,
      goal: 0,
    });
    const late = fires.map((entry) => entry.late).sort((a, b) => a - b);
    bench.figure({ name: "slot-to-confirm-p50", value: late[late.length >> 1]!, unit: "ms" });
    bench.figure({
      name: "slot-to-confirm-p99",
      value: late[Math.floor(late.length * 0.99)]!,
      unit: "ms",
    });
    bench.figure({ name: "cpu-1000-fires-a-second", value: cpu, unit: "% of a core" });
    bench.figure({ name: "memory-anonymous", value: memory, unit: "MiB" });
  } finally {
    await clock.stop();
  }
}

/** 10,000 jobs at one second, beside a bare loop that publishes the same messages. */
async function burst(bench: Bench, rabbitmq: Rabbitmq): Promise<void> {
  const clock = startClock({
    url: rabbitmq.url,
    namespace: "burst",
    jobs: sameJobs("burst", BURST_JOBS, `every: ${BURST_EVERY_S}s`),
  });
  const amqp = await openAmqp(rabbitmq.url);
  const model = await connect(rabbitmq.url, { noDelay: true });
  const channel = await model.createConfirmChannel();
  const messages = burstMessages("burst");
  const empty = () => amqp.channel.purgeQueue("burst.work.default");
  let seen = 0;
  const clockBurst = async () => {
    await enough(bench, clock, seen + BURST_JOBS);
    const fires = clock.fires().slice(seen, seen + BURST_JOBS);
    seen += BURST_JOBS;
    await empty();
    return Math.max(...fires.map(({ late }) => late));
  };
  const bareBurst = async () => {
    const took = await publishBare(channel, messages);
    await empty();
    return took;
  };
  try {
    // Once each to warm up: neither is measured with a cold compiler.
    await clockBurst();
    await bareBurst();
    const ratios = await interleaved(ROUNDS, clockBurst, bareBurst);
    bench.figure({ name: "burst-10000-clockd", value: ratios.a, unit: "ms to the last confirm" });
    bench.figure({ name: "burst-10000-bare", value: ratios.b, unit: "ms to the last confirm" });
    bench.figure({ name: "burst-10000-ratio", value: ratios.ratio, unit: "x", goal: 1.25 });
  } finally {
    await clock.stop();
    await model.close();
    await amqp.close();
  }
}

async function publishBare(channel: ConfirmChannel, messages: ReturnType<typeof burstMessages>) {
  const began = performance.now();
  let open = 0;
  let room = Promise.withResolvers<void>();
  const done = () => {
    open--;
    room.resolve();
  };
  for (const { body, properties } of messages) {
    if (open >= WINDOW) {
      room = Promise.withResolvers<void>();
      await room.promise;
    }
    open++;
    channel.publish("burst", "work.default", body, { ...properties, mandatory: true }, done);
  }
  await channel.waitForConfirms();
  return performance.now() - began;
}

function burstMessages(namespace: string) {
  return Array.from({ length: BURST_JOBS }, (_, n) => {
    return encodeFire(aFire({ job: jobName(namespace, n), slot: 1.8e12 }), 1.8e12);
  });
}
