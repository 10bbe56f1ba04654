import { Writable } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boundedWriter, flushed } from "../src/streams.ts";
import { until } from "./support/until.ts";

const test = suite("what clockd writes");

/** A reader that takes nothing until it is told to. */
function slowReader() {
  const taken: string[] = [];
  let waiting: (() => void) | undefined;
  let reading = false;
  const stream = new Writable({
    write(chunk, _encoding, done) {
      taken.push(String(chunk));
      if (reading) done();
      else waiting = done;
    },
  });
  const read = () => {
    reading = true;
    waiting?.();
  };
  return { stream, taken, read };
}

test("a log that nobody reads stays bounded, and the gap is told when somebody reads again", async () => {
  const { stream, taken, read } = slowReader();
  const { write, release } = boundedWriter(stream);
  const line = `${"x".repeat(1024 * 1024)}\n`;
  for (let n = 0; n < 40; n++) write(line);
  release();
  const held = stream.writableLength;
  write(line);
  assert.ok(held < 20 * 1024 * 1024, `${held} bytes are held`);
  read();
  await until(() => taken.at(-1)?.includes("were dropped"), 5000, "a word about it");
  write("after\n");
  release();
  await flushed(stream, patient);
  const told = [...taken.join("").matchAll(/"(\d+) log lines were dropped"/g)];
  const dropped = told.reduce((sum, [, count]) => sum + Number(count), 0);
  assert.ok(dropped > 20);
  assert.is(dropped + taken.join("").split("x\n").length - 1, 41);
  assert.is(taken.at(-1), "after\n");
});

test("a log that waited comes whole and in order, however long its lines", async () => {
  const { stream, taken, read } = slowReader();
  const { write, release } = boundedWriter(stream);
  const lines = Array.from({ length: 5000 }, (_, n) => `${n} ${"é€😀".repeat(n % 40)}\n`);
  lines[2500] = `${"long ".repeat(50_000)}\n`;
  lines.slice(0, 4000).forEach(write);
  read();
  await until(() => taken.join("") === lines.slice(0, 4000).join(""), 5000, "what waited");
  lines.slice(4000).forEach(write);
  release();
  await flushed(stream, patient);
  assert.is(taken.join(""), lines.join(""));
});

test("the end waits for a reader who reads, and in a hurry not for one who does not", async () => {
  const reads = slowReader();
  reads.stream.write("last words\n");
  setImmediate(reads.read);
  await flushed(reads.stream, hurried);
  assert.is(reads.stream.writableLength, 0);
  const never = slowReader();
  never.stream.write("unread\n");
  // As long as nobody is in a hurry it waits; then it ends.
  let isHurried = false;
  let asked = 0;
  await flushed(never.stream, () => {
    if (asked++ > 0) isHurried = true;
    return isHurried;
  });
  assert.is(asked, 2);
  assert.ok(never.stream.writableLength > 0);
});

const patient = () => false;
const hurried = () => true;

test.run();
