import type { FailOver } from "./failover.ts";
import type { Happened } from "./field.ts";
import type { Figures } from "./judge.ts";
import { faultName } from "./kinds.ts";
import type { Round } from "./round.ts";

/** One line for a round: seed, what happened when, figures, and the verdict. */
export function roundLine(round: Round): string {
  const { plan, happened, figures, failOver, problems, duration } = round;
  const faults = happened.length > 0 ? happened.map(happenedText) : plan.faults.map(faultName);
  const clocks = `${plan.clocks} clocks`;
  const parts = [
    `seed ${plan.seed}`,
    plan.heartbeat > 0 ? `${clocks}, heartbeat ${plan.heartbeat} s` : clocks,
    faults.join(", "),
    figures ? figuresText(figures) : "no figures",
    ...(failOver ? [failOverText(failOver)] : []),
    `${problems.length > 0 ? "FAILED" : "ok"} (${(duration / 1000).toFixed(1)} s)`,
  ];
  return parts.join(" | ");
}

function happenedText({ fault, at, seats }: Happened): string {
  const who = seats.length > 0 ? ` [${seats.join("")}]` : "";
  return `${faultName(fault)}${who} at ${new Date(at).toISOString().slice(14, 23)}`;
}

export function figuresText(figures: Figures): string {
  const { missedBy } = figures;
  const reasons = Object.entries(missedBy).map(([reason, count]) => `${reason}: ${count}`);
  const why = reasons.length > 0 ? ` (${reasons.join(", ")})` : "";
  const first = `expected ${figures.expected} fired ${figures.fired} missed ${figures.missed}${why}`;
  return `${first} ${ODD.map((name) => `${name} ${figures[name]}`).join(" ")}`;
}

const ODD = [
  "flagged",
  "lost",
  "doubled",
  "orphans",
  "contradictory",
  "unrecorded",
  "unscheduled",
] as const;

function failOverText({ kind, leading, fire }: FailOver): string {
  return `fail-over after ${kind}: leading ${leading} ms, first fire ${fire} ms`;
}

/** The last lines of a run: sums, fail-over times, and how many failed. */
export function totalLines(rounds: readonly Round[]): string[] {
  const lines: string[] = [];
  const judged = rounds.flatMap(({ figures }) => figures ?? []);
  if (judged.length > 0) lines.push(`in all: ${figuresText(judged.reduce(add))}`);
  for (const kind of ["kill", "freeze"] as const) {
    const times = rounds.flatMap(({ failOver }) => (failOver?.kind === kind ? failOver : []));
    if (times.length === 0) continue;
    const leading = spread(times.map((time) => time.leading));
    const fire = spread(times.map((time) => time.fire));
    lines.push(
      `fail-over after ${kind} of the leader, ${times.length} rounds: ` +
        `leading ${leading}, first fire ${fire}`,
    );
  }
  const failed = rounds.filter(({ problems }) => problems.length > 0).length;
  lines.push(`${rounds.length} rounds, ${failed} failed`);
  return lines;
}

function add(a: Figures, b: Figures): Figures {
  const missedBy = { ...a.missedBy };
  for (const [reason, count] of Object.entries(b.missedBy)) {
    missedBy[reason] = (missedBy[reason] ?? 0) + count;
  }
  const sum = { ...a, missedBy };
  for (const name of ["expected", "fired", "missed", "missedTwice", ...ODD] as const) {
    sum[name] = a[name] + b[name];
  }
  return sum;
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `${sorted[0]} / ${sorted[sorted.length >> 1]} / ${sorted.at(-1)} ms (least, median, most)`;
}
