import type { Instant } from "../clock/time.ts";
import { type Choice, type Chosen, choose } from "./choice.ts";
import { EXIT } from "./host.ts";
import { type Refusal, usage } from "./refusal.ts";
import { isColored, readFlag, readZone, refuse, type ShowIo } from "./show.ts";
import { mergedSlots, slotFields } from "./slots.ts";
import { type Row, slotTable } from "./table.ts";

export interface NextOptions extends Choice {
  /** As written; default now. */
  from: string | undefined;
  /** As written; a duration is counted from `from`. */
  until: string | undefined;
  /** At most so many slots; default 10, or MOST_SLOTS with `until`. */
  count: number | undefined;
  json: boolean;
}

const MOST_SLOTS = 100_000;

/** `clockd next`: shows the slots to come. Resolves with an exit code. */
export async function next(options: NextOptions, io: ShowIo): Promise<number> {
  const window = readWindow(options, io.now);
  if ("code" in window) return refuse(window, io);
  const chosen = await choose(options, io.environment, io.now);
  if ("code" in chosen) return refuse(chosen, io);
  const shown = withoutPaused(chosen, options.jobs.length > 0, io);
  const { rows, more } = slotsOf(shown, window);
  if (options.json) {
    io.out(rows.map((row) => `${JSON.stringify(slotFields(row))}\n`).join(""));
  } else if (rows.length > 0) {
    io.out(`${slotTable(rows, io.now, isColored(io))}\n`);
  }
  if (rows.length === 0 && shown.length > 0) io.err("clockd: there is no slot in that time\n");
  if (more && options.count === undefined && options.until !== undefined) {
    io.err(`clockd: only the first ${MOST_SLOTS} slots are shown: there are more\n`);
  }
  return EXIT.ok;
}

interface Window {
  from: Instant;
  until: Instant;
  count: number;
}

function readWindow(options: NextOptions, now: Instant): Window | Refusal {
  const zone = readZone(options.timezone);
  if ("code" in zone) return zone;
  const from = readFlag("--from", options.from ?? "now", { zone, now, base: now });
  if (typeof from === "object") return from;
  if (options.until === undefined) return { from, until: Infinity, count: options.count ?? 10 };
  const until = readFlag("--until", options.until, { zone, now, base: from });
  if (typeof until === "object") return until;
  if (until < from) return usage("--until is before --from");
  return { from, until, count: options.count ?? MOST_SLOTS };
}

/** Paused jobs have no slots to come, unless somebody asks for them by name. */
function withoutPaused(chosen: readonly Chosen[], named: boolean, io: ShowIo): readonly Chosen[] {
  const paused = chosen.filter(({ paused }) => paused).map(({ job }) => job);
  if (paused.length === 0) return chosen;
  const names = `${paused.slice(0, 10).join(", ")}${paused.length > 10 ? ", …" : ""}`;
  io.err(`clockd: paused${named ? "" : ", and left out"}: ${names}\n`);
  return named ? chosen : chosen.filter(({ paused }) => !paused);
}

function slotsOf(
  chosen: readonly Chosen[],
  { from, until, count }: Window,
): { rows: Row[]; more: boolean } {
  const rows: Row[] = [];
  for (const row of mergedSlots(chosen, from)) {
    if (row.slot > until) break;
    if (rows.length === count) return { rows, more: true };
    rows.push(row);
  }
  return { rows, more: false };
}
