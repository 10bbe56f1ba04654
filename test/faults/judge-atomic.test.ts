import { suite } from "uvu";
import * as assert from "uvu/assert";
import { at, fire, good, id, JOBS, LAW, ledgerOf, without } from "./doctored.ts";
import type { Evidence, SeenFire } from "./evidence.ts";
import type { JobUnderTest } from "./jobs.ts";
import { judge } from "./judge.ts";

const test = suite("the judge of a broker in which queue and ledger are one");

test("complains of any difference between queue and ledger where they are one", () => {
  const strict = (queued: readonly SeenFire[], fires: readonly SeenFire[], jobs = JOBS) => {
    const evidence = { queued, ledger: ledgerOf(fires), end: at(10), stopped: at(11) };
    return judge(evidence, jobs, { ...LAW, isAtomic: true }).problems;
  };
  assert.equal(strict(good(), good()), []);
  const five = id("a", 5);
  assert.equal(strict(without(good(), "a", 5), good()), [
    `lost: ${five} (in the ledger only)`,
    `in the ledger and not in a queue: ${five}`,
  ]);
  assert.equal(strict(good(), without(good(), "a", 5)), [
    `in a queue and not in the ledger: ${five}`,
  ]);
  assert.equal(strict(good(), [...good(), fire("a", 5)]), [
    `in the ledger more than once: ${five}`,
  ]);
  assert.equal(strict([...good(), fire("a", 5, true)], good()), [
    `flagged, where nothing can be in doubt: ${five}`,
  ]);
});

test("wants each fire that cannot be delivered to be recorded as missed, and in no queue", () => {
  const jobs: readonly JobUnderTest[] = [JOBS[0]!, { ...JOBS[1]!, undeliverable: true }];
  const queued = good().filter(({ job }) => job === "a");
  const missed = [3, 6, 9].map((second) => {
    return { job: "b", count: 1, first: at(second), last: at(second), reason: "no exchange" };
  });
  const verdictOn = (evidence: Partial<Evidence>, records = missed) => {
    const ledger = { ...ledgerOf(good()), missed: records };
    const whole = { queued, ledger, end: at(10), stopped: at(11), ...evidence };
    return judge(whole, jobs, { ...LAW, isAtomic: true }).problems;
  };
  assert.equal(verdictOn({}), []);
  assert.equal(verdictOn({}, missed.slice(1)), [`lost: ${id("b", 3)} (in the ledger only)`]);
  assert.match(verdictOn({ queued: good() }).join(), /not to be fired: b@.* cannot be delivered/);
});

test.run();
