import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkerFigures } from "./judge.ts";
import { workerFaultName } from "./kinds.ts";
import { recordLine } from "./outcomes.ts";
import type { WorkerRound } from "./round.ts";

/** One line for a round: seed, faults, figures, and the verdict. */
export function workerRoundLine({ plan, figures, problems, duration }: WorkerRound): string {
  return [
    `seed ${plan.seed}`,
    plan.faults.map(workerFaultName).join(", "),
    figures ? workerFiguresText(figures) : "no figures",
    `${problems.length > 0 ? "FAILED" : "ok"} (${(duration / 1000).toFixed(1)} s)`,
  ].join(" | ");
}

export function workerFiguresText(figures: WorkerFigures): string {
  const { outcomes, ...counts } = figures;
  const ends = Object.entries(outcomes)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}`);
  const rest = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return `${rest[0]} (${ends.join(", ")}) ${rest.slice(1).join(" ")}`;
}

/** The last lines of a run. */
export function workerTotalLines(rounds: readonly WorkerRound[]): string[] {
  const judged = rounds.flatMap(({ figures }) => figures ?? []);
  const failed = rounds.filter(({ problems }) => problems.length > 0).length;
  const sums = judged.length > 0 ? [`in all: ${workerFiguresText(judged.reduce(add))}`] : [];
  return [...sums, `${rounds.length} rounds, ${failed} failed`];
}

function add(a: WorkerFigures, b: WorkerFigures): WorkerFigures {
  const { outcomes, ...counts } = a;
  const sum = { ...counts, outcomes: { ...outcomes } };
  for (const [name, count] of Object.entries(b.outcomes)) {
    sum.outcomes[name] = (sum.outcomes[name] ?? 0) + count;
  }
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) sum[name] += b[name];
  return sum;
}

/**
 * Keeps what a round has to tell, for people: the log of each process, what the commands wrote, the
 * ledger (a line a record), and what was done when. Returns the folder.
 */
export function keepWorkerRound(round: WorkerRound): string {
  const { plan, evidence, figures, problems, logs } = round;
  const folder = mkdtempSync(join(tmpdir(), `clockd-worker-faults-${plan.seed}-`));
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  for (const { name, lines } of logs) write(`${name}.log`, lines);
  write("round.txt", [workerRoundLine(round), ...problems.map((problem) => `  ${problem}`)]);
  write("round.json", [JSON.stringify({ plan, figures, problems }, null, 1)]);
  if (evidence) {
    const { records, lines, ...rest } = evidence;
    write("ledger.txt", records.map(recordLine));
    write(
      "commands.txt",
      lines.map(
        (line) => `${new Date(line.at).toISOString().slice(11, 23)} ${JSON.stringify(line)}`,
      ),
    );
    write("evidence.json", [JSON.stringify(rest, null, 1)]);
  }
  return folder;
}
