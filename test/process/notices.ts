import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { until } from "../support/until.ts";
import { type Service, service } from "../worker/notice-rig.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";
import { show } from "./shown.ts";

export function notices(ground: Ground): void {
  const test = suite<{ rig: Rig; people: Service }>(`${ground.name}: whom clockd tells`);

  test.before.each(async (context) => {
    context.rig = createRig(ground.url);
    context.people = await service();
  });
  test.after.each(async ({ rig, people }) => {
    await rig.close();
    await people.close();
  });

  const told = (people: Service) =>
    people.got
      .filter(({ body }) => body !== "")
      .map(({ body }) => JSON.parse(body))
      .map(({ notice, job, attempt, count }) => [notice, job, attempt ?? count]);

  test("a failure is told once, after the last attempt, and so is the recovery", async ({
    rig,
    people,
  }) => {
    rig.write(`  job:
    every: 1d
    run: "[ -e well ]"
    retry: {attempts: 2, delay: 100ms}
    on_failure: {webhook: "${people.url}/hook"}
    on_recovery: {webhook: "${people.url}/hook"}
    ping: "${people.url}/ping"
`);
    const put = (second: number) =>
      rig.put(JSON.stringify({ version: 1, job: "job", slot: `2026-12-01T08:00:0${second}Z` }));
    const worker = rig.worker();
    await worker.waitFor(event("worker.taking"), SOON, "a worker");
    await put(1);
    await until(() => told(people).length > 0, SOON, "the failure to be told");
    rig.touch("well");
    await put(2);
    await until(() => told(people).length > 1, SOON, "the recovery to be told");
    await put(3);
    const third = event("run.finished", { fire: "job@2026-12-01T08:00:03Z" });
    await worker.waitFor(third, SOON, "another run");
    await worker.stop();
    assert.equal(told(people), [
      ["failure", "job", 2],
      ["recovery", "job", 1],
    ]);
    const pings = people.got.map(({ path }) => path).filter((path) => path.startsWith("/ping"));
    assert.equal(pings, ["/ping/fail", "/ping", "/ping"]);
    const { stdout } = await show([
      ...["history", "job", "--json", "--since", "2020-01-01"],
      ...["--broker", rig.url, "--config", rig.file],
    ]);
    const sent = stdout.map((line) => JSON.parse(line)).filter((item) => /notice/.test(item.event));
    assert.equal(
      sent.map((item) => item.event),
      ["notice-sent", "notice-sent"],
    );
  });

  test("of missed slots one of several workers tells, once", async ({ rig, people }) => {
    rig.write(`  job:
    every: 1s
    run: "true"
    overlap: allow
    catch_up: {run: none}
    on_missed: {webhook: "${people.url}/hook"}
`);
    const workers = [rig.worker(), rig.worker(), rig.worker()];
    for (const worker of workers) await worker.waitFor(event("worker.taking"), SOON, "a worker");
    const first = rig.clock();
    const { entry } = await first.waitFor(event("fire.confirmed"), SOON, "a fire");
    await first.stop();
    const over = Date.parse(String(entry.slot)) + 3000;
    await until(() => Date.now() > over, SOON, "slots to pass");
    const second = rig.clock();
    const { entry: missed } = await second.waitFor(event("slots.missed"), SOON, "missed slots");
    await second.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
    assert.equal(told(people), [["missed", "job", missed.count]]);
  });

  test.run();
}
