import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createHeap } from "../../src/clock/heap.ts";

const test = suite("the heap");

test("gives back in order whatever was put in, pushes and pops mixed", () => {
  const heap = createHeap<number>((a, b) => a < b);
  const held: number[] = [];
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647);
  for (let step = 0; step < 20_000; step++) {
    if (held.length === 0 || random() % 3 > 0) {
      const value = random() % 1000;
      heap.push(value);
      held.push(value);
    } else {
      held.sort((a, b) => a - b);
      assert.is(heap.peek(), held[0]);
      assert.is(heap.pop(), held.shift());
    }
    assert.is(heap.size, held.length);
  }
});

test("an empty heap gives nothing", () => {
  const heap = createHeap<number>((a, b) => a < b);
  assert.is(heap.peek(), undefined);
  assert.is(heap.pop(), undefined);
});

test.run();
