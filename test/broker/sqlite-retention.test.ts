import { statSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isBrokerProblem } from "../../src/broker/broker.ts";
import { createRecord } from "../../src/broker/sqlite-ledger.ts";
import { openLink } from "../../src/broker/sqlite-link.ts";
import { createTidying } from "../../src/broker/sqlite-retention.ts";
import { encodeRecordMessage } from "../../src/broker/wire-record.ts";
import { createSqliteRig, type SqliteRig } from "./sqlite-rig.ts";

const test = suite<{ rig: SqliteRig }>("What the embedded broker forgets");

test.before.each((context) => {
  context.rig = createSqliteRig();
});
test.after.each(({ rig }) => rig.close());

const DAY = 24 * 3_600_000;
const START = Date.UTC(2026, 11, 1);

test("records of more than 32 days go, and the disk has their room back", async ({ rig }) => {
  const ledger = await openLedger(rig);
  await ledger.append(20_000, START);
  await ledger.append(3000, START + 2 * DAY);
  await ledger.tidy(START + 31 * DAY);
  assert.equal(ledger.positions(), { first: 0, count: 23_000 });
  const before = ledger.size();
  await ledger.tidy(START + 33 * DAY);
  const { first, count } = ledger.positions();
  // A thousand at a time.
  assert.ok(first > 18_000 && first <= 20_000 && first + count === 23_000, `from ${first}`);
  assert.ok(ledger.size() < before / 3, `${before} to ${ledger.size()}`);
  await ledger.close();
});

test("the newest records stay, however old they are, and the next one has the next position", async ({
  rig,
}) => {
  const ledger = await openLedger(rig);
  await ledger.append(2500, START);
  await ledger.tidy(START + 400 * DAY);
  const { first, count } = ledger.positions();
  assert.ok(count >= 500 && first + count === 2500, `${count} from ${first}`);
  await ledger.append(1, START + 400 * DAY);
  assert.is(ledger.positions().count, count + 1);
  await ledger.close();
});

async function openLedger(rig: SqliteRig) {
  let now = START;
  const told = () => {};
  const options = { path: rig.path, namespace: "test", now: () => now, told };
  const link = await openLink("clock", options, (opened) => opened);
  if (isBrokerProblem(link)) throw new Error(link.message);
  const record = createRecord(link, () => now);
  const tidy = createTidying(link, () => now);
  const message = encodeRecordMessage({ kind: "mark", at: START, nonce: "x".repeat(100) });
  return {
    async append(count: number, at: number) {
      now = at;
      const written = await link.write(() => {
        for (let n = 0; n < count; n++) record(message, "ledger.mark");
      });
      assert.not.ok(isBrokerProblem(written));
    },
    async tidy(at: number) {
      now = at;
      await tidy();
    },
    positions: () =>
      rig.asOther((db) => ({
        ...db.prepare("SELECT min(position) AS first, count(*) AS count FROM ledger").get(),
      })) as { first: number; count: number },
    /** In bytes, when all is in the file. */
    size() {
      rig.asOther((db) => db.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
      return statSync(rig.path).size;
    },
    close: () => link.close(1000),
  };
}

test.run();
