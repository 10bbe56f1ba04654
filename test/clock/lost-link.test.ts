import { suite } from "uvu";
import { assertNothingLost, minute } from "./lost-link.ts";
import { type MemoryBroker, memoryBroker } from "./memory-broker.ts";

const test = suite("a link that is lost in the middle of a burst");

function memoryWith(lastOne: MemoryBroker["lastOne"]): MemoryBroker {
  return Object.assign(memoryBroker(), { lastOne });
}

for (const life of [3, 4, 7, 11, 22, 23, 24, 25, 60]) {
  test(`after ${life} things, again and again: nothing is lost, no job stops`, async () => {
    assertNothingLost(
      await minute(
        memoryBroker(),
        Array.from({ length: 40 }, () => life),
      ),
    );
  });
}

test("and once more while it catches up after an outage", async () => {
  for (let life = 3; life < 60; life++) {
    assertNothingLost(await minute(memoryBroker(), [life, 3, life, 5, 4], { connectDelay: 7000 }));
  }
});

test("after a sleep of the machine, wherever the link is lost in the late work", async () => {
  for (let life = 42; life < 130; life++)
    assertNothingLost(await minute(memoryBroker(), [life], { step: 9000 }));
});

test("a last fire that reached the queue and not the ledger is never doubled without a flag", async () => {
  const lastOne = { ledger: false, queue: true };
  for (let life = 3; life < 60; life++) {
    const lives = [life, 40, life, 5, 30];
    assertNothingLost(await minute(memoryWith(lastOne), lives), { contradictions: true });
  }
});

test("a last fire that reached the ledger and not the queue is sent again", async () => {
  const lastOne = { ledger: true, queue: false };
  for (let life = 3; life < 60; life++)
    assertNothingLost(await minute(memoryWith(lastOne), [life, 40, life]));
});

test("a last fire that reached neither is fired as if nothing had been", async () => {
  const lastOne = { ledger: false, queue: false };
  for (let life = 3; life < 60; life++) {
    const run = await minute(memoryWith(lastOne), [life, 40, life]);
    assertNothingLost(run);
  }
});

test.run();
