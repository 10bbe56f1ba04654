import { createGzip, gunzipSync, gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { emptyState } from "../../src/ledger/fold.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/ledger/snapshot.ts";
import type { LedgerState } from "../../src/ledger/state.ts";
import * as r from "./records.ts";
import { fold } from "./records.ts";

const test = suite("snapshots of what the ledger says");

/** A state with something everywhere. */
const full = () =>
  fold([
    r.fault,
    r.added(0, "a", "b", "c"),
    r.standby("standing-by", "z:9", 3),
    r.fire("a", 10, { target: { kind: "run", queue: "q", payload: { n: null } } }),
    r.fire("b", 10, {
      target: { kind: "publish", exchange: "e", routingKey: "k", headers: { h: 1 }, body: [1] },
    }),
    r.triggered("a", 12, { payload: "p" }),
    r.triggered("b", 12),
    r.paused("c", 15),
    r.finished("a", 10, { exitCode: null, signal: "SIGTERM" }),
    r.leading(20, 2),
    r.late("b", 15, { epoch: 2 }),
    r.missed("c", 3, 4),
  ]);

async function parts(state: LedgerState = full()) {
  const [head, ...rows] = gunzipSync(await encodeSnapshot(state))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { head, rows };
}

const pack = (...lines: unknown[]) =>
  gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

async function faultOf(bytes: Uint8Array): Promise<string> {
  const read = await decodeSnapshot(bytes);
  return "fault" in read ? read.fault : "none";
}

test("what was saved is read as it was", async () => {
  for (const state of [full(), emptyState()]) {
    assert.equal(await decodeSnapshot(await encodeSnapshot(state)), state);
  }
});

test("what happens after it was asked for is not in it", async () => {
  const state = full();
  const before = structuredClone(state);
  const saving = encodeSnapshot(state);
  fold([r.leading(50, 3), r.late("a", 30), r.paused("a"), r.removed("b"), r.fire("d", 60)], state);
  assert.equal(await decodeSnapshot(await saving), before);
});

test("what is known of a run beside its end makes it no larger", async () => {
  const plain = fold([r.added(0, "a"), r.finished("a", 10)]);
  const more = { pid: 7, cpuTime: 1, maxMemory: 1, tail: "x".repeat(4096), tailCut: true as const };
  const known = fold([r.added(0, "a"), r.finished("a", 10, more)]);
  assert.equal(await encodeSnapshot(known), await encodeSnapshot(plain));
});

test("a snapshot of a later version is left alone", async () => {
  const { head, rows } = await parts();
  assert.is(await faultOf(pack({ ...head, version: 2 }, ...rows)), "newer-version");
  assert.is(await faultOf(pack({ version: 2 })), "newer-version");
  for (const version of [0, "2", null]) {
    assert.is(await faultOf(pack({ ...head, version }, ...rows)), "broken");
  }
});

test("what is no snapshot is broken", async () => {
  const { head, rows } = await parts();
  const whole = await encodeSnapshot(full());
  assert.is(await faultOf(pack(head, ...rows)), "none");
  const odd: Record<string, Uint8Array> = {
    nothing: new Uint8Array(),
    "no gzip": Buffer.from("{}"),
    "half of it": whole.subarray(0, whole.length / 2),
    "a wrong byte": Buffer.concat([whole.subarray(0, 40), Buffer.of(7), whole.subarray(41)]),
    "no line": gzipSync(""),
    "half a line": gzipSync(JSON.stringify(head).slice(0, 50)),
    "no JSON": gzipSync("\uffff\n{}"),
    "a list": pack([head], ...rows),
    "no jobs": pack(head),
    "jobs twice, with others": pack(head, ...rows, [["x", 0, [], 0, 0, 0, 0, 0]]),
    "no list of jobs": pack(head, { length: 0 }),
  };
  for (const [name, bytes] of Object.entries(odd)) assert.is(await faultOf(bytes), "broken", name);
});

test("whatever stands in a field of its head, it is read as what it is or not at all", async () => {
  const { head, rows } = await parts();
  const hostile = { toString: 1, valueOf: 1 };
  for (const field of Object.keys(head)) {
    for (const odd of [null, "x", -2, 1.5, 9e15, true, [null], [[]], [1], {}, hostile, [hostile]]) {
      const read = await decodeSnapshot(pack({ ...head, [field]: odd }, ...rows));
      if (!("fault" in read)) assert.is(typeof odd, typeof head[field], field);
    }
  }
});

test("no part of an open fire may be something else", async () => {
  const { head, rows } = await parts();
  for (const [at, fire] of head.open.entries()) {
    for (const field of Object.keys(fire)) {
      for (const odd of [null, 1.5, "A B", {}, [], { kind: "other" }]) {
        if (field === "config" && odd === "A B") continue;
        const open = head.open.with(at, { ...fire, [field]: odd });
        assert.is(await faultOf(pack({ ...head, open }, ...rows)), "broken", field);
      }
    }
  }
});

test("no part of a job may be something else", async () => {
  const { head, rows } = await parts();
  const jobs: unknown[][] = rows.flat();
  for (const [at, job] of jobs.entries()) {
    for (const place of job.keys()) {
      for (const odd of [null, "A B", 1.5, {}, [null], [3, 2], [1], [[]]]) {
        const row = jobs.with(at, job.with(place, odd));
        assert.is(await faultOf(pack(head, row)), "broken", `${place} ${JSON.stringify(odd)}`);
      }
    }
  }
  assert.is(await faultOf(pack(head, [...jobs.slice(1), null])), "broken");
});

test("what would take all memory is not unpacked", async () => {
  const mebibyte = Buffer.alloc(1024 * 1024, " ");
  const zip = createGzip({ level: 1 });
  const bytes = Array.fromAsync(zip);
  for (let n = 0; n < 260; n++) if (!zip.write(mebibyte)) await drained(zip);
  zip.end();
  assert.is(await faultOf(Buffer.concat(await bytes)), "broken");
});

test("others have their turn while a hundred thousand jobs are written and read", async () => {
  const names = Array.from({ length: 100_000 }, (_, n) => `job-${n}`);
  const state = fold([r.added(0, ...names), r.leading(50)]);
  let turns = 0;
  let over = false;
  const count = () => {
    turns++;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  const read = await decodeSnapshot(await encodeSnapshot(state));
  over = true;
  assert.ok(turns > 200, `${turns} turns`);
  assert.ok(!("fault" in read) && read.jobs.size === 100_000 && read.owing.size === 100_000);
});

function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => stream.once("drain", resolve));
}

test.run();
