import type { Instant } from "../clock/time.ts";

export type { Instant };

/**
 * When a job is due: a pure function of time, and `next` is the whole interface. Live firing, catch-up
 * and every listing are built on it.
 */
export interface Schedule {
  /** The first slot strictly after `after`, or undefined when there is none. */
  next(after: Instant): Instant | undefined;
  /** Present when the slots are all `anchor` + n × `interval`, so that counting is arithmetic. */
  readonly every?: { anchor: Instant; interval: number };
}

/** What a file says about when a job is due, after defaults: exactly one of cron, every, at. */
export interface ScheduleSpec {
  /** One or several patterns of 5 or 6 fields. */
  cron?: readonly string[];
  /** An interval in ms, and the instant its multiples are counted from (default: the epoch). */
  every?: number;
  /** As written in the file: an ISO 8601 date-time, local in `timezone` unless it has an offset. */
  anchor?: string;
  /** As written in the file, local in `timezone` unless they have an offset. */
  at?: readonly string[];
  /** Day of month and day of week, when both say something: either will do, or both must match. */
  dayMatch?: "or" | "and";
  /** What overrides the daylight saving rule. */
  dst?: { gap?: "next" | "skip"; overlap?: "first" | "both" };
  /** No slot falls on a day, local in `timezone`, that one of these closes. */
  except?: readonly Calendar[];
  /** The longest offset of all slots, ms: each job has its own, the same for ever, by its name. */
  spread?: number;
  /** The job's name: `H` in a pattern and `spread` are made from it. */
  job?: string;
  /** An IANA zone name. */
  timezone: string;
  /** A date (its first instant) or date-time; no slot before it. */
  starts?: string;
  /** A date (its first instant) or date-time; no slot at or after it. */
  ends?: string;
}

/** Days on which nothing is due. A day is the number of days since 1970-01-01. */
export interface Calendar {
  closes(day: number): boolean;
  /** What the file calls it. */
  readonly name?: string;
  /** Equal for two calendars exactly when they close the same. */
  readonly key?: string;
}

/** Why a spec is no schedule. `field` (and `index` in a list) say which part of the spec. */
export interface ScheduleProblem {
  level: "error" | "warning";
  code: `SCHEDULE_${string}`;
  field: keyof ScheduleSpec;
  index?: number;
  message: string;
  hint?: string;
}
