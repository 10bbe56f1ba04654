import { fireId } from "../ledger/fire.ts";
import type { FinishedRecord } from "../ledger/run-record.ts";
import { itemOf } from "./history-items.ts";
import { runWords } from "./history-words.ts";
import { EXIT } from "./host.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, withLedger } from "./ledger-session.ts";
import { type Asked, type FireStory, findFire, none, readStory } from "./logs-read.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { plain } from "./table.ts";

export interface LogsOptions extends LedgerFlags {
  /** The id of a fire, or the name of a job: its newest run. */
  what: string;
  /** Undefined: all of them. */
  attempt: number | undefined;
  json: boolean;
}

/** `clockd logs`: the end of what a fire's attempts have put out. Resolves with an exit code. */
export async function logs(options: LogsOptions, io: LedgerIo): Promise<number> {
  return withLedger(options, io, async (session) => {
    const asked = await findFire(options.what, session, io);
    if (isRefusal(asked)) return asked;
    const story = await readStory(asked, session, io);
    if (isRefusal(story)) return story;
    const { runs } = story;
    if (runs.length === 0) return none(whyNoRun(asked, story));
    const wanted = runs.filter(({ attempt }) => attempt === (options.attempt ?? attempt));
    if (wanted.length === 0) return noAttempt(asked, runs, options.attempt!);
    for (const run of wanted)
      io.out(options.json ? `${JSON.stringify(itemOf(run))}\n` : textOf(run));
    if (wanted.some(({ tail }) => tail !== undefined)) return EXIT.ok;
    return none("the ledger has no output of it: the worker was of an older version");
  });
}

/** Why the ledger tells of no run of a fire. */
export function whyNoRun({ job, slot }: Asked, story: FireStory): string {
  const { fired, missed, triggered, begins } = story;
  const id = fireId(job, slot);
  if (fired?.fire.target.kind === "publish") {
    return `${id} went to the exchange "${fired.fire.target.exchange}": no worker runs it`;
  }
  if (fired) return `${id} was fired at ${iso(fired.at)}, and no worker has told of its end`;
  if (missed) return `${id} was missed: ${missed.reason}`;
  if (triggered) return `${id} was asked for, and no clock has fired it yet`;
  if (begins === undefined) return `there is no fire ${id} in the ledger`;
  return `what became of ${id} is not known any more: the ledger begins at ${iso(begins)}`;
}

function noAttempt(
  { job, slot }: Asked,
  runs: readonly FinishedRecord[],
  attempt: number,
): Refusal {
  const there = [...new Set(runs.map((run) => run.attempt))].join(", ");
  return none(`${fireId(job, slot)} has no attempt ${attempt} in the ledger, only ${there}`);
}

/** For people: how it ended, and then what it has put out. */
export function textOf(run: FinishedRecord): string {
  const { end, rest } = runWords(run);
  const head = plain(`${run.fire} attempt ${run.attempt}: ${end}, ${rest}`);
  return `${head}\n${outputOf(run)}`;
}

function outputOf({ tail, tailCut }: FinishedRecord): string {
  if (tail === undefined) return "";
  if (tail === "") return "(it put nothing out)\n";
  const lines = (tail.endsWith("\n") ? tail.slice(0, -1) : tail).split("\n");
  const cut = tailCut ? "… (only the end is in the ledger, the worker's log has it all)\n" : "";
  return `${cut}${lines.map((line) => `${harmless(line)}\n`).join("")}`;
}

/** Colours and the like of a command, and what only writes over the line. */
const STEERING = /(?![\t\r])\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
/** The rest of what would steer a terminal, or turn the direction of reading. */
const REST = /(?!\t)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

function harmless(line: string): string {
  return line.replace(STEERING, "").replace(REST, " ");
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
