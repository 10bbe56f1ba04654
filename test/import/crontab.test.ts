import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importCrontab } from "../../src/import/crontab.ts";
import { settle } from "../../src/import/settle.ts";
import { carry, refusal } from "./carried.ts";

const test = suite("importing a crontab");

const run = (job: { task: object } | undefined) => job?.task as Record<string, unknown>;

test("a user's crontab is carried over with its comments, variables and names", () => {
  const { yaml, jobs, left } = carry(
    importCrontab,
    `# for the shop
SHELL=/bin/bash
PATH = "/usr/local/bin:/usr/bin:/bin"
MAILTO=""

# Every night
30 4 * * *\t/opt/shop/bin/backup.sh --all >/dev/null 2>&1
@hourly cd /srv/shop && php artisan orders:poll
5 8 1,15 jan-jun mon-fri flock -n /tmp/lock nice -n 10 python3 /opt/report.py
# 0 5 * * * /bin/disabled
`,
  );
  assert.equal(left, {});
  assert.equal(Object.keys(jobs), ["backup", "orders-poll", "report"]);
  assert.equal(jobs.backup?.spec.cron, ["30 4 * * *"]);
  assert.is(run(jobs.backup).command, "/opt/shop/bin/backup.sh --all >/dev/null 2>&1");
  assert.equal(run(jobs.backup).env, { PATH: "/usr/local/bin:/usr/bin:/bin" });
  assert.match(yaml, "# Every night\n  # From line 7: 30 4 * * *");
  assert.match(yaml, "# 0 5 * * * /bin/disabled");
  assert.match(yaml, "shell: /bin/bash");
});

test("what cron does is what clockd does afterwards: runs side by side, nothing late", () => {
  const { jobs } = carry(importCrontab, "* * * * * date\n");
  assert.is(run(jobs.date).overlap, "allow");
  assert.is(jobs.date?.catchUp.run, "none");
});

test("a system's crontab is known by its path, its head or its users", () => {
  const line = "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n";
  for (const [text, options] of [
    [line, { file: "/etc/crontab" }],
    [line, { file: "etc/cron.d/hourly" }],
    [`# m h dom mon dow user\tcommand\n${line}`, {}],
    [line, {}],
    [line, { system: true }],
  ] as const) {
    const { jobs } = carry(importCrontab, text, options);
    assert.equal(Object.keys(jobs), ["cron.hourly"]);
    assert.equal(run(jobs["cron.hourly"]).user, "root");
  }
  const own = carry(importCrontab, "* * * * * php artisan schedule:run\n");
  assert.is(run(own.jobs["schedule-run"]).command, "php artisan schedule:run");
  const told = carry(importCrontab, line, { system: false });
  assert.match(String(Object.values(told.jobs).map((job) => run(job).command)), /^root cd/);
});

test("what stands behind a percent sign is standard input, and an escaped one is a percent sign", () => {
  const { jobs } = carry(
    importCrontab,
    "0 7 * * 1 mail -s Report ops%Hello,%all is well.\n0 8 * * * date +\\%F\n",
  );
  assert.is(
    run(jobs.mail).command,
    "{ mail -s Report ops\n} <<'INPUT'\nHello,\nall is well.\nINPUT\n",
  );
  assert.is(run(jobs.date).command, "date +%F");
});

test("variables hold from their line on", () => {
  const { jobs } = carry(importCrontab, "A=1\n* * * * * one\nA=2\nB=3\n* * * * * two\n");
  assert.equal(run(jobs.one).env, { A: "1" });
  assert.equal(run(jobs.two).env, { A: "2", B: "3" });
});

test("a variable that cron does not replace is not replaced by clockd either", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written
  const { jobs, draft } = carry(importCrontab, "PATH=${HOME}/bin:$PATH\n* * * * * one\n");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written
  assert.equal(run(jobs.one).env, { PATH: "${HOME}/bin:$PATH" });
  assert.is(draft.remarks.length, 1);
});

test("a day field that begins with a star narrows the other one down, as in cron", () => {
  const { jobs } = carry(importCrontab, "0 0 */2 * mon a\n0 0 13 * fri b\n0 0 * * mon c\n");
  assert.is(jobs.a?.spec.dayMatch, "and");
  assert.is(jobs.b?.spec.dayMatch, undefined);
  assert.is(jobs.c?.spec.dayMatch, undefined);
});

test("CRON_TZ is the zone, RANDOM_DELAY a spread, and ~ a value from the name", () => {
  const { jobs } = carry(importCrontab, "CRON_TZ=Asia/Tokyo\nRANDOM_DELAY=30\n~ 3~5 * * * a\n");
  assert.is(jobs.a?.timezone, "Asia/Tokyo");
  assert.equal([jobs.a?.spec.cron, jobs.a?.spec.spread], [["H H(3-5) * * *"], 1_800_000]);
  const given = carry(importCrontab, "0 3 * * * a\n", { timezone: "Europe/Berlin" });
  assert.is(given.jobs.a?.timezone, "Europe/Berlin");
});

test("what has no equivalent, or is wrong, stays as a comment with the reason", () => {
  const text =
    "* * * * * ok\n@reboot /bin/start\n61 * * * * /bin/never\nhello\n* * * * *\nCRON_TZ=Mars/Base\n";
  const { yaml, left, draft } = carry(importCrontab, text);
  assert.match(left[2]!, "no schedule for the start of a machine");
  assert.match(left[3]!, 'minute: "61" is not allowed');
  assert.match(left[4]!, "fewer than five fields");
  assert.match(left[5]!, "fewer than five fields");
  for (const line of ["@reboot /bin/start", "61 * * * * /bin/never", "hello"])
    assert.match(yaml, `#   ${line}`);
  assert.ok(draft.remarks.some(({ text }) => text.startsWith("CRON_TZ=Mars/Base")));
});

test("an anacrontab's jobs run once a period, late if need be", () => {
  const { jobs } = carry(
    importCrontab,
    "1\t5\tcron.daily\trun-parts /etc/cron.daily\n@monthly 15 m date\n3 5 t date\n",
  );
  assert.equal(jobs["cron.daily"]?.spec.cron, ["@daily"]);
  assert.is(jobs["cron.daily"]?.catchUp.run, "latest");
  assert.is(jobs.t?.spec.every, 3 * 86_400_000);
});

test("nothing of a strange file is lost, and what is no crontab is refused", () => {
  const strange = carry(
    importCrontab,
    "* * * * * a\r\n\t*\t*\t*\t*\t*\techo 'x\r\n0 0 30 2 * never\r\n",
  );
  assert.equal(Object.keys(strange.jobs), ["a", "echo"]);
  assert.match(strange.left[3]!, "never matches any date");
  assert.equal(Object.keys(carry(importCrontab, "").jobs), []);
  assert.match(
    refusal(importCrontab, "<html>\n<body>\n"),
    /is no crontab: .*line 1: .*\(a line is five fields/,
  );
});

test("ten thousand lines are carried over, each with a name of its own", () => {
  const text = Array.from({ length: 10_000 }, (_, n) => `${n % 60} * * * * /bin/job`).join("\n");
  const draft = importCrontab(text, { file: "old" });
  assert.ok(!("message" in draft));
  const yaml = settle(draft, "From old.", 0);
  assert.is(new Set(yaml.match(/^ {2}job(-\d+)?:$/gm)).size, 10_000);
});

test.run();
