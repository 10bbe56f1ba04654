import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileSchedule } from "../../src/schedule/compile.ts";
import type { ScheduleSpec } from "../../src/schedule/schedule.ts";

const test = suite("a schedule");

function slots(spec: Partial<ScheduleSpec>, after: string, count: number): string[] {
  const compiled = compileSchedule({ timezone: "UTC", ...spec });
  if ("problems" in compiled) throw new Error(JSON.stringify(compiled.problems));
  const found: string[] = [];
  let slot: number | undefined = Date.parse(after);
  for (let n = 0; n < count; n++) {
    slot = compiled.schedule.next(slot);
    if (slot === undefined) break;
    found.push(new Date(slot).toISOString().replace(".000Z", "Z"));
  }
  return found;
}

function problems(spec: Partial<ScheduleSpec>): string[] {
  const compiled = compileSchedule({ timezone: "UTC", ...spec });
  if ("schedule" in compiled) return [];
  return compiled.problems.map(({ code, field, index }) =>
    [code, field, index].filter((part) => part !== undefined).join(" "),
  );
}

test("`every` has its slots at multiples since the epoch, whenever the process started", () => {
  const every = 7000;
  assert.equal(slots({ every }, "1970-01-01T00:00:00.001Z", 2), [
    "1970-01-01T00:00:07Z",
    "1970-01-01T00:00:14Z",
  ]);
  const one = slots({ every }, "2026-12-01T08:00:00Z", 50);
  const two = slots({ every }, "2026-12-01T08:00:20Z", 60);
  const later = one.filter((slot) => slot >= two[0]!);
  assert.equal(later, two.slice(0, later.length));
  for (const slot of one) assert.is(Date.parse(slot) % every, 0);
});

test("an anchor moves the slots of `every`, also those before it", () => {
  const spec = { every: 3_600_000, anchor: "2026-12-01T08:20:00Z" };
  assert.equal(slots(spec, "2026-12-01T06:00:00Z", 3), [
    "2026-12-01T06:20:00Z",
    "2026-12-01T07:20:00Z",
    "2026-12-01T08:20:00Z",
  ]);
});

test("a slot is strictly after the instant asked about", () => {
  assert.equal(slots({ every: 1000 }, "2026-12-01T08:00:00Z", 1), ["2026-12-01T08:00:01Z"]);
  assert.equal(slots({ cron: ["0 8 * * *"] }, "2026-12-01T08:00:00Z", 1), ["2026-12-02T08:00:00Z"]);
  assert.equal(slots({ cron: ["0 8 * * *"] }, "2026-12-01T07:59:59.999Z", 1), [
    "2026-12-01T08:00:00Z",
  ]);
});

test("a list of patterns fires for each, and once where they meet", () => {
  const spec = { cron: ["0 8 * * *", "0 13 * * *", "0 8,18 * * *"] };
  assert.equal(slots(spec, "2026-12-01T00:00:00Z", 4), [
    "2026-12-01T08:00:00Z",
    "2026-12-01T13:00:00Z",
    "2026-12-01T18:00:00Z",
    "2026-12-02T08:00:00Z",
  ]);
});

test("six fields begin with seconds", () => {
  assert.equal(slots({ cron: ["*/20 59 23 31 12 *"] }, "2026-12-01T00:00:00Z", 4), [
    "2026-12-31T23:59:00Z",
    "2026-12-31T23:59:20Z",
    "2026-12-31T23:59:40Z",
    "2027-12-31T23:59:00Z",
  ]);
});

test("a pattern is read in the job's zone, winter and summer", () => {
  const spec = { cron: ["0 9 1 1,7 *"], timezone: "America/New_York" };
  assert.equal(slots(spec, "2026-01-01T00:00:00Z", 2), [
    "2026-01-01T14:00:00Z",
    "2026-07-01T13:00:00Z",
  ]);
});

test("`at` is local in the zone unless it says its offset, and fires once each", () => {
  const at = ["2026-12-01T09:00:00", "2026-06-01T09:00:00+00:00", "2027-01-01"];
  assert.equal(slots({ at, timezone: "Europe/Berlin" }, "2026-01-01T00:00:00Z", 9), [
    "2026-06-01T09:00:00Z",
    "2026-12-01T08:00:00Z",
    "2026-12-31T23:00:00Z",
  ]);
});

test("thousands of moments are found at once, in order, whatever their order in the file", () => {
  const at = Array.from({ length: 20_000 }, (_, n) =>
    new Date(Date.UTC(2026, 0, 1) + ((n * 7919) % 20_000) * 3_600_000).toISOString(),
  );
  const found = slots({ at }, "2025-12-31T00:00:00Z", 20_001);
  assert.is(found.length, 20_000);
  assert.equal(found, at.map((text) => text.replace(".000Z", "Z")).sort());
});

test("`starts` is the first slot allowed, `ends` the first one not", () => {
  const spec = { every: 86_400_000, starts: "2026-12-02", ends: "2026-12-04" };
  assert.equal(slots(spec, "2026-01-01T00:00:00Z", 9), [
    "2026-12-02T00:00:00Z",
    "2026-12-03T00:00:00Z",
  ]);
});

test("what a file says of slots holds for the slots that `spread` has moved", () => {
  const spec = { every: 86_400_000, spread: 3_600_000, job: "abc" };
  const [moved] = slots(spec, "2026-12-01T00:00:00Z", 1);
  const by = Date.parse(moved!) % 86_400_000;
  assert.ok(by > 0 && by <= 3_600_000 && by % 1000 === 0);
  assert.equal(slots({ ...spec, ends: "2026-12-02T00:00:01" }, "2026-12-01T12:00:00Z", 9), []);
  const wednesday = { closes: (day: number) => (day + 4) % 7 === 3 };
  const late = { cron: ["30 23 * * 2"], spread: 10 * 3_600_000, job: "a", except: [wednesday] };
  const shift = Date.parse(slots({ ...late, except: [] }, "2026-12-01T00:00:00Z", 1)[0]!);
  assert.is(new Date(shift).getUTCDay(), 3);
  assert.equal(slots(late, "2026-12-01T00:00:00Z", 1), []);
});

test("everything that is wrong is told at once, with its place", () => {
  assert.equal(problems({ cron: ["x", "0 8 * * *", "61 * * * *"], starts: "soon" }), [
    "SCHEDULE_CRON cron 0",
    "SCHEDULE_CRON cron 2",
    "SCHEDULE_DATETIME starts",
  ]);
  assert.equal(problems({ cron: ["0 0 30 2 *"] }), ["SCHEDULE_NEVER cron 0"]);
  assert.equal(problems({ every: 1000, timezone: "Mars/Phobos" }), [
    "SCHEDULE_UNKNOWN_ZONE timezone",
  ]);
  assert.equal(problems({ every: 1000, timezone: "+02:00" }), ["SCHEDULE_UNKNOWN_ZONE timezone"]);
  assert.equal(problems({ at: ["2026-02-30", "2026-12-01T25:00:00", "2026-12-01T09:00+99:00"] }), [
    "SCHEDULE_DATETIME at 0",
    "SCHEDULE_DATETIME at 1",
    "SCHEDULE_DATETIME at 2",
  ]);
  assert.equal(problems({ every: 1000, starts: "2027-01-01", ends: "2026-01-01" }), [
    "SCHEDULE_NEVER ends",
  ]);
});

test.run();
