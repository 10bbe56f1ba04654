import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FinishedRecord, SkippedRecord } from "../../src/ledger/run-record.ts";
import type { Ground } from "../support/ground.ts";
import { away } from "./claiming.ts";
import { fireOf, type Rig, used } from "./rig.ts";
import { begun, hasBegun, id, letGo, QUICK, QUICKLY, STEP, said, story, task } from "./steps.ts";

const OPTIONS = { queues: ["default"], pace: QUICK };
const FAILING = `${STEP}; exit 3`;

/** Failed attempts, and what ends without having been run to its end. */
export function retrying(ground: Ground): void {
  const test = suite(`${ground.name}: a run that fails`);

  const alone = (use: (rig: Rig) => Promise<void>) =>
    used(ground, { a: STEP }, (rig) => warm(rig).then(() => use(rig)), OPTIONS);

  /** RabbitMQ confirms the first delayed fire of a link only after 3 s. */
  async function warm(rig: Rig): Promise<void> {
    const { link } = await rig.link();
    const elsewhere = { ...fireOf("other"), target: { kind: "run" as const, queue: "elsewhere" } };
    assert.is((await link.again(elsewhere, 100)).kind, "confirmed");
  }

  test("is tried again after its delays, and is then among the dead letters with what it came to", () =>
    alone(async (rig) => {
      task(rig, { retry: QUICKLY }, FAILING);
      letGo(rig);
      await rig.send(fireOf("a"));
      await rig.logged(6);
      assert.equal(
        begun(rig),
        [1, 2, 3].map((attempt) => `${id(0)}#${attempt}`),
      );
      assert.equal(rig.broker.log, [
        ...[`again in 100 ${id(0)}#2`, `finish ${id(0)}#1`],
        ...[`again in 200 ${id(0)}#3`, `finish ${id(0)}#2`],
        ...[`bury (out of attempts: attempt 3 exit code 3) ${id(0)}#3`, `finish ${id(0)}#3`],
      ]);
      const ends = (await said(rig, ["finished"], 3)) as FinishedRecord[];
      const facts = ends.map(({ attempt, end, retryIn }) => [attempt, end, retryIn]);
      assert.equal(facts, [
        [1, "retry", 100],
        [2, "retry", 200],
        [3, "dead", undefined],
      ]);
      for (const [at, { startedAt }] of ends.slice(1).entries()) {
        assert.ok(startedAt - ends[at]!.endedAt >= 100 * 2 ** at - 5, "it waited");
      }
      const [letter] = await rig.dead();
      assert.is(letter?.headers["x-clockd-reason"], "out of attempts: attempt 3 exit code 3");
      const history = letter?.headers["x-clockd-history"] as string[];
      assert.equal(
        history.map((line) => line.replace(/, 20.*, on /, " on ")),
        [1, 2, 3].map((attempt) => `attempt ${attempt}: exit code 3 on host:7`),
      );
      assert.equal(await rig.left(0), []);
    }));

  test("is only recorded without `retry`", () =>
    alone(async (rig) => {
      task(rig, {}, FAILING);
      letGo(rig);
      await rig.send(fireOf("a"));
      await rig.logged(1);
      assert.equal(await story(rig, 0, "finished"), ["claimed", "finished done"]);
      assert.equal(await rig.dead(), []);
    }));

  test("is not in the way of its job's next slot while it waits for its next attempt", () =>
    alone(async (rig) => {
      task(rig, { overlap: "skip", retry: { ...QUICKLY, delay: 1000 } }, FAILING);
      await rig.send(fireOf("a"));
      await hasBegun(rig);
      letGo(rig, 0);
      await rig.heard("run.retrying");
      await rig.send(fireOf("a", 1));
      await hasBegun(rig, 2);
      // Its second attempt waits for the other slot, and is not skipped for it.
      await said(rig, ["claimed"], 3);
      assert.is(begun(rig).length, 2);
      letGo(rig, 1);
      await hasBegun(rig, 3);
      assert.equal(begun(rig), [`${id(0)}#1`, `${id(1)}#1`, `${id(0)}#2`]);
    }));

  for (const [what, words] of [
    ["again", "its next attempt was asked for"],
    ["bury", "it was among the dead letters"],
  ] as const) {
    test(`is not run once more when its worker dies after the record and before ${words}`, () =>
      alone(async (one) => {
        const retry = { ...QUICKLY, delay: 500, on: what === "bury" ? [] : [3] };
        task(one, { retry }, `${STEP}; [ "$CLOCKD_ATTEMPT" = 2 ] || exit 3`);
        const two = one.beside();
        await two.heard("worker.taking");
        await warm(two);
        // Whoever has it dies at that moment.
        for (const { broker } of [one, two]) broker.cutBefore = what;
        await one.send(fireOf("a"));
        await hasBegun(one);
        const [dying, other] = one.told("run.started").length > 0 ? [one, two] : [two, one];
        other.broker.cutBefore = undefined;
        const comeBack = away(dying);
        letGo(one);
        const first = `${id(0)}#1`;
        if (what === "bury") {
          await other.logged(2);
          assert.equal(other.broker.log, [`bury (out of attempts) ${first}`, `finish ${first}`]);
          assert.is((await one.dead()).length, 1);
          assert.equal(begun(one), [first]);
          return;
        }
        await other.logged(3);
        assert.match(other.broker.log[0]!, /^again in \d+ a@.*#2$/);
        assert.equal(other.broker.log.slice(1), [`finish ${first}`, `finish ${id(0)}#2`]);
        // It was not dead, and asks for the same.
        comeBack();
        await said(one, ["dropped"], 1);
        assert.equal(begun(one), [first, `${id(0)}#2`]);
      }));
  }

  test("does not start when its slot has expired, which is recorded", () =>
    alone(async (rig) => {
      task(rig, { expires: 60_000 });
      await rig.send(fireOf("a"));
      await rig.heard("run.skipped");
      rig.jobs.set("a", {
        ...rig.jobs.get("a")!,
        schedule: { next: (after) => after + 60_000 },
        task: { ...(rig.jobs.get("a")!.task as object), expires: "next" } as never,
      });
      await rig.send(fireOf("a", 1));
      await rig.heard("run.skipped", 2);
      await rig.logged(2);
      const skips = (await said(rig, ["skipped"], 2)) as SkippedRecord[];
      assert.equal(
        skips.map(({ fire, why }) => [fire, why]),
        [
          [id(0), "expired"],
          [id(1), "expired"],
        ],
      );
      assert.equal(begun(rig), []);
      assert.equal(await rig.left(0), []);
    }));

  test("goes on with its attempts when its slot expires meanwhile", () =>
    alone(async (rig) => {
      const slot = Date.now();
      task(rig, { expires: 3000, retry: QUICKLY }, `sleep 2; ${FAILING}`);
      letGo(rig);
      await rig.send({ ...fireOf("a"), slot });
      await rig.heard("run.finished", 3);
      assert.equal(rig.told("run.skipped"), []);
    }));

  test("a copy that comes late is dropped, and not recorded as expired", () =>
    alone(async (rig) => {
      task(rig, {});
      letGo(rig);
      await rig.send(fireOf("a"));
      await rig.heard("run.finished");
      task(rig, { expires: 1000 });
      await rig.send({ ...fireOf("a"), maybeDuplicate: true });
      await rig.heard("run.copy_dropped");
      assert.equal(rig.told("run.skipped"), []);
    }));

  test("what has expired does not take the place of what is going", () =>
    alone(async (rig) => {
      task(rig, { overlap: "replace" });
      await rig.send(fireOf("a"));
      await hasBegun(rig);
      task(rig, { overlap: "replace", expires: 1000 });
      await rig.send(fireOf("a", 1));
      await rig.heard("run.skipped");
      assert.equal(rig.told("run.terminating"), []);
      letGo(rig);
      await rig.heard("run.finished");
    }));

  test("what waited for its turn and has no command any more does not hold up its job", () =>
    alone(async (rig) => {
      task(rig, { overlap: "queue" });
      await rig.send(fireOf("a"));
      await hasBegun(rig);
      await rig.send(fireOf("a", 1));
      await said(rig, ["claimed"], 2);
      const job = rig.jobs.get("a")!;
      rig.jobs.delete("a");
      letGo(rig);
      await rig.heard("message.buried");
      rig.jobs.set("a", job);
      await rig.send(fireOf("a", 2));
      await hasBegun(rig, 2);
      assert.equal(begun(rig), [`${id(0)}#1`, `${id(2)}#1`]);
    }));

  test.run();
}
