import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { until } from "../support/until.ts";
import { isAlive, started } from "./started.ts";

const test = suite("a command's output");

const flood = fileURLToPath(new URL("flood.ts", import.meta.url));

async function flooded(command: string) {
  const { stdout } = await promisify(execFile)(process.execPath, [flood, command], {
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

test("comes line by line, with the name of its stream", async () => {
  const run = started("echo one; echo two >&2; printf three");
  const { tail } = await run.ended;
  assert.equal(run.stdout(), ["one", "three"]);
  assert.equal(
    run.lines.filter((l) => l.stream === "stderr"),
    [{ stream: "stderr", line: "two", truncated: false }],
  );
  assert.equal(tail.trimEnd().split("\n").toSorted(), ["one", "three", "two"]);
});

test("comes while the command is going", async () => {
  const run = started("echo ready; read line; echo got $line", { input: "" });
  await until(() => run.stdout().includes("ready"), 5000, "the first line");
  await run.ended;
  const going = started("echo ready; exec sleep 60");
  await until(() => going.stdout().includes("ready"), 5000, "the first line");
  assert.ok(isAlive(going.pid));
  going.kill("drain");
  await going.ended;
});

test("that is not UTF-8 is replaced, not refused", async () => {
  const run = started(String.raw`printf 'a\377b\r\nc\303\n'`);
  assert.ok((await run.ended).ok);
  assert.equal(run.stdout(), ["a\uFFFDb", "c\uFFFD"]);
});

test("that is still in the pipe when the command ends is not lost", async () => {
  const run = started("seq 1 30000");
  const { tail } = await run.ended;
  assert.is(run.stdout().length, 30_000);
  assert.ok(tail.endsWith("29999\n30000\n"));
});

test("of 100 MB in one endless line is cut in pieces in bounded memory", async () => {
  const result = await flooded("head -c 100000000 /dev/zero | tr '\\0' x");
  assert.is(result.bytes, 100_000_000);
  assert.is(result.longest, 16 * 1024);
  assert.ok(result.outcome.tail === `${"x".repeat(8191)}\n`, "the tail is not the end of it");
  assert.ok(result.grownMiB < 60, `grew by ${result.grownMiB} MiB`);
});

test("of 100 MB in lines is read whole in bounded memory", async () => {
  const result = await flooded("yes 'a line as programs write them' | head -c 96000000");
  assert.is(result.lines, 3_200_000);
  assert.ok(result.grownMiB < 60, `grew by ${result.grownMiB} MiB`);
});

test("that a process left behind holds open is not waited for, and that process lives on", async () => {
  const run = started("sleep 60 & echo $!; exit 3");
  const outcome = await run.ended;
  const left = Number(run.stdout()[0]);
  assert.ok(isAlive(left));
  process.kill(left, "SIGKILL");
  await until(() => !isAlive(left), 5000, "its end");
  assert.equal([outcome.kind, outcome.exitCode], ["exited", 3]);
  assert.match(outcome.reason ?? "", /held its output open/);
  assert.ok(outcome.endedAt - outcome.startedAt < 5000);
});

test.run();
