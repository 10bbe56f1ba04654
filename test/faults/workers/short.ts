import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../ground.ts";
import type { WorkerKind } from "./kinds.ts";
import { planWorkerRound } from "./plan.ts";
import { workerRoundLine } from "./report.ts";
import { playWorkerRound, type WorkerRound } from "./round.ts";

/** A round that was looked for: what this seed does with these kinds, the sentence says. */
export type ShortWorkerRound = readonly [sentence: string, seed: number, kinds: WorkerKind[]];

/** A few rounds as tests, and before them the proof that a breach is caught. */
export function shortWorkerSuite(
  name: string,
  open: () => Ground | Promise<Ground>,
  again: string,
  rounds: readonly ShortWorkerRound[],
): void {
  const test = suite<{ ground: Ground }>(name);
  const { signal } = new AbortController();

  test.before(async (context) => {
    context.ground = await open();
  });
  test.after(({ ground }) => ground.stop());

  test("two commands of a job that must not run beside each other are caught", async (context) => {
    const { jobs, ...plan } = planWorkerRound(1, ["command-kill"]);
    const job = { ...jobs[0]!, every: 1000, lasts: 2500, believes: "skip" as const };
    const round = await playWorkerRound(
      { ...plan, jobs: [job], faults: [] },
      context.ground,
      signal,
    );
    assert.match(round.problems.join("\n"), /^breach: allow@/, workerRoundLine(round));
    assert.ok(round.figures!.breaches > 1, workerRoundLine(round));
  });

  for (const [sentence, seed, kinds] of rounds) {
    test(`every fire has one outcome, and nothing runs twice, when ${sentence}`, async (context) => {
      const round = await playWorkerRound(planWorkerRound(seed, kinds), context.ground, signal);
      assert.equal(round.problems, [], words(round, again, kinds));
    });
  }

  test.run();
}

function words(round: WorkerRound, again: string, kinds: readonly WorkerKind[]): string {
  const options = `--rounds 1 --seed ${round.plan.seed} --kinds ${kinds.join(",")}`;
  return [workerRoundLine(round), ...round.problems, `again: ${again} ${options}`].join("\n");
}
