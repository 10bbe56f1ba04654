import type { Instant } from "../clock/time.ts";
import { counted, durationWords } from "../schedule/words.ts";
import type { Zone } from "../schedule/zone.ts";
import { ago, endWords, short, timeText } from "./ledger-words.ts";
import type { JobStatus, Status } from "./status-facts.ts";
import { runsText } from "./status-runs.ts";
import { plain, textTable } from "./table.ts";

/** The status for people: facts line by line, then a table of the jobs. */
export function statusText(status: Status, zone: Zone, color: boolean): string {
  const facts = factsOf(status, zone);
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, text]) => `${name.padEnd(width)}  ${plain(text)}\n`);
  if (status.jobs.length === 0) return lines.join("");
  const rows = status.jobs.map((job) => rowOf(job, status, zone));
  return `${lines.join("")}\n${textTable(HEAD, rows, color)}\n`;
}

function factsOf(status: Status, zone: Zone): [string, string][] {
  const { place, namespace, standbys, now, inDoubt, triggers, jobs, file } = status;
  const paused = jobs.filter(isPaused).length;
  const facts: [string, string][] = [
    ["broker", `${place}, namespace ${namespace}`],
    ["leader", leaderText(status, zone)],
    ["standbys", standbys.map(({ clock, seen }) => `${clock} (${ago(seen, now)})`).join(", ")],
    ["jobs", `${jobs.length}${paused > 0 ? `, ${paused} paused` : ""}`],
    ["file", "path" in file ? fileText(file) : `no next slots: ${file.whyNone}`],
    ["in doubt", listOf(inDoubt, "fire")],
    ["triggered", listOf(triggers.map(triggerText), "fire", "not fired yet")],
    ["ledger", ledgerText(status)],
  ];
  return facts.map(([name, text]): [string, string] => [name, text || "none"]).filter(isWorthALine);
}

/** What is as it should be needs no line. */
function isWorthALine([name, text]: [string, string]): boolean {
  return text !== "none" || ["leader", "standbys"].includes(name);
}

function leaderText({ leader, silence, epoch, now, ledger }: Status, zone: Zone): string {
  if (!leader) {
    if (ledger.position < 0 || epoch === 0) return "none: no clock has led here yet";
    return `none (the last epoch was ${epoch})`;
  }
  const since = `since ${timeText(leader.since, zone)} (${ago(leader.since, now)})`;
  const sign =
    silence === undefined
      ? `last heard of ${ago(leader.seen, now)}`
      : `NOT HEARD OF for ${durationWords(silence, 2)}`;
  return `${leader.clock} ${since}, epoch ${leader.epoch}, ${sign}`;
}

/** Whether a clock leads and is heard of, and that as a sentence. */
export function leaderCheck({ leader, silence, namespace }: Status): [boolean, string] {
  if (!leader) return [false, `no clock leads in the namespace ${namespace}: start one`];
  const { clock, epoch } = leader;
  if (silence === undefined) return [true, `${plain(clock)} leads (epoch ${epoch})`];
  const since = `has not been heard of for ${durationWords(silence, 2)}`;
  return [
    false,
    `${plain(clock)} leads and ${since}: start a clock, or look why that one stands still`,
  ];
}

function fileText({ path, isLeaders }: { path: string; isLeaders: boolean }): string {
  return isLeaders ? path : `${path} (the leader has another version of it)`;
}

function triggerText({ fire, by }: Status["triggers"][number]): string {
  return `${fire} by ${by}`;
}

const MOST_LISTED = 5;

function listOf(items: readonly string[], noun: string, what = ""): string {
  if (items.length === 0) return "";
  const listed = items.slice(0, MOST_LISTED).join(", ");
  const more = items.length > MOST_LISTED ? ", …" : "";
  return `${counted(items.length, noun)} ${what}${what && " "}(${listed}${more})`;
}

function ledgerText({ ledger: { lacksBeginning, faults } }: Status): string {
  const { broken } = faults;
  const newer = faults["newer-version"];
  const unknown = faults["unknown-kind"];
  return [
    lacksBeginning && "its beginning is gone: what happened then is not known",
    newer > 0 && `${counted(newer, "record")} of a newer clockd not understood`,
    unknown > 0 && `${counted(unknown, "record")} of an unknown kind left out`,
    broken > 0 && `${counted(broken, "broken record")} left out`,
  ]
    .filter((text) => text !== false)
    .join("; ");
}

const HEAD = ["JOB", "LAST SLOT", "NEXT SLOT", "LAST RUN", "MISSED", "NOTE"];

function isPaused({ state, pausedInFile }: JobStatus): boolean {
  return pausedInFile || state?.paused !== undefined;
}

function rowOf(row: JobStatus, { now, file }: Status, zone: Zone): string[] {
  const { job, state, next } = row;
  const { lastFire, lastRun, lastMissed, missed = 0 } = state ?? {};
  const untilNext = next === undefined ? "" : timeText(next, zone);
  return [
    job,
    lastFire ? `${timeText(lastFire.slot, zone)}${marksOf(lastFire)}` : "",
    untilNext,
    lastRun ? `${endWords(lastRun)}, ${ago(lastRun.endedAt, now)}` : "",
    missed > 0 ? `${missed}${lastMissed ? ` (${short(lastMissed.reason)})` : ""}` : "",
    notesOf(row, "path" in file, now, zone).join(", "),
  ];
}

function marksOf(fire: { catchUp: boolean; maybeDuplicate: boolean }): string {
  const marks = [fire.catchUp && "caught up", fire.maybeDuplicate && "maybe twice"];
  const said = marks.filter((mark) => mark !== false);
  return said.length > 0 ? ` (${said.join(", ")})` : "";
}

function notesOf(
  { state, inFile, pausedInFile, next, runs }: JobStatus,
  hasFile: boolean,
  now: Instant,
  zone: Zone,
) {
  const paused = state?.paused;
  const notes = [
    runsText(runs, now),
    paused && `paused by ${paused.by} since ${timeText(paused.at, zone)}`,
    pausedInFile && "paused by the file",
    hasFile && !inFile && "not in the file",
    !state && "not in the ledger yet",
    hasFile && inFile && !paused && !pausedInFile && next === undefined && "no more slots",
  ];
  return notes.filter((note) => typeof note === "string");
}
