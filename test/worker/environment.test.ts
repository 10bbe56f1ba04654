import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { WorkerFire } from "../../src/broker/broker.ts";
import type { RunTask } from "../../src/config/config.ts";
import { commandOf, type Surroundings } from "../../src/worker/environment.ts";
import { aTask } from "../support/task.ts";

const test = suite("the command of a fire");

const fire: WorkerFire = {
  job: "reports",
  slot: Date.UTC(2026, 11, 1, 8),
  id: "reports@2026-12-01T08:00:00Z",
  attempt: 2,
  config: "0123456789ab",
  catchUp: false,
  maybeDuplicate: false,
  epoch: 1,
  history: [],
  before: 0,
  triggered: false,
  traceparent: "00-aa-bb-01",
};
const task = aTask({ command: ["node", "report.js"], queue: "reports" });
const around: Surroundings = {
  environment: {},
  folder: "/srv/app",
  queue: "reports",
  identify: () => ({ env: {} }),
};

test("says which fire it is", () => {
  assert.equal(commandOf(fire, task, around), {
    command: ["node", "report.js"],
    env: {
      CLOCKD_JOB: "reports",
      CLOCKD_SLOT: "2026-12-01T08:00:00Z",
      CLOCKD_FIRE: "reports@2026-12-01T08:00:00Z",
      CLOCKD_ATTEMPT: "2",
      CLOCKD_QUEUE: "reports",
      TRACEPARENT: "00-aa-bb-01",
    },
    cwd: "/srv/app",
    killAfter: 10_000,
  });
});

test("has the worker's environment, the job's over it, and clockd's own over both", () => {
  const { env } = commandOf(
    fire,
    { ...task, env: { B: "job", CLOCKD_JOB: "job", C: "job" } },
    { ...around, environment: { A: "own", B: "own", CLOCKD_SLOT: "own", GONE: undefined } },
  );
  const { A, B, C, CLOCKD_JOB, CLOCKD_SLOT } = env;
  assert.equal([A, B, C], ["own", "job", "job"]);
  assert.equal([CLOCKD_JOB, CLOCKD_SLOT], ["reports", "2026-12-01T08:00:00Z"]);
  assert.not("GONE" in env);
});

test("cannot speak to systemd in the worker's name", () => {
  const environment = { NOTIFY_SOCKET: "/run/n", WATCHDOG_USEC: "1", WATCHDOG_PID: "1", A: "own" };
  const { env } = commandOf(fire, task, { ...around, environment });
  assert.equal(
    [env.A, env.NOTIFY_SOCKET, env.WATCHDOG_USEC, env.WATCHDOG_PID],
    ["own", undefined, undefined, undefined],
  );
});

test("has the message's payload as input, also when that is null or empty", () => {
  const inputOf = (payload: unknown) => commandOf({ ...fire, payload }, task, around).input;
  assert.is(inputOf({ kind: "$(id)" }), '{"kind":"$(id)"}');
  assert.is(inputOf(null), "null");
  assert.is(inputOf(""), '""');
  assert.is(inputOf(undefined), undefined);
});

test("takes nothing but environment and input from the message", () => {
  const evil = {
    ...fire,
    job: "$(id)",
    payload: "; id",
    command: "id",
    run: "id",
    cwd: "/",
    timeout: 1,
  };
  const { command, cwd, timeout } = commandOf(evil, { ...task, timeout: 5000 }, around);
  assert.equal([command, cwd, timeout], [["node", "report.js"], "/srv/app", 5000]);
});

test("runs in its folder, as seen from the file's", () => {
  const cwdOf = (cwd: string) => commandOf(fire, { ...task, cwd }, around).cwd;
  assert.is(cwdOf("./app"), "/srv/app/app");
  assert.is(cwdOf("../other"), "/srv/other");
  assert.is(cwdOf("/var/tmp"), "/var/tmp");
});

test("that inherits no environment has little more than a PATH of the worker's", () => {
  const environment = {
    ...{ PATH: "/bin", HOME: "/root", USER: "root", LANG: "C.UTF-8", TZ: "Europe/Berlin" },
    ...{ CLOCKD_BROKER_URL: "amqp://user:secret@host", AWS_SECRET: "secret", LC_ALL: "C" },
  };
  const own = { ...task, inheritEnv: false as const, env: { LANG: "de_DE", A: "b" } };
  const { env } = commandOf(fire, own, { ...around, environment });
  const clockds = commandOf(fire, task, around).env;
  assert.equal(env, {
    ...{ PATH: "/bin", HOME: "/root", USER: "root", LANG: "de_DE", TZ: "Europe/Berlin", A: "b" },
    ...clockds,
  });
});

test("has its user's variables over the worker's, and the job's over them", () => {
  const identify = () => ({ env: { HOME: "/home/deploy", USER: "deploy" } });
  const environment = { HOME: "/root", USER: "root", A: "own" };
  const { env } = commandOf(
    fire,
    { ...task, env: { HOME: "/srv" } },
    { ...around, environment, identify },
  );
  assert.equal([env.HOME, env.USER, env.A], ["/srv", "deploy", "own"]);
});

test("has no input when the job wants none, whatever the message says", () => {
  const { input } = commandOf({ ...fire, payload: { a: 1 } }, { ...task, stdin: "none" }, around);
  assert.is(input, undefined);
});

test("is confined only when the job says something of it", () => {
  const confinementOf = (more: Partial<RunTask>) =>
    commandOf(fire, { ...task, ...more }, around).confinement;
  assert.is(confinementOf({ shell: ["/bin/bash", "-c"], stdin: "none" }), undefined);
  assert.equal(confinementOf({ umask: "027", nice: 0 }), { umask: "027", nice: 0 });
  assert.equal(confinementOf({ limits: { cpu: 1000 } }), { limits: { cpu: 1000 } });
});

test("is refused when its user is", () => {
  const refused = { refused: "cannot run as user deploy: no" };
  const command = commandOf(fire, task, { ...around, identify: () => refused });
  assert.is(command.refused, refused.refused);
});

test.run();
