/** The level of a line, and what it says. */
export type Wording = ["debug" | "info" | "warn" | "error", string];

/** An instant (ms UTC) in ISO 8601; milliseconds only when it has some. */
export function iso(instant: number): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/** `1 job`, `7 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A duration (ms) for people. */
export function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}
