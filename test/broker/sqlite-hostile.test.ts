import type { DatabaseSync } from "node:sqlite";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isBrokerProblem, type LedgerEntry } from "../../src/broker/broker.ts";
import { isWireProblem } from "../../src/broker/wire.ts";
import { aFire } from "../support/fire.ts";
import { until } from "../support/until.ts";
import { arrived, usable } from "./conformance.ts";
import { createSqliteRig, SOON_MS, type SqliteRig } from "./sqlite-rig.ts";

const test = suite<{ rig: SqliteRig }>("What somebody else puts into the file");

test.before.each((context) => {
  context.rig = createSqliteRig();
});
test.after.each(({ rig }) => rig.close());

const HUGE = 2n ** 60n;
const DEEP = `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
const BODY = Buffer.from(`{"version":1,"job":"a","slot":"2026-12-01T08:00:00Z"}`);

/** Each as a value that somebody may have put where headers belong. */
const HEADERS: readonly unknown[] = [
  ...["no json", "", "null", "5", '"text"', "[1,2]", '{"__proto__":{"a":1}}', DEEP, null],
  '{"x-clockd-attempt":"many","x-clockd-epoch":-1,"x-clockd-catch-up":"yes","traceparent":7}',
];

test("messages with odd headers reach a worker, and can be finished and buried", async ({
  rig,
}) => {
  const { deliveries } = await rig.worker();
  rig.asOther((db) => {
    for (const headers of HEADERS) {
      insert(db, "work", { ns: 1, queue: "default", headers, body: BODY });
      insert(db, "work", { ns: 1, queue: "default", headers, body: Buffer.alloc(0) });
    }
  });
  for (const { content, finish, bury } of await arrived(deliveries, 2 * HEADERS.length)) {
    if (isWireProblem(content)) assert.is(await bury(content.problem), true);
    else assert.is(finish(), true);
  }
  await emptied(rig);
  assert.is(count(rig, "dead"), HEADERS.length);
});

test("what was delivered more often than can be counted is delivered", async ({ rig }) => {
  const { deliveries } = await rig.worker();
  rig.asOther((db) => {
    for (const taken of [HUGE, 2n ** 63n - 1n, -5n]) {
      insert(db, "work", { ns: 1, queue: "default", taken, body: BODY });
    }
  });
  const redelivered = (await arrived(deliveries, 3)).map((delivery) => delivery.redelivered);
  assert.equal(redelivered, [true, true, false]);
});

test("odd fires among those that wait, and odd dead letters, harm no other", async ({ rig }) => {
  const { deliveries, link } = await rig.worker();
  rig.asOther((db) => {
    const numbers = [0n, -1n, -HUGE, HUGE, 2n ** 63n - 1n, -(2n ** 63n)];
    for (const since of numbers) {
      for (const due of numbers) {
        insert(db, "waiting", { ns: 1, queue: "elsewhere", since, due, body: BODY });
        insert(db, "waiting", { ns: 1, queue: "default", since, due: HUGE, body: BODY });
      }
    }
    insert(db, "waiting", { id: -HUGE, ns: 1, queue: "default", since: 0, due: 0, body: BODY });
    for (const headers of HEADERS) {
      insert(db, "waiting", { ns: 1, queue: "default", since: 0, due: 5, headers, body: BODY });
      insert(db, "dead", { ns: 1, headers: headers ?? "", body: BODY });
    }
    insert(db, "dead", { id: HUGE, ns: 1, headers: "{}", body: BODY });
  });
  assert.equal(await link.again(aFire(), 100), { kind: "confirmed" });
  await arrived(deliveries, HEADERS.length + 1);
  const letters: string[] = [];
  assert.is(await link.readDead(({ id }) => void letters.push(id)), undefined);
  assert.is(letters.length, HEADERS.length);
  assert.equal(await link.settleDead([...letters, String(HUGE), "-1"], "drop"), {
    settled: letters,
    failed: [],
  });
  assert.is(link.isLost, false);
});

test("a message with a number that nobody can say lies there, and holds up no other", async ({
  rig,
}) => {
  const { deliveries, link } = await rig.worker();
  rig.asOther((db) => {
    insert(db, "work", { id: HUGE, ns: 1, queue: "default", body: BODY });
    insert(db, "work", { id: 7, ns: 1, queue: "default", body: BODY });
  });
  await arrived(deliveries, 1);
  assert.is(link.isLost, false);
});

test("odd records are read as what they are, and those after them too", async ({ rig }) => {
  const clock = await rig.clock();
  await clock.fire(aFire());
  rig.asOther((db) => {
    for (const headers of HEADERS) record(db, { type: "fire", key: "work.default", headers });
    for (const type of [null, "", "clock", "no such"]) record(db, { type, key: "", headers: null });
    record(db, { type: "fire", key: "work.default", body: Buffer.alloc(0) });
    record(db, { type: "fire", key: "work.default", written: HUGE });
    insert(db, "ledger", { ...RECORD, position: HUGE });
    insert(db, "ledger", { ...RECORD, position: -HUGE });
  });
  const entries: LedgerEntry[] = [];
  assert.not.ok(isBrokerProblem(await clock.follow("oldest", (entry) => entries.push(entry))));
  await clock.append({ kind: "mark", at: 1, nonce: "the end" });
  await until(() => entries.some(isTheEnd), SOON_MS, "the end");
  assert.is(entries.length, 1 + HEADERS.length + 6 + 1);
  assert.not.ok(isBrokerProblem(await clock.follow({ since: 5 }, () => {})));
  assert.is(clock.isLost, false);
});

test("numbers too large where clockd counts end the link with a reason, and nothing else", async ({
  rig,
}) => {
  const changes = [
    `UPDATE namespaces SET next = ${HUGE}`,
    `UPDATE namespaces SET written = ${HUGE}`,
    `UPDATE namespaces SET leader = ${HUGE}`,
    `UPDATE links SET pid = ${HUGE}`,
    `UPDATE links SET beats = ${HUGE}, patience = ${HUGE}, started = 'x'`,
  ];
  for (const [index, sql] of changes.entries()) {
    const link = usable(await rig.broker().openClock([]));
    rig.asOther((db) => db.exec(sql));
    void link.fire(aFire());
    const { code, message } = await link.lost;
    assert.ok(["BROKER_FILE_BROKEN", "BROKER_GIVEN_UP"].includes(code), `${sql}: ${message}`);
    rig.asOther((db) => {
      const next = 1000 * (index + 1);
      db.exec(
        `UPDATE namespaces SET next = ${next}, written = 0, leader = NULL; DELETE FROM links`,
      );
    });
  }
});

test("values of another type than STRICT allows are read, and end nothing", async ({ rig }) => {
  const first = usable(await rig.broker().openClock([]));
  await first.close(1000);
  rig.asOther(withoutStrict);
  rig.asOther((db) => {
    db.exec("UPDATE namespaces SET next = 9");
    insert(db, "work", { ns: 1, queue: "default", headers: Buffer.from("{}"), body: "text" });
    insert(db, "work", { ns: 1, queue: "default", headers: 1.5, body: 7 });
    insert(db, "work", { ns: 1, queue: "default", taken: "often", body: BODY });
    const odd = { ns: 1, written: "then", type: 3, key: Buffer.from("x"), headers: 0, body: "b" };
    insert(db, "ledger", { ...odd, position: 1 });
    insert(db, "snapshots", { ns: 1, body: "no bytes" });
  });
  const { deliveries, link } = await rig.worker();
  for (const { bury } of await arrived(deliveries, 3)) assert.is(await bury("odd"), true);
  assert.is(link.isLost, false);
  const clock = await rig.clock();
  assert.is(String(await clock.readSnapshot()), "no bytes");
  const entries: LedgerEntry[] = [];
  await clock.follow("oldest", (entry) => entries.push(entry));
  await clock.append({ kind: "mark", at: 1, nonce: "the end" });
  await until(() => entries.some(isTheEnd), SOON_MS, "the end");
  await clock.follow({ since: 5 }, () => {});
  assert.is(clock.isLost, false);
});

const RECORD = { ns: 1, written: 0, type: "fire", key: "work.default", headers: null, body: BODY };

type Values = Readonly<Record<string, unknown>>;

function record(db: DatabaseSync, values: Values): void {
  const next = "UPDATE namespaces SET next = next + 1 WHERE id = 1 RETURNING next - 1 AS position";
  insert(db, "ledger", { ...RECORD, ...db.prepare(next).get(), ...values });
}

function insert(db: DatabaseSync, table: string, values: Values): void {
  const names = Object.keys(values);
  const marks = names.map(() => "?").join(", ");
  const sql = `INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks})`;
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  statement.run(...(Object.values(values) as never[]));
}

/** Takes the word out of the schema, as whoever wants to can. */
function withoutStrict(db: DatabaseSync): void {
  db.enableDefensive(false);
  db.exec("PRAGMA writable_schema = ON");
  db.exec("UPDATE sqlite_schema SET sql = replace(sql, 'STRICT, WITHOUT', 'WITHOUT')");
  db.exec("UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')')");
  db.exec("PRAGMA writable_schema = RESET");
}

function isTheEnd({ content }: LedgerEntry): boolean {
  return "nonce" in content && content.nonce === "the end";
}

function emptied(rig: SqliteRig): Promise<unknown> {
  return until(() => count(rig, "work") === 0, SOON_MS, "an empty queue");
}

function count(rig: SqliteRig, table: string): number {
  return rig.asOther((db) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n));
}

test.run();
