import type { Bench } from "../figures.ts";
import { waitUntil } from "../running.ts";
import { type BareLoop, startWorker } from "./process.ts";
import { fireOf, openClock, taking } from "./side.ts";

const LATENCY_RUNS = 200;
const LATENCY_EVERY_MS = 50;
/** Says when it began, without a shell. */
const TELL_TIME = ["date", "+%s%N"];

/** From the call that publishes a message to the command's own clock, one at a time. */
export async function toStart(bench: Bench, name: string, url: string): Promise<void> {
  const namespace = `start-${name}`;
  const clock = await openClock(url, namespace);
  // As a job is by default: its claim has to be the first in line.
  const jobs = `  job: {every: 1h, run: [${TELL_TIME.join(", ")}]}\n`;
  const worker = startWorker({ url, namespace, jobs, concurrency: 8 });
  try {
    await taking(bench, worker);
    const sent = new Map<string, number>();
    for (let n = 0; n < LATENCY_RUNS; n++) {
      await new Promise((resolve) => setTimeout(resolve, LATENCY_EVERY_MS));
      const fire = fireOf("job", n);
      sent.set(new Date(fire.slot).toISOString(), performance.timeOrigin + performance.now());
      void clock.fire(fire);
    }
    const of = (name: string) => worker.lines().filter(({ event }) => event === name);
    const told = () => of("run.output");
    // One that came while the one before was going is skipped: there is no start to be timed.
    const answered = () => told().length + of("run.skipped").length === LATENCY_RUNS;
    await waitUntil(bench, "the starts", answered);
    const times = told().map(({ fire, line }) => {
      const slot = new Date(fire.split("@")[1]!).toISOString();
      return Number(BigInt(line) / 1000n) / 1000 - sent.get(slot)!;
    });
    reportTimes(bench, `${name}-message-to-start`, times, { goal: 15 });
  } finally {
    await worker.stop();
    await clock.close(5000);
  }
}

/** The same without a broker and a worker: from the call of `spawn`. */
export async function bareToStart(bench: Bench, bare: BareLoop): Promise<void> {
  const { outputs } = await bare.run({ command: TELL_TIME, count: LATENCY_RUNS, atOnce: 1 });
  const times = outputs.map(({ at, output }) => Number(BigInt(output) / 1000n) / 1000 - at);
  reportTimes(bench, "bare-spawn-to-start", times, {});
}

function reportTimes(bench: Bench, name: string, times: number[], goal: { goal?: number }): void {
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor(times.length * part)]!;
  bench.figure({ name: `${name}-p50`, value: at(0.5), unit: "ms", ...goal });
  bench.figure({ name: `${name}-p99`, value: at(0.99), unit: "ms" });
}
