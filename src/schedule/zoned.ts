import type { Pattern } from "./pattern.ts";
import type { Instant } from "./schedule.ts";
import type { Span, Zone } from "./zone.ts";

/**
 * The first slot of a pattern in a zone strictly after `after`. The DST rule:
 *
 * |                            | hour field is `*` | anything else                              |
 * |----------------------------|-------------------|--------------------------------------------|
 * | falls in a gap             | skipped           | once, at the first instant after the gap   |
 * | falls in an overlap        | both passes       | both if second, minute or hour uses        |
 * |                            |                   | `*`, `-` or `/`; otherwise the first pass  |
 */
export function nextInZone(pattern: Pattern, zone: Zone, after: Instant): Instant | undefined {
  let span = zone.spanAt(after);
  let local = pattern.next(after + span.offset);
  while (local !== undefined) {
    const instant = local - span.offset;
    if (instant < span.end) {
      const passed = firstPassEnd(pattern, zone, span);
      if (local >= passed) return instant;
      // The first pass had it. Everything up to the end of the overlap was in it.
      local = pattern.next(passed - 1);
      continue;
    }
    const following = zone.spanAt(span.end);
    const resumes = span.end + following.offset;
    // In wall-clock time, what lies from `end + old offset` to `resumes` does not exist.
    if (local < resumes && !pattern.everyHour) return span.end;
    // An overlap goes back in local time, so earlier matches come again; a gap may skip some.
    if (following.offset < span.offset || local < resumes) local = pattern.next(resumes - 1);
    span = following;
  }
  return undefined;
}

/**
 * The local time up to which a span's beginning repeats the end of the span before it, for patterns
 * that fire in the first pass only; -Infinity when nothing repeats.
 */
function firstPassEnd(pattern: Pattern, zone: Zone, span: Span): number {
  if (pattern.repeating || span.start === -Infinity) return -Infinity;
  const before = zone.spanAt(span.start - 1);
  return before.offset > span.offset ? span.start + before.offset : -Infinity;
}
