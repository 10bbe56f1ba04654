import { isBrokerProblem } from "../broker/broker.ts";
import type { DeadHow, DeadLetter, SettledDead } from "../broker/dead-letter.ts";
import { counted } from "../schedule/words.ts";
import { letterItem, nameOf, readLetters, type Selection } from "./dead-letters.ts";
import { EXIT } from "./host.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { brokerRefusal, type LedgerIo, withLedger } from "./ledger-session.ts";
import { isRefusal, type Refusal, usage } from "./refusal.ts";
import { refuse } from "./show.ts";
import { plain } from "./table.ts";

export interface DeadSettleOptions extends LedgerFlags {
  how: DeadHow;
  /** Ids of letters, or of fires. */
  whats: readonly string[];
  job: string | undefined;
  all: boolean;
  /** Only says what would be done. */
  dryRun: boolean;
  /** What cannot be undone is wanted. */
  yes: boolean;
  json: boolean;
}

/** What became of a letter. */
type Result = "retried" | "dropped" | "would be retried" | "would be dropped" | "failed" | "gone";

/**
 * `clockd dead retry` and `clockd dead drop`. Resolves with an exit code: 1 when there is no such
 * letter, or one of them stays.
 */
export async function deadSettle(options: DeadSettleOptions, io: LedgerIo): Promise<number> {
  const selection = readSelection(options);
  if (isRefusal(selection)) return refuse(selection, io);
  const { how, dryRun, yes } = options;
  return withLedger(options, io, async ({ link }) => {
    const letters = await readLetters(link, selection);
    if (isRefusal(letters)) return letters;
    if (dryRun || (how === "drop" && !yes)) {
      const would = how === "retry" ? "would be retried" : "would be dropped";
      for (const letter of letters) tell(letter, would, null, options, io);
      return dryRun ? EXIT.ok : unsure(letters.length);
    }
    const ids = letters.map(({ id }) => id);
    const settled = await link.settleDead(ids, how);
    if (isBrokerProblem(settled)) return inDoubt(brokerRefusal(settled));
    return tellAll(letters, settled, options, io);
  });
}

function readSelection({ whats, job, all }: DeadSettleOptions): Selection | Refusal {
  const ways = [whats.length > 0, job !== undefined, all].filter((way) => way).length;
  if (ways !== 1) return usage("name the letters, or give one of --job and --all");
  if (whats.length > 0) return { whats };
  return job === undefined ? {} : { job };
}

function unsure(count: number): Refusal {
  const what = count === 1 ? "this letter" : `these ${counted(count, "letter")}`;
  const message = `clockd: nothing was dropped: what is dropped is gone, --yes drops ${what}\n`;
  return { code: EXIT.usage, message };
}

function inDoubt({ code, message }: Refusal): Refusal {
  const doubt = "clockd: some may have been settled: clockd dead list shows what is left\n";
  return { code, message: `${message}${doubt}` };
}

function tellAll(
  letters: readonly DeadLetter[],
  { settled, failed }: SettledDead,
  options: DeadSettleOptions,
  io: LedgerIo,
): number {
  const done = new Set(settled);
  const failures = new Map(failed.map(({ id, problem }) => [id, problem.message]));
  const results = letters.map((letter) => {
    const problem = failures.get(letter.id) ?? null;
    const result = problem !== null ? "failed" : done.has(letter.id) ? PAST[options.how] : "gone";
    tell(letter, result, problem, options, io);
    return result;
  });
  return results.every((result) => result === PAST[options.how]) ? EXIT.ok : EXIT.problems;
}

const PAST = { retry: "retried", drop: "dropped" } as const;

/** A line for each: what was done on standard output, what was not on standard error too. */
function tell(
  letter: DeadLetter,
  result: Result,
  problem: string | null,
  { json }: DeadSettleOptions,
  { out, err }: LedgerIo,
): void {
  const name = plain(`${letter.id} ${nameOf(letter)}`);
  if (json) out(`${JSON.stringify({ ...letterItem(letter), result, failure: problem })}\n`);
  if (result === "failed") err(`clockd: ${name} stays: ${plain(problem!)}\n`);
  else if (result === "gone") err(`clockd: ${name} was settled by somebody else\n`);
  else if (!json) out(`${result} ${name}\n`);
}
