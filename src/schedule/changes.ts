import { spreadOf } from "./compile.ts";
import { formatLocal, readDateTime } from "./datetime.ts";
import { patternOptions, readPattern } from "./pattern.ts";
import type { Instant, Schedule, ScheduleSpec } from "./schedule.ts";
import { listed } from "./words.ts";
import { type Span, type Zone, zoneNamed } from "./zone.ts";
import { type DstRule, dstRuleOf } from "./zoned.ts";

/** A change of a zone's clock, and what a schedule does there. */
export interface ClockChange {
  /** The first instant with the new offset. */
  at: Instant;
  /** ms by which the clock goes forward; negative when it goes back. */
  by: number;
  /** In words. */
  effect: string;
}

/** The effect of a change that has none. */
export const UNMOVED = "no slot is moved, skipped or doubled";

/** The first `count` changes of the zone's clock after `from`. Fewer when it has no more. */
export function clockChanges(
  spec: ScheduleSpec,
  schedule: Schedule,
  from: Instant,
  count: number,
): ClockChange[] {
  const zone = zoneNamed(spec.timezone);
  const changes: ClockChange[] = [];
  let span = zone?.spanAt(from);
  while (zone && span && span.end < Infinity && changes.length < count) {
    const by = span.after - span.offset;
    const effect = by === 0 ? "nothing changes" : effectOf(spec, schedule, zone, span);
    changes.push({ at: span.end, by, effect });
    span = zone.spanAt(span.end);
  }
  return changes;
}

function effectOf(spec: ScheduleSpec, schedule: Schedule, zone: Zone, span: Span): string {
  if (spec.every !== undefined) return "the interval goes on in real time";
  const sentences = timesOf(spec, zone).flatMap(({ next, rule, everyHour }) => {
    const locals = affected(next, span);
    if (locals.length === 0 || isOut(spec, zone, locals[0]!, span)) return [];
    const shown = listed([
      ...locals.slice(0, MOST_SHOWN).map(clockTime),
      ...(locals.length > MOST_SHOWN ? ["others"] : []),
    ]);
    const [does, comes] =
      locals.length > 1 ? ["do not exist", "come"] : ["does not exist", "comes"];
    if (span.after < span.offset) return [`${shown} ${comes} twice: ${passes(rule)}`];
    if (rule.gap === "skip") {
      const goesOn = everyHour ? ", and the rhythm goes on" : "";
      return [`${shown} ${does}: skipped${goesOn}`];
    }
    const slot = span.end + spreadOf(spec);
    if (schedule.next(slot - 1) !== slot) return [];
    return [`${shown} ${does}: one slot at ${formatLocal(slot, zone)} instead`];
  });
  return [...new Set(sentences)].join("; ") || UNMOVED;
}

/** One more is looked for, to know that there are others. */
const MOST_SHOWN = 3;

function passes({ overlap }: DstRule): string {
  return overlap === "both" ? "a slot in both passes" : "a slot in the first pass only";
}

interface Times {
  /** The first local time after another, as in `Pattern`. */
  next(local: number): number | undefined;
  rule: DstRule;
  everyHour: boolean;
}

/** The local times of a schedule: of each pattern, or of the moments together. */
export function timesOf(spec: ScheduleSpec, zone: Zone): Times[] {
  if (spec.at) {
    const rule: DstRule = { gap: "next", overlap: "first", ...spec.dst };
    const locals = spec.at.flatMap((text) => localOf(text, zone) ?? []).sort((a, b) => a - b);
    return [{ next: (after) => locals.find((local) => local > after), rule, everyHour: false }];
  }
  return (spec.cron ?? []).flatMap((text) => {
    const pattern = readPattern(text, patternOptions(spec));
    if (!("next" in pattern)) return [];
    const { next, everyHour } = pattern;
    return [{ next, everyHour, rule: dstRuleOf(pattern, spec.dst) }];
  });
}

/** A moment that is written without an offset, as its wall clock shows it. */
function localOf(text: string, zone: Zone): number | undefined {
  if (/[Zz]$|[+-]\d\d:?\d\d$/.test(text.slice(10))) return undefined;
  return readDateTime(`${text.length === 10 ? `${text}T00:00` : text}Z`, zone);
}

/** The local times that do not exist at the end of a span, or come twice. */
function affected(next: Times["next"], span: Span): number[] {
  const [low, high] = [span.offset, span.after].sort((a, b) => a - b) as [number, number];
  const locals: number[] = [];
  let local = next(span.end + low - 1);
  while (local !== undefined && local < span.end + high && locals.length <= MOST_SHOWN) {
    locals.push(local);
    local = next(local);
  }
  return locals;
}

function isOut(spec: ScheduleSpec, zone: Zone, local: number, { end }: Span): boolean {
  const bound = (text: string | undefined) => (text ? readDateTime(text, zone) : undefined);
  const [starts, ends] = [bound(spec.starts), bound(spec.ends)];
  // They are about the slot as it is fired.
  const by = spreadOf(spec);
  const slot = end + by;
  if ((starts !== undefined && slot < starts) || (ends !== undefined && slot >= ends)) return true;
  return spec.except?.some(({ closes }) => closes(Math.floor((local + by) / 86_400_000))) ?? false;
}

/** `02:30`, with seconds when there are some. */
export function clockTime(local: number): string {
  const text = new Date(local).toISOString();
  return local % 60_000 === 0 ? text.slice(11, 16) : text.slice(11, 19);
}
