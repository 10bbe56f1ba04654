import { dayOf, localToInstant } from "./datetime.ts";
import type { Calendar, Schedule } from "./schedule.ts";
import type { Zone } from "./zone.ts";

const DAY_MS = 86_400_000;

/** A schedule whose next slots are all on closed days for longer than this has none. */
const MOST_CLOSED_DAYS = 366 * 400;

/** The slots that fall on no closed day of the zone's wall clock. Closed days are passed whole. */
export function withoutClosedDays(
  schedule: Schedule,
  calendars: readonly Calendar[],
  zone: Zone,
): Schedule {
  return {
    next(after) {
      let slot = schedule.next(after);
      for (let tries = 0; slot !== undefined && tries < MOST_CLOSED_DAYS; tries++) {
        const day = dayOf(slot, zone);
        if (!calendars.some((calendar) => calendar.closes(day))) return slot;
        // Where midnight comes twice, the rest of the day may be behind us: always forward.
        const tomorrow = localToInstant((day + 1) * DAY_MS, zone);
        slot = schedule.next(Math.max(slot, tomorrow - 1));
      }
      return undefined;
    },
  };
}
