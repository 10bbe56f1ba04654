import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isBrokerProblem, type WorkerLink } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { type Fire, fireId } from "../../src/ledger/fire.ts";
import { aFire } from "../support/fire.ts";
import type { Ground } from "../support/ground.ts";
import { runClockd } from "../support/process.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";
import { type Shown, show } from "./shown.ts";

const JOBS = `  reports: {cron: "0 0 1 1 *", run: "echo attempt $CLOCKD_ATTEMPT; exit 3"}\n`;
const SLOT = Date.UTC(2026, 11, 1, 8);

export function dead(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: clockd dead`);
  let links: WorkerLink[] = [];

  test.before.each((context) => {
    links = [];
    context.rig = createRig(ground.url);
    context.rig.write(JOBS);
  });
  test.after.each(async ({ rig }) => {
    for (const link of links) await link.close(1000);
    await rig.close();
  });

  async function openLink(rig: Rig): Promise<WorkerLink> {
    const options = { namespace: rig.namespace, name: "test", now: Date.now, emit() {} };
    const broker = openBroker(rig.url, options);
    if (isBrokerProblem(broker)) throw new Error(broker.message);
    const link = await broker.openWorker({ queues: ["aside"], prefetch: 1, onDelivery() {} });
    if (isBrokerProblem(link)) throw new Error(link.message);
    links.push(link);
    return link;
  }

  /** As a worker does that has used up its attempts. */
  async function bury(rig: Rig, fires: Partial<Fire>[], reason: string): Promise<void> {
    const link = await openLink(rig);
    const outcomes = fires.map((fire) => link.bury(aFire({ job: "reports", ...fire }), reason));
    for (const { kind } of await Promise.all(outcomes)) assert.is(kind, "confirmed");
  }

  test("without dead letters says so; only what asks for one of them fails", async ({ rig }) => {
    await bury(rig, [], "");
    for (const [args, exit] of [
      [["list"], 0],
      [["list", "--json"], 0],
      [["show", "x"], 1],
      [["retry", "--all"], 1],
    ] as const) {
      const { code, stdout, stderr } = await ask(rig, [...args]);
      assert.equal([code, stdout, stderr], [exit, [], ["clockd: there are no dead letters"]]);
    }
  });

  test("list shows what workers could not use, and why, for people and for machines", async ({
    rig,
  }) => {
    const worker = rig.worker();
    await worker.waitFor(event("worker.taking"), SOON, "the worker");
    await rig.fire("nobody");
    await worker.waitFor(event("message.buried", { job: "nobody" }), SOON, "the burial");
    await rig.put("no json\u001b[31m");
    const reason = "the body is not JSON";
    await worker.waitFor(event("message.buried", { reason }), SOON, "the burial");
    const lines = async () => (await ask(rig, ["list"])).stdout;
    const [head, first, second] = await lines();
    assert.match(head!, /^ID +TIME +FIRE +ATTEMPT +QUEUE +REASON$/);
    assert.match(
      first!,
      /^\S+ +20\d\d-\S+ \S+ \+00:00 +nobody@2026-12-01T08:00:00Z +1 +default +.*job/,
    );
    assert.match(second!, /\(no fire\) +default +.*not JSON/);
    const { stdout } = await ask(rig, ["list", "--json"]);
    const [nobody, odd] = stdout.map((line) => JSON.parse(line));
    assert.equal(
      [nobody.job, nobody.fire, nobody.attempt, nobody.queue, nobody.history, nobody.problem],
      ["nobody", "nobody@2026-12-01T08:00:00Z", 1, "default", [], null],
    );
    assert.equal([odd.job, odd.fire, odd.problem], [null, null, "the body is not JSON"]);
    assert.ok(Math.abs(Date.parse(odd.at) - Date.now()) < 60_000);
    assert.is((await ask(rig, ["list", "nobody"])).stdout.length, 2);
    const other = await ask(rig, ["list", "nobdy"]);
    assert.is(other.code, 0);
    assert.equal(other.stderr, [`clockd: no dead letter is of "nobdy" (did you mean nobody?)`]);
    const shown = await ask(rig, ["show", odd.id]);
    assert.not.match(shown.stdout.join(), "\u001b");
  });

  test("show tells of a letter's past, with the output of its runs", async ({ rig }) => {
    const worker = rig.worker();
    await worker.waitFor(event("worker.taking"), SOON, "the worker");
    const slot = Date.now() - 60_000;
    await (await openLink(rig)).again(aFire({ job: "reports", slot }), 0);
    const fire = fireId("reports", slot);
    await worker.waitFor(event("run.finished", { fire }), SOON, "the run");
    const history = ["attempt 1: failed (exit code 3)"];
    await bury(rig, [{ slot, history, attempt: 2 }], "it used up its 2 attempts");
    await worker.stop();
    const { code, stdout, stderr } = await ask(rig, ["show", fire]);
    assert.equal([code, stderr], [0, []]);
    const text = stdout.join("\n");
    assert.ok(text.startsWith(`${fire} attempt 2\n  id       `), text);
    for (const part of [
      "reason   it used up its 2 attempts",
      "history  attempt 1: failed (exit code 3)",
      'message  {"version":1,"job":"reports"',
      `${fire} attempt 1: failed (exit code 3) after `,
      "attempt 1",
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    const json = JSON.parse((await ask(rig, ["show", fire, "--json"])).stdout[0]!);
    assert.equal(json.history, history);
    const finished = json.runs.filter(({ event }: { event: string }) => event === "ran");
    assert.equal([finished.length, finished[0].tail], [1, "attempt 1\n"]);
    assert.is(JSON.parse(json.body).job, "reports");
    const byId = await ask(rig, ["show", json.id, "--json"]);
    assert.equal(JSON.parse(byId.stdout[0]!), json);
    const none = await ask(rig, ["show", "nonsense"]);
    assert.is(none.code, 1);
    assert.match(none.stderr[0]!, /^clockd: there is no dead letter "nonsense"/);
  });

  test("retry runs a fire that was buried, as its next attempt, when its job is there again", async ({
    rig,
  }) => {
    const worker = rig.worker();
    await worker.waitFor(event("worker.taking"), SOON, "the worker");
    await rig.fire("later");
    await worker.waitFor(event("message.buried"), SOON, "the burial");
    await worker.stop();
    rig.write(`${JOBS}  later: {cron: "0 0 1 1 *", run: "echo attempt $CLOCKD_ATTEMPT"}\n`);
    const fire = fireId("later", SLOT);
    const dry = await ask(rig, ["retry", fire, "--dry-run"]);
    assert.is(dry.code, 0);
    assert.match(dry.stdout.join(), new RegExp(`^would be retried \\S+ ${fire}$`));
    const { code, stdout, stderr } = await ask(rig, ["retry", fire, "--json"]);
    assert.equal([code, stderr], [0, []]);
    assert.equal([JSON.parse(stdout[0]!).result, stdout.length], ["retried", 1]);
    const next = rig.worker();
    const line = await next.waitFor(event("run.output", { fire }), SOON, "its output");
    assert.is(line.entry.line, "attempt 2");
    assert.is((await ask(rig, ["list"])).code, 0);
  });

  test("drop does nothing without --yes, and then what was named", async ({ rig }) => {
    const at = (index: number) => ({ slot: SLOT + index * 1000 });
    await bury(rig, [at(0), at(1), { ...at(2), job: "other" }], "why");
    const { id: first } = (await list(rig))[0]!;
    const unsure = await ask(rig, ["drop", "--all"]);
    assert.equal([unsure.code, unsure.stdout.length], [2, 3]);
    assert.match(unsure.stderr[0]!, /nothing was dropped: .* --yes drops these 3 letters$/);
    assert.is((await ask(rig, ["drop", first, "--dry-run", "--yes"])).code, 0);
    assert.is((await list(rig)).length, 3);
    const dropped = await ask(rig, ["drop", first, "--yes"]);
    assert.equal(
      [dropped.code, dropped.stdout],
      [0, [`dropped ${first} ${fireId("reports", SLOT)}`]],
    );
    assert.is((await ask(rig, ["drop", first, "--yes"])).code, 1);
    assert.is((await ask(rig, ["drop", "--job", "reports", "--yes"])).code, 0);
    assert.equal(
      (await list(rig)).map(({ job }) => job),
      ["other"],
    );
    assert.is((await ask(rig, ["drop", "--all", "--yes"])).code, 0);
    for (const args of [["drop"], ["drop", "x", "--all"], ["retry", "--all", "--job", "a"], []]) {
      assert.is((await ask(rig, args)).code, 2, args.join(" "));
    }
  });

  test("one that is killed while it retries, and two at once, lose no letter", async ({ rig }) => {
    const count = 1500;
    const fires = Array.from({ length: count }, (_, index) => ({ slot: SLOT + index * 1000 }));
    await bury(rig, fires, "why");
    const retry = () => runClockd(words(["retry", "--all"], rig));
    // Before it has read them, while it sends them back, and maybe after.
    for (const afterMs of [400, 700, 1000, 1300, 1600]) {
      const dying = retry();
      setTimeout(() => dying.signal("SIGKILL"), afterMs);
      await dying.exited;
    }
    const ends = await Promise.all([retry(), retry()].map(({ exited }) => exited));
    // Whoever comes second may find none left.
    for (const { code } of ends) assert.ok(code === 0 || code === 1, String(code));
    const left = await ask(rig, ["list"]);
    assert.equal([left.code, left.stderr], [0, ["clockd: there are no dead letters"]]);
    const back = new Set((await rig.takeFires()).map(({ body }) => JSON.parse(String(body)).slot));
    assert.is(back.size, count);
  });

  test.run();
}

function words(args: readonly string[], { file, url }: Rig): string[] {
  return ["dead", ...args, "--config", file, "--broker", url];
}

function ask(rig: Rig, args: readonly string[]): Promise<Shown> {
  return show(words(args, rig));
}

async function list(rig: Rig): Promise<{ id: string; job: string }[]> {
  return (await ask(rig, ["list", "--json"])).stdout.map((line) => JSON.parse(line));
}
