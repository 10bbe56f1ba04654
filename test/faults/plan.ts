import type { Fault, FaultAction, Kind, RoundPlan, Whom } from "./kinds.ts";
import { type Menu, RABBITMQ_MENU } from "./menu.ts";
import { type Random, seededRandom } from "./random.ts";

/** Faults begin within this time. ms. */
const WINDOW_MS = 6000;
/** How far from a second's beginning an aimed fault may be. ms. */
const AIM_MS = 25;
const HOUR_MS = 3_600_000;

/**
 * Chooses everything of a round. The same seed, menu and kinds give the same plan; new kinds and
 * brokers must not change the plans of old ones, whose seeds are written down.
 */
export function planRound(
  seed: number,
  kinds: readonly Kind[] | undefined = undefined,
  menu: Menu = RABBITMQ_MENU,
): RoundPlan {
  const from = kinds ?? menu.kinds;
  const random = seededRandom(seed);
  const clocks = random.chance(0.25) ? 3 : 2;
  const beat = random.chance(0.7) ? 1 : 2;
  const heartbeat = menu.hasHeartbeat ? beat : 0;
  const stop = random.chance(0.5) ? "together" : "leader-last";
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  const context = { menu, heartbeat, random };
  const faults: Fault[] = [];
  for (let n = 0; n < count; n++) {
    // Different ones, if there are enough: two of a kind show less.
    const others = from.filter((kind) => faults.every((fault) => fault.kind !== kind));
    const kind = random.pick(others.length > 0 ? others : from);
    if (kind === "slot") faults.push(...aimed(from, context));
    else faults.push({ at: random.whole(0, WINDOW_MS), ...action(kind, context) });
  }
  faults.sort((a, b) => a.at - b.at);
  return { seed, clocks, heartbeat, faults, stop };
}

/** What the choice of a fault depends on. */
interface Context {
  menu: Menu;
  heartbeat: number;
  random: Random;
}

/** Several faults within some milliseconds of the moment in which all jobs are due. */
function aimed(kinds: readonly Kind[], context: Context): Fault[] {
  const { menu, random } = context;
  const wanted = menu.aimed.filter((kind) => kinds.includes(kind));
  const from = wanted.length > 0 ? wanted : menu.aimed;
  const slot = 1000 * random.whole(1, WINDOW_MS / 1000);
  const count = random.whole(2, 3);
  const faults: Fault[] = [];
  while (faults.length < count) {
    const kind = random.pick(from);
    // It takes ten seconds to come back from one.
    if (from.length > 1 && kind === "broker-kill" && faults.some((fault) => fault.kind === kind))
      continue;
    faults.push({ at: slot + random.whole(-AIM_MS, AIM_MS), ...action(kind, context) });
  }
  return faults;
}

function action(kind: Exclude<Kind, "slot">, context: Context): FaultAction {
  const { menu, random } = context;
  const whom: Whom = random.pick(menu.whom);
  switch (kind) {
    case "kill":
    case "term":
      return { kind, whom, restart: random.whole(0, 2500) };
    case "freeze":
    case "hole":
      return { kind, whom, lasts: silence(context) };
    case "one-way": {
      const lost = random.pick(["to-broker", "to-clock"] as const);
      return { kind, whom, lasts: silence(context), lost };
    }
    case "delay":
      return { kind, whom, lasts: random.whole(3500, 6000) };
    case "broker-kill":
      return { kind, restart: random.whole(0, 1500) };
    case "broker-freeze":
      return { kind, lasts: silence(context) };
    case "alarm":
      return { kind, lasts: random.whole(1000, 4000) };
    case "reset":
      return { kind, whom };
    case "step":
      return { kind, whom, by: random.pick([HOUR_MS, -HOUR_MS, HOUR_MS, -HOUR_MS, 4000, -4000]) };
    case "edit":
      return { kind };
    case "lock":
    case "disk-full":
      return { kind, lasts: blockade(random) };
    case "long-read":
      return { kind, lasts: random.whole(2500, 6000) };
  }
}

/** Mostly longer than it takes others to notice: the broker's patience and a bit. ms. */
function silence({ menu, heartbeat, random }: Context): number {
  const patience = menu.patience(heartbeat);
  if (random.chance(0.2)) return random.whole(200, 0.45 * patience);
  return patience + random.whole(1000, 3500);
}

/** Mostly shorter than the ten seconds for which a clock waits before it gives its link up. ms. */
function blockade(random: Random): number {
  return random.chance(0.7) ? random.whole(500, 6000) : random.whole(10_500, 15_000);
}
