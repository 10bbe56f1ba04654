import { suite } from "uvu";
import * as assert from "uvu/assert";
import { schedulesFile, show } from "./shown.ts";

const test = suite("clockd simulate");

const herd = Array.from({ length: 30 }, (_, n) => `  job-${n}: {cron: "0 4 * * *", run: date}\n`);
const JOBS = `defaults: {timezone: Europe/Berlin}\njobs:\n${herd.join("")}  off: {every: 1m, run: date, paused: true}\n`;

test("people see when the load is, who meets, and which spread would help, within the width", async () => {
  const { file, remove } = schedulesFile(JOBS);
  const flags = ["--from", "2026-10-24", "--timezone", "Europe/Berlin"];
  const { code, stdout, stderr } = await show(["simulate", file, ...flags], {
    env: { COLUMNS: "60" },
  });
  remove();
  assert.equal([code, stderr], [0, []]);
  assert.match(stdout[0]!, /: 31 jobs, 210 slots$/);
  assert.ok(stdout.includes("1 paused, left out"));
  assert.match(stdout.join("\n"), /^04 210 █{53}$/m);
  assert.match(stdout.join("\n"), /^2026-10-25 ····█·{19}$/m);
  assert.match(stdout.join("\n"), /^30 at Sat 2026-10-24 04:00 \+02:00: job-0, job-1/m);
  assert.match(stdout.join("\n"), /^Longest silence: 1 day 1 hour$/m);
  assert.match(stdout.join("\n"), /^Suggestion: spread: \d+m$/m);
  for (const line of stdout.slice(1)) {
    assert.ok(line.length <= 60, line);
    assert.not.match(line, "\u001b");
  }
});

test("with --json it is one object; times that make no sense are exit code 2", async () => {
  const { file, remove } = schedulesFile(JOBS);
  const json = await show(["simulate", file, "--json", "--from", "2026-12-01", "--to", "+1d"]);
  const load = JSON.parse(json.stdout[0]!);
  assert.equal([load.slots, load.hours.slots.length, load.busiest[0].jobs.length], [30, 24, 30]);
  assert.is(load.busiest[0].at, "2026-12-01T03:00:00Z");
  assert.ok(load.spreads[0].busiest_after < 15);
  const past = await show(["simulate", file, "--from", "2026-12-01", "--to", "2026-11-01"]);
  remove();
  assert.is(past.code, 2);
  assert.match(past.stderr[0]!, "--to is not after --from");
});

test.run();
