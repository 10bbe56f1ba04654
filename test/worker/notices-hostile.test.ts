import { existsSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { systemTime } from "../../src/clock/time.ts";
import { startCommand } from "../../src/worker/command.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { FAILED, notifying, RUN, serving, taskOf } from "./notice-rig.ts";

const SOON_MS = 10_000;
const SECRET = "s3cr3t-path";
const test = suite("notices and what goes wrong");

/** What is recorded of one failure that is told to `url`. */
async function reasonOf(url: string, more = "retries: 0"): Promise<[number, string]> {
  let said: [number, string] = [0, ""];
  await notifying(async ({ notifier, records, events, recorded }) => {
    notifier.failed(RUN, taskOf(`on_failure: {webhook: "${url}", ${more}}`), FAILED);
    await recorded(1);
    const { event, tries, reason = "" } = records[0]!;
    assert.is(event, "failed");
    assert.equal(
      events.map(({ type }) => type),
      ["notice.failed"],
    );
    assert.not.match(JSON.stringify([records, events]), SECRET);
    said = [tries, reason];
  });
  return said;
}

test("an answer that is no success is a failure, and what will not heal is not tried again", () =>
  serving(
    async (service) => {
      for (const status of [301, 302, 307, 400, 404]) {
        const [tries, reason] = await reasonOf(`${service.url}/${SECRET}?${status}`, "retries: 3");
        const redirect = status < 400 ? ", and redirects are not followed" : "";
        assert.equal([tries, reason], [1, `${service.host} answered ${status}${redirect}`]);
      }
      assert.is(service.got.length, 5);
    },
    (response, { path }) =>
      void response.writeHead(Number(path.slice(-3)), { location: `/${SECRET}` }).end(),
  ));

test("a service that is away for a moment is told a little later", () =>
  serving(
    (service) =>
      notifying(async ({ notifier, records, recorded }) => {
        notifier.failed(RUN, taskOf(`on_failure: {webhook: "${service.url}"}`), FAILED);
        await recorded(1);
        assert.equal([records[0]?.event, records[0]?.tries], ["sent", 3]);
        const [first, second, third] = service.got;
        assert.ok(first?.body === second?.body && second?.body === third?.body);
      }),
    (response, _, count) => void response.writeHead(count < 3 ? [500, 429][count - 1]! : 204).end(),
  ));

test("a service that says when to come again is not asked before", () =>
  serving(
    (service) =>
      notifying(async ({ notifier, recorded }) => {
        const start = performance.now();
        notifier.failed(RUN, taskOf(`on_failure: {webhook: "${service.url}"}`), FAILED);
        await recorded(1);
        // Without it some half a second.
        assert.ok(performance.now() - start >= 1900, `${performance.now() - start} ms`);
      }),
    (response, _, count) =>
      void response.writeHead(count < 2 ? 503 : 200, { "retry-after": "2" }).end(),
  ));

test("a service that stays away is given up", () =>
  serving(
    async (service) => {
      const [tries, reason] = await reasonOf(`${service.url}/${SECRET}`, "retries: 1");
      assert.equal([tries, reason], [2, `${service.host} answered 500`]);
    },
    (response) => void response.writeHead(500).end(),
  ));

test("nobody listens, no such host, a port that no request may go to", async () => {
  const port = (await freePorts(1))[0]!;
  const [, refused] = await reasonOf(`http://127.0.0.1:${port}/${SECRET}`);
  assert.is(refused, `127.0.0.1:${port}: ECONNREFUSED`);
  const [, unknown] = await reasonOf(`http://name.invalid/${SECRET}`);
  assert.match(unknown, /^name\.invalid: E/);
  const [, blocked] = await reasonOf(`http://127.0.0.1:25/${SECRET}`);
  assert.is(blocked, "127.0.0.1:25: no request may go to this port");
});

test("a service that never answers is left after the time limit, again and again", () =>
  serving(
    async (service) => {
      const [tries, reason] = await reasonOf(
        `${service.url}/${SECRET}`,
        "retries: 1, timeout: 100ms",
      );
      assert.equal([tries, reason], [2, `${service.host} did not answer in 100 ms`]);
      assert.is(service.got.length, 2);
    },
    () => {},
  ));

test("an answer without an end is not read", () =>
  serving(
    (service) =>
      notifying(async ({ notifier, records, recorded }) => {
        notifier.failed(RUN, taskOf(`on_failure: {webhook: "${service.url}"}`), FAILED);
        await recorded(1);
        assert.is(records[0]?.event, "sent");
      }),
    (response) => {
      const chunk = Buffer.alloc(65_536, "x");
      const write = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", write).on("error", () => {});
      write();
    },
  ));

test("headers that do not end, and an answer that is no HTTP, are failures", async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", (data) => {
      if (String(data).includes("/odd")) return void socket.end("hello\r\n\r\n");
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = () => {
        while (!socket.destroyed && socket.write(`x-a: ${"x".repeat(4000)}\r\n`));
      };
      socket.on("drain", more);
      more();
    });
  });
  const port = (await freePorts(1))[0]!;
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  try {
    const [, odd] = await reasonOf(`http://127.0.0.1:${port}/odd`);
    assert.is(odd, `127.0.0.1:${port}: its answer is no HTTP`);
    const [, endless] = await reasonOf(`http://127.0.0.1:${port}/${SECRET}`);
    assert.match(endless, /^127\.0\.0\.1:\d+: UND_ERR_HEADERS_OVERFLOW$/);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("a command that fails, hangs or cannot be started is recorded with the reason", async () => {
  const reason = async (command: string, more = "") => {
    let said: string | undefined;
    await notifying(async ({ notifier, records, recorded }) => {
      notifier.failed(RUN, taskOf(`on_failure: {command: ${command}${more}}`), FAILED);
      await recorded(1);
      assert.is(records[0]?.event, "failed");
      said = records[0]?.reason;
    });
    return said;
  };
  assert.is(await reason('"exit 7"'), "exit code 7");
  assert.is(await reason("'kill -9 $$'"), "SIGKILL");
  assert.is(await reason("[./none]"), "cannot find program ./none: ENOENT");
  assert.is(await reason('[sleep, "60"]', ", timeout: 100ms"), "timed out");
});

test("a thousand failures at once: calls return at once, and few requests are open at once", () =>
  serving(
    (service) =>
      notifying(async ({ notifier, records }) => {
        const task = taskOf(`on_failure: {webhook: "${service.url}", retries: 0}`);
        const start = performance.now();
        for (let n = 0; n < 1000; n++) notifier.failed(RUN, task, FAILED);
        assert.ok(performance.now() - start < 500, `${performance.now() - start} ms`);
        await notifier.idle();
        assert.is(service.got.length, 1000);
        assert.ok(service.atOnce() <= 4, `${service.atOnce()} at once`);
        assert.is(records.filter(({ event }) => event === "sent").length, 1000);
      }),
    (response) => void response.end(),
  ));

test("what is too much is given up and recorded, and nothing else is", () =>
  serving(
    (service) =>
      notifying(async ({ notifier, records }) => {
        const task = taskOf(`on_failure: {webhook: "${service.url}", retries: 0}`);
        for (let n = 0; n < 3000; n++) notifier.failed(RUN, task, FAILED);
        const given = records.filter(({ reason }) => reason === "too many others wait");
        assert.is(given.length, 3000 - 1000 - 4);
        await notifier.idle();
        assert.is(records.length, 3000);
        assert.is(service.got.length, 1004);
      }),
    (response) => void response.end(),
  ));

test("a service that never answers keeps no other one waiting", () =>
  serving(
    (silent) =>
      serving((service) =>
        notifying(async ({ notifier, recorded, records }) => {
          const hanging = taskOf(`on_failure: {webhook: "${silent.url}"}`);
          for (let n = 0; n < 100; n++) notifier.failed(RUN, hanging, FAILED);
          notifier.failed(RUN, taskOf(`on_failure: {webhook: "${service.url}"}`), FAILED);
          notifier.failed(RUN, taskOf(`on_failure: {command: "true"}`), FAILED);
          await recorded(2);
          const told = records.map(({ event, by }) => `${event} ${by}`);
          assert.equal(told.toSorted(), ["sent command", "sent webhook"]);
        }),
      ),
    () => {},
  ));

test("commands run as ever while a thousand notices hang", () =>
  serving(
    (silent) =>
      notifying(async ({ notifier, folder }) => {
        const task = taskOf(
          `on_failure: [{webhook: "${silent.url}"}, {command: [sleep, "60"], timeout: 5m}]`,
        );
        for (let n = 0; n < 500; n++) notifier.failed(RUN, task, FAILED);
        await until(() => silent.got.length === 4, SOON_MS, "4 requests");
        const command = { command: ["true"], cwd: folder, killAfter: 0 };
        const watch = { onStarted() {}, onLine() {}, onTerminating() {} };
        for (let n = 0; n < 10; n++) {
          const run = startCommand({ ...command, env: {} }, watch, systemTime());
          const { ok, startedAt, endedAt } = await run.ended;
          assert.ok(ok && endedAt - startedAt < 2000, `${endedAt - startedAt} ms`);
        }
      }),
    () => {},
  ));

test("a worker that stops does not wait for them: all are given up and recorded", () =>
  serving(
    (silent) =>
      notifying(async ({ notifier, records, folder }) => {
        const slow = "touch going; trap 'touch ended; exit' TERM; sleep 60 & wait";
        const task = taskOf(
          `on_failure: [{webhook: "${silent.url}"}, {command: "${slow}"}, {webhook: "http://127.0.0.1:1", retries: 9}]`,
        );
        for (let n = 0; n < 20; n++) notifier.failed(RUN, task, FAILED);
        await until(() => silent.got.length === 4, SOON_MS, "4 requests");
        await until(() => existsSync(join(folder, "going")), SOON_MS, "a command");
        const start = performance.now();
        await notifier.drain(100);
        assert.ok(performance.now() - start < 5000, `${performance.now() - start} ms`);
        assert.ok(existsSync(join(folder, "ended")), "its command was told to end");
        assert.is(records.length, 60);
        const reasons = new Set(records.map(({ event, reason }) => `${event}: ${reason}`));
        assert.ok(reasons.has("failed: this worker stopped"), [...reasons].join());
        assert.ok(![...reasons].some((reason) => reason.startsWith("sent")), [...reasons].join());
      }),
    () => {},
  ));

test("after the stop nothing is sent any more, and that is recorded", () =>
  serving((service) =>
    notifying(async ({ notifier, records, recorded }) => {
      await notifier.drain(0);
      const task = taskOf(`on_failure: [{webhook: "${service.url}"}, {command: "touch ran"}]`);
      notifier.failed(RUN, task, FAILED);
      await recorded(2);
      assert.equal(
        records.map(({ reason }) => reason),
        ["this worker stopped", "this worker stopped"],
      );
      assert.is(service.got.length, 0);
    }),
  ));

test("even nonsense that no file can say harms nobody", () =>
  notifying(async ({ notifier, records }) => {
    const task = taskOf("timeout: 1m");
    const webhook = { kind: "webhook" as const, headers: {}, timeout: 1000, retries: 0 };
    const failure = [
      { ...webhook, url: "no address" },
      { ...webhook, url: "http://127.0.0.1:1", headers: { "a b": "c\n" } },
      { kind: "command" as const, command: ["a\0b"], timeout: 1000 },
    ];
    notifier.failed(RUN, { ...task, notices: { failure } }, { ...FAILED, endedAt: Number.NaN });
    notifier.failed(RUN, { ...task, notices: { failure } }, FAILED);
    await notifier.idle();
    assert.is(records.filter(({ event }) => event === "failed").length, 6);
  }));

test.run();
