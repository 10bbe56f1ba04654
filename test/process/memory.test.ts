import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { childrenOf } from "../support/family.ts";
import { sqlite } from "../support/ground.ts";
import { executable } from "../support/process.ts";
import { until } from "../support/until.ts";
import { createRig, type Rig, SOON } from "./rig.ts";

interface Context {
  rig: Rig;
}
const test = suite<Context>("the memory of a worker");

test.before.each((context) => {
  context.rig = createRig(sqlite().url);
});
test.after.each(({ rig }) => rig.close());

/** Of measured growths of up to 136 MiB, this leaves what a busy machine may add. */
const MOST_GROWTH_MIB = 200;
/** A busy machine may need this for a flood of 100 MB or a thousand runs. ms */
const LONG = 120_000;

/** A real worker whose log is only counted, or not even read. */
interface Measured {
  pid: number;
  logged: () => number;
  /** The end of its log. */
  tail: () => string;
  /** How much more private memory it has had than when it was idle. */
  grownMiB: () => number;
  stopReading(): void;
  stop(): Promise<void>;
}

async function measured(rig: Rig): Promise<Measured> {
  const [program, ...first] = executable();
  const args = [...first, "worker", "--config", rig.file, "--broker", rig.url, "--drain", "0s"];
  const worker = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(worker, "exit");
  let [logged, tail] = [0, ""];
  worker.stdout.on("data", (chunk: Buffer) => {
    logged += chunk.length;
    tail = (tail + chunk.toString("latin1")).slice(-100_000);
  });
  await until(() => tail.includes("worker.taking"), SOON, "the worker to take");
  const idle = anonymousMiB(worker.pid!);
  let most = idle;
  const watch = setInterval(() => {
    most = Math.max(most, anonymousMiB(worker.pid!));
  }, 10);
  return {
    pid: worker.pid!,
    logged: () => logged,
    tail: () => tail,
    grownMiB: () => most - idle,
    stopReading: () => worker.stdout.pause(),
    async stop() {
      clearInterval(watch);
      worker.stdout.resume();
      worker.kill("SIGTERM");
      assert.equal(await exited, [0, null]);
    },
  };
}

function anonymousMiB(pid: number): number {
  try {
    const [, kib] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0; // it has ended
  }
}

/** Runs one job to its end, whether or not its lines reach the log. */
async function run(rig: Rig, worker: Measured, job: string): Promise<void> {
  const commands = () => childrenOf(worker.pid).filter(({ command }) => !/ guard$/.test(command));
  await rig.fire(job);
  await until(() => commands().length > 0, SOON, `${job} to start`);
  await until(() => commands().length === 0, LONG, `the end of ${job}`);
}

const FLOODS = `  lines: {every: 1d, run: "yes $(printf %01000d 0) | head -c 100000000"}
  endless: {every: 1d, run: "head -c 100000000 /dev/zero | tr '\\\\\\\\0' x"}
  bytes: {every: 1d, run: "head -c 100000000 /dev/urandom"}
  quick: {every: 1d, overlap: allow, run: ["true"]}
`;

test("is bounded when commands print 100 MB: in lines, in one line, and no text at all", async ({
  rig,
}) => {
  rig.write(FLOODS);
  const worker = await measured(rig);
  for (const job of ["lines", "endless", "bytes"]) {
    const before = worker.logged();
    await run(rig, worker, job);
    // It was really printed: what is not in the log was counted there.
    assert.ok(worker.logged() > before + 10_000_000, `${worker.logged() - before} bytes of ${job}`);
    const grown = Math.round(worker.grownMiB());
    assert.ok(grown < MOST_GROWTH_MIB, `it grew by ${grown} MiB with ${job}`);
  }
  await worker.stop();
});

test("is bounded when nobody reads its log, which does not hold the command up", async ({
  rig,
}) => {
  rig.write(FLOODS);
  const worker = await measured(rig);
  worker.stopReading();
  await run(rig, worker, "endless");
  const grown = Math.round(worker.grownMiB());
  assert.ok(grown < MOST_GROWTH_MIB, `it grew by ${grown} MiB`);
  await worker.stop();
});

test("is bounded by a thousand runs that end at once", async ({ rig }) => {
  rig.write(FLOODS);
  const worker = await measured(rig);
  const slots = Array.from({ length: 1000 }, (_, n) => Date.UTC(2026, 0, 1) + n * 1000);
  for (const slot of slots) {
    const text = new Date(slot).toISOString().replace(".000", "");
    await rig.put(JSON.stringify({ version: 1, job: "quick", slot: text }));
  }
  const last = /"run\.finished","job":"quick","fire":"quick@2026-01-01T00:16:39Z"/;
  await until(() => last.test(worker.tail()), LONG, "the last run");
  const grown = Math.round(worker.grownMiB());
  assert.ok(grown < MOST_GROWTH_MIB / 2, `it grew by ${grown} MiB`);
  await worker.stop();
});

test.run();
