import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { until } from "../support/until.ts";
import { FAILED, FINE, MISSED, notifying, RUN, serving, taskOf } from "./notice-rig.ts";

const SOON_MS = 10_000;
const test = suite("notices");

test("a failure is posted as JSON with all there is to say, but for the output", () =>
  serving((service) =>
    notifying(async ({ notifier, records, recorded }) => {
      notifier.failed(RUN, taskOf(`on_failure: {webhook: "${service.url}/hook?key=1"}`), FAILED);
      await recorded(1);
      const [got] = service.got;
      assert.equal([got?.method, got?.path], ["POST", "/hook?key=1"]);
      assert.equal(got?.headers["content-type"], "application/json");
      assert.equal(got?.headers["user-agent"], "clockd");
      assert.equal(JSON.parse(got!.body), {
        notice: "failure",
        summary: "reports failed with exit code 3 after 12s (slot 2026-12-01T08:00:00Z, attempt 4)",
        ...{ worker: "host:7", job: "reports", fire: "reports@2026-12-01T08:00:00Z" },
        ...{ slot: "2026-12-01T08:00:00Z", attempt: 4, queue: "nightly", outcome: "exited" },
        ...{ exit_code: 3, signal: null, reason: null, started_at: "2026-12-01T08:00:01.000Z" },
        ...{ ended_at: "2026-12-01T08:00:13.000Z", duration: "12s" },
        ...{ count: null, first: null, last: null },
      });
      const { at, ...record } = records[0]!;
      assert.ok(Math.abs(at - Date.now()) < 60_000);
      assert.equal(record, {
        ...{ kind: "notice", event: "sent", notice: "failure", job: "reports" },
        ...{ fire: RUN.fire.id, attempt: 4, by: "webhook", to: service.host, tries: 1 },
        worker: "host:7",
      });
    }),
  ));

test("a body of one's own is filled in, with headers of one's own", () =>
  serving((service) =>
    notifying(async ({ notifier, recorded }) => {
      const body =
        'body: {text: "{{summary}}\\n{{tail}}", n: ["{{ attempt }}", "{{signal}}", "-{{signal}}-", 1, null]}';
      const headers =
        "headers: {Authorization: Bearer s3cr3t, X-Number: 5, content-type: text/odd}";
      const task = taskOf(`on_failure: {webhook: "${service.url}", ${headers}, ${body}}`);
      notifier.failed(RUN, task, FAILED);
      await recorded(1);
      const { headers: got, body: sent } = service.got[0]!;
      assert.equal([got.authorization, got["x-number"]], ["Bearer s3cr3t", "5"]);
      assert.is(got["content-type"], "text/odd");
      const { text, n } = JSON.parse(sent);
      assert.match(text, /^reports failed with exit code 3 .*\nsaid "no"\n$/);
      assert.equal(n, [4, null, "--", 1, null]);
    }),
  ));

test("a body that is text is sent as text", () =>
  serving((service) =>
    notifying(async ({ notifier, recorded }) => {
      const body = 'body: "{{job}}: {{tail}} {{{{job}}}} {{no placeholder}}"';
      notifier.failed(RUN, taskOf(`on_failure: {webhook: "${service.url}", ${body}}`), FAILED);
      await recorded(1);
      const { headers, body: sent } = service.got[0]!;
      assert.is(headers["content-type"], "text/plain; charset=utf-8");
      assert.is(sent, 'reports: said "no"\n {{reports}} {{no placeholder}}');
    }),
  ));

test("a name and a password in an address are sent as such", () =>
  serving((service) =>
    notifying(async ({ notifier, records, recorded }) => {
      const url = service.url.replace("://", "://us%40er:s3cr3t@");
      notifier.failed(RUN, taskOf(`on_failure: {webhook: "${url}/x"}`), FAILED);
      await recorded(1);
      const basic = Buffer.from("us@er:s3cr3t").toString("base64");
      assert.is(service.got[0]?.headers.authorization, `Basic ${basic}`);
      assert.is(records[0]?.to, service.host);
    }),
  ));

test("each of several notices is sent, whatever becomes of the others", () =>
  serving((service) =>
    notifying(async ({ notifier, records, recorded }) => {
      const notices = [
        `{webhook: "${service.url}/1"}`,
        `{command: [./missing]}`,
        `{command: 'exit 3'}`,
        `{webhook: "${service.url}/2"}`,
      ];
      notifier.failed(RUN, taskOf(`on_failure: [${notices.join()}]`), FAILED);
      await recorded(4);
      const paths = service.got.map(({ path }) => path);
      assert.equal(paths.toSorted(), ["/1", "/2"]);
      const ends = records.map(({ event, to, reason }) => [event, to, reason]);
      assert.equal(ends.filter(([event]) => event === "failed").toSorted(), [
        ["failed", "./missing", "cannot find program ./missing: ENOENT"],
        ["failed", "a shell", "exit code 3"],
      ]);
    }),
  ));

test("a job that wants to tell nobody tells nobody", () =>
  notifying(async ({ notifier, records, events, claims }) => {
    const task = taskOf("timeout: 1m");
    notifier.failed(RUN, task, FAILED);
    notifier.succeeded(RUN, task, FINE);
    notifier.recovered(RUN, task, FINE);
    notifier.missed(MISSED, task);
    notifier.started(RUN, task)();
    await notifier.idle();
    assert.equal([records, events, claims], [[], [], []]);
  }));

test("a command has the job's folder and environment, and all there is to say", () =>
  notifying(
    async ({ notifier, events, folder, recorded }) => {
      const tell = "env > env.txt; cat > input.json; echo told; echo twice >&2";
      const fields = `env: {OWN: mine}, inherit_env: false, on_failure: {command: "${tell}"}`;
      notifier.failed(RUN, taskOf(fields), FAILED);
      await recorded(1);
      const env = readFileSync(join(folder, "env.txt"), "utf8").split("\n");
      for (const expected of [
        "OWN=mine",
        "CLOCKD_NOTICE=failure",
        "CLOCKD_SUMMARY=reports failed with exit code 3 after 12s (slot 2026-12-01T08:00:00Z, attempt 4)",
        ...["CLOCKD_JOB=reports", "CLOCKD_FIRE=reports@2026-12-01T08:00:00Z", "CLOCKD_ATTEMPT=4"],
        ...["CLOCKD_SLOT=2026-12-01T08:00:00Z", "CLOCKD_QUEUE=nightly", "CLOCKD_OUTCOME=exited"],
        ...["CLOCKD_EXIT_CODE=3", "CLOCKD_SIGNAL=", "TRACEPARENT=00-aa-bb-01"],
      ]) {
        assert.ok(env.includes(expected), `${expected} in ${env.join(" ")}`);
      }
      assert.not.match(env.join(" "), /KEY_OF_OTHERS|CLOCKD_TAIL/);
      const facts = JSON.parse(readFileSync(join(folder, "input.json"), "utf8"));
      assert.equal([facts.exit_code, facts.tail], [3, 'said "no"\n']);
      const lines = events.flatMap((event) => (event.type === "notice.output" ? event.line : []));
      assert.equal(lines.toSorted(), ["told", "twice"]);
    },
    { environment: { PATH: process.env.PATH, KEY_OF_OTHERS: "s3cr3t" } },
  ));

test("a recovery is told as one", () =>
  serving((service) =>
    notifying(async ({ notifier, records, recorded }) => {
      notifier.recovered(RUN, taskOf(`on_recovery: {webhook: "${service.url}"}`), FINE);
      await recorded(1);
      const { notice, summary } = JSON.parse(service.got[0]!.body);
      const words = "reports is ok again after 12s (slot 2026-12-01T08:00:00Z, attempt 4)";
      assert.equal([notice, summary, records[0]?.notice], ["recovery", words, "recovery"]);
    }),
  ));

test("missed slots are told once, by the worker whose claim is the first", () =>
  serving((service) =>
    notifying(async ({ notifier, claims, recorded }) => {
      const task = taskOf(`on_missed: {webhook: "${service.url}"}`);
      notifier.missed(MISSED, task);
      notifier.missed(MISSED, task);
      await recorded(1);
      await notifier.idle();
      assert.is(service.got.length, 1);
      const { summary, count, first, fire } = JSON.parse(service.got[0]!.body);
      const range = "from 2026-12-01T06:00:00Z to 2026-12-01T08:00:00Z";
      assert.is(summary, `reports missed 3 slots ${range}: no clock led`);
      assert.equal([count, first, fire], [3, "2026-12-01T06:00:00Z", null]);
      const [one, two] = claims;
      assert.equal([one?.job, one?.first, one?.last], ["reports", MISSED.first, MISSED.last]);
      assert.is.not(one?.nonce, two?.nonce);
    }),
  ));

test("missed slots that cannot be claimed are told by nobody", () =>
  serving((service) =>
    notifying(
      async ({ notifier }) => {
        notifier.missed(MISSED, taskOf(`on_missed: {webhook: "${service.url}"}`));
        await notifier.idle();
        assert.is(service.got.length, 0);
      },
      { claim: () => Promise.reject(new Error("the broker is away")) },
    ),
  ));

test("a run that is long is told while it goes on, and each notice has its own time", () =>
  serving((service) =>
    notifying(async ({ notifier, recorded }) => {
      const notices = `[{after: 2s, webhook: "${service.url}/2"}, {after: 1s, webhook: "${service.url}/1"}]`;
      const ended = notifier.started(RUN, taskOf(`on_long: ${notices}`));
      await recorded(1);
      assert.is(service.got.length, 1);
      await recorded(2);
      ended();
      assert.equal(
        service.got.map(({ path, body }) => [path, JSON.parse(body).summary]),
        [
          ["/1", "reports is still going after 1s (slot 2026-12-01T08:00:00Z, attempt 4)"],
          ["/2", "reports is still going after 2s (slot 2026-12-01T08:00:00Z, attempt 4)"],
        ],
      );
    }),
  ));

test("a run that has ended in time is not told of", () =>
  serving((service) =>
    notifying(async ({ notifier, recorded }) => {
      const long = (after: string) =>
        taskOf(`on_long: {after: ${after}, webhook: "${service.url}"}`);
      notifier.started(RUN, long("1s"))();
      // By the time this one is told, the first one would have been.
      const ended = notifier.started(RUN, long("1001ms"));
      await recorded(1);
      ended();
      assert.is(service.got.length, 1);
    }),
  ));

test("a ping is a GET of one address after success, and of another after failure", () =>
  serving((service) =>
    notifying(async ({ notifier, records, events }) => {
      const task = taskOf(`ping: "${service.url}/{{job}}/?rid=1"`);
      notifier.succeeded(RUN, task, FINE);
      notifier.failed(RUN, task, FAILED);
      const map = taskOf(`ping: {failure: "${service.url}/down"}`);
      notifier.succeeded(RUN, map, FINE);
      notifier.failed(RUN, map, FAILED);
      await notifier.idle();
      const got = service.got.map(({ method, path, body }) => `${method} ${path}${body}`);
      const expected = ["GET /down", "GET /reports/?rid=1", "GET /reports/fail?rid=1"];
      assert.equal(got.toSorted(), expected);
      assert.is(events.filter(({ type }) => type === "notice.sent").length, 3);
      assert.equal(records, [], "what went well is in the run's own record");
    }),
  ));

test("a ping that did not get through is recorded", () =>
  serving(
    (service) =>
      notifying(async ({ notifier, records, recorded }) => {
        notifier.succeeded(RUN, taskOf(`ping: "${service.url}/s3cr3t"`), FINE);
        await recorded(1);
        const { notice, by, event, reason } = records[0]!;
        assert.equal([notice, by, event], ["ping", "ping", "failed"]);
        assert.is(reason, `${service.host} answered 404`);
      }),
    (response) => void response.writeHead(404).end(),
  ));

test("what is there is still sent when the worker stops, within the time that it has", () =>
  serving(
    (service) =>
      notifying(async ({ notifier, records }) => {
        notifier.failed(RUN, taskOf(`on_failure: {webhook: "${service.url}"}`), FAILED);
        await until(() => service.got.length > 0, SOON_MS, "a request");
        await notifier.drain(SOON_MS);
        assert.equal(
          records.map(({ event }) => event),
          ["sent"],
        );
      }),
    (response) => void setTimeout(() => response.end(), 200),
  ));

test.run();
