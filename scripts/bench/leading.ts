import { type Rabbitmq, startRabbitmq } from "../../test/support/rabbitmq.ts";
import type { Bench } from "./figures.ts";
import { median } from "./figures.ts";
import { cpuSeconds, enough, sameJobs, seen, startClock, waitUntil } from "./running.ts";

/** Fail-over, and what leading and standing by cost. */
export const broker = "a private RabbitMQ on loopback";

const ROUNDS = 5;
const HEARTBEAT_S = 5;

export async function run(bench: Bench): Promise<void> {
  const rabbitmq = await startRabbitmq();
  try {
    await failOver(bench, rabbitmq);
    await standbyCost(bench, rabbitmq);
  } finally {
    await rabbitmq.stop();
  }
}

/** Ten jobs, one of which is due every 100 ms. */
function steadyJobs(): string {
  const job = (n: number) =>
    `  job-${n}: {every: 1s, anchor: "2026-01-01T00:00:00.${n}00Z", run: "true"}\n`;
  return Array.from({ length: 10 }, (_, n) => job(n)).join("");
}

/** From the leader's death, or freeze, to the next clock's first fire. */
async function failOver(bench: Bench, { url }: Rabbitmq): Promise<void> {
  for (const [signal, goal] of [
    ["SIGKILL", 1000],
    ["SIGSTOP", HEARTBEAT_S * 2000 + 2000],
  ] as const) {
    const times: { leading: number; fire: number }[] = [];
    for (let round = 0; round < (signal === "SIGKILL" ? ROUNDS : 3); round++) {
      const options = {
        url,
        namespace: `fail-${signal.toLowerCase()}-${round}`,
        jobs: steadyJobs(),
      };
      const leader = startClock(options);
      await enough(bench, leader, 30);
      const standby = startClock(options);
      try {
        await waitUntil(bench, "a standby", () => seen(standby, "clock.standing_by"));
        const died = Date.now();
        leader.signal(signal);
        await enough(bench, standby, 1);
        const at = (event: string) =>
          standby.lines().find((line) => line.event === event)!.at - died;
        times.push({ leading: at("clock.leading"), fire: at("fire.confirmed") });
      } finally {
        await Promise.all([leader.stop(), standby.stop()]);
      }
    }
    const name = signal === "SIGKILL" ? "killed" : "frozen";
    const leading = median(times.map((time) => time.leading));
    bench.figure({ name: `${name}-to-leading`, value: leading, unit: "ms" });
    const worst = Math.max(...times.map(({ fire }) => fire));
    bench.figure({ name: `${name}-to-first-fire-worst`, value: worst, unit: "ms", goal });
  }
}

/** Beside a leader of 1,000 fires a second. */
async function standbyCost(bench: Bench, { url }: Rabbitmq): Promise<void> {
  const namespace = "cost";
  const options = { url, namespace, jobs: sameJobs(namespace, 1000, "every: 1s") };
  const leader = startClock(options);
  await enough(bench, leader, 1000);
  const standby = startClock(options);
  try {
    await waitUntil(bench, "a standby", () => seen(standby, "clock.standing_by"));
    await enough(bench, leader, leader.fires().length + 5000);
    const before = { fires: leader.fires().length, at: performance.now(), cpu: cpuOf() };
    await enough(bench, leader, before.fires + 30_000);
    const elapsed = (performance.now() - before.at) / 1000;
    const after = cpuOf();
    const share = (who: "leader" | "standby") => (100 * (after[who] - before.cpu[who])) / elapsed;
    bench.figure({
      name: "standby-cpu-1000-fires-a-second",
      value: share("standby"),
      unit: "% of a core",
      goal: 1,
    });
    bench.figure({
      name: "leader-cpu-1000-fires-a-second",
      value: share("leader"),
      unit: "% of a core",
    });
  } finally {
    await Promise.all([leader.stop(), standby.stop()]);
  }

  function cpuOf() {
    return { leader: cpuSeconds(leader.pid), standby: cpuSeconds(standby.pid) };
  }
}
