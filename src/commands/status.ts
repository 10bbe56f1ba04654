import { EXIT } from "./host.ts";
import { readLedger } from "./ledger-now.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, withLedger } from "./ledger-session.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { isColored, readZone, refuse } from "./show.ts";
import { type Status, statusJson, statusOf } from "./status-facts.ts";
import { leaderCheck, statusText } from "./status-text.ts";

export interface StatusOptions extends LedgerFlags {
  /** For times; default UTC. */
  timezone: string | undefined;
  json: boolean;
  /** Says only whether a clock leads, and ends with 1 when none does. */
  check: boolean;
}

/** `clockd status`: who leads, and how the jobs are. Resolves with an exit code. */
export async function status(options: StatusOptions, io: LedgerIo): Promise<number> {
  const zone = readZone(options.timezone);
  if ("code" in zone) return refuse(zone, io);
  return withLedger(options, io, async (session) => {
    const follower = await readLedger(session.link, io);
    if (isRefusal(follower)) return follower;
    const found = statusOf(follower.state, session, io.time.now());
    if (options.json) io.out(`${JSON.stringify(statusJson(found))}\n`);
    else if (!options.check) io.out(statusText(found, zone, isColored(io)));
    return options.check ? checked(found, options, io) : EXIT.ok;
  });
}

/** For health checks: a leader that is heard of is all that the firing of jobs needs. */
function checked(found: Status, { json }: StatusOptions, io: LedgerIo): number | Refusal {
  const [isFine, text] = leaderCheck(found);
  if (!isFine) return { code: EXIT.problems, message: `clockd: ${text}\n` };
  if (!json) io.out(`${text}\n`);
  return EXIT.ok;
}
