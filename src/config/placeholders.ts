/** What `{{…}}` in the body of a webhook may name. Each is there in every notice, null if it has none. */
export const PLACEHOLDERS = [
  "notice",
  "summary",
  "job",
  "fire",
  "slot",
  "attempt",
  "queue",
  "outcome",
  "exit_code",
  "signal",
  "reason",
  "started_at",
  "ended_at",
  "duration",
  "count",
  "first",
  "last",
  "worker",
  "tail",
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

/** What each placeholder stands for in one notice. */
export type Facts = Readonly<Record<Placeholder, string | number | null>>;

const PLACEHOLDER = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;

/** The names in a text. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name!);
}

/**
 * A value with the placeholders of all its texts replaced. A text that is nothing but one placeholder
 * becomes what it stands for, a number or null too. Keys stay as they are.
 */
export function fillIn(value: unknown, facts: Facts): unknown {
  if (typeof value === "string") return fillInText(value, facts);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => fillIn(item, facts));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, facts)]));
}

function fillInText(text: string, facts: Facts): string | number | null {
  const [only, name] = [...text.matchAll(PLACEHOLDER)][0] ?? [];
  if (only !== undefined && only === text.trim()) return facts[name as Placeholder];
  return text.replace(PLACEHOLDER, (_, name: Placeholder) => String(facts[name] ?? ""));
}
