import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type DiffOptions, diff } from "../../src/commands/diff.ts";
import { type Repository, repository } from "../support/repository.ts";

const test = suite<Repository>("differences from a revision of git");

const OLD = `version: 1
defaults: {timezone: Europe/Berlin}
jobs:
  nightly: {cron: "0 3 * * *", run: date}
`;
const HERE = process.cwd();

test.before.each((context) => {
  Object.assign(context, repository("diff"));
});
test.after.each(({ remove }) => {
  process.chdir(HERE);
  remove();
});

/** In the folder, as the command line would run it. */
async function run(
  cwd: string,
  old: string,
  options: Partial<DiffOptions> = {},
  env: Record<string, string> = {},
) {
  process.chdir(cwd);
  const printed = { out: "", err: "" };
  const code = await diff(
    {
      ...{ old, new: "schedules.yml", days: 30, from: "2027-03-20", timezone: undefined },
      ...{ format: "json", exitCode: false, ...options },
    },
    {
      out: (text) => void (printed.out += text),
      err: (text) => void (printed.err += text),
      environment: { ...process.env, ...env },
      isTerminal: false,
      now: Date.UTC(2026, 11, 1),
      readStdin: async () => Buffer.from(""),
    },
  );
  return { code, ...printed };
}

test("files in git are read from their revision, with the calendars beside them", async ({
  folder,
  write,
  git,
}) => {
  mkdirSync(join(folder, "app"));
  const dated = (day: string) =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:${day}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  const file = `${OLD}  work: {cron: "0 9 * * *", run: date, except: [closed]}\ncalendars: {closed: {ics: days.ics}}\n`;
  write("app/schedules.yml", file);
  write("app/days.ics", dated("20270322"));
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "the first one with a: colon");
  write("app/days.ics", dated("20270323"));
  write("app/schedules.yml", file.replace("0 9", "0 10"));
  const cwd = join(folder, "app");
  for (const revision of ["main:app/schedules.yml", "HEAD:./schedules.yml"]) {
    const { code, out, err } = await run(cwd, revision);
    assert.equal([code, err], [0, ""]);
    const [{ job, fields, slots }] = JSON.parse(out).changed;
    assert.equal([job, fields.length, slots.before, slots.after], ["work", 2, 29, 29]);
  }
  const spaces = await run(cwd, "HEAD^{/first one with a: colon}:./schedules.yml");
  assert.is(spaces.code, 0, spaces.err);
});

test("a file that exists wins over a revision of the same name", async ({ folder, write, git }) => {
  write("schedules.yml", OLD);
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "first");
  const other = OLD.replace("0 3", "0 4");
  write("main:schedules.yml", other);
  write("schedules.yml", other);
  assert.is((await run(folder, "main:schedules.yml", { exitCode: true })).code, 0);
  assert.is((await run(folder, "HEAD:schedules.yml", { exitCode: true })).code, 1);
});

test("what git does not have is 78, with what to do", async ({ folder, write, git }) => {
  write("schedules.yml", OLD);
  const refused = async (old: string, env = {}) => {
    const { code, out, err } = await run(folder, old, {}, env);
    assert.equal([code, out], [78, ""], old);
    return err;
  };
  assert.match(await refused("main:schedules.yml"), /CONFIG_REVISION .*not a git repository/);
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "first");
  const missing = await refused("no such branch:schedules.yml");
  assert.match(missing, /^no such branch:schedules.yml error CONFIG_REVISION .*shallow clone/);
  assert.match(
    await refused("main:other.yml"),
    /path 'other.yml' does not exist.*top of the repository/,
  );
  assert.match(await refused("main:schedules.yml", { PATH: folder }), /there is no git to ask/);
  // What looks like a flag is never one.
  assert.match(await refused("--output=x:schedules.yml"), "CONFIG_NOT_FOUND");
});

test.run();
