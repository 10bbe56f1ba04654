/** Reads the fields of hostile JSON one by one, and keeps the first thing that is wrong. */
export interface Fields {
  /** The field as it is when `isIt`; otherwise a fault, and what is returned is undefined. */
  get<T>(name: string, isIt: (value: unknown) => value is T, what: string): T;
  /** The field as `read` makes it; undefined is a fault. */
  take<T>(name: string, read: (value: unknown) => T | undefined, what: string): T;
  instant(name: string): number;
  /** A whole number that is not below `least`. */
  count(name: string, least: number, most?: number): number;
  text(name: string): string;
  flag(name: string): boolean;
  job(name: string): string;
  has(name: string): boolean;
  /** What was wrong first, as a sentence. */
  readonly fault: string | undefined;
}

/** What a job may be called; anything else is nobody's. */
const JOB_NAME = /^[a-z0-9._-]{1,100}$/;
/** Years of four digits, with room for every zone. Schedules work with no others. ms. */
const EARLIEST = -62_100_000_000_000;
const LATEST = Date.UTC(9999, 11, 30);
/** Longer than any name, hash or address of ours. */
const LONGEST_TEXT = 1000;
/** More than one message can sensibly name; a leader has at most some thousands of open fires. */
const LONGEST_LIST = 10_000;

export function fieldsOf(value: Readonly<Record<string, unknown>>): Fields {
  let fault: string | undefined;
  const own = (name: string) => (Object.hasOwn(value, name) ? value[name] : undefined);
  const get: Fields["get"] = (name, isIt, what) => {
    const field = own(name);
    if (isIt(field)) return field;
    fault ??= `"${name}" is not ${what}`;
    // Not what is there: even comparing it with something may throw.
    return undefined as never;
  };
  return {
    get,
    take(name, read, what) {
      const made = read(own(name));
      if (made === undefined) fault ??= `"${name}" is not ${what}`;
      return made as never;
    },
    has: (name) => own(name) !== undefined,
    instant: (name) => get(name, isInstant, "an instant"),
    count(name, least, most = Number.MAX_SAFE_INTEGER) {
      const isIt = (field: unknown): field is number => isCount(field, least, most);
      return get(name, isIt, `a whole number of at least ${least}`);
    },
    text: (name) => get(name, isText, "a text"),
    flag: (name) => get(name, isFlag, "true or false"),
    job: (name) => get(name, isJobName, "the name of a job"),
    get fault() {
      return fault;
    },
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number of ms in a year that people write. */
export function isInstant(value: unknown): value is number {
  return isCount(value, EARLIEST, LATEST);
}

export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export function isCount(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** A text that is no longer than a name or an address can be. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_TEXT;
}

/** Prose may be of any length; what is kept of it is not. */
export function isProse(value: unknown): value is string {
  return typeof value === "string";
}

export function clip(prose: string): string {
  return typeof prose === "string" ? prose.slice(0, LONGEST_TEXT) : prose;
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

export function isJobName(value: unknown): value is string {
  return typeof value === "string" && JOB_NAME.test(value);
}

/** JSON that can be written again without running out of stack. */
export function isShallow(value: unknown, depth = 100): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => isShallow(part, depth - 1));
}

/** One of some words; else a fault. */
export function oneOf<T extends string>(fields: Fields, name: string, values: readonly T[]): T {
  const isIt = (value: unknown): value is T => values.includes(value as T);
  return fields.get(name, isIt, `one of ${values.join(", ")}`);
}

export function isListOf<T>(isIt: (item: unknown) => item is T) {
  return (value: unknown): value is T[] =>
    Array.isArray(value) && value.length <= LONGEST_LIST && value.every(isIt);
}

export function orNull<T>(isIt: (value: unknown) => value is T) {
  return (value: unknown): value is T | null => value === null || isIt(value);
}

export function orNothing<T>(isIt: (value: unknown) => value is T) {
  return (value: unknown): value is T | undefined => value === undefined || isIt(value);
}
