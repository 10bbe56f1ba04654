import type { Instant } from "../schedule/schedule.ts";

/** What a file expects of its own schedules in a stretch of time. */
export interface TestCase {
  /** As written, or made of what it is about. */
  name: string;
  /** A JSON pointer to it in the file. */
  path: string;
  /** The first instant of the time that is looked at, and the first one after it. ms UTC */
  from: Instant;
  to: Instant;
  expects: SlotsExpected | NeverTogether;
}

/** What slots a job has in that time: everything that is there must be so. */
export interface SlotsExpected {
  kind: "slots";
  job: string;
  /** All of them. */
  slots?: readonly ExpectedSlot[];
  count?: number;
  /** ms between a slot and the next one. */
  gap?: { min?: number; max?: number };
  none?: true;
}

export interface ExpectedSlot {
  /** As written. */
  text: string;
  /** What it may mean: two when the time comes twice, none when it does not exist. */
  instants: readonly Instant[];
}

/** No two of these jobs run at once. Each is a command with a time limit. */
export interface NeverTogether {
  kind: "never-together";
  jobs: readonly string[];
}
