import { formatSlot } from "../ledger/fire.ts";
import { type Load, loadOf } from "../review/load.ts";
import type { Window } from "../review/window.ts";
import type { Zone } from "../schedule/zone.ts";
import { EXIT } from "./host.ts";
import { isRefusal, type Refusal, usage } from "./refusal.ts";
import { isColored, readFlag, readZone, refuse, type ShowIo } from "./show.ts";
import { simulateText } from "./simulate-text.ts";
import { readSource, type SourceIo } from "./source.ts";

export interface SimulateOptions {
  /** A path, `-`, or a file in a revision of git. */
  file: string;
  /** As written; default now. */
  from: string | undefined;
  /** As written; default a week after `from`, which a duration is counted from. */
  to: string | undefined;
  /** That hours of the day are of; default UTC. */
  timezone: string | undefined;
  json: boolean;
}

export interface SimulateIo extends ShowIo, SourceIo {
  /** Of the terminal. */
  columns: number;
}

/** The minutes of it are kept in memory. ms */
const LONGEST = 3660 * 86_400_000;

/** `clockd simulate`: how much is fired when, and what would make it less at once. Resolves with an exit code. */
export async function simulate(options: SimulateOptions, io: SimulateIo): Promise<number> {
  const zone = readZone(options.timezone);
  if ("code" in zone) return refuse(zone, io);
  const window = readWindow(options, zone, io);
  if (isRefusal(window)) return refuse(window, io);
  const source = await readSource(options.file, "validate", io);
  if (isRefusal(source)) return refuse(source, io);
  const { jobs } = source.config;
  const load = loadOf(jobs, window, zone);
  if (options.json) io.out(asJson(load));
  else io.out(simulateText({ load, jobs, name: source.name, zone }, io.columns, isColored(io)));
  return EXIT.ok;
}

function readWindow(
  { from: begins = "now", to: ends = "+7d" }: SimulateOptions,
  zone: Zone,
  { now }: ShowIo,
): Window | Refusal {
  const from = readFlag("--from", begins, { zone, now, base: now });
  if (typeof from === "object") return from;
  const to = readFlag("--to", ends, { zone, now, base: from });
  if (typeof to === "object") return to;
  if (to <= from) return usage("--to is not after --from");
  if (to - from > LONGEST) return usage("--to is more than 3660 days after --from");
  return { from, to };
}

function asJson(load: Load): string {
  const { window, slots, byHour, byMinute, hours, busiest, silence, spreads } = load;
  const bounds = ({ from, to }: Window) => ({ from: formatSlot(from), to: formatSlot(to) });
  const shown = {
    ...bounds(window),
    slots,
    by_hour_of_day: byHour,
    by_minute_of_hour: byMinute,
    hours: { start: formatSlot(hours.start), slots: [...hours.slots] },
    busiest: busiest.map((moment) => ({ ...moment, at: formatSlot(moment.at) })),
    longest_silence: silence ? bounds(silence) : null,
    spreads: spreads.map(({ at, jobs, spread, before, after }) => ({
      ...{ at: formatSlot(at), jobs, spread_ms: spread },
      ...{ busiest_before: before, busiest_after: after },
    })),
  };
  return `${JSON.stringify(shown)}\n`;
}
