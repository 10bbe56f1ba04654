import { suite } from "uvu";
import * as assert from "uvu/assert";
import { countSlots, newestSlots } from "../../src/clock/slots.ts";

const test = suite("slots of a gap");

/** 0, 1, … 199 and then nothing for long. */
const dense = { next: (after: number) => (after < 0 ? 0 : after < 199 ? after + 1 : undefined) };

test("the newest slots are found wherever the halves of the search meet", () => {
  for (let until = 0; until < 900; until++) {
    const last = Math.min(until, 199);
    for (const most of [1, 2, 30]) {
      const expected = Array.from({ length: most }, (_, n) => last - most + 1 + n);
      const inside = expected.filter((slot) => slot >= 0);
      assert.equal(newestSlots(dense, -1, until, most), inside, `${most} until ${until}`);
    }
  }
  assert.equal(newestSlots(dense, 199, 900, 5), []);
});

test("slots are counted to the end, or as far as is allowed and with the last one", () => {
  const counted = (most: number) => countSlots(dense, 9, 1000, most);
  assert.equal(counted(190), { count: 190, first: 10, last: 199, complete: true, steps: 190 });
  // One step less, and the last one is the only one that was not counted: they are all.
  assert.equal(counted(189), { count: 190, first: 10, last: 199, complete: true, steps: 189 });
  assert.equal(counted(188), { count: 189, first: 10, last: 199, complete: false, steps: 188 });
  assert.equal(counted(0), { count: 2, first: 10, last: 199, complete: false, steps: 1 });
  assert.is(countSlots(dense, 199, 1000, 10), undefined);
  assert.is(countSlots(dense, 5, 5, 10), undefined);
});

test.run();
