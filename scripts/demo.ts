/**
 * A clock and a worker at work, with their logs side by side: `node scripts/demo.ts [FILE]`. They
 * use the broker that the environment names, or a RabbitMQ that is started for them. Ctrl-C stops
 * the worker, the clock and the broker, in this order; a second one is not so patient.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { styleText } from "node:util";
import { startRabbitmq } from "../test/support/rabbitmq.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const BROKER_VARIABLES = ["CLOCKD_BROKER_URL", "AMQP_URL", "CLOUDAMQP_URL", "RABBITMQ_URL"];

type Color = "cyan" | "magenta" | "gray";

const stop = new AbortController();
const running: ChildProcess[] = [];
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (!stop.signal.aborted) return stop.abort();
    for (const child of running) child.kill("SIGKILL");
    process.exit(130); // the broker goes with us
  });
}
process.exitCode = await demo(process.argv[2] ?? "schedules.example.yml");

async function demo(file: string): Promise<number> {
  const named = BROKER_VARIABLES.some((name) => process.env[name]);
  if (!named) say("demo", "gray", "starting a RabbitMQ, which takes a few seconds");
  const broker = named ? undefined : await startRabbitmq();
  try {
    if (broker) say("demo", "gray", `RabbitMQ ${broker.version} is at ${broker.url}`);
    if (stop.signal.aborted) return 0;
    const options = ["--config", file, ...(broker ? ["--broker", broker.url] : [])];
    const clock = launch("clock", "cyan", options);
    const worker = launch("worker", "magenta", ["worker", ...options, "--drain", "5s"]);
    say("demo", "gray", "Ctrl-C ends it");
    const code = await Promise.race([asked(), clock.exited, worker.exited]);
    await worker.end();
    await clock.end();
    return code;
  } finally {
    await broker?.stop();
  }
}

/** Starts a clockd in a group of its own, so that Ctrl-C reaches it through us, in order. */
function launch(name: string, color: Color, args: string[]) {
  const command = [MAIN, ...args, "--log-format", "human"];
  const child = spawn(process.execPath, command, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  running.push(child);
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => say(name, color, line));
  }
  const exited = once(child, "close").then(([code]): number => code ?? 1);
  const end = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  return { exited, end };
}

/** Resolves when a person has asked for the end. */
async function asked(): Promise<number> {
  if (!stop.signal.aborted) await once(stop.signal, "abort");
  return 0;
}

function say(name: string, color: Color, line: string): void {
  console.log(`${styleText(color, `${name.padEnd(6)} |`)} ${line}`);
}
