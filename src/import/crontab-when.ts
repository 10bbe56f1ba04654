import type { Fields } from "./draft.ts";

/** A cron time as fields of a job, or why it cannot be one. */
export type When = { fields: Fields; notes: string[] } | { why: string };

const NICKNAMES = new Set([
  "@yearly",
  "@annually",
  "@monthly",
  "@weekly",
  "@daily",
  "@midnight",
  "@hourly",
]);

/** The lowest and the highest value of each field. */
const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Five fields or a nickname, as cron means them. Whether the pattern is right is told elsewhere. */
export function readWhen(when: string): When {
  if (when.startsWith("@")) return nickname(when.toLowerCase());
  const notes: string[] = [];
  const fields = when.split(" ").map((field, index) => convertField(field, BOUNDS[index]!, notes));
  return { fields: { cron: fields.join(" "), ...dayMatch(fields) }, notes };
}

function nickname(when: string): When {
  if (NICKNAMES.has(when)) return { fields: { cron: when }, notes: [] };
  if (when === "@reboot") {
    return {
      why: "clockd has no schedule for the start of a machine: use systemd, or an entrypoint",
    };
  }
  if (when === "@every_minute") return { fields: { cron: "* * * * *" }, notes: [] };
  const seconds = /^@(\d+)$/.exec(when);
  if (seconds) {
    const notes = [
      "cron counted from the end of the last run, clockd counts whole multiples of it",
    ];
    return { fields: { every: `${seconds[1]}s` }, notes };
  }
  return { why: `${when} is not known` };
}

type Bounds = (typeof BOUNDS)[number];

function convertField(field: string, [low, high]: Bounds, notes: string[]): string {
  const items = field.split(",").map((item) => {
    const wide = /^\*\/(\d+)$/.exec(item);
    const most = (high === 7 ? 6 : high) - low + 1;
    if (wide && Number(wide[1]) > most) {
      notes.push(`${item} is more than the field has: to cron it is ${low}`);
      return String(low);
    }
    const random = /^(\d*)~(\d*)(\/\d+)?$/.exec(item);
    if (!random) return item;
    notes.push(
      `${item} was a new random value at each start of cron: H follows from the job's name`,
    );
    const [, from, to, step = ""] = random;
    if (!from && !to) return `H${step}`;
    return `H(${from || low}-${to || (high === 7 ? 6 : high)})${step}`;
  });
  return items.join(",");
}

/** To cron a day field that begins with a star narrows the other one down; any other adds to it. */
function dayMatch(fields: readonly string[]): Fields {
  const [day = "*", , week = "*"] = fields.slice(2);
  const isAny = (field: string) => field === "*" || field === "?";
  if (isAny(day) || isAny(week)) return {};
  return day.startsWith("*") || week.startsWith("*") ? { day_match: "and" } : {};
}
