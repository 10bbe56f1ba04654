import { formatSlot } from "../ledger/fire.ts";
import type { NoticeRecord } from "../ledger/notice-record.ts";
import type { FireRecord, JobRecord, LedgerRecord } from "../ledger/record.ts";
import type { FinishedRecord, RunRecord, SkippedRecord } from "../ledger/run-record.ts";
import { counted, durationWords } from "../schedule/words.ts";
import { endWords } from "./ledger-words.ts";

const MOST_NAMES = 5;

/** What a record says to people: the job, and the rest in words. */
export function wordsOf(record: LedgerRecord): { job: string; words: string } {
  switch (record.kind) {
    case "fire":
      return { job: record.fire.job, words: fireWords(record) };
    case "run":
      return record.event === "alive"
        ? { job: "", words: "" }
        : { job: record.job, words: ofRun(record) };
    case "missed": {
      const { job, count, first, last, reason } = record;
      const slots =
        count === 1 ? formatSlot(first) : `${count}, ${formatSlot(first)} to ${formatSlot(last)}`;
      return { job, words: `${slots}: ${reason}` };
    }
    case "clock":
      return {
        job: "",
        words: `${record.clock}${"epoch" in record ? `, epoch ${record.epoch}` : ""}`,
      };
    case "job":
      return jobWords(record);
    case "notice":
      return { job: record.job, words: noticeWords(record) };
    case "mark":
      return { job: "", words: "" };
  }
}

function ofRun(record: Exclude<RunRecord, { event: "alive" }>): string {
  const { job, fire, worker } = record;
  const slot = slotIn(fire, job);
  switch (record.event) {
    case "finished": {
      const nth = record.attempt > 1 ? `, attempt ${record.attempt}` : "";
      const { end, rest } = runWords(record);
      return `${end}: ${slot}${nth}, ${rest}`;
    }
    case "skipped":
      return `${slot}: ${skippedWords(record)}`;
    case "dropped":
    case "buried":
      return `${slot}: ${record.reason}`;
    case "cancel":
      return `${slot}: by ${record.by}`;
    default:
      return `${slot}: on ${worker}`;
  }
}

/** Why a fire was not run, and for how long that which was in its way had been going. */
export function skippedWords({ why, by, since, at }: SkippedRecord): string {
  switch (why) {
    case "overlap":
      return `${by} is still going${since === undefined ? "" : `, for ${takenWords(at - since)}`}`;
    case "replaced":
      return `${by} takes its place`;
    case "cancelled":
      return `by ${by}`;
    case "expired":
      return "it was too old";
  }
}

/** How a run ended and after how long; and where, what it used, and why. */
export function runWords(record: FinishedRecord): { end: string; rest: string } {
  const { startedAt, endedAt, worker, cpuTime, maxMemory, reason } = record;
  const rest = [
    `on ${worker}`,
    cpuTime !== undefined && `${takenWords(cpuTime)} of CPU`,
    maxMemory !== undefined && `${Math.ceil(maxMemory / 1e6)} MB`,
    endingWords(record),
    reason,
  ];
  return {
    end: `${endWords(record)} after ${takenWords(endedAt - startedAt)}`,
    rest: rest.filter((part) => typeof part === "string").join(", "),
  };
}

/** What follows on an end that is not simply one. */
function endingWords({ end, retryIn = 0 }: FinishedRecord): string | undefined {
  if (end === "done") return undefined;
  if (end === "retry") return `again in ${takenWords(retryIn)}`;
  return end === "dead" ? "out of attempts" : end.replace("-", " ");
}

function noticeWords(record: NoticeRecord): string {
  if (record.event === "claimed") return "";
  const { notice, job, fire, attempt, by, to, tries, reason } = record;
  const parts = [
    fire !== undefined && slotIn(fire, job),
    (attempt ?? 1) > 1 && `attempt ${attempt}`,
    `${by} ${to}`,
    tries > 1 && `tried ${counted(tries, "time")}`,
    reason,
  ];
  return `${notice}: ${parts.filter((part) => typeof part === "string").join(", ")}`;
}

function jobWords(record: JobRecord): { job: string; words: string } {
  switch (record.event) {
    case "added":
    case "removed": {
      const { jobs } = record;
      const more = jobs.length > MOST_NAMES ? ", …" : "";
      const names = `${jobs.slice(0, MOST_NAMES).join(", ")}${more}`;
      return jobs.length === 1
        ? { job: jobs[0]!, words: "" }
        : { job: "", words: `${counted(jobs.length, "job")}: ${names}` };
    }
    case "renamed":
      return { job: record.job, words: `from ${record.from}` };
    case "triggered":
      return { job: record.job, words: `by ${record.by}: ${formatSlot(record.slot)}` };
    default:
      return { job: record.job, words: `by ${record.by}` };
  }
}

function fireWords({ at, fire }: FireRecord): string {
  const { slot, attempt, catchUp, maybeDuplicate, triggered } = fire;
  const late = at - slot;
  const marks = [
    triggered && "triggered",
    catchUp && "caught up",
    maybeDuplicate && "maybe a duplicate",
    attempt > 1 && `attempt ${attempt}`,
    !triggered && late >= 1 && `${takenWords(late)} late`,
  ];
  return [formatSlot(slot), ...marks.filter((mark) => typeof mark === "string")].join(", ");
}

/** Of a fire's id what is not the job's name. */
function slotIn(fire: string, job: string): string {
  return fire.startsWith(`${job}@`) ? fire.slice(job.length + 1) : fire;
}

function takenWords(ms: number): string {
  if (ms < 1000) return `${Math.max(0, ms)} ms`;
  return ms < 60_000 ? `${Math.round(ms / 100) / 10} s` : durationWords(ms, 2);
}
