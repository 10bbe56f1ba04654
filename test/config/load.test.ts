import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Job, PublishTask, RunTask } from "../../src/config/config.ts";
import { type LoadOptions, loadText } from "../../src/config/load.ts";
import type { Webhook } from "../../src/config/notice.ts";
import { formatProblem } from "../../src/config/problem.ts";

const NOW = Date.UTC(2026, 9, 1);

function load(text: string, options: Partial<LoadOptions> = {}) {
  return loadText(text, { file: "f.yml", role: "validate", environment: {}, now: NOW, ...options });
}

function jobOf(text: string, name: string, options: Partial<LoadOptions> = {}): Job {
  const { config, problems } = load(text, options);
  assert.ok(config, problems.map(formatProblem).join("\n"));
  return config.jobs.get(name) as Job;
}

const runOf = (job: Job) => job.task as RunTask;

/** What a job has that says nothing of when it is run, and how often. */
const RETRY = {
  attempts: 1,
  delay: 10_000,
  backoff: "exponential",
  maxDelay: 600_000,
  jitter: 0.1,
};
const USUAL = { overlap: "skip", retry: RETRY, ackDeadline: 1_200_000, notices: {} };
const publishOf = (job: Job) => job.task as PublishTask;

const test = suite("loading a file");

test("a job has its own fields before those of defaults, and env is merged name by name", () => {
  const text = `
version: 1
defaults: {timezone: Europe/Berlin, queue: slow, env: {A: a, B: b}, cwd: ./app, timeout: 1m,
  kill_after: 2s, paused: true}
jobs:
  plain: {every: 5m, run: date}
  own: {every: 5m, run: [date], timezone: UTC, queue: fast, env: {B: mine, C: c}, cwd: /tmp,
    timeout: 90s, kill_after: 500ms, paused: false, payload: {a: 1}, description: Tells the date.}
`;
  const plain = jobOf(text, "plain");
  assert.is(plain.timezone, "Europe/Berlin");
  assert.is(plain.paused, true);
  const run = { kind: "run", command: "date", queue: "slow", env: { A: "a", B: "b" } };
  assert.equal(plain.task, { ...run, cwd: "./app", timeout: 60_000, killAfter: 2000, ...USUAL });
  const own = jobOf(text, "own");
  assert.is(own.description, "Tells the date.");
  assert.is(own.timezone, "UTC");
  assert.is(own.paused, false);
  const fast = {
    kind: "run",
    command: ["date"],
    queue: "fast",
    env: { A: "a", B: "mine", C: "c" },
  };
  const rest = { cwd: "/tmp", timeout: 90_000, killAfter: 500, payload: { a: 1 } };
  assert.equal(own.task, { ...fast, ...rest, ...USUAL });
});

test("what a command is started with is the job's, then that of defaults; limits key by key", () => {
  const text = `
version: 1
defaults: {shell: /bin/bash, user: deploy, group: 33, umask: "0027", nice: 10, inherit_env: false,
  stdin: none, limits: {memory: 512MB, cpu: 60s}}
jobs:
  plain: {every: 5m, run: date}
  list: {every: 5m, run: [date]}
  own: {every: 5m, run: date, shell: [/bin/dash, -e, -c], user: 0, group: www-data, umask: "077",
    nice: -20, inherit_env: true, stdin: payload, payload: 1, limits: {memory: 2GiB, open_files: 64}}
  usual: {every: 5m, run: date, shell: [/bin/sh, -c], umask: "022"}
`;
  const starting = (name: string) => {
    const { kind, command, queue, env, killAfter, payload, ...rest } = runOf(jobOf(text, name));
    const { overlap, retry, ackDeadline, notices, ...starting } = rest;
    return starting;
  };
  const same = { user: "deploy", group: "33", umask: "027", nice: 10 };
  const bare = { inheritEnv: false, stdin: "none", limits: { memory: 512_000_000, cpu: 60_000 } };
  assert.equal(starting("plain"), { ...same, ...bare, shell: ["/bin/bash", "-c"] });
  assert.equal(starting("list"), { ...same, ...bare });
  assert.equal(starting("own"), {
    ...{ user: "0", group: "www-data", umask: "077", nice: -20, shell: ["/bin/dash", "-e", "-c"] },
    limits: { memory: 2 * 2 ** 30, cpu: 60_000, openFiles: 64 },
  });
  assert.equal(starting("usual"), { ...same, ...bare, umask: "022" });
});

test("a job without any defaults has the documented ones", () => {
  const job = jobOf("version: 1\njobs: {a: {every: 5m, run: date}}", "a");
  const run = { kind: "run", command: "date", queue: "default", env: {}, killAfter: 10_000 };
  assert.equal(job.task, { ...run, ...USUAL });
  assert.is(job.timezone, "UTC");
  assert.equal(job.catchUp, { run: "latest", within: 86_400_000, max: 100 });
  assert.is(load("version: 1\njobs: {}").config?.namespace, "clockd");
});

test("catch_up is merged key by key", () => {
  const text = `
version: 1
defaults: {catch_up: {run: all, within: 2h}}
jobs:
  plain: {every: 5m, run: date}
  own: {every: 5m, run: date, catch_up: {within: 30d, max: 7}}
  none: {every: 5m, publish: {exchange: x, routing_key: y}, catch_up: {run: none}}
`;
  const catchUp = (name: string) => jobOf(text, name).catchUp;
  assert.equal(catchUp("plain"), { run: "all", within: 7_200_000, max: 100 });
  assert.equal(catchUp("own"), { run: "all", within: 30 * 86_400_000, max: 7 });
  assert.equal(catchUp("none"), { run: "none", within: 7_200_000, max: 100 });
});

test("jobs whose catch_up says the same share it", () => {
  const text = `
version: 1
defaults: {catch_up: {run: all}}
jobs:
  a: {every: 5m, run: date}
  b: {every: 6m, run: date, catch_up: {run: all, within: 1d}}
  c: {every: 7m, run: date, catch_up: {max: 100, within: 24h}}
  d: {every: 8m, run: date, catch_up: {max: 99}}
`;
  const [a, b, c, d] = [...load(text).config!.jobs.values()].map(({ catchUp }) => catchUp);
  assert.ok(a === b && b === c && c !== d);
});

test("overlap, expires and ack_deadline are the job's, then those of defaults", () => {
  const text = `
version: 1
defaults: {overlap: queue, expires: next, ack_deadline: 25m}
jobs:
  plain: {every: 5m, run: date}
  own: {every: 5m, run: date, overlap: replace, expires: 30m, ack_deadline: 1s}
`;
  const { overlap, expires, ackDeadline } = runOf(jobOf(text, "plain"));
  assert.equal([overlap, expires, ackDeadline], ["queue", "next", 1_500_000]);
  const own = runOf(jobOf(text, "own"));
  assert.equal([own.overlap, own.expires, own.ackDeadline], ["replace", 1_800_000, 1000]);
  assert.not.ok("expires" in jobOf("version: 1\njobs: {a: {every: 5m, run: date}}", "a").task);
});

test("retry is merged key by key, and jobs whose retry says the same share it", () => {
  const text = `
version: 1
defaults: {retry: {attempts: 4, on: [75, timeout]}}
jobs:
  a: {every: 1h, run: date}
  b: {every: 1h, run: date, retry: {attempts: 4, delay: 10s}}
  c: {every: 1h, run: date, retry: {on: [timeout, 75, 75]}}
  d: {every: 1h, run: date, retry: {delay: 1m, backoff: fixed, max_delay: 1h, jitter: 0, on: [1]}}
  e: {every: 2h, run: date, retry: {delay: 30m}}
`;
  const { config } = load(text);
  const [a, b, c, d, e] = [...config!.jobs.values()].map((job) => runOf(job).retry);
  assert.equal(a, { ...RETRY, attempts: 4, on: [75, "timeout"] });
  assert.ok(a === b && b === c && c !== d);
  assert.equal(d, {
    ...{ attempts: 4, delay: 60_000, backoff: "fixed", maxDelay: 3_600_000, jitter: 0, on: [1] },
  });
  assert.is(e?.maxDelay, 1_800_000, "the delay that is written is the one that is waited");
});

const noticesOf = (text: string, name: string, options: Partial<LoadOptions> = {}) =>
  runOf(jobOf(text, name, options)).notices;

test("whom to tell is the job's, then that of defaults, which jobs share", () => {
  const text = `
version: 1
defaults:
  on_failure: {webhook: "https://a.example", retries: 0, timeout: 5s}
  on_long: [{after: 10m, command: [page, ops]}]
  ping: "https://p.example/{{job}}"
jobs:
  a: {every: 1h, run: date}
  b: {every: 1h, run: date}
  own: {every: 1h, run: date, on_failure: [{command: tell}, {webhook: "https://b.example", body: {n: 1}}]}
  none: {every: 1h, run: date, on_failure: [], on_long: [], ping: {}}
`;
  const [a, b] = [...load(text).config!.jobs.values()].map((job) => runOf(job).notices);
  assert.ok(a === b);
  const webhook = { kind: "webhook", url: "https://a.example", headers: {}, retries: 0 };
  const long = { kind: "command", command: ["page", "ops"], timeout: 60_000, after: 600_000 };
  const ping = { success: "https://p.example/{{job}}", failure: "https://p.example/{{job}}/fail" };
  assert.equal(a, { failure: [{ ...webhook, timeout: 5000 }], long: [long], ping });
  const tell = { kind: "command", command: "tell", timeout: 60_000 };
  const other = { ...webhook, url: "https://b.example", retries: 3, timeout: 10_000 };
  const failure = [tell, { ...other, body: { n: 1 } }];
  assert.equal(noticesOf(text, "own"), { failure, long: [long], ping });
  assert.equal(noticesOf(text, "none"), {});
});

test("variables are replaced in addresses, headers and bodies of notices, for the worker alone", () => {
  const text = `
version: 1
jobs:
  a:
    every: 1h
    run: date
    on_failure:
      webhook: "https://\${HOST}/\${KEY}"
      headers: {Authorization: "Bearer \${KEY}", X-V: 1.10}
      body: {key: "\${KEY}", text: "{{summary}}"}
    ping: "\${PING}"
`;
  const environment = { HOST: "a.example", KEY: "s3cr3t\n", PING: "http://p.example/x/?a=1" };
  const { failure, ping } = noticesOf(text, "a", { role: "worker", environment });
  const [notice] = failure as Webhook[];
  // As new URL makes it when it is sent: without the line break.
  assert.is(new URL(notice!.url).href, "https://a.example/s3cr3t");
  assert.equal(notice?.headers, { Authorization: "Bearer s3cr3t", "X-V": "1.10" });
  assert.equal(notice?.body, { key: "s3cr3t\n", text: "{{summary}}" });
  assert.equal(ping, { success: environment.PING, failure: "http://p.example/x/fail?a=1" });
  assert.equal(load(text, { role: "clock" }).problems, []);
  const { problems } = load(text, { role: "worker" });
  assert.equal(
    problems.map(({ code }) => code),
    Array.from({ length: 5 }, () => "CONFIG_UNSET_VARIABLE"),
  );
});

test("an address that is left empty tells nobody, and one that is none is not shown", () => {
  const text = `
version: 1
jobs:
  a: {every: 1h, run: date, on_failure: [{webhook: "\${URL:-}"}], ping: "\${URL:-}"}
`;
  const byDefault = "version: 1\ndefaults: {on_failure: []}\njobs: {a: {every: 1h, run: date}}";
  assert.equal(noticesOf(byDefault, "a"), {});
  assert.equal(noticesOf(text, "a", { role: "worker" }), {});
  const { problems } = load(text, { role: "worker", environment: { URL: "s3cr3t" } });
  assert.is(problems.length, 2);
  assert.not.match(JSON.stringify(problems), "s3cr3t");
});

test("a job knows what it was called before", () => {
  const text =
    "version: 1\njobs: {b: {every: 5m, run: date, renamed_from: a}, c: {every: 5m, run: date}}";
  assert.is(jobOf(text, "b").renamedFrom, "a");
  assert.not.ok("renamedFrom" in jobOf(text, "c"));
});

test("jobs keep the order of the file, even when their names are numbers", () => {
  const text = "version: 1\njobs:\n  b: &j {every: 5m, run: date}\n  10: *j\n  2: *j\n  a: *j\n";
  assert.equal([...load(text).config!.jobs.keys()], ["b", "10", "2", "a"]);
});

test("the slots are those of the schedule", () => {
  const text = 'version: 1\njobs: {a: {cron: "0 8 * * *", timezone: Europe/Berlin, run: date}}';
  assert.is(jobOf(text, "a").schedule.next(NOW), Date.UTC(2026, 9, 1, 6));
});

test("schedules written the same have the same key, others have not", () => {
  const text = `
version: 1
defaults: {timezone: Europe/Berlin}
jobs:
  a: {cron: "0 8 * * *", run: date}
  b: {cron: ["0 8 * * *"], timezone: Europe/Berlin, run: time}
  c: {cron: "0 8 * * *", timezone: UTC, run: date}
  d: {cron: "0 8 * * *", run: date, ends: 2030-01-01}
  e: {every: 5m, run: date}
  f: {every: 5m, anchor: 2026-01-01, run: date}
`;
  const key = (name: string) => jobOf(text, name).scheduleKey;
  assert.is(key("a"), key("b"));
  assert.is(new Set(["a", "c", "d", "e", "f"].map(key)).size, 5);
});

test("numbers and booleans in env become the text that is written", () => {
  const text = `
version: 1
defaults: {env: {VERSION: 1.10}}
jobs: {a: {every: 5m, run: date, env: {HEX: 0x1F, ZERO: 007, ON: True, BIG: 1e3, PLAIN: 5}}}
`;
  const env = { VERSION: "1.10", HEX: "0x1F", ZERO: "007", ON: "True", BIG: "1e3", PLAIN: "5" };
  assert.equal(runOf(jobOf(text, "a")).env, env);
});

test("variables are replaced in env, publish and broker.url, and never in run", () => {
  const text = `
version: 1
broker: {url: "amqp://\${HOST}/\${VHOST:-shop}"}
jobs:
  a: {every: 5m, run: "echo \${HOST}", env: {A: "\${HOST}:\${PORT:-5672}", B: "$\${HOST}", C: "\${EMPTY}"}}
  b: {every: 5m, run: date, payload: "\${HOST}"}
  c: {every: 5m, publish: {exchange: "\${HOST}", routing_key: "\${EMPTY:-k}", headers: {h: "\${HOST}", n: 1},
      body: {"\${HOST}": ["\${HOST}", 1, null, true]}}}
`;
  const environment = { HOST: "mq", EMPTY: "" };
  for (const role of ["validate", "clock", "worker"] as const) {
    const { config, problems } = load(text, { role, environment });
    assert.equal(problems, []);
    assert.is(config?.brokerUrl, "amqp://mq/shop");
    const [a, b, c] = [...config!.jobs.values()] as [Job, Job, Job];
    assert.is(runOf(a).command, `echo \${HOST}`);
    assert.equal(runOf(a).env, { A: "mq:5672", B: `\${HOST}`, C: "" });
    assert.is(runOf(b).payload, `\${HOST}`);
    const { exchange, routingKey, headers, body } = publishOf(c);
    assert.equal([exchange, routingKey, headers], ["mq", "k", { h: "mq", n: 1 }]);
    assert.is(JSON.stringify(body), `{"\${HOST}":["mq",1,null,true]}`);
  }
});

test("a variable that is not set is an error for the one who needs it", () => {
  const text = `
version: 1
jobs:
  a: {every: 5m, run: date, env: {A: "\${NONE}"}}
  b: {every: 5m, publish: {exchange: x, routing_key: "\${NONE}"}}
`;
  const levels = (role: LoadOptions["role"]) =>
    load(text, { role }).problems.map(({ level, path }) => `${level} ${path}`);
  const [env, publish] = ["/jobs/a/env/A", "/jobs/b/publish/routing_key"];
  assert.equal(levels("validate"), [`warning ${env}`, `warning ${publish}`]);
  assert.equal(levels("clock"), [`error ${publish}`]);
  assert.equal(levels("worker"), [`error ${env}`]);
});

test("an unset variable leaves the broker's address open, with a warning", () => {
  const text = `version: 1\nbroker: {url: "amqp://\${NONE}"}\njobs: {}`;
  for (const role of ["validate", "clock", "worker"] as const) {
    const { config, problems } = load(text, { role });
    assert.ok(config);
    assert.is(config.brokerUrl, undefined);
    assert.equal(
      problems.map(({ level, code }) => [level, code]),
      [["warning", "CONFIG_UNSET_VARIABLE"]],
    );
  }
});

test("a variable named like a property of every object is not set", () => {
  const text = `version: 1\njobs: {a: {every: 5m, run: date, env: {A: "\${constructor:-no}"}}}`;
  assert.equal(runOf(jobOf(text, "a")).env, { A: "no" });
});

test("the value of a variable is in no problem", () => {
  const text = `
version: 1
broker: {url: "\${SECRET}"}
defaults: {env: {A: "\${SECRET}\${NONE}"}}
jobs:
  a: {every: 5m, run: date, env: {A: "\${SECRET} \${BAD VAR}", B: "\${SECRET}\\0"}}
  b: {every: 5m, publish: {exchange: "\${SECRET}", routing_key: "\${LONG}", headers: {h: "\${SECRET}\${NONE}"}}}
`;
  const environment = { SECRET: "hunter2", LONG: "hunter2".repeat(100) };
  for (const role of ["validate", "clock", "worker"] as const) {
    const { problems } = load(text, { role, environment });
    assert.ok(problems.length > 2);
    assert.not.match(JSON.stringify(problems), "hunter2");
  }
});

test("__proto__ and constructor are keys like any other, and pollute nothing", () => {
  const text = `
version: 1
jobs:
  __proto__: {every: 5m, run: date, payload: {__proto__: {polluted: true}}}
  constructor: {every: 5m, run: date, env: {__proto__: x}}
  c: {every: 5m, publish: {exchange: x, routing_key: y, body: {__proto__: {polluted: true}}}}
`;
  const { config } = load(text);
  assert.equal([...config!.jobs.keys()], ["__proto__", "constructor", "c"]);
  const payload = runOf(config!.jobs.get("__proto__")!).payload as object;
  assert.is(JSON.stringify(payload), '{"__proto__":{"polluted":true}}');
  const { body } = publishOf(config!.jobs.get("c")!);
  assert.is(JSON.stringify(body), '{"__proto__":{"polluted":true}}');
  assert.equal(Object.keys(runOf(config!.jobs.get("constructor")!).env), ["__proto__"]);
  for (const value of [{}, payload, body as object]) assert.not.ok("polluted" in value);
});

test("problems of all kinds are told at once, in the order of the file", () => {
  const text = `
version: 2
namespace: Shop
defaults: {timezone: Nowhere}
jobs:
  Bad Name: {every: 5m, run: date}
  a: {cron: "0 25 * * *", timezone: UTC, run: [echo, 1], tiemout: 5m}
  a: {every: 5m, run: date}
  b: {every: 5m, timezone: UTC, run: date, publish: {}, env: {A: "\${NONE}"}}
  c: {timezone: UTC, at: 2020-01-01}
`;
  const { config, problems } = load(text);
  assert.is(config, undefined);
  assert.equal(
    problems.map(({ line, code }) => `${line} ${code}`),
    [
      "2 CONFIG_VERSION",
      "3 CONFIG_VALUE",
      "4 SCHEDULE_UNKNOWN_ZONE",
      "6 CONFIG_NAME",
      "7 SCHEDULE_CRON",
      "7 CONFIG_TYPE",
      "7 CONFIG_UNKNOWN_KEY",
      "8 CONFIG_DUPLICATE_KEY",
      "9 CONFIG_TASK_KIND",
      "9 CONFIG_MISSING_KEY",
      "9 CONFIG_MISSING_KEY",
      "9 CONFIG_UNSET_VARIABLE",
      "10 CONFIG_TASK_KIND",
      "10 SCHEDULE_PAST",
    ],
  );
});

test("the hash tells files apart", () => {
  const hash = (text: string) => load(text, { role: "clock" }).config?.hash;
  assert.match(hash("version: 1\njobs: {}")!, /^[0-9a-f]{12}$/);
  assert.is(hash("version: 1\njobs: {}"), hash("version: 1\njobs: {}"));
  assert.is.not(hash("version: 1\njobs: {}"), hash("version: 1\njobs: {} # x"));
});

test("a byte order mark does not move the columns", () => {
  const [problem] = load("\uFEFFversoin: 1\njobs: {}").problems;
  assert.equal([problem?.line, problem?.column], [1, 1]);
});

test.run();
