import { stableNumber } from "./hash.ts";

/** One field of a pattern: what it is called, and what may stand in it. */
export interface Field {
  name: "second" | "minute" | "hour" | "day of month" | "month" | "day of week";
  low: number;
  high: number;
  /** For `H`, which stands for one value: no day that some months lack. */
  hashHigh?: number;
  names?: readonly string[];
}

export const SECOND: Field = { name: "second", low: 0, high: 59 };
export const MINUTE: Field = { name: "minute", low: 0, high: 59 };
export const HOUR: Field = { name: "hour", low: 0, high: 23 };
export const DAY: Field = { name: "day of month", low: 1, high: 31, hashHigh: 28 };
export const MONTH: Field = {
  name: "month",
  low: 1,
  high: 12,
  names: "jan feb mar apr may jun jul aug sep oct nov dec".split(" "),
};
/** 7 is Sunday as well. */
export const WEEKDAY: Field = {
  name: "day of week",
  low: 0,
  high: 6,
  names: "sun mon tue wed thu fri sat".split(" "),
};

/** Why a field cannot be read: the field, the value and what is allowed. Caught in `pattern.ts`. */
export class FieldProblem extends Error {}

/** `*` and `?` say nothing about a field. */
export function isAny(text: string): boolean {
  return text === "*" || text === "?";
}

/**
 * The values that one item of a field's list stands for, in the order in which it names them: `*`,
 * `5`, `1-5`, `22-2`, `5/15`, `0-30/10`, `H`, `H(0-29)/10`. `job` is what `H` is made from.
 */
export function readItem(text: string, field: Field, job: string): number[] {
  const match = /^([^/]+)(?:\/(\d+))?$/.exec(text);
  if (!match) throw refused(text, field);
  const [, range = "", stepText] = match;
  const step = stepText === undefined ? undefined : readStep(stepText, field);
  if (/^h/i.test(range)) return readHashed(range, step, field, job);
  const [from, to] = readRange(range, step !== undefined, field);
  return everyNth(walk(from, to, field), step ?? 1);
}

/** A field's list as values in ascending order, each once. */
export function readList(text: string, field: Field, job: string): number[] {
  const values = text.split(",").flatMap((item) => readItem(item, field, job));
  return [...new Set(values)].sort((a, b) => a - b);
}

function readStep(text: string, field: Field): number {
  const step = Number(text);
  const most = field.high - field.low + 1;
  if (step >= 1 && step <= most) return step;
  throw new FieldProblem(`${field.name}: the step ${text} is not from 1 to ${most}`);
}

/** `5/15` runs from 5 to the end of the field, `5` alone is 5. */
function readRange(text: string, open: boolean, field: Field): [number, number] {
  if (isAny(text)) return [field.low, field.high];
  const [first = "", last, ...more] = text.split("-");
  if (more.length > 0) throw refused(text, field);
  const from = readValue(first, field);
  if (last !== undefined) return [from, readValue(last, field)];
  const start = wrap(from, field);
  return [start, open ? field.high : start];
}

/** From the first to the last value, around the end of the field when the last is before the first. */
function walk(from: number, to: number, field: Field): number[] {
  const values: number[] = [];
  // Sunday at the end of a range is 7, at its beginning 0.
  const last = field === WEEKDAY && to === 0 && from > 0 ? 7 : to;
  const end = last < from ? last + (field.high - field.low + 1) : last;
  for (let value = from; value <= end; value++) values.push(wrap(value, field));
  return values;
}

function wrap(value: number, field: Field): number {
  const count = field.high - field.low + 1;
  return ((value - field.low) % count) + field.low;
}

function everyNth(values: readonly number[], step: number): number[] {
  return values.filter((_, index) => index % step === 0);
}

/** A number of the field or one of its names. */
export function readValue(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + field.low;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  const high = field === WEEKDAY ? 7 : field.high;
  if (value >= field.low && value <= high) return value;
  throw refused(text, field);
}

/** `H` is one value, `H(0-29)` one of a range, `H/10` and `H(0-29)/10` every tenth from one on. */
function readHashed(text: string, step: number | undefined, field: Field, job: string): number[] {
  const match = /^h(?:\(([^()-]+)-([^()-]+)\))?$/i.exec(text);
  if (!match) throw refused(text, field);
  const [, first, last] = match;
  const from = first === undefined ? field.low : readValue(first, field);
  const to = last === undefined ? (field.hashHigh ?? field.high) : readValue(last, field);
  if (to < from) throw refused(text, field);
  const span = Math.min(step ?? Number.POSITIVE_INFINITY, to - from + 1);
  const start = from + stableNumber(span, job, field.name);
  if (step === undefined) return [wrap(start, field)];
  return everyNth(walk(start, to, field), step);
}

export function refused(text: string, field: Field): FieldProblem {
  const { name, low, high, names } = field;
  const words = names ? ` or ${names[0]} to ${names.at(-1)}` : "";
  const most = field === WEEKDAY ? 7 : high;
  return new FieldProblem(`${name}: "${text}" is not allowed (${low} to ${most}${words})`);
}
