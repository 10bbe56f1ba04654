import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startRabbitmq } from "../support/rabbitmq.ts";
import { type BrokerUnderTest, brokerUnderTest } from "./broker.ts";
import type { Kind } from "./kinds.ts";
import { planRound } from "./plan.ts";
import { roundLine } from "./report.ts";
import { playRound, type Round } from "./round.ts";

const test = suite<{ broker: BrokerUnderTest }>("clocks in trouble");

test.before(async (context) => {
  context.broker = brokerUnderTest(await startRabbitmq());
});
test.after(({ broker }) => broker.stop());

test("a clock that keeps no record is caught losing slots", async ({ broker }) => {
  const plan = { ...planRound(1, ["kill"]), heartbeat: 1 };
  const faults = [{ kind: "kill" as const, whom: "all" as const, restart: 1500, at: 500 }];
  const round = await playRound({ ...plan, faults }, broker, new AbortController().signal, "naive");
  assert.match(round.problems.join("\n"), /^lost: \w+@/, roundLine(round));
  assert.ok(round.figures!.lost >= 8, roundLine(round));
});

/** The seeds were looked for: what each does, the sentence says. */
const ROUNDS: readonly [sentence: string, seed: number, kinds: Kind[]][] = [
  ["the leader is killed", 6, ["kill"]],
  ["the leader is frozen for so long that another leads, and then goes on", 13, ["freeze"]],
  [
    "one clock is killed, one told to end, and connections are cut within 4 ms of a slot",
    279,
    ["slot", "kill", "reset", "term"],
  ],
  ["the broker is killed", 14, ["broker-kill"]],
  [
    "the leader hears nothing from the broker, and then its network swallows everything",
    44,
    ["one-way", "hole"],
  ],
  ["the leader's wall clock is set on by an hour, and the leader is killed", 711, ["step", "kill"]],
  [
    "the leader's wall clock is set back, the file is edited, and the leader killed",
    686,
    ["step", "edit", "kill"],
  ],
];

for (const [sentence, seed, kinds] of ROUNDS) {
  test(`no slot is lost, and none is fired twice, when ${sentence}`, async ({ broker }) => {
    const round = await playRound(planRound(seed, kinds), broker, new AbortController().signal);
    assert.equal(round.problems, [], words(round, kinds));
  });
}

function words(round: Round, kinds: readonly Kind[]): string {
  const again = `npm run faults -- --rounds 1 --seed ${round.plan.seed} --kinds ${kinds.join(",")}`;
  return [roundLine(round), ...round.problems, `again: ${again}`].join("\n");
}

test.run();
