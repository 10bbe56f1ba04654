import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createPlaces } from "../../src/worker/places.ts";

const test = suite("places for commands");

const { signal: never } = new AbortController();

test("there are so many, and those that wait get them in the order of asking", async () => {
  const { take, free } = createPlaces(2);
  const got: string[] = [];
  const ask = (name: string) => void take(never).then((given) => given && got.push(name));
  for (const name of ["a", "b", "c", "d"]) ask(name);
  await turns();
  assert.equal(got, ["a", "b"]);
  free();
  await turns();
  assert.equal(got, ["a", "b", "c"]);
  free();
  free();
  ask("e");
  await turns();
  assert.equal(got, ["a", "b", "c", "d", "e"]);
});

test("who is not interested any more takes none, and is not in the way of others", async () => {
  const { take, free } = createPlaces(1);
  const gone = new AbortController();
  assert.ok(await take(never));
  const [second, third] = [take(gone.signal), take(never)];
  gone.abort();
  assert.not(await second);
  free();
  assert.ok(await third);
  assert.not(await take(gone.signal), "it is gone already");
  free();
  assert.ok(await take(never), "no place is lost");
});

async function turns(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test.run();
