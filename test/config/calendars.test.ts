import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fileBeside } from "../../src/config/beside.ts";
import type { Config, Job } from "../../src/config/config.ts";
import { diffConfigs } from "../../src/config/diff.ts";
import { loadText } from "../../src/config/load.ts";
import { createReloader, loadAtStart } from "../../src/config/reload.ts";
import type { Event } from "../../src/observe/events.ts";
import { slotsBetween } from "../../src/schedule/window.ts";
import { temporaryFolder } from "../support/folder.ts";

const test = suite<{ folder: string; remove(): void }>("calendars and the other fields of time");

test.before.each((context) => {
  const { path, remove } = temporaryFolder("calendars");
  Object.assign(context, { folder: path, remove });
});
test.after.each(({ remove }) => remove());

const NOW = Date.UTC(2026, 9, 1);

function load(body: string, folder?: string): Config {
  const { config, problems } = loadText(`version: 1\n${body}`, {
    file: "f.yml",
    role: "clock",
    environment: {},
    now: NOW,
    ...(folder === undefined ? {} : { readFile: fileBeside(join(folder, "f.yml")) }),
  });
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

const job = (fields: string, more = ""): Job =>
  load(`${more}jobs:\n  a: {run: date, ${fields}}\n`).jobs.get("a")!;

/** The slots as UTC, from a day on. */
function slots({ schedule }: Job, from: string, count: number): string[] {
  const found = slotsBetween(schedule, Date.parse(from), Infinity).take(count);
  return [...found].map((slot) => new Date(slot).toISOString().slice(0, 16));
}

const CLOSED = "calendars:\n  closed: {dates: [2026-12-25], weekdays: [sat, sun]}\n";

test("no slot is on a closed day of the job's own wall clock", () => {
  const tokyo = job('cron: "30 0 * * *", except: [closed], timezone: Asia/Tokyo', CLOSED);
  // 00:30 of the 26th in Tokyo is the 25th in UTC, and a Saturday.
  assert.equal(slots(tokyo, "2026-12-23T00:00Z", 3), [
    "2026-12-23T15:30",
    "2026-12-27T15:30",
    "2026-12-28T15:30",
  ]);
});

test("a calendar file closes the days of its events, in the zone of each job", ({ folder }) => {
  const moment = "DTSTART:20261201T230000Z\nDTEND:20261201T233000Z";
  writeFileSync(join(folder, "a.ics"), ics(moment));
  const zones = "calendars: {c: {ics: a.ics}}\ndefaults: {except: [c]}\njobs:\n";
  const { jobs } = load(
    `${zones}  utc: {cron: "0 9 * * *", run: date}\n  berlin: {cron: "0 9 * * *", run: date, timezone: Europe/Berlin}\n`,
    folder,
  );
  assert.equal(slots(jobs.get("utc")!, "2026-11-30T12:00Z", 2), [
    "2026-12-02T09:00",
    "2026-12-03T09:00",
  ]);
  assert.equal(slots(jobs.get("berlin")!, "2026-11-30T12:00Z", 2), [
    "2026-12-01T08:00",
    "2026-12-03T08:00",
  ]);
});

function ics(...lines: string[]): string {
  const event = ["BEGIN:VEVENT", "UID:1", ...lines, "END:VEVENT"];
  return ["BEGIN:VCALENDAR", ...event, "END:VCALENDAR", ""].join("\n");
}

test("an empty except takes the default away, another one replaces it", () => {
  const more = `${CLOSED}  feast: {dates: [2026-12-24]}\ndefaults: {except: [closed]}\n`;
  const from = "2026-12-23T12:00Z";
  const next = (fields: string) => slots(job(`cron: "0 9 * * *"${fields}`, more), from, 1)[0];
  assert.is(next(""), "2026-12-24T09:00");
  assert.is(next(", except: [feast]"), "2026-12-25T09:00");
  assert.is(next(", except: [feast, closed]"), "2026-12-28T09:00");
  assert.equal(slots(job('cron: "0 9 * * *", except: []', more), from, 2)[1], "2026-12-25T09:00");
});

test("day_match, dst and spread do what they say, in a job or by default", () => {
  const friday13 = ["2026-11-13T09:00", "2027-08-13T09:00"];
  const cron = 'cron: "0 9 13 * fri"';
  assert.equal(slots(job(`${cron}, day_match: and`), "2026-10-01", 2), friday13);
  assert.equal(slots(job(cron, "defaults: {day_match: and}\n"), "2026-10-01", 2), friday13);
  assert.is(slots(job(cron), "2026-10-01", 1)[0], "2026-10-02T09:00");

  const night = 'cron: "30 2 * * *", timezone: Europe/Berlin';
  const overlap = ["2026-10-25T00:30", "2026-10-25T01:30"];
  const from = "2026-10-24T12:00Z";
  assert.equal(slots(job(`${night}, dst: {overlap: both}`), from, 2), overlap);
  assert.equal(slots(job(night, "defaults: {dst: {overlap: both}}\n"), from, 2), overlap);
  const gap = "2027-03-27T12:00Z";
  assert.is(slots(job(`${night}, dst: {gap: skip}`), gap, 1)[0], "2027-03-29T00:30");
  // One half is the job's, the other the default.
  const both = job(`${night}, dst: {gap: skip}`, "defaults: {dst: {overlap: both}}\n");
  assert.equal([slots(both, from, 2)[1], slots(both, gap, 1)[0]], [overlap[1], "2027-03-29T00:30"]);

  const offsets = ["a", "b", "c", "d"].map((name) => {
    const config = load(`jobs:\n  ${name}: {every: 1h, run: date, spread: 30m}\n`);
    return config.jobs.get(name)!.schedule.next(0)! % 3_600_000;
  });
  for (const offset of offsets) assert.ok(offset % 1000 === 0 && offset <= 1_800_000, `${offset}`);
  assert.ok(new Set(offsets).size > 1);
});

test("a default that does not go with a job's kind is not used for it", () => {
  const more = "defaults: {day_match: and, dst: {gap: skip}}\n";
  assert.is(slots(job("every: 1h", more), "2026-10-01T00:00Z", 1)[0], "2026-10-01T01:00");
  assert.is(slots(job("at: 2027-01-01", more), "2026-10-01", 1)[0], "2027-01-01T00:00");
});

/** Each pair differs in one thing that changes slots. */
const DIFFERENT: Record<string, [string, string, string?, string?]> = {
  day_match: ['cron: "0 9 13 * 5"', 'cron: "0 9 13 * 5", day_match: and'],
  "dst.gap": ['cron: "0 2 * * *"', 'cron: "0 2 * * *", dst: {gap: skip}'],
  "dst.overlap": ["at: 2030-01-01", "at: 2030-01-01, dst: {overlap: both}"],
  spread: ["every: 1h, spread: 1m", "every: 1h, spread: 2m"],
  except: ["every: 1h", "every: 1h, except: [closed]", CLOSED, CLOSED],
  "a date of a calendar": [
    "every: 1h, except: [closed]",
    "every: 1h, except: [closed]",
    CLOSED,
    CLOSED.replace("12-25", "12-26"),
  ],
  "a weekday of a calendar": [
    "every: 1h, except: [closed]",
    "every: 1h, except: [closed]",
    CLOSED,
    CLOSED.replace("sat, ", ""),
  ],
};

for (const [name, [a, b, first = "", second = ""]] of Object.entries(DIFFERENT)) {
  test(`another ${name} is another schedule`, () => {
    assert.is.not(job(a, first).scheduleKey, job(b, second).scheduleKey);
    assert.is(job(a, first).scheduleKey, job(a, first).scheduleKey);
  });
}

test("what only says the default, or is called otherwise, is the same schedule", () => {
  const cron = 'cron: "0 9 13 * 5"';
  assert.is(job(cron).scheduleKey, job(`${cron}, day_match: or, spread: 0s, dst: {}`).scheduleKey);
  const renamed = CLOSED.replace("closed", "feasts");
  assert.is(
    job(`${cron}, except: [closed]`, CLOSED).scheduleKey,
    job(`${cron}, except: [feasts]`, renamed).scheduleKey,
  );
});

test("a name is part of a schedule only where slots are made from it", () => {
  const key = (name: string, fields: string) =>
    load(`jobs:\n  ${name}: {run: date, ${fields}}\n`).jobs.get(name)!.scheduleKey;
  for (const fields of ['cron: "0 9 * * thu"', "every: 1h"])
    assert.is(key("a", fields), key("b", fields));
  for (const fields of ['cron: "H 9 * * *"', "every: 1h, spread: 1m", 'cron: "0,h * * * *"']) {
    assert.is.not(key("a", fields), key("b", fields), fields);
  }
});

test("jobs of one zone share a calendar, and what is written the same a spec", () => {
  const { jobs } = load(
    `${CLOSED}defaults: {except: [closed]}\njobs:\n  a: {every: 1h, run: date}\n  b: {every: 1h, run: date}\n  c: {every: 2h, run: date}\n`,
  );
  const [a, b, c] = ["a", "b", "c"].map((name) => jobs.get(name)!.spec);
  assert.is(a, b);
  assert.is(a!.except, c!.except);
  assert.equal(
    a!.except?.map(({ name }) => name),
    ["closed"],
  );
});

test("a file that is no file is a problem, and is not waited for", ({ folder }) => {
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "latin.ics"), Buffer.from([0x42, 0xe9, 0x0a]));
  symlinkSync("/dev/zero", join(folder, "zero.ics"));
  const read = fileBeside(join(folder, "f.yml"));
  const reasons = ["none.ics", "folder", "latin.ics", "zero.ics", "f.yml/a.ics"].map((name) => {
    const found = read(name);
    return "reason" in found ? found.reason : "read";
  });
  assert.equal(reasons, [
    "there is no such file",
    "is no regular file",
    "is not UTF-8 text",
    "is no regular file",
    "there is no such file",
  ]);
  const { problems } = loadText("version: 1\ncalendars: {a: {ics: a.ics}}\njobs: {}\n", {
    file: "f.yml",
    role: "clock",
    environment: {},
    now: NOW,
  });
  assert.equal(
    problems.map(({ code, path, line, column }) => [code, path, line, column]),
    [["CONFIG_CALENDAR_FILE", "/calendars/a/ics", 2, 22]],
  );
});

/** A file with a calendar beside it, loaded, and what a reload of it tells. */
async function reloading(folder: string) {
  const path = join(folder, "f.yml");
  const write = (dates: string[]) => {
    const lines = dates.map((date) => `RDATE;VALUE=DATE:${date}`);
    writeFileSync(join(folder, "a.ics"), ics("DTSTART;VALUE=DATE:20261224", ...lines));
  };
  write([]);
  const jobs = "  open: {every: 1h, run: date}\n  shut: {every: 1h, run: date, except: [c]}\n";
  writeFileSync(path, `version: 1\ncalendars: {c: {ics: a.ics}}\njobs:\n${jobs}`);
  const events: Event[] = [];
  const time = { now: () => NOW, sleepUntil: async () => {} };
  const deps = { path, role: "clock" as const, environment: {}, time };
  const emit = (event: Event) => void events.push(event);
  let inForce = (await loadAtStart({ ...deps, emit }))!;
  const apply = async (next: Config) => {
    inForce = next;
    return undefined;
  };
  const reload = createReloader(inForce, { ...deps, emit, apply });
  const last = () => events.at(-1);
  return { write, reload, last, path, config: () => inForce };
}

test("a calendar file that has changed is noticed at the next reload", async ({ folder }) => {
  const { write, reload, last, config } = await reloading(folder);
  const before = config();
  await reload();
  assert.is(last()?.type, "config.unchanged");
  write(["20261231"]);
  await reload();
  const event = last();
  assert.is(event?.type, "config.reloaded");
  assert.equal(event?.type === "config.reloaded" && event.changed, ["shut"]);
  assert.is.not(config().hash, before.hash);
  assert.equal(diffConfigs(before, config()).changed, ["shut"]);
  await reload();
  assert.is(last()?.type, "config.unchanged");
});

test("a calendar file that has become unreadable changes nothing", async ({ folder }) => {
  const { reload, last, config } = await reloading(folder);
  const before = config();
  writeFileSync(join(folder, "a.ics"), "<html>");
  await reload();
  assert.is(last()?.type, "config.refused");
  assert.is(config(), before);
});

test.run();
