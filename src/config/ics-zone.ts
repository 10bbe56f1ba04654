import ICAL from "ical.js";
import { localToInstant } from "../schedule/datetime.ts";
import { zoneNamed } from "../schedule/zone.ts";

/** An IANA zone as ical.js wants it, with the offsets of tzdata; undefined when there is none. */
export function icsZone(name: string): ICAL.Timezone | undefined {
  const zone = zoneNamed(name);
  if (!zone) return undefined;
  const made = new ICAL.Timezone({ tzid: name } as never);
  // In seconds, of a wall-clock time.
  made.utcOffset = ({ year, month, day, hour, minute, second }) => {
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return (local - localToInstant(local, zone)) / 1000;
  };
  return made;
}
