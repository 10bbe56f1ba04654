import type { DeadLetter } from "../broker/dead-letter.ts";
import { parseFireId } from "../ledger/fire.ts";
import type { FinishedRecord } from "../ledger/run-record.ts";
import type { Zone } from "../schedule/zone.ts";
import { letterItem, nameOf, readLetters } from "./dead-letters.ts";
import { itemOf } from "./history-items.ts";
import { EXIT } from "./host.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, type Session, withLedger } from "./ledger-session.ts";
import { timeText } from "./ledger-words.ts";
import { textOf } from "./logs.ts";
import { readStory } from "./logs-read.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { readZone, refuse } from "./show.ts";
import { plain } from "./table.ts";

export interface DeadShowOptions extends LedgerFlags {
  /** The id of a letter, or of a fire. */
  what: string;
  timezone: string | undefined;
  json: boolean;
}

/**
 * `clockd dead show`: a letter, what became of its earlier attempts, and what the ledger has of them.
 * Resolves with an exit code: 1 when there is no such letter.
 */
export async function deadShow(options: DeadShowOptions, io: LedgerIo): Promise<number> {
  const { what, timezone, json } = options;
  const zone = readZone(timezone);
  if ("code" in zone) return refuse(zone, io);
  return withLedger(options, io, async (session) => {
    const letters = await readLetters(session.link, { whats: [what] });
    if (isRefusal(letters)) return letters;
    for (const letter of letters) {
      const runs = await readRuns(letter, session, io);
      if (isRefusal(runs)) return runs;
      io.out(json ? jsonOf(letter, runs) : textOfLetter(letter, runs, zone));
    }
    return EXIT.ok;
  });
}

/** The runs of a letter's fire, as far as the ledger goes back. */
async function readRuns(
  { fire }: DeadLetter,
  session: Session,
  io: LedgerIo,
): Promise<FinishedRecord[] | Refusal> {
  const asked = fire === undefined ? undefined : parseFireId(fire);
  if (!asked) return [];
  const story = await readStory(asked, session, io);
  return isRefusal(story) ? story : story.runs;
}

function jsonOf(letter: DeadLetter, runs: readonly FinishedRecord[]): string {
  const body = letter.body.toString("utf8");
  return `${JSON.stringify({ ...letterItem(letter), body, runs: runs.map(itemOf) })}\n`;
}

/** What a person reads of a message. */
const LONGEST_BODY = 4000;

function textOfLetter(letter: DeadLetter, runs: readonly FinishedRecord[], zone: Zone): string {
  const { id, at, attempt, queue, reason, history, content, body } = letter;
  const said = body.toString("utf8");
  const lines = [
    `${nameOf(letter)}${attempt === undefined ? "" : ` attempt ${attempt}`}`,
    `  id       ${id}`,
    `  reason   ${reason}`,
    at !== undefined && `  since    ${timeText(at, zone)}`,
    queue !== "" && `  queue    ${queue}`,
    "problem" in content && `  problem  ${content.problem}`,
    ...history.map((text, index) => `  ${index === 0 ? "history" : "       "}  ${text}`),
    `  message  ${said.length > LONGEST_BODY ? `${said.slice(0, LONGEST_BODY)}…` : said}`,
  ];
  const head = lines.filter((line) => line !== false).map((line) => `${plain(line)}\n`);
  return [...head, ...runs.map((run) => `\n${textOf(run)}`)].join("");
}
