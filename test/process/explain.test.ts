import { suite } from "uvu";
import * as assert from "uvu/assert";
import { schedulesFile, show } from "./shown.ts";

const test = suite<{ file: string; remove(): void }>("clockd explain");

const JOBS = `defaults: {timezone: Europe/Berlin}
calendars:
  closed: {dates: [2026-12-25, {from: 2026-12-28, to: 2027-01-03}], weekdays: [sat, sun]}
jobs:
  reports:
    description: Three times a day.
    cron: ["0 8 * * *", "0 13 * * *", "0 18 * * *"]
    run: date
    except: [closed]
    starts: 2026-01-01
    ends: 2027-12-01
  nightly: {cron: "30 2 * * *", run: date, paused: true}
  friday-13: {cron: "0 9 13 * fri", run: date, day_match: and}
  spread: {cron: "H 4 * * *", run: date, spread: 10m}
  launch: {at: 2026-12-01T09:00:00, run: date}
`;

test.before.each((context) => void Object.assign(context, schedulesFile(JOBS)));
test.after.each(({ remove }) => remove());

const FROM = ["--from", "2026-12-24T11:00"];

test("a job is told in words, with the changes of its clock and its next slots", async ({
  file,
}) => {
  const { code, stdout, stderr } = await show(["explain", "reports", "--config", file, ...FROM]);
  assert.equal([code, stderr], [0, []]);
  assert.equal(stdout.slice(0, 12), [
    "reports: Three times a day.",
    "",
    "At 08:00, 13:00 and 18:00 every day.",
    "Times are those of the wall clock of Europe/Berlin.",
    "No slot before 2026-01-01T00:00:00+01:00.",
    "No slot at or after 2027-12-01T00:00:00+01:00.",
    "No slot on days that the calendar closed closes.",
    "",
    "When the clock of Europe/Berlin is changed:",
    "  2027-03-28, forward by 1 hour: no slot is moved, skipped or doubled",
    "  2027-10-31, back by 1 hour: no slot is moved, skipped or doubled",
    "",
  ]);
  assert.is(stdout[12], "Next slots:");
  assert.equal(
    stdout.slice(14).map((line) => line.trim().slice(0, 39)),
    [
      "reports  Thu 2026-12-24 13:00:00 +01:00",
      "reports  Thu 2026-12-24 18:00:00 +01:00",
      "reports  Mon 2027-01-04 08:00:00 +01:00",
      "reports  Mon 2027-01-04 13:00:00 +01:00",
      "reports  Mon 2027-01-04 18:00:00 +01:00",
    ],
  );
});

test("with --json the same facts are one object", async ({ file }) => {
  const args = ["explain", "nightly", "--config", file, "--json", ...FROM];
  const { code, stdout } = await show(args);
  assert.is(code, 0);
  assert.is(stdout.length, 1);
  const { next, ...facts } = JSON.parse(stdout[0]!);
  assert.equal(facts, {
    job: "nightly",
    description: null,
    schedule: "At 02:30 every day",
    notes: ["Times are those of the wall clock of Europe/Berlin."],
    timezone: "Europe/Berlin",
    paused: true,
    changes: [
      {
        at: "2027-03-28T03:00:00+02:00",
        direction: "forward",
        by: "1 hour",
        effect: "02:30 does not exist: one slot at 2027-03-28T03:00:00+02:00 instead",
      },
      {
        at: "2027-10-31T02:00:00+01:00",
        direction: "back",
        by: "1 hour",
        effect: "02:30 comes twice: a slot in the first pass only",
      },
    ],
  });
  assert.is(next.length, 5);
  assert.equal(next[0], {
    job: "nightly",
    slot: "2026-12-25T01:30:00Z",
    local: "2026-12-25T02:30:00+01:00",
    timezone: "Europe/Berlin",
  });
});

test("its next slots are those that next shows", async ({ file }) => {
  const flags = ["--config", file, "--json", ...FROM];
  for (const job of ["reports", "friday-13", "spread"]) {
    const explained = await show(["explain", job, ...flags]);
    const shown = await show(["next", job, "--count", "5", ...flags]);
    const slots = shown.stdout.map((line) => JSON.parse(line));
    assert.equal(JSON.parse(explained.stdout[0]!).next, slots, job);
  }
});

test("what a job makes of its own name is told as values", async ({ file }) => {
  const { stdout } = await show(["explain", "spread", "--config", file, "--json", ...FROM]);
  const { schedule, notes, next } = JSON.parse(stdout[0]!);
  const minute = /^At 04:(\d\d) every day$/.exec(schedule)![1];
  assert.is(notes[1], `H stands for minute ${Number(minute)}, made from the name spread.`);
  const offset = Date.parse(next[0].local) - Date.parse(`2026-12-25T04:${minute}:00+01:00`);
  const words = [
    [Math.floor(offset / 60_000), "minute"],
    [(offset % 60_000) / 1000, "second"],
  ].flatMap(([count, unit]) => (count ? [`${count} ${unit}${count === 1 ? "" : "s"}`] : []));
  const limit = "the job's own offset within a spread of 10 minutes";
  assert.is(notes[2], `Every slot is ${words.join(" ")} later than that: ${limit}.`);
});

test("day_match and a paused job are told", async ({ file }) => {
  const friday = await show(["explain", "friday-13", "--config", file]);
  assert.is(friday.stdout[2], "At 09:00, on day 13 of the month, but only if that is a Friday.");
  const nightly = await show(["explain", "nightly", "--config", file]);
  assert.ok(nightly.stdout.includes("Paused: none of its slots is fired."));
});

test("without a file a pattern, an interval or a moment is told", async () => {
  const pattern = await show(["explain", "--cron", "0 9 L-3 * *"]);
  assert.is(pattern.stdout[0], "At 09:00, on the day 3 days before the last day of the month.");
  assert.ok(pattern.stdout.includes("No change of the clock lies ahead in UTC."));
  const every = await show(["explain", "--every", "2h30m"]);
  assert.is(every.stdout[0], "Every 2 hours 30 minutes, counted from 1970-01-01T00:00:00Z.");
  const past = await show(["explain", "--at", "2020-01-01T09:00"]);
  assert.equal([past.code, past.stdout[0]], [0, "Once, at 2020-01-01T09:00:00+00:00."]);
  assert.is(past.stdout.at(-1), "There are no more slots.");
});

test("what cannot be told has the exit codes of next", async ({ file }) => {
  for (const [args, code, expected] of [
    [[], 2, /takes the name of a job/],
    [["report", "--config", file], 2, /there is no job "report" \(did you mean reports\?\)/],
    [["--cron", "0 0 31 4 *"], 1, /never matches any date/],
    [["--cron", "61 * * * *"], 1, /minute: "61" is not allowed/],
    [["reports", "--config", `${file}.none`], 78, /CONFIG_NOT_FOUND/],
    [["reports", "nightly", "--config", file], 2, /nightly/],
  ] as const) {
    const shown = await show(["explain", ...args]);
    assert.equal([shown.code, shown.stdout], [code, []], args.join(" "));
    assert.match(shown.stderr.join("\n"), expected);
  }
});

test("the help has an example", async () => {
  const { code, stdout } = await show(["explain", "--help"]);
  assert.is(code, 0);
  assert.match(stdout.join("\n"), 'clockd explain --cron "0 9 L * *"');
});

test.run();
