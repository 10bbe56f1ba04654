import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createLifecycle } from "../src/lifecycle.ts";

const test = suite("the end of a process");

test("clean-ups run last in, first out, whatever the others do", async () => {
  const lifecycle = createLifecycle();
  const ran: string[] = [];
  lifecycle.onStop("first", () => void ran.push("first"));
  lifecycle.onStop("broken", async () => {
    ran.push("broken");
    throw new Error("no luck");
  });
  lifecycle.onStop("last", async () => void ran.push("last"));
  assert.equal(await lifecycle.stop(1000), ["broken: no luck"]);
  assert.equal(ran, ["last", "broken", "first"]);
});

test("one that hangs is named, and does not hold the process beyond the deadline", async () => {
  const lifecycle = createLifecycle();
  let ran = false;
  lifecycle.onStop("after it", () => {
    ran = true;
  });
  lifecycle.onStop("the stuck one", () => new Promise(() => {}));
  assert.equal(await lifecycle.stop(20), ["the stuck one: took too long"]);
  assert.ok(ran);
});

test("stopping twice cleans up once, and both get the same answer", async () => {
  const lifecycle = createLifecycle();
  let times = 0;
  lifecycle.onStop("counted", () => {
    times++;
    throw new Error(`time ${times}`);
  });
  const [one, two] = await Promise.all([lifecycle.stop(1000), lifecycle.stop(1000)]);
  assert.equal(one, ["counted: time 1"]);
  assert.is(one, two);
});

test.run();
