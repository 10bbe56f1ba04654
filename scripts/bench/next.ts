import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";
import { compileSchedule } from "../../src/schedule/compile.ts";
import { type Bench, interleaved, median } from "./figures.ts";
import { measureMany } from "./next/many.ts";

/**
 * What one `next` costs beside croner's and cron-parser's, each with its own handling of zones, on
 * the same patterns, zones and instants; and what very many jobs cost together.
 */
export async function run({ figure, signal }: Bench): Promise<void> {
  for (const [place, instantsOf] of [
    ["any-time", throughTheYears],
    ["near-transition", aroundTransitions],
  ] as const) {
    const costs = await comparePatterns(instantsOf, signal);
    const worst = costs.reduce((a, b) => (a.ratio > b.ratio ? a : b));
    const goal = place === "any-time" ? 1.5 : 2;
    const speedUp = median(costs.map(({ ratio }) => 1 / ratio));
    figure({
      name: `speed-up-${place}`,
      value: speedUp,
      unit: "x",
      ...(place === "any-time" ? { goal: 8, atLeast: true } : {}),
    });
    figure({ name: `worst-ratio-${place}`, value: worst.ratio, unit: "x", goal });
    const worstName = worst.pattern.replaceAll(" ", "_");
    figure({ name: `worst-pattern-${place}:${worstName}`, value: worst.ours, unit: "us" });
    for (const side of ["ours", "croner", "cronParser"] as const) {
      const name = `${side === "cronParser" ? "cron-parser" : side}-${place}`;
      figure({ name, value: median(costs.flatMap((cost) => cost[side] ?? [])), unit: "us" });
    }
  }
  const many = await measureMany(signal);
  figure({ name: "compile-and-first-next-100000", value: many.seconds, unit: "s", goal: 5 });
  figure({ name: "heap-and-external-100000", value: many.heap, unit: "MB", goal: 150 });
  figure({ name: "rss-100000", value: many.rss, unit: "MB" });
}

const PATTERNS = [
  ...["* * * * *", "*/5 * * * *", "*/15 * * * *", "0 * * * *", "17 * * * *", "0,30 * * * *"],
  ...["0 0 * * *", "0 3 * * *", "30 2 * * *", "15 4 * * *", "59 23 * * *", "0 */2 * * *"],
  ...["0 */6 * * *", "0 8,13,18 * * *", "0 9-17 * * *", "*/10 8-18 * * *", "0 22-23 * * *"],
  ...[
    "0 9 * * 1-5",
    "*/5 9-17 * * 1-5",
    "30 7 * * MON",
    "0 12 * * 0",
    "0 6 * * 2,4",
    "0 0 * * 6,0",
  ],
  ...["0 0 1 * *", "30 1 1,15 * *", "0 5 28 * *", "0 4 31 * *", "0 0 1 1 *", "0 6 1 1,4,7,10 *"],
  ...["0 0 29 2 *", "15 10 * 6-8 1-5", "0 3 1-7 * 6", "0 2 * JAN,JUL *"],
  ...["0 23 L * *", "0 18 15W * *", "0 9 * * 1#1", "0 17 * * 5#L", "0 20 LW * *"],
  ...["*/10 * * * * *", "30 */5 * * * *", "0 0 2 * * *"],
];

const ZONES = [
  ...["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo"],
  ...["Australia/Sydney", "Asia/Tokyo", "Europe/London", "America/Los_Angeles", "Africa/Cairo"],
];

const INSTANTS = 20;
const FROM = Date.UTC(2026, 0, 1);
const UNTIL = Date.UTC(2028, 0, 1);
const DAY_MS = 86_400_000;
const ROUNDS = 7;

interface Cost {
  pattern: string;
  /** ours / croner */
  ratio: number;
  /** µs a call. */
  ours: number;
  croner: number;
  /** Undefined where it does not know the syntax. */
  cronParser: number | undefined;
}

type Instants = (zone: string, random: () => number) => number[];

async function comparePatterns(instantsOf: Instants, signal: AbortSignal): Promise<Cost[]> {
  const random = seeded(20_261_124);
  const questions = ZONES.map((zone) => ({ zone, instants: instantsOf(zone, random) }));
  const calls = questions.reduce((sum, { instants }) => sum + instants.length, 0);
  const costs: Cost[] = [];
  for (const pattern of PATTERNS) {
    const sides = [ours, croner, cronParser].map((make) => {
      const parts = questions.map(({ zone, instants }) => ({
        next: make(pattern, zone),
        instants,
      }));
      return parts.some(({ next }) => next === undefined) ? undefined : () => timed(parts, calls);
    });
    const [a, b, c] = sides as [() => number, () => number, (() => number) | undefined];
    for (const warmUp of [a, b, a, b, a]) warmUp();
    const pair = await interleaved(ROUNDS, a, b);
    const third = c && median([c(), c(), c()]);
    costs.push({ pattern, ratio: pair.ratio, ours: pair.a, croner: pair.b, cronParser: third });
    signal.throwIfAborted();
  }
  return costs;
}

type Next = (after: number) => unknown;

function ours(pattern: string, timezone: string): Next {
  const compiled = compileSchedule({ timezone, cron: [pattern] });
  if ("problems" in compiled) throw new Error(`${pattern}: ${compiled.problems[0]?.message}`);
  return compiled.schedule.next;
}

function croner(pattern: string, timezone: string): Next {
  const cron = new Cron(pattern, { timezone });
  return (after) => cron.nextRun(new Date(after));
}

function cronParser(pattern: string, tz: string): Next | undefined {
  try {
    const expression = CronExpressionParser.parse(pattern, { tz });
    return (after) => {
      expression.reset(new Date(after));
      return expression.next();
    };
  } catch {
    return undefined;
  }
}

/** µs a call. */
function timed(parts: readonly { next: Next | undefined; instants: number[] }[], calls: number) {
  const start = performance.now();
  for (const { next, instants } of parts) for (const instant of instants) next!(instant);
  return ((performance.now() - start) * 1000) / calls;
}

function throughTheYears(_zone: string, random: () => number): number[] {
  return Array.from({ length: INSTANTS }, () => FROM + Math.floor(random() * (UNTIL - FROM)));
}

/** Within a day of a change of the zone's clock; zones that have none stay out. */
function aroundTransitions(zone: string, random: () => number): number[] {
  const transitions: number[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(FROM)
    .toZonedDateTimeISO(zone)
    .getTimeZoneTransition("next");
  for (; at && at.epochMilliseconds < UNTIL; at = at.getTimeZoneTransition("next")) {
    transitions.push(at.epochMilliseconds);
  }
  if (transitions.length === 0) return [];
  return Array.from({ length: INSTANTS }, (_, index) => {
    const middle = transitions[index % transitions.length]!;
    return Math.floor(middle + (random() * 2 - 1) * DAY_MS);
  });
}

/** The same instants in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
