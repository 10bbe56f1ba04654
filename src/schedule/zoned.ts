import type { Pattern } from "./pattern.ts";
import type { Instant, ScheduleSpec } from "./schedule.ts";
import type { Span, Zone } from "./zone.ts";

/** What happens to slots whose local time does not exist, and to those whose comes twice. */
export interface DstRule {
  /** `next`: one slot at the first instant after the gap; `skip`: none. */
  gap: "next" | "skip";
  /** In which of the two passes: in the first one only, or in both. */
  overlap: "first" | "both";
}

/**
 * The rule of a pattern, which the file may override:
 *
 * |                            | hour field is `*` | anything else                              |
 * |----------------------------|-------------------|--------------------------------------------|
 * | falls in a gap             | skipped           | once, at the first instant after the gap   |
 * | falls in an overlap        | both passes       | both if second, minute or hour uses        |
 * |                            |                   | `*`, `-` or `/`; otherwise the first pass  |
 */
export function dstRuleOf(pattern: Pattern, override: ScheduleSpec["dst"] = {}): DstRule {
  return {
    gap: override.gap ?? (pattern.everyHour ? "skip" : "next"),
    overlap: override.overlap ?? (pattern.repeating ? "both" : "first"),
  };
}

/** The first slot of a pattern in a zone strictly after `after`. */
export function nextInZone(
  pattern: Pattern,
  rule: DstRule,
  zone: Zone,
  after: Instant,
): Instant | undefined {
  let span = zone.spanAt(after);
  let local = pattern.next(after + span.offset);
  while (local !== undefined) {
    const instant = local - span.offset;
    if (instant < span.end) {
      const repeated = rule.overlap === "both" ? -Infinity : repeatedUntil(span);
      if (local >= repeated) return instant;
      // The first pass had it, and everything else before the end of the overlap.
      local = pattern.next(repeated - 1);
      continue;
    }
    // In wall-clock time, what lies from `end + offset` to `resumes` does not exist.
    const resumes = span.end + span.after;
    if (local < resumes && rule.gap === "next") return span.end;
    // An overlap goes back in local time, so earlier matches come again; a gap may skip some.
    if (span.after < span.offset || local < resumes) local = pattern.next(resumes - 1);
    span = zone.spanAt(span.end);
  }
  return undefined;
}

/** The local time up to which a span's beginning repeats the end of the one before; or -Infinity. */
function repeatedUntil(span: Span): number {
  return span.before > span.offset ? span.start + span.before : -Infinity;
}
