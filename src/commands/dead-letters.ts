import type { LedgerLink } from "../broker/broker.ts";
import type { DeadLetter } from "../broker/dead-letter.ts";
import type { Zone } from "../schedule/zone.ts";
import { brokerRefusal } from "./ledger-session.ts";
import { short, timeText } from "./ledger-words.ts";
import { none } from "./logs-read.ts";
import { meantHint, type Refusal } from "./refusal.ts";
import { textTable } from "./table.ts";

/** Which of the dead letters are meant; nothing: all of them. */
export interface Selection {
  /** Ids of letters, or of fires. */
  whats?: readonly string[];
  job?: string;
}

/** The letters that are meant, oldest first; a refusal when there are none. */
export async function readLetters(
  link: LedgerLink,
  { whats, job }: Selection,
): Promise<DeadLetter[] | Refusal> {
  const all: DeadLetter[] = [];
  const problem = await link.readDead((letter) => void all.push(letter));
  if (problem) return brokerRefusal(problem);
  if (all.length === 0) return none("there are no dead letters");
  if (job !== undefined) {
    const found = all.filter((letter) => letter.job === job);
    const known = new Set(all.flatMap((letter) => letter.job ?? []));
    if (found.length === 0) return none(`no dead letter is of "${job}"${meantHint(job, known)}`);
    return found;
  }
  if (whats === undefined) return all;
  for (const what of whats) {
    if (!all.some((letter) => isMeant(letter, what))) {
      return none(`there is no dead letter "${what}": clockd dead list shows those that there are`);
    }
  }
  return all.filter((letter) => whats.some((what) => isMeant(letter, what)));
}

function isMeant({ id, fire }: DeadLetter, what: string): boolean {
  return id === what || fire === what;
}

/** A letter for a machine: always the same fields in the same order. Instants are ISO 8601 in UTC. */
export function letterItem(letter: DeadLetter): Record<string, unknown> {
  const { id, at, job, fire, attempt, queue, reason, history, content } = letter;
  return {
    ...{ id, at: at === undefined ? null : new Date(at).toISOString(), job: job ?? null },
    ...{ fire: fire ?? null, attempt: attempt ?? null, queue: queue === "" ? null : queue },
    ...{ reason, history, problem: "problem" in content ? content.problem : null },
  };
}

const HEAD = ["ID", "TIME", "FIRE", "ATTEMPT", "QUEUE", "REASON"];

export function letterTable(letters: readonly DeadLetter[], zone: Zone, color: boolean): string {
  const rows = letters.map((letter) => {
    const { id, at, attempt, queue, reason } = letter;
    const time = at === undefined ? "" : timeText(at, zone);
    return [id, time, nameOf(letter), String(attempt ?? ""), queue, short(reason, 100)];
  });
  return textTable(HEAD, rows, color);
}

/** What a letter is called: its fire, or what is known of it. */
export function nameOf({ fire, job }: DeadLetter): string {
  return fire ?? job ?? "(no fire)";
}
