import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../src/observe/events.ts";
import { createServiceState } from "../../src/systemd/state.ts";

const test = suite("the state of a service");

const loaded: Event = { type: "config.loaded", file: "f", jobs: 2, hash: "h" };
const connected: Event = { type: "broker.connected", place: "rabbitmq host" };
const leading: Event = { type: "clock.leading", epoch: 3, jobs: 2, late: 0 };
const taking: Event = { type: "worker.taking", queues: ["default", "reports"], concurrency: 4 };
const lost = { place: "rabbitmq host", code: "BROKER_UNREACHABLE", reason: "cannot reach host" };
const away: Event = { type: "broker.unreachable", ...lost, attempt: 1, retryIn: 1, quiet: false };

test("is ready when a clock leads, not when it is only connected", () => {
  const judge = createServiceState("clock");
  assert.is(judge("clock", loaded).isReady, false);
  assert.equal(judge("clock", connected), {
    status: "connected to rabbitmq host; 2 jobs",
    isReady: false,
  });
  assert.equal(judge("clock", leading), { status: "leading (epoch 3); 2 jobs", isReady: true });
});

test("is ready when a clock stands by, and names the leader", () => {
  const judge = createServiceState("clock");
  judge("clock", loaded);
  assert.equal(judge("clock", { type: "clock.standing_by", leader: "a:1" }), {
    status: "standing by: a:1 leads; 2 jobs",
    isReady: true,
  });
});

test("is ready when the broker is away, since it is waited for", () => {
  const judge = createServiceState("worker");
  judge("worker", loaded);
  assert.equal(judge("worker", away), {
    status: "waiting for the broker: cannot reach host; 2 jobs",
    isReady: true,
  });
  assert.is(judge("worker", connected).isReady, true);
});

test("of clock and worker in one process is ready when both are", () => {
  const judge = createServiceState("up");
  judge("up", loaded);
  assert.is(judge("clock", leading).isReady, false);
  const { status, isReady } = judge("worker", taking);
  assert.is(
    status,
    "clock: leading (epoch 3); worker: taking from default, reports, 4 at once; 2 jobs",
  );
  assert.is(isReady, true);
});

test("says that a file was refused, until there is a good one again", () => {
  const judge = createServiceState("clock");
  judge("clock", loaded);
  judge("clock", leading);
  const refused = judge("clock", { type: "config.refused", file: "f", reason: "1 error" });
  assert.match(refused.status, /THE FILE AS IT IS NOW IS REFUSED/);
  const changes = { added: [], changed: [], removed: [] };
  const good: Event = { type: "config.reloaded", file: "f", hash: "i", jobs: 1, ...changes };
  assert.is(judge("clock", good).status, "leading (epoch 3); 1 job");
});

test("is not changed by fires and runs", () => {
  const judge = createServiceState("clock");
  const before = judge("clock", leading);
  assert.equal(
    judge("clock", { type: "slots.missed", job: "a", count: 1, first: 0, last: 0, reason: "" }),
    before,
  );
});

test.run();
