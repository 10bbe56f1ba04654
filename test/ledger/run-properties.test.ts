import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyRefire, applyRun } from "../../src/ledger/fold-runs.ts";
import { judge } from "../../src/ledger/judge.ts";
import type { RunRecord } from "../../src/ledger/run-record.ts";
import { emptyRuns, isStanding, isTurn, type RunsState } from "../../src/ledger/run-state.ts";
import { packRuns, unpackRuns } from "../../src/ledger/snapshot-runs.ts";
import { turnOf } from "../../src/worker/turn.ts";
import { always } from "../schedule/property.ts";
import { anyRuns, claimRecord } from "./run-arbitrary.ts";
import { foldRuns } from "./run-records.ts";

const test = suite("whatever a ledger says of runs");

/** Calls `check` with what was known before and after each record. */
function eachStep(
  records: readonly RunRecord[],
  check: (before: RunsState, record: RunRecord, after: RunsState) => void,
): void {
  const state = emptyRuns();
  for (const record of records) {
    const before = structuredClone(state);
    applyRun(state, record);
    check(before, record, state);
  }
}

test("a line has the runs of its job that stand, each once, and no other line is there", () => {
  always(4000, anyRuns, (records) => {
    eachStep(records, (_, __, { runs, lines }) => {
      const standing = [...runs.values()].filter(isStanding);
      for (const [job, line] of lines) {
        assert.ok(line.length > 0 && new Set(line).size === line.length, `${job}: ${line}`);
        for (const fire of line) assert.is(runs.get(fire)?.job, job);
      }
      const inLine = [...lines.values()].flat().sort();
      assert.equal(inLine, standing.map(({ fire }) => fire).sort());
    });
  });
});

test("nobody passes anybody in a line, and who joins it joins at its end", () => {
  always(4000, anyRuns, (records) => {
    eachStep(records, (before, record, { lines }) => {
      for (const [job, line] of lines) {
        const old = before.lines.get(job) ?? [];
        const stayed = old.filter((fire) => line.includes(fire));
        assert.equal(line.slice(0, stayed.length), stayed);
        const joined = line.slice(stayed.length);
        const isClaim = record.event === "claimed";
        assert.equal(joined, isClaim && joined.length > 0 ? [record.fire] : []);
      }
    });
  });
});

test("a fire that has ended stands again only for a higher attempt", () => {
  always(4000, anyRuns, (records) => {
    const ended = new Map<string, number>();
    eachStep(records, (_, __, { runs, ended: now }) => {
      for (const [fire, message] of ended) {
        assert.ok(now.get(fire)!.message >= message, "it was forgotten");
        const run = runs.get(fire);
        if (run) assert.ok(run.message > message, `${fire} has begun again`);
      }
      for (const [fire, { message }] of now) ended.set(fire, message);
    });
  });
});

test("a run changes hands only by a claim that is judged to have it, or by an heir's start", () => {
  always(4000, anyRuns, (records) => {
    eachStep(records, (before, record, { runs }) => {
      for (const [fire, { nonce }] of runs) {
        const old = before.runs.get(fire);
        if (old?.nonce === nonce) continue;
        assert.ok(record.event === "claimed" || record.event === "started");
        assert.is(record.nonce, nonce);
        if (record.event === "started") assert.is(old?.heir?.nonce, nonce);
        else {
          assert.is(judge(before, record).kind, "run");
          assert.not(old && old.phase === "standing", "it was somebody's");
        }
      }
    });
  });
});

test("at most one claim of a fire may start, and of a job that runs one after the other", () => {
  const nonces = ["n", "o", "p", "q"];
  always(4000, anyRuns, (records) => {
    const state = foldRuns(records);
    for (const [fire, run] of state.runs) {
      const starting = nonces.filter((nonce) => turnOf(state, fire, nonce, true).kind === "start");
      assert.ok(starting.length <= 1, `${fire}: ${starting}`);
      if (starting.length > 0) assert.equal(starting, [run.nonce]);
    }
    for (const line of state.lines.values()) {
      const turns = line.filter((fire) => {
        const run = state.runs.get(fire)!;
        return run.overlap !== "allow" && isTurn(state, run);
      });
      assert.ok(turns.length <= 1, `${turns}`);
    }
  });
});

test("what a claim comes to is said of any claim, and the claims that stand are those of the fold", () => {
  always(4000, fc.tuple(anyRuns, claimRecord), ([records, claim]) => {
    const state = foldRuns(records);
    const before = structuredClone(state);
    const { kind } = judge(state, claim);
    assert.equal(state, before, "judging changes nothing");
    applyRun(state, claim);
    const run = state.runs.get(claim.fire);
    if (kind === "run") assert.is(run?.nonce, claim.nonce);
    else if (kind === "heir") assert.is(run?.heir?.nonce, claim.nonce);
    else assert.equal(state, before);
  });
});

test("a word of a claim that has no part in a run changes nothing of it", () => {
  always(4000, anyRuns, (records) => {
    eachStep(records, (before, record, after) => {
      if (record.event === "claimed" || !("nonce" in record)) return;
      const old = before.runs.get(record.fire);
      if (!old || [old.nonce, old.heir?.nonce].includes(record.nonce)) return;
      if (record.event === "skipped" || record.event === "buried") {
        if (isStanding(old) && !old.heir && old.phase === "standing") {
          assert.equal(after, before);
        }
      } else assert.equal(after, before);
    });
  });
});

test("what the ledger stands for is lost only to an end, to the one who has it next, or fired again", () => {
  always(4000, anyRuns, (records) => {
    eachStep(records, (before, record, { runs, ended }) => {
      for (const [fire, { kept, nonce, message }] of before.runs) {
        const run = runs.get(fire);
        if (!kept || run?.kept) continue;
        const isAnother = run?.nonce !== nonce || run.message !== message;
        assert.ok(ended.has(fire) || isAnother, `${record.event} has lost ${fire}`);
      }
    });
    const state = foldRuns(records);
    for (const [fire, run] of state.runs) {
      const due = run.kept !== undefined && !isStanding(run);
      assert.is(applyRefire(state, fire), due);
      assert.not(!isStanding(run) && run.kept);
    }
  });
});

test("a snapshot and what comes after it say the same as all of it, wherever it was made", () => {
  always(3000, fc.tuple(anyRuns, fc.nat()), ([records, at]) => {
    const cut = at % (records.length + 1);
    const packed = JSON.stringify(packRuns(foldRuns(records.slice(0, cut))));
    const read = unpackRuns(JSON.parse(packed));
    assert.ok(read);
    // Also the order of what is forgotten first.
    const [found, whole] = [foldRuns(records.slice(cut), read), foldRuns(records)];
    assert.equal(listed(found), listed(whole));
  });
});

function listed({ runs, lines, ended, cancelled }: RunsState) {
  const plain = JSON.parse(JSON.stringify([...runs]));
  return { runs: plain, lines: [...lines].sort(), ended: [...ended], cancelled: [...cancelled] };
}

test.run();
