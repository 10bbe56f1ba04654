/** A moment at which the clock of a zone changes. */
export interface Shift {
  zone: string;
  at: number;
  /** What the clock showed a second before. */
  wall: Temporal.PlainDateTime;
}

/** Where shifts are looked for. The years of one-time events are the point of most of these. */
const YEARS: readonly (readonly [zone: string, from: number, to: number])[] = [
  ["America/New_York", 2024, 2030],
  ["Europe/Berlin", 2024, 2030],
  ["Australia/Lord_Howe", 2024, 2030],
  ["Africa/Casablanca", 2018, 2027],
  ["Pacific/Apia", 2010, 2014],
  ["Africa/Cairo", 2010, 2028],
  ["Asia/Beirut", 2021, 2028],
  ["America/Santiago", 2019, 2028],
  ["Pacific/Chatham", 2023, 2029],
  ["Asia/Kathmandu", 1985, 1987],
  ["Asia/Tehran", 2019, 2023],
  ["Antarctica/Troll", 2023, 2030],
  ["America/Sao_Paulo", 2016, 2020],
  ["Asia/Amman", 2019, 2024],
  ["Europe/Dublin", 2024, 2030],
  ["America/Havana", 2022, 2030],
  ["Africa/Monrovia", 1971, 1973],
  ["Asia/Pyongyang", 2015, 2019],
  ["Pacific/Kwajalein", 1992, 1995],
];

export const ZONES: readonly string[] = ["UTC", ...YEARS.map(([zone]) => zone)];

/** Every shift of those zones in those years. */
export const SHIFTS: readonly Shift[] = YEARS.flatMap(([zone, from, to]) => {
  const found: Shift[] = [];
  let at = Temporal.PlainDate.from({ year: from, month: 1, day: 1 })
    .toZonedDateTime(zone)
    .getTimeZoneTransition("next");
  for (; at && at.year < to; at = at.getTimeZoneTransition("next")) {
    found.push(momentIn(zone, at.epochMilliseconds));
  }
  return found;
});

/** Any moment, in the form of a shift. */
export function momentIn(zone: string, at: number): Shift {
  const before = Temporal.Instant.fromEpochMilliseconds(at - 1000).toZonedDateTimeISO(zone);
  return { zone, at, wall: before.toPlainDateTime() };
}
