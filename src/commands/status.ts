import { EXIT } from "./host.ts";
import { readLedger } from "./ledger-now.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, withLedger } from "./ledger-session.ts";
import { isRefusal } from "./refusal.ts";
import { isColored, readZone, refuse } from "./show.ts";
import { statusJson, statusOf } from "./status-facts.ts";
import { statusText } from "./status-text.ts";

export interface StatusOptions extends LedgerFlags {
  /** For times; default UTC. */
  timezone: string | undefined;
  json: boolean;
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
    else io.out(statusText(found, zone, isColored(io)));
    return EXIT.ok;
  });
}
