import { suite } from "uvu";
import * as assert from "uvu/assert";
import { schedulesFile, show } from "./shown.ts";

const test = suite<{ file: string; remove(): void }>("clockd next");

const JOBS = `defaults: {timezone: Europe/Berlin}
calendars:
  closed: {weekdays: [sat, sun]}
jobs:
  nightly: {cron: "30 2 * * *", run: date}
  noon: {cron: "0 12 * * *", run: date, except: [closed]}
  poll: {every: 6h, run: date, timezone: UTC}
  asleep: {every: 1h, run: date, paused: true}
  launch: {at: 2026-12-01T09:00:00, run: date}
`;

test.before.each((context) => void Object.assign(context, schedulesFile(JOBS)));
test.after.each(({ remove }) => remove());

const slotsOf = (lines: string[]) => lines.map((line) => JSON.parse(line).slot);

test("with --json a slot is one line with exactly four fields", async ({ file }) => {
  const args = ["next", "nightly", "--config", file, "--from", "2026-10-24T12:00", "--json"];
  assert.equal(await show([...args, "--count", "2"]), {
    code: 0,
    stdout: [
      '{"job":"nightly","slot":"2026-10-25T00:30:00Z","local":"2026-10-25T02:30:00+02:00","timezone":"Europe/Berlin"}',
      '{"job":"nightly","slot":"2026-10-26T01:30:00Z","local":"2026-10-26T02:30:00+01:00","timezone":"Europe/Berlin"}',
    ],
    stderr: [],
  });
});

test("the slots of all jobs come in order of time, without paused ones", async ({ file }) => {
  const args = ["next", "--config", file, "--from", "2026-12-01T05:00Z", "--until", "+8h"];
  const { code, stdout, stderr } = await show([...args, "--json"]);
  assert.is(code, 0);
  assert.equal(
    stdout.map((line) => {
      const { job, slot } = JSON.parse(line);
      return `${job} ${slot}`;
    }),
    [
      "poll 2026-12-01T06:00:00Z",
      "launch 2026-12-01T08:00:00Z",
      "noon 2026-12-01T11:00:00Z",
      "poll 2026-12-01T12:00:00Z",
    ],
  );
  assert.equal(stderr, ["clockd: paused, and left out: asleep"]);
});

test("a paused job that is named is shown, and marked", async ({ file }) => {
  const args = ["next", "asleep", "--config", file, "--from", "2026-12-01", "--count", "1"];
  const { code, stdout, stderr } = await show(args);
  assert.is(code, 0);
  assert.match(stdout[0]!, /^JOB +LOCAL TIME +ZONE +UNTIL THEN +NOTE$/);
  assert.match(stdout[1]!, /^asleep +Tue 2026-12-01 02:00:00 \+01:00 +Europe\/Berlin .* paused$/);
  assert.equal(stderr, ["clockd: paused: asleep"]);
});

test("the slot at --from is not shown, the one at --until is", async () => {
  const args = ["next", "--every", "1h", "--json", "--from", "2026-12-01T09:00"];
  const { stdout } = await show([...args, "--until", "2026-12-01T11:00"]);
  assert.equal(slotsOf(stdout), ["2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z"]);
});

test("ten slots are shown unless told otherwise, with --until all of them", async () => {
  const args = ["next", "--cron", "* * * * *", "--json", "--from", "2026-12-01"];
  assert.is((await show(args)).stdout.length, 10);
  assert.is((await show([...args, "--until", "+1h"])).stdout.length, 60);
  assert.is((await show([...args, "--until", "+1h", "--count", "7"])).stdout.length, 7);
});

test("a window with very many slots ends at 100,000 and says so", async () => {
  const args = ["next", "--every", "1s", "--json", "--from", "2026-12-01", "--until", "+30d"];
  const { code, stdout, stderr } = await show(args);
  assert.is(code, 0);
  assert.is(stdout.length, 100_000);
  assert.equal(stderr, ["clockd: only the first 100000 slots are shown: there are more"]);
});

test("without a file a pattern, an interval or a moment is shown, and job is null", async () => {
  const from = ["--json", "--count", "1", "--from", "2026-12-01"];
  const berlin = ["--timezone", "Europe/Berlin"];
  const cron = await show(["next", "--cron", "0 9 * * *", ...berlin, ...from]);
  const line = '"slot":"2026-12-01T08:00:00Z","local":"2026-12-01T09:00:00+01:00"';
  assert.equal(cron.stdout, [`{"job":null,${line},"timezone":"Europe/Berlin"}`]);
  const two = await show(["next", "--cron", "0 9 * * *", "--cron", "0 8 * * *", ...from]);
  assert.equal(slotsOf(two.stdout), ["2026-12-01T08:00:00Z"]);
  const every = await show(["next", "--every", "90m", ...from]);
  assert.equal(slotsOf(every.stdout), ["2026-12-01T01:30:00Z"]);
  const at = await show(["next", "--at", "2026-12-24T18:00", ...berlin, ...from]);
  assert.equal(slotsOf(at.stdout), ["2026-12-24T17:00:00Z"]);
});

test("--from is local in --timezone, and may be a distance from now", async () => {
  const args = ["next", "--cron", "0 * * * *", "--timezone", "Asia/Kolkata", "--json", "--count"];
  const { stdout } = await show([...args, "1", "--from", "2026-12-01T09:10"]);
  assert.equal(slotsOf(stdout), ["2026-12-01T04:30:00Z"]);
  for (const [from, hours] of [["+2d", 48] as const, ["-12h", -12] as const]) {
    const shown = await show([...args, "1", `--from=${from}`]);
    const ahead = Date.parse(slotsOf(shown.stdout)[0]) - Date.now();
    assert.ok(Math.abs(ahead / 3_600_000 - hours) <= 1.1, `${from}: ${ahead}`);
  }
});

test("people see a table with the zone, the distance and what the clock's change did", async () => {
  const args = ["next", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "--count", "2"];
  const spring = await show([...args, "--from", "2027-03-27T12:00"]);
  assert.match(spring.stdout[0]!, /^LOCAL TIME +ZONE +UNTIL THEN +NOTE$/);
  const moved =
    /^Sun 2027-03-28 03:00:00 \+02:00 {2}Europe\/Berlin .* moved: 02:30 does not exist$/;
  assert.match(spring.stdout[1]!, moved);
  assert.match(spring.stdout[2]!, /^Mon 2027-03-29 02:30:00 \+02:00 {2}Europe\/Berlin /);
  const halves = [...args.with(2, "*/30 2 * * *").with(6, "4"), "--from", "2026-10-24T12:00"];
  const autumn = await show(halves);
  assert.equal(
    autumn.stdout.slice(1).map((line) => line.replace(/ {2}Europe.*ago *(?= {2}\S)/, "")),
    [
      "Sun 2026-10-25 02:00:00 +02:00  first of two",
      "Sun 2026-10-25 02:30:00 +02:00  first of two",
      "Sun 2026-10-25 02:00:00 +01:00  second of two",
      "Sun 2026-10-25 02:30:00 +01:00  second of two",
    ],
  );
  for (const line of [...spring.stdout, ...autumn.stdout]) assert.not.match(line, "\u001b");
});

test("how long until then is told in words", async () => {
  const { stdout } = await show(["next", "--every", "1d", "--count", "3"]);
  assert.match(
    stdout[1]!,
    / in (\d+ hours?( \d+ (minutes?|seconds?))?|\d+ (minutes?|seconds?).*)$/,
  );
  assert.match(stdout[2]!, / in 1 day( \d+ (hours?|minutes?|seconds?))?$/);
});

test("an unknown job is exit code 2, with the name that was meant", async ({ file }) => {
  const { code, stdout, stderr } = await show(["next", "nigthly", "--config", file]);
  assert.equal([code, stdout], [2, []]);
  assert.is(stderr[0], 'clockd: there is no job "nigthly" (did you mean nightly?)');
});

test("a pattern that is wrong or never matches is exit code 1 with a sentence", async () => {
  for (const [args, expected] of [
    [["--cron", "61 * * * *"], /minute: "61" is not allowed/],
    [["--cron", "0 0 30 2 *"], /"0 0 30 2 \*" never matches any date/],
    [["--cron", "0 9 * *"], /4 fields/],
    [["--every", "5 minutes"], /--every takes a duration/],
    [["--every", "0s"], /--every takes a duration/],
    [["--at", "tomorrow"], /"tomorrow" is not a date or date-time/],
  ] as const) {
    const { code, stdout, stderr } = await show(["next", ...args]);
    assert.equal([code, stdout], [1, []], args.join(" "));
    assert.match(stderr[0]!, expected);
  }
});

test("a file that is refused is exit code 78, with its problems", async ({ file }) => {
  const bad = schedulesFile("jobs:\n  a: {every: 1h, run: date, tiemzone: UTC}\n");
  const { code, stdout, stderr } = await show(["next", "--config", bad.file]);
  bad.remove();
  assert.equal([code, stdout], [78, []]);
  assert.match(stderr[0]!, /schedules\.yml:3:\d+ error CONFIG_UNKNOWN_KEY .*did you mean timezone/);
  const none = await show(["next", "--config", `${file}.none`]);
  assert.is(none.code, 78);
  assert.match(none.stderr[0]!, "CONFIG_NOT_FOUND");
});

test("what cannot be understood is exit code 2 with a sentence", async ({ file }) => {
  for (const [args, expected] of [
    [["--cron", "@daily", "--every", "1h"], /--cron and --every cannot be given together/],
    [["--cron", "@daily", "--config", file], /--config and --cron cannot be given together/],
    [["nightly", "--cron", "@daily"], /name and --cron cannot be given together/],
    [["--cron", "@daily", "--from", "soon"], /--from takes .*, got "soon"/],
    [["--cron", "@daily", "--until", "2026-13-01"], /--until takes/],
    [["--cron", "@daily", "--from", "2027-01-01", "--until", "2026-01-01"], /is before --from/],
    [["--cron", "@daily", "--count", "0"], /--count takes a whole number/],
    [["--cron", "@daily", "--timezone", "Europe/Berlyn"], /"Europe\/Berlyn" is not a time zone/],
    [["--cron", "@daily", "--form", "now"], /form \(did you mean from\?\)/],
  ] as const) {
    const { code, stderr } = await show(["next", ...args]);
    assert.is(code, 2, args.join(" "));
    assert.match(stderr[0]!, expected);
    assert.match(stderr[1]!, /^Try: clockd( next)? --help$/);
  }
});

test("a schedule without slots in that time says so, and is no failure", async () => {
  const { code, stdout, stderr } = await show(["next", "--at", "2020-01-01"]);
  assert.equal([code, stdout], [0, []]);
  assert.equal(stderr, ["clockd: there is no slot in that time"]);
});

test("the help has an example", async () => {
  const { code, stdout } = await show(["next", "--help"]);
  assert.is(code, 0);
  assert.match(stdout.join("\n"), 'clockd next --cron "30 2 * * *" --timezone Europe/Berlin');
});

test.run();
