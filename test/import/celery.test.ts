import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importCelery } from "../../src/import/celery.ts";
import { carry, refusal } from "./carried.ts";

const test = suite("importing Celery's beat schedule");

const command = (job: { task: object } | undefined) =>
  (job!.task as unknown as { command: string[] }).command;

const MODULE = `"""The tasks of the shop."""
from datetime import timedelta
from celery import Celery
from celery.schedules import crontab, solar

HOUR = 60 * 60
app = Celery('shop', broker='amqp://')
app.conf.timezone = 'Europe/London'

app.conf.beat_schedule = {
    # Mondays, before the meeting
    'weekly-report': {
        'task': 'shop.tasks.report',
        'schedule': crontab(hour=7, minute=30, day_of_week='monday'),
        'args': (16, "a"),
        'kwargs': {'short': True, 'to': None},
        'options': {'queue': 'slow', 'expires': 15.0, 'priority': 3},
    },
    "poll": {"task": "shop.tasks.poll", "schedule": 30.0},
    "clean": {"task": "shop.tasks.clean", "schedule": timedelta(hours=2, minutes=30)},
    "hourly": {"task": "shop.tasks.hourly", "schedule": HOUR},
    "both": {"task": "t", "schedule": crontab(0, [8, 20], day_of_month='1-7', day_of_week='mon')},
    "sunset": {"task": "t", "schedule": solar('sunset', -37.8, 144.9)},
    "computed": {"task": "t", "schedule": interval_of("computed")},
    "quick": {"task": "t", "schedule": 0.5},
    **more_tasks,
}

@app.on_after_configure.connect
def setup(sender, **kwargs):
    sender.add_periodic_task(crontab(hour=7), hello.s('world', n=1), name='Say hello', expires=10)
`;

test("crontab, timedelta and seconds become schedules, and the task a celery call", () => {
  const { jobs, yaml } = carry(importCelery, MODULE);
  assert.equal(Object.keys(jobs), [
    "weekly-report",
    "poll",
    "clean",
    "hourly",
    "both",
    "say-hello",
  ]);
  const report = jobs["weekly-report"];
  assert.equal([report?.spec.cron, report?.timezone], [["30 7 * * mon"], "Europe/London"]);
  assert.equal(command(report), [
    ..."celery -A shop call shop.tasks.report".split(" "),
    '--args=[16,"a"]',
    '--kwargs={"short":true,"to":null}',
    "--queue=slow",
    "--expires=15",
  ]);
  assert.equal(
    [jobs.poll, jobs.clean, jobs.hourly].map((job) => job?.spec.every),
    [30_000, 9_000_000, 3_600_000],
  );
  assert.equal([jobs.both?.spec.cron, jobs.both?.spec.dayMatch], [["0 8,20 1-7 * mon"], "and"]);
  assert.match(yaml, "# Mondays, before the meeting\n  # From line 12");
  assert.match(yaml, "without the option priority");
});

test("a periodic task of add_periodic_task has its arguments, and every minute of the hour", () => {
  const job = carry(importCelery, MODULE).jobs["say-hello"];
  assert.equal(job?.spec.cron, ["* 7 * * *"]);
  assert.equal(command(job).slice(4), [
    "hello",
    '--args=["world"]',
    '--kwargs={"n":1}',
    "--expires=10",
  ]);
});

test("what only Python, or the sun, could tell stays as a comment with its line", () => {
  const { left, yaml } = carry(importCelery, MODULE);
  assert.equal(Object.keys(left).map(Number), [23, 24, 25, 26]);
  assert.match(left[23]!, "by the sun");
  assert.match(left[24]!, "interval_of(…) is Python code");
  assert.match(left[25]!, "the shortest interval is 1s");
  assert.match(yaml, "**more_tasks");
  const made = carry(importCelery, "beat_schedule = make()\n");
  assert.match(made.left[1]!, "made by Python code");
});

test("the old names of settings, items and updates are understood", () => {
  const entry = '{"task": "t", "schedule": 60}';
  const text = `CELERY_TIMEZONE = "Asia/Tokyo"
CELERYBEAT_SCHEDULE = {"a": ${entry}}
CELERY_BEAT_SCHEDULE = {"b": ${entry}}
app.conf.beat_schedule["c"] = ${entry}
app.conf.update(beat_schedule={"d": ${entry}})
class Config:
    beat_schedule = {"e": dict(task="t", schedule=60)}
`;
  const { jobs } = carry(importCelery, text, { app: "proj.app" });
  assert.equal(Object.keys(jobs), ["a", "b", "c", "d", "e"]);
  assert.equal(command(jobs.a), ["celery", "-A", "proj.app", "call", "t"]);
});

test("broken Python is read as far as it goes, and what is no such module is refused", () => {
  const { jobs } = carry(
    importCelery,
    'beat_schedule = {"a": {"task": "t", "schedule": 60}, "b": {"task": "t',
  );
  assert.equal(Object.keys(jobs), ["a"]);
  for (const text of [
    "",
    "* * * * * date\n",
    "kind: CronJob\n",
    "\u0001\u0002",
    "(".repeat(5000),
  ]) {
    assert.match(refusal(importCelery, text), "has no beat_schedule");
  }
  const deep = `beat_schedule = {"a": {"task": "t", "schedule": ${"(".repeat(3000)}60${")".repeat(3000)}}}`;
  assert.match(Object.values(carry(importCelery, deep).left).join(), "Python code");
});

test.run();
