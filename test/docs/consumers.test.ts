import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openAmqp } from "../support/amqp.ts";
import { temporaryFolder } from "../support/folder.ts";
import { runClockd } from "../support/process.ts";
import { sharedBroker, uniqueNamespace } from "../support/shared.ts";
import { type Block, blocks, ROOT } from "./blocks.ts";

const test = suite("consumers that the pages show");

const SOON_MS = 30_000;
const PAGE = "docs/consumers.md";

/** How each language is started. The system's Python, for its packages are Debian's. */
const PROGRAMS: Record<string, readonly [string, ...string[]]> = {
  js: [process.execPath, "-e"],
  python: ["/usr/bin/python3", "-c"],
  ruby: ["ruby", "-e"],
};

const shown = blocks().filter(({ where }) => where.startsWith(PAGE));
const job = shown.find(({ language }) => language === "yaml")?.text;

function start({ language, text }: Block): ChildProcess {
  const [program = "", ...args] = PROGRAMS[language]!;
  return spawn(program, [...args, text], {
    cwd: ROOT,
    env: { ...process.env, AMQP_URL: sharedBroker() },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Its first line; rejects when it ends without one, or when none comes. */
async function firstLine(consumer: ChildProcess): Promise<string> {
  const signal = AbortSignal.timeout(SOON_MS);
  const [line] = await once(createInterface(consumer.stdout!), "line", { signal });
  return line;
}

test("each of them gets the fires of the job on the page", async () => {
  const folder = temporaryFolder("consumers");
  const file = join(folder.path, "schedules.yml");
  writeFileSync(file, `version: 1\nnamespace: ${uniqueNamespace("consumers")}\n${job}`);
  const examples = shown.filter(({ language }) => language in PROGRAMS);
  assert.equal(examples.map(({ language }) => language).sort(), Object.keys(PROGRAMS).sort());
  const consumers = examples.map(start);
  const lines = Promise.all(consumers.map(firstLine));
  const clock = runClockd(["--config", file, "--broker", sharedBroker()], { cwd: folder.path });
  for (const line of await lines) assert.match(line, /^tick of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  for (const consumer of consumers) {
    const exited = once(consumer, "exit");
    consumer.kill("SIGKILL");
    await exited;
  }
  await clock.stop();
  const { channel, close } = await openAmqp(sharedBroker());
  for (const language of ["node", "python", "ruby"]) await channel.deleteQueue(`ticks-${language}`);
  await channel.deleteExchange("events");
  await close();
  folder.remove();
});

test.run();
