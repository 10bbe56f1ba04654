import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isGone, ownMark, type ProcessMark } from "../../src/broker/sqlite-process.ts";
import { until } from "../support/until.ts";

const test = suite("Whether a process has ended");
const own = ownMark();

test("this process has not", () => {
  assert.not.ok(isGone(own, own));
  assert.match(own.boot, /^[0-9a-f-]{36}$/);
  assert.match(own.started, /^\d+$/);
});

test("a process that lives is told from one that ended, whatever it is called", async () => {
  // The second field of its stat is "node) Z 1 (x".
  const child = spawn(process.execPath, [
    "-e",
    "process.title='node) Z 1 (x'; setInterval(()=>{},1e6)",
  ]);
  await until(() => statOf(child.pid!).includes(") Z 1 ("), 5000, "its name");
  const mark: ProcessMark = { ...own, pid: child.pid!, started: startOf(child.pid!) };
  assert.not.ok(isGone(mark, own));
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.ok(isGone(mark, own));
});

test("a number that was used again is another process", () => {
  assert.ok(isGone({ ...own, started: String(Number(own.started) - 1) }, own));
});

test("one that has ended and that nobody has asked about is gone: a zombie holds nothing", async () => {
  // The shell becomes a sleep that never asks about its child.
  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
  const [number] = await once(parent.stdout, "data");
  const pid = Number(number);
  const isZombie = () => statOf(pid).split(") ")[1]?.startsWith("Z");
  await until(isZombie, 5000, "a zombie");
  const mark = { ...own, pid, started: startOf(pid) };
  assert.ok(isGone(mark, own));
  parent.kill("SIGKILL");
  await once(parent, "exit");
});

test("nothing is known of a process of another machine, or of another container", () => {
  const { pid } = spawnSync("true");
  const ended = { ...own, pid, started: "1" };
  assert.ok(isGone(ended, own));
  assert.not.ok(isGone({ ...ended, boot: "another" }, own));
  assert.not.ok(isGone({ ...ended, space: "pid:[1]" }, own));
});

test("a mark that nobody can have written is of nobody", () => {
  for (const pid of [-1, 0, 2 ** 40]) assert.ok(isGone({ ...own, pid }, own), String(pid));
});

function statOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, "latin1");
}

/** The 22nd field of proc_pid_stat(5). */
function startOf(pid: number): string {
  const text = statOf(pid);
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19]!;
}

test.run();
