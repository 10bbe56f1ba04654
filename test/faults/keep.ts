import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { roundLine } from "./report.ts";
import type { Round } from "./round.ts";

/**
 * Keeps what a failed round has to tell, for people: the log of each clock (`a1.log`: the first that
 * sat in seat a), the round itself, and what was in the queues and in the ledger
 * (`ledger.txt`: a line a record). Returns the folder.
 */
export function keepRound(round: Round, parent = tmpdir()): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `clockd-faults-${round.plan.seed}-`));
  for (const { name, clock } of round.clocks) {
    writeFileSync(join(folder, `${name}.log`), `${clock.lines.join("\n")}\n`);
  }
  const { plan, happened, figures, problems, evidence } = round;
  const told = [roundLine(round), ...problems.map((problem) => `  ${problem}`)];
  writeFileSync(join(folder, "round.txt"), `${told.join("\n")}\n`);
  writeFileSync(join(folder, "round.json"), json({ plan, happened, figures, problems }));
  if (evidence) {
    const { queued, ledger, trail, end, stopped } = evidence;
    const added = Object.fromEntries(ledger.added);
    const whole = { end, stopped, queued, ledger: { ...ledger, added } };
    writeFileSync(join(folder, "evidence.json"), json(whole));
    writeFileSync(join(folder, "ledger.txt"), `${trail.join("\n")}\n`);
  }
  return folder;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
