import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConfirmChannel, connect } from "amqplib";
import { encodeFire } from "../../src/broker/wire.ts";
import { openAmqp } from "../../test/support/amqp.ts";
import { temporaryFolder } from "../../test/support/folder.ts";
import { type Rabbitmq, startRabbitmq } from "../../test/support/rabbitmq.ts";
import { type Bench, interleaved } from "./figures.ts";

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
  const clock = startClock(rabbitmq.url, "steady", STEADY_JOBS, "1s");
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
  const clock = startClock(rabbitmq.url, "burst", BURST_JOBS, `${BURST_EVERY_S}s`);
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
    const target = { kind: "run" as const, queue: "default" };
    const job = jobName(namespace, n);
    const flags = { catchUp: false, maybeDuplicate: false };
    const fire = { job, slot: 1.8e12, attempt: 1, config: "0123456789ab", target, ...flags };
    return encodeFire(fire, 1.8e12);
  });
}

interface Fired {
  fire: string;
  slot: string;
  late: number;
}

/** The real command, its log in a file as under a service manager. */
function startClock(url: string, namespace: string, jobs: number, every: string) {
  const folder = temporaryFolder("bench");
  const [file, log] = [join(folder.path, "schedules.yml"), join(folder.path, "log")];
  const lines = Array.from(
    { length: jobs },
    (_, n) => `  ${jobName(namespace, n)}: {every: ${every}, run: "true"}`,
  );
  writeFileSync(file, `version: 1\nnamespace: ${namespace}\njobs:\n${lines.join("\n")}\n`);
  const output = openSync(log, "w");
  const main = join(import.meta.dirname, "../../src/main.ts");
  const args = [main, "--config", file, "--broker", url];
  const child = spawn(process.execPath, args, { stdio: ["ignore", output, "inherit"] });
  closeSync(output);
  const exited = new Promise((resolve) => child.on("exit", resolve));
  const fired: Fired[] = [];
  const reader = openSync(log, "r");
  const buffer = Buffer.alloc(1 << 20);
  let rest = "";
  // Only what is new, and seldom: the measurement must not take the time that it measures.
  const fires = () => {
    for (let read = 1; read > 0; ) {
      read = readSync(reader, buffer);
      const lines = (rest + buffer.toString("utf8", 0, read)).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.includes('"fire.confirmed"')) fired.push(JSON.parse(line));
    }
    return fired;
  };
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
    fires();
    closeSync(reader);
    folder.remove();
  };
  return {
    pid: child.pid!,
    fires: () => (stopped ? fired : fires()),
    stop: () => (stopped ??= stop()),
  };
}

function jobName(namespace: string, n: number): string {
  return `${namespace}-${n}`;
}

/** Waits until the clock has logged so many fires. */
async function enough({ signal }: Bench, clock: { fires(): Fired[] }, count: number) {
  const deadline = performance.now() + 120_000;
  while (clock.fires().length < count) {
    if (signal.aborted) throw new Error("stopped");
    if (performance.now() > deadline) throw new Error(`no ${count} fires in 120 s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Fields 14 and 15 of proc_pid_stat(5), in ticks of 1/100 s. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function anonymousMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
