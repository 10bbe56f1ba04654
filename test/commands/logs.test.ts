import { suite } from "uvu";
import * as assert from "uvu/assert";
import { textOf, whyNoRun } from "../../src/commands/logs.ts";
import type { FireStory } from "../../src/commands/logs-read.ts";
import type { FinishedRecord } from "../../src/ledger/run-record.ts";
import * as r from "../ledger/records.ts";
import { NOW } from "./state.ts";

const test = suite("what clockd logs says");

const ASKED = { job: "a", slot: NOW };
const ID = "a@2026-12-01T09:00:00Z";

function ended(more: Partial<FinishedRecord>): FinishedRecord {
  return r.finished("a", NOW, { fire: ID, startedAt: NOW, endedAt: NOW + 1200, ...more });
}

test("of a run it says how it ended, and then what it put out", () => {
  const failed = ended({
    ...{ ok: false, exitCode: 3, attempt: 2, worker: "w:9", cpuTime: 30, maxMemory: 12_300_000 },
    ...{ tail: "one\n\n  two\n" },
  });
  assert.is(
    textOf(failed),
    `${ID} attempt 2: failed (exit code 3) after 1.2 s, on w:9, 30 ms of CPU, 13 MB\none\n\n  two\n`,
  );
});

test("it says when there was no output, when it was cut, and when nobody knows", () => {
  const linesOf = (more: Partial<FinishedRecord>) =>
    textOf(ended(more)).trimEnd().split("\n").slice(1);
  assert.equal(linesOf({ tail: "" }), ["(it put nothing out)"]);
  assert.equal(linesOf({}), []);
  const [first, ...rest] = linesOf({ tail: "b\nc", tailCut: true });
  assert.match(first!, /^… \(only the end/);
  assert.equal(rest, ["b", "c"]);
});

test("what a command put out steers no terminal", () => {
  const tail =
    "\u001b[31mred\u001b[0m\t[x]\n\u001b]0;title\u0007\n10 %\r20 %\n\u202egnp.exe\n😀 ä\n";
  const shown = textOf(ended({ tail })).split("\n").slice(1, -1);
  assert.equal(shown, ["red\t[x]", " ]0;title ", "10 % 20 %", " gnp.exe", "😀 ä"]);
});

test("it says why there is no run", () => {
  const nothing = { fired: undefined, missed: undefined, triggered: undefined, begins: undefined };
  const why = (story: Partial<FireStory>) => whyNoRun(ASKED, { runs: [], ...nothing, ...story });
  assert.is(why({}), `there is no fire ${ID} in the ledger`);
  assert.is(
    why({ fired: r.fire("a", NOW) }),
    `${ID} was fired at 2026-12-01T09:00:00.000Z, and no worker has told of its end`,
  );
  const target = { kind: "publish" as const, exchange: "e", routingKey: "k", headers: {}, body: 1 };
  assert.match(why({ fired: r.fire("a", NOW, { target }) }), /exchange "e": no worker runs it$/);
  assert.is(why({ missed: r.missed("a", NOW, NOW, "too late") }), `${ID} was missed: too late`);
  assert.match(why({ triggered: r.triggered("a", NOW) }), /no clock has fired it yet$/);
  assert.is(
    why({ begins: NOW + 1000 }),
    `what became of ${ID} is not known any more: the ledger begins at 2026-12-01T09:00:01.000Z`,
  );
});

test.run();
