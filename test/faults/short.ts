import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "./ground.ts";
import type { Kind } from "./kinds.ts";
import { planRound } from "./plan.ts";
import { roundLine } from "./report.ts";
import { playRound, type Round } from "./round.ts";

/** A round that was looked for: what this seed does with these kinds, the sentence says. */
export type ShortRound = readonly [sentence: string, seed: number, kinds: Kind[]];

/** A few rounds as tests, and before them the proof that a bad clock is caught. */
export function shortSuite(
  name: string,
  open: () => Ground | Promise<Ground>,
  again: string,
  rounds: readonly ShortRound[],
): void {
  const test = suite<{ ground: Ground }>(name);

  test.before(async (context) => {
    context.ground = await open();
  });
  test.after(({ ground }) => ground.stop());

  test("a clock that keeps no record is caught losing slots", async ({ ground }) => {
    const plan = { ...planRound(1, ["kill"], ground.menu), clocks: 2 };
    const faults = [{ kind: "kill" as const, whom: "all" as const, restart: 1500, at: 500 }];
    const round = await playRound({ ...plan, faults }, ground, neverStopped(), "naive");
    assert.match(round.problems.join("\n"), /^lost: \w+@/, roundLine(round));
    assert.ok(round.figures!.lost >= 8, roundLine(round));
  });

  for (const [sentence, seed, kinds] of rounds) {
    test(`no slot is lost, and none is fired twice, when ${sentence}`, async ({ ground }) => {
      const round = await playRound(planRound(seed, kinds, ground.menu), ground, neverStopped());
      assert.equal(round.problems, [], words(round, again, kinds));
    });
  }

  test.run();
}

function neverStopped(): AbortSignal {
  return new AbortController().signal;
}

function words(round: Round, again: string, kinds: readonly Kind[]): string {
  const options = `--rounds 1 --seed ${round.plan.seed} --kinds ${kinds.join(",")}`;
  return [roundLine(round), ...round.problems, `again: ${again} ${options}`].join("\n");
}
