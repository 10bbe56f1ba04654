import ICAL from "ical.js";
import type { DayRange } from "../schedule/calendar.ts";
import { type Budget, guard, LAST_YEAR, newBudget } from "./ics-budget.ts";
import { icsZone } from "./ics-zone.ts";

/** What the events of an iCalendar file touch. */
export interface IcsDays {
  /** Of whole-day events, and of times that are the same on every wall clock. */
  ranges: DayRange[];
  /** Of times in a zone: from an instant up to, not including, another. ms UTC */
  events: [start: number, end: number][];
  /** Repeated events go on after the last one that was counted. */
  cut: boolean;
}

/**
 * Reads an iCalendar file: every event, with its repetitions up to the year 2100 or 100,000 of them, its
 * exceptions and its single moved ones. Cancelled events are none. A problem is a sentence.
 */
export function readIcs(text: string): IcsDays | { problem: string } {
  const days: IcsDays = { ranges: [], events: [], cut: false };
  const budget = newBudget();
  let place = "";
  try {
    const calendars = parse(text);
    if (calendars.length === 0) return { problem: "it has no VCALENDAR" };
    for (const calendar of calendars) {
      // ical.js knows the zones that the file defines: those of tzdata are better where they exist.
      const own = calendar.getTimeZoneByID.bind(calendar);
      calendar.getTimeZoneByID = (name: string) => icsZone(name) ?? own(name);
      for (const event of mainEvents(calendar)) {
        place = `event ${event.summary || event.uid || "without a name"}: `;
        readEvent(event, days, budget);
      }
    }
  } catch (error) {
    // ical.js throws errors of any class for what it cannot read.
    return { problem: `${place}${(error as Error).message}`.replace(/\s+/g, " ").slice(0, 160) };
  }
  days.cut = budget.occurrences <= 0 || budget.tries <= 0;
  return days;
}

function parse(text: string): ICAL.Component[] {
  const parsed = ICAL.parse(text) as unknown[];
  const all = (typeof parsed[0] === "string" ? [parsed] : parsed) as object[];
  return all
    .map((item) => new ICAL.Component(item as never))
    .filter(({ name }) => name === "vcalendar");
}

/** Every event but those that only move one occurrence of another. */
function mainEvents(calendar: ICAL.Component): ICAL.Event[] {
  const components = calendar.getAllSubcomponents("vevent");
  const uidOf = (component: ICAL.Component) => component.getFirstPropertyValue("uid");
  const isMove = (component: ICAL.Component) => component.hasProperty("recurrence-id");
  const mains = components.filter((component) => !isMove(component));
  const uids = new Set(mains.map(uidOf));
  const moves = components.filter(isMove);
  const orphans = moves.filter((component) => !uids.has(uidOf(component)));
  return [...mains, ...orphans].map((component) => {
    const uid = uidOf(component);
    const own = isMove(component) ? [] : moves.filter((move) => uidOf(move) === uid);
    return new ICAL.Event(component, { exceptions: own });
  });
}

function readEvent(event: ICAL.Event, days: IcsDays, budget: Budget): void {
  if (isCancelled(event)) return;
  checkDates(event.component);
  const [first, last] = [event.startDate, event.endDate];
  const length = msOf(last) - msOf(first);
  if (!event.isRecurring()) {
    add(first, length, days);
    return;
  }
  const moved = Object.keys(event.exceptions).length > 0;
  for (const property of event.component.getAllProperties("rrule")) {
    guard(property.getFirstValue() as ICAL.Recur, budget);
  }
  // ical.js forgets the event's own date when there are others and no rule.
  if (!event.component.hasProperty("rrule") && !isExcluded(event)) add(first, length, days);
  const iterator = event.iterator();
  while (budget.occurrences > 0) {
    const occurrence = iterator.next();
    if (!occurrence || occurrence.year > LAST_YEAR) return;
    budget.occurrences -= 1;
    if (isPeriod(occurrence))
      throw new Error("an RDATE of periods is not read: write single times");
    if (!moved) add(occurrence, length, days);
    else addDetails(event.getOccurrenceDetails(occurrence), days);
  }
}

function isPeriod(occurrence: object): boolean {
  return occurrence instanceof ICAL.Period;
}

function addDetails(
  { item, startDate, endDate }: ReturnType<ICAL.Event["getOccurrenceDetails"]>,
  days: IcsDays,
): void {
  if (!isCancelled(item)) add(startDate, msOf(endDate) - msOf(startDate), days);
}

function isExcluded({ component, startDate, exceptions }: ICAL.Event): boolean {
  if (startDate.toString() in exceptions) return true;
  return component
    .getAllProperties("exdate")
    .flatMap((property) => property.getValues() as ICAL.Time[])
    .some((time) => time.compare(startDate) === 0);
}

const DAY_MS = 86_400_000;

function add(start: ICAL.Time, length: number, { ranges, events }: IcsDays): void {
  const from = msOf(start);
  const end = Math.max(from + length, from + 1);
  if (!Number.isFinite(end)) throw new Error("its end is no date of the calendar");
  if (isZoned(start)) events.push([from, end]);
  else ranges.push([Math.floor(from / DAY_MS), Math.floor((end - 1) / DAY_MS)]);
}

function isZoned({ isDate, zone }: ICAL.Time): boolean {
  return !isDate && zone !== ICAL.Timezone.localTimezone;
}

/** ms UTC; of a date or a time without a zone: as if it were UTC. */
function msOf(time: ICAL.Time): number {
  if (isZoned(time)) return time.toUnixTime() * 1000;
  const { year, month, day } = time;
  return Date.UTC(year, month - 1, day, time.hour, time.minute, time.second);
}

function isCancelled({ component }: ICAL.Event): boolean {
  return String(component.getFirstPropertyValue("status")).toUpperCase() === "CANCELLED";
}

/** ical.js takes 31 February for 3 March, and a time in a zone it does not know for one in any zone. */
function checkDates(component: ICAL.Component): void {
  if (!component.hasProperty("dtstart")) throw new Error("it has no DTSTART");
  for (const name of ["dtstart", "dtend"]) {
    const property = component.getFirstProperty(name);
    if (!property) continue;
    const written = String((property.jCal as unknown[])[3]);
    const time = property.getFirstValue() as ICAL.Time;
    if (time.toString() !== written) throw new Error(`${written} is no date`);
    const zone = property.getParameter("tzid");
    if (zone !== undefined && !time.isDate && !isZoned(time)) {
      throw new Error(`${zone} is no time zone, and the file does not define it`);
    }
  }
}
