/**
 * Kills processes of the embedded broker in the middle of their work, and looks into the file:
 * `npm run kills -- --rounds N --seed S`. Each round prints its seed: `--rounds 1 --seed` with it repeats
 * its plan. A file goes through 50 rounds. Ends with `N rounds, M failed`, and with exit code 1 when one
 * failed; its file is kept and named.
 */
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seedOfRound } from "../test/faults/random.ts";
import { createKillField, type KillField, type KillRound } from "../test/kills/field.ts";
import { type KillPlan, planKill } from "../test/kills/plan.ts";

const ROUNDS_A_FILE = 50;

let isStopped = false;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    isStopped = true;
  });
}

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "20" }, seed: { type: "string" } },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error("kills: --rounds is a number from 1 on, --seed a whole number");
  process.exitCode = 2;
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const total = { rounds: 0, failed: 0, confirmed: 0, finished: 0, redelivered: 0 };
  const killed: Record<string, number> = {};
  console.log(`seed ${seed}`);
  while (total.rounds < rounds && !isStopped) {
    const field = createKillField();
    const problems: string[] = [];
    while (!isStopped && total.rounds < rounds) {
      const number = ++total.rounds;
      const ofRound = seedOfRound(seed, number);
      const plan = planKill(ofRound);
      const round = await field.play(plan);
      killed[plan.victim] = (killed[plan.victim] ?? 0) + 1;
      for (const key of ["confirmed", "finished", "redelivered"] as const) total[key] += round[key];
      console.log(`round ${number} | seed ${ofRound} | ${lineOf(plan, round)}`);
      problems.push(...round.problems);
      if (problems.length > 0 || number % ROUNDS_A_FILE === 0) break;
    }
    if (problems.length === 0) problems.push(...(await field.drain()));
    if (problems.length > 0) report(problems, field);
    if (problems.length > 0) total.failed++;
    field.remove();
  }
  console.log(
    `killed: ${Object.entries(killed)
      .map(([name, n]) => `${name} ${n}`)
      .join(", ")}`,
  );
  console.log(
    `${total.confirmed} fires confirmed, ${total.finished} finished, ${total.redelivered} delivered again`,
  );
  console.log(`${total.rounds} rounds, ${total.failed} failed`);
  return isStopped ? 130 : total.failed > 0 ? 1 : 0;
}

function lineOf({ victim, from, after, open, hold }: KillPlan, round: KillRound): string {
  const when = `${Math.round(after)} ms after ${from === "start" ? "the start" : "all worked"}`;
  const said = `confirmed ${round.confirmed}, finished ${round.finished}, again ${round.redelivered}`;
  return `${victim} killed ${when}, open ${open}, hold ${hold} ms | ${said}`;
}

/** A failed round's file is worth keeping. */
function report(problems: readonly string[], { folder }: KillField): void {
  const kept = mkdtempSync(join(tmpdir(), "clockd-kills-kept-"));
  cpSync(folder, kept, { recursive: true });
  for (const problem of problems) console.log(`  ${problem}`);
  console.log(`  the file: ${kept}`);
}
