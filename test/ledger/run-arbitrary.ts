import fc from "fast-check";
import { fireId } from "../../src/ledger/fire.ts";
import type { ClaimedRecord, RunRecord } from "../../src/ledger/run-record.ts";
import * as r from "./run-records.ts";

/** Few fires of two jobs, few claims and few attempts, so that records have to do with each other. */
const fire = fc
  .tuple(fc.constantFrom("a", "a", "b"), fc.integer({ min: 1, max: 3 }))
  .map((args) => fireId(...args));
const nonce = fc.constantFrom("n", "o", "p", "q");
const message = fc.integer({ min: 1, max: 3 });
const copy = fc.constantFrom("1", "1?", "2");
const overlap = fc.constantFrom("allow", "skip", "queue", "replace");
const end = fc.constantFrom("done", "retry", "dead", "given-back", "cancelled", "replaced");
const why = fc.constantFrom("overlap", "expired", "cancelled", "replaced");
const PLAIN = { noNullPrototype: true } as const;

const claim = fc.record({ message, copy, overlap, redelivered: fc.boolean() }, PLAIN);
const kept = fc.record(
  {
    payload: fc.jsonValue(),
    history: fc.array(fc.string()),
    before: fc.nat(),
    triggered: fc.boolean(),
  },
  PLAIN,
);
const left = kept.map((more) => ({
  ...{ message: 1, queue: "q", config: "c1", catchUp: false },
  ...more,
}));
const finished = fc.record(
  {
    ...{ end, message, attempt: message, ok: fc.boolean(), at: fc.integer({ min: 1, max: 60 }) },
    kept: left,
  },
  { requiredKeys: ["end", "message", "attempt", "ok", "at"], ...PLAIN },
);
const skipped = fc.record(
  { why, message, nonce, by: fire, since: fc.integer({ min: 1, max: 60 }) },
  { requiredKeys: ["why", "message"], ...PLAIN },
);
const buried = fc.record({ message, nonce }, { requiredKeys: ["message"], ...PLAIN });

export const claimRecord: fc.Arbitrary<ClaimedRecord> = fc
  .tuple(fire, nonce, claim)
  .map((args) => r.claimed(...args));

/** Any record of a run. */
export const runRecord: fc.Arbitrary<RunRecord> = fc.oneof(
  { weight: 6, arbitrary: claimRecord },
  { weight: 3, arbitrary: fc.tuple(fire, nonce, finished).map((args) => r.ended(...args)) },
  { weight: 2, arbitrary: fc.tuple(fire, nonce).map((args) => r.started(...args)) },
  fc.tuple(fire, nonce, kept).map((args) => r.kept(...args)),
  fc.tuple(fire, nonce).map((args) => r.parked(...args)),
  fc.tuple(fire, nonce).map((args) => r.lost(...args)),
  fc.tuple(fire, skipped).map((args) => r.skipped(...args)),
  fc.tuple(fire, buried).map((args) => r.buried(...args)),
  fire.map(r.dropped),
  fire.map(r.cancel),
  fc.array(nonce).map((claims) => r.alive(...claims)),
);

export const anyRuns = fc.array(runRecord, { maxLength: 40 });
