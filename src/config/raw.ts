/**
 * Reading values whose shape may be wrong. The schema has told about a wrong one already; here it
 * is as if it were not there, so that everything else in the file can still be looked at.
 */
export type Raw = Readonly<Record<string, unknown>>;

const NOTHING: Raw = Object.freeze({});

export function asMap(value: unknown): Raw {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap ? (value as Raw) : NOTHING;
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Text, or a list of text, as a list. */
export function asTexts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return asText(value) === undefined ? undefined : [value as string];
  return value.length > 0 && value.every((item) => asText(item) !== undefined) ? value : undefined;
}
