import type { Instant } from "../clock/time.ts";
import { formatSlot } from "../ledger/fire.ts";
import type { Moment } from "../review/minutes.ts";
import type { JobReview } from "../review/review.ts";
import { formatLocal } from "../schedule/datetime.ts";
import { zoneNamed } from "../schedule/zone.ts";
import type { DiffShown } from "./diff-text.ts";

/** The differences as one JSON object on one line. */
export function diffJson({ review, old, new: now }: DiffShown): string {
  const { window, file, added, removed, renamed, changed, same, likely, busiest } = review;
  const shown = {
    ...{ old, new: now, from: formatSlot(window.from), to: formatSlot(window.to) },
    file,
    added: added.map(jobJson),
    removed: removed.map(jobJson),
    renamed: renamed.map(jobJson),
    changed: changed.map(jobJson),
    same,
    likely_renames: likely,
    busiest: { before: momentJson(busiest.before), after: momentJson(busiest.after) },
  };
  return `${JSON.stringify(shown)}\n`;
}

function jobJson({ name, was, timezone, paused, fields, slots, surprises }: JobReview) {
  const zone = zoneNamed(timezone)!;
  const local = (at: Instant) => formatLocal(at, zone);
  return {
    job: name,
    ...(was === undefined ? {} : { renamed_from: was }),
    timezone,
    paused,
    fields,
    slots: slots
      ? {
          ...{ before: slots.before, after: slots.after, gained: slots.gained, lost: slots.lost },
          moved: slots.moved,
          moved_by_ms: slots.movedBy ?? null,
          first: slots.first
            ? { ...slots.first, slot: formatSlot(slots.first.slot), local: local(slots.first.slot) }
            : null,
        }
      : null,
    daylight_saving: surprises.map(({ at, effect }) => ({ at: local(at), effect })),
  };
}

function momentJson(moment: Moment | undefined) {
  return moment ? { ...moment, at: formatSlot(moment.at) } : null;
}
