import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeRecord, encodeRecord } from "../../src/ledger/codec.ts";
import type { FireRecord, LedgerRecord } from "../../src/ledger/record.ts";
import { isFault } from "../../src/ledger/record.ts";
import * as r from "./records.ts";
import * as runs from "./run-records.ts";

const test = suite("records that somebody else has written");

type Plain = Exclude<LedgerRecord, FireRecord>;

const SAMPLES: Record<string, Plain> = {
  missed: r.missed("a", 1, 2),
  leading: r.leading(1),
  progress: r.progress(1, 1, { open: ["a@1970-01-01T00:00:00Z"] }),
  resigned: r.progress(1, 1, { event: "resigned" }),
  "standing-by": r.standby("standing-by", "a:1", 1),
  left: r.standby("left", "a:1", 1),
  added: r.added(1, "a", "b.c_d-1"),
  removed: r.removed("a"),
  renamed: r.renamed("a", "b"),
  paused: r.paused("a"),
  resumed: r.resumed("a"),
  triggered: r.triggered("a", 1),
  "triggered with a payload": r.triggered("a", 1, { payload: { deep: [null] } }),
  finished: r.finished("a", 1, { reason: "odd" }),
  "finished by a signal": r.finished("a", 1, { ok: false, exitCode: null, signal: "SIGKILL" }),
  "finished, with all that is known of it": r.finished("a", 1, {
    ...{
      pid: 4711,
      cpuTime: 120,
      maxMemory: 52_000_000,
      tail: "the \u001b[1mend\n",
      tailCut: true,
    },
  }),
  "claimed by a worker": runs.claimed("a@1970-01-01T00:00:00Z", "n"),
  started: runs.started("a@1970-01-01T00:00:00Z", "n"),
  kept: runs.kept("a@1970-01-01T00:00:00Z", "n", { payload: [1], history: ["x"], before: 2 }),
  alive: runs.alive("n", "o"),
  parked: runs.parked("a@1970-01-01T00:00:00Z", "n"),
  lost: runs.lost("a@1970-01-01T00:00:00Z", "n"),
  "finished, and to be done again": runs.ended("a@1970-01-01T00:00:00Z", "n", {
    ...{ ok: false, end: "retry", retryIn: 0 },
  }),
  skipped: runs.skipped("a@1970-01-01T00:00:00Z"),
  "skipped for another": runs.skipped("a@1970-01-01T00:00:00Z", {
    ...{ why: "overlap", by: "a@1970-01-01T00:00:01Z", since: 1, nonce: "n" },
  }),
  dropped: runs.dropped("a@1970-01-01T00:00:00Z"),
  buried: runs.buried("a@1970-01-01T00:00:00Z", { nonce: "n" }),
  cancel: runs.cancel("a@1970-01-01T00:00:00Z"),
  claimed: r.claimed("a", 1, 2),
  sent: r.noticed("a", 1),
  failed: r.noticed("a", 1, {
    ...{ event: "failed", notice: "ping", fire: "a@1970-01-01T00:00:00Z", attempt: 2 },
    ...{ by: "ping", tries: 4, reason: "hooks.example.com answered 500" },
  }),
  mark: { kind: "mark", at: 1, nonce: "n" },
};

/** What records of older versions do not have. */
const OPTIONAL = ["payload", "retryIn", "pid", "cpuTime", "maxMemory", "tail", "tailCut"];

function isOptional(record: Plain, field: string): boolean {
  if (record.kind === "run" && record.event === "skipped") {
    return ["nonce", "by", "since"].includes(field);
  }
  if (record.kind === "run" && record.event === "buried" && field === "nonce") return true;
  if (record.kind === "notice" && ["fire", "attempt", "reason"].includes(field)) return true;
  return OPTIONAL.includes(field);
}

/** What hostile JSON may have in any place. */
const ODD: unknown[] = [
  ...[null, "", "x".repeat(2000), "-1", -1, 0, 1.5, 1e300, 9e15, 2 ** 53, true, [], {}, [[]]],
  ...[{ toString: 1, valueOf: 1 }, JSON.parse('{"__proto__": {"length": 1}}'), [null, {}, 3]],
];

const read = (value: unknown) => decodeRecord(JSON.stringify(value));
const faultOf = (value: unknown) => {
  const content = read(value);
  return isFault(content) ? content.fault : "none";
};

for (const [name, record] of Object.entries(SAMPLES)) {
  test(`${name}: it is read as it was written`, () => {
    assert.equal(decodeRecord(encodeRecord(record)), record);
  });

  test(`${name}: what a later version adds is left out`, () => {
    assert.equal(read({ version: 1, ...record, later: { a: 1 } }), record);
  });

  test(`${name}: no field may be missing, save those that need not be there`, () => {
    for (const field of Object.keys(record)) {
      if (field === "reason" && record.kind === "run") continue;
      if (isOptional(record, field)) continue;
      const { [field]: _, ...rest } = { version: 1, ...record } as Record<string, unknown>;
      assert.is(faultOf(rest), "broken", field);
    }
  });

  test(`${name}: whatever stands in a field, it is read as what it is or not at all`, () => {
    for (const field of Object.keys(record).filter((key) => key !== "payload")) {
      for (const odd of ODD) {
        const content = read({ version: 1, ...record, [field]: odd });
        if (isFault(content)) continue;
        const value = (content as unknown as Record<string, unknown>)[field];
        if (value === undefined && isOptional(record, field)) continue;
        const known = (record as unknown as Record<string, unknown>)[field];
        const isOfSameKind = typeof value === typeof known || value === null || known === null;
        assert.ok(isOfSameKind && Array.isArray(value) === Array.isArray(known), field);
        if (typeof value === "number") assert.ok(Number.isSafeInteger(value), field);
      }
    }
  });
}

test("a kind or an event that a later version has is not broken, but unknown", () => {
  assert.is(faultOf({ version: 1, kind: "later" }), "unknown-kind");
  assert.is(faultOf({ version: 1, kind: "fire", at: 1 }), "unknown-kind");
  for (const kind of ["__proto__", "constructor", "toString", "x".repeat(900)]) {
    assert.is(faultOf({ version: 1, kind, at: 1 }), "unknown-kind");
  }
  for (const record of [r.leading(1), r.removed("a"), r.finished("a", 1), r.noticed("a", 1)]) {
    assert.is(faultOf({ version: 1, ...record, event: "later" }), "unknown-kind");
  }
});

test("a record of a later version is left alone, whatever is in it", () => {
  assert.is(faultOf({ version: 2 }), "newer-version");
  assert.is(faultOf({ version: 2, kind: 5 }), "newer-version");
  for (const version of [0, -1, 1.5, "2", null, [2], 2 ** 60]) {
    assert.is(faultOf({ ...r.removed("a"), version }), "broken");
  }
});

test("what is no JSON object is broken", () => {
  for (const text of ["", "{", "null", "5", '"a"', "[]", "[[[[", "\u0000", "{}"]) {
    const content = decodeRecord(text);
    assert.ok(isFault(content) && content.fault === "broken", text);
  }
});

test("a name that no job can have is broken", () => {
  const odd = ["", "A", "a b", "a\n", "ä", "a/b", "a".repeat(101), "__proto__ ", 5, null];
  for (const job of odd) {
    assert.is(faultOf({ version: 1, ...r.paused("a"), job }), "broken");
    assert.is(faultOf({ version: 1, ...r.removed("a"), jobs: ["a", job] }), "broken");
  }
  assert.is(faultOf({ version: 1, ...r.removed("__proto__", "constructor") }), "none");
});

test("a list that no message of ours has is broken", () => {
  const many = Array.from({ length: 100_001 }, () => "a");
  assert.is(faultOf({ version: 1, ...r.removed("a"), jobs: many }), "broken");
  assert.is(faultOf({ version: 1, ...r.removed("a"), jobs: { length: 1, 0: "a" } }), "broken");
});

test("an instant that no calendar has is broken", () => {
  assert.is(faultOf({ version: 1, ...r.missed("a", 1, 8.64e15 + 1) }), "broken");
  assert.is(faultOf({ version: 1, ...r.missed("a", 2, 1) }), "broken");
  // Schedules end there: a clock that went on from it would crash.
  assert.is(faultOf({ version: 1, ...r.missed("a", 1, 8.64e15) }), "broken");
  assert.is(faultOf({ version: 1, ...r.missed("a", 1, Date.UTC(9999, 11, 29)) }), "none");
});

test("a trigger for a time far from when it was asked is broken", () => {
  const asked = { ...r.triggered("a", 10), at: 10 };
  assert.is(faultOf({ version: 1, ...asked }), "none");
  assert.is(faultOf({ version: 1, ...asked, slot: 90_000_000 }), "broken");
});

test("an epoch that leaves none to follow is broken", () => {
  assert.is(faultOf({ version: 1, ...r.leading(1), epoch: Number.MAX_SAFE_INTEGER }), "broken");
  assert.is(faultOf({ version: 1, ...r.leading(1), epoch: 0 }), "broken");
});

test("a payload too deep to be written again is broken", () => {
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  const text = (levels: number) =>
    encodeRecord(r.triggered("a", 1, { payload: "?" })).replace('"?"', deep(levels));
  assert.not(isFault(decodeRecord(text(50))));
  for (const levels of [200, 100_000]) {
    const content = decodeRecord(text(levels));
    assert.ok(isFault(content) && content.fault === "broken", String(levels));
  }
});

test("a long reason is cut, and the rest counts", () => {
  const content = read({ version: 1, ...r.missed("a", 1, 2, "x".repeat(5000)) });
  assert.ok(!isFault(content) && content.kind === "missed" && content.reason.length === 1000);
});

test("of a tail that is longer than any the end is kept, and the rest counts", () => {
  const tail = `${"x".repeat(100_000)}the end`;
  const content = read({ version: 1, ...r.finished("a", 1, { tail }) });
  assert.ok(!isFault(content) && content.kind === "run" && content.event === "finished");
  assert.is(content.tail, tail.slice(-8192));
  assert.is(content.tailCut, true);
});

test("a record that says nothing of its process is read all the same", () => {
  const text =
    '{"version":1,"kind":"run","at":2,"event":"finished","job":"a","fire":"a@1970-01-01T00:00:00Z",' +
    '"attempt":1,"ok":false,"outcome":"exited","exitCode":3,"signal":null,"startedAt":1,"endedAt":2,' +
    '"worker":"w:1","nonce":"n","message":1,"end":"done"}';
  const content = decodeRecord(text);
  assert.ok(!isFault(content) && content.kind === "run" && content.event === "finished");
  const { pid, cpuTime, maxMemory, tail, tailCut } = content;
  assert.equal([pid, cpuTime, maxMemory, tail, tailCut], Array(5));
});

test("a fault says in words what is wrong", () => {
  const content = read({ version: 1, ...r.missed("a", 1, 2), count: "many" });
  assert.ok(isFault(content));
  assert.is(content.reason, 'a missed record: "count" is not a whole number of at least 1');
});

test.run();
