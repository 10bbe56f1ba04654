import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importHeroku } from "../../src/import/heroku.ts";
import { carry, refusal } from "./carried.ts";

const test = suite("importing the clock process of a Heroku app");

const command = (job: { task: object } | undefined) =>
  (job!.task as unknown as { command: unknown }).command;

const CLOCK_RB = `require 'clockwork'
require './config/boot'
require './config/environment'

module Clockwork
  configure { |config| config[:tz] = 'Europe/Paris' }

  handler do |job|
    puts "Running #{job}"
  end

  # every midnight
  every(1.day, 'midnight.job', :at => '00:00')
  every(3.minutes, 'less.frequent') { Poll.perform_async(kind: "a") }
  every(1.hour, 'hourly', at: ['**:15', '**:45'], tz: 'UTC') do
    if Order.any?
      puts "end" unless Order.busy? # end
    end
  end
  every 1.week, "weekly", at: 'Monday 16:20' do |name, time|
    Report.send(name)
  end
  every(2.days, 'second day', at: '12:00') { Tidy.run }
  every(10.seconds, 'first', if: lambda { |t| t.day == 1 }) { One.run }
  every(PERIOD, 'computed') { Two.run }
end
`;

test("clockwork's periods and moments become schedules, and blocks Ruby that Rails runs", () => {
  const { jobs, left, yaml } = carry(importHeroku, CLOCK_RB);
  assert.equal(jobs["midnight.job"]?.spec.cron, ["0 0 * * *"]);
  assert.is(jobs["midnight.job"]?.timezone, "Europe/Paris");
  assert.equal(command(jobs["midnight.job"]), [
    "bin/rails",
    "runner",
    'job = "midnight.job"\nputs "Running #{job}"',
  ]);
  assert.is(jobs["less.frequent"]?.spec.every, 180_000);
  assert.equal(command(jobs["less.frequent"]), [
    "bin/rails",
    "runner",
    'Poll.perform_async(kind: "a")',
  ]);
  assert.equal(
    [jobs.hourly?.spec.cron, jobs.hourly?.timezone],
    [["15 * * * *", "45 * * * *"], "UTC"],
  );
  assert.match(
    String(command(jobs.hourly)),
    /^bin\/rails,runner,if Order.any\?\n {2}puts "end" unless[^\n]*\nend\n$/,
  );
  assert.equal(jobs.weekly?.spec.cron, ["20 16 * * mon"]);
  assert.equal(command(jobs.weekly), ["bin/rails", "runner", 'name = "weekly"\nReport.send(name)']);
  assert.equal(
    [jobs["second-day"]?.spec.every, jobs["second-day"]?.spec.anchor],
    [172_800_000, "1970-01-01T12:00:00"],
  );
  assert.match(left[24]!, "condition");
  assert.match(left[25]!, "PERIOD is Ruby code");
  assert.match(yaml, "# every midnight\n  # From line 13");
});

test("without Rails a block is run by Ruby, with what the file requires", () => {
  const text =
    "require 'clockwork'\nrequire './lib/poll'\ninclude Clockwork\nevery(60, 'poll') { Poll.run }\n";
  assert.equal(command(carry(importHeroku, text).jobs.poll), [
    "ruby",
    "-e",
    "require './lib/poll'\nPoll.run",
  ]);
});

test("APScheduler's triggers become schedules, and functions Python that is run", () => {
  const text = `from apscheduler.schedulers.blocking import BlockingScheduler
import os

sched = BlockingScheduler(timezone="America/New_York")

@sched.scheduled_job('interval', minutes=3)
def timed_job():
    print(os.getcwd())

@sched.scheduled_job('cron', day_of_week='mon-fri', hour=17)
def scheduled_job():
    pass

def tick():
    pass

sched.add_job(tick, 'cron', day_of_week='0,6', hour='*/2', id='ticker')
sched.add_job(elsewhere, 'interval', hours=1)
sched.add_job(tick, trigger)
sched.start()
`;
  const { jobs, left } = carry(importHeroku, text);
  assert.is(jobs["timed-job"]?.spec.every, 180_000);
  assert.equal(command(jobs["timed-job"]), [
    "python",
    "-c",
    "import os\ndef timed_job():\n    print(os.getcwd())\ntimed_job()\n",
  ]);
  const { spec, timezone } = jobs["scheduled-job"]!;
  assert.equal([spec.cron, timezone], [["0 17 * * mon-fri"], "America/New_York"]);
  assert.equal(jobs.ticker?.spec.cron, ["0 */2 * * mon,sun"]);
  assert.match(left[18]!, "elsewhere is not in this file");
  assert.match(left[19]!, "trigger is Python code");
});

test("an app.json with a cron list, and a cron.json with jobs, are carried over", () => {
  const dokku =
    '{"cron": [{"schedule": "0 5 * * *", "command": "node bin/report.js"}, {"command": "x"}]}';
  const { jobs, yaml } = carry(importHeroku, dokku);
  assert.equal(
    [jobs.report?.spec.cron, command(jobs.report)],
    [["0 5 * * *"], "node bin/report.js"],
  );
  assert.match(yaml, "NOT CARRIED OVER");
  const scalingo = '{"jobs": [{"command": "*/10 * * * * rake orders:poll", "size": "M"}]}';
  assert.equal(carry(importHeroku, scalingo).jobs["orders-poll"]?.spec.cron, ["*/10 * * * *"]);
});

test("a Procfile is refused with the file to give instead, anything else with what is read", () => {
  const procfile = "web: bundle exec puma\nclock: bundle exec clockwork clock.rb\n";
  assert.match(refusal(importHeroku, "web: node .\nclock: node clock.js\n"), "import clock.js");
  assert.match(refusal(importHeroku, procfile), "import clock.rb");
  assert.match(refusal(importHeroku, "clock: celery -A app beat\n"), "clockd import celery");
  assert.match(refusal(importHeroku, "{"), "is no JSON");
  assert.match(refusal(importHeroku, "{}"), "has no list cron");
  assert.match(refusal(importHeroku, ""), "Heroku Scheduler has no file");
  assert.match(refusal(importHeroku, "require 'clockwork'\n"), "has no every(…) in it");
});

test.run();
