import {
  type Fault,
  type FaultAction,
  KINDS,
  type Kind,
  type RoundPlan,
  type Whom,
} from "./kinds.ts";
import { type Random, seededRandom } from "./random.ts";

/** Faults begin within this time. ms. */
const WINDOW_MS = 6000;
/** How far from a second's beginning an aimed fault may be. ms. */
const AIM_MS = 25;
const HOUR_MS = 3_600_000;

/** What can be aimed at a slot: it happens in a moment. */
const AIMED: readonly Exclude<Kind, "slot">[] = [
  "kill",
  "freeze",
  "term",
  "broker-kill",
  "reset",
  "hole",
  "edit",
];

/** Chooses everything of a round. The same seed and kinds give the same plan. */
export function planRound(seed: number, kinds: readonly Kind[] = KINDS): RoundPlan {
  const random = seededRandom(seed);
  const clocks = random.chance(0.25) ? 3 : 2;
  const heartbeat = random.chance(0.7) ? 1 : 2;
  const stop = random.chance(0.5) ? "together" : "leader-last";
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  const faults: Fault[] = [];
  for (let n = 0; n < count; n++) {
    // Different ones, if there are enough: two of a kind show less.
    const others = kinds.filter((kind) => faults.every((fault) => fault.kind !== kind));
    const kind = random.pick(others.length > 0 ? others : kinds);
    if (kind === "slot") faults.push(...aimed(kinds, heartbeat, random));
    else faults.push({ at: random.whole(0, WINDOW_MS), ...action(kind, heartbeat, random) });
  }
  faults.sort((a, b) => a.at - b.at);
  return { seed, clocks, heartbeat, faults, stop };
}

/** Several faults within some milliseconds of the moment in which all jobs are due. */
function aimed(kinds: readonly Kind[], heartbeat: number, random: Random): Fault[] {
  const wanted = AIMED.filter((kind) => kinds.includes(kind));
  const from = wanted.length > 0 ? wanted : AIMED;
  const slot = 1000 * random.whole(1, WINDOW_MS / 1000);
  const count = random.whole(2, 3);
  const faults: Fault[] = [];
  while (faults.length < count) {
    const kind = random.pick(from);
    // It takes ten seconds to come back from one.
    if (from.length > 1 && kind === "broker-kill" && faults.some((fault) => fault.kind === kind))
      continue;
    faults.push({ at: slot + random.whole(-AIM_MS, AIM_MS), ...action(kind, heartbeat, random) });
  }
  return faults;
}

function action(kind: Exclude<Kind, "slot">, heartbeat: number, random: Random): FaultAction {
  const whom = whomOf(random);
  switch (kind) {
    case "kill":
    case "term":
      return { kind, whom, restart: random.whole(0, 2500) };
    case "freeze":
    case "hole":
      return { kind, whom, lasts: silence(heartbeat, random) };
    case "one-way": {
      const lost = random.pick(["to-broker", "to-clock"] as const);
      return { kind, whom, lasts: silence(heartbeat, random), lost };
    }
    case "delay":
      return { kind, whom, lasts: random.whole(3500, 6000) };
    case "broker-kill":
      return { kind, restart: random.whole(0, 1500) };
    case "broker-freeze":
      return { kind, lasts: silence(heartbeat, random) };
    case "alarm":
      return { kind, lasts: random.whole(1000, 4000) };
    case "reset":
      return { kind, whom };
    case "step":
      return { kind, whom, by: random.pick([HOUR_MS, -HOUR_MS, HOUR_MS, -HOUR_MS, 4000, -4000]) };
    case "edit":
      return { kind };
  }
}

function whomOf(random: Random): Whom {
  return random.pick(["leader", "leader", "leader", "standby", "all"] as const);
}

/** Mostly longer than it takes both sides to notice: two heartbeats and a bit. ms. */
function silence(heartbeat: number, random: Random): number {
  if (random.chance(0.2)) return random.whole(200, 900 * heartbeat);
  return 2000 * heartbeat + random.whole(1000, 3500);
}
