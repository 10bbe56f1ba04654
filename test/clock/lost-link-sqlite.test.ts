import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fireId } from "../../src/ledger/fire.ts";
import { temporaryFolder } from "../support/folder.ts";
import { assertNothingLost, minute } from "./lost-link.ts";
import { mortalSqlite } from "./mortal-sqlite.ts";

const test = suite("SQLite: a link that is lost in the middle of a burst");

/** Runs it, and is sure that nothing is lost, and nothing sent twice, not even with a flag. */
async function survive(lastArrives: boolean, lives: number[], more = {}): Promise<void> {
  const folder = temporaryFolder("mortal");
  try {
    const run = await minute(mortalSqlite(`${folder.path}/clockd.db`, lastArrives), lives, more);
    assertNothingLost(run);
    assert.ok(run.events.some(({ type }) => type === "broker.lost"));
    const ids = run.arrived.map(({ job, slot }) => fireId(job, slot));
    assert.ok(ids.length > 100);
    assert.is(new Set(ids).size, ids.length, "a fire was sent twice");
    assert.equal(
      run.arrived.filter(({ maybeDuplicate }) => maybeDuplicate),
      [],
    );
  } finally {
    folder.remove();
  }
}

for (const lastArrives of [true, false]) {
  const last = lastArrives ? "whose last thing was written" : "whose last thing was not written";

  test(`after so many things, again and again, ${last}`, async () => {
    for (const life of [3, 4, 7, 23, 60]) {
      await survive(
        lastArrives,
        Array.from({ length: 40 }, () => life),
      );
    }
  });

  test(`and once more while it catches up after an outage, ${last}`, async () => {
    for (let life = 3; life < 60; life += 8) {
      await survive(lastArrives, [life, 3, life, 5, 4], { connectDelay: 7000 });
    }
  });

  test(`after a sleep of the machine, in the late work, ${last}`, async () => {
    for (let life = 42; life < 130; life += 13) await survive(lastArrives, [life], { step: 9000 });
  });
}

test.run();
