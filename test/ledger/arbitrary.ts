import fc from "fast-check";
import { fireId } from "../../src/ledger/fire.ts";
import type { LedgerFault, LedgerRecord } from "../../src/ledger/record.ts";
import * as r from "./records.ts";
import { runRecord } from "./run-arbitrary.ts";

/** Few jobs and few instants, so that records have to do with each other. */
const PLAIN = { noNullPrototype: true };

const job = fc.constantFrom("a", "b", "c");
const instant = fc.integer({ min: 1, max: 60 });
const epoch = fc.integer({ min: 1, max: 4 });
const clock = fc.constantFrom("x:1", "y:2");
const names = fc.uniqueArray(job, { minLength: 1 });
const payload = fc.option(fc.jsonValue(), { nil: undefined });

const target = fc.oneof(
  fc.jsonValue().map((value) => ({ kind: "run" as const, queue: "q", payload: value })),
  fc.record(
    {
      kind: fc.constant("publish" as const),
      exchange: fc.constant("e"),
      routingKey: fc.constant("k"),
      headers: fc.dictionary(fc.string(), fc.string(), PLAIN),
      body: fc.jsonValue(),
    },
    PLAIN,
  ),
);

const flags = fc.record(
  {
    epoch,
    catchUp: fc.boolean(),
    maybeDuplicate: fc.boolean(),
    triggered: fc.boolean(),
    target,
  },
  PLAIN,
);

const open = fc.array(
  fc.tuple(job, instant).map(([name, slot]) => fireId(name, slot)),
  { maxLength: 3 },
);

/** What may be known of a run. */
const known = fc.record(
  { pid: instant, cpuTime: instant, maxMemory: instant, tail: fc.string() },
  { requiredKeys: [], ...PLAIN },
);

const sign = fc
  .tuple(instant, epoch, fc.record({ caughtUp: fc.boolean(), open, at: instant, clock }, PLAIN))
  .map((args) => r.progress(...args));

/** Any record at all that is no fire. */
export const plainRecord: fc.Arbitrary<Exclude<LedgerRecord, { kind: "fire" }>> = fc.oneof(
  fc.tuple(job, instant, instant).map(([j, x, y]) => r.missed(j, Math.min(x, y), Math.max(x, y))),
  fc.tuple(instant, epoch, clock).map((args) => r.leading(...args)),
  sign,
  sign.map((record) => ({ ...record, event: "resigned" }) as typeof record),
  fc
    .tuple(fc.constantFrom("standing-by" as const, "left" as const), clock, instant)
    .map((args) => r.standby(...args)),
  fc.tuple(instant, names).map(([after, jobs]) => r.added(after, ...jobs)),
  names.map((jobs) => r.removed(...jobs)),
  fc.tuple(job, job).map((args) => r.renamed(...args)),
  fc.tuple(job, instant).map((args) => r.paused(...args)),
  job.map(r.resumed),
  fc
    .tuple(job, instant, payload)
    .map(([j, slot, value]) => r.triggered(j, slot, value === undefined ? {} : { payload: value })),
  fc
    .tuple(job, instant, fc.option(fc.integer({ min: 0, max: 255 })), fc.boolean(), known)
    .map(([j, slot, exitCode, ok, more]) => r.finished(j, slot, { exitCode, ok, ...more })),
  { weight: 4, arbitrary: runRecord },
  fc.tuple(job, instant).map((args) => r.noticed(...args)),
  fc.tuple(job, instant, instant).map((args) => r.claimed(...args)),
  instant.map((at) => ({ kind: "mark" as const, at, nonce: "m" })),
);

export const fireRecord = fc.tuple(job, instant, flags).map((args) => r.fire(...args));

/** Any record at all. */
export const anyRecord: fc.Arbitrary<LedgerRecord> = fc.oneof(
  { weight: 2, arbitrary: fireRecord },
  { weight: 3, arbitrary: plainRecord },
);

export const anyFault: fc.Arbitrary<LedgerFault> = fc.record({
  fault: fc.constantFrom("unknown-kind", "newer-version", "broken"),
  reason: fc.string(),
});

/** A ledger from its beginning, with what nobody understands in it. */
export const anyLedger = fc.array(
  fc.oneof({ weight: 20, arbitrary: anyRecord }, { weight: 1, arbitrary: anyFault }),
  { maxLength: 40 },
);
