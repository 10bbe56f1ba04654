import { letterItem, letterTable, readLetters } from "./dead-letters.ts";
import { EXIT } from "./host.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, withLedger } from "./ledger-session.ts";
import { isRefusal } from "./refusal.ts";
import { isColored, readZone, refuse } from "./show.ts";

export interface DeadListOptions extends LedgerFlags {
  job: string | undefined;
  timezone: string | undefined;
  json: boolean;
}

/**
 * `clockd dead list`: the dead letters, oldest first. Resolves with an exit code; that there are none is good
 * news, and said on standard error.
 */
export async function deadList(options: DeadListOptions, io: LedgerIo): Promise<number> {
  const { job, timezone, json } = options;
  const zone = readZone(timezone);
  if ("code" in zone) return refuse(zone, io);
  return withLedger(options, io, async ({ link }) => {
    const letters = await readLetters(link, job === undefined ? {} : { job });
    if (isRefusal(letters)) {
      if (letters.code !== EXIT.problems) return letters;
      io.err(letters.message);
      return EXIT.ok;
    }
    if (json) for (const letter of letters) io.out(`${JSON.stringify(letterItem(letter))}\n`);
    else io.out(`${letterTable(letters, zone, isColored(io))}\n`);
    return EXIT.ok;
  });
}
