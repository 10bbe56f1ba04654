import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STANDARD_PACE } from "../../src/ledger/pace.ts";
import { type Ground, rabbitmq } from "../support/ground.ts";
import { type Rabbitmq, startRabbitmq } from "../support/rabbitmq.ts";
import { fireOf, used } from "./rig.ts";
import { begun, id, story, task } from "./steps.ts";

/** The broker takes a message back that is held for 5 s, and looks every second. */
const IMPATIENT =
  "application:set_env(rabbit, consumer_timeout, 5000), " +
  "application:set_env(rabbit, channel_tick_interval, 1000).";
/** Longer than the broker's patience, also when it is busy. */
const LONG = 'echo "$CLOCKD_FIRE#$CLOCKD_ATTEMPT" >> ran; sleep 9';

const test = suite("a run that outlives the broker's patience");

let server: Rabbitmq;
let ground: Ground;

test.before(async () => {
  server = await startRabbitmq();
  await server.evaluate(IMPATIENT);
  ground = rabbitmq(server.url);
});

test.after(() => server.stop());

test("is run once, and nobody notices, when its message is acknowledged in time", () =>
  used(
    ground,
    { a: LONG },
    async (rig) => {
      task(rig, { ackDeadline: 2000 }, LONG);
      await rig.send(fireOf("a"));
      await rig.heard("run.finished");
      assert.equal(await story(rig, 0, "finished"), ["claimed", "kept", "finished done"]);
      assert.equal(
        rig.events.filter(({ type }) => type === "broker.lost"),
        [],
      );
      assert.equal(rig.broker.arrived, [`${id(0)}#1`]);
      assert.equal(begun(rig), [`${id(0)}#1`]);
    },
    { pace: STANDARD_PACE },
  ));

test("is run once also when it is not: the broker takes it back, and it goes on", () =>
  used(
    ground,
    { a: LONG },
    async (rig) => {
      task(rig, {}, LONG);
      await rig.send(fireOf("a"));
      const two = rig.beside();
      await two.heard("worker.taking");
      await rig.heard("run.finished").catch(() => two.heard("run.finished"));
      assert.ok([...rig.told("broker.lost"), ...two.told("broker.lost")].length > 0);
      const words = await story(rig, 0, "finished");
      assert.ok(words.includes("finished done") && !words.includes("started"), words.join());
      assert.equal(begun(rig), [`${id(0)}#1`]);
      await rig.left(0);
    },
    { pace: STANDARD_PACE },
  ));

test.run();
