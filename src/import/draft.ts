/** What another scheduler's file comes to, before it is written down as a schedules file. */
export interface Draft {
  /** Lines for the head of the new file: what is the same for all jobs. */
  head: string[];
  /** The file's `defaults`. */
  defaults: Fields;
  /** In the order of the file that they come from. */
  entries: Entry[];
  /** Comments of the old file that stand behind its last job. */
  tail: string[];
  /** What changes a little, and is no job that is missing. */
  remarks: Remark[];
}

/** Fields of a job or of `defaults`, in the order in which they are to be written. */
export type Fields = Record<string, unknown>;

export type Entry = DraftJob | LeftOut;

export interface DraftJob {
  kind: "job";
  name: string;
  /** Of the old file, counted from 1. */
  line: number;
  /** What it came from: lines for the comment above it. */
  from: string[];
  /** Comments of the old file above it. */
  comments: string[];
  fields: Fields;
  /** What of it is different now, each a sentence. */
  notes: string[];
}

/** What could not be carried over. It stays in the new file as a comment: nothing vanishes. */
export interface LeftOut {
  kind: "left";
  line: number;
  /** As it was written. */
  text: string;
  why: string;
  comments: string[];
}

export interface Remark {
  line: number;
  text: string;
}

/** A file that is not of the kind that it was said to be. */
export interface NotThisKind {
  message: string;
  hint: string;
}

export interface ImportOptions {
  /** The file's name, as it is shown. */
  file: string;
  /** Of crontabs: whether there is a column with users. Undefined: look. */
  system?: boolean | undefined;
  /** The zone of the old schedules, where their file does not say it. */
  timezone?: string | undefined;
  /** Of Celery: what `celery -A` is told. */
  app?: string | undefined;
}

/** Reads a file's text. Pure. */
export type Importer = (text: string, options: ImportOptions) => Draft | NotThisKind;

export function newDraft(): Draft {
  return { head: [], defaults: {}, entries: [], tail: [], remarks: [] };
}

export function jobsOf({ entries }: Draft): DraftJob[] {
  return entries.filter((entry) => entry.kind === "job");
}

/** What the file would have been read on, if it does not say so itself. */
export function zoneOf(
  { timezone }: ImportOptions,
  usual: string,
): { zone?: string; head: string[] } {
  if (timezone !== undefined) return { zone: timezone, head: [] };
  return {
    head: [`Times are read in UTC. ${usual}: if that was another zone, set defaults.timezone.`],
  };
}
