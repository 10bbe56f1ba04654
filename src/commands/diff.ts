import { reviewConfigs } from "../review/review.ts";
import type { Window } from "../review/window.ts";
import { diffJson } from "./diff-json.ts";
import { diffMarkdown } from "./diff-markdown.ts";
import { type DiffShown, diffText } from "./diff-text.ts";
import { EXIT } from "./host.ts";
import { isRefusal, type Refusal, usage } from "./refusal.ts";
import { isColored, readFlag, readZone, refuse, type ShowIo } from "./show.ts";
import { readSource, type SourceIo } from "./source.ts";

export interface DiffOptions {
  /** Files, `-`, or files in revisions of git. */
  old: string;
  new: string;
  days: number;
  /** As written; default now. */
  from: string | undefined;
  /** That moments are local in; default UTC. */
  timezone: string | undefined;
  format: "text" | "json" | "markdown";
  /** 1 when there is a difference. */
  exitCode: boolean;
}

const DAY_MS = 86_400_000;

/** `clockd diff`: what a change of a schedules file means. Resolves with an exit code. */
export async function diff(options: DiffOptions, io: ShowIo & SourceIo): Promise<number> {
  const window = readWindow(options, io);
  if (isRefusal(window)) return refuse(window, io);
  if (options.old === "-" && options.new === "-") {
    return refuse(usage("standard input can be one of the two files, not both"), io);
  }
  const [before, after] = await readBoth(options, io);
  // Both, so that one look is enough to mend them.
  if (isRefusal(before)) refuse(before, io);
  if (isRefusal(after)) return refuse(after, io);
  if (isRefusal(before)) return before.code;
  const review = reviewConfigs(before.config, after.config, window.window);
  const shown: DiffShown = { review, old: before.name, new: after.name, zone: window.zone };
  io.out(SHOW[options.format](shown, isColored(io)));
  const { file, added, removed, renamed, changed } = review;
  const isSame = [file, added, removed, renamed, changed].every(({ length }) => length === 0);
  return options.exitCode && !isSame ? EXIT.problems : EXIT.ok;
}

async function readBoth(options: DiffOptions, io: SourceIo) {
  const before = await readSource(options.old, "review", io);
  return [before, await readSource(options.new, "review", io)] as const;
}

const SHOW = { text: diffText, json: diffJson, markdown: diffMarkdown };

function readWindow(
  { from: text = "now", days, timezone }: DiffOptions,
  { now }: Pick<ShowIo, "now">,
): { window: Window; zone: DiffShown["zone"] } | Refusal {
  const zone = readZone(timezone);
  if ("code" in zone) return zone;
  const from = readFlag("--from", text, { zone, now, base: now });
  if (typeof from === "object") return from;
  return { window: { from, to: from + days * DAY_MS }, zone };
}
